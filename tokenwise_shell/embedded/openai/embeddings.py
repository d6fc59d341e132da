"""OpenAI's wire format: requests and answers of `/v1/embeddings`."""

import base64
import struct
from typing import Final

import orjson

from tokenwise_shell.embedded.chat import BadRequest, EmbeddingRequest
from tokenwise_shell.embedded.fields import as_list, integer, json_body, text

__all__ = ["parse_request", "render_reply"]

# Small beside the 1536 of OpenAI's models: enough to compare texts, and light in tests.
_DEFAULT_DIMENSIONS: Final = 256
_MOST_DIMENSIONS: Final = 4096
_MOST_INPUTS: Final = 2048


def parse_request(body: bytes) -> EmbeddingRequest:
    """Read a request; the input is a text, a list of texts, one list of token ids, or a list of such lists."""
    asked = json_body(body)
    encoding = asked.get("encoding_format", "float")
    if encoding not in ("float", "base64"):
        raise BadRequest(f"encoding_format: {encoding!r} is neither float nor base64", param="encoding_format")
    counted = _inputs(asked.get("input"))
    return EmbeddingRequest(
        model=text(asked, "model"),
        texts=tuple(said for said, _ in counted),
        input_tokens=sum(tokens for _, tokens in counted),
        dimensions=integer(asked, "dimensions", least=1, most=_MOST_DIMENSIONS) or _DEFAULT_DIMENSIONS,
        base64=encoding == "base64",
    )


def render_reply(request: EmbeddingRequest, vectors: tuple[tuple[float, ...], ...]) -> bytes:
    """The body of an answer."""
    data = [
        {"object": "embedding", "index": index, "embedding": _packed(vector) if request.base64 else vector}
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": request.input_tokens, "total_tokens": request.input_tokens}
    return orjson.dumps({"object": "list", "data": data, "model": request.model, "usage": usage})


def _inputs(value: object) -> list[tuple[str, int]]:
    """Each input as text, with its tokens."""
    if isinstance(value, str):
        return [_counted(value)]
    items = as_list(value, "input")
    if not 1 <= len(items) <= _MOST_INPUTS:
        raise BadRequest(f"input: expected 1 to {_MOST_INPUTS} inputs, got {len(items)}", param="input")
    if isinstance(items[0], int):
        return [_counted(list(items))]
    return [_counted(item) for item in items]


def _counted(item: object) -> tuple[str, int]:
    match item:
        case str():
            return item, -(-len(item.encode()) // 4)
        case list() if all(type(token) is int for token in item):
            return " ".join(map(str, item)), len(item)
        case _:
            raise BadRequest("input: expected texts or lists of token ids", param="input")


def _packed(vector: tuple[float, ...]) -> str:
    """Little-endian 32-bit floats in base64, as OpenAI packs them."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()

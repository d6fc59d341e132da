"""Google's wire format: the answers of `/v1beta/models`, `/v1beta/models/{id}` and `:countTokens`."""

from collections.abc import Iterable

import orjson

__all__ = ["render_count", "render_model", "render_models"]


def render_models(ids: Iterable[str]) -> bytes:
    """The list of models, on one page."""
    return orjson.dumps({"models": [_model(model_id) for model_id in ids]})


def render_model(model_id: str) -> bytes:
    """One model."""
    return orjson.dumps(_model(model_id))


def render_count(tokens: int) -> bytes:
    """A count of input tokens."""
    return orjson.dumps({"totalTokens": tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]})


def _model(model_id: str) -> dict[str, object]:
    return {
        "name": f"models/{model_id}",
        "version": "001",
        "displayName": model_id,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }

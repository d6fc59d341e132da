"""Anthropic's wire format: the answers of `/v1/models`, `/v1/models/{id}` and `/v1/messages/count_tokens`."""

from collections.abc import Iterable

import orjson

__all__ = ["render_count", "render_model", "render_models"]


def render_models(ids: Iterable[str]) -> bytes:
    """The list of models, on one page."""
    data = [_model(model_id) for model_id in ids]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return orjson.dumps({"data": data, "has_more": False, **ends})


def render_model(model_id: str) -> bytes:
    """One model."""
    return orjson.dumps(_model(model_id))


def render_count(tokens: int) -> bytes:
    """A count of input tokens."""
    return orjson.dumps({"input_tokens": tokens})


def _model(model_id: str) -> dict[str, object]:
    return {
        "type": "model",
        "id": model_id,
        "display_name": model_id,
        "created_at": "2026-01-01T00:00:00Z",
        "lifecycle": "active",
    }

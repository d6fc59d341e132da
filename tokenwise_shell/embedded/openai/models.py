"""OpenAI's wire format: the answers of `/v1/models` and `/v1/models/{id}`."""

from collections.abc import Iterable
from typing import Final

import orjson

__all__ = ["CREATED_S", "render_model", "render_models"]

CREATED_S: Final = 1_767_225_600
"""2026-01-01 in Unix seconds: a fixed date, because equal requests get equal bytes."""


def render_models(ids: Iterable[str]) -> bytes:
    """The list of models."""
    return orjson.dumps({"object": "list", "data": [_model(model_id) for model_id in ids]})


def render_model(model_id: str) -> bytes:
    """One model."""
    return orjson.dumps(_model(model_id))


def _model(model_id: str) -> dict[str, object]:
    return {"id": model_id, "object": "model", "created": CREATED_S, "owned_by": "embedded"}

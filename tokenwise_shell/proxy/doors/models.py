"""`GET /v1/models` and `GET /v1/models/{id}`: what may be asked for, `auto` first.

The list has OpenAI's shape, and beside it what `tw models --json` says of each model. A client sees what its key may
use and what some provider that can be called sells.
"""

from typing import Final

import orjson

from tokenwise.catalog.models import Model
from tokenwise.policy import Strategy
from tokenwise_shell.catalogs.document import model_document
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.request.names import AUTO, model_named
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.troubles import unknown_model

__all__ = ["MODELS", "list_models", "show_model"]

MODELS: Final = "/v1/models"

_CHAT: Final = Chat()

# OpenAI's clients expect the time at which a model was made. Nobody knows it, and 0 says so.
_CREATED: Final = 0

_AUTO: Final = (AUTO, *(f"{AUTO}:{strategy.value}" for strategy in Strategy))


async def list_models(service: Service, request: Request, answer: Answer) -> None:
    """Everything that may be asked for."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        await refuse(answer, _CHAT, admitted)
        return
    catalog = admitted.catalog(service.client.workspace.reachable)
    models = (*map(_automatic, _AUTO), *(_as_listed(model) for model in catalog.models if model.offers))
    await _say(answer, {"object": "list", "data": models})


async def show_model(service: Service, request: Request, answer: Answer) -> None:
    """One of them. Its name may be a provider's own, as in a request."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        await refuse(answer, _CHAT, admitted)
        return
    name = request.path.removeprefix(f"{MODELS}/")
    catalog = admitted.catalog(service.client.workspace.reachable)
    found = model_named(name, catalog)
    if name in _AUTO:
        await _say(answer, _automatic(name))
    elif isinstance(found, str) and catalog[found].offers:
        await _say(answer, _as_listed(catalog[found]))
    else:
        await refuse(answer, _CHAT, unknown_model(name))


def _automatic(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "tokenwise"}


def _as_listed(model: Model) -> dict[str, object]:
    served = model.offers[0]
    listed = {"object": "model", "created": _CREATED, "owned_by": served.provider}
    return {"id": model.id, **listed, **model_document(model, served)}


async def _say(answer: Answer, document: object) -> None:
    await answer.whole(200, {"content-type": JSON}, orjson.dumps(document))

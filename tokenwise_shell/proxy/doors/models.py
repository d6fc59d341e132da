"""`GET /v1/models` and `GET /v1/models/{id}`: what may be asked for, `auto` and the aliases first.

The list has the shape of the client's vendor, and beside it what `tw models --json` says of each model. A client sees
what its key may use and what some provider that can be called sells.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson
from attrs import frozen

from tokenwise.catalog.models import Catalog
from tokenwise.policy import Strategy
from tokenwise_shell.catalogs.document import model_document
from tokenwise_shell.config.aliases import AUTO
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.dialects import front_for, is_anthropics
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.request.names import wanted
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.troubles import bad_request, unknown_model

__all__ = ["MODELS", "list_models", "show_model"]

MODELS: Final = "/v1/models"

# Clients expect the time at which a model was made. Nobody knows it, and the beginning of all time says so.
_CREATED: Final = 0
_CREATED_AT: Final = "1970-01-01T00:00:00Z"

# What Anthropic lists where no limit is said, and the most it lists at a time.
_PAGE: Final = 20
_LONGEST_PAGE: Final = 1000

_AUTO: Final = (AUTO, *(f"{AUTO}:{strategy.value}" for strategy in Strategy))


@frozen
class _Shown:
    """What a client may ask for: these models, by their names and by those that stand for them."""

    catalog: Catalog
    aliases: Mapping[str, str]

    def all(self) -> Iterator[dict[str, object]]:
        """A name that a glob stands for is not listed: there is no end of those."""
        yield from map(_automatic, _AUTO)
        for name in self.aliases:
            if "*" not in name and (found := self.one(name)):
                yield found
        for model in self.catalog.models:
            if model.offers and model.id not in self.aliases:
                yield self._of(model.id, model.id)

    def one(self, name: str) -> dict[str, object] | None:
        """The row of this name, None where it may not be asked for."""
        meant = wanted(name, self.catalog, self.aliases)
        if isinstance(meant, Trouble):
            return None
        if not meant.model:
            return _automatic(name) if name in _AUTO or name.partition(":")[0] != AUTO else None
        shown = meant.model if name not in self.aliases else name
        return self._of(shown, meant.model) if self.catalog[meant.model].offers else None

    def _of(self, name: str, model_id: str) -> dict[str, object]:
        model = self.catalog[model_id]
        served = model.offers[0]
        listed = {"object": "model", "created": _CREATED, "owned_by": served.provider}
        return {**listed, **model_document(model, served), "id": name}


async def list_models(service: Service, request: Request, answer: Answer) -> None:
    """Everything that may be asked for."""
    shown = _shown(service, request)
    if isinstance(shown, Trouble):
        await refuse(answer, front_for(request.headers), shown)
    elif is_anthropics(request.headers):
        page = _page([_as_anthropics(row) for row in shown.all()], request.query)
        await (refuse(answer, front_for(request.headers), page) if isinstance(page, Trouble) else _say(answer, page))
    else:
        await _say(answer, {"object": "list", "data": list(shown.all())})


async def show_model(service: Service, request: Request, answer: Answer) -> None:
    """One of them. Its name may be a provider's own, as in a request."""
    shown, name = _shown(service, request), request.path.removeprefix(f"{MODELS}/")
    found = shown if isinstance(shown, Trouble) else shown.one(name) or unknown_model(name)
    if isinstance(found, Trouble):
        await refuse(answer, front_for(request.headers), found)
    else:
        await _say(answer, _as_anthropics(found) if is_anthropics(request.headers) else found)


def _shown(service: Service, request: Request) -> _Shown | Trouble:
    admitted, workspace = service.admit(request), service.client.workspace
    if isinstance(admitted, Trouble):
        return admitted
    return _Shown(admitted.catalog(workspace.reachable), workspace.settings.aliases)


def _automatic(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "tokenwise"}


def _as_anthropics(row: Mapping[str, object]) -> dict[str, object]:
    return {**row, "type": "model", "display_name": row["id"], "created_at": _CREATED_AT}


def _page(rows: list[dict[str, object]], query: Mapping[str, str]) -> dict[str, object] | Trouble:
    """Anthropic's page of these rows: up to `limit` of them behind `after_id`, or before `before_id`."""
    stated = query.get("limit", str(_PAGE))
    limit = int(stated) if stated.isdecimal() and len(stated) < 5 else 0
    if not 1 <= limit <= _LONGEST_PAGE:
        return bad_request(f"limit: expected a whole number from 1 to {_LONGEST_PAGE}", "limit", "invalid_value")
    ids = [row["id"] for row in rows]
    after, before = query.get("after_id"), query.get("before_id")
    first = ids.index(after) + 1 if after in ids else 0
    last = ids.index(before) if before in ids else len(ids)
    start = first if before not in ids else max(first, last - limit)
    shown = rows[start : min(last, start + limit)]
    more = start > first if before in ids else start + limit < last
    ends = (shown[0]["id"], shown[-1]["id"]) if shown else (None, None)
    return {"data": shown, "has_more": more, "first_id": ends[0], "last_id": ends[1]}


async def _say(answer: Answer, document: object) -> None:
    await answer.whole(200, {"content-type": JSON}, orjson.dumps(document))

"""`GET /v1/limits` and `POST /v1/limits/raise`: how every limit stands, and one raised. The same as `tw limits` says.

The owner sees all of them and may raise any; a key, or a voucher, sees its own. The owner is who has a key made
with `--owner`, or whoever asks where only this machine can and no key is asked for.
"""

from functools import partial
from typing import Final

import orjson

from tokenwise.budgets.voucher import voucher_scope
from tokenwise.errors import InputError
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.standings import Standing
from tokenwise_shell.config.values import USD
from tokenwise_shell.ledger.jsonl import LinesUnwritable, unheard
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.admission.overview import MOST, Overview, held_here, raised_as_json, standing_as_json
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.serving import small_object
from tokenwise_shell.proxy.troubles import bad_request

__all__ = ["amount_in", "raise_limit", "show_limits"]

_CHAT: Final = Chat()


async def show_limits(service: Service, request: Request, answer: Answer) -> None:
    """How each limit stands that whoever asks may know of."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        return await refuse(answer, _CHAT, admitted)
    overview = _overview(service)
    found = await service.aside(partial(overview.standings, MOST))
    rows = [standing_as_json(one) for one in found if admitted.owner or _is_its_own(admitted, one)]
    return await answer.whole(200, {"content-type": JSON}, orjson.dumps({"object": "list", "data": rows}))


async def raise_limit(service: Service, request: Request, answer: Answer) -> None:
    """Raise the budget `scope` to `budget` dollars until its window ends: `{"scope": "session:5f3a", "budget": 10}`."""
    admitted = service.admit(request)
    if trouble := admitted if isinstance(admitted, Trouble) else _not_the_owner(admitted):
        return await refuse(answer, _CHAT, trouble)
    fields = await small_object(service, request)
    told = fields if isinstance(fields, Trouble) else await _raised(service, fields)
    if isinstance(told, Trouble):
        return await refuse(answer, _CHAT, told)
    return await answer.whole(200, {"content-type": JSON}, orjson.dumps(told))


async def _raised(service: Service, fields: Fields) -> dict[str, object] | Trouble:
    scope, amount = fields.get("scope"), amount_in(fields)
    if not isinstance(scope, str):
        return bad_request("scope: expected a budget such as session:5f3a, as GET /v1/limits names it", "scope")
    if isinstance(amount, Trouble):
        return amount
    overview = _overview(service)
    try:
        done = await service.aside(partial(overview.raise_one, scope, amount))
    except InputError as problem:
        return bad_request(str(problem), "scope")
    except LinesUnwritable:
        return Trouble(503, "api_error", "books_unwritable", "the raise cannot be written down now")
    if overview.here is not None:  # nobody else is to be told
        service.client.limits.raise_to(done.scope, done.to)
    return raised_as_json(done) | {"told": done.told or overview.here is not None}


def _is_its_own(admitted: Admitted, one: Standing) -> bool:
    if admitted.voucher:
        return one.scope == voucher_scope(admitted.voucher)
    return bool(admitted.name) and one.limit.key == admitted.name


def _overview(service: Service) -> Overview:
    client = service.client
    settings, now_ms = client.workspace.settings, client.interpreter.now_ms()
    return Overview(settings, now_ms, unheard, held_here(client.limits))


def _not_the_owner(admitted: Admitted) -> Trouble | None:
    if admitted.owner:
        return None
    message = "only the owner's key raises limits; `tw keys create NAME --owner` makes one"
    return Trouble(403, "permission_error", "not_the_owner", message)


def amount_in(fields: Fields) -> Nanodollars | Trouble:
    """The field `budget`, in US dollars, as a number or a text."""
    said = fields.get("budget")
    try:
        if isinstance(said, str | int | float) and not isinstance(said, bool):
            return USD.read(str(said))
    except ValueError:
        pass
    return bad_request(f"budget: expected {USD.accepts}", "budget")

"""`POST /v1/vouchers` and `DELETE /v1/vouchers/NAME`: a part of a budget for somebody else, and its rest given back.

Whoever asks cuts it from the budgets that hold its own requests, or from the voucher that it pays with; so it can only
be less, sooner over, and for fewer models.
"""

import os
import sqlite3
from functools import partial
from typing import Final

import orjson

from tokenwise.budgets.voucher import Voucher, lineage
from tokenwise.errors import InputError
from tokenwise_shell.budgets.answers import NotHeld
from tokenwise_shell.budgets.vouchers import Wanted, give_back, mint
from tokenwise_shell.config.values import ALONE, TAG, span_ms
from tokenwise_shell.ledger.booking import issue_of
from tokenwise_shell.ledger.jsonl import LinesUnwritable, unheard
from tokenwise_shell.ledger.spending import load_spending
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.admission.tokens import Seal
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.doors.limits import amount_in
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.serving import small_object
from tokenwise_shell.proxy.troubles import bad_request, without_money

__all__ = ["VOUCHERS", "mint_voucher", "return_voucher"]

VOUCHERS: Final = "/v1/vouchers"

_CHAT: Final = Chat()
_MOST: Final = 100
_DAY_MS: Final = 86_400_000
_UNWRITABLE: Final = Trouble(503, "api_error", "books_unwritable", "the ledger or the budgets cannot be written now")


async def mint_voucher(service: Service, request: Request, answer: Answer) -> None:
    """Mint one: `{"budget": 2.00, "expires_in": "2h", "models": ["openai/*"], "tags": ["nightly"]}`."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        return await refuse(answer, _CHAT, admitted)
    fields = await small_object(service, request, most_bytes=65_536)
    told = fields if isinstance(fields, Trouble) else await _minted(service, admitted, fields)
    if isinstance(told, Trouble):
        return await refuse(answer, _CHAT, told)
    return await answer.whole(200, {"content-type": JSON}, orjson.dumps(told))


async def return_voucher(service: Service, request: Request, answer: Answer) -> None:
    """Give back what is left of the voucher NAME, or with `self` of the one that is sent as the key."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        return await refuse(answer, _CHAT, admitted)
    named = request.path.removeprefix(f"{VOUCHERS}/")
    name = admitted.voucher if named == "self" else named
    vouchers, settings = service.client.limits.vouchers, service.client.workspace.settings
    # Another process may have minted it, or what was cut from it.
    spending = await service.aside(partial(load_spending, settings.ledger_path, unheard, zone=settings.zone))
    issued = spending.vouchers.get(name) or vouchers.open_elsewhere(name)
    vouchers.known().update({**spending.vouchers, **vouchers.known()})
    if issued is None or not _may_return(admitted, issued.voucher):
        message = "no such voucher is open here, or none of yours"
        return await refuse(answer, _CHAT, Trouble(404, "invalid_request_error", "voucher_not_found", message))
    try:
        await give_back(vouchers, service.client.journal, name)
    except (LinesUnwritable, sqlite3.Error):
        return await refuse(answer, _CHAT, _UNWRITABLE)
    return await answer.whole(200, {"content-type": JSON}, orjson.dumps({"name": name, "returned": True}))


async def _minted(service: Service, admitted: Admitted, fields: Fields) -> dict[str, object] | Trouble:
    client, settings = service.client, service.client.workspace.settings
    if settings.proxy.workers > 1 and settings.budget_store == ALONE:
        return bad_request("several workers would each keep this voucher by themselves; set budget_store: local")
    wanted = _wanted(fields, client.interpreter.now_ms())
    if isinstance(wanted, Trouble):
        return wanted
    tags = fields.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and TAG.fullmatch(tag) for tag in tags[:_MOST]):
        return bad_request("tags: expected a list of tags", "tags")
    account = admitted.account((*settings.tags, *tags[:_MOST]))
    try:
        told = await mint(client.limits.vouchers, client.journal, account, wanted, os.urandom(4))
        if isinstance(told, NotHeld):
            return without_money("", None, told)
        text = await service.aside(partial(Seal.beside(settings.ledger_path).sign, told))
    except InputError as problem:
        return bad_request(str(problem))
    except (OSError, sqlite3.Error):
        return _UNWRITABLE
    return {"object": "voucher", "token": text, "name": told.name, "scope": told.scope, **issue_of(told)}


def _wanted(fields: Fields, now_ms: int) -> Wanted | Trouble:
    amount = amount_in(fields)
    if isinstance(amount, Trouble):
        return amount
    if not amount:
        return bad_request("budget: a voucher of nothing pays nothing", "budget")
    lasts_ms = span_ms(str(fields.get("expires_in", "1d")))
    if lasts_ms is None:
        return bad_request("expires_in: expected how long, such as 90m, 12h, 30d or 8w", "expires_in")
    models = fields.get("models", [])
    if not isinstance(models, list) or len(models) > _MOST or not all(isinstance(one, str) and one for one in models):
        return bad_request(f"models: expected at most {_MOST} ids or patterns", "models")
    return Wanted(amount, now_ms + lasts_ms, tuple(models))


def _may_return(admitted: Admitted, voucher: Voucher) -> bool:
    if admitted.owner:
        return True
    if admitted.voucher:
        return admitted.voucher in lineage(voucher.name)
    return bool(admitted.name) and admitted.name == voucher.account.key

"""What an inner guard asks of the one around it: a key of its own with a cap of its own, and how that stands.

POST /v1/guards        {"budget_nano": 2000000000, "models": ["openai/*"]}  gives {"guard", "key", "budget_nano"}
GET  /v1/guards/self   the account of the guard whose key is sent
"""

import os
from functools import partial
from typing import Any, Final

import orjson
from attrs import evolve, frozen

from tokenwise.errors import InputError
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.limits import InForce
from tokenwise_shell.config.values import GUARD
from tokenwise_shell.guard.account import account_of
from tokenwise_shell.guard.scopes import Guarded, Scope, Terms
from tokenwise_shell.guard.words import reworded
from tokenwise_shell.ledger.runs import new_run_id
from tokenwise_shell.proxy.admission.bodies import object_in
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.app import ROWS, App, Row
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.fronts import BadRequest, Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.troubles import bad_request, unauthorized

__all__ = ["GUARDS", "SELF", "amount_of", "guard_application", "guard_name"]

GUARDS: Final = "/v1/guards"
SELF: Final = "/v1/guards/self"

_FRONT: Final = Chat()
_MOST_BYTES: Final = 65_536
_MOST_MODELS: Final = 100
_LONGEST_ADVICE: Final = 200
_IN_TIME_MS: Final = 10_000


def amount_of(limits: InForce, terms: Terms) -> Nanodollars | None:
    """To what a cap has been raised; None where its budget is not open, or nothing is known of it yet."""
    try:
        return limits.store[terms.scope].limit
    except KeyError:
        return None


def guard_name(now_ms: int) -> str:
    """A name for a new guard, under which its calls are tagged in the ledger; in parts, unlike a secret.

    >>> guard_name(1_795_292_153_123).rpartition(".")[0]
    'guard.01m7zw0h93'
    """
    name = new_run_id(now_ms, os.urandom(5))
    return f"{GUARD}{name[:10]}.{name[10:]}"


def guard_application(service: Service, guarded: Guarded, outermost: Scope) -> App:
    """The proxy with the doors of guards."""
    own = (
        Row("POST", GUARDS, partial(_opened, guarded)),
        Row("GET", SELF, partial(_told, guarded)),
    )
    return _App(service, (*own, *ROWS), guarded, outermost)


@frozen
class _App(App):
    """The proxy, which tells a guarded command of its guard, and counts for each guard what was turned away."""

    guarded: Guarded
    outermost: Scope

    async def answered(self, request: Request, answer: Answer, long: Trouble | None) -> None:
        scope = self.guarded.scope_of(request.headers)
        if scope is None:
            await super().answered(request, answer, long)
            return
        self._follow_raises()
        answer.reword = partial(_told_and_kept, scope)
        try:
            await super().answered(request, answer, long)
        finally:
            for each in scope.line if answer.error else ():
                each.tally.turned_away(answer.error)

    def _follow_raises(self) -> None:
        """One request may fill the cap, and so all of a cap that was raised."""
        client, cap = self.service.client, self.outermost.budget
        settings = client.workspace.settings
        if cap != settings.default_budget:
            client.workspace = evolve(client.workspace, settings=evolve(settings, default_budget=cap))


def _told_and_kept(scope: Scope, trouble: Trouble) -> Trouble:
    """The error as the command hears it; agents may hide it, so the account has the last one."""
    said = reworded(scope, trouble)
    for each in scope.line:
        each.tally.last_error = said.message
    return said


async def _opened(guarded: Guarded, service: Service, request: Request, answer: Answer) -> None:
    outer = guarded.scope_of(request.headers)
    if outer is None:
        await refuse(answer, _FRONT, unauthorized("this guard does not know the key"))
        return
    body = await request.body(limit_bytes=_MOST_BYTES, within_ms=_IN_TIME_MS)
    found = body if isinstance(body, Trouble) else _terms(body, service)
    if isinstance(found, Trouble):
        await refuse(answer, _FRONT, found)
        return
    try:
        secret, scope = guarded.open(found, outer)
    except ValueError as problem:
        await refuse(answer, _FRONT, bad_request(str(problem)))
        return
    scope.raised_to = partial(amount_of, service.client.limits, found)
    service.client.limits.add(found.limit)
    await _say(answer, {**account_of(scope), "key": secret})


def _terms(body: bytes, service: Service) -> Terms | Trouble:
    try:
        said = object_in(body, service.settings.max_values)
    except BadRequest as problem:
        return problem.trouble
    budget, models = said.get("budget_nano"), said.get("models", [])
    if isinstance(budget, bool) or not isinstance(budget, int) or budget < 0:
        return bad_request("expected an amount in nano-dollars from 0", "budget_nano")
    going_on, pauses = said.get("going_on", ""), said.get("pauses", False)
    if not isinstance(pauses, bool):
        return bad_request("expected true or false", "pauses")
    if not isinstance(going_on, str) or len(going_on) > _LONGEST_ADVICE or not going_on.isprintable():
        return bad_request(f"expected at most {_LONGEST_ADVICE} printable characters", "going_on")
    if not isinstance(models, list) or len(models) > _MOST_MODELS or not all(isinstance(one, str) for one in models):
        return bad_request(f"expected at most {_MOST_MODELS} patterns", "models")
    try:
        name = guard_name(service.client.interpreter.now_ms())
        return Terms(name=name, budget=Nanodollars(budget), models=tuple(models), going_on=going_on, pauses=pauses)
    except InputError as problem:
        return bad_request(str(problem), "models")


async def _told(guarded: Guarded, service: Service, request: Request, answer: Answer) -> None:  # noqa: ARG001 -- an endpoint
    scope: Scope | None = guarded.scope_of(request.headers)
    if scope is None:
        await refuse(answer, _FRONT, unauthorized("this guard does not know the key"))
    else:
        await _say(answer, account_of(scope))


async def _say(answer: Answer, document: dict[str, Any]) -> None:
    await answer.whole(200, {"content-type": JSON}, orjson.dumps(document))

"""The ASGI application: which endpoint answers which request, and what is answered when one of them fails.

Whatever happens within a request ends here: the client's leaving cancels the work on it, and a bug is logged with its
traceback and answered as status 500.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial
from typing import Final

import trio
from attrs import frozen

from tokenwise.faults import Fault
from tokenwise.routing.verdicts import Failure
from tokenwise_shell.proxy import troubles
from tokenwise_shell.proxy.admission.callers import cors_headers, preflight_headers
from tokenwise_shell.proxy.admission.limits import long_head
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.doors.dialects import front_for
from tokenwise_shell.proxy.doors.embeddings import embed
from tokenwise_shell.proxy.doors.feedback import take_feedback
from tokenwise_shell.proxy.doors.health import show_health, show_metrics, show_readiness
from tokenwise_shell.proxy.doors.limits import raise_limit, show_limits
from tokenwise_shell.proxy.doors.messages.door import MESSAGES, TOKENS, answer_messages, count_tokens
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.doors.models import MODELS, list_models, show_model
from tokenwise_shell.proxy.doors.page import DECISIONS, FILES, STATE, show_decision, show_file, show_state
from tokenwise_shell.proxy.doors.passed.door import BELOW, METHODS, pass_through
from tokenwise_shell.proxy.doors.responses.door import RESPONSES, answer_responses
from tokenwise_shell.proxy.doors.route import show_route
from tokenwise_shell.proxy.doors.vouchers import VOUCHERS, mint_voucher, return_voucher
from tokenwise_shell.proxy.fronts import Front, Trouble
from tokenwise_shell.proxy.http.asgi import Answer, ClientGone, Receive, Request, Scope, Send
from tokenwise_shell.proxy.openapi import show_description
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.serving import complete

__all__ = ["ROWS", "App", "Endpoint", "Row", "application"]

Endpoint = Callable[[Service, Request, Answer], Awaitable[None]]
"""Answers one request. It may be cancelled at any point, once the client has left."""

_LOG: Final = logging.getLogger("tokenwise.proxy")

_CHAT: Final = Chat()

# For the answer that says that the time is up.
_SAY_SO_S: Final = 1


@frozen
class Row:
    """One row of the table of endpoints, and the door whose errors it speaks in.

    A path that ends in "/" stands for everything below it, but "/" for itself alone.
    """

    method: str
    path: str
    endpoint: Endpoint
    front: Front = _CHAT


ROWS: Final = (
    Row("POST", "/v1/chat/completions", partial(complete, front=_CHAT)),
    Row("POST", MESSAGES, answer_messages, MessagesFront()),
    Row("POST", TOKENS, count_tokens, MessagesFront()),
    Row("POST", RESPONSES, answer_responses),
    Row("POST", "/v1/embeddings", embed),
    Row("GET", MODELS, list_models),
    Row("GET", f"{MODELS}/", show_model),
    Row("POST", "/v1/route", show_route),
    Row("POST", "/v1/feedback", take_feedback),
    Row("GET", "/v1/limits", show_limits),
    Row("POST", "/v1/limits/raise", raise_limit),
    Row("POST", VOUCHERS, mint_voucher),
    Row("DELETE", f"{VOUCHERS}/", return_voucher),
    Row("GET", "/healthz", show_health),
    Row("GET", "/readyz", show_readiness),
    Row("GET", "/metrics", show_metrics),
    Row("GET", "/openapi.json", show_description),
    *(Row("GET", path, show_file) for path in FILES),
    Row("GET", STATE, show_state),
    Row("GET", DECISIONS, show_decision),
    *(Row(method, BELOW, pass_through) for method in METHODS),
)
"""Every endpoint there is."""


def application(service: Service) -> "App":
    """The proxy, with all of its endpoints."""
    return App(service, ROWS)


@frozen
class App:
    """The application, for any server that speaks ASGI on trio."""

    service: Service
    rows: tuple[Row, ...]

    @cached_property
    def exact(self) -> Mapping[tuple[str, str], Row]:
        """The rows by method and path."""
        return {(row.method, row.path): row for row in self.rows}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection: a request, or the server's own beginning and end."""
        match scope["type"]:
            case "lifespan":
                await _lifespan(receive, send)
            case "http":
                request = Request.of(scope, receive)
                await self.take(request, Answer(send, bodiless=request.method == "HEAD", closes=request.unread))
            case _:  # a websocket: nothing here speaks over one
                await send({"type": "websocket.close"})

    def take(self, request: Request, answer: Answer) -> Awaitable[None]:
        """Answer a request that a server of our own hands over."""
        settings = self.service.settings
        if settings.origins:
            answer.extra |= cors_headers(request.headers, settings)
        return self.answered(request, answer, long_head(request.head_bytes, settings))

    async def answered(self, request: Request, answer: Answer, long: Trouble | None) -> None:
        """Answer a request, stop once its client has left, and count it."""
        metrics, begun = self.service.metrics, time.perf_counter()
        row = self.exact.get((request.method, request.path)) or self._row(request)
        limit_s = self.service.settings.request_timeout_s + _SAY_SO_S
        metrics.begun()
        try:
            if request.leaving is not None:  # a server that says so itself spares a task and scopes
                request.leaving(limit_s, partial(self._late, row, request, answer))
                await self._answer(row, request, answer, long)
            else:
                await self._until_left(row, request, answer, long, limit_s)
        finally:
            if answer.error:
                metrics.refused(answer.error)
            seconds = time.perf_counter() - begun
            metrics.answered(row.path if row else "", answer.status, seconds)
            if (log := self.service.access_log) is not None:
                log.note(request, answer, at_ms=self.service.client.interpreter.now_ms(), seconds=seconds)

    async def _until_left(
        self, row: Row | None, request: Request, answer: Answer, long: Trouble | None, limit_s: float
    ) -> None:
        """Stop once the client has left, or its time is up."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_leave_with_client, request, nursery.cancel_scope)
            with trio.move_on_after(limit_s) as works:
                await self._answer(row, request, answer, long)
            if works.cancelled_caught:
                await self._late(row, request, answer)
            nursery.cancel_scope.cancel(reason="the request is answered")

    async def _late(self, row: Row | None, request: Request, answer: Answer) -> None:
        """Give up what upstream's own limits have not ended: a client that takes its answer in drops."""
        if not answer.status:
            limit_s = self.service.settings.request_timeout_s
            trouble = troubles.upstream(Failure(Fault.TIMED_OUT, f"no answer within {limit_s} s"))
            await refuse(answer, _front(row, request), trouble)

    async def _answer(self, row: Row | None, request: Request, answer: Answer, long: Trouble | None) -> None:
        try:
            if trouble := long or self.service.foreign(request):
                await refuse(answer, _front(row, request), trouble)
            elif row is None:
                await self._turn_away(request, answer)
            elif (look_up := self.service.look_up) and (trouble := await look_up(request.headers)):
                await refuse(answer, _front(row, request), trouble)
            else:
                await row.endpoint(self.service, request, answer)
        except ClientGone:
            return
        except Exception:  # noqa: BLE001 -- the outermost edge of a request: whatever it is, the client hears of it
            _LOG.exception("a request to %s failed", row.path if row else "no endpoint")
            if not answer.status:
                await refuse(answer, _front(row, request), troubles.INTERNAL_ERROR)

    def _row(self, request: Request) -> Row | None:
        method = "GET" if request.method == "HEAD" else request.method
        if found := self.exact.get((method, request.path)):
            return found
        return next((row for row in self._rows_at(request.path) if row.method == method), None)

    def _rows_at(self, path: str) -> tuple[Row, ...]:
        exact = tuple(row for row in self.rows if row.path == path)
        return exact or tuple(row for row in self.rows if _is_above(row.path, path))

    async def _turn_away(self, request: Request, answer: Answer) -> None:
        """Say that nothing answers here, or what may be asked."""
        rows = self._rows_at(request.path)
        if not rows:
            await refuse(answer, _front(None, request), troubles.not_found(request.method, request.path))
            return
        allowed = ", ".join(sorted(_methods(rows)))
        if request.method == "OPTIONS":
            asked = preflight_headers(request.headers, self.service.settings, allowed)
            await answer.begin(204, {"allow": allowed, **asked})
            await answer.end()
        else:
            trouble = troubles.method_not_allowed(request.method, request.path, allowed)
            await refuse(answer, _front(rows[0], request), trouble, {"allow": allowed})


def _front(row: Row | None, request: Request) -> Front:
    """The door whose errors the client understands: of an address that is both vendors', by its headers."""
    return front_for(request.headers) if row is None or row.path.startswith(MODELS) else row.front


def _is_above(folder: str, path: str) -> bool:
    return folder.endswith("/") and folder != "/" and path.startswith(folder)


def _methods(rows: tuple[Row, ...]) -> set[str]:
    methods = {row.method for row in rows} | {"OPTIONS"}
    return methods | {"HEAD"} if "GET" in methods else methods


async def _leave_with_client(request: Request, scope: trio.CancelScope) -> None:
    await request.gone()
    scope.cancel(reason="the client has left")


async def _lifespan(receive: Receive, send: Send) -> None:
    """Agree to everything: whoever made the service has opened what it needs, and closes it."""
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return

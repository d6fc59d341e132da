"""One request through the engine: read it, decide, carry the decision out within the money, deliver, tell the cost.

A request is a job of one step, run by the same machine as a plan. Which model, for how much, whether to ask again and
whom: all of that the machine decides. Its calls get the client's own request to send (`carrier`), and their output a
way out (`delivery`).
"""

import logging
import os
import re
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

import trio
from attrs import define, evolve

from tokenwise.money import format_usd
from tokenwise_shell.ledger.runs import new_run_id
from tokenwise_shell.providers.anthropic.messages import BETAS
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.admission.bodies import Beginning, object_in
from tokenwise_shell.proxy.admission.callers import unreadable_type
from tokenwise_shell.proxy.admission.limits import long_conversation
from tokenwise_shell.proxy.answer.carrier import Carrier
from tokenwise_shell.proxy.answer.delivery import Delivery, refuse
from tokenwise_shell.proxy.fronts import BadRequest, Front, OnlyAsItIs, Trouble
from tokenwise_shell.proxy.http.asgi import Answer, Request
from tokenwise_shell.proxy.memory import mark_of
from tokenwise_shell.proxy.request.asked import Asked, read_asked
from tokenwise_shell.proxy.request.deciding import LEAST_SHARED_BYTES, ask_others
from tokenwise_shell.proxy.request.marks import marks_of
from tokenwise_shell.proxy.request.options import HEADER
from tokenwise_shell.proxy.request.recount import placed, recounted
from tokenwise_shell.proxy.request.work import CHAT, Work
from tokenwise_shell.proxy.service import Service

__all__ = ["complete", "heard", "numbered", "small_object"]

T = TypeVar("T")

_LOG: Final = logging.getLogger("tokenwise.proxy")

# With thousands of small parts, so much takes about 5 ms to understand; what is one text takes far less.
_LONG_BYTES: Final = 32_768

# A conversation of a few hundred plain messages takes less than a millisecond, a thread for it as long again.
_PLAIN_BYTES: Final = 262_144
_PLAIN_OBJECTS: Final = 400

# Ours, OpenAI's and Anthropic's.
_REQUEST_IDS: Final = (f"{HEADER}request-id", "x-request-id", "request-id")

# Names with commas between, as many as anybody needs.
_BETAS: Final = re.compile(r"[A-Za-z0-9_.,\- ]{1,2000}")


async def complete(service: Service, request: Request, answer: Answer, *, front: Front, work: Work = CHAT) -> None:
    """Answer one request for a chat completion, or for other work of a model, whatever door it came in by."""
    request_id = numbered(service, answer)
    if trouble := service.gate.trouble():
        await refuse(answer, front, trouble)
        return
    with service.gate:
        found = await heard(service, request, front, partial(placed, service, work=work), work)
        order = found if isinstance(found, Trouble) else await recounted(service, found, work)
        if isinstance(order, Trouble):
            await refuse(answer, front, order)
            return
        too_fast = order.admitted.take(tokens=order.tokens)
        answer.extra |= order.admitted.headers()
        if told := order.asked.told:
            answer.extra |= {f"{HEADER}budget-left": f"{told.left.scope} {format_usd(told.left.available)}"}
        if too_fast:
            await refuse(answer, front, too_fast)
        else:
            carrier = Carrier(service, request_id, order, Delivery(front, order.asked, answer), work)
            await (_begun(service, carrier) if carrier.lasting else carrier.carry_out())


def numbered(service: Service, answer: Answer) -> str:
    """A new id for a request and its run, which its answer says whatever it becomes."""
    request_id = new_run_id(service.client.interpreter.now_ms(), os.urandom(8))
    answer.extra |= dict.fromkeys(_REQUEST_IDS, request_id)
    return request_id


async def _begun(service: Service, carrier: Carrier) -> None:
    """Carry an order out whose run may outlast its request, and return once its client has its answer."""
    assert service.tasks is not None
    ends, scope = _End(), trio.CancelScope()
    carrier.handed_over = handed_over = trio.Event()

    async def run() -> None:
        with scope:
            try:
                await carrier.carry_out()
            except Exception as error:  # noqa: BLE001 -- the outermost edge of a run without a request
                ends.error = error
                if handed_over.is_set():
                    _LOG.exception("a run in the background failed")
        handed_over.set()

    service.tasks.start_soon(run)
    try:
        await handed_over.wait()
    except trio.Cancelled:
        if carrier.drains and carrier.call is not None:
            carrier.delivery.unheard = True
        else:
            scope.cancel(reason="the client left before its answer")
        raise
    if ends.error is not None:
        raise ends.error


@define
class _End:
    error: Exception | None = None


async def heard(
    service: Service, request: Request, front: Front, then: Callable[[Admitted, Asked], T | Trouble], work: Work = CHAT
) -> T | Trouble:
    """What `then` makes of whoever is asking, and for what. With a long body it runs in a thread."""
    settings = service.settings
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        return admitted
    long = request.may_exceed(_LONG_BYTES)
    if request.unread() and (trouble := unreadable_type(request.headers)):
        return trouble
    if long and (trouble := service.spent_out(admitted)):
        return trouble
    longest = min(settings.max_body_bytes, settings.max_json_bytes)
    body = await request.body(limit_bytes=longest, within_ms=1000 * settings.body_timeout_s)
    if isinstance(body, Trouble):
        return body

    spent = service.spent_models(admitted)
    known = service.bodies.beginning(body)
    understood = partial(_understood, service, body, known, request, front, work, spent)
    made = partial(_made, understood, admitted, then)
    takes_long = _takes_long(body, known)
    tells = service.client.workspace.settings.tell_budget and work is CHAT
    shares = service.board is not None and work is CHAT and len(body) >= LEAST_SHARED_BYTES
    if tells or shares:  # budgets and boards are asked by this thread alone
        asked = await service.aside(understood) if takes_long else understood()
        if tells:
            asked = _told(service, admitted, asked)
        if shares and not isinstance(asked, Trouble):
            await ask_others(service, asked, takes_long=takes_long)
        made = partial(_made, lambda: asked, admitted, then)
    return await service.aside(made) if takes_long else made()


def _made(
    understood: Callable[[], Asked | Trouble], admitted: Admitted, then: Callable[[Admitted, Asked], T | Trouble]
) -> T | Trouble:
    asked = understood()
    return asked if isinstance(asked, Trouble) else then(admitted, asked)


def _told(service: Service, admitted: Admitted, asked: Asked | Trouble) -> Asked | Trouble:
    """The request as its model is told what is left of the tightest budget, if there is one."""
    if isinstance(asked, Trouble):
        return asked
    client = service.client
    account = admitted.account((*client.workspace.settings.tags, *asked.options.tags), asked.marks)
    left = client.limits.left(account, asked.model)
    return asked.telling(left) if left else asked


def _takes_long(body: bytes, known: Beginning | None) -> bool:
    """Whether understanding this body would keep others waiting, of which so much is known."""
    new = len(body) - (known.size if known else 0)
    if new <= _LONG_BYTES:
        return False
    rest = body[-new:]
    return new > _PLAIN_BYTES or rest.count(b"{") + rest.count(b"[") > _PLAIN_OBJECTS


def _understood(
    service: Service,
    body: bytes,
    known: Beginning | None,
    request: Request,
    front: Front,
    work: Work,
    spent: tuple[str, ...],
) -> Asked | Trouble:
    """What a body asks for. `spent` models are not to be chosen."""
    workspace, settings = service.client.workspace, service.settings
    try:
        said = service.bodies.read(body, settings.max_values, known)
        fields, barred = _read(front, said)
        betas = request.headers.get(BETAS, "")
        asked = read_asked(
            fields,
            request.headers,
            workspace.catalog,
            aliases=workspace.settings.aliases,
            problems_in=work.problems,
            beside={
                "own": front.own(said),
                "barred": barred,
                "betas": betas if betas and _BETAS.fullmatch(betas) else "",
                "mark": mark_of(body, type(front).__name__),
                "marks": marks_of(service.client.limits.marks, request.headers, said),
            },
        )
    except BadRequest as problem:
        return problem.trouble
    if isinstance(asked, Trouble):
        return asked
    return long_conversation(len(asked.messages), settings) or (evolve(asked, spent_models=spent) if spent else asked)


async def small_object(service: Service, request: Request, *, most_bytes: int = 4096) -> Fields | Trouble:
    """The JSON object of a request that is for this proxy alone."""
    if request.unread() and (trouble := unreadable_type(request.headers)):
        return trouble
    body = await request.body(limit_bytes=most_bytes, within_ms=1000 * service.settings.body_timeout_s)
    try:
        return body if isinstance(body, Trouble) else object_in(body, service.settings.max_values)
    except BadRequest as problem:
        return problem.trouble


def _read(front: Front, body: Fields) -> tuple[Fields, Trouble | None]:
    """The chat fields, and why they can be sent to nobody; None where they can."""
    try:
        return front.read(body), None
    except OnlyAsItIs as problem:
        return problem.fields, problem.trouble

"""One request through the engine: read it, decide, carry the decision out within the money, deliver, tell the cost.

A request is a job of one step, run by the same machine as a plan. Which model, for how much, whether to ask again and
whom: all of that the machine decides. Its calls get the client's own request to send (`carrier`), and their output a
way out (`delivery`).
"""

import os

import orjson

from tokenwise_shell.ledger.runs import new_run_id
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.admission.callers import unreadable_type
from tokenwise_shell.proxy.admission.limits import long_conversation
from tokenwise_shell.proxy.answer.carrier import Carrier
from tokenwise_shell.proxy.answer.delivery import Delivery, refuse
from tokenwise_shell.proxy.fronts import BadRequest, Front, Trouble
from tokenwise_shell.proxy.http.asgi import Answer, Request
from tokenwise_shell.proxy.request.asked import Asked, read_asked
from tokenwise_shell.proxy.request.deciding import Order, ordered
from tokenwise_shell.proxy.request.options import HEADER
from tokenwise_shell.proxy.request.work import CHAT, Work
from tokenwise_shell.proxy.service import Service

__all__ = ["complete", "heard", "object_in"]


async def complete(service: Service, request: Request, answer: Answer, *, front: Front, work: Work = CHAT) -> None:
    """Answer one request for a chat completion, or for other work of a model, whatever door it came in by."""
    request_id = new_run_id(service.client.interpreter.now_ms(), os.urandom(8))
    names = (f"{HEADER}request-id", "x-request-id", "request-id")  # ours, OpenAI's and Anthropic's
    answer.extra |= dict.fromkeys(names, request_id)
    if trouble := service.gate.trouble():
        await refuse(answer, front, trouble)
        return
    with service.gate.one_more():
        order = await _ordered(service, request, answer, front, work)
        if isinstance(order, Trouble):
            await refuse(answer, front, order)
        else:
            await Carrier(service, request_id, order, Delivery(front, order.asked, answer), work).carry_out()


async def _ordered(service: Service, request: Request, answer: Answer, front: Front, work: Work) -> Order | Trouble:
    """What is to be carried out, once the client, its request and the decision on it have passed every gate."""
    found = await heard(service, request, front, work)
    if isinstance(found, Trouble):
        return found
    order = ordered(service, *found, work)
    if isinstance(order, Trouble):
        return order
    too_fast = order.admitted.take(tokens=order.tokens)
    answer.extra |= order.admitted.headers()
    return too_fast or order


async def heard(
    service: Service, request: Request, front: Front, work: Work = CHAT
) -> tuple[Admitted, Asked] | Trouble:
    """Who is asking, and for what."""
    settings = service.settings
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        return admitted
    if trouble := unreadable_type(request.headers):
        return trouble
    body = await request.body(limit_bytes=settings.max_body_bytes, within_ms=1000 * settings.body_timeout_s)
    if isinstance(body, Trouble):
        return body
    try:
        fields = front.read(object_in(body))
        workspace = service.client.workspace
        asked = read_asked(
            fields,
            request.headers,
            workspace.catalog,
            aliases=workspace.settings.aliases,
            problems_in=work.problems,
        )
    except BadRequest as problem:
        return problem.trouble
    if isinstance(asked, Trouble):
        return asked
    return long_conversation(len(asked.messages), settings) or (admitted, asked)


def object_in(body: bytes) -> Fields:
    """The JSON object that a body is. Raises BadRequest."""
    try:
        found: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body is not JSON: {error}", code="invalid_json") from None
    if not isinstance(found, dict):
        raise BadRequest("the body is JSON, and no object", code="invalid_json")
    return found

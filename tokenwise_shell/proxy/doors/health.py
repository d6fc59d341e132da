"""`GET /healthz`, `GET /readyz` and `GET /metrics`: for whatever watches the proxy. The first two need no key.

Alive means that it answers. Ready means that a request could be served: the books can be written, some provider is not
being left alone, and the proxy is not ending.
"""

from collections.abc import Iterator

import orjson

from tokenwise.routing.health import ANY_MODEL
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.metrics import CONTENT_TYPE
from tokenwise_shell.proxy.service import Service

__all__ = ["show_health", "show_metrics", "show_readiness"]


async def show_health(service: Service, request: Request, answer: Answer) -> None:
    """Say that the process answers."""
    del service, request
    await answer.whole(200, {"content-type": JSON}, b'{"status":"ok"}')


async def show_readiness(service: Service, request: Request, answer: Answer) -> None:
    """Say whether a request could be served, and if not, every reason."""
    del request
    reasons = list(_obstacles(service))
    document = {"status": "unready" if reasons else "ready", "reasons": reasons}
    await answer.whole(503 if reasons else 200, {"content-type": JSON}, orjson.dumps(document))


async def show_metrics(service: Service, request: Request, answer: Answer) -> None:
    """The figures, in Prometheus' text format. They say what each key has spent, so where keys are, one is needed."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        await refuse(answer, Chat(), admitted)
    elif admitted.voucher:
        message = "a voucher pays for calls; `GET /v1/limits` says what is left of it"
        await refuse(answer, Chat(), Trouble(403, "permission_error", "not_the_owner", message))
    else:
        await answer.whole(200, {"content-type": CONTENT_TYPE}, service.metrics.exposition())


def _obstacles(service: Service) -> Iterator[str]:
    client = service.client
    if trouble := service.gate.trouble():
        yield trouble.message
    if problem := client.journal.check():
        yield f"the ledger cannot be written: {problem}"
    if not client.workspace.providers:
        yield "no provider can be called: none has a key"
        return
    cooling = {
        seller
        for (seller, kind), _ in client.interpreter.watch.cooling(client.interpreter.now_ms())
        if kind == ANY_MODEL
    }
    if cooling.issuperset(client.workspace.providers):
        yield "every provider has failed lately and is being left alone"

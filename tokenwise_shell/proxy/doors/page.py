"""`GET /`: the page for people, and what it asks for once a second.

The page itself says nothing of anybody and needs no key; a person gives one to it, and it asks with that. Whoever is
not the owner sees what is of his own key. Everything comes from here: no other address is asked for anything.
"""

from functools import cache, partial
from importlib.resources import files
from typing import Final

import orjson
import trio

from tokenwise_shell.ledger.jsonl import iso
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.page.plans import plans_of
from tokenwise_shell.proxy.page.tail import Sums
from tokenwise_shell.proxy.service import Service

__all__ = ["DECISIONS", "FILES", "STATE", "show_decision", "show_file", "show_state"]

STATE: Final = "/page/state"
DECISIONS: Final = "/page/decisions/"

FILES: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page/elements.js": ("elements.js", "text/javascript; charset=utf-8"),
    "/page/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
"""What the page is made of, by path."""

_CHAT: Final = Chat()

# Nothing from elsewhere, no script in the text, in nobody's frame.
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
_FRESH: Final = {"cache-control": "no-store"}

_FORGOTTEN: Final = Trouble(
    404,
    "invalid_request_error",
    "decision_not_found",
    "this decision is not remembered here: it is too old, another process's, or another key's",
)


async def show_file(service: Service, request: Request, answer: Answer) -> None:
    """One of the files."""
    del service
    name, kind = FILES[request.path]
    await answer.whole(200, {"content-type": kind, **_HEADERS}, _content(name))


@cache
def _content(name: str) -> bytes:
    return (files("tokenwise_shell.proxy.page") / "static" / name).read_bytes()


async def show_state(service: Service, request: Request, answer: Answer) -> None:
    """What the page shows, all but the limits."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        await refuse(answer, _CHAT, admitted)
        return
    async with service.seen.reading:
        document = await trio.to_thread.run_sync(partial(_state, service, admitted))
    await answer.whole(200, {"content-type": JSON, **_FRESH}, document)


async def show_decision(service: Service, request: Request, answer: Answer) -> None:
    """Why the model of one request of this process was chosen: the document of `tw route --json`."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        await refuse(answer, _CHAT, admitted)
        return
    decision = service.seen.decided.of(request.path.removeprefix(DECISIONS), _key(admitted))
    if decision is None:
        await refuse(answer, _CHAT, _FORGOTTEN)
    else:
        await answer.whole(200, {"content-type": JSON, **_FRESH}, orjson.dumps(decision.as_json()))


def _key(admitted: Admitted) -> str | None:
    """Whose runs are shown; None for everybody's."""
    return None if admitted.owner else admitted.name


def _state(service: Service, admitted: Admitted) -> bytes:
    client, tail, key = service.client, service.seen.tail, _key(admitted)
    tail.catch_up()
    runs, now_ms = tail.newest(key), client.interpreter.now_ms()
    plans = plans_of(tail.ledger.parent, runs) if admitted.owner else []
    known = service.seen.decided
    return orjson.dumps(
        {
            "now": iso(now_ms),
            "since": tail.since,
            "owner": admitted.owner,
            "sums": (tail.sums if key is None else tail.own.get(key, Sums())).as_json(),
            "runs": [{**seen.as_json(), "decided": known.of(seen.run, key) is not None} for seen in runs],
            "plans": plans,
            "cooling": [
                {"provider": provider, "model": model, "until": iso(until_ms)}
                for (provider, model), until_ms in client.interpreter.watch.cooling(now_ms)
            ],
        }
    )

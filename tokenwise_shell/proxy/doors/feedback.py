"""`POST /v1/feedback`: whether an answer was good or bad, from whoever got it. It is kept beside the ledger."""

import re
from functools import partial
from typing import Final

import orjson

from tokenwise_shell.ledger.jsonl import LinesUnwritable
from tokenwise_shell.plans.outcomes import GOOD_OR_BAD, append_rating
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.serving import small_object
from tokenwise_shell.proxy.troubles import bad_request

__all__ = ["take_feedback"]

_CHAT: Final = Chat()
_RUN: Final = re.compile(r"[\w./:-]{1,200}")


async def take_feedback(service: Service, request: Request, answer: Answer) -> None:
    """Keep `{"run": ID, "rating": "good" | "bad"}`. It counts if the run was this key's, or the caller is the owner."""
    admitted = service.admit(request)
    if isinstance(admitted, Trouble):
        return await refuse(answer, _CHAT, admitted)
    fields = await small_object(service, request)
    said = fields if isinstance(fields, Trouble) else _said(fields)
    if isinstance(said, Trouble):
        return await refuse(answer, _CHAT, said)
    run, good = said
    ledger, at_ms = service.client.workspace.settings.ledger_path, service.client.interpreter.now_ms()
    key = "" if admitted.owner else admitted.name
    try:
        await service.aside(partial(append_rating, ledger, run, key, good=good, at_ms=at_ms))
    except LinesUnwritable:
        return await refuse(answer, _CHAT, Trouble(503, "api_error", "outcomes_unwritable", "it cannot be kept now"))
    await answer.whole(200, {"content-type": JSON}, orjson.dumps({"run": run, "good": good}))
    return None


def _said(fields: Fields) -> tuple[str, bool] | Trouble:
    run, rating = fields.get("run"), fields.get("rating")
    if not isinstance(run, str) or not _RUN.fullmatch(run):
        return bad_request("run: expected the request id of an answer", "run", "invalid_value")
    if rating not in GOOD_OR_BAD:
        return bad_request(f"rating: expected {' or '.join(GOOD_OR_BAD)}", "rating", "invalid_value")
    return run, rating == "good"

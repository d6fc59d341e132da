"""`POST /v1/route`: what would be decided for a chat completion, and why. Nobody is called and nothing is spent."""

from typing import Final

import orjson

from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.request.asked import Asked
from tokenwise_shell.proxy.request.deciding import decided
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.serving import heard
from tokenwise_shell.proxy.troubles import unknown_model

__all__ = ["show_route"]

_CHAT: Final = Chat()


async def show_route(service: Service, request: Request, answer: Answer) -> None:
    """The document of `tw route --json` for this request. A refusal is a decision too, and is status 200."""

    def document(admitted: Admitted, asked: Asked) -> bytes | Trouble:
        if asked.model and not admitted.may_use(asked.model):
            return unknown_model(asked.model)
        return orjson.dumps(decided(service, admitted, asked).as_json())

    found = await heard(service, request, _CHAT, document)
    if isinstance(found, Trouble):
        await refuse(answer, _CHAT, found)
    else:
        await answer.whole(200, {"content-type": JSON}, found)

"""Anthropic's endpoints: `POST /v1/messages` and `POST /v1/messages/count_tokens`."""

from functools import partial
from typing import Final

import orjson

from tokenwise.traits import Feature
from tokenwise_shell.providers.counting import weigh
from tokenwise_shell.proxy.answer.delivery import refuse
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import JSON, Answer, Request
from tokenwise_shell.proxy.request.names import wanted
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.serving import complete, heard

__all__ = ["MESSAGES", "TOKENS", "answer_messages", "count_tokens"]

MESSAGES: Final = "/v1/messages"
TOKENS: Final = "/v1/messages/count_tokens"


async def answer_messages(service: Service, request: Request, answer: Answer) -> None:
    """A message, whole or streamed."""
    await complete(service, request, answer, front=MessagesFront(takes_effort=partial(_takes_effort, service)))


async def count_tokens(service: Service, request: Request, answer: Answer) -> None:
    """How many tokens a request probably has. Nobody is called and nothing is spent.

    It is the estimate that costs are expected by, the same for every model, and no count: no tokenizer of Anthropic's
    is public. Money is held for a bound that is well above it.
    """
    front = MessagesFront(counting=True)
    found = await heard(service, request, front, lambda _, asked: weigh(asked.fields).input.expected)
    if isinstance(found, Trouble):
        await refuse(answer, front, found)
    else:
        await answer.whole(200, {"content-type": JSON}, orjson.dumps({"input_tokens": found}))


def _takes_effort(service: Service, name: str) -> bool:
    workspace = service.client.workspace
    found = wanted(name, workspace.catalog, workspace.settings.aliases)
    if isinstance(found, Trouble) or not found.model:
        return True
    return Feature.REASONING_EFFORT in workspace.catalog[found.model].features

"""`POST /v1/embeddings`: texts as vectors, by the same engine as everything else.

Vectors of two models cannot be compared, so a request stays with one model: the one it names, or for `auto` the
cheapest that embeds. It may be asked at another provider, never another model.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from tokenwise.errors import Problem
from tokenwise.machine.messages import CallModel
from tokenwise.policy import Strategy
from tokenwise.prompt import Message
from tokenwise.routing.request import Wishes
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.traits import Capability, Feature
from tokenwise_shell.config.aliases import AUTO
from tokenwise_shell.engine.calls import Caller, Said
from tokenwise_shell.engine.relaying import Relay
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.openai.embeddings import weigh_input
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.http.asgi import Answer, Request
from tokenwise_shell.proxy.request.asked import Asked
from tokenwise_shell.proxy.request.work import Work
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.serving import complete

__all__ = ["EMBEDDING", "embed"]

_CHEAPEST: Final = f"{AUTO}:{Strategy.CHEAPEST.value}"


async def embed(service: Service, request: Request, answer: Answer) -> None:
    """Answer one request for embeddings, with the provider's own bytes."""
    await complete(service, request, answer, front=_Embeddings(), work=EMBEDDING)


class _Embeddings(Chat):
    def read(self, body: Fields) -> Fields:
        """The body, with `auto` for the cheapest; embeddings are never streamed."""
        fields = {name: value for name, value in body.items() if name != "stream"}
        return {**fields, "model": _CHEAPEST} if fields.get("model") == AUTO else fields


def _problems(fields: Fields) -> Iterator[Problem]:
    """What must hold for the input to be counted; the rest is for the provider to judge."""
    given = fields.get("input")
    if not isinstance(given, str | list) or not given:
        yield Problem("input", "expected a text, a list of texts, or lists of token ids")


def _wishes(asked: Asked) -> Wishes:
    return Wishes(
        capabilities=Capability(0),
        max_output_tokens=0,
        features=Feature.EMBEDDINGS,
        model=asked.model,
        weight=weigh_input(asked.fields),
    )


async def _place(
    caller: Caller,
    command: CallModel,
    /,
    *,
    written: Mapping[str, object],
    first_token: Callable[[], None],
    relay: Relay | None,
    whole: Callable[[bytes], None],
    said: Said,
) -> Reply | Failure:
    del first_token, relay, said  # vectors come in one piece
    return await caller.embed(command, written=written, whole=whole)


def _no_words(_: Fields, /, *, whole: bool) -> Sequence[Message]:
    del whole
    return ()


EMBEDDING: Final = Work(_problems, _no_words, _wishes, _place, pinned=True)
"""Making vectors of texts. There is no scenario in it: words are not answered, so how hard they are is no matter."""

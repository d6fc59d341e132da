"""What an endpoint has a model do, and so how a request for it is read, what it needs, and how it is sent.

Everything else (keys, money, failover, books, headers) is the same for all work.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from attrs import evolve, frozen

from tokenwise.catalog.attachments import NOTHING_ATTACHED
from tokenwise.errors import Problem
from tokenwise.machine.messages import CallModel
from tokenwise.prompt import Message
from tokenwise.routing.request import Weight, Wishes
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.traits import Capability, Feature
from tokenwise.usage import text_bound
from tokenwise_shell.engine.calls import Caller, Said
from tokenwise_shell.engine.relaying import Relay
from tokenwise_shell.providers.counting import Turns, turns_in, weigh, words_of
from tokenwise_shell.providers.fields import Fields, entries
from tokenwise_shell.providers.marks import longer, marked_writes, unlimited
from tokenwise_shell.providers.own import TURNS
from tokenwise_shell.providers.translate.features import features_of
from tokenwise_shell.providers.turns import over
from tokenwise_shell.proxy.request.asked import Asked, chat_problems
from tokenwise_shell.proxy.request.conversation import conversation_in

__all__ = ["CHAT", "Place", "Words", "Work"]


class Place(Protocol):
    """Makes a call with the client's own request. `relay` takes a stream, `whole` an answer in one piece."""

    def __call__(
        self,
        caller: Caller,
        command: CallModel,
        /,
        *,
        written: Mapping[str, object],
        first_token: Callable[[], None],
        relay: Relay | None,
        whole: Callable[[bytes], None],
        said: Said,
    ) -> Awaitable[Reply | Failure]:
        """See `Caller.call`."""
        ...


class Words(Protocol):
    """Reads the turns of a request."""

    def __call__(self, fields: Fields, /, *, whole: bool) -> Sequence[Message]:
        """All of them, or where not the `whole` is wanted those that the detector reads."""
        ...


@frozen(eq=False)
class Work:
    """One kind of work. `pinned` work is done by the model that was chosen first, or by none.

    How work ends that is not `watched` says nothing of how its provider is: whoever asks for it chooses its failures.
    """

    problems: Callable[[Fields], Iterator[Problem]]
    words: Words
    wishes: Callable[[Asked], Wishes]
    place: Place
    pinned: bool = False
    watched: bool = True


def _chat_wishes(asked: Asked) -> Wishes:
    """What the words and parameters require of a model, unless the request names one.

    Then it goes there, whatever the catalogue knows of that model: what it is good at is the client's affair, and what
    it does not take its provider says, and bills nothing.
    """
    named, turns = bool(asked.model), turns_in(asked.fields)
    return Wishes(
        capabilities=Capability(0) if named and asked.options.capabilities is None else asked.options.capabilities,
        max_output_tokens=asked.max_output_tokens,
        features=Feature.NONE if named else features_of(asked.fields, plain=not turns.odd),
        model=asked.model,
        weight=_weight(asked, turns),
        streamed=asked.stream or asked.background,
        answers=turns.answers,
    )


def _weight(asked: Asked, turns: Turns) -> Weight:
    """What the request weighs, as it is and translated: which of the two is sent is not known yet."""
    weight = weigh(asked.fields, turns)
    if asked.own is None:
        return weight
    body = asked.own.body
    most = max(weight.input.bound, _bound_of_words(body, TURNS[asked.own.format]))
    marked = marked_writes(body, TURNS[asked.own.format], most=most, least_of=lambda turn: len(words_of(turn)))
    writes = longer(weight.writes, marked)
    if weight.attachments is not NOTHING_ATTACHED:
        writes = unlimited(writes)
    return evolve(weight, input=evolve(weight.input, bound=most), writes=writes)


def _bound_of_words(body: Fields, name: str) -> int:
    """The bound of a request as it is: of all that it says, as JSON."""
    turns = entries(body.get(name))
    if not turns:
        return text_bound(words_of(body))
    return text_bound(words_of({**body, name: []})) + over(turns, _with_bounds, 0) + len(turns) - 1


def _with_bounds(before: int, turns: Sequence[object]) -> int:
    """Of turns as JSON, with these."""
    return before + sum(map(text_bound, map(words_of, turns)))


def _place(
    caller: Caller,
    command: CallModel,
    /,
    *,
    written: Mapping[str, object],
    first_token: Callable[[], None],
    relay: Relay | None,
    whole: Callable[[bytes], None],
    said: Said,
) -> Awaitable[Reply | Failure]:
    """The caller's own call, which one that traces has too."""
    return caller.call(command, written=written, first_token=first_token, relay=relay, whole=whole, said=said)


CHAT: Final = Work(chat_problems, conversation_in, _chat_wishes, _place)
"""Answering a conversation."""

"""From words to a `Need`: what a conversation requires of a model, before anybody has looked at one.

`tw route`, the Python API and the proxy all come through here, so equal input gives equal decisions.
"""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from tokenwise.catalog.attachments import NOTHING_ATTACHED, Attachments
from tokenwise.catalog.prices import NOTHING_WRITTEN, Writes
from tokenwise.catalog.tool_fees import Hosted
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.prompt import Message, Role
from tokenwise.routing.bid import Counted, Horizon, Known, Need, has_paused
from tokenwise.scenario.detector import Scenario, detect
from tokenwise.scenario.numbers import difficulty_by
from tokenwise.traits import Capability, Feature
from tokenwise.usage import TokenCount, count_messages

__all__ = ["Request", "Weight", "Wishes", "ahead", "expected_output", "read_request"]

_NO_FEE: Final = Nanodollars(0)
_NONE: Final = Capability(0)

# How many turns an agent's conversation is taken to have before any was seen; and how far ahead is looked at most: far
# enough for a cache to be worth filling, but where one has been lost already, not far beyond the next pause.
_AGENTS_TURNS: Final = 8
_MOST_TURNS: Final = 100
_TURNS_TO_A_PAUSE: Final = 16

# Nothing is known of words that were not read: they are as hard as a request can be expected to be.
_UNREAD: Final = Scenario(Capability.GENERAL, 0.5)


@frozen(kw_only=True)
class Weight:
    """What a request that arrives written weighs: everything in it that may be billed, the words included.

    `input` counts attachments as they usually count; the other fields are as in `Need`.
    """

    input: TokenCount
    choices: int = 1
    attachments: Attachments = NOTHING_ATTACHED
    unpriced: str = ""
    surcharge: Nanodollars = _NO_FEE
    writes: Writes = NOTHING_WRITTEN
    tier: str = ""
    hosted: tuple[Hosted, ...] = ()


@frozen(kw_only=True)
class Wishes:
    """What the caller says beside the words. No cap means the policy's own.

    A stated capability is required and replaces detection, whose guess is a preference.

    `weight` is that of a request that arrives written; without one, the words are all there is. `counted` says how many
    tokens an exact count of the words saves, of those that the bound has for them; `known` is as in `Need`. `streamed`
    where the answer is to be read as it comes. `answers` are those that the conversation has had, where they are not
    all among the messages.
    """

    capabilities: Capability | None = None
    max_output_tokens: int | None = None
    features: Feature = Feature.NONE
    model: str = ""
    weight: Weight | None = None
    counted: tuple[Counted, ...] = ()
    known: tuple[Known, ...] = ()
    streamed: bool = False
    answers: int = 0


@frozen
class Request:
    """A conversation's scenario and the need that follows from it."""

    scenario: Scenario
    need: Need


def read_request(conversation: str | Sequence[Message], policy: Policy, wishes: Wishes | None = None) -> Request:
    """Detect the scenario of a conversation and count its tokens.

    A request that names its model goes to that one whatever its words are, so they are not read.
    """
    wishes = wishes or Wishes()
    scenario = _UNREAD if wishes.model else detect(conversation)
    weight = wishes.weight or Weight(input=count_messages(_texts(conversation)))
    agent = bool(wishes.features._value_ & Feature.TOOLS._value_)  # an operation on flags would make a new flag
    longest = policy.default_output_tokens if wishes.max_output_tokens is None else wishes.max_output_tokens
    need = Need(
        capabilities=wishes.capabilities or _NONE,
        likely=scenario.capabilities if wishes.capabilities is None else _NONE,
        input=weight.input,
        max_output_tokens=longest,
        output_tokens=min(longest, expected_output(scenario.difficulty)),
        difficulty=scenario.difficulty
        if policy.calibration is None
        else difficulty_by(policy.calibration, conversation, scenario),
        features=wishes.features,
        model=wishes.model,
        choices=weight.choices,
        attachments=weight.attachments,
        unpriced=weight.unpriced,
        tier=weight.tier,
        hosted=weight.hosted,
        surcharge=weight.surcharge,
        counted=wishes.counted,
        open_ended=wishes.max_output_tokens is None,
        writes=weight.writes,
        known=wishes.known,
        streamed=wishes.streamed,
        # A conversation without tools that nobody here has answered before is taken to be a question like any other.
        horizon=_horizon(conversation, weight.input.expected, wishes, agent=agent) if agent or wishes.known else None,
    )
    return Request(scenario, need)


def _horizon(conversation: str | Sequence[Message], tokens: int, wishes: Wishes, *, agent: bool) -> Horizon | None:
    if wishes.model or isinstance(conversation, str):
        return None
    answers = max(wishes.answers, sum(message.role is Role.ASSISTANT for message in conversation))
    return ahead(answers, tokens, wishes.known, agent=agent)


def ahead(answers: int, tokens: int, known: Sequence[Known] = (), *, agent: bool) -> Horizon | None:
    """What will probably follow a conversation of so many tokens: as many turns as it has had, each as long as those.

    That is all that it says of its own length. An agent's, which has tools, is taken to have begun to be long. No turn
    is taken to be longer than what the last one added to what is warm: a first one often brings a document.

    >>> ahead(12, 40_000, agent=True), ahead(0, 500, agent=False)
    (Horizon(turns=20, added_tokens=2000), None)
    """
    turns = answers + _AGENTS_TURNS if agent else answers
    most = _TURNS_TO_A_PAUSE if has_paused(known) else _MOST_TURNS
    if not turns:
        return None
    last = tokens - max((each.warm for each in known), default=0)
    return Horizon(min(turns, most), max(0, min(tokens // turns, last)))


def expected_output(difficulty: float) -> int:
    """How long an answer probably is: a short paragraph for a trivial question, two pages for the hardest."""
    return 100 + int(1400 * difficulty)


def _texts(conversation: str | Sequence[Message]) -> tuple[str, ...]:
    if isinstance(conversation, str):
        return (conversation,)
    return tuple(message.text for message in conversation)

"""From words to a `Need`: what a conversation requires of a model, before anybody has looked at one.

`tw route`, the Python API and the proxy all come through here, so equal input gives equal decisions.
"""

from collections.abc import Sequence

from attrs import frozen

from tokenwise.bid import Need
from tokenwise.catalog import Capability, Feature
from tokenwise.policy import Policy
from tokenwise.prompt import Message
from tokenwise.scenario import Scenario, detect
from tokenwise.usage import count_messages

__all__ = ["Request", "Wishes", "expected_output", "read_request"]


@frozen(kw_only=True)
class Wishes:
    """What the caller says beside the words. A stated capability replaces detection; no cap means the policy's own."""

    capabilities: Capability | None = None
    max_output_tokens: int | None = None
    features: Feature = Feature.NONE
    model: str = ""


@frozen
class Request:
    """A conversation's scenario and the need that follows from it."""

    scenario: Scenario
    need: Need


def read_request(conversation: str | Sequence[Message], policy: Policy, wishes: Wishes | None = None) -> Request:
    """Detect the scenario of a conversation and count its tokens."""
    wishes = wishes or Wishes()
    scenario = detect(conversation)
    longest = wishes.max_output_tokens or policy.default_output_tokens
    need = Need(
        capabilities=wishes.capabilities or scenario.capabilities,
        input=count_messages(_texts(conversation)),
        max_output_tokens=longest,
        output_tokens=min(longest, expected_output(scenario.difficulty)),
        difficulty=scenario.difficulty,
        features=wishes.features,
        model=wishes.model,
    )
    return Request(scenario, need)


def expected_output(difficulty: float) -> int:
    """How long an answer probably is: a short paragraph for a trivial question, two pages for the hardest."""
    return 100 + int(1400 * difficulty)


def _texts(conversation: str | Sequence[Message]) -> tuple[str, ...]:
    if isinstance(conversation, str):
        return (conversation,)
    return tuple(message.text for message in conversation)

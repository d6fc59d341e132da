"""What a call meets in a simulation: answers, the protocol of whatever gives them, and two small worlds that do."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from attrs import field, frozen

from tokenwise.faults import Fault
from tokenwise.ids import AttemptId, jitter
from tokenwise.machine.messages import CallModel
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage

__all__ = ["Answer", "Plain", "RandomWorld", "ScriptedWorld", "World"]


@frozen
class Answer:
    """What a world makes of one call: after how many ms it ends and how; when the first token is out, if streamed."""

    after_ms: int
    outcome: Reply | Failure
    first_token_ms: int | None = None


class Plain(NamedTuple):
    """An answer about which nothing is unusual, and which is billed by the catalogue: see `facing.Facing.plainly`.

    `written` counts the tokens `thought` too; `quality` is in thousandths.
    """

    after_ms: int
    written: int
    thought: int
    quality: int


class World(Protocol):
    """Whatever answers calls. Must be a function of its arguments, or simulations would not repeat."""

    def answer(self, run_id: str, call: CallModel, at_ms: int) -> Answer:
        """The answer to one call that leaves at `at_ms`."""
        ...


@frozen
class ScriptedWorld:
    """Answers by attempt, then by model, then by default. For tests and transcripts."""

    default: Answer
    by_model: Mapping[str, Answer] = field(factory=dict)
    by_attempt: Mapping[AttemptId, Answer] = field(factory=dict)

    def answer(self, run_id: str, call: CallModel, at_ms: int) -> Answer:  # noqa: ARG002 -- the World protocol
        """See `World`."""
        return self.by_attempt.get(call.attempt) or self.by_model.get(call.model) or self.default


@frozen
class RandomWorld:
    """Replies of plausible length, and faults at given rates per thousand calls. All drawn from the seed.

    `outages` are seats (a model id or a provider name) that answer UNREACHABLE whatever the draw.
    """

    seed: int
    rates_per_mille: Mapping[Fault, int] = field(factory=dict)
    least_ms: int = 200
    most_ms: int = 4000
    outages: frozenset[str] = frozenset()

    def answer(self, run_id: str, call: CallModel, at_ms: int) -> Answer:  # noqa: ARG002 -- the World protocol
        """See `World`."""
        if not self.outages.isdisjoint((call.model, call.provider)):
            return Answer(self.least_ms, Failure(Fault.UNREACHABLE))
        after_ms = self.least_ms + self._draw(run_id, call, "latency", self.most_ms - self.least_ms)
        fault = self._fault(self._draw(run_id, call, "fault", 999))
        return Answer(after_ms, self._reply(run_id, call) if fault is None else self._failure(fault, run_id, call))

    def _fault(self, draw: int) -> Fault | None:
        for fault, rate in self.rates_per_mille.items():
            draw -= rate
            if draw < 0:
                return fault
        return None

    def _reply(self, run_id: str, call: CallModel) -> Reply:
        tokens = 1 + self._draw(run_id, call, "length", call.max_output_tokens - 1)
        usage = Usage(input_tokens=max(1, call.input_tokens // 4), output_tokens=tokens)
        agrees = None if call.beside is None else bool(self._draw(run_id, call, "agreement", 1))
        return Reply(f"Simulated reply of {tokens} tokens.", FinishReason.STOP, usage, agrees=agrees)

    def _failure(self, fault: Fault, run_id: str, call: CallModel) -> Reply | Failure:
        """Faults of the reply arrive as replies, so that `verdict` is what finds them."""
        reply = self._reply(run_id, call)
        match fault:
            case Fault.TRUNCATED:
                return Reply(reply.text, FinishReason.LENGTH, reply.usage)
            case Fault.EMPTY:
                return Reply("", FinishReason.STOP, reply.usage)
            case Fault.REFUSED:
                return Reply(reply.text, FinishReason.REFUSAL, reply.usage)
            case Fault.CHECK_FAILED:
                return Reply(reply.text, FinishReason.STOP, reply.usage, findings=("not what was asked for",))
            case _:
                return Failure(fault)

    def _draw(self, run_id: str, call: CallModel, what: str, upto: int) -> int:
        return jitter(self.seed, AttemptId(f"{run_id}/{call.attempt.step}/{what}", call.attempt.ordinal), max(0, upto))

"""A request in a world: which answer it gets, when, and what it is billed.

Every draw is a hash of (seed, request, step, attempt, model), so two policies that ask the same model for the same
request get the same answer. Whether an answer is good is drawn once per request: a model that is better on average is
good wherever a worse one is. That is an assumption (drawn apart, every retry would repair); records need none.
"""

import hashlib
import heapq
import itertools
from collections import deque
from typing import Final

from attrs import define, evolve, field

from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Price
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel
from tokenwise.money import Nanodollars
from tokenwise.routing.request import expected_output
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.routing.warmth import LEAST_CACHED, keeps
from tokenwise.routing.worth import thinks, thoughts
from tokenwise.simulation.answers import Answer
from tokenwise.simulation.conversations.caches import Caches
from tokenwise.simulation.workload import Asked
from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Trouble
from tokenwise.traits import Capability
from tokenwise.usage import Usage

__all__ = ["Facing", "Servers"]

_DRAWS: Final = 2**32
_MINUTE_MS: Final = 60_000
_REMEMBERED: Final = 65_536
_LEAST_BITS: Final = _DRAWS - 1
_PLACES: Final = range(224, -32, -32)
_WITHOUT_TROUBLES: Final = 4


@define(eq=False)
class Servers:
    """The world's side of one simulation: its prompt caches, the calls that limits count. Made anew for each."""

    world: ModelledWorld
    catalog: Catalog
    seed: int
    caches: Caches = field(factory=Caches)
    _known: dict[tuple[str, str], Behaviour] = field(factory=dict)
    _minutes: dict[tuple[str, str], tuple[int, int, int]] = field(factory=dict)
    _free_ms: dict[tuple[str, str], list[int]] = field(factory=dict)
    _turns_ms: dict[tuple[str, str], deque[int]] = field(factory=dict)
    _good: dict[tuple[str, Capability, float], int] = field(factory=dict)

    def behaviour(self, provider: str, model: str) -> Behaviour:
        """How this seat behaves."""
        known = self._known.get((provider, model))
        if known is None:
            known = self.world.behaviour(provider, model, self.catalog[model].tier)
            self._known[provider, model] = known
        return known

    def pause_ms(self, call: CallModel, how: Behaviour, at_ms: int) -> int:
        """Count a call, and say how long it must wait for the next minute; 0 where there is room in this one."""
        seat, now = (call.provider, call.model), at_ms // _MINUTE_MS
        minute, calls, tokens = self._minutes.get(seat, (-1, 0, 0))
        if minute != now:
            calls, tokens = 0, 0
        calls, tokens = calls + 1, tokens + call.input_tokens + call.max_output_tokens
        over = 0 < how.requests_per_minute < calls or 0 < how.tokens_per_minute < tokens
        if over:  # what is refused takes no tokens, but it is a request
            tokens -= call.input_tokens + call.max_output_tokens
        self._minutes[seat] = (now, calls, tokens)
        return (now + 1) * _MINUTE_MS - at_ms if over else 0

    def queued_ms(self, seat: tuple[str, str], how: Behaviour, at_ms: int, work_ms: int) -> int | None:
        """How long a call waits until it is worked on; None where the queue is full. Calls come in order of time."""
        free_ms = self._free_ms.setdefault(seat, [0] * how.concurrency)
        turns_ms = self._turns_ms.setdefault(seat, deque())
        while turns_ms and turns_ms[0] <= at_ms:
            turns_ms.popleft()
        turn_ms = max(at_ms, free_ms[0])
        if turn_ms > at_ms:
            if 0 < how.queue <= len(turns_ms):
                return None
            turns_ms.append(turn_ms)
        heapq.heapreplace(free_ms, turn_ms + work_ms)
        return turn_ms - at_ms

    def good_per_mille(self, model: str, asked: Asked, step: str) -> int:
        """How good this model's answer is, in thousandths: as recorded, or the chance of a good one."""
        if recorded := asked.outcomes.get(model):
            return recorded.quality
        work = asked.plan[step] if asked.plan else asked
        where = (model, work.capabilities, work.difficulty)
        known = self._good.get(where)
        if known is None:
            known = self.world.good_per_mille(self.catalog[model], work.capabilities, work.difficulty)
            if len(self._good) < _REMEMBERED:
                self._good[where] = known
        return known


def _draws(name: str, count: int = len(_PLACES)) -> tuple[int, ...]:
    """So many independent numbers from 0 up to 2^32, eight at most, from the hash of a name."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=32).digest()
    number = int.from_bytes(digest, "big")
    return tuple([number >> place & _LEAST_BITS for place in _PLACES[:count]])


@define(eq=False)
class Facing:
    """The world as one request meets it; remembers how good each answer was, and so whether two agree."""

    servers: Servers
    asked: Asked
    quality: dict[AttemptId, int] = field(factory=dict)
    _opinions: dict[str, tuple[bool, str]] = field(factory=dict)

    @property
    def leaves_ms(self) -> int | None:
        """When its client leaves, counted from the request; None where it waits as long as it takes."""
        world = self.servers.world
        if not world.leaves_per_mille:
            return None
        drawn = _draws(f"{self.servers.seed}/{self.asked.id}/leaves")
        return world.leaves_after_ms.at(drawn[1]) if drawn[0] % 1000 < world.leaves_per_mille else None

    def answer(self, run_id: str, call: CallModel, at_ms: int) -> Answer:
        """See `answers.World`."""
        how = self.servers.behaviour(call.provider, call.model)
        if (how.requests_per_minute or how.tokens_per_minute) and (pause := self.servers.pause_ms(call, how, at_ms)):
            return Answer(how.latency_ms.points[0][1], Failure(Fault.RATE_LIMITED, retry_after_ms=pause))
        answer = self._worked_on(run_id, call, how, at_ms)
        if not how.concurrency:
            return self._kept(call, how, answer, at_ms)
        queued_ms = self.servers.queued_ms((call.provider, call.model), how, at_ms, answer.after_ms)
        if queued_ms is None:
            return Answer(how.latency_ms.points[0][1], Failure(Fault.OVERLOADED))
        first_ms = answer.first_token_ms
        later = Answer(answer.after_ms + queued_ms, answer.outcome, None if first_ms is None else first_ms + queued_ms)
        return self._kept(call, how, later, at_ms)

    def _kept(self, call: CallModel, how: Behaviour, answer: Answer, at_ms: int) -> Answer:
        """The same answer, after which all of its request is in the seat's cache, if it has one."""
        asked = self.asked
        if asked.session and not asked.plan and isinstance(answer.outcome, Reply) and self._keeps(call, how):
            self.servers.caches.keep(asked, (call.provider, call.model), at_ms, how.cache_ms)
        return answer

    def _worked_on(self, run_id: str, call: CallModel, how: Behaviour, at_ms: int) -> Answer:
        attempt = call.attempt
        name = f"{self.servers.seed}/{run_id}/{attempt.step}#{attempt.ordinal}/{call.model}/{call.provider}"
        draws = _draws(name) if how.troubles else _draws(name, _WITHOUT_TROUBLES)
        first_ms = how.latency_ms.at(draws[0])
        tokens, thought = self._length(call, how, draws[1])
        whole_ms = first_ms + tokens * how.token_us // 1000
        usage = self._usage(call, how, tokens, thought, at_ms)
        for trouble, draw in zip(how.troubles, itertools.cycle(draws[4:]), strict=False):
            if trouble.strikes(at_ms, draw % 1000):
                return self._failed(trouble, call, first_ms, whole_ms, usage)
        reply = self._reply(call, how, draws, usage, at_ms)
        return Answer(whole_ms, reply, self._first(call, first_ms))

    def _length(self, call: CallModel, how: Behaviour, draw: int) -> tuple[int, int]:
        """How many tokens are written, and how many of them thought: what was recorded says nothing of thoughts."""
        asked, recorded = self.asked, self.asked.outcomes.get(call.model)
        if recorded and recorded.output_tokens:
            return max(1, min(call.max_output_tokens, recorded.output_tokens)), 0
        spec, told = asked.plan[call.attempt.step] if asked.plan else None, asked.output_tokens
        if told is None:
            likely = spec.output_tokens if spec else expected_output(asked.difficulty)
            told = likely * how.length_per_mille.at(draw) // 1000
        thought = thoughts((spec or asked).difficulty, thinks=thinks(self.servers.catalog[call.model]))
        tokens = max(1, min(call.max_output_tokens, told + thought))
        return tokens, min(thought, tokens - 1)

    def _failed(self, trouble: Trouble, call: CallModel, first_ms: int, whole_ms: int, usage: Usage) -> Answer:
        """A stream is cut half-way, with its usage unsaid; all other faults come in place of the first token."""
        match trouble.fault:
            case Fault.CUT_STREAM | Fault.DISCONNECTED:
                half = (first_ms + whole_ms) // 2
                return Answer(half, Failure(trouble.fault), self._first(call, first_ms))
            case Fault.TRUNCATED:
                return Answer(whole_ms, Reply(_text(usage), FinishReason.LENGTH, usage))
            case Fault.EMPTY:
                return Answer(
                    first_ms, Reply("", FinishReason.STOP, evolve(usage, output_tokens=1, reasoning_tokens=0))
                )
            case Fault.REFUSED:
                return Answer(whole_ms, Reply("I cannot help with that.", FinishReason.REFUSAL, usage))
            case Fault.CHECK_FAILED:
                return Answer(whole_ms, Reply(_text(usage), FinishReason.STOP, usage, findings=("as scripted",)))
            case Fault.TIMED_OUT:
                return Answer(call.timeout_ms + 1, Failure(trouble.fault))
            case _:
                return Answer(first_ms, Failure(trouble.fault, retry_after_ms=trouble.retry_after_ms))

    def _first(self, call: CallModel, first_ms: int) -> int | None:
        """When the first token is out, where somebody waits for it and it comes in time."""
        return first_ms if self.asked.streamed and first_ms <= call.timeout_ms else None

    def _usage(self, call: CallModel, how: Behaviour, tokens: int, thought: int, at_ms: int) -> Usage:
        asked = self.asked
        if asked.plan:
            return Usage(-(-call.input_tokens // 4), 0, 0, tokens, thought)
        expected = asked.input.expected
        if not asked.session or not self._keeps(call, how):
            return Usage(expected, 0, 0, tokens, thought)
        read = self.servers.caches.read(asked, (call.provider, call.model), at_ms)
        return Usage(0, read, 0, tokens, thought, cache_write_5m_tokens=expected - read)

    def _keeps(self, call: CallModel, how: Behaviour) -> bool:
        """Whether this seat keeps the request in a prompt cache: where it sells what it reads there for less."""
        price, expected = self.servers.catalog[call.model].offered_by[call.provider].price, self.asked.input.expected
        return how.cache_ms > 0 and expected >= LEAST_CACHED and isinstance(price, Price) and keeps(price, expected)

    def _reply(self, call: CallModel, how: Behaviour, draws: tuple[int, ...], usage: Usage, at_ms: int) -> Reply:
        text = _text(usage) if self.asked.plan else "Simulated."
        if draws[2] % 1000 < how.overbilled_per_mille:
            usage = evolve(usage, output_tokens=2 * call.max_output_tokens)
        per_mille = self.quality[call.attempt] = self._judge(call)
        good = per_mille >= 500
        noticed = not good and draws[3] % 1000 < self.servers.world.noticed_per_mille
        findings = ("not what was asked for",) if noticed else ()
        unreported = draws[2] // 1000 % 1000 < how.unreported_per_mille
        billed = self._billed(call, how, usage, at_ms)
        return Reply(
            text,
            FinishReason.STOP,
            None if unreported else usage,
            findings=findings,
            reported_cost=billed,
            agrees=self._agrees(call, good=good),
        )

    def _judge(self, call: CallModel) -> int:
        """Draw how good the answer is, in thousandths. A recorded one is as recorded."""
        per_mille = self.servers.good_per_mille(call.model, self.asked, call.attempt.step)
        if call.model in self.asked.outcomes:
            return per_mille
        return 1000 if self._luck(call.attempt.step) < per_mille else 0

    def _agrees(self, call: CallModel, *, good: bool) -> bool | None:
        """Whether this answer is the one it is compared with, None where it is compared with none."""
        recorded, step = self.asked.outcomes.get(call.model), call.attempt.step
        if call.beside is None:
            if call.held:
                self._opinions[step] = (good, recorded.answer if recorded else "")
            return None
        was_good, said = self._opinions[step]
        if said and recorded:
            return said == recorded.answer
        if said or (recorded and recorded.answer) or good != was_good:
            return False
        return good or self._luck(f"{step}/alike") < self.servers.world.alike_per_mille

    def _luck(self, step: str) -> int:
        """From 0 to 999, the same for every model: how good a model must be to answer this step well."""
        name = f"{self.servers.seed}/{self.asked.id}/{step}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(name, digest_size=4).digest(), "big") * 1000 // _DRAWS

    def _billed(self, call: CallModel, how: Behaviour, usage: Usage, at_ms: int) -> Nanodollars | None:
        """What the provider really bills, where it is not what the catalogue says."""
        if not how.prices:
            return None
        price = self.servers.catalog[call.model].offered_by[call.provider].price
        assert isinstance(price, Price)  # nobody is called without one
        return Nanodollars(-(-price.cost(usage) * how.billing_at(at_ms) // 1000))


def _text(usage: Usage) -> str:
    """What was written and not thought, at four bytes a token: the children of a step get it to read."""
    return "word" * (usage.output_tokens - usage.reasoning_tokens)

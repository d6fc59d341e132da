"""A request in a world: which answer it gets, when, and what it is billed.

Every draw is a hash of (seed, request, step, attempt, model), so two policies that ask the same model for the same
request get the same answer. Whether an answer is good is drawn once per request: a model that is better on average is
good wherever a worse one is. That is an assumption (drawn apart, every retry would repair); records need none.
"""

import heapq
import itertools
from collections import deque
from hashlib import blake2b
from typing import Final

from attrs import define, evolve, field, frozen

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import Bid
from tokenwise.routing.request import expected_output
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.routing.warmth import LEAST_CACHED, keeps
from tokenwise.routing.worth import thinks, thoughts
from tokenwise.simulation.answers import Answer, Plain
from tokenwise.simulation.conversations.caches import Caches
from tokenwise.simulation.workload import Asked
from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Trouble
from tokenwise.usage import Usage

__all__ = ["Facing", "Servers"]

_DRAWS: Final = 2**32
_MINUTE_MS: Final = 60_000
_REMEMBERED: Final = 65_536
_LEAST_BITS: Final = _DRAWS - 1
_PLACES: Final = range(224, -32, -32)


@frozen
class _Place:
    """A seat as it behaves. It is `plain` where no answer of it is ever kept waiting, or billed as was not expected."""

    model: Model
    how: Behaviour
    thinks: bool
    plain: bool


@define(eq=False)
class Servers:
    """The world's side of one simulation: its prompt caches, the calls that limits count. Made anew for each."""

    world: ModelledWorld
    catalog: Catalog
    seed: int
    caches: Caches = field(factory=Caches)
    _known: dict[tuple[str, str], _Place] = field(factory=dict)
    _minutes: dict[tuple[str, str], tuple[int, int, int]] = field(factory=dict)
    _free_ms: dict[tuple[str, str], list[int]] = field(factory=dict)
    _turns_ms: dict[tuple[str, str], deque[int]] = field(factory=dict)
    _good: dict[tuple[str, int, float], int] = field(factory=dict)

    def place(self, provider: str, model_id: str) -> _Place:
        """How this seat behaves."""
        known = self._known.get((provider, model_id))
        if known is None:
            model = self.catalog[model_id]
            how = self.world.behaviour(provider, model_id, model.tier)
            counts = how.requests_per_minute or how.tokens_per_minute or how.concurrency
            odd = how.prices or how.unreported_per_mille or how.overbilled_per_mille
            known = self._known[provider, model_id] = _Place(model, how, thinks(model), not (counts or odd))
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
        if asked.outcomes and (recorded := asked.outcomes.get(model)):
            return recorded.quality
        work = asked.plan[step] if asked.plan else asked
        where = model, work.capabilities._value_, work.difficulty  # a flag's own hash is Python's
        known = self._good.get(where)
        if known is None:
            known = self.world.good_per_mille(self.catalog[model], work.capabilities, work.difficulty)
            if len(self._good) < _REMEMBERED:
                self._good[where] = known
        return known


def _draws(name: str) -> tuple[int, ...]:
    """Eight independent numbers from 0 up to 2^32, from the hash of a name."""
    number = int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=32).digest(), "big")
    return tuple([number >> place & _LEAST_BITS for place in _PLACES])


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

    def plainly(self, attempt: AttemptId, bid: Bid, at_ms: int) -> Plain | None:
        """The answer to this call of a request, where nothing is unusual about it; else `answer` is to say."""
        asked, servers = self.asked, self.servers
        place = servers.place(bid.provider, bid.model)
        how = place.how
        if not place.plain or asked.session or asked.outcomes or asked.plan:
            return None
        draws = _draws(self._name(asked.id, attempt, bid.model, bid.provider))
        if how.troubles and _struck(how, draws, at_ms):
            return None
        tokens, thought = self._written(place, attempt.step, bid.max_output_tokens, draws[1])
        whole_ms = how.latency_ms.at(draws[0]) + tokens * how.token_us // 1000
        good = self._luck(attempt.step) < servers.good_per_mille(bid.model, asked, attempt.step)
        if not good and draws[3] % 1000 < servers.world.noticed_per_mille:
            return None
        return Plain(whole_ms, tokens, thought, 1000 if good else 0)

    def answer(self, run_id: str, call: CallModel, at_ms: int) -> Answer:
        """See `answers.World`."""
        place = self.servers.place(call.provider, call.model)
        how = place.how
        if (how.requests_per_minute or how.tokens_per_minute) and (pause := self.servers.pause_ms(call, how, at_ms)):
            return Answer(how.latency_ms.points[0][1], Failure(Fault.RATE_LIMITED, retry_after_ms=pause))
        answer = self._worked_on(run_id, call, place, at_ms)
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

    def _name(self, run_id: str, attempt: AttemptId, model: str, provider: str) -> str:
        return f"{self.servers.seed}/{run_id}/{attempt.step}#{attempt.ordinal}/{model}/{provider}"

    def _worked_on(self, run_id: str, call: CallModel, place: _Place, at_ms: int) -> Answer:
        how, draws = place.how, _draws(self._name(run_id, call.attempt, call.model, call.provider))
        first_ms = how.latency_ms.at(draws[0])
        tokens, thought = self._written(place, call.attempt.step, call.max_output_tokens, draws[1])
        whole_ms = first_ms + tokens * how.token_us // 1000
        usage = self._usage(call, how, tokens, thought, at_ms)
        if trouble := _struck(how, draws, at_ms):
            return self._failed(trouble, call, first_ms, whole_ms, usage)
        reply = self._reply(call, how, draws, usage, at_ms)
        return Answer(whole_ms, reply, self._first(call, first_ms))

    def _written(self, place: _Place, step: str, most: int, draw: int) -> tuple[int, int]:
        """How many tokens are written, and how many of them thought: what was recorded says nothing of thoughts."""
        asked = self.asked
        recorded = asked.outcomes.get(place.model.id) if asked.outcomes else None
        if recorded and recorded.output_tokens:
            return max(1, min(most, recorded.output_tokens)), 0
        spec, told = asked.plan[step] if asked.plan else None, asked.output_tokens
        if told is None:
            likely = spec.output_tokens if spec else expected_output(asked.difficulty)
            told = likely * place.how.length_per_mille.at(draw) // 1000
        thought = thoughts((spec or asked).difficulty, thinks=True) if place.thinks else 0
        tokens = max(1, min(most, told + thought))
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
        return int.from_bytes(blake2b(name, digest_size=4).digest(), "big") * 1000 // _DRAWS

    def _billed(self, call: CallModel, how: Behaviour, usage: Usage, at_ms: int) -> Nanodollars | None:
        """What the provider really bills, where it is not what the catalogue says."""
        if not how.prices:
            return None
        price = self.servers.catalog[call.model].offered_by[call.provider].price
        assert isinstance(price, Price)  # nobody is called without one
        return Nanodollars(-(-price.cost(usage) * how.billing_at(at_ms) // 1000))


def _struck(how: Behaviour, draws: tuple[int, ...], at_ms: int) -> Trouble | None:
    """The first of its troubles that this call meets, if any."""
    for trouble, draw in zip(how.troubles, itertools.cycle(draws[4:]), strict=False):
        if trouble.strikes(at_ms, draw % 1000):
            return trouble
    return None


def _text(usage: Usage) -> str:
    """What was written and not thought, at four bytes a token: the children of a step get it to read."""
    return "word" * (usage.output_tokens - usage.reasoning_tokens)

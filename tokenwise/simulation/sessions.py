"""An agent's long conversation, turn by turn, with prompt caches that fill, are read and expire.

Each turn sends all that was said before and a little more. A seller's model that had the conversation lately reads what
it had for the price of its cache; what it reads, and what is new, is in its cache until a while after. Each turn marks
all of itself to be kept, as agents do, and pays for the writing where that has a price. What this shows
is what it is worth to stay (`play` with `sticky`) against deciding each turn as if no cache were warm, and against one
model throughout (`model`). Answers always come; what goes wrong with calls is `simulation`'s affair.
"""

import itertools
from collections.abc import Iterator, Sequence

from attrs import evolve, field, frozen
from attrs.validators import ge

from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price, Writes
from tokenwise.ids import AttemptId, jitter
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.routing.bid import Known, Need, has_paused
from tokenwise.routing.choosing import Routed, route
from tokenwise.routing.request import ahead
from tokenwise.routing.warmth import FADING_MS, WARMTH_MS
from tokenwise.routing.worth import likely_output, quality, strength, thinks
from tokenwise.traits import Capability, Feature
from tokenwise.usage import TokenCount, Usage

__all__ = ["Played", "Turn", "play", "turns_of"]


@frozen
class Turn:
    """One request of a conversation: what it adds to it, in tokens, when it is sent, and how hard it is."""

    at_ms: int = field(validator=ge(0))
    added_tokens: int = field(validator=ge(1))
    output_tokens: int = field(validator=ge(1))
    difficulty: float


@frozen
class Played:
    """A conversation as it went: its cost, the expected quality of its answers (mean, points), who answered.

    `switches` count turns that another model answered than the one before; `read_tokens` came from caches.
    """

    cost: Nanodollars
    quality: float
    models: tuple[str, ...]
    switches: int
    read_tokens: int


@frozen
class _Warm:
    """What one seller's model has in its cache, and until when; whether the conversation had paused before."""

    tokens: int
    until_ms: int
    paused: bool


def turns_of(seed: int, *, length: int, pause_every: int = 25) -> tuple[Turn, ...]:
    """A conversation as agents have them: a long beginning, short steps, some of them hard, and pauses."""
    return tuple(_turns(seed, length, pause_every))


def _turns(seed: int, length: int, pause_every: int) -> Iterator[Turn]:
    at_ms = 0
    for nth in range(length):
        drawn = [jitter(seed, AttemptId(what, nth), 999) for what in ("added", "output", "hard", "gap")]
        yield Turn(
            at_ms=at_ms,
            added_tokens=12_000 if nth == 0 else 150 + 2 * drawn[0],
            output_tokens=60 + drawn[1] // 2,
            difficulty=0.15 + 0.00045 * drawn[2] if drawn[2] < 850 else 0.5 + 0.0005 * drawn[2],
        )
        pause = pause_every and nth % pause_every == pause_every - 1
        at_ms += 900_000 if pause else 4_000 + 40 * drawn[3]


def play(
    turns: Sequence[Turn], catalog: Catalog, policy: Policy, limit: Nanodollars, *, sticky: bool = True, model: str = ""
) -> Played:
    """Decide every turn and pay for it. `limit` is for each turn; where nothing fits it the conversation ends."""
    caches: dict[tuple[str, str], _Warm] = {}
    cost, points, read, said, names = 0, 0, 0, 0, list[str]()
    for turn in turns:
        said += turn.added_tokens
        need = _need(turn, said, model)
        known = tuple(_known(*seat, 4 * said, kept, turn) for seat, kept in sorted(caches.items()))
        horizon = ahead(len(names), said, known, agent=True)
        decision = route(evolve(need, known=known, horizon=horizon) if sticky else need, catalog, policy, limit)
        if not isinstance(decision, Routed):
            break
        seat, chosen = (decision.bid.provider, decision.model.id), decision.model
        kept = caches.get(seat)
        usage = _usage(chosen, need, kept.tokens if kept and _kept(kept, turn) else 0, decision.bid.max_output_tokens)
        price = chosen.offered_by[decision.bid.provider].price
        assert isinstance(price, Price)
        cost, read = cost + price.cost(usage), read + usage.cache_read_tokens
        points += quality(strength(chosen, need.work), turn.difficulty)
        names.append(chosen.id)
        caches[seat] = _Warm(said, turn.at_ms + WARMTH_MS, has_paused(known))
        said += turn.output_tokens
    switches = sum(one != other for one, other in itertools.pairwise(names))
    return Played(Nanodollars(cost), points / max(1, len(names)) / 1000, tuple(names), switches, read)


def _known(provider: str, model: str, bound: int, kept: _Warm, turn: Turn) -> Known:
    left_ms = kept.until_ms - turn.at_ms
    warm, fading = kept.tokens if left_ms > 0 else 0, 0 < left_ms <= FADING_MS
    return Known(provider, model, bound, warm=warm, fading=fading, paused=kept.paused)


def _kept(warm: _Warm, turn: Turn) -> bool:
    return turn.at_ms < warm.until_ms


def _need(turn: Turn, said: int, model: str) -> Need:
    return Need(
        capabilities=Capability.CODE,
        input=TokenCount(said, 4 * said),
        max_output_tokens=8_000,
        output_tokens=turn.output_tokens,
        difficulty=turn.difficulty,
        features=Feature.TOOLS,
        model=model,
        writes=Writes(minutes=4 * said),
    )


def _usage(model: Model, need: Need, warm: int, room: int) -> Usage:
    read = min(warm, need.input.expected)
    written = min(room, likely_output(need, thinks=thinks(model)))
    return Usage(cache_write_5m_tokens=need.input.expected - read, cache_read_tokens=read, output_tokens=written)

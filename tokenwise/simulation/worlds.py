"""A world as data: how fast, how often wrong, how often down and how good each model is at each provider.

    latency   a distribution per seat, and a time per output token
    troubles  faults at a rate, always or in windows of virtual time: outages, storms, cut streams, rate limits
    prices    what a provider really bills from some moment on, which the catalogue does not know
    queues    calls that wait for others at a seat which works on so many at once
    quality   by rating and difficulty, or as stated; a recorded answer takes its place where there is one

How one request meets it is `facing`.
"""

import bisect
import functools
import itertools
import operator
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen
from attrs.validators import ge, le

from tokenwise.catalog.models import Model
from tokenwise.faults import Fault
from tokenwise.routing.warmth import WARMTH_MS
from tokenwise.routing.worth import quality, strength
from tokenwise.traits import Capability, Tier

__all__ = ["Behaviour", "ModelledWorld", "Quality", "Repriced", "Spread", "Trouble"]

_DRAWS: Final = 2**32
_THOUSANDTHS: Final = 100  # of a point of a hundred, in a thousandth


@frozen
class Spread:
    """A distribution of integers: values at points of probability (in thousandths, from 0 to 1000), linear between.

    >>> Spread(((0, 100), (500, 200), (1000, 900))).at(2**31)
    200
    """

    points: tuple[tuple[int, int], ...]

    def __attrs_post_init__(self) -> None:
        places, values = [place for place, _ in self.points], [value for _, value in self.points]
        rising = places == sorted(set(places)) and values == sorted(values)
        if not rising or places[:1] != [0] or places[-1:] != [1000] or values[0] < 0:
            raise ValueError(f"a spread rises from probability 0 to 1000 and is never negative, not {self.points}")

    def at(self, draw: int) -> int:
        """The value for a draw from 0 up to, but not including, 2^32."""
        (low, least), (high, most) = self._beside[bisect.bisect_right(self._places, draw * 1000 // _DRAWS) - 1]
        return least + (most - least) * (draw * 1000 - low * _DRAWS) // ((high - low) * _DRAWS)

    @functools.cached_property
    def _places(self) -> tuple[int, ...]:
        return tuple(place for place, _ in self.points)

    @functools.cached_property
    def _beside(self) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
        return tuple(itertools.pairwise(self.points))


@frozen(kw_only=True)
class Trouble:
    """A fault that a share of the calls meets. From `from_ms` until `until_ms` (None: for ever) of virtual time.

    With `every_ms` it comes back: the window, from_ms to until_ms, is then one within each such period.
    """

    fault: Fault
    per_mille: int = field(default=1000, validator=[ge(0), le(1000)])
    from_ms: int = field(default=0, validator=ge(0))
    until_ms: int | None = None
    every_ms: int = field(default=0, validator=ge(0))
    retry_after_ms: int | None = None

    def strikes(self, at_ms: int, draw: int) -> bool:
        """Whether a call at this moment, with this draw from 0 to 999, meets it."""
        moment = at_ms % self.every_ms if self.every_ms else at_ms
        return draw < self.per_mille and self.from_ms <= moment and (self.until_ms is None or moment < self.until_ms)


@frozen
class Repriced:
    """From this moment on the provider bills so many thousandths of what the catalogue says."""

    from_ms: int
    per_mille: int = field(validator=ge(0))


@frozen(kw_only=True)
class Behaviour:
    """How one model at one provider answers. Shares are in thousandths of the calls, 0 where nothing is said.

    `latency_ms` is the time to the first token, `token_us` what each output token adds; `length_per_mille` how long the
    answer is, against what was expected. `unreported_per_mille` of the answers come without usage, and
    `overbilled_per_mille` report twice the output that was asked for. `requests_per_minute` and `tokens_per_minute` (0:
    no limit; tokens as providers count them when a call arrives, its input and its cap) are counted in whole minutes of
    virtual time; the call above them is refused until the next one. It works on `concurrency` calls at once (0: on
    all), and the others wait their turn, at most `queue` of them (0: any number); one more is OVERLOADED. What a
    session has sent stays in its prompt cache for `cache_ms` (0: it has none) after the last call with it, where the
    catalogue has a price for reading it.
    """

    latency_ms: Spread = Spread(((0, 200), (500, 600), (950, 2000), (1000, 6000)))
    token_us: int = field(default=10_000, validator=ge(0))
    length_per_mille: Spread = Spread(((0, 200), (500, 900), (950, 2200), (1000, 4000)))
    troubles: tuple[Trouble, ...] = ()
    requests_per_minute: int = field(default=0, validator=ge(0))
    tokens_per_minute: int = field(default=0, validator=ge(0))
    concurrency: int = field(default=0, validator=ge(0))
    queue: int = field(default=0, validator=ge(0))
    prices: tuple[Repriced, ...] = ()
    unreported_per_mille: int = field(default=0, validator=[ge(0), le(1000)])
    overbilled_per_mille: int = field(default=0, validator=[ge(0), le(1000)])
    cache_ms: int = field(default=WARMTH_MS, validator=ge(0))

    def billing_at(self, at_ms: int) -> int:
        """Thousandths of the catalogue's price that are billed at this moment."""
        return next((price.per_mille for price in reversed(self.prices) if price.from_ms <= at_ms), 1000)


@frozen
class Quality:
    """How often answers are good, in thousandths, at difficulty 0 and at difficulty 1; linear between."""

    tier: Tier
    capability: Capability
    easy: int = field(validator=[ge(0), le(1000)])
    hard: int = field(validator=[ge(0), le(1000)])


@frozen(kw_only=True)
class ModelledWorld:
    """Behaviour by place, quality by rating and difficulty, or as stated by tier and capability.

    A place is "provider:model", a model id, a provider, or a tier's lower-case name; the first of these that is named
    holds, else `usual`. `noticed_per_mille` of the bad answers are found out where the caller checks at all. Two good
    answers agree; of two bad ones `alike_per_mille` do (two models that slip, slip apart); a good and a bad one never.
    Of the clients `leaves_per_mille` wait no longer than `leaves_after_ms`, counted from their request.
    """

    usual: Behaviour = Behaviour()
    places: Mapping[str, Behaviour] = field(factory=dict)
    quality: tuple[Quality, ...] = ()
    noticed_per_mille: int = field(default=500, validator=[ge(0), le(1000)])
    alike_per_mille: int = field(default=200, validator=[ge(0), le(1000)])
    leaves_per_mille: int = field(default=0, validator=[ge(0), le(1000)])
    leaves_after_ms: Spread = Spread(((0, 1_000), (500, 5_000), (1000, 30_000)))

    def behaviour(self, provider: str, model: str, tier: Tier) -> Behaviour:
        """How this seat behaves."""
        names = (f"{provider}:{model}", model, provider, tier.name.lower())
        return next((self.places[name] for name in names if name in self.places), self.usual)

    def good_per_mille(self, model: Model, capabilities: Capability, difficulty: float) -> int:
        """How often this model gives a good answer; of several capabilities the weakest counts.

        As the rows state of its tier; of what they leave out, as routing assumes it of its rating (`worth.quality`).
        """
        if not self.quality and capabilities:  # nearly always
            return quality(strength(model, capabilities._value_), difficulty) // _THOUSANDTHS
        rows = [row for row in self.quality if row.tier is model.tier and row.capability & capabilities]
        stated = functools.reduce(operator.or_, (row.capability for row in rows), Capability(0))
        assumed = (
            [quality(strength(model, capabilities._value_), difficulty) // _THOUSANDTHS]
            if capabilities & ~stated
            else []
        )
        return min([*assumed, *(row.easy - round((row.easy - row.hard) * difficulty) for row in rows)], default=1000)

"""What each token of a model costs, and how a count of tokens becomes money.

One function multiplies and rounds, always up, for reservation and settlement alike. A price that nobody knows is
`Unknown`, never 0.
"""

import itertools
from functools import cached_property
from typing import Final

from attrs import Factory, field, frozen
from attrs.validators import ge

from tokenwise.money import Nanodollars, NanoPerMtok, round_up
from tokenwise.usage import Usage

__all__ = ["FREE", "UNKNOWN", "Price", "Rate", "Unknown"]


@frozen
class Rate:
    """What tokens cost once a request's whole input exceeds `above_input_tokens`: one row of a price.

    The row applies to the whole request, not to the tokens above the threshold. `cache_write` is the dearest write the
    vendor sells for this model (Anthropic's for an hour); where caching is not priced apart, it equals `input`.
    `cache_write_5m` is what a write for five minutes costs, the same where it is not priced apart, and never more.
    """

    input: NanoPerMtok = field(validator=ge(NanoPerMtok(0)))
    output: NanoPerMtok = field(validator=ge(NanoPerMtok(0)))
    cache_read: NanoPerMtok = field(validator=ge(NanoPerMtok(0)))
    cache_write: NanoPerMtok = field(validator=ge(NanoPerMtok(0)))
    above_input_tokens: int = field(default=0, validator=ge(0))
    cache_write_5m: NanoPerMtok = field(default=Factory(lambda self: self.cache_write, takes_self=True))

    @cache_write_5m.validator
    def _check_short_write(self, _: object, short: NanoPerMtok) -> None:
        if not 0 <= short <= self.cache_write:
            raise ValueError(
                f"a write for five minutes costs {short}, expected from 0 to cache_write {self.cache_write}"
            )

    @cached_property
    def worst_input(self) -> NanoPerMtok:
        """The dearest class an input token can be billed as: what a reservation must assume.

        Every write is assumed here, since nothing here knows what the request asks to have written.
        """
        return max(self.input, self.cache_read, self.cache_write)


def _check_rates(_: object, __: object, rates: tuple[Rate, ...]) -> None:
    thresholds = [rate.above_input_tokens for rate in rates]
    if not rates or thresholds[0] != 0 or any(a >= b for a, b in itertools.pairwise(thresholds)):
        raise ValueError(f"price rows must start at 0 input tokens and rise strictly, not {thresholds}")


@frozen
class Price:
    """A known price: rows by input length, ascending from 0. Free is a price of 0, which is not the same as Unknown.

    `per_request` is a fee for each call beside its tokens: of a picture, a search, a transcription.
    """

    rates: tuple[Rate, ...] = field(validator=_check_rates)
    per_request: Nanodollars = field(default=Nanodollars(0), validator=ge(Nanodollars(0)))

    @property
    def by_tokens(self) -> bool:
        """Whether any token costs anything."""
        return any(rate.worst_input or rate.output for rate in self.rates)

    def cost(self, usage: Usage) -> Nanodollars:
        """What a call with this usage costs. Reasoning tokens are output and are not charged twice.

        >>> rate = Rate(input=2_000_000_000, output=10_000_000_000, cache_read=200_000_000, cache_write=2_500_000_000)
        >>> Price((rate,)).cost(Usage(input_tokens=1000, cache_read_tokens=500, output_tokens=100))
        3100000
        """
        rate = self.rate_at(usage.prompt_tokens)
        tokens = round_up(
            usage.input_tokens * rate.input
            + usage.cache_read_tokens * rate.cache_read
            + usage.cache_write_tokens * rate.cache_write
            + usage.cache_write_5m_tokens * rate.cache_write_5m
            + usage.output_tokens * rate.output
        )
        return Nanodollars(tokens + self.per_request)

    def worst(self, *, input_tokens: int, output_tokens: int) -> Nanodollars:
        """The most that a call with at most these tokens can cost: `cost` of no usage within them is above it.

        Every row that the input may reach counts, since nothing forbids a dearer row for short inputs.
        """
        if len(self.rates) == 1:  # nearly always, and a plan asks tens of thousands of times
            tokens = round_up(input_tokens * self.rates[0].worst_input + output_tokens * self.rates[0].output)
        else:
            tokens = max(
                round_up(input_tokens * rate.worst_input + output_tokens * rate.output)
                for rate in self.rates_within(input_tokens)
            )
        return Nanodollars(tokens + self.per_request)

    def affordable_output(self, available: Nanodollars, *, input_tokens: int) -> int:
        """The largest output cap whose worst case is within `available`; -1 if not even the input is.

        A free output is bounded by the model, not by money: the answer is then a very large number.
        """
        left = Nanodollars(available - self.per_request)
        return min(_affordable(rate, left, input_tokens) for rate in self.rates_within(input_tokens))

    def rate_at(self, input_tokens: int) -> Rate:
        """The row that a request with exactly this many input tokens is billed by."""
        return self.rates_within(input_tokens)[-1]

    def rates_within(self, input_tokens: int) -> tuple[Rate, ...]:
        """The rows that a request with at most this many input tokens may be billed by, lowest threshold first."""
        if len(self.rates) == 1:
            return self.rates
        return tuple(rate for rate in self.rates if rate.above_input_tokens < max(input_tokens, 1))


@frozen
class Unknown:
    """No price, and why: never routable under a budget, and never shown as 0."""

    reason: str = "no price published"


UNKNOWN: Final = Unknown()
FREE: Final = Price((Rate(NanoPerMtok(0), NanoPerMtok(0), NanoPerMtok(0), NanoPerMtok(0)),))

# More than any context window; stands for "money is no bound on a free output".
_UNBOUNDED: Final = 2**40


def _affordable(rate: Rate, available: Nanodollars, input_tokens: int) -> int:
    left = available * 1_000_000 - input_tokens * rate.worst_input
    if left < 0:
        return -1
    return left // rate.output if rate.output else _UNBOUNDED

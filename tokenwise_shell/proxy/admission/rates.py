"""How fast one key may ask: token buckets on a monotonic clock, for requests and for tokens.

A bucket holds a minute's worth and fills evenly. What is more than a whole minute's worth passes when the bucket is
full, and leaves a debt: a long request is then late rather than impossible, and the rate holds on average all the same.
"""

import math
from collections.abc import Mapping
from typing import Final

from attrs import define, field

from tokenwise_shell.proxy.fronts import Trouble

__all__ = ["Bucket", "Rates"]

_MINUTE_S: Final = 60


@define(eq=False)
class Bucket:
    """So much a minute, of which `level` is left at `at_s` of the clock; below 0 it is owed."""

    per_minute: float
    level: float
    at_s: float

    @classmethod
    def full(cls, per_minute: float, now_s: float) -> "Bucket":
        """A bucket from which nothing has been taken."""
        return cls(per_minute, per_minute, now_s)

    def wait_s(self, amount: float, now_s: float) -> float:
        """Seconds until so much may be taken; 0 if it may be now."""
        self._fill(now_s)
        missing = min(amount, self.per_minute) - self.level
        return max(0.0, missing * _MINUTE_S / self.per_minute)

    def take(self, amount: float, now_s: float) -> None:
        """Take so much, or give it back where it is negative."""
        self._fill(now_s)
        self.level -= amount

    def full_in_s(self, now_s: float) -> float:
        """Seconds until nothing is missing."""
        self._fill(now_s)
        return (self.per_minute - self.level) * _MINUTE_S / self.per_minute

    def _fill(self, now_s: float) -> None:
        passed = max(0.0, now_s - self.at_s)
        self.level = min(self.per_minute, self.level + passed * self.per_minute / _MINUTE_S)
        self.at_s = max(self.at_s, now_s)


@define(eq=False)
class Rates:
    """The rates of one key, by what they count: "requests", "tokens". What has no rate has no bucket."""

    buckets: Mapping[str, Bucket] = field(factory=dict)

    @classmethod
    def of(cls, requests: int | None, tokens: int | None, *, share: int, now_s: float) -> "Rates":
        """Full buckets for these rates a minute, of which this process has one part in `share`."""
        rates = {"requests": requests, "tokens": tokens}
        return cls({name: Bucket.full(rate / share, now_s) for name, rate in rates.items() if rate is not None})

    def take(self, now_s: float, **amounts: float) -> Trouble | None:
        """Take all of these, or none of them and say why."""
        waits = {name: bucket.wait_s(amounts[name], now_s) for name, bucket in self.buckets.items()}
        slowest = max(waits, key=waits.__getitem__, default="")
        if slowest and waits[slowest] > 0:
            return _too_fast(slowest, self.buckets[slowest].per_minute, waits[slowest])
        for name, bucket in self.buckets.items():
            bucket.take(amounts[name], now_s)
        return None

    def give_back(self, tokens: float, now_s: float) -> None:
        """Tokens that were taken and turned out not to be needed."""
        if bucket := self.buckets.get("tokens"):
            bucket.take(-tokens, now_s)

    def headers(self, now_s: float) -> dict[str, str]:
        """What is left, as OpenAI tells its clients."""
        told: dict[str, str] = {}
        for name, bucket in self.buckets.items():
            reset_s = bucket.full_in_s(now_s)
            told[f"x-ratelimit-limit-{name}"] = f"{bucket.per_minute:.0f}"
            told[f"x-ratelimit-remaining-{name}"] = f"{max(0, math.floor(bucket.level))}"
            told[f"x-ratelimit-reset-{name}"] = f"{math.ceil(reset_s)}s"
        return told


def _too_fast(name: str, per_minute: float, wait_s: float) -> Trouble:
    message = f"this key's rate of {per_minute:g} {name} a minute is used up; try again in {math.ceil(wait_s)} s"
    return Trouble(429, "rate_limit_error", "rate_limit_exceeded", message, retry_after_s=math.ceil(wait_s))

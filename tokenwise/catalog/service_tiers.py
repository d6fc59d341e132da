"""What a token costs at another tier of service than the listed one, where the vendor publishes it.

A tier multiplies every row of the listed price. What is not in these tables has no price here: a request that asks for
such a tier is refused under a budget, and an answer that came at one is booked at the listed price, with a notice.

Source: OpenAI's and Anthropic's pages of prices as litellm 1.110.2 carries them (MIT), read in November 2026. Where a
vendor rounds (a cached token of gpt-5.4 under flex: $0.13 a million, not $0.125), the multiple is taken.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from tokenwise.catalog.prices import FREE, Price

__all__ = ["LISTED", "price_at"]

LISTED: Final = frozenset(
    {"", "auto", "default", "standard", "standard_only", "flex", "batch", "on_demand", "on_demand_flex"}
)
"""Words for the listed price, or for one below it that no table here has."""


class _Times(NamedTuple):
    """A multiple of the listed price, exactly: the vendors' prices are no round multiples."""

    of: int
    over: int = 1


_HALF: Final = _Times(1, 2)

_FLEX: Final = frozenset(
    """
    gpt-5 gpt-5-mini gpt-5-nano gpt-5.1 gpt-5.2 gpt-5.4 gpt-5.4-mini gpt-5.4-nano gpt-5.4-pro gpt-5.5 gpt-5.5-pro
    gpt-5.6 gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna gpt-6-astra gpt-6-sol gpt-6-luna gpt-6.1-sol gpt-6.1-terra o3 o4-mini
    """.split()  # noqa: SIM905 -- words that are only ever read by eye
)

_TWICE: Final = """
    gpt-4.1-nano gpt-5 gpt-5.1 gpt-5.2 gpt-5.3-codex gpt-5.4 gpt-5.4-mini gpt-5.6 gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna
    gpt-6-astra gpt-6-sol gpt-6-luna gpt-6.1-sol gpt-6.1-terra
    """.split()  # noqa: SIM905 -- likewise

_PRIORITY: Final[Mapping[str, _Times]] = {
    **dict.fromkeys(_TWICE, _Times(2)),
    **dict.fromkeys(("gpt-4.1", "gpt-4.1-mini", "o3", "gpt-4o-2024-05-13"), _Times(7, 4)),
    "gpt-4o": _Times(17, 10),
    "gpt-4o-mini": _Times(5, 3),
    "gpt-5-mini": _Times(9, 5),
    "gpt-5.5": _Times(5, 2),
    "o4-mini": _Times(20, 11),
}

_DATED: Final = re.compile(r"-\d{4}-\d\d-\d\d$")


def price_at(price: Price, tier: str, *, model: str, provider: str) -> Price | None:
    """The price of this model, by its catalogue id, at a provider's tier of service; None where none is published.

    >>> from tokenwise.catalog.prices import Rate
    >>> price = Price((Rate(150, 600, 75, 150),))
    >>> price_at(price, "priority", model="openai/gpt-4o-mini", provider="openai").rates[0].output
    1000
    >>> price_at(price, "default", model="openai/gpt-4o-mini", provider="openai") == price
    True
    >>> price_at(price, "priority", model="openai/gpt-4o-mini", provider="azure") is None
    True
    """
    word = tier.strip().lower()
    if price == FREE:
        return price
    if times := _times(word, model, provider):
        return price.times(times.of, times.over)
    return price if word in LISTED else None


def _times(tier: str, model: str, provider: str) -> _Times | None:
    if provider == "anthropic":
        return _HALF if tier == "batch" else None
    vendor, _, name = model.partition("/")
    if vendor != "openai" or provider not in ("openai", "openrouter"):
        return None
    undated = _DATED.sub("", name)
    if tier == "priority":
        return _PRIORITY.get(name) or _PRIORITY.get(undated)
    return _HALF if tier == "flex" and undated in _FLEX else None

"""OpenRouter's prices: text in USD per token becomes a Price, or Unknown with the reason.

"-1", the price of a router that charges whatever it picks, is unknown and never 0; so is a price that has a part per
request, or output other than text (pictures, sound), which is dearer and would pass for text. The form of
`pricing.overrides` is that of OpenRouter's API in autumn 2026: the prices that change from `min_prompt_tokens` on,
inclusive; what an override leaves out is as in the base.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from tokenwise.catalog.prices import Price, Rate, Unknown
from tokenwise.errors import InputError, Problem
from tokenwise.money import NanoPerMtok, parse_price

__all__ = ["amount_of", "read_price", "whole"]

_FIELDS: Final = (
    "prompt",
    "completion",
    "internal_reasoning",
    "input_cache_read",
    "input_cache_write",
    "input_cache_write_1h",
    "request",
)
# What else an answer may be billed as: by no other class of a Rate.
_OTHER_OUTPUT: Final = ("image_output", "audio_output", "output_image", "output_audio")
# A token dearer than this is a slip in the list; the dearest ever sold cost a thousandth of a dollar.
_MAX_USD_PER_TOKEN: Final = Decimal(1000)
# One nano-dollar per million tokens: the least that a price which is not 0 can be.
_LEAST_USD_PER_TOKEN: Final = Decimal("1e-15")
_MAX_TOKENS: Final = 2**40


def read_price(pricing: object) -> Price | Unknown | str:
    """A known price, Unknown with its reason, or what is wrong with the price as a sentence."""
    if not isinstance(pricing, dict):
        return f"its price is of type {type(pricing).__name__}, expected an object"
    try:
        return _price(pricing)
    except InputError as error:
        return str(error)


def _price(pricing: Mapping[str, object]) -> Price | Unknown:
    base = _amounts(pricing)
    if "prompt" not in base or "completion" not in base:
        return Unknown("no price published")
    if any(amount < 0 for amount in base.values()):
        return Unknown("the price depends on what the router picks")
    if not base["prompt"] and not base["completion"] and (fee := _other_fee(pricing)):
        return Unknown(f"its tokens cost nothing, and there is a price for {fee}")
    if base.get("request"):
        return Unknown("billed per request as well, which a price per token cannot bound")
    if any(amount_of(pricing.get(name) or 0, name) for name in _OTHER_OUTPUT):
        return Unknown("what it draws or says aloud is billed at prices of its own")
    steps = {0: base}
    for override in _overrides(pricing):
        changed = base | _amounts(override)
        if any(amount < 0 for amount in changed.values()):
            return Unknown("the price for long inputs depends on what the router picks")
        # The rows of a Price start above a number of tokens, OpenRouter's at one. An override by the hour of the day
        # has no threshold: the dearest hour is then the price.
        above = (whole(override.get("min_prompt_tokens")) or 1) - 1
        steps[above] = _dearest(steps.get(above, changed), changed)
    return Price(tuple(_rate(steps[above], above) for above in sorted(steps)))


def _other_fee(pricing: Mapping[str, object]) -> str:
    """The first price beside the tokens' that is not 0, "" for none."""
    others = (name for name, price in pricing.items() if name not in _FIELDS and isinstance(price, (str, int, float)))
    return next((name for name in others if pricing[name] != "" and amount_of(pricing[name], name) > 0), "")


def _overrides(pricing: Mapping[str, object]) -> list[dict[str, object]]:
    stated = pricing.get("overrides")
    return [item for item in stated if isinstance(item, dict)] if isinstance(stated, list) else []


def _amounts(pricing: Mapping[str, object]) -> dict[str, Decimal]:
    """The prices per token that are stated, by field. Raises InputError for one that is not a number."""
    return {name: amount_of(pricing[name], name) for name in _FIELDS if pricing.get(name) not in (None, "")}


def amount_of(value: object, name: str) -> Decimal:
    """One price in USD per token, below 0 for any sentinel. JSON numbers are read by their shortest text."""
    shown = value[:40] if isinstance(value, str) else type(value).__name__
    try:
        number = repr(value) if isinstance(value, float) else value
        amount = Decimal(number) if isinstance(number, (str, int)) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if isinstance(value, bool) or not amount.is_finite() or amount > _MAX_USD_PER_TOKEN:
        raise InputError(Problem(f"pricing.{name}", f"{shown!r} is not a price in US dollars per token"))
    if amount < 0:
        return Decimal(-1)
    return max(amount, _LEAST_USD_PER_TOKEN) if amount else Decimal(0)


def _dearest(a: Mapping[str, Decimal], b: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {name: max(a.get(name, b.get(name, Decimal(0))), b.get(name, Decimal(0))) for name in a.keys() | b.keys()}


def _rate(amounts: Mapping[str, Decimal], above: int) -> Rate:
    price = {name: parse_price(f"{amount * 1_000_000:f}") for name, amount in amounts.items()}
    prompt = price["prompt"]
    short = price.get("input_cache_write", prompt)
    # A write below the input price is a fee for storage, which comes on top of the input (Google).
    short = short if short >= prompt else NanoPerMtok(prompt + short)
    return Rate(
        input=prompt,
        # Reasoning is output here; where it is dearer than other output, the dearer price stands for both.
        output=max(price["completion"], price.get("internal_reasoning", NanoPerMtok(0))),
        cache_read=price.get("input_cache_read", prompt),
        cache_write=max(short, price.get("input_cache_write_1h", NanoPerMtok(0))),
        above_input_tokens=above,
        cache_write_5m=short,
    )


def whole(value: object) -> int:
    """A positive whole number, or 0 for anything else: null, text, a fraction, a number beyond reason."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_TOKENS else 0

"""What a provider of OpenAI's format says it counted and charged, in disjoint classes and nano-dollars."""

from decimal import ROUND_CEILING, Decimal
from typing import Final

from tokenwise.money import MAX_USD, Nanodollars
from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, count

__all__ = ["is_usage_alone", "parse_cost", "parse_usage"]

_NANO: Final = 10**9


def parse_usage(value: object) -> Usage | None:
    """The usage, None where none was reported in full: half a report would pass for a small bill.

    `prompt_tokens` includes what was read from and written to a cache. Some providers (xAI, Google's compatible door)
    leave reasoning out of `completion_tokens`, but none leaves it out of `total_tokens`; so what the total holds beyond
    the prompt is output.

    >>> parse_usage({"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 64}})
    Usage(input_tokens=36, cache_read_tokens=64, cache_write_tokens=0, output_tokens=20, reasoning_tokens=0)
    """
    given = as_fields(value)
    prompt, completion = count(given.get("prompt_tokens")), count(given.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    read, written = _cache_read(given), count(as_fields(given.get("prompt_tokens_details")).get("cache_write_tokens"))
    reasoning = count(as_fields(given.get("completion_tokens_details")).get("reasoning_tokens")) or 0
    output = max(completion, (count(given.get("total_tokens")) or 0) - prompt)
    return Usage(
        input_tokens=max(prompt - read - (written or 0), 0),
        cache_read_tokens=read,
        cache_write_tokens=written or 0,
        output_tokens=output if reasoning <= output else output + reasoning,
        reasoning_tokens=reasoning,
    )


def parse_cost(value: object) -> Nanodollars | None:
    """OpenRouter's `usage.cost`, in US dollars, rounded up to the nano-dollar; None where there is none.

    >>> parse_cost({"cost": 0.00014})
    140000
    """
    cost = as_fields(value).get("cost")
    if isinstance(cost, bool) or not isinstance(cost, int | float) or not 0 <= cost <= MAX_USD:
        return None
    # The shortest text of a float is the number that was sent; its binary value is not.
    return Nanodollars(int((Decimal(str(cost)) * _NANO).to_integral_value(rounding=ROUND_CEILING)))


def is_usage_alone(data: bytes) -> bool:
    """Whether these bytes are the chunk that ends a stream with its usage, and hold no choice."""
    if b'"usage"' not in data:
        return False
    chunk = as_fields(as_json(data))
    return not chunk.get("choices") and chunk.get("usage") is not None


def _cache_read(given: Fields) -> int:
    """Cached tokens, as OpenAI, DeepSeek and Moonshot write them."""
    details = as_fields(given.get("prompt_tokens_details"))
    places = (details.get("cached_tokens"), given.get("prompt_cache_hit_tokens"), given.get("cached_tokens"))
    return next((tokens for value in places if (tokens := count(value)) is not None), 0)

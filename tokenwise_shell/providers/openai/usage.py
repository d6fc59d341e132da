"""What a provider of OpenAI's format says it counted and charged, in disjoint classes and nano-dollars."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import Final

from tokenwise.money import MAX_USD, Nanodollars
from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import MOST, Fields, as_fields, as_json, count, entries, text
from tokenwise_shell.providers.final_usage import CONTRADICTED, Report

__all__ = ["is_usage_alone", "parse_cost", "parse_usage", "plain_usage", "read_report", "told_usage"]

_NANO: Final = 10**9
_NOTHING: Final[Fields] = {}
_THREE: Final = {"prompt_tokens", "completion_tokens", "total_tokens"}


def read_report(body: Fields) -> Report:
    """What an answer or a chunk says of its bill, wherever it says it: Moonshot in the choice, Groq in `x_groq`."""
    given = told_usage(body)
    if not given:  # as in nearly all chunks
        return Report(tier=text(body.get("service_tier")))
    usage = plain_usage(given) or parse_usage(given)
    cost = parse_cost(given) if "cost" in given else None
    doubt = CONTRADICTED if usage is None and _is_counted(given) else ""
    return Report(usage, cost, doubt, text(body.get("service_tier")))


def told_usage(body: Fields) -> Fields:
    """The usage in an answer or a chunk, as it stands there, from the first place that has one."""
    return as_fields(body.get("usage")) or next(filter(None, _places(body)), _NOTHING)


def plain_usage(given: object) -> Usage | None:
    """What `parse_usage` says of three counts that sum, and nothing beside them: what most servers report."""
    if type(given) is not dict or given.keys() != _THREE:
        return None
    prompt, completion = given["prompt_tokens"], given["completion_tokens"]
    if not (type(prompt) is int is type(completion) and 0 <= prompt <= MOST and 0 <= completion <= MOST):
        return None
    total = given["total_tokens"]
    return Usage(prompt, output_tokens=completion) if type(total) is int and total == prompt + completion else None


def parse_usage(value: object) -> Usage | None:
    """The usage, None where it was not reported in full or contradicts itself.

    Half a report would pass for a small bill, and a part larger than its whole for any.

    Vendors differ in what `prompt_tokens` and `completion_tokens` hold, but none in `total_tokens`, which is all. So
    where the total is more than the two, what the difference equals decides: cached tokens, and the prompt was told
    without them; reasoning, and the completion was; otherwise it is output, the dearer class.

    >>> within = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "cached_tokens": 64}
    >>> beside = {"prompt_tokens": 36, "completion_tokens": 20, "total_tokens": 120, "cached_tokens": 64}
    >>> parse_usage(within) == parse_usage(beside) == Usage(36, 64, 0, 20)
    True
    """
    given = as_fields(value)
    prompt, completion = _first(given, _PROMPT), _first(given, _COMPLETION)
    if prompt is None or completion is None:
        return None
    read, written, short = (_first(given, places) or 0 for places in (_READ, _WRITTEN, _WRITTEN_5M))
    written, thought = max(written, short), _first(given, _THOUGHT) or 0
    cached = read + written
    prompt, output = _wholes(prompt, completion, cached, thought, count(given.get("total_tokens")))
    if cached > prompt or thought > output:
        return None
    return Usage(
        input_tokens=prompt - cached,
        cache_read_tokens=read,
        cache_write_tokens=written - short,
        output_tokens=output,
        reasoning_tokens=thought,
        cache_write_5m_tokens=short,
    )


def _wholes(prompt: int, completion: int, cached: int, thought: int, total: int | None) -> tuple[int, int]:
    """All input and all output. With no total, only what cannot be part of the completion was left out of it."""
    if not total:
        return prompt, completion + (thought if thought > completion else 0)
    beyond = max(total - prompt - completion, 0)
    if beyond == thought and (beyond != cached or cached <= prompt):
        return prompt, completion + beyond
    if beyond == cached:
        return prompt + beyond, completion
    if beyond == cached + thought:
        return prompt + cached, completion + thought
    return prompt, completion + beyond


# Where the counts stand: OpenAI's names, those of its Responses, and of vendors and gateways that speak its format.
_Path = tuple[str, ...]
_PROMPT: Final[tuple[_Path, ...]] = (("prompt_tokens",), ("input_tokens",))
_COMPLETION: Final[tuple[_Path, ...]] = (("completion_tokens",), ("output_tokens",))
_READ: Final[tuple[_Path, ...]] = (
    ("prompt_tokens_details", "cached_tokens"),
    ("input_tokens_details", "cached_tokens"),
    ("prompt_cache_hit_tokens",),
    ("cached_tokens",),
    ("cache_read_input_tokens",),
)
_WRITTEN: Final[tuple[_Path, ...]] = (
    ("prompt_tokens_details", "cache_write_tokens"),
    ("prompt_tokens_details", "cache_creation_tokens"),
    ("cache_creation_input_tokens",),
)
# By LiteLLM's name; Anthropic's own stands beside it in the usage that gateways pass on.
_WRITTEN_5M: Final[tuple[_Path, ...]] = (
    ("prompt_tokens_details", "cache_creation_token_details", "ephemeral_5m_input_tokens"),
    ("cache_creation", "ephemeral_5m_input_tokens"),
)
_THOUGHT: Final[tuple[_Path, ...]] = (
    ("completion_tokens_details", "reasoning_tokens"),
    ("output_tokens_details", "reasoning_tokens"),
    ("reasoning_tokens",),
)


def _first(given: Fields, paths: tuple[_Path, ...]) -> int | None:
    """The first of these places that holds a count: an absent one, or one that is null, says nothing."""
    for *folders, name in paths:
        place = given
        for folder in folders:
            place = as_fields(place.get(folder))
        if (tokens := count(place.get(name))) is not None:
            return tokens
    return None


def _places(body: Fields) -> Iterator[Fields]:
    yield from (as_fields(as_fields(choice).get("usage")) for choice in entries(body.get("choices"))[:1])
    yield as_fields(as_fields(body.get("x_groq")).get("usage"))


def _is_counted(given: Fields) -> bool:
    return _first(given, _PROMPT) is not None and _first(given, _COMPLETION) is not None


def parse_cost(value: object) -> Nanodollars | None:
    """What the provider says that it took, in US dollars, rounded up to the nano-dollar; None where it says nothing.

    OpenRouter's `cost` is its own part alone where the key is the caller's (`is_byok`): what the vendor took of that
    key stands beside it. Perplexity itemises, and names the sum.

    >>> parse_cost({"cost": 0.00014})
    140000
    >>> parse_cost({"cost": 0.0001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.002}})
    2100000
    """
    given = as_fields(value)
    cost = as_fields(given.get("cost")).get("total_cost", given.get("cost"))
    if (own := _dollars(cost)) is None:
        return None
    upstream = as_fields(given.get("cost_details")).get("upstream_inference_cost")
    theirs = _dollars(upstream) if given.get("is_byok") is True else None
    return Nanodollars(own + (theirs or 0))


def _dollars(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_USD:
        return None
    # The shortest text of a float is the number that was sent; its binary value is not.
    return int((Decimal(str(value)) * _NANO).to_integral_value(rounding=ROUND_CEILING))


def is_usage_alone(data: bytes) -> bool:
    """Whether these bytes are the chunk that ends a stream with its usage, and hold no choice."""
    if b'"usage"' not in data:
        return False
    chunk = as_fields(as_json(data))
    return not chunk.get("choices") and chunk.get("usage") is not None

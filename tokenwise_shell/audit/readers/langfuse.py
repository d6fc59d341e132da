"""Langfuse's observations, as its API, its page and its blob storage export them (JSON, JSON lines or CSV).

Keys of `usageDetails` are free; those that its integrations write begin with `input` or `output` or name a cache, and
are disjoint: `total` is the sum of all others. Where `total` is that of `input` and `output` alone, the rest is part of
them.

Learned from: langfuse 5.0.4 (`ObservationV2`), the reference of its blob storage export, and the ObservationsView of
its JavaScript SDK, which older exports follow.
"""

from collections.abc import Iterator, Mapping

from tokenwise.audit.records import Call, Ending
from tokenwise.usage import Usage
from tokenwise_shell.audit.readers.simple import Read
from tokenwise_shell.audit.values import (
    at_ms,
    difficulty_of,
    digest,
    dollars,
    duly,
    first_count,
    inner,
    model_name,
    safe_name,
    said_last,
)
from tokenwise_shell.providers.fields import Fields, first_text, text

__all__ = ["calls", "recognises"]


def recognises(row: Fields) -> bool:
    """An observation: it has a trace and a beginning, in either spelling."""
    return "type" in row and (row.keys() >= {"traceId", "startTime"} or row.keys() >= {"trace_id", "start_time", "id"})


def calls(row: Fields) -> Iterator[Read]:
    """The call of a generation, or of anything else that has counts."""

    def of(camel: str) -> object:
        snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in camel)
        return row.get(camel, row.get(snake))

    details, costs = inner(of("usageDetails")), inner(of("costDetails"))
    usage = _usage(details) or _older(inner(row.get("usage")), row)
    if usage is None and text(row.get("type")).upper() != "GENERATION":
        return
    totals = (costs.get("total"), of("totalCost"), of("calculatedTotalCost"))
    told = next((found for one in totals if (found := dollars(one)) is not None), None)
    asked = row.get("input")
    messages = asked.get("messages") if isinstance(asked, dict) else asked
    yield (
        text(row.get("id")),
        Call(
            model=model_name(first_text(row.get("model"), of("providedModelName"))),
            at_ms=at_ms(of("startTime")),
            usage=usage,
            session=safe_name(first_text(of("sessionId"), of("traceId"))),
            user=safe_name(of("userId")),
            recorded=told,
            ending=Ending.FAILED if row.get("level") == "ERROR" else Ending.DONE,
            asked=digest(row.get("model"), asked) if asked else "",
            difficulty=difficulty_of(said_last(messages)),
        ),
    )


def _usage(details: Mapping[str, object]) -> Usage | None:
    counts = {name.lower(): found for name, value in details.items() if (found := duly(value)) is not None}
    if not counts.keys() - {"total"}:
        return None
    total = counts.pop("total", None)
    sums = {"read": 0, "short": 0, "written": 0, "thought": 0, "output": 0, "input": 0}
    for name, tokens in counts.items():
        sums[_class(name)] += tokens
    within = total is not None and total == sums["input"] + sums["output"] < sum(counts.values())
    cached = sums["read"] + sums["short"] + sums["written"]
    fresh = sums["input"] - cached if within else sums["input"]
    output = sums["output"] if within else sums["output"] + sums["thought"]
    return Usage(fresh, sums["read"], sums["written"], output, sums["thought"], sums["short"])


def _class(name: str) -> str:
    if "cache_creation" in name or "cache_write" in name:
        return "short" if "5m" in name else "written"
    if "cache" in name:
        return "read"
    if "reasoning" in name or "thinking" in name:
        return "thought"
    return "output" if name.startswith(("output", "completion")) else "input"


def _older(usage: Mapping[str, object], row: Fields) -> Usage | None:
    prompt = first_count(usage, "input", "promptTokens")
    prompt = first_count(row, "promptTokens", "prompt_tokens", "inputUsage") if prompt is None else prompt
    output = first_count(usage, "output", "completionTokens")
    output = first_count(row, "completionTokens", "completion_tokens", "outputUsage") if output is None else output
    return None if prompt is None or output is None else Usage(prompt, output_tokens=output)

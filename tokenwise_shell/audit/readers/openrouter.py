"""OpenRouter's activity export, one generation a line (CSV), from openrouter.ai/activity.

`tokens_cached` are part of `tokens_prompt`, `tokens_reasoning` of `tokens_completion`. Costs are US dollars; what a
vendor took of the caller's own key stands apart (`byok_usage_inference`).

Learned from: two programs that read exports of February and June 2026 (openrouter-analyzer, router-eval), and
OpenRouter's documentation of a generation, whose fields `streamed`, `cancelled` and `finish_reason` the columns are
named after.
"""

from collections.abc import Iterator

from tokenwise.audit.records import Call, Ending
from tokenwise.money import Nanodollars
from tokenwise.usage import Usage
from tokenwise_shell.audit.readers.simple import Read
from tokenwise_shell.audit.values import at_ms, dollars, first_count, model_name, safe_name
from tokenwise_shell.providers.fields import Fields, text

__all__ = ["calls", "recognises"]


def recognises(row: Fields) -> bool:
    """A generation with its cost."""
    return row.keys() >= {"generation_id", "created_at", "cost_total"}


def calls(row: Fields) -> Iterator[Read]:
    """The call of a generation."""
    variant = text(row.get("variant"))
    slug = text(row.get("model_permaslug")) or text(row.get("model"))
    cost, theirs = dollars(row.get("cost_total")), dollars(row.get("byok_usage_inference"))
    yield (
        text(row.get("generation_id")),
        Call(
            model=model_name(f"{slug}:{variant}" if variant not in ("", "standard") and ":" not in slug else slug),
            at_ms=at_ms(row.get("created_at")),
            usage=_usage(row),
            provider="openrouter",
            session=safe_name(row.get("session_id")),
            key=safe_name(row.get("api_key_name")),
            user=safe_name(row.get("user")),
            recorded=None if cost is None else Nanodollars(cost + (theirs or 0)),
            ending=_ending(row),
        ),
    )


def _ending(row: Fields) -> Ending:
    if text(row.get("cancelled")).lower() in ("true", "1", "t"):
        return Ending.ABANDONED
    return Ending.FAILED if text(row.get("finish_reason_normalized")) == "error" else Ending.DONE


def _usage(row: Fields) -> Usage | None:
    prompt, output = first_count(row, "tokens_prompt"), first_count(row, "tokens_completion")
    if prompt is None or output is None:
        return None
    read = min(first_count(row, "tokens_cached") or 0, prompt)
    thought = min(first_count(row, "tokens_reasoning") or 0, output)
    return Usage(prompt - read, read, 0, output, thought)

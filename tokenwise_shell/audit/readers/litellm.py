"""LiteLLM's spend logs: rows of `LiteLLM_SpendLogs`, as its API gives them (JSON) or a database exports them (CSV).

Counts are those of `metadata.usage_object`, which tells cached tokens apart; where a row has none, prompt and
completion tokens alone, and then cached tokens pass for fresh ones.

Learned from: litellm 1.110.2, `proxy/schema.prisma` and `SpendLogsPayload`, `SpendLogsMetadata` in `proxy/_types.py`.
"""

from collections.abc import Iterator

from tokenwise.audit.records import MAIN, Call, Ending
from tokenwise.usage import Usage
from tokenwise_shell.audit.readers.simple import Read
from tokenwise_shell.audit.values import (
    at_ms,
    difficulty_of,
    digest,
    dollars,
    duly,
    inner,
    model_name,
    safe_name,
    said_last,
)
from tokenwise_shell.providers.fields import Fields, as_fields, text
from tokenwise_shell.providers.openai.usage import parse_usage

__all__ = ["calls", "recognises"]


def recognises(row: Fields) -> bool:
    """A row with a request, its spend and when it began."""
    return row.keys() >= {"request_id", "spend", "startTime"}


def calls(row: Fields) -> Iterator[Read]:
    """The call of a row."""
    metadata = inner(row.get("metadata"))
    messages = row.get("messages")
    yield (
        text(row.get("request_id")),
        Call(
            model=model_name(row.get("model")) or model_name(row.get("model_group")),
            at_ms=at_ms(row.get("startTime")),
            usage=parse_usage(as_fields(metadata.get("usage_object"))) or _plain(row),
            provider=_seller(row),
            tier=text(as_fields(metadata.get("usage_object")).get("service_tier")),
            session=safe_name(row.get("session_id")),
            agent=safe_name(row.get("agent_id")) or MAIN,
            key=safe_name(row.get("api_key")),
            user=safe_name(row.get("user") or row.get("end_user")),
            recorded=dollars(row.get("spend")),
            ending=Ending.FAILED if "failure" in (row.get("status"), metadata.get("status")) else Ending.DONE,
            gratis=str(row.get("cache_hit")).lower() == "true",
            asked=digest(row.get("model_group"), messages) if messages not in (None, "", "{}", "[]", {}, []) else "",
            difficulty=difficulty_of(said_last(messages)) if isinstance(messages, list) else None,
        ),
    )


def _seller(row: Fields) -> str:
    """Its name for who sold, by our name for the same."""
    name = text(row.get("custom_llm_provider"))
    return {"gemini": "google"}.get(name, name if name.isascii() and name.replace("_", "").isalnum() else "")


def _plain(row: Fields) -> Usage | None:
    prompt, completion = duly(row.get("prompt_tokens")), duly(row.get("completion_tokens"))
    return None if prompt is None or completion is None else Usage(prompt, output_tokens=completion)

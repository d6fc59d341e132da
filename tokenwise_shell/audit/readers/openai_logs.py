"""Logs of requests and answers in OpenAI's formats, one a line: pairs, answers alone, and the output of a batch.

Chat Completions, Completions, Embeddings and Responses, and Anthropic's Messages where a gateway logs those beside
them. Where the answer stands is `response` or `response.body`, or the row itself; what was asked is `request` or
`request.body`.

Learned from: openai 3.0 (types of answers and of `BatchRequestOutput`) and anthropic 2.12 (`Message`).
"""

from collections.abc import Iterator
from typing import Final

from tokenwise.audit.records import Call, Ending
from tokenwise.usage import Usage
from tokenwise_shell.audit.readers.simple import Read
from tokenwise_shell.audit.values import at_ms, difficulty_of, digest, first_of, model_name, safe_name, said_last
from tokenwise_shell.providers.anthropic import answers as anthropic
from tokenwise_shell.providers.fields import Fields, as_fields, first_text, text
from tokenwise_shell.providers.openai.usage import parse_cost, parse_usage

__all__ = ["calls", "recognises"]

_TIMES: Final = ("timestamp", "time", "created_at", "created", "start_time", "at")


def recognises(row: Fields) -> bool:
    """A row with an answer that counts, an answer to a batch's line, or an answer itself."""
    answer = _answer(row)
    return "usage" in answer or row.keys() >= {"custom_id", "response"} or row.keys() >= {"request", "response"}


def calls(row: Fields) -> Iterator[Read]:
    """The call of a row."""
    answer, asked, outer = _answer(row), _body(row.get("request")), as_fields(row.get("response"))
    told = as_fields(answer.get("usage"))
    status = outer.get("status_code", row.get("status_code", 200))
    words = first_of(asked, "messages", "input", "prompt")
    moment = next(
        (found for of in (row, answer) for name in _TIMES if (found := at_ms(of.get(name))) is not None), None
    )
    yield (
        first_text(answer.get("id"), outer.get("request_id"), row.get("id")),
        Call(
            model=model_name(first_text(answer.get("model"), asked.get("model"), row.get("model"))),
            at_ms=moment,
            usage=_usage(answer, told),
            provider=_seller(row),
            tier="batch" if "custom_id" in row else text(answer.get("service_tier")),
            session=safe_name(first_text(row.get("session_id"), row.get("conversation_id"))),
            user=safe_name(first_text(row.get("user"), asked.get("user"))),
            recorded=parse_cost(told) if "cost" in told else None,
            ending=_ending(answer, status),
            asked=digest(asked.get("model"), words) if words else "",
            difficulty=difficulty_of(said_last(words)),
        ),
    )


def _seller(row: Fields) -> str:
    name = text(row.get("provider"))
    return name if name.isalpha() and len(name) < 24 else ""


def _body(value: object) -> Fields:
    given = as_fields(value)
    return as_fields(given["body"]) if isinstance(given.get("body"), dict) else given


def _answer(row: Fields) -> Fields:
    return _body(row.get("response")) if isinstance(row.get("response"), dict) else row


def _usage(answer: Fields, told: Fields) -> Usage | None:
    if answer.get("type") == "message":
        return anthropic.parse_usage(told)
    if answer.get("object") == "list":  # embeddings have no output to count
        return parse_usage({"completion_tokens": 0, **told})
    return parse_usage(told)


def _ending(answer: Fields, status: object) -> Ending:
    if (isinstance(status, int) and status >= 400) or answer.get("status") == "failed" or answer.get("error"):
        return Ending.FAILED
    return Ending.ABANDONED if answer.get("status") == "cancelled" else Ending.DONE

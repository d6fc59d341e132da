"""Whole answers in OpenAI's words: completions written from common terms and read into them."""

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from tokenwise.routing.verdicts import FinishReason
from tokenwise.usage import Usage
from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.openai.blocks import told_id
from tokenwise_shell.providers.openai.reading import read_openai
from tokenwise_shell.providers.openai.usage import read_report
from tokenwise_shell.providers.openai.words import ended_by, ending, finish_of
from tokenwise_shell.providers.openai.writing import extended
from tokenwise_shell.providers.translate.terms import Answer, Call, Notes, Said, Text, Thought, Untranslatable

__all__ = ["finish_word", "read_completion", "usage_fields", "write_completion"]

# OpenAI has no reason of its own for a refusal, nor for what nobody has heard of.
_WORDS: Final[Mapping[FinishReason, str]] = {
    **{reason: reason.value for reason in FinishReason},
    FinishReason.REFUSAL: "content_filter",
    FinishReason.OTHER: "stop",
}


def finish_word(finish: FinishReason) -> str:
    """The reason as OpenAI says it."""
    return _WORDS[finish]


def usage_fields(usage: Usage) -> Fields:
    """The usage as OpenAI and OpenRouter report it: `openai_usage.parse_usage` gives it back."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.prompt_tokens + usage.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.written_tokens,
            **_lifetimes(usage),
        },
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def _lifetimes(usage: Usage) -> Fields:
    """What was written for five minutes, by LiteLLM's name for it, where an answer told it apart."""
    short = usage.cache_write_5m_tokens
    return {"cache_creation_token_details": {"ephemeral_5m_input_tokens": short}} if short else {}


def write_completion(answer: Answer, *, created_s: int) -> Fields:
    """The answer as a chat completion. `created_s` is Unix time."""
    counted = {} if answer.usage is None else {"usage": usage_fields(answer.usage)}
    return {
        "id": answer.id,
        "object": "chat.completion",
        "created": created_s,
        "model": answer.model,
        "choices": [_choice(index, said) for index, said in enumerate(answer.choices)],
        **counted,
    }


def _choice(index: int, said: Said) -> Fields:
    message = {"role": "assistant", "content": said.text or None, "refusal": None, **extended(said.items)}
    # vLLM's name for the sequence at which an answer stopped; OpenAI has none.
    stopped = {"stop_reason": said.stopped_at} if said.stopped_at else {}
    return {
        "index": index,
        "message": message,
        "logprobs": said.logprobs,
        "finish_reason": finish_word(said.finish),
        **stopped,
    }


def read_completion(body: Fields) -> Answer:
    """A chat completion. What cannot be understood in it is left out: it has been answered, and is paid.

    Raises Untranslatable for a call that would be another one without what cannot be understood.
    """
    choices = tuple(_said(as_fields(choice)) for choice in entries(body.get("choices")))
    return Answer(text(body.get("id")), text(body.get("model")), choices, read_report(body).usage)


def _said(choice: Fields) -> Said:
    message, notes = {**as_fields(choice.get("message")), "role": "assistant"}, Notes()
    turn = read_openai({"messages": [message]}, notes).turns[0]
    if lost := [problem for problem in notes.refused if ".tool_calls[" in problem]:
        raise Untranslatable(*lost)
    told = set[str]()
    items = tuple(_with_id(item, told) for item in turn.items if isinstance(item, Text | Call | Thought))
    finish = ended_by(finish_of(ending(choice)), calls=any(isinstance(item, Call) for item in items))
    return Said(items, finish, as_fields(choice.get("logprobs")) or None, text(choice.get("stop_reason")))


def _with_id(item: Text | Call | Thought, told: set[str]) -> Text | Call | Thought:
    return evolve(item, id=told_id(item.id, told)) if isinstance(item, Call) else item

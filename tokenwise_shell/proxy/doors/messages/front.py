"""Anthropic's door: requests of `/v1/messages` read, messages, their events and errors written.

What an Anthropic model is told beside the words (how to think, what to keep in its cache) travels with the request in
Anthropic's own terms, so that nothing is lost where one of Anthropic's models is asked after all.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from types import UnionType
from typing import ClassVar, Final

import orjson
from attrs import define, field, frozen

from tokenwise_shell.providers.anthropic.events import MessageWriter
from tokenwise_shell.providers.anthropic.writing import IN_PLACE, OWN_WORDS
from tokenwise_shell.providers.fields import Fields, as_fields, as_json, entries, text
from tokenwise_shell.providers.own import Own, OwnFormat, is_sound
from tokenwise_shell.providers.translate.terms import Untranslatable
from tokenwise_shell.providers.translations import anthropic_answer, from_anthropic
from tokenwise_shell.providers.turns import over
from tokenwise_shell.proxy.doors.messages.alone import untranslatable, weighed
from tokenwise_shell.proxy.fronts import BadRequest, OnlyAsItIs, Trouble, Writer
from tokenwise_shell.transport.sse import SseEvent

__all__ = ["MessagesFront", "error_type"]

# By what https://platform.claude.com/docs/en/api/errors says of each; looked at in November 2026.
_TYPES: Final[Mapping[int, str]] = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}

# OpenAI takes no longer one; Claude Code's are JSON of 150 characters and more.
_LONGEST_USER: Final = 64

# OpenAI's names for what Anthropic's format says otherwise or not at all. Anthropic refuses fields that it does not
# know; a door that let these pass would act upon them.
_NOT_ANTHROPICS: Final = (
    "audio", "extra_content", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
    "max_completion_tokens", "modalities", "n", "parallel_tool_calls", "prediction", "presence_penalty",
    "prompt_cache_key", "prompt_cache_retention", "reasoning", "reasoning_effort", "response_format",
    "safety_identifier", "seed", "stop", "store", "stream_options", "top_logprobs", "user", "verbosity",
    "web_search_options",
)  # fmt: skip


# What from_anthropic reads as nothing where it is something else.
_SHAPES: Final[Mapping[str, tuple[type | UnionType, str]]] = {
    "messages": (list, "a list"),
    "system": (str | list, "text or a list of blocks"),
    "tools": (list, "a list"),
    "tool_choice": (dict, "an object"),
    "stop_sequences": (list, "a list of texts"),
    "thinking": (dict, "an object"),
    "output_config": (dict, "an object"),
    "metadata": (dict, "an object"),
    "stream": (bool, "true or false"),
}


def error_type(status: int) -> str:
    """Anthropic's type for an error of this status.

    >>> error_type(402), error_type(422), error_type(502)
    ('billing_error', 'invalid_request_error', 'api_error')
    """
    return _TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")


def _anybody(_: str) -> bool:
    return True


@frozen
class MessagesFront:
    """The door. `counting` is for requests that only want their tokens counted: they need no `max_tokens`.

    `takes_effort` says of a model's name whether it can be told how much to think; of `auto` it is true.
    """

    counting: bool = False
    takes_effort: Callable[[str], bool] = _anybody

    def read(self, body: Fields) -> Fields:
        """The request as chat fields. Raises BadRequest with every place that cannot be told.

        OnlyAsItIs where Anthropic could be told all the same.
        """
        _check(body, counting=self.counting)
        if problem := untranslatable(body):
            raise OnlyAsItIs(problem, {**weighed(body), **_delivery(body)})
        try:
            fields = _with_one_system(from_anthropic(body).body)
        except Untranslatable as error:
            raise BadRequest(str(error)) from None
        except orjson.JSONEncodeError:
            raise BadRequest("messages: the input of a call nests too deeply") from None
        if not self._must_be_told(body):
            fields.pop("reasoning_effort", None)
        return {**_with_own_words(fields, body), **_delivery(body)}

    def _must_be_told(self, body: Fields) -> bool:
        """Whether the model is to be told how much to think.

        One that cannot think is right where it should not, or may think as it likes, which is what Claude Code asks.
        """
        kind = as_fields(body.get("thinking")).get("type")
        return kind == "enabled" or (kind != "disabled" and self.takes_effort(text(body.get("model"))))

    def own(self, body: Fields) -> Own | None:
        """The request as it is: for Anthropic, unless it has what other models made and Anthropic would not take."""
        alone = untranslatable(body) is not None
        return Own(OwnFormat.MESSAGES, body, alone) if alone or is_sound(body) else None

    def answer(self, completion: bytes) -> bytes:
        """The message that a chat completion amounts to."""
        return orjson.dumps(anthropic_answer(as_fields(as_json(completion))))

    def open_stream(self, asked: Fields) -> Writer:
        """A writer for the stream that answers a request."""
        del asked
        return _Events()

    def error(self, trouble: Trouble) -> bytes:
        """An error as Anthropic writes it."""
        return orjson.dumps({"type": "error", "error": _error(trouble), "request_id": None})


@define
class _Events:
    """Anthropic's events, with failures in Anthropic's words."""

    as_it_is: ClassVar[bool] = False
    _writer: MessageWriter = field(factory=MessageWriter, init=False)

    def write(self, chunk: SseEvent) -> Sequence[SseEvent]:
        """The events that say what this chunk says."""
        return self._writer.write(chunk)

    def failed(self, trouble: Trouble) -> Sequence[SseEvent]:
        """The event that ends a stream which cannot go on."""
        return self._writer.failed(error_type(trouble.status), trouble.message)


def _error(trouble: Trouble) -> Fields:
    return {"type": error_type(trouble.status), "message": trouble.message}


def _check(body: Fields, *, counting: bool) -> None:
    """What from_anthropic would pass over in silence, and Anthropic would not."""
    for name in _NOT_ANTHROPICS:
        if name in body:
            raise BadRequest(f"{name}: Extra inputs are not permitted", name)
    for name, (kind, expected) in _SHAPES.items():
        if body.get(name) is not None and not isinstance(body[name], kind):
            raise BadRequest(f"{name}: expected {expected}", name)
    if not entries(body.get("messages")):
        raise BadRequest("messages: expected at least one", "messages")
    cap = body.get("max_tokens")
    if not (cap is None and counting) and (type(cap) is not int or cap < 1):
        raise BadRequest("max_tokens: expected a whole number from 1", "max_tokens")
    _check_wishes(body)
    _check_blocks(body)


def _check_wishes(body: Fields) -> None:
    if not all(isinstance(mark, str) for mark in entries(body.get("stop_sequences"))):
        raise BadRequest("stop_sequences: expected a list of texts", "stop_sequences")
    match body.get("tool_choice"):
        case None | {"type": "auto" | "any" | "none"} | {"type": "tool", "name": str()}:
            pass
        case _:
            raise BadRequest("tool_choice: expected type auto, any, none, or tool with a name", "tool_choice")
    match as_fields(body.get("output_config")).get("format"):
        case None | {"type": "json_schema", "schema": dict()}:
            pass
        case _:
            raise BadRequest("output_config.format: expected type json_schema with a schema", "output_config.format")


def _check_blocks(body: Fields) -> None:
    path = over(entries(body.get("messages")), _with_spoken, _Spoken()).wordless
    if path:
        raise BadRequest(f"{path}: expected text or a list of blocks", path)


@frozen
class _Spoken:
    """So many messages, the path of the first whose content is none, and whether any is the system's."""

    count: int = 0
    wordless: str = ""
    in_place: bool = False


def _with_spoken(before: _Spoken, messages: Sequence[object]) -> _Spoken:
    """With these messages."""
    wordless, in_place = before.wordless, before.in_place
    for place, message in enumerate(map(as_fields, messages), start=before.count):
        if not wordless and not isinstance(message.get("content"), str | list):
            wordless = f"messages[{place}].content"
        in_place = in_place or message.get("role") == "system"
    return _Spoken(before.count + len(messages), wordless, in_place)


def _with_one_system(fields: Fields) -> dict[str, object]:
    """The fields, with the blocks of the system prompt as one message in parts: many local models take one only."""
    messages = [as_fields(message) for message in entries(fields.get("messages"))]
    opening = list(takewhile(lambda message: message.get("role") == "system", messages))
    if len(opening) < 2:
        return dict(fields)
    parts = [part for message in opening for part in _parts(message.get("content"))]
    return {**fields, "messages": [{"role": "system", "content": parts}, *messages[len(opening) :]]}


def _parts(content: object) -> list[object]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else entries(content)


def _with_own_words(fields: dict[str, object], body: Fields) -> Fields:
    """The fields, with what only Anthropic's models understand put where only they are told it."""
    own = {name: body[name] for name in OWN_WORDS if body.get(name) is not None}
    own["output_config"] = {
        name: each for name, each in as_fields(own.get("output_config")).items() if name != "format"
    }
    kept = {name: value for name, value in fields.items() if name not in OWN_WORDS}
    if len(text(kept.get("user"))) > _LONGEST_USER:
        del kept["user"]
    else:
        own.pop("metadata", None)
    if over(entries(body.get("messages")), _with_spoken, _Spoken()).in_place:
        own[IN_PLACE] = True
    told = {name: value for name, value in own.items() if value != {}}
    return {**kept, **({"extra_content": {"anthropic": told}} if told else {})}


def _delivery(body: Fields) -> Fields:
    """The model, and how the answer travels. What was used is said at the end of every stream."""
    model = {"model": body["model"]} if "model" in body else {}
    streamed = {"stream": True, "stream_options": {"include_usage": True}} if body.get("stream") else {}
    return {**model, **streamed}

"""Laws of translating requests and answers between OpenAI's format and the others."""

import base64
from contextlib import suppress

import orjson
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.translations import (
    from_anthropic_answer,
    from_google,
    from_google_answer,
    google_answer,
    to_anthropic,
    to_google,
)
from tokenwise.prompt import Role
from tokenwise.routing.verdicts import FinishReason
from tokenwise.traits import Feature
from tokenwise.usage import Usage
from tokenwise_shell.embedded import HttpRequest
from tokenwise_shell.embedded.anthropic import format as anthropic_format
from tokenwise_shell.embedded.google import format as google_format
from tokenwise_shell.embedded.openai import format as openai_format
from tokenwise_shell.providers.anthropic import messages as anthropic
from tokenwise_shell.providers.anthropic.events import MessageWriter
from tokenwise_shell.providers.openai import chat as openai
from tokenwise_shell.providers.openai.completions import usage_fields, write_completion
from tokenwise_shell.providers.openai.usage import parse_usage
from tokenwise_shell.providers.translate.features import features_of
from tokenwise_shell.providers.translate.terms import Answer, Call, Said, Text, Untranslatable
from tokenwise_shell.providers.translations import anthropic_answer, from_anthropic
from tokenwise_shell.transport.sse import SseEvent

# Words that no format takes for nothing: Anthropic refuses blanks, and everybody an empty text.
words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(str.strip)
blobs = st.binary(min_size=1, max_size=8).map(lambda data: base64.b64encode(data).decode())
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
marks = st.sampled_from([{}, {"cache_control": {"type": "ephemeral"}}])
texts = st.builds(lambda said, mark: {"type": "text", "text": said, **mark}, words, marks)
addresses = st.sampled_from(["https://example.com/a.png", "https://example.com/b.jpeg"])
pictures = st.builds(
    lambda url: {"type": "image_url", "image_url": {"url": url}},
    addresses | blobs.map(lambda data: f"data:image/png;base64,{data}"),
)
documents = st.builds(
    lambda data: {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{data}"}}, blobs
)
contents = words | st.lists(texts | pictures | documents, min_size=1, max_size=3)
NAMES = ["look_up", "add", "send-mail"]


@st.composite
def rounds(draw, number: int) -> list[dict]:
    """A question, and either an answer or parallel calls with their results."""
    asked = {"role": "user", "content": draw(contents)}
    said = draw(st.none() | words)
    names = draw(st.lists(st.sampled_from(NAMES), max_size=3))
    if not names:
        return [asked, {"role": "assistant", "content": said or "Well."}]
    calls = [
        {
            "id": draw(st.sampled_from([f"call_{number}_{place}", f"functions.f:{number}.{place}"])),
            "type": "function",
            "function": {"name": name, "arguments": orjson.dumps(draw(st.dictionaries(words, values))).decode()},
        }
        for place, name in enumerate(names)
    ]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": draw(words)} for call in calls]
    return [asked, {"role": "assistant", "content": said, "tool_calls": calls}, *results]


schemas = st.sampled_from(
    [
        {"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": False},
        {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False},
    ]
)
tools = st.lists(
    st.builds(
        lambda name, said, schema: {
            "type": "function",
            "function": {"name": name, **({"description": said} if said else {}), "parameters": schema},
        },
        st.sampled_from(NAMES),
        st.just("") | words,
        schemas,
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda tool: tool["function"]["name"],
)
formats = st.sampled_from([{"type": "json_object"}]) | schemas.map(
    lambda schema: {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
)
# What both targets can honour, and what each can besides.
COMMON = {
    "stop": st.lists(words, min_size=1, max_size=4),
    "response_format": formats,
}
ANTHROPICS = {**COMMON, "user": words, "temperature": st.sampled_from([0, 0.5])}
GOOGLES = {
    **COMMON,
    "temperature": st.sampled_from([0, 0.5, 1.7]),
    "top_p": st.sampled_from([0.1, 0.9]),
    "seed": st.integers(0, 2**31),
    "n": st.integers(2, 8),
    "presence_penalty": st.sampled_from([-0.5, 1.5]),
    "frequency_penalty": st.sampled_from([-0.5, 1.5]),
    "top_logprobs": st.integers(1, 5),
    "reasoning_effort": st.sampled_from(["minimal", "low", "medium", "high"]),
}


@st.composite
def requests(draw, options: dict, *, late_systems: bool = True) -> dict:
    """A request: system messages wherever people put them, rounds of a conversation, tools and parameters."""
    systems = st.lists(
        st.builds(lambda role, said: {"role": role, "content": said}, st.sampled_from(["system", "developer"]), words),
        max_size=2,
    )
    messages = draw(systems)
    for number in range(draw(st.integers(0, 3))):
        messages += draw(rounds(number)) + (draw(systems) if late_systems else [])
    messages.append({"role": "user", "content": draw(contents)})
    fields = {"messages": messages, **draw(st.fixed_dictionaries({}, optional=options))}
    if fields.get("response_format") == {"type": "json_object"}:
        messages.insert(0, {"role": "system", "content": "In JSON."})
    if draw(st.booleans()):
        fields["tools"] = draw(tools)
        names = [tool["function"]["name"] for tool in fields["tools"]]
        named = st.sampled_from(names).map(lambda name: {"type": "function", "function": {"name": name}})
        choice = draw(st.sampled_from([None, "auto", "none", "required"]) | named)
        fields |= {"tool_choice": choice} if choice else {}
    return fields


def plain(message: dict, *, unmarked: bool) -> dict:
    """A message with its content as parts, its arguments as values, and the two names of a system as one."""
    content = message.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    if unmarked:
        parts = [{name: value for name, value in part.items() if name != "cache_control"} for part in parts]
    calls = [
        (call["id"], call["function"]["name"], orjson.loads(call["function"]["arguments"]))
        for call in message.get("tool_calls", ())
    ]
    role = "system" if message["role"] == "developer" else message["role"]
    return {"role": role, "parts": parts, "calls": calls, "answers": message.get("tool_call_id")}


def meaning(fields: dict, *, unmarked: bool = False) -> dict:
    """What a request means, whichever of several ways it is written in: system messages first, in their order."""
    messages = [plain(message, unmarked=unmarked) for message in fields["messages"]]
    systems = [message for message in messages if message["role"] == "system"]
    others = [message for message in messages if message["role"] != "system"]
    return {**fields, "messages": [*systems, *others], "max_completion_tokens": 4000}


class TestThereAndBack:
    """A request translated OpenAI → Anthropic → back and OpenAI → Google → back keeps its meaning."""

    @given(requests(ANTHROPICS))
    def test_by_way_of_anthropic(self, fields):
        there = to_anthropic(fields, native_id="claude-opus-5-5", cap=4000)
        back = from_anthropic(orjson.loads(orjson.dumps(there.body)))
        assert meaning(back.body) == meaning(fields)
        assert (there.dropped, back.dropped) == ((), ())

    @given(requests(GOOGLES))
    def test_by_way_of_google(self, fields):
        there = to_google(fields, native_id="gemini-3.8-flash", cap=4000)
        back = from_google(orjson.loads(orjson.dumps(there.body)))
        assert meaning(back.body) == meaning(fields, unmarked=True)
        # Marks for caching alone are left out, and that is said.
        assert set(there.dropped) <= {"cache_control: Google caches by itself"}
        assert bool(there.dropped) == (b'"cache_control"' in orjson.dumps(fields))

    @given(st.sampled_from(["low", "medium", "high", "none"]), st.sampled_from(["claude-opus-5-5", "claude-haiku-4-5"]))
    def test_how_long_to_think_comes_back_from_anthropic(self, effort, native_id):
        fields = {"messages": [{"role": "user", "content": "Hi"}], "reasoning_effort": effort}
        there = to_anthropic(fields, native_id=native_id, cap=10_000)
        assert from_anthropic(there.body).body["reasoning_effort"] == effort

    @given(st.sampled_from(["none", "minimal", "low", "medium", "high"]))
    def test_how_long_to_think_comes_back_from_a_google_model_with_a_budget(self, effort):
        fields = {"messages": [{"role": "user", "content": "Hi"}], "reasoning_effort": effort}
        there = to_google(fields, native_id="gemini-2.5-flash", cap=10_000)
        assert from_google(there.body).body["reasoning_effort"] == effort

    @given(requests(ANTHROPICS))
    def test_translating_again_changes_nothing(self, fields):
        once = to_anthropic(fields, native_id="m", cap=4000)
        again = to_anthropic(from_anthropic(once.body).body, native_id="m", cap=4000)
        assert again.body == once.body


class TestWhatAProviderUnderstands:
    """A translated request is the same request to a provider: the embedded one finds the same in all three formats."""

    @given(requests(COMMON, late_systems=False))
    def test_the_same_is_read_from_anthropics_format(self, fields):
        there = to_anthropic(fields, native_id="m", cap=4000)
        body = orjson.dumps({"model": "m", "max_tokens": 4000, **there.body})
        self.check(fields, anthropic_format.parse_request(HttpRequest("POST", "/v1/messages", (), body)))

    @given(requests(COMMON, late_systems=False))
    def test_the_same_is_read_from_googles_format(self, fields):
        there = to_google(fields, native_id="m", cap=4000)
        path = "/v1beta/models/m:generateContent"
        self.check(fields, google_format.parse_request(HttpRequest("POST", path, (), orjson.dumps(there.body))))

    def check(self, fields, read):
        body = orjson.dumps({"model": "m", "max_tokens": 4000, **fields})
        asked = openai_format.parse_request(HttpRequest("POST", "/v1/chat/completions", (), body))
        for name in ("attachments", "must_call", "stop", "max_output_tokens", "choices", "reasons"):
            assert getattr(read, name) == getattr(asked, name), name
        assert [tool.name for tool in read.tools] == [tool.name for tool in asked.tools]
        assert [tool.schema for tool in read.tools] == [tool.schema for tool in asked.tools]
        assert self.said(read) == self.said(asked)
        if fields.get("response_format", {}).get("type") != "json_object":
            assert read.schema == asked.schema

    def said(self, read):
        """Who says what; all that the system says is one, since that is what the others make of it."""
        system = [message.text for message in read.messages if message.role is Role.SYSTEM]
        rest = [(message.role, message.text) for message in read.messages if message.role is not Role.SYSTEM]
        return "\n".join(system).removesuffix("\nReply with a single JSON object and nothing else.").removesuffix(
            "Reply with a single JSON object and nothing else."
        ), rest


JUNK_NAMES = [
    *("messages", "role", "content", "type", "text", "image_url", "url", "tools", "function", "name", "parameters"),
    *("tool_calls", "arguments", "tool_call_id", "tool_choice", "response_format", "json_schema", "schema", "stop"),
    *("system", "source", "input", "id", "tool_use_id", "thinking", "output_config", "format", "effort", "n", "user"),
    *("contents", "parts", "functionCall", "functionResponse", "response", "inlineData", "mimeType", "data", "file"),
    *("generationConfig", "thinkingConfig", "thinkingLevel", "thinkingBudget", "systemInstruction", "cache_control"),
    *("toolConfig", "functionCallingConfig", "mode", "allowedFunctionNames", "reasoning_effort", "temperature"),
]
JUNK_WORDS = ["user", "assistant", "tool", "system", "text", "image_url", "tool_use", "tool_result", "document", "{}"]
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.sampled_from(JUNK_WORDS) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(JUNK_NAMES), inner, max_size=5),
)
anything = st.dictionaries(st.sampled_from(JUNK_NAMES), junk, max_size=6)


class TestAnyRequest:
    """Any JSON at all is translated, or refused with its places; nothing else is raised."""

    @pytest.mark.parametrize("translate", [to_anthropic, to_google])
    @given(fields=anything)
    def test_from_openai(self, translate, fields):
        with suppress(Untranslatable):
            assert translate(fields, native_id="claude-haiku-4-5", cap=2000).body

    @pytest.mark.parametrize("translate", [from_anthropic, from_google])
    @given(body=anything)
    def test_to_openai(self, translate, body):
        with suppress(Untranslatable):
            assert translate(body).body

    @given(anything)
    def test_features_are_those_of_some_model(self, fields):
        assert isinstance(features_of(fields), Feature)


class TestFeatures:
    """A parameter that the target cannot honour is a capability constraint of `route`, or a documented drop."""

    @given(requests({**ANTHROPICS, **GOOGLES}))
    def test_whatever_a_target_refuses_is_a_feature_that_the_request_uses(self, fields):
        """Whoever has the features that are asked for is never refused by the translation."""
        beyond = Feature.SEED | Feature.CHOICES | Feature.PENALTIES | Feature.LOGPROBS
        if not features_of(fields) & beyond:
            assert to_anthropic(fields, native_id="m", cap=4000)
        assert to_google(fields, native_id="gemini-3.8-flash", cap=4000)

    @given(requests(GOOGLES))
    def test_more_of_a_request_never_needs_less(self, fields):
        for name in fields.keys() - {"messages"}:
            rest = {key: value for key, value in fields.items() if key != name}
            assert features_of(rest) | features_of(fields) == features_of(fields)


usages = st.builds(
    lambda fresh, read, written, said, thought: Usage(fresh, read, written, said + thought, thought),
    *[st.integers(0, 10**6)] * 5,
)
said = st.lists(
    st.builds(Text, words)
    | st.builds(Call, st.uuids().map(str), st.sampled_from(NAMES), st.dictionaries(words, values)),
    max_size=3,
)


class TestAnswers:
    """An answer keeps its text, its calls, its usage and why it ended."""

    @given(usages)
    def test_usage_comes_back(self, usage):
        assert parse_usage(usage_fields(usage)) == usage

    @given(said, usages, st.sampled_from(["end_turn", "max_tokens", "tool_use", "refusal"]))
    def test_there_and_back_by_way_of_anthropic(self, items, usage, reason):
        reasons = {"end_turn": "stop", "max_tokens": "length", "tool_use": "tool_calls", "refusal": "content_filter"}
        finish = next(each for each in FinishReason if each.value == reasons[reason])
        completion = write_completion(Answer("id", "m", (Said(tuple(items), finish),), usage), created_s=7)
        message = anthropic_answer(completion)
        if reason == "end_turn" and any(isinstance(item, Call) for item in items):
            completion["choices"][0]["finish_reason"], reason = "tool_calls", "tool_use"  # a client runs what is called
        assert message["stop_reason"] == reason
        back = from_anthropic_answer(message, created_s=7)
        assert back["usage"] == completion["usage"]
        assert back["choices"] == completion["choices"]

    @given(said, usages, st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY"]))
    def test_there_and_back_by_way_of_google(self, items, usage, reason):
        calls = any(isinstance(item, Call) for item in items)
        finishes = {"MAX_TOKENS": FinishReason.LENGTH, "SAFETY": FinishReason.CONTENT_FILTER}
        finish = finishes.get(reason, FinishReason.TOOL_CALLS if calls else FinishReason.STOP)
        completion = write_completion(Answer("id", "m", (Said(tuple(items), finish),), usage), created_s=7)
        there = google_answer(completion)
        assert there["candidates"][0]["finishReason"] == reason
        back = from_google_answer(there, created_s=7)
        assert back["choices"] == completion["choices"]
        assert back["usage"]["total_tokens"] == completion["usage"]["total_tokens"]

    @given(st.lists(words | st.tuples(st.uuids().map(str), st.sampled_from(NAMES), st.lists(words))), usages)
    def test_a_stream_told_in_anthropics_events_is_the_same_answer(self, told, usage):
        """OpenAI's chunks, written as Anthropic's events and read as those, are what the chunks said."""
        opened = {"id": "i", "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}
        deltas, place = [], 0
        for each in told:
            if isinstance(each, str):
                deltas.append({"content": each})
                continue
            id_, name, pieces = each
            begun = {"index": place, "id": id_, "function": {"name": name, "arguments": ""}}
            deltas.append({"tool_calls": [begun]})
            deltas += [{"tool_calls": [{"index": place, "function": {"arguments": piece}}]} for piece in pieces]
            place += 1
        chunks = [opened, *({"choices": [{"index": 0, "delta": delta}]} for delta in deltas)]
        chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
        chunks += [{"choices": [], "usage": usage_fields(usage)}]
        ours, writer, theirs = openai.open_stream(native_id="m"), MessageWriter(), anthropic.open_stream(native_id="m")
        heard = []
        for data in [*map(orjson.dumps, chunks), b"[DONE]"]:
            ours.feed(SseEvent(data))
            for event in writer.write(SseEvent(data)):
                theirs.feed(event)
                heard += [orjson.loads(chunk.data)["choices"][0]["delta"] for chunk in theirs.chunks]
        assert theirs.over
        # OpenAI's chunks say nothing of hosted tools (None), Anthropic's usage says that none was called.
        assert theirs.end() == evolve(ours.end(), hosted=())
        pieces = [piece for delta in heard for piece in delta.get("tool_calls", ())]
        assert [piece for delta in deltas for piece in delta.get("tool_calls", ())] == [
            {name: value for name, value in piece.items() if name != "type"} for piece in pieces
        ]

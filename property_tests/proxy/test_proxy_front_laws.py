"""Laws of the proxy's two translating doors: Anthropic's Messages and OpenAI's Responses."""

from contextlib import suppress
from itertools import takewhile

import orjson
import pytest
from anthropic.types import Message
from hypothesis import given
from hypothesis import strategies as st
from openai._models import construct_type
from openai.types.responses import Response, ResponseStreamEvent

from property_tests.providers.test_translate_laws import anything, junk, usages
from tokenwise_shell.providers.openai.completions import usage_fields
from tokenwise_shell.providers.openai.words import text_of
from tokenwise_shell.providers.translations import from_anthropic
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.doors.responses.door import ResponsesFront
from tokenwise_shell.proxy.fronts import BadRequest, Trouble
from tokenwise_shell.transport.sse import SseEvent

DONE = SseEvent(b"[DONE]")
TROUBLE = Trouble(502, "server_error", "upstream_cut_stream", "the stream ended before the reply did")

# --- requests --------------------------------------------------------------------------------------------------------

ITEM_NAMES = [
    *(
        "type",
        "role",
        "content",
        "text",
        "call_id",
        "name",
        "arguments",
        "output",
        "summary",
        "encrypted_content",
        "id",
    ),
    *("image_url", "file_data", "file_url", "file_id", "detail", "input_audio", "refusal", "phase", "status"),
]
ITEM_WORDS = [
    *("message", "function_call", "function_call_output", "reasoning", "item_reference", "web_search_call", "user"),
    *("assistant", "developer", "input_text", "output_text", "input_image", "input_file", "refusal", "tw1.W10=", "{}"),
]
items = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(ITEM_WORDS) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ITEM_NAMES), inner, max_size=5),
)
RESPONSES_NAMES = [
    *(
        "input",
        "instructions",
        "tools",
        "tool_choice",
        "text",
        "reasoning",
        "include",
        "top_logprobs",
        "stream",
        "store",
    ),
    *("max_output_tokens", "metadata", "previous_response_id", "conversation", "truncation", "model", "background"),
]
tool_shapes = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["function", "web_search", None]),
        "name": st.sampled_from(["f", "g", "", None]),
        "parameters": junk,
        "strict": junk,
        "defer_loading": junk,
    },
)
choice_shapes = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["function", "allowed_tools", "mcp"]),
        "name": st.sampled_from(["f", None]),
        "mode": st.sampled_from(["auto", "required"]),
        "tools": st.lists(tool_shapes, max_size=2),
    },
)
formats = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["text", "json_object", "json_schema"]),
        "name": junk,
        "schema": junk,
        "strict": junk,
        "more": junk,
    },
)
responses_bodies = st.dictionaries(st.sampled_from(RESPONSES_NAMES), junk | items, max_size=4) | st.fixed_dictionaries(
    {"input": st.text(max_size=3) | st.lists(items, max_size=4)},
    optional={
        "tools": st.lists(tool_shapes, max_size=3),
        "tool_choice": st.sampled_from(["auto", "none", "required"]) | choice_shapes,
        "text": st.fixed_dictionaries({}, optional={"format": formats, "verbosity": junk}),
        "reasoning": st.dictionaries(st.sampled_from(["effort", "summary", "context", "mode", "x"]), junk),
        "include": junk | st.lists(st.sampled_from(["reasoning.encrypted_content", "message.output_text.logprobs"])),
        "stream": junk,
    },
)
message_bodies = anything | st.builds(
    lambda more, messages, system: {"max_tokens": 9, **more, "messages": messages, "system": system},
    anything,
    st.lists(junk, max_size=3),
    junk,
)


class TestAnyRequest:
    """Any JSON at all is read as chat fields or refused with a reason; nothing else is raised."""

    @given(responses_bodies)
    def test_at_the_responses_door(self, body):
        front = ResponsesFront()
        with suppress(BadRequest):
            fields = front.read(body)
            assert isinstance(fields["messages"], list)
            assert all(message["role"] for message in fields["messages"])
            assert orjson.dumps(fields)

    @pytest.mark.parametrize("counting", [False, True])
    @given(body=message_bodies)
    def test_at_the_messages_door(self, counting, body):
        with suppress(BadRequest):
            assert MessagesFront(counting).read(body)["messages"]

    @given(st.sampled_from(["tools", "instructions", "metadata", "text", "input", "reasoning"]), st.integers(200, 270))
    def test_however_deeply_it_nests(self, name, levels):
        """What an answer repeats can be written, or the request is refused at once."""
        deep = orjson.loads(b'{"a":' * levels + b"1" + b"}" * levels)
        body = {
            "tools": {"tools": [{"type": "function", "name": "f", "parameters": deep}]},
            "text": {"text": {"format": {"type": "json_schema", "name": "n", "schema": deep}}},
        }.get(name, {name: deep})
        front = ResponsesFront()
        with suppress(BadRequest):
            front.read({"input": "Hi", **body})
            assert front.answer(b"{}")
            assert front.open_stream({}).write(DONE)


class TestWhatAnthropicSays:
    """What an Anthropic client says reaches the chat fields as `from_anthropic` has it."""

    @given(message_bodies)
    def test_the_messages_are_those_of_the_translation(self, body):
        with suppress(BadRequest):
            told, said = MessagesFront().read(body)["messages"], from_anthropic(body).body["messages"]
            opening = list(takewhile(lambda message: message["role"] == "system", said))
            assert told[min(1, len(opening)) :] == said[len(opening) :]
            assert text_of(told[0]["content"]) == "".join(text_of(each["content"]) for each in opening or said[:1])


# --- streams ---------------------------------------------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8"), max_size=4)
pieces = st.fixed_dictionaries(
    {"index": st.integers(0, 2)},
    optional={
        "id": st.sampled_from(["", "a", "b"]),
        "function": st.fixed_dictionaries(
            {}, optional={"name": st.sampled_from(["", "f"]), "arguments": st.sampled_from(["", "{", "}", "{}", "1"])}
        ),
    },
)
details = st.fixed_dictionaries(
    {"type": st.sampled_from(["reasoning.text", "reasoning.encrypted", "reasoning.summary"])},
    optional={"text": words, "signature": words, "data": words, "summary": words},
)
deltas = st.fixed_dictionaries(
    {},
    optional={
        "role": st.just("assistant"),
        "content": words | st.none(),
        "refusal": words | st.none(),
        "reasoning_content": words,
        "reasoning_details": st.lists(details, max_size=2),
        "tool_calls": st.lists(pieces, max_size=3),
    },
)
chunks = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["", "chatcmpl-1", "x/y"]),
        "model": st.sampled_from(["", "m"]),
        "created": st.integers(-1, 10**9),
        "choices": st.lists(
            st.fixed_dictionaries(
                {"delta": deltas},
                optional={
                    "index": st.integers(0, 1),
                    "finish_reason": st.sampled_from([None, "stop", "length", "content_filter", "tool_calls", "?"]),
                    "logprobs": st.none() | st.just({"content": [{"token": "a", "logprob": -1.0, "top_logprobs": []}]}),
                },
            ),
            max_size=2,
        ),
        "usage": st.none() | usages.map(usage_fields),
    },
)
streams = st.lists(chunks | junk, max_size=8)


def told(writer, stream, *, fails: bool) -> list[dict]:
    """Everything that the writer says of this stream, each event checked to be called what it says it is."""
    events = [event for chunk in stream for event in writer.write(SseEvent(orjson.dumps(chunk)))]
    events += writer.failed(TROUBLE) if fails else writer.write(DONE)
    events += [*writer.write(DONE), *writer.failed(TROUBLE), *writer.write(SseEvent(b'{"choices":[{"delta":{}}]}'))]
    said = [orjson.loads(event.data) for event in events]
    assert [event.name for event in events] == [each["type"] for each in said]
    return said


class TestResponsesStreams:
    """Any chunks at all give a stream of typed events: numbered, each thing begun is done, and one end."""

    @given(streams, st.booleans())
    def test_any_stream_is_well_formed(self, stream, fails):
        events = told(ResponsesFront().open_stream({}), stream, fails=fails)
        kinds = [event["type"] for event in events]
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        assert kinds[:2] == ["response.created", "response.in_progress"]
        assert kinds[-1] in ("response.completed", "response.incomplete", "response.failed")
        assert [kind.rpartition(".")[2] in ("completed", "incomplete", "failed") for kind in kinds].count(True) == 1
        assert ("error" in kinds) == (kinds[-1] == "response.failed")
        assert len({event["response"]["id"] for event in events if "response" in event}) == 1
        self.check_items(events, whole="error" not in kinds)

    def check_items(self, events, *, whole):
        added = [event for event in events if event["type"] == "response.output_item.added"]
        done = [event for event in events if event["type"] == "response.output_item.done"]
        assert [event["output_index"] for event in added] == list(range(len(added)))
        assert len(added) - len(done) in ((0,) if whole else (0, 1))
        # The events of an item are together, so nothing of one comes before or behind it.
        places = [event["output_index"] for event in events if "output_index" in event]
        assert places == sorted(places)
        final = events[-1]["response"]["output"]
        assert [event["item"] for event in done] == final[: len(done)]
        assert [item["id"] for item in final] == [event["item"]["id"] for event in added]
        assert len({item["id"] for item in final}) == len(final)
        for event in done:
            self.check_pieces(events, event["item"], event["output_index"])

    def check_pieces(self, events, item, place):
        own = [event for event in events if event.get("output_index") == place]
        said = "".join(event["delta"] for event in own if event["type"].endswith(".delta"))
        ends = [event for event in own if event["type"].endswith((".arguments.done", "text.done", "refusal.done"))]
        opened = [event["type"] for event in own if event["type"].startswith("response.content_part")]
        assert opened in ([], ["response.content_part.added", "response.content_part.done"])
        for end in ends:
            assert said == next(end[name] for name in ("text", "refusal", "arguments") if name in end)
        whole = {part.get("text", part.get("refusal")) for part in item.get("content", ())} | {item.get("arguments")}
        assert said in (whole - {None} or {""})

    @given(streams)
    def test_every_event_is_one_that_the_official_client_knows(self, stream):
        for event in told(ResponsesFront().open_stream({}), stream, fails=False):
            read = construct_type(type_=ResponseStreamEvent, value=event)
            assert read.type == event["type"]
            type(read).model_validate(event)


class TestMessageStreams:
    """Any chunks at all give a stream of Anthropic's events: a block at a time, each with its end, and one end."""

    @given(streams, st.booleans())
    def test_any_stream_is_well_formed(self, stream, fails):
        events = told(MessagesFront().open_stream({}), stream, fails=fails)
        kinds = [event["type"] for event in events]
        assert kinds.count("message_start") <= 1
        assert kinds[-1] in ("message_stop", "error")
        assert kinds.count("message_stop") + kinds.count("error") == 1
        if kinds[-1] == "message_stop":
            assert kinds[:2] == ["message_start", "ping"]
            assert kinds[-2] == "message_delta"
        assert kinds.count("message_delta") == kinds.count("message_stop")
        self.check_blocks(events, whole=kinds[-1] == "message_stop")

    def check_blocks(self, events, *, whole):
        open_at, begun = None, 0
        for event in events:
            match event["type"]:
                case "content_block_start":
                    assert (open_at, event["index"]) == (None, begun)
                    open_at, begun = begun, begun + 1
                case "content_block_delta":
                    assert event["index"] == open_at
                case "content_block_stop":
                    assert event["index"] == open_at
                    open_at = None
        assert open_at is None or not whole


# --- whole answers ---------------------------------------------------------------------------------------------------

calls = st.lists(
    st.builds(
        lambda id_, said: {
            "id": id_,
            "type": "function",
            "function": {"name": "f", "arguments": orjson.dumps(said).decode()},
        },
        st.uuids().map(str),
        st.dictionaries(words, st.integers(0, 9), max_size=2),
    ),
    max_size=3,
)
messages = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.none() | words},
    optional={"tool_calls": calls, "refusal": st.none() | words, "reasoning_content": words},
)
completions = st.builds(
    lambda message, finish, usage: {
        "id": "chatcmpl-7f",
        "object": "chat.completion",
        "created": 7,
        "model": "m",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": usage_fields(usage),
    },
    messages,
    st.sampled_from(["stop", "length", "tool_calls", "content_filter"]),
    usages,
)


def streamed(completion) -> list[dict]:
    """The completion as chunks, its arguments in single letters."""
    choice = completion["choices"][0]
    message = dict(choice["message"])
    called = message.pop("tool_calls", [])
    head = {name: completion[name] for name in ("id", "created", "model")}
    told = [{"delta": {name: message[name]}} for name in ("reasoning_content", "content", "refusal") if name in message]
    for place, call in enumerate(called):
        begun = {**call, "index": place, "function": {"name": "f", "arguments": ""}}
        told.append({"delta": {"tool_calls": [begun]}})
        told += [
            {"delta": {"tool_calls": [{"index": place, "function": {"arguments": letter}}]}}
            for letter in call["function"]["arguments"]
        ]
    told.append({"delta": {}, "finish_reason": choice["finish_reason"]})
    return [*({**head, "choices": [each]} for each in told), {**head, "choices": [], "usage": completion["usage"]}]


class TestWholeAnswers:
    """A whole answer holds what its stream says, and is what the official client's types ask for."""

    @given(completions)
    def test_a_response_is_the_last_word_of_its_stream(self, completion):
        front = ResponsesFront()
        front.read({"input": "Hi", "temperature": 0.5})
        whole = orjson.loads(front.answer(orjson.dumps(completion)))
        events = told(front.open_stream({}), streamed(completion), fails=False)
        assert events[-1]["response"] == whole
        Response.model_validate(whole)

    @given(completions)
    def test_a_message_holds_what_its_stream_says(self, completion):
        whole = orjson.loads(MessagesFront().answer(orjson.dumps(completion)))
        events = told(MessagesFront().open_stream({}), streamed(completion), fails=False)
        Message.model_validate(whole)
        starts = [event["content_block"] for event in events if event["type"] == "content_block_start"]
        assert [block["type"] for block in starts if block["type"] != "text"] == [
            block["type"] for block in whole["content"] if block["type"] != "text"
        ]
        ended = next(event for event in events if event["type"] == "message_delta")
        assert ended["delta"].items() <= whole.items()
        assert ended["usage"].items() <= whole["usage"].items()
        said = "".join(event["delta"].get("text", "") for event in events if event["type"] == "content_block_delta")
        assert said.strip() == "".join(block.get("text", "") for block in whole["content"]).strip()

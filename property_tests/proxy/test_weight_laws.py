"""Laws of what a request weighs at each door. See docs/proxy.md."""

import copy

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.catalog.attachments import NOTHING_ATTACHED
from tokenwise_shell.catalogs.loading import embedded_catalog
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.doors.responses.door import ResponsesFront
from tokenwise_shell.proxy.fronts import BadRequest, OnlyAsItIs, Trouble
from tokenwise_shell.proxy.request.asked import read_asked
from tokenwise_shell.proxy.request.work import CHAT

CATALOG = embedded_catalog()
MODEL = "openai/gpt-4.1-mini"
PIXEL = "iVBORw0KGgo="
SCHEMA = {"type": "object", "properties": {"a": {"type": "string", "description": "one"}}, "required": ["a"]}

CHATS = [
    {
        "model": MODEL, "max_tokens": 10, "stop": ["END"], "user": "u", "seed": 1, "temperature": 0.5,
        "messages": [
            {"role": "developer", "content": "Be brief.", "name": "n"},
            {"role": "user", "content": [{"type": "text", "text": "hello"}]},
            {"role": "assistant", "content": None, "refusal": "no", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": "x"}'}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "found"},
            {"role": "user", "content": "hello"},
        ],
        "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
    },
    {
        "model": MODEL, "messages": [{"role": "user", "content": "hello"}], "metadata": {"a": "b"},
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
        "prediction": {"type": "content", "content": "hello"}, "logit_bias": {"1": 2}, "verbosity": "low",
        "prompt_cache_key": "k", "safety_identifier": "s", "reasoning_effort": "low", "functions": [{"name": "f"}],
        "chat_template_kwargs": {"system": "x"}, "documents": [{"text": "doc"}], "service_tier": "default",
        "web_search_options": {"user_location": {"approximate": {"city": "x"}}}, "guided_regex": "a",
    },
    {
        "model": MODEL,
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": "hello"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "low"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PIXEL}"}},
            ]},
            {"role": "function", "name": "f", "content": "found"},
        ],
    },
]  # fmt: skip

MESSAGES = [
    {
        "model": MODEL, "max_tokens": 10, "stop_sequences": ["END"], "metadata": {"user_id": "u"},
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": "hello"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "well", "signature": "sig"},
                {"type": "text", "text": "hi"}, {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": "x"}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "found"}]},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}]},
        ],
        "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA}], "tool_choice": {"type": "auto"},
    },
    {
        "model": "anthropic/claude-haiku-4.5", "max_tokens": 10, "container": "c",
        "messages": [
            {"role": "user", "content": [
                {"type": "document", "title": "t", "context": "c", "citations": {"enabled": True},
                 "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
                {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "x"}]}]},
            {"role": "assistant", "content": [
                {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
                {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [
                    {"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": "e"}]}]},
            {"role": "user", "content": "and?"},
        ],
    },
]  # fmt: skip

RESPONSES = [
    {"model": MODEL, "input": "hello", "instructions": "Be brief.", "max_output_tokens": 20, "user": "u"},
    {
        "model": MODEL, "instructions": "Be brief.", "metadata": {"a": "b"}, "include": [],
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA}, "verbosity": "low"},
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "hello"},
                                         {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"}]},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "found"},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "s"}], "encrypted_content": "e"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]},
        ],
        "tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA},
                  {"type": "custom", "name": "g", "description": "d",
                   "format": {"type": "grammar", "syntax": "lark", "definition": "x"}}],
    },
    {  # what OpenAI alone can be asked
        "model": MODEL, "input": "hello", "background": True, "conversation": "conv_1", "truncation": "auto",
        "prompt": {"id": "p", "variables": {"a": "b"}},
    },
    {
        "model": MODEL, "input": [
            {"type": "item_reference", "id": "i"},
            {"type": "message", "role": "user", "content": "hello"},
            {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search", "query": "q"}},
            {"type": "message", "role": "user", "content": [{"type": "input_file", "file_id": "f"}]},
        ],
        "tools": [{"type": "mcp", "server_label": "s", "server_url": "https://example.com", "headers": {"a": "b"}}],
    },
]  # fmt: skip

DOORS = {"chat": (Chat, CHATS), "messages": (MessagesFront, MESSAGES), "responses": (ResponsesFront, RESPONSES)}

# Positions whose text is no words: it is attached, so it counts as the attachment that it is.
ATTACHED = frozenset({"url", "image_url", "data", "file_data"})


def weight_of(door, body):
    """What the request weighs there, None where it is refused."""
    front = DOORS[door][0]()
    try:
        try:
            fields = front.read(body)
        except OnlyAsItIs as alone:
            fields = alone.fields
        asked = read_asked(fields, {}, CATALOG)
    except BadRequest:
        return None
    if isinstance(asked, Trouble):
        return None
    return CHAT.wishes(evolve(asked, own=front.own(body))).weight


def texts_in(value, path=()):
    """The place of every text in a body, names of fields aside."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts_in(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts_in(inner, (*path, index))


def objects_in(value, path=()):
    if isinstance(value, dict):
        yield path
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from objects_in(inner, (*path, name))


def at(body, path):
    for step in path:
        body = body[step]
    return body


def put(body, path, value):
    changed = copy.deepcopy(body)
    at(changed, path[:-1])[path[-1]] = value
    return changed


PLACES = [(door, body, path) for door, (_, bodies) in DOORS.items() for body in bodies for path in texts_in(body)]
OBJECTS = [(door, body, path) for door, (_, bodies) in DOORS.items() for body in bodies for path in objects_in(body)]

# Longer than all margins of these requests together, so that none can hide it.
lengths = st.integers(20_000, 40_000)
dresses = st.sampled_from(
    ["{}", "data:text/plain;base64,{}", "data:image/png;base64,{}", "https://x.example/{}", "{{{}"]
)
places, objects = st.sampled_from(range(len(PLACES))), st.sampled_from(range(len(OBJECTS)))
names = st.sampled_from(["x_unknown", "content", "name", "text", "data"])


class TestNoTextIsFree:
    """Every text of the request is in the bound, or the request is refused."""

    @pytest.mark.parametrize(("door", "body"), [(door, body) for door, (_, all_) in DOORS.items() for body in all_])
    def test_these_are_requests(self, door, body):
        assert weight_of(door, body) is not None

    @given(places, lengths, dresses)
    def test_a_long_text_anywhere_weighs_what_it_is_long(self, place, length, dress):
        door, body, path = PLACES[place]
        said = dress.format("word " * (length // 5))
        before, after = weight_of(door, body), weight_of(door, put(body, path, said))
        if after is None:
            return
        if path[-1] in ATTACHED and after.input.bound - before.input.bound < length // 4:
            assert after.attachments is not NOTHING_ATTACHED or after.unpriced
            return
        assert after.input.bound - before.input.bound >= length // 4, (door, path)

    @given(objects, lengths, dresses, names)
    def test_so_does_one_where_there_was_none(self, place, length, dress, name):
        door, body, path = OBJECTS[place]
        said = dress.format("word " * (length // 5))
        before, after = weight_of(door, body), weight_of(door, put(body, (*path, name), said))
        if after is None or path[-1:] == ("tokenwise",):
            return
        if name in ATTACHED and after.attachments is not NOTHING_ATTACHED:
            return
        assert after.input.bound - before.input.bound >= length // 4, (door, path, name)

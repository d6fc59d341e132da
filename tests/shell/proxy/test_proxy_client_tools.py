"""Tools of a Responses client that are no functions: what a chat hears of them, and what comes back."""

import orjson
import pytest

from tokenwise_shell.proxy.doors.responses.answer import write_answer
from tokenwise_shell.proxy.doors.responses.request import read_responses
from tokenwise_shell.proxy.doors.responses.stream import ResponseWriter
from tokenwise_shell.transport.sse import SseEvent

GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": 'start: "*** Begin Patch"'}
PATCH = {"type": "custom", "name": "apply_patch", "description": "Edit files", "format": GRAMMAR}
WAIT = {"type": "function", "name": "wait", "strict": False, "parameters": {"type": "object", "properties": {}}}
SPACE = {"type": "namespace", "name": "clock", "description": "Time", "tools": [WAIT]}
SEARCH = {"type": "tool_search", "execution": "client", "description": "Find", "parameters": {"type": "object"}}

ASKED = {"model": "m", "input": "go", "tools": [PATCH, SPACE, SEARCH]}

# A call in the chat, and the item that its client knows.
CALLS = [
    (
        ("apply_patch", '{"input": "*** Begin Patch"}'),
        {"type": "custom_tool_call", "name": "apply_patch", "input": "*** Begin Patch"},
    ),
    (("apply_patch", "*** Begin"), {"type": "custom_tool_call", "name": "apply_patch", "input": "*** Begin"}),
    (
        ("clock__wait", '{"s": 1}'),
        {"type": "function_call", "name": "wait", "namespace": "clock", "arguments": '{"s": 1}'},
    ),
    (
        ("tool_search", '{"query": "x"}'),
        {"type": "tool_search_call", "execution": "client", "arguments": {"query": "x"}},
    ),
    (("other", "{}"), {"type": "function_call", "name": "other", "arguments": "{}"}),
]


def called(name: str, arguments: str) -> dict:
    call = {"id": "call_a7f3c1", "type": "function", "function": {"name": name, "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"id": "c", "model": "m", "created": 1, "choices": [{"message": message, "finish_reason": "tool_calls"}]}


class TestRequests:
    def test_each_is_a_function_of_its_own_name(self):
        functions = [tool["function"] for tool in read_responses(ASKED)["tools"]]
        assert [each["name"] for each in functions] == ["apply_patch", "clock__wait", "tool_search"]
        assert functions[0]["parameters"]["required"] == ["input"]
        assert GRAMMAR["definition"] in functions[0]["description"]

    def test_tools_may_be_declared_on_the_way(self):
        found = {"type": "tool_search_output", "call_id": "c1", "execution": "client", "tools": [WAIT]}
        added = {"type": "additional_tools", "role": "developer", "tools": [SPACE]}
        search = {"type": "tool_search_call", "call_id": "c1", "execution": "client", "arguments": {"query": "w"}}
        user = {"role": "user", "content": "go"}
        chat = read_responses(
            {"model": "m", "input": [added, user, search, found], "reasoning": {"context": "all_turns"}}
        )
        assert [tool["function"]["name"] for tool in chat["tools"]] == ["clock__wait", "wait"]
        assert [message["role"] for message in chat["messages"]] == ["user", "assistant", "tool"]
        assert chat["messages"][1]["tool_calls"][0]["function"] == {"name": "tool_search", "arguments": '{"query":"w"}'}
        assert "wait" in chat["messages"][2]["content"]

    def test_earlier_calls_go_back_as_the_functions_that_were_called(self):
        items = [
            {"type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": "a\nb"},
            {"type": "custom_tool_call_output", "call_id": "c1", "output": "done"},
            {"type": "function_call", "call_id": "c2", "name": "wait", "namespace": "clock", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c2", "output": "1 s"},
        ]
        first, result, second, _ = read_responses({**ASKED, "input": items})["messages"]
        assert first["tool_calls"][0]["function"] == {"name": "apply_patch", "arguments": '{"input":"a\\nb"}'}
        assert (result["tool_call_id"], result["content"]) == ("c1", "done")
        assert second["tool_calls"][0]["function"]["name"] == "clock__wait"

    @pytest.mark.parametrize(
        ("choice", "name"),
        [
            ({"type": "custom", "name": "apply_patch"}, "apply_patch"),
            ({"type": "function", "name": "wait"}, "clock__wait"),
            ({"type": "function", "name": "wait", "namespace": "clock"}, "clock__wait"),
        ],
    )
    def test_one_may_be_demanded(self, choice, name):
        chat = read_responses({**ASKED, "tool_choice": choice})
        assert chat["tool_choice"] == {"type": "function", "function": {"name": name}}

    def test_of_allowed_ones_the_others_are_left_out(self):
        allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "custom", "name": "apply_patch"}]}
        chat = read_responses({**ASKED, "tool_choice": allowed})
        assert [tool["function"]["name"] for tool in chat["tools"]] == ["apply_patch"]


class TestAnswers:
    @pytest.mark.parametrize(("call", "item"), CALLS)
    def test_a_call_is_the_item_that_its_client_knows(self, call, item):
        response = orjson.loads(write_answer(orjson.dumps(called(*call)), ASKED))
        (found,) = response["output"]
        assert {name: found[name] for name in item} == item
        assert (found["call_id"], found["status"]) == ("call_a7f3c1", "completed")

    @pytest.mark.parametrize(("call", "item"), CALLS)
    def test_a_streamed_call_ends_as_the_same_item(self, call, item):
        name, arguments = call
        writer = ResponseWriter(ASKED)
        pieces = [{"id": "call_a7f3c1", "function": {"name": name, "arguments": ""}}]
        pieces += [{"function": {"arguments": each}} for each in arguments]
        deltas = [{"tool_calls": [{"index": 0, **piece}]} for piece in pieces]
        chunks = [{"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
        chunks.append({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
        data = [*map(orjson.dumps, chunks), b"[DONE]"]
        told = [orjson.loads(event.data) for each in data for event in writer.write(SseEvent(each))]
        (done,) = [event["item"] for event in told if event["type"] == "response.output_item.done"]
        whole = orjson.loads(write_answer(orjson.dumps(called(*call)), ASKED))
        assert done == whole["output"][0]
        assert {name: done[name] for name in item} == item
        said = [event["delta"] for event in told if event["type"] == "response.custom_tool_call_input.delta"]
        assert "".join(said) == item.get("input", "")

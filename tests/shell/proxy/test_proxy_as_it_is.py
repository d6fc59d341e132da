"""Requests and answers that pass as they are, between a client and a provider of its own format."""

import orjson
import pytest
import trio

from tests.shell.front_world import BY_BUDGET, BY_EFFORT, OPEN, fronts
from tests.shell.loopback import CHUNKED, chunk, next_request, saying, whole
from tests.shell.proxy_world import SMALL, proxy_of

HI = {"role": "user", "content": "Hi"}
FETCHED = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_fetch", "input": {"url": "https://a.example"}}
CITED = {"type": "text", "text": "It rains.", "citations": [{"type": "char_location", "cited_text": "Rain"}]}
USAGE = {"input_tokens": 10, "output_tokens": 5}

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "small-1",
    "content": [FETCHED, CITED],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "container": {"id": "container_1"},
    "usage": {**USAGE, "server_tool_use": {"web_fetch_requests": 1}},
}

EVENTS = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None, "usage": USAGE}},
    {"type": "content_block_start", "index": 0, "content_block": FETCHED},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "", "citations": []}},
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "citations_delta", "citation": {"a": 1}},
    },
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "It rains."}},
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": USAGE},
    {"type": "message_stop"},
]

# What has no translation, each with its place.
ALONE = [
    ({"messages": [HI, {"role": "assistant", "content": [FETCHED]}, HI]}, "messages[1].content[0]"),
    ({"messages": [{"role": "user", "content": [{"type": "container_upload", "file_id": "f"}]}]}, "messages[0]"),
    ({"container": "container_1"}, "container"),
    ({"tools": [{"type": "tool_search_tool_regex_20251119", "name": "tool_search_tool_regex"}]}, "tools[0]"),
    ({"tools": [{"type": "computer_20250124", "name": "computer", "display_width_px": 9}]}, "tools[0]"),
]

MCP = {"type": "url", "url": "https://example.com", "name": "m"}


def asked(**fields):
    return {"model": SMALL, "max_tokens": 400, "messages": [HI], **fields}


def event_of(fields):
    return b"event: %b\ndata: %b\n\n" % (fields["type"].encode(), orjson.dumps(fields))


class Upstream:
    """Says Anthropic's answer, whole or streamed, and keeps what it was asked."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[dict] = []

    async def talk(self, stream: trio.abc.Stream) -> None:
        while request := await next_request(stream):
            head, _, body = request.partition(b"\r\n\r\n")
            self.heads.append(head.lower())
            self.bodies.append(orjson.loads(body))
            streamed = CHUNKED + chunk(b"".join(map(event_of, EVENTS))) + chunk(b"")
            await stream.send_all(streamed if self.bodies[-1].get("stream") else whole(orjson.dumps(MESSAGE)))


class TestToAProviderOfTheFormat:
    @pytest.mark.parametrize(("fields", "_"), ALONE)
    async def test_what_has_no_translation_goes_on_as_it_is(self, tmp_path, fields, _):
        upstream = Upstream()
        async with proxy_of(tmp_path, upstream.talk, kind="anthropic") as world:
            answer = await world.post(asked(**fields), path="/v1/messages")
            assert world.balances()
        assert answer.status == 200, answer.body
        assert upstream.bodies == [{**asked(**fields), "model": "small-1"}]

    async def test_so_does_what_a_translation_would_lose(self, tmp_path):
        tool = {"name": "t", "input_schema": {"type": "object"}, "defer_loading": True, "input_examples": [{"a": 1}]}
        turn = {"role": "user", "content": [{"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}]}
        body = asked(tools=[tool], messages=[turn], unheard_of={"a": 1})
        upstream = Upstream()
        async with proxy_of(tmp_path, upstream.talk, kind="anthropic") as world:
            await world.post(body, path="/v1/messages")
        assert upstream.bodies == [{**body, "model": "small-1"}]

    async def test_a_whole_answer_comes_back_as_it_came_and_is_booked(self, tmp_path):
        async with proxy_of(tmp_path, Upstream().talk, kind="anthropic") as world:
            answer = await world.post(asked(), path="/v1/messages")
            (charged,) = [line for line in world.lines if line["type"] == "charged"]
        assert answer.body == orjson.dumps(MESSAGE)
        assert charged["amount_nano"] == 10 * 1000 + 5 * 2000
        assert answer.headers["x-tokenwise-cost-usd"] == "0.00002"

    async def test_a_stream_does_too_with_the_bill_where_its_usage_is(self, tmp_path):
        async with proxy_of(tmp_path, Upstream().talk, kind="anthropic") as world:
            answer = await world.post(asked(stream=True), path="/v1/messages")
            assert world.balances()
        lines = [line for line in answer.body.decode().splitlines() if line.startswith("data: ")]
        told = [orjson.loads(line.removeprefix("data: ")) for line in lines]
        bill = told[-2].pop("tokenwise")
        assert told == EVENTS
        assert (bill["cost_nano"], bill["model"]) == (20_000, SMALL)

    async def test_the_betas_that_open_fields_go_along(self, tmp_path):
        upstream = Upstream()
        async with proxy_of(tmp_path, upstream.talk, kind="anthropic") as world:
            await world.post(asked(), path="/v1/messages", anthropic_beta="a-2025-01-01,b-2026-01-01")
            await world.post(asked(), path="/v1/messages", anthropic_beta='no "beta"')
            await world.post({"model": SMALL, "messages": [HI]}, anthropic_beta="c-2026-01-01")
        betas = [[line for line in head.splitlines() if line.startswith(b"anthropic-beta")] for head in upstream.heads]
        assert betas == [[b"anthropic-beta: a-2025-01-01,b-2026-01-01"], [], [b"anthropic-beta: c-2026-01-01"]]

    async def test_a_budget_of_thinking_keeps_within_a_shorter_cap(self, tmp_path):
        thinking = {"type": "enabled", "budget_tokens": 1_000_000}
        upstream = Upstream()
        async with proxy_of(tmp_path, upstream.talk, kind="anthropic") as world:
            body = asked(max_tokens=2_000_000, thinking=thinking, container="c")
            await world.post(body, path="/v1/messages")
        (sent,) = upstream.bodies
        assert sent["thinking"]["budget_tokens"] == sent["max_tokens"] - 1 == 7_999

    @pytest.mark.parametrize("stop", [["\n\n"], ["END", " "]])
    async def test_marks_of_blanks_are_not_sent_to_anthropic(self, tmp_path, stop):
        upstream = Upstream()
        async with proxy_of(tmp_path, upstream.talk, kind="anthropic") as world:
            answer = await world.post(asked(stop_sequences=stop), path="/v1/messages")
        assert (answer.status, upstream.bodies) == (400, [])
        assert "stop" in answer.error["message"]

    async def test_nor_is_a_last_turn_of_the_assistant_that_ends_in_blanks(self, tmp_path):
        upstream = Upstream()
        async with proxy_of(tmp_path, upstream.talk, kind="anthropic") as world:
            begun = {"role": "assistant", "content": "So "}
            answer = await world.post(asked(messages=[HI, begun]), path="/v1/messages")
        assert (answer.status, upstream.bodies) == (400, [])

    async def test_other_models_reasoning_is_mended_and_not_passed_on(self, tmp_path):
        thought = {"type": "thinking", "thinking": "Hm.", "signature": ""}
        turn = {"role": "assistant", "content": [thought, {"type": "text", "text": "Yes."}]}
        upstream = Upstream()
        async with proxy_of(tmp_path, upstream.talk, kind="anthropic") as world:
            await world.post(asked(messages=[HI, turn, HI]), path="/v1/messages")
        assert upstream.bodies[0]["messages"][1] == {"role": "assistant", "content": "Yes."}


CALL = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
SAID = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
SAID["content"] = [{"type": "output_text", "text": "Rain.", "annotations": [{"type": "url_citation"}]}]

RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "small-1",
    "output": [CALL, SAID],
    "error": None,
    "unheard_of": {"a": 1},
    "usage": {"input_tokens": 10, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 5, "total_tokens": 15},
}

RESPONSE_EVENTS = [
    {"type": "response.created", "response": {**RESPONSE, "status": "in_progress", "output": [], "usage": None}},
    {"type": "response.web_search_call.searching", "item_id": "ws_1", "output_index": 0},
    {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 1, "delta": "Rain."},
    {"type": "response.completed", "response": RESPONSE},
]

# What no chat has words for, each with the field by which it is refused elsewhere.
RESPONSES_ALONE = [
    ({"previous_response_id": "resp_0"}, "previous_response_id"),
    ({"conversation": "conv_1"}, "conversation"),
    ({"background": True}, "background"),
    ({"truncation": "auto"}, "truncation"),
    ({"reasoning": {"context": "current_turn"}}, "reasoning.context"),
    ({"include": ["web_search_call.action.sources"]}, "include"),
    ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0].type"),
    ({"input": [CALL, {"role": "user", "content": "Go on."}]}, "input[0].type"),
    ({"unheard_of": 1}, "unheard_of"),
]


class Responding(Upstream):
    """The same with OpenAI's responses."""

    async def talk(self, stream: trio.abc.Stream) -> None:
        while request := await next_request(stream):
            head, _, body = request.partition(b"\r\n\r\n")
            self.heads.append(head.lower())
            self.bodies.append(orjson.loads(body))
            streamed = CHUNKED + chunk(b"".join(map(event_of, RESPONSE_EVENTS))) + chunk(b"")
            await stream.send_all(streamed if self.bodies[-1].get("stream") else whole(orjson.dumps(RESPONSE)))


def responded(**fields):
    return {"model": SMALL, "max_output_tokens": 400, "input": "Hi", **fields}


class TestResponses:
    @pytest.mark.parametrize(("fields", "_"), RESPONSES_ALONE)
    async def test_what_has_no_translation_goes_on_as_it_is(self, tmp_path, fields, _):
        upstream = Responding()
        async with proxy_of(tmp_path, upstream.talk, responses=True) as world:
            answer = await world.post(responded(**fields), path="/v1/responses")
            assert world.balances()
        assert answer.status == 200, answer.body
        assert upstream.bodies == [{**responded(**fields), "model": "small-1"}]
        assert upstream.heads[0].startswith(b"post /v1/responses ")

    @pytest.mark.parametrize(("fields", "named"), RESPONSES_ALONE)
    async def test_elsewhere_it_is_refused_by_its_name(self, tmp_path, fields, named):
        upstream = Responding()
        async with proxy_of(tmp_path, upstream.talk) as world:
            answer = await world.post(responded(**fields), path="/v1/responses")
        assert (answer.status, answer.error["param"], upstream.bodies) == (400, named, [])

    async def test_a_whole_answer_comes_back_as_it_came_and_is_booked(self, tmp_path):
        async with proxy_of(tmp_path, Responding().talk, responses=True) as world:
            answer = await world.post(responded(), path="/v1/responses")
            (charged,) = [line for line in world.lines if line["type"] == "charged"]
        assert answer.body == orjson.dumps(RESPONSE)
        assert charged["amount_nano"] == 10 * 1000 + 5 * 2000

    async def test_a_stream_does_too_with_the_bill_in_its_last_response(self, tmp_path):
        async with proxy_of(tmp_path, Responding().talk, responses=True) as world:
            answer = await world.post(responded(stream=True), path="/v1/responses")
            assert world.balances()
        lines = [line for line in answer.body.decode().splitlines() if line.startswith("data: ")]
        told = [orjson.loads(line.removeprefix("data: ")) for line in lines]
        bill = told[-1]["response"].pop("tokenwise")
        assert told == RESPONSE_EVENTS
        assert (bill["cost_nano"], bill["model"]) == (20_000, SMALL)

    async def test_a_whole_answer_to_a_client_that_asked_for_a_stream_is_told_as_one(self, tmp_path):
        """As OpenAI's own client adds it up, what OpenAI ran itself included."""
        async with proxy_of(tmp_path, saying(whole(orjson.dumps(RESPONSE))), responses=True) as world:
            async with world.openai() as client, client.responses.stream(model=SMALL, input="Hi") as stream:
                said = [event.delta async for event in stream if event.type == "response.output_text.delta"]
                last = await stream.get_final_response()
            assert world.balances()
            (charged,) = [line for line in world.lines if line["type"] == "charged"]
        assert said == ["Rain."]
        assert [item.type for item in last.output] == ["web_search_call", "message"]
        assert last.output_text == "Rain."
        assert last.tokenwise["cost_nano"] == charged["amount_nano"] == 20_000

    async def test_a_stream_to_a_client_that_asked_for_a_whole_answer_is_told_whole(self, tmp_path):
        events = CHUNKED + chunk(b"".join(map(event_of, RESPONSE_EVENTS))) + chunk(b"")
        async with proxy_of(tmp_path, saying(events), responses=True) as world:
            answer = await world.post(responded(), path="/v1/responses")
        assert answer.json == RESPONSE

    async def test_a_tool_that_openai_runs_has_no_price_under_a_budget_and_is_named(self, tmp_path):
        upstream = Responding()
        async with proxy_of(tmp_path, upstream.talk, responses=True) as world:
            answer = await world.post(responded(tools=[{"type": "web_search"}]), path="/v1/responses")
        assert (answer.status, answer.error["code"], answer.error["param"]) == (400, "unpriced", "tools")
        assert upstream.bodies == []

    async def test_reasoning_that_was_sealed_here_is_left_out(self, tmp_path):
        sealed = {"type": "reasoning", "summary": [], "encrypted_content": "tw1.W10="}
        turn = {"role": "user", "content": "Hi"}
        upstream = Responding()
        async with proxy_of(tmp_path, upstream.talk, responses=True) as world:
            await world.post(responded(input=[sealed, turn]), path="/v1/responses")
        assert upstream.bodies[0]["input"] == [turn]

    async def test_what_an_earlier_response_holds_may_fill_the_window(self, tmp_path):
        async with proxy_of(tmp_path, Responding().talk, responses=True) as world:
            await world.post(responded(previous_response_id="resp_0"), path="/v1/responses")
            (held,) = [line for line in world.lines if line["type"] == "reserved"]
        assert held["amount_nano"] >= 190_000 * 1000  # 200,000 tokens of the window, less the answer's


class TestToOthers:
    @pytest.mark.parametrize(("fields", "place"), [*ALONE, ({"mcp_servers": [MCP]}, "mcp_servers")])
    async def test_a_model_of_another_format_is_refused_by_the_place(self, tmp_path, fields, place):
        async with fronts(tmp_path) as world:
            answer = await world.post({**asked(**fields), "model": OPEN}, path="/v1/messages")
        assert (answer.status, answer.json["type"]) == (400, "error")
        assert place in answer.error["message"]

    async def test_auto_goes_to_one_that_can(self, tmp_path):
        turn = {"role": "assistant", "content": [FETCHED]}
        body = asked(model="auto:cheapest", messages=[HI, turn, HI])
        async with fronts(tmp_path) as world:
            answer = await world.post(body, path="/v1/messages")
        assert answer.headers["x-tokenwise-model"] in (BY_EFFORT, BY_BUDGET)

    @pytest.mark.parametrize(
        ("tool", "name"),
        [
            ({"type": "bash_20250124", "name": "bash"}, "bash"),
            ({"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"}, "str_replace_based_edit_tool"),
            ({"type": "memory_20250818", "name": "memory"}, "memory"),
        ],
    )
    async def test_tools_that_the_client_runs_are_functions(self, tmp_path, tool, name):
        async with fronts(tmp_path) as world:
            answer = await world.post({**asked(tools=[tool]), "model": OPEN}, path="/v1/messages")
            sent = orjson.loads(world.one.received[-1].request.body)
        assert answer.status == 200
        (function,) = [each["function"] for each in sent["tools"]]
        assert (function["name"], function["parameters"]["type"]) == (name, "object")

    async def test_a_reference_to_a_tool_is_told_in_words(self, tmp_path):
        call = {"type": "tool_use", "id": "toolu_1", "name": "find", "input": {}}
        found = {"type": "tool_result", "tool_use_id": "toolu_1"}
        found["content"] = [{"type": "tool_reference", "tool_name": "look_up"}]
        turns = [HI, {"role": "assistant", "content": [call]}, {"role": "user", "content": [found]}]
        tools = [{"name": each, "input_schema": {"type": "object"}} for each in ("find", "look_up")]
        async with fronts(tmp_path) as world:
            await world.post({**asked(messages=turns, tools=tools), "model": OPEN}, path="/v1/messages")
            sent = orjson.loads(world.one.received[-1].request.body)
        assert "look_up" in sent["messages"][-1]["content"]

"""Answers as the field sends them, through all three doors: what each client hears of them, and what it is billed."""

from typing import Any

import orjson
import pytest
import trio

from tests.shell.loopback import CHUNKED, chunk, next_request, on_loopback, whole
from tests.shell.proxy_world import CATALOG, SMALL, Plain, World, furnished, proxy_of, running

DOORS = {
    "/v1/chat/completions": {"max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]},
    "/v1/messages": {"max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]},
    "/v1/responses": {"max_output_tokens": 50, "input": "hi"},
}
CHAT, MESSAGES, RESPONSES = DOORS
USAGE = {"prompt_tokens": 3, "completion_tokens": 4}
HEAD = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "small-1"}


def piece(finish: str | None = None, /, usage: Any = None, **delta: Any) -> dict[str, Any]:
    told = {**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return told if usage is None else {**told, "usage": usage}


def call(**fields: Any) -> dict[str, Any]:
    id_ = {"id": fields.pop("id")} if "id" in fields else {}
    return {"index": fields.pop("index", 0), "type": "function", **id_, "function": fields}


def completion(finish: str = "stop", **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": None, **message}, "finish_reason": finish}
    return {**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}


async def heard(folder: Any, path: str, said: Any, **asked: Any) -> tuple[Plain, World]:
    """What a door's client hears where an upstream says this: chunks as a stream, an object as a whole answer."""
    folder.mkdir(exist_ok=True)
    if isinstance(said, list):
        events = b"".join(b"data: " + orjson.dumps(each) + b"\n\n" for each in said)
        body = CHUNKED + chunk(events + b"data: [DONE]\n\n") + chunk(b"")
    else:
        body = whole(orjson.dumps(said))

    async def talk(stream: trio.abc.Stream) -> None:
        while await next_request(stream):
            await stream.send_all(body)

    async with proxy_of(folder, talk) as world:
        answer = await world.post({"model": SMALL, **DOORS[path], "stream": isinstance(said, list), **asked}, path=path)
        assert world.balances()
        return answer, world


def told_in(answer: Plain) -> list[Any]:
    """The data of each event but the last word, named or not."""
    data = [line.removeprefix(b"data: ") for line in answer.body.splitlines() if line.startswith(b"data: ")]
    return [orjson.loads(each) for each in data if each != b"[DONE]"]


PLACES = {
    "alone": [piece("stop"), {**HEAD, "choices": [], "usage": USAGE}],
    "beside a choice that says nothing": [piece("stop"), piece(usage=USAGE, role="assistant", content="")],
    "beside the finish": [piece("stop", usage=USAGE)],
    "with no choices": [piece("stop"), {**HEAD, "usage": USAGE}],
    "with choices of null": [piece("stop"), {**HEAD, "choices": None, "usage": USAGE}],
}


class TestBills:
    @pytest.mark.parametrize("path", DOORS)
    @pytest.mark.parametrize("place", PLACES)
    async def test_whoever_asked_for_usage_reads_it_once_and_last_with_the_bill(self, tmp_path, path, place):
        asked = {"stream_options": {"include_usage": True}} if path == CHAT else {}
        answer, _ = await heard(tmp_path, path, [piece(content="Blue whale"), *PLACES[place]], **asked)
        told = [each for each in told_in(answer) if _usage(each)]
        assert len(told) == 1 + (path == MESSAGES)  # Anthropic's streams open with a count of zero
        assert told[-1].get("tokenwise", told[-1].get("response", {}).get("tokenwise"))["cost_nano"] > 0
        assert _usage(told[-1])[{CHAT: "completion_tokens"}.get(path, "output_tokens")] == 4

    async def test_where_no_usage_came_the_bill_is_the_estimate(self, tmp_path):
        asked = {"stream_options": {"include_usage": True}}
        answer, _ = await heard(tmp_path, CHAT, [piece(content="Blue whale"), piece("stop")], **asked)
        last = told_in(answer)[-1]
        assert (last["choices"], last["usage"], last["id"]) == ([], None, "c1")
        assert last["tokenwise"]["cost_nano"] > 0

    async def test_whoever_did_not_ask_hears_the_chunks_as_they_came(self, tmp_path):
        said = [piece(content="Blue whale"), *PLACES["beside the finish"]]
        answer, _ = await heard(tmp_path, CHAT, said)
        assert told_in(answer) == said


def _usage(event: dict[str, Any]) -> Any:
    return event.get("usage") or (event.get("response") or event.get("message") or {}).get("usage")


class TestCalls:
    @pytest.mark.parametrize("arguments", ['{"city": ', "Bern", "[1]"])
    async def test_arguments_that_are_no_object_are_told_as_they_came_or_not_at_all(self, tmp_path, arguments):
        """A tool that runs without its arguments does something else than the model asked for."""
        said = completion("tool_calls", tool_calls=[call(id="a", name="look_up", arguments=arguments)])
        answer, _ = await heard(tmp_path, MESSAGES, said)
        assert (answer.status, "arguments" in answer.error["message"]) == (502, True)
        answer, _ = await heard(tmp_path, CHAT, said)
        assert answer.json["choices"] == said["choices"]
        streamed = [piece(tool_calls=[call(id="a", name="look_up", arguments=arguments)]), piece("tool_calls")]
        answer, _ = await heard(tmp_path, MESSAGES, streamed)
        assert next(each["delta"] for each in told_in(answer) if "delta" in each)["partial_json"] == arguments

    async def test_a_call_without_a_name_is_no_answer(self, tmp_path):
        answer, _ = await heard(
            tmp_path, MESSAGES, [piece(tool_calls=[call(id="a", arguments="{}")]), piece("tool_calls")]
        )
        assert told_in(answer)[-1]["type"] == "error"

    async def test_ids_that_were_left_out_differ_over_the_turns(self, tmp_path):
        ids = set()
        for said in (completion("tool_calls", tool_calls=[call(name="a"), call(name="b", index=1)]),) * 2:
            answer, _ = await heard(tmp_path, MESSAGES, said)
            ids |= {block["id"] for block in answer.json["content"]}
        for _ in range(2):
            answer, _ = await heard(tmp_path, MESSAGES, [piece(tool_calls=[call(name="a")]), piece("tool_calls")])
            ids |= {each["content_block"]["id"] for each in told_in(answer) if "content_block" in each}
        assert len(ids) == 6


class TestIdsAndOldCalls:
    @pytest.mark.parametrize("path", [MESSAGES, RESPONSES])
    async def test_calls_of_one_answer_and_of_two_have_ids_of_their_own(self, tmp_path, path):
        """Servers number calls anew in each answer, or give all of them one number; clients match results by id."""
        said = [
            piece(tool_calls=[call(id="call_0", name="f", arguments="{}"), call(index=1, id="call_0", name="g")]),
            piece("tool_calls"),
        ]
        ids = [each for turn in range(2) for each in _ids((await heard(tmp_path / str(turn), path, said))[0])]
        assert len(ids) == len(set(ids)) == 4

    @pytest.mark.parametrize("path", [MESSAGES, RESPONSES])
    async def test_an_id_that_tells_calls_apart_stays_though_it_comes_with_every_piece(self, tmp_path, path):
        pieces = ('{"x"', ": 1}")
        said = [piece(tool_calls=[call(id="call_7f3a9c", name="f", arguments=each)]) for each in pieces]
        answer, _ = await heard(tmp_path, path, [*said, piece("tool_calls")])
        assert _ids(answer) == ["call_7f3a9c"]

    @pytest.mark.parametrize(("arguments", "told"), [(5, "5"), ([1], "[1]"), (True, "true"), ('"x"', '"x"')])
    async def test_arguments_that_are_no_object_are_never_left_out(self, tmp_path, arguments, told):
        said = [piece(tool_calls=[call(id="call_7f3a9c", name="f", arguments=arguments)]), piece("tool_calls")]
        answer, _ = await heard(tmp_path, MESSAGES, said)
        assert [each["delta"]["partial_json"] for each in told_in(answer) if each["type"] == "content_block_delta"] == [
            told
        ]

    @pytest.mark.parametrize("path", [MESSAGES, RESPONSES])
    async def test_a_function_called_as_before_2024_is_called(self, tmp_path, path):
        said = [piece(function_call={"name": "f", "arguments": '{"x": 1}'}), piece("function_call")]
        answer, _ = await heard(tmp_path, path, said)
        assert len(_ids(answer)) == 1


def _ids(answer: Plain) -> list[str]:
    """The ids of the calls in a stream of either door."""
    events = told_in(answer)
    blocks = [each["content_block"] for each in events if each["type"] == "content_block_start"]
    items = [each["item"] for each in events if each["type"] == "response.output_item.done"]
    return [each.get("call_id") or each["id"] for each in (*blocks, *items) if "name" in each]


class TestHowStreamsEnd:
    @pytest.mark.parametrize("path", DOORS)
    @pytest.mark.parametrize("end", [b"\n", b"", b"\n\ndata: [DONE]", b"\r\n"])
    async def test_a_last_event_that_is_whole_counts_though_no_blank_line_follows(self, tmp_path, path, end):
        events = [b"data: " + orjson.dumps(each) for each in (piece(content="Rain"), piece("stop", usage=USAGE))]
        answer, world = await _streamed(tmp_path, path, b"\n\n".join(events) + end)
        assert answer.status == 200
        assert "upstream_" not in answer.body.decode()
        (charged,) = [line for line in world.lines if line["type"] == "charged"]
        assert charged["amount_nano"] == 3 * 1000 + 4 * 2000

    async def test_one_that_is_cut_within_is_a_cut_stream(self, tmp_path):
        cut = b"data: " + orjson.dumps(piece(content="Rain")) + b"\n\ndata: " + orjson.dumps(piece("stop"))[:-9]
        answer, _ = await _streamed(tmp_path, CHAT, cut)
        assert told_in(answer)[-1]["error"]["code"] == "upstream_cut_stream"

    @pytest.mark.parametrize("nothing", ["", " ", "null", "None", "NULL", "undefined", "nil", False, 0])
    async def test_absence_in_any_dress_is_no_end(self, tmp_path, nothing):
        last = {**HEAD, "choices": [{"index": 0, "delta": {}, "finish_reason": nothing}]}
        cut = b"".join(b"data: " + orjson.dumps(each) + b"\n\n" for each in (piece(content="Rain"), last))
        answer, _ = await _streamed(tmp_path, CHAT, cut)
        assert told_in(answer)[-1]["error"]["code"] == "upstream_cut_stream"


PAGES = [
    b"\xef\xbb\xbf<html><title>Sign in</title>",
    b"\n\n  <!-- proxy --><!DOCTYPE html><title>Sign in</title>",
    b"<?xml version='1.0'?><Error><title>Sign in</title></Error>",
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("label", [b"text/html", b"application/json", b"text/event-stream"])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_page_is_one_however_it_begins_and_is_labelled(tmp_path, page, label, stream):
    body = whole(page, headers=b"content-type: %b\r\n" % label)
    answer, world = await _said(tmp_path, CHAT, body, stream=stream)
    assert (answer.status, "Sign in" in answer.error["message"]) == (502, True)
    assert not [line for line in world.lines if line["type"] == "charged" and line["amount_nano"]]


async def _streamed(folder: Any, path: str, events: bytes) -> tuple[Plain, World]:
    return await _said(folder, path, CHUNKED + chunk(events) + chunk(b""), stream=True)


async def _said(
    folder: Any, path: str, body: bytes, *, stream: bool, kind: str = "openai", **asked: Any
) -> tuple[Plain, World]:
    async def talk(connection: trio.abc.Stream) -> None:
        while await next_request(connection):
            await connection.send_all(body)

    async with proxy_of(folder, talk, kind=kind) as world:
        answer = await world.post({"model": SMALL, **DOORS[path], "stream": stream, **asked}, path=path)
        assert world.balances()
        return answer, world


class TestText:
    async def test_a_whole_text_cites_nothing_that_a_strict_reader_would_refuse(self, tmp_path):
        """`@ai-sdk/anthropic` refuses null for citations, and Anthropic's schema wants the field."""
        answer, _ = await heard(tmp_path, MESSAGES, completion(content="A whale."))
        assert answer.json["content"] == [{"type": "text", "text": "A whale.", "citations": []}]


class TestShapesThatWereRecorded:
    """One case for each kind that recorded interactions of vendors had and that was once lost or refused."""

    @pytest.mark.parametrize("path", [MESSAGES, RESPONSES])
    async def test_a_whole_call_as_before_2024_is_a_call(self, tmp_path, path):
        said = completion("function_call", function_call={"name": "f", "arguments": '{"x": 1}'})
        answer, _ = await heard(tmp_path, path, said)
        (call,) = answer.json["content" if path == MESSAGES else "output"]
        assert (call["name"], call.get("input") or orjson.loads(call["arguments"])) == ("f", {"x": 1})

    @pytest.mark.parametrize("path", DOORS)
    async def test_azure_leaves_out_the_message_that_it_filtered(self, tmp_path, path):
        said = {**completion(), "choices": [{"index": 0, "finish_reason": "content_filter", "logprobs": None}]}
        answer, _ = await heard(tmp_path, path, said)
        told = {CHAT: lambda body: body["choices"][0]["finish_reason"], MESSAGES: lambda body: body["stop_reason"]}
        end = told.get(path, lambda body: body["incomplete_details"]["reason"])(answer.json)
        assert (answer.status, end) == (200, "refusal" if path == MESSAGES else "content_filter")

    @pytest.mark.parametrize("streamed", [False, True])
    @pytest.mark.parametrize("place", ["x_groq", "choice"])
    async def test_usage_in_a_place_of_the_vendors_own_is_told_where_clients_look(self, tmp_path, place, streamed):
        last = piece("stop")
        if place == "x_groq":
            last["x_groq"] = {"id": "r", "usage": USAGE}
        else:
            last["choices"][0]["usage"] = USAGE
        events = b"".join(b"data: " + orjson.dumps(each) + b"\n\n" for each in (piece(content="Rain"), last))
        asked = {"stream_options": {"include_usage": True}} if streamed else {}
        answer, _ = await _said(tmp_path, CHAT, CHUNKED + chunk(events) + chunk(b""), stream=streamed, **asked)
        told = told_in(answer)[-1] if streamed else answer.json
        assert told["usage"] == USAGE
        assert told["choices"] == [] if streamed else told["choices"][0]["message"]["content"] == "Rain"

    async def test_what_groq_says_of_a_call_that_failed_is_kept_after_output_too(self, tmp_path):
        error = {"message": "no such tool", "type": "invalid_request_error", "code": "tool_use_failed"}
        error |= {"failed_generation": "<tool>", "status_code": 400}
        answer, _ = await heard(tmp_path, CHAT, [piece(content="Rain"), {"error": error}])
        assert told_in(answer)[-1]["error"] == {**error, "param": None}

    @pytest.mark.parametrize("stream", [False, True])
    async def test_google_lists_the_events_where_nothing_says_that_it_should_stream(self, tmp_path, stream):
        said = {"candidates": [{"content": {"parts": [{"text": "Rain."}]}, "finishReason": "STOP"}]}
        counted = {"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4, "totalTokenCount": 7}}
        body = whole(orjson.dumps([{"candidates": [{"content": {"parts": [{"text": "It: "}]}}]}, {**said, **counted}]))
        answer, _ = await _said(tmp_path, RESPONSES, body, stream=stream, kind="google")
        response = told_in(answer)[-1]["response"] if stream else answer.json
        assert response["output"][0]["content"][0]["text"] == "It: Rain."
        assert response["usage"]["total_tokens"] == 7


MESSAGE = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "small-1",
    "content": [{"type": "text", "text": "A whale."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 4},
}
MESSAGE_EVENTS = (
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "A whale."}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
    {"type": "message_stop"},
)


class TestAnswersThatPassAsTheyCame:
    """A client of Anthropic's before a provider of Anthropic's, which answers otherwise than it was asked."""

    @pytest.mark.parametrize("asks_for_stream", [False, True])
    @pytest.mark.parametrize("streamed", [False, True])
    async def test_it_gets_what_it_asked_for_whichever_way_it_came(self, tmp_path, asks_for_stream, streamed):
        events = b"".join(
            b"event: %b\ndata: %b\n\n" % (each["type"].encode(), orjson.dumps(each)) for each in MESSAGE_EVENTS
        )
        said = whole(events if streamed else orjson.dumps(MESSAGE))

        async def talk(stream: trio.abc.Stream) -> None:
            while await next_request(stream):
                await stream.send_all(said)

        async with on_loopback(talk) as house:
            space = furnished(tmp_path, CATALOG, kind="anthropic", one=f"http://127.0.0.1:{house.port}")
            async with running(space) as (url, service):
                world = World(url, service, house, house)
                asked = {"model": SMALL, **DOORS[MESSAGES], "stream": asks_for_stream}
                answer = await world.post(asked, path=MESSAGES, anthropic_version="2023-06-01")
        assert answer.status == 200
        if asks_for_stream:
            assert "".join(each.get("delta", {}).get("text", "") for each in told_in(answer)) == "A whale."
            assert [each["usage"]["output_tokens"] for each in told_in(answer) if each["type"] == "message_delta"] == [
                4
            ]
        else:
            cites_nothing = [{**block, "citations": []} for block in MESSAGE["content"]]
            assert answer.json["content"] in (MESSAGE["content"], cites_nothing)  # as it came, or told anew
            assert answer.json["usage"]["output_tokens"] == 4

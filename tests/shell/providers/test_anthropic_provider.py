"""Anthropic's wire format, by what Anthropic documents and by what its own client takes."""

import orjson
import pytest

from tokenwise.faults import Fault
from tokenwise.prompt import Message, Role
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers import Ask, Endpoint, chat_fields
from tokenwise_shell.providers.anthropic import messages as anthropic
from tokenwise_shell.providers.translate.terms import Untranslatable
from tokenwise_shell.transport.exchange import HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent

KEY = "sk-ant-0123456789abcdef"


def endpoint(base_url: str = "https://api.anthropic.com", **fields) -> Endpoint:
    return Endpoint(ProviderKind.ANTHROPIC, base_url, KEY, **fields)


def built(native_id: str = "claude-opus-5-5", *, cap: int = 100, stream: bool = False, **fields) -> dict:
    asked = {"messages": [{"role": "user", "content": "Hi"}], **fields}
    return orjson.loads(anthropic.build(endpoint(), Ask(native_id, asked, cap, stream)).body)


def answered(body: object, status: int = 200, *headers: tuple[str, str]) -> Reply | Failure:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return anthropic.parse(HttpResponse(status, headers, raw), native_id="m", now_ms=0)


def message(*content: dict, stop: str = "end_turn", **fields) -> dict:
    return {"type": "message", "role": "assistant", "content": list(content), "stop_reason": stop, **fields}


def said(text: str) -> dict:
    return {"type": "text", "text": text}


class TestRequests:
    def test_a_conversation_its_cap_and_its_key(self):
        messages = (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Hi"))
        request = anthropic.build(endpoint(), Ask("claude-opus-5-5", chat_fields(messages), 100))
        assert (request.method, request.url) == ("POST", "https://api.anthropic.com/v1/messages")
        assert request.headers == (
            ("content-type", "application/json"),
            ("anthropic-version", "2023-06-01"),
            ("x-api-key", KEY),
        )
        assert orjson.loads(request.body) == {
            "model": "claude-opus-5-5",
            "max_tokens": 100,
            "system": [said("Be brief.")],
            "messages": [{"role": "user", "content": "Hi"}],
        }

    @pytest.mark.parametrize("base_url", ["https://x/anthropic", "https://x/anthropic/v1", "https://x/anthropic/v1/"])
    def test_the_version_stands_in_the_address_once(self, base_url):
        ask = Ask("m", {"messages": []}, 1)
        assert anthropic.build(endpoint(base_url), ask).url == "https://x/anthropic/v1/messages"

    def test_a_configured_version_goes_first(self):
        where = endpoint(headers=(("Anthropic-Version", "2026-10-21"),))
        headers = anthropic.build(where, Ask("m", {"messages": []}, 1)).headers
        assert [value for name, value in headers if name.lower() == "anthropic-version"] == ["2026-10-21"]

    def test_the_cap_that_money_is_held_for_is_the_one_sent(self):
        body = built(cap=77, max_tokens=9_999, max_completion_tokens=9_999)
        assert {name: value for name, value in body.items() if "max" in name} == {"max_tokens": 77}

    def test_streaming_is_for_us_to_say(self):
        assert built(stream=True)["stream"] is True
        assert "stream" not in built(stream_options={"include_usage": True})

    def test_results_of_parallel_calls_come_back_in_one_turn(self):
        calls = [
            {"id": f"c{n}", "type": "function", "function": {"name": "f", "arguments": '{"n": 1}'}} for n in range(2)
        ]
        messages = [
            {"role": "user", "content": "Go."},
            {"role": "assistant", "content": None, "tool_calls": calls},
            {"role": "tool", "tool_call_id": "c0", "content": "a"},
            {"role": "tool", "tool_call_id": "c1", "content": "b"},
        ]
        turns = built(messages=messages)["messages"]
        assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
        assert turns[1]["content"] == [
            {"type": "tool_use", "id": f"c{n}", "name": "f", "input": {"n": 1}} for n in range(2)
        ]
        assert [block["tool_use_id"] for block in turns[2]["content"]] == ["c0", "c1"]

    @pytest.mark.parametrize(
        ("given", "sent"),
        [
            ({}, None),
            ({"tool_choice": "auto"}, {"type": "auto"}),
            ({"tool_choice": "none"}, {"type": "none"}),
            ({"tool_choice": "required"}, {"type": "any"}),
            ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, {"type": "tool", "name": "f"}),
            ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}),
        ],
    )
    def test_the_choice_of_a_tool(self, given, sent):
        tools = [{"type": "function", "function": {"name": "f"}}]
        assert built(tools=tools, **given).get("tool_choice") == sent

    @pytest.mark.parametrize(
        ("native_id", "effort", "cap", "sent"),
        [
            ("claude-opus-5-5", "high", 4000, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
            ("claude-opus-4-6", "low", 4000, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}),
            ("claude-haiku-4-5", "medium", 4000, {"thinking": {"type": "enabled", "budget_tokens": 2000}}),
            ("claude-sonnet-4-5-20250929", "high", 4000, {"thinking": {"type": "enabled", "budget_tokens": 3200}}),
            ("claude-haiku-4-5", "medium", 1000, {}),
            ("claude-opus-5-5", "none", 4000, {"thinking": {"type": "disabled"}}),
        ],
    )
    def test_how_long_to_think(self, native_id, effort, cap, sent):
        body = built(native_id, cap=cap, reasoning_effort=effort)
        assert {name: body[name] for name in ("thinking", "output_config") if name in body} == sent

    def test_a_schema_is_closed_since_anthropic_knows_no_other(self):
        inner = {"type": "object", "properties": {"n": {"type": "integer"}}}
        schema = {"type": "object", "properties": {"a": inner, "b": {"type": "array", "items": inner}}}
        wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
        closed = {**inner, "additionalProperties": False}
        assert built(response_format=wanted)["output_config"]["format"] == {
            "type": "json_schema",
            "schema": {
                "type": "object",
                "properties": {"a": closed, "b": {"type": "array", "items": closed}},
                "additionalProperties": False,
            },
        }

    @pytest.mark.parametrize(
        ("field", "value"),
        [("n", 2), ("seed", 0), ("logprobs", True), ("presence_penalty", 0.5), ("logit_bias", {"1": 5})],
    )
    def test_what_anthropic_has_nothing_like_is_refused_with_its_name(self, field, value):
        with pytest.raises(Untranslatable, match=field):
            built(**{field: value})

    @pytest.mark.parametrize(
        "fields", [{"n": 1, "logprobs": False, "presence_penalty": 0, "temperature": 1, "seed": None}]
    )
    def test_what_is_said_by_saying_nothing_is_left_unsaid(self, fields):
        assert built(**fields) == built()

    def test_sound_is_refused_with_its_reason(self):
        part = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
        with pytest.raises(Untranslatable, match="do not take sound"):
            built(messages=[{"role": "user", "content": [part]}])

    def test_what_nobody_here_knows_is_sent_on(self):
        assert built(top_k=5)["top_k"] == 5


class TestReplies:
    def test_cache_writes_are_told_apart_by_their_lifetime(self):
        usage = {
            "input_tokens": 30,
            "cache_creation_input_tokens": 10,
            "cache_creation": {"ephemeral_5m_input_tokens": 7, "ephemeral_1h_input_tokens": 3},
            "output_tokens": 20,
        }
        told = Usage(30, cache_write_tokens=3, output_tokens=20, cache_write_5m_tokens=7)
        assert answered(message(said("Rain."), usage=usage)).usage == told
        # With no word on the lifetime, it is the dearest; parts larger than the whole are no count.
        del usage["cache_creation"]
        assert answered(message(said("Rain."), usage=usage)).usage == Usage(30, 0, 10, 20)
        usage["cache_creation"] = {"ephemeral_5m_input_tokens": 11}
        reply = answered(message(said("Rain."), usage=usage))
        assert (reply.usage, bool(reply.notice)) == (None, True)

    def test_the_tier_of_service_is_heard(self):
        usage = {"input_tokens": 30, "output_tokens": 20, "service_tier": "priority"}
        assert answered(message(said("Rain."), usage=usage)).tier == "priority"

    def test_a_conversation_that_was_compacted_was_read_once_more(self):
        compacted = {"type": "compaction", "input_tokens": 180, "output_tokens": 35}
        answered_with = {"type": "message", "input_tokens": 23, "output_tokens": 10}
        usage = {"input_tokens": 23, "output_tokens": 10, "iterations": [compacted, answered_with]}
        assert answered(message(said("Rain."), usage=usage)).usage == Usage(203, output_tokens=45)

    def test_text_usage_and_classes_of_it(self):
        usage = {
            "input_tokens": 30,
            "cache_read_input_tokens": 64,
            "cache_creation_input_tokens": 6,
            "output_tokens": 20,
            "output_tokens_details": {"thinking_tokens": 5},
        }
        assert answered(message(said("Ra"), said("in."), usage=usage)) == Reply(
            "Rain.", FinishReason.STOP, Usage(30, 64, 6, 20, 5), hosted=()
        )

    @pytest.mark.parametrize(
        ("stop", "finish"),
        [
            ("end_turn", FinishReason.STOP),
            ("stop_sequence", FinishReason.STOP),
            ("max_tokens", FinishReason.LENGTH),
            ("model_context_window_exceeded", FinishReason.LENGTH),
            ("tool_use", FinishReason.TOOL_CALLS),
            ("refusal", FinishReason.REFUSAL),
            ("pause_turn", FinishReason.OTHER),
            (None, FinishReason.OTHER),
        ],
    )
    def test_why_it_ended(self, stop, finish):
        assert answered(message(said("a"), stop=stop)).finish is finish

    def test_thinking_is_not_text_and_a_call_is_a_call(self):
        thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
        call = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
        reply = answered(message(thought, call, stop="tool_use"))
        assert (reply.text, reply.calls_tools, reply.finish) == ("", True, FinishReason.TOOL_CALLS)

    def test_no_usage_is_none_and_another_model_is_named(self):
        reply = answered(message(said("a"), model="other"))
        assert (reply.usage, reply.served_model) == (None, "other")

    def test_as_a_chat_completion(self):
        call = {"type": "tool_use", "id": "t", "name": "f", "input": {"n": 1}}
        usage = {"input_tokens": 3, "output_tokens": 2}
        body = orjson.dumps(message(said("Well."), call, stop="tool_use", id="msg_1", model="m", usage=usage))
        made = orjson.loads(anthropic.completion(body, created_s=7))
        assert made["choices"] == [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Well.",
                    "refusal": None,
                    "tool_calls": [{"id": "t", "type": "function", "function": {"name": "f", "arguments": '{"n":1}'}}],
                },
                "logprobs": None,
                "finish_reason": "tool_calls",
            }
        ]
        assert (made["usage"]["total_tokens"], made["created"]) == (5, 7)


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "kind", "text", "fault"),
        [
            (400, "invalid_request_error", "No.", Fault.REJECTED),
            (400, "invalid_request_error", "prompt is too long: 201 tokens > 200 maximum", Fault.CONTEXT_TOO_LONG),
            (400, "invalid_request_error", "Your credit balance is too low to access this", Fault.QUOTA),
            (401, "authentication_error", "No.", Fault.UNAUTHORIZED),
            (402, "billing_error", "No.", Fault.QUOTA),
            (403, "permission_error", "No.", Fault.UNAUTHORIZED),
            (404, "not_found_error", "model: x", Fault.MODEL_MISSING),
            (413, "request_too_large", "No.", Fault.CONTEXT_TOO_LONG),
            (429, "rate_limit_error", "No.", Fault.RATE_LIMITED),
            (500, "api_error", "No.", Fault.SERVER_ERROR),
            (504, "timeout_error", "No.", Fault.TIMED_OUT),
            (529, "overloaded_error", "Overloaded", Fault.OVERLOADED),
        ],
    )
    def test_status_and_type_name_the_fault_plain_and_in_a_stream(self, status, kind, text, fault):
        body = {"type": "error", "error": {"type": kind, "message": text}, "request_id": "req_1"}
        failure = answered(body, status, ("retry-after", "2"))
        assert (failure.fault, failure.message, failure.retry_after_ms) == (fault, text, 2000)
        within = stream_of(body)
        assert (within.fault, within.message) == (fault, text)

    @pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", {}, {"content": None}, {"content": "text"}])
    def test_a_success_without_a_message_is_malformed(self, body):
        assert answered(body).fault is Fault.MALFORMED


def stream_of(*events: object, trouble: TransportTrouble | None = None) -> Reply | Failure:
    stream = anthropic.open_stream(native_id="m")
    for event in events:
        stream.feed(SseEvent(event if isinstance(event, bytes) else orjson.dumps(event)))
    return stream.end(trouble)


START = {
    "type": "message_start",
    "message": {"id": "i", "model": "m", "usage": {"input_tokens": 3, "output_tokens": 1}},
}
STOP = {"type": "message_stop"}
BROKEN = TransportTrouble(TroubleKind.DISCONNECTED, "the connection was lost")


def delta(text: str, kind: str = "text_delta", name: str = "text", index: int = 0) -> dict:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, name: text}}


def ends(stop: str = "end_turn", tokens: int = 2) -> dict:
    return {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": tokens}}


class TestStreams:
    def test_deltas_and_usage_from_both_ends(self):
        reply = stream_of(START, {"type": "ping"}, delta("Ra"), {"type": "something_new"}, delta("in"), ends(), STOP)
        assert reply == Reply("Rain", FinishReason.STOP, Usage(3, output_tokens=2), hosted=())

    def test_output_has_begun_with_the_first_text_thought_or_call_and_not_before(self):
        call = {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "t", "name": "f"},
        }
        for event, begun in (
            (START, False),
            (delta("", "thinking_delta", "thinking"), False),
            (delta("hm", "thinking_delta", "thinking"), True),
            (delta("a"), True),
            (call, True),
        ):
            stream = anthropic.open_stream(native_id="m")
            stream.feed(SseEvent(orjson.dumps(event)))
            assert stream.begun is begun

    def test_it_is_over_with_its_last_event(self):
        stream = anthropic.open_stream(native_id="m")
        for event in (START, delta("a"), ends()):
            stream.feed(SseEvent(orjson.dumps(event)))
            assert not stream.over
        stream.feed(SseEvent(orjson.dumps(STOP)))
        assert stream.over

    def test_an_error_after_output_is_a_cut_stream_with_the_providers_message(self):
        error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        cut = stream_of(START, delta("a"), error)
        assert (cut.fault, cut.message, cut.status) == (Fault.CUT_STREAM, "Overloaded", 529)

    @pytest.mark.parametrize("trouble", [None, BROKEN])
    def test_whole_once_it_has_said_why_it_ends_and_cut_before(self, trouble):
        assert stream_of(START, delta("a"), ends(), trouble=trouble).text == "a"
        cut = stream_of(START, delta("a"), trouble=trouble)
        # What it has counted so far is no bill.
        assert (cut.fault, cut.usage) == (Fault.CUT_STREAM, None)

    def test_a_client_of_openais_hears_chunks(self):
        call = {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "tool_use", "id": "t", "name": "f"},
        }
        piece = delta('{"n": 1}', "input_json_delta", "partial_json", index=1)
        stream = anthropic.open_stream(native_id="m", now_ms=7000)
        heard = []
        for event in (START, delta("Well."), call, piece, ends("tool_use"), STOP):
            stream.feed(SseEvent(orjson.dumps(event)))
            heard += [orjson.loads(chunk.data) for chunk in stream.chunks]
        deltas = [chunk["choices"][0]["delta"] for chunk in heard]
        assert deltas == [
            {"role": "assistant", "content": ""},
            {"content": "Well."},
            {"tool_calls": [{"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": ""}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": '{"n": 1}'}}]},
            {},
        ]
        assert heard[-1]["choices"][0]["finish_reason"] == "tool_calls"
        assert {(chunk["id"], chunk["created"], chunk["model"]) for chunk in heard} == {("i", 7, "m")}
        counted, done = stream.closing
        assert orjson.loads(counted.data)["usage"]["total_tokens"] == 5
        assert done.data == b"[DONE]"

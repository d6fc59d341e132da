"""OpenAI's wire format, by what the vendors document and by what their servers were seen to send."""

import orjson
import pytest

from tokenwise.faults import Fault
from tokenwise.prompt import Message, Role
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers import Ask, Endpoint, chat_fields
from tokenwise_shell.providers.openai import chat as openai
from tokenwise_shell.transport.exchange import HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent

KEY = "sk-test-0123456789abcdef"
SATURDAY_MS = 1_795_294_800_000  # Sat, 21 Nov 2026 21:00:00 GMT


def endpoint(base_url: str = "https://api.openai.com/v1", **fields) -> Endpoint:
    return Endpoint(ProviderKind.OPENAI, base_url, KEY, **fields)


def built(where: Endpoint, ask: Ask) -> dict:
    return orjson.loads(openai.build(where, ask).body)


def ask(native_id: str = "gpt-6-sol", *, stream: bool = False, **fields) -> Ask:
    return Ask(native_id, {"messages": [{"role": "user", "content": "Hi"}], **fields}, 100, stream)


def answered(body: object, status: int = 200, *headers: tuple[str, str]) -> Reply | Failure:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return openai.parse(HttpResponse(status, headers, raw), native_id="m", now_ms=SATURDAY_MS)


def completion(message: dict, finish: str = "stop", **fields) -> dict:
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}], **fields}


class TestRequests:
    def test_a_conversation_and_its_cap(self):
        messages = (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Hi"))
        request = openai.build(endpoint(), Ask("gpt-6-sol", chat_fields(messages), 100))
        assert (request.method, request.url) == ("POST", "https://api.openai.com/v1/chat/completions")
        assert request.headers == (("content-type", "application/json"), ("authorization", f"Bearer {KEY}"))
        assert orjson.loads(request.body) == {
            "model": "gpt-6-sol",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
            "max_completion_tokens": 100,
        }

    def test_what_nobody_here_knows_is_sent_on(self):
        fields = {"tools": [{"type": "function"}], "x_new": {"deep": [1, None]}, "n": 2, "seed": 0, "stop": ["a"]}
        body = built(endpoint(), ask(**fields))
        assert {name: body[name] for name in fields} == fields

    def test_what_others_have_agreed_on_is_not_sent_to_openai_which_refuses_it(self):
        mark = {"cache_control": {"type": "ephemeral"}}
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        signed = {**call, "extra_content": {"google": {"thought_signature": "s"}}}
        said = {"role": "assistant", "content": None, "reasoning_details": [{}], "tool_calls": [signed]}
        part = {"type": "text", "text": "7"}
        told = {"role": "tool", "tool_call_id": "c", "content": [{**part, **mark}], "is_error": True}
        fields = {"messages": [said, told], "tools": [{"type": "function", "function": {"name": "f"}, **mark}]}
        sent = built(endpoint(), Ask("gpt-6-sol", fields, 100))
        assert sent["messages"] == [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": [part]},
        ]
        assert sent["tools"] == [{"type": "function", "function": {"name": "f"}}]
        elsewhere = built(endpoint("https://openrouter.ai/api/v1"), Ask("openai/gpt-6-sol", fields, 100))
        assert {name: elsewhere[name] for name in fields} == fields

    @pytest.mark.parametrize(
        ("base_url", "native_id", "field"),
        [
            ("https://api.openai.com/v1", "gpt-4o", "max_completion_tokens"),
            ("https://openrouter.ai/api/v1", "openai/gpt-6-sol", "max_tokens"),
            ("https://me.openai.azure.com/openai/v1", "my-deployment", "max_completion_tokens"),
            ("https://eu.api.openai.com/v1", "gpt-4.1", "max_completion_tokens"),
            ("https://us.api.openai.com/v1", "gpt-4.1", "max_completion_tokens"),
            ("https://me.openai.azure.us/openai/v1", "my-deployment", "max_completion_tokens"),
            ("https://me.openai.azure.cn/openai/v1", "my-deployment", "max_completion_tokens"),
            ("https://me.cognitiveservices.azure.com/openai/v1", "my-deployment", "max_completion_tokens"),
            ("https://me.services.ai.azure.com/openai/v1", "my-deployment", "max_completion_tokens"),
            ("https://api.openai.com.example/v1", "gpt-4.1", "max_tokens"),
            ("http://127.0.0.1:11434/v1", "llama3.2", "max_tokens"),
            ("http://127.0.0.1:4000/v1", "o3-mini", "max_completion_tokens"),
            ("http://127.0.0.1:4000/v1", "gpt-oss-20b", "max_tokens"),
            ("https://api.groq.com/openai/v1", "openai/gpt-5.5", "max_completion_tokens"),
        ],
    )
    def test_the_cap_goes_where_the_server_looks_for_it_and_nowhere_else(self, base_url, native_id, field):
        body = built(endpoint(base_url), ask(native_id, max_tokens=9_999, max_completion_tokens=9_999))
        assert {name: value for name, value in body.items() if name.startswith("max_")} == {field: 100}

    def test_a_configured_field_for_the_cap_goes_first(self):
        body = built(endpoint(cap_field="max_tokens"), ask())
        assert (body["max_tokens"], "max_completion_tokens" in body) == (100, False)

    def test_streams_ask_for_usage_and_keep_the_other_options(self):
        body = built(endpoint(), ask(stream=True, stream_options={"include_obfuscation": False}))
        assert (body["stream"], body["stream_options"]) == (
            True,
            {"include_obfuscation": False, "include_usage": True},
        )
        assert "stream_options" not in built(endpoint(stream_usage=False), ask(stream=True))

    def test_whether_the_answer_is_streamed_is_not_for_the_fields_to_say(self):
        fields = {"messages": [], "stream": True, "stream_options": {"include_usage": True}}
        assert not {"stream", "stream_options"} & set(built(endpoint(), Ask("m", fields, 1)))

    def test_openrouter_is_told_who_asks(self):
        request = openai.build(endpoint("https://openrouter.ai/api/v1/"), ask())
        assert request.url == "https://openrouter.ai/api/v1/chat/completions"
        assert ("x-title", "TokenWise") in request.headers

    def test_the_query_of_a_base_url_stays_behind_the_path_and_headers_are_added(self):
        azure = endpoint("https://me.openai.azure.com/openai/deployments/d?api-version=v", headers=(("api-key", "k"),))
        request = openai.build(azure, ask())
        assert request.url == "https://me.openai.azure.com/openai/deployments/d/chat/completions?api-version=v"
        assert ("api-key", "k") in request.headers

    def test_no_key_means_no_header(self):
        request = openai.build(Endpoint(ProviderKind.OPENAI, "http://127.0.0.1:11434/v1"), ask())
        assert [name for name, _ in request.headers] == ["content-type"]

    def test_a_lone_surrogate_is_sent_as_a_question_mark(self):
        fields = chat_fields([Message(Role.USER, "a\udcffb")])
        assert orjson.loads(openai.build(endpoint(), Ask("m", fields, 1)).body)["messages"][0]["content"] == "a?b"

    def test_an_endpoint_shows_neither_key_nor_headers_nor_address(self):
        where = endpoint("https://user:hidden-word@host/v1", headers=(("x", "hidden-value"),))
        assert KEY not in repr(where)
        assert "hidden" not in repr(where)
        assert where.secrets == (KEY, "hidden-value")

    @pytest.mark.parametrize("fields", [{"api_key": "a\nb"}, {"api_key": "ключ"}, {"headers": (("a b", "c"),)}])
    def test_what_cannot_be_sent_is_refused_when_it_is_configured(self, fields):
        with pytest.raises(ValueError, match="cannot be sent"):
            Endpoint(ProviderKind.OPENAI, "http://x/v1", **fields)

    @pytest.mark.parametrize(
        "base_url", ["", "x/v1", "ftp://x", "http://", "http://x:99999/", "http://x/a b", "http://ä"]
    )
    def test_what_is_no_address_is_refused_when_it_is_configured(self, base_url):
        with pytest.raises(ValueError, match="not a URL"):
            Endpoint(ProviderKind.OPENAI, base_url)


CACHED_64 = {"prompt_tokens_details": {"cached_tokens": 64}}
THOUGHT_30 = {"completion_tokens_details": {"reasoning_tokens": 30}}


class TestReplies:
    def test_text_usage_and_cost(self):
        usage = {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 6},
            "completion_tokens_details": {"reasoning_tokens": 5},
            "cost": 0.00014,
        }
        assert answered(completion({"content": "Rain."}, usage=usage, model="m")) == Reply(
            text="Rain.",
            finish=FinishReason.STOP,
            usage=Usage(30, 64, 6, 20, 5),
            reported_cost=140_000,
        )

    def test_no_usage_is_none_usage_of_zero_is_zero_and_none_beside_output_is_none(self):
        assert answered(completion({"content": "a"})).usage is None
        zero = {"prompt_tokens": 0, "completion_tokens": 0}
        assert answered(completion({"content": ""}, usage=zero)).usage == Usage()
        reply = answered(completion({"content": "a"}, usage=zero))
        assert (reply.usage, reply.notice) == (None, "no output counted, where there is some")

    @pytest.mark.parametrize(
        ("usage", "known"),
        [
            # OpenAI: all is in the two, and the total is their sum.
            ({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, **CACHED_64}, Usage(36, 64, 0, 20)),
            # The prompt was told without what was cached: it is no output, which costs many times as much.
            ({"prompt_tokens": 36, "completion_tokens": 20, "total_tokens": 120, **CACHED_64}, Usage(36, 64, 0, 20)),
            ({"prompt_tokens": 36, "completion_tokens": 20, "total_tokens": 150, **CACHED_64, **THOUGHT_30},
             Usage(36, 64, 0, 50, 30)),
            # xAI: the completion was told without the reasoning.
            ({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 150, **CACHED_64, **THOUGHT_30},
             Usage(36, 64, 0, 50, 30)),
            # Google's compatible door tells of no reasoning, and counts it in the total.
            ({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 150}, Usage(100, 0, 0, 50)),
            # Parts larger than the whole are no count.
            ({"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30, **CACHED_64}, None),
            ({"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30, **THOUGHT_30}, None),
            ({"prompt_tokens": 10, "completion_tokens": 20, "cached_tokens": 1_000_000}, None),
        ],
    )  # fmt: skip
    def test_what_a_total_holds_beyond_the_parts_is_told_by_arithmetic(self, usage, known):
        reply = answered(completion({"content": "a"}, usage=usage))
        assert (reply.usage, bool(reply.notice)) == (known, known is None)

    @pytest.mark.parametrize("place", ["usage", "choice", "x_groq"])
    def test_usage_is_found_where_vendors_put_it(self, place):
        usage = {"prompt_tokens": 3, "completion_tokens": 2}
        body = completion({"content": "a"})
        match place:
            case "choice":
                body["choices"][0]["usage"] = usage
            case "x_groq":
                body["x_groq"] = {"id": "req_1", "usage": usage}
            case _:
                body["usage"] = usage
        assert answered(body).usage == Usage(3, output_tokens=2)

    @pytest.mark.parametrize(
        ("usage", "nano"),
        [
            ({"cost": 0.0052}, 5_200_000),
            ({"cost": 0.0001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.002}}, 2_100_000),
            ({"cost": 0.0001, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.0001}}, 100_000),
            ({"cost": {"input_tokens_cost": 0.001, "request_cost": 0.005, "total_cost": 0.006}}, 6_000_000),
            ({"cost": "free"}, None),
        ],
    )
    def test_what_the_provider_took_is_all_that_it_took(self, usage, nano):
        usage = {"prompt_tokens": 3, "completion_tokens": 2, **usage}
        assert answered(completion({"content": "a"}, usage=usage)).reported_cost == nano

    @pytest.mark.parametrize(("told", "heard"), [("priority", "priority"), ("Flex", "flex"), (None, ""), (7, "")])
    def test_the_tier_of_service_is_heard(self, told, heard):
        assert answered(completion({"content": "a"}, service_tier=told)).tier == heard
        assert stream_of(delta("stop", content="a"), USAGE | {"service_tier": told}, DONE).tier == heard

    @pytest.mark.parametrize(
        ("said", "finish"),
        [
            ("stop", FinishReason.STOP),
            ("length", FinishReason.LENGTH),
            ("tool_calls", FinishReason.TOOL_CALLS),
            ("function_call", FinishReason.TOOL_CALLS),
            ("content_filter", FinishReason.CONTENT_FILTER),
            ("model_length", FinishReason.LENGTH),
            ("something new", FinishReason.OTHER),
            (None, FinishReason.OTHER),
        ],
    )
    def test_why_it_ended(self, said, finish):
        assert answered(completion({"content": "a"}, said)).finish is finish

    def test_a_refusal(self):
        reply = answered(completion({"content": None, "refusal": "I cannot help with that."}))
        assert (reply.finish, reply.text) == (FinishReason.REFUSAL, "I cannot help with that.")

    def test_a_refusal_beside_an_answer_leaves_the_answer(self):
        reply = answered(completion({"content": "Rain.", "refusal": "Not that."}))
        assert (reply.finish, reply.text) == (FinishReason.STOP, "Rain.")

    def test_a_cost_is_rounded_up(self):
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 1e-10}
        assert answered(completion({"content": "a"}, usage=usage)).reported_cost == 1

    @pytest.mark.parametrize("calls", [{"tool_calls": [{"id": "1"}]}, {"function_call": {"name": "f"}}])
    def test_calls_of_tools(self, calls):
        reply = answered(completion({"content": None, **calls}, "tool_calls"))
        assert (reply.calls_tools, reply.text) == (True, "")

    def test_content_in_parts(self):
        parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
        assert answered(completion({"content": parts})).text == "ab"

    @pytest.mark.parametrize(
        ("asked", "answered_by", "served"),
        [
            ("gpt-4.1", "gpt-4.1-2025-04-14", "gpt-4.1-2025-04-14"),
            ("openai/gpt-4o:online", "openai/gpt-4o", "openai/gpt-4o"),
            ("gpt-4o", "openai/gpt-4o", ""),
            ("gpt-4.1", "gpt-4.1-mini", "gpt-4.1-mini"),
            ("m", None, ""),
        ],
    )
    def test_another_name_than_the_one_asked_is_told_for_the_catalogue_to_judge(self, asked, answered_by, served):
        body = orjson.dumps(completion({"content": "a"}, model=answered_by))
        assert openai.parse(HttpResponse(200, (), body), native_id=asked, now_ms=0).served_model == served


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "error", "fault"),
        [
            (400, {"code": "context_length_exceeded"}, Fault.CONTEXT_TOO_LONG),
            (400, {"message": "This model's maximum context length is 4096 tokens."}, Fault.CONTEXT_TOO_LONG),
            (400, {"type": "exceed_context_size_error", "code": 400}, Fault.CONTEXT_TOO_LONG),
            (413, {}, Fault.CONTEXT_TOO_LONG),
            (401, {"code": "invalid_api_key"}, Fault.UNAUTHORIZED),
            (403, {}, Fault.UNAUTHORIZED),
            (403, {"message": "openai/x requires moderation. Your input was flagged"}, Fault.CONTENT_FILTERED),
            (402, {}, Fault.QUOTA),
            (429, {"type": "insufficient_quota", "code": "insufficient_quota"}, Fault.QUOTA),
            (429, {"type": "tokens", "code": "rate_limit_exceeded"}, Fault.RATE_LIMITED),
            (429, {}, Fault.RATE_LIMITED),
            (404, {"code": "model_not_found"}, Fault.MODEL_MISSING),
            (400, {"code": "model_decommissioned"}, Fault.MODEL_MISSING),
            (405, {}, Fault.MODEL_MISSING),
            (307, {}, Fault.MODEL_MISSING),
            (408, {}, Fault.TIMED_OUT),
            (504, {}, Fault.TIMED_OUT),
            (500, {}, Fault.SERVER_ERROR),
            (502, {}, Fault.SERVER_ERROR),
            (503, {}, Fault.OVERLOADED),
            (529, {}, Fault.OVERLOADED),
            (400, {"code": "content_filter"}, Fault.CONTENT_FILTERED),
            (400, {"code": "json_validate_failed"}, Fault.MALFORMED),
            (400, {"code": "unsupported_parameter"}, Fault.REJECTED),
            (422, {}, Fault.REJECTED),
            (418, {}, Fault.REJECTED),
            (101, {}, Fault.MALFORMED),
            (200, {"code": 429}, Fault.RATE_LIMITED),
            (200, {"code": "502"}, Fault.SERVER_ERROR),
            (200, {"code": 402}, Fault.QUOTA),
            (200, {"message": "odd"}, Fault.SERVER_ERROR),
        ],
    )
    def test_status_and_code_name_the_fault(self, status, error, fault):
        failure = answered({"error": {"message": "No.", **error}}, status)
        assert (failure.fault, failure.message) == (fault, error.get("message", "No."))

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"error": "model 'x' not found"}, "model 'x' not found"),
            ([{"error": {"message": "API key not valid"}}], "API key not valid"),
            ({"object": "error", "message": "Bad.", "code": 400}, "Bad."),
            ({"detail": "Not Found"}, "Not Found"),
            ({"detail": [{"msg": "field required"}, {"msg": "too long"}]}, "field required; too long"),
            ({"object": "error", "message": {"detail": [{"msg": "Extra inputs"}]}}, "Extra inputs"),
            ({"message": "Unauthorized"}, "Unauthorized"),
            ({"error": {"message": "Provider returned error", "metadata": {"raw": "Slow."}}}, "returned error: Slow."),
            (b"<html>Bad gateway</html>", "the provider answered 400"),
            (b"", "the provider answered 400"),
        ],
    )
    def test_each_way_of_writing_an_error_is_understood(self, body, message):
        failure = answered(body, 400)
        assert failure.message.endswith(message)

    def test_a_page_is_not_a_message(self):
        assert len(answered({"error": {"message": "x" * 100_000}}, 400).message) < 1100

    @pytest.mark.parametrize(
        ("header", "value", "pause"),
        [
            ("retry-after", "2", 2000),
            ("retry-after", "0.5", 500),
            ("retry-after-ms", "120", 120),
            ("retry-after", "Sat, 21 Nov 2026 21:01:00 GMT", 60_000),
            ("retry-after", "Sat, 21 Nov 2026 20:00:00 GMT", 0),
            ("retry-after", "-3", 0),
            ("retry-after", "soon", None),
            ("retry-after", "nan", None),
        ],
    )
    def test_the_pause_that_is_asked_for(self, header, value, pause):
        assert answered({}, 429, (header, value)).retry_after_ms == pause

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"null", b"[]", {}, {"choices": []}, {"choices": [None]}, {"choices": [{"message": None}]}],
    )
    def test_a_success_without_an_answer_is_malformed(self, body):
        assert answered(body).fault is Fault.MALFORMED

    def test_a_failure_keeps_the_usage_that_came_with_it(self):
        usage = {"prompt_tokens": 3, "completion_tokens": 1}
        assert answered({"choices": [], "usage": usage}).usage == Usage(3, output_tokens=1)
        assert answered({"error": {"message": "a"}, "usage": usage}, 500).usage == Usage(3, output_tokens=1)

    def test_a_model_that_broke_down_half_way_may_be_billed(self):
        body = completion({"content": "half"}, "error")
        body["choices"][0]["error"] = {"code": 502, "message": "Upstream broke."}
        assert answered(body) == Failure(Fault.CUT_STREAM, "Upstream broke.")


def stream_of(*chunks: object, trouble: TransportTrouble | None = None) -> Reply | Failure:
    stream = openai.open_stream(native_id="m")
    for chunk in chunks:
        stream.feed(SseEvent(chunk if isinstance(chunk, bytes) else orjson.dumps(chunk)))
    return stream.end(trouble)


def delta(finish: str | None = None, *, index: int = 0, **fields) -> dict:
    return {"choices": [{"index": index, "delta": fields, "finish_reason": finish}]}


DONE = b"[DONE]"
BROKEN = TransportTrouble(TroubleKind.DISCONNECTED, "the connection was lost")
USAGE_SO_FAR = {"usage": {"prompt_tokens": 3, "completion_tokens": 1}}
USAGE = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "cost": 0.1}}


class TestStreams:
    def test_deltas_usage_and_cost(self):
        reply = stream_of(
            delta(role="assistant", content=""), delta(content="Ra"), delta("stop", content="in"), USAGE, DONE
        )
        assert reply == Reply("Rain", FinishReason.STOP, Usage(3, output_tokens=2), reported_cost=100_000_000)

    def test_output_has_begun_with_the_first_text_thought_or_call_and_not_before(self):
        for chunk, begun in (
            (delta(role="assistant", content="", refusal=None, annotations=[]), False),
            (delta(reasoning_content="hm"), True),
            (delta(content="a"), True),
            (delta(refusal="No"), True),
            (delta(tool_calls=[{"index": 0}]), True),
        ):
            stream = openai.open_stream(native_id="m")
            stream.feed(SseEvent(orjson.dumps(chunk)))
            assert stream.begun is begun

    def test_a_refusal_and_calls(self):
        assert stream_of(delta(refusal="No"), delta("stop", refusal="."), DONE).finish is FinishReason.REFUSAL
        assert stream_of(delta(tool_calls=[{"index": 0}]), delta("tool_calls"), DONE).calls_tools

    def test_the_first_choice_is_the_reply(self):
        reply = stream_of(
            delta(content="a"), delta(content="b", index=1), delta("stop"), delta("length", index=1), DONE
        )
        assert (reply.text, reply.finish) == ("a", FinishReason.STOP)

    @pytest.mark.parametrize("trouble", [None, BROKEN])
    def test_whole_once_it_has_said_why_it_ends(self, trouble):
        assert stream_of(delta(content="a"), delta("stop"), trouble=trouble).text == "a"
        assert stream_of(delta(content="a"), DONE, trouble=trouble).finish is FinishReason.OTHER

    @pytest.mark.parametrize("trouble", [None, BROKEN])
    def test_cut_before_that(self, trouble):
        """Usage that came before the end is usage so far, and no bill; what the provider took so far, it took."""
        failure = stream_of(USAGE, delta(content="a"), trouble=trouble)
        assert (failure.fault, failure.usage, failure.reported_cost) == (Fault.CUT_STREAM, None, 100_000_000)
        assert failure.notice == "the last count came before the end of the answer"

    def test_usage_in_every_chunk_is_final_with_the_end_alone(self):
        so_far = [{**delta(content="a"), "usage": {"prompt_tokens": 3, "completion_tokens": n}} for n in range(3)]
        assert stream_of(*so_far, trouble=BROKEN).usage is None
        last = {**delta("stop", content="a"), "usage": {"prompt_tokens": 3, "completion_tokens": 4}}
        assert stream_of(*so_far, last, trouble=BROKEN).usage == Usage(3, output_tokens=4)

    def test_usage_is_final_with_the_end_of_every_choice(self):
        one, two = delta("stop", content="a") | USAGE_SO_FAR, delta(index=1, content="b")
        assert stream_of(two, one, trouble=BROKEN).usage is None
        assert stream_of(two, one, delta("stop", index=1), USAGE, trouble=BROKEN).usage == Usage(3, output_tokens=2)

    def test_an_empty_delta_behind_the_end_carries_usage_and_opens_nothing(self):
        last = {**delta(role="assistant", content=""), "usage": USAGE["usage"]}
        assert stream_of(delta("stop", content="a"), last, DONE).usage == Usage(3, output_tokens=2)

    def test_zeros_beside_text_are_no_count(self):
        zeros = {"choices": [], "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}
        assert stream_of(delta("stop", content="a"), zeros, DONE).usage is None

    @pytest.mark.parametrize("absent", [None, "", "null", " Null ", "none"])
    def test_absence_is_written_in_many_ways_and_ends_nothing(self, absent):
        assert stream_of(delta(absent, content="a")).fault is Fault.CUT_STREAM
        assert stream_of(delta(absent, content="a"), delta("stop", content="b")).text == "ab"

    def test_silence_is_a_time_out_whatever_came_before(self):
        late = TransportTrouble(TroubleKind.TIMED_OUT, "no")
        assert stream_of(delta(content="a"), trouble=late).fault is Fault.TIMED_OUT

    def test_an_error_before_any_output_is_what_it_says(self):
        failure = stream_of(delta(role="assistant"), {"error": {"code": 429, "message": "Slow down."}})
        assert failure == Failure(Fault.RATE_LIMITED, "Slow down.", status=429)

    def test_an_event_that_cannot_be_read_may_have_held_text(self):
        assert stream_of(delta(content="a"), b'{"choices', delta("stop"), DONE).fault is Fault.MALFORMED

    @pytest.mark.parametrize("chunk", [b"", b" ", b"{}", b"null", b"[]", b"ping", b"\xff", b"[DONE]"])
    def test_an_event_that_can_hold_no_text_is_passed_over(self, chunk):
        for place in range(3):
            chunks = [delta(content="a"), delta("stop", content="b"), USAGE]
            chunks.insert(place, chunk)
            assert (stream_of(*chunks, DONE).text, stream_of(*chunks).usage) == ("ab", Usage(3, output_tokens=2))

    @pytest.mark.parametrize("name", ["keepalive", "ping", "heartbeat"])
    def test_an_event_of_an_unknown_name_is_passed_over_unless_it_is_a_chunk(self, name):
        stream = openai.open_stream(native_id="m")
        for said in (b"{not json", orjson.dumps(delta("stop", content="a"))):
            stream.feed(SseEvent(said, name))
        assert stream.end().text == "a"

    @pytest.mark.parametrize("data", [b"out of order", b'{"message": "out of order"}', b'{"detail": "out of order"}'])
    def test_an_event_named_error_is_one(self, data):
        stream = openai.open_stream(native_id="m")
        stream.feed(SseEvent(data, "error"))
        assert stream.over
        assert stream.end() == Failure(Fault.SERVER_ERROR, "out of order")

    def test_what_stricter_readers_refuse_is_read(self):
        """Half an emoji and no number: the answer has been paid for."""
        said = b'{"choices": [{"delta": {"content": "\\ud83d"}, "logprobs": NaN, "finish_reason": "stop"}]}'
        assert stream_of(said, DONE).text == "?"
        whole = said.replace(b"delta", b"message")
        assert answered(whole).text == "?"

    def test_calls_end_an_answer_even_where_it_says_stop(self):
        chunk = delta("stop", tool_calls=[{"index": 0}])
        assert stream_of(chunk, DONE).finish is FinishReason.TOOL_CALLS

    @pytest.mark.parametrize(
        ("chunks", "settled"),
        [
            ([delta("stop", content="a")], False),
            ([delta("stop", content="a"), USAGE], True),
            ([delta("stop", content="a"), delta(content="b", index=1), USAGE], False),
            ([delta("stop", content="a"), delta("stop", content="b", index=1), USAGE], True),
            ([delta(content="a"), USAGE], False),
            ([delta(content="a"), DONE], True),
            ([delta(content="a"), DONE, delta(content="b")], False),
        ],
    )
    def test_nothing_is_owed_once_every_choice_has_ended_and_the_usage_is_there(self, chunks, settled):
        stream = openai.open_stream(native_id="m")
        for chunk in chunks:
            stream.feed(SseEvent(chunk if isinstance(chunk, bytes) else orjson.dumps(chunk)))
        assert stream.owes_nothing is settled

    @pytest.mark.parametrize("chunks", [[], [DONE], [USAGE, DONE], [{}]])
    def test_a_stream_without_a_choice_is_malformed(self, chunks):
        assert stream_of(*chunks).fault is Fault.MALFORMED

    def test_another_model_is_named(self):
        assert stream_of({**delta(content="a"), "model": "other"}, delta("stop"), DONE).served_model == "other"

"""Google's wire format, by what Google documents and by what its own client takes."""

import orjson
import pytest

from tokenwise.faults import Fault
from tokenwise.prompt import Message, Role
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers import Ask, Endpoint, chat_fields
from tokenwise_shell.providers.google import generate as google
from tokenwise_shell.providers.translate.terms import Untranslatable
from tokenwise_shell.transport.exchange import HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent

KEY = "AIzaSy0123456789abcdef"


def endpoint(base_url: str = "https://generativelanguage.googleapis.com", **fields) -> Endpoint:
    return Endpoint(ProviderKind.GOOGLE, base_url, KEY, **fields)


def built(native_id: str = "gemini-3.8-flash", **fields) -> dict:
    asked = {"messages": [{"role": "user", "content": "Hi"}], **fields}
    return orjson.loads(google.build(endpoint(), Ask(native_id, asked, 100)).body)


def answered(body: object, status: int = 200, *headers: tuple[str, str]) -> Reply | Failure:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return google.parse(HttpResponse(status, headers, raw), native_id="m", now_ms=0)


def candidate(*parts: dict, finish: str = "STOP", **fields) -> dict:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, "finishReason": finish}], **fields}


CALLING = {"functionCall": {"id": "c", "name": "f", "args": {"n": 1}}}


class TestRequests:
    def test_a_conversation_its_cap_and_its_key(self):
        messages = (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Hi"), Message(Role.ASSISTANT, "Ho"))
        request = google.build(endpoint(), Ask("gemini-3.8-flash", chat_fields(messages), 100))
        base = "https://generativelanguage.googleapis.com/v1beta/models"
        assert (request.method, request.url) == ("POST", f"{base}/gemini-3.8-flash:generateContent")
        assert request.headers == (("content-type", "application/json"), ("x-goog-api-key", KEY))
        assert orjson.loads(request.body) == {
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [{"role": "user", "parts": [{"text": "Hi"}]}, {"role": "model", "parts": [{"text": "Ho"}]}],
            "generationConfig": {"maxOutputTokens": 100},
        }

    @pytest.mark.parametrize(
        ("base_url", "native_id", "stream", "url"),
        [
            ("https://x", "m", True, "https://x/v1beta/models/m:streamGenerateContent?alt=sse"),
            ("https://x/v1", "m", False, "https://x/v1/models/m:generateContent"),
            ("https://x?a=b", "m", True, "https://x/v1beta/models/m:streamGenerateContent?a=b&alt=sse"),
            ("https://x", "tunedModels/t-1", False, "https://x/v1beta/tunedModels/t-1:generateContent"),
            ("https://x", "a?key=b#c", False, "https://x/v1beta/models/a%3Fkey%3Db%23c:generateContent"),
        ],
    )
    def test_the_address(self, base_url, native_id, stream, url):
        request = google.build(endpoint(base_url), Ask(native_id, {"messages": []}, 1, stream))
        assert request.url == url
        assert KEY not in request.url

    def test_parameters_under_googles_names(self):
        config = built(
            temperature=1.5, top_p=0.5, seed=7, n=2, presence_penalty=0.5, frequency_penalty=-0.5, stop="x",
            logprobs=True, top_logprobs=3, reasoning_effort="low",
        )["generationConfig"]  # fmt: skip
        assert config == {
            "maxOutputTokens": 100,
            "temperature": 1.5,
            "topP": 0.5,
            "seed": 7,
            "candidateCount": 2,
            "presencePenalty": 0.5,
            "frequencyPenalty": -0.5,
            "stopSequences": ["x"],
            "responseLogprobs": True,
            "logprobs": 3,
            "thinkingConfig": {"thinkingLevel": "low"},
        }

    def test_a_model_before_gemini_3_thinks_by_a_budget(self):
        assert built("gemini-2.5-flash", reasoning_effort="none")["generationConfig"]["thinkingConfig"] == {
            "thinkingBudget": 0
        }

    def test_calls_carry_their_signatures_or_googles_word_for_having_none(self):
        signed = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
        for more, signature in ((signed, "c2ln"), ({}, "skip_thought_signature_validator")):
            call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}, **more}
            messages = [
                {"role": "user", "content": "Go."},
                {"role": "assistant", "content": None, "tool_calls": [call, {**call, "id": "d"}]},
                {"role": "tool", "tool_call_id": "c", "content": "7"},
                {"role": "tool", "tool_call_id": "d", "content": "8"},
            ]
            _, called, told = built(messages=messages)["contents"]
            assert called["parts"][0]["thoughtSignature"] == signature
            assert [part["functionResponse"] for part in told["parts"]] == [
                {"id": "c", "name": "f", "response": {"output": "7"}},
                {"id": "d", "name": "f", "response": {"output": "8"}},
            ]
        unsigned = built("gemini-2.5-flash", messages=messages)["contents"][1]["parts"][0]
        assert "thoughtSignature" not in unsigned

    def test_attachments(self):
        parts = [
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png?b"}},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}},
        ]
        assert built(messages=[{"role": "user", "content": parts}])["contents"][0]["parts"] == [
            {"fileData": {"mimeType": "image/png", "fileUri": "https://example.com/a.png?b"}},
            {"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}},
            {"inlineData": {"mimeType": "application/pdf", "data": "AAAA"}},
        ]

    @pytest.mark.parametrize(
        ("choice", "sent"),
        [
            ("auto", {"mode": "AUTO"}),
            ("none", {"mode": "NONE"}),
            ("required", {"mode": "ANY"}),
            ({"type": "function", "function": {"name": "f"}}, {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        ],
    )
    def test_the_choice_of_a_tool(self, choice, sent):
        tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
        body = built(tools=tools, tool_choice=choice)
        assert body["toolConfig"] == {"functionCallingConfig": sent}
        assert body["tools"] == [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"type": "object"}}]}]

    @pytest.mark.parametrize(
        "fields",
        [
            {"logit_bias": {"1": 5}},
            {"reasoning_effort": "utmost"},
            {"tool_choice": "required"},
            {"messages": [{"role": "tool", "tool_call_id": "nobody's", "content": "7"}]},
            {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
            {"functions": [{"name": "f"}]},
        ],
    )
    def test_what_google_has_nothing_like_is_refused(self, fields):
        with pytest.raises(Untranslatable):
            built(**fields)


class TestReplies:
    def test_text_and_usage(self):
        usage = {
            "promptTokenCount": 100,
            "cachedContentTokenCount": 64,
            "candidatesTokenCount": 15,
            "thoughtsTokenCount": 5,
            "totalTokenCount": 120,
        }
        thought = {"text": "hm", "thought": True}
        reply = answered(candidate(thought, {"text": "Ra"}, {"text": "in."}, usageMetadata=usage, modelVersion="m"))
        assert reply == Reply("Rain.", FinishReason.STOP, Usage(36, 64, 0, 20, 5))

    @pytest.mark.parametrize(
        ("said", "finish"),
        [
            ("STOP", FinishReason.STOP),
            ("MAX_TOKENS", FinishReason.LENGTH),
            ("SAFETY", FinishReason.CONTENT_FILTER),
            ("RECITATION", FinishReason.CONTENT_FILTER),
            ("PROHIBITED_CONTENT", FinishReason.CONTENT_FILTER),
            ("SOMETHING_NEW", FinishReason.OTHER),
        ],
    )
    def test_why_it_ended(self, said, finish):
        assert answered(candidate({"text": "a"}, finish=said)).finish is finish

    def test_a_call_is_why_it_ended_though_google_says_stop(self):
        reply = answered(candidate(CALLING))
        assert (reply.calls_tools, reply.finish, reply.text) == (True, FinishReason.TOOL_CALLS, "")

    def test_a_blocked_prompt_is_filtered_and_billed_as_reported(self):
        usage = {"promptTokenCount": 9, "totalTokenCount": 9}
        failure = answered({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": usage})
        assert failure == Failure(Fault.CONTENT_FILTERED, "the prompt was blocked: PROHIBITED_CONTENT", Usage(9))

    @pytest.mark.parametrize(
        ("reason", "fault"),
        [
            ("MALFORMED_FUNCTION_CALL", Fault.MALFORMED),
            ("UNEXPECTED_TOOL_CALL", Fault.MALFORMED),
            ("MISSING_THOUGHT_SIGNATURE", Fault.REJECTED),
        ],
    )
    def test_an_answer_that_says_it_is_none(self, reason, fault):
        broken = candidate(finish=reason)
        assert answered(broken).fault is fault
        assert stream_of(broken).fault is fault

    def test_as_a_chat_completion(self):
        signed = {**CALLING, "thoughtSignature": "c2ln"}
        made = orjson.loads(google.completion(orjson.dumps(candidate(signed, responseId="r")), created_s=7))
        call = made["choices"][0]["message"]["tool_calls"][0]
        assert call["function"] == {"name": "f", "arguments": '{"n":1}'}
        assert call["extra_content"] == {"google": {"thought_signature": "c2ln"}}
        assert (made["id"], made["choices"][0]["finish_reason"]) == ("r", "tool_calls")

    def test_log_probabilities_in_openais_words(self):
        token = {"token": "a", "logProbability": -0.5}
        result = {"chosenCandidates": [token], "topCandidates": [{"candidates": [token]}]}
        body = {"candidates": [{"content": {"parts": [{"text": "a"}]}, "logprobsResult": result}]}
        made = orjson.loads(google.completion(orjson.dumps(body), created_s=7))
        said = {"token": "a", "logprob": -0.5, "bytes": [97]}
        assert made["choices"][0]["logprobs"]["content"] == [{**said, "top_logprobs": [said]}]


def google_error(code: int, status: str, message: str = "No.", *details: dict) -> dict:
    return {"error": {"code": code, "status": status, "message": message, "details": list(details)}}


WRONG_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
TOO_LONG = "The input token count (9) exceeds the maximum number of tokens allowed (8)."
WAIT = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
DAY = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "fault", "pause"),
        [
            (google_error(400, "INVALID_ARGUMENT"), Fault.REJECTED, None),
            (google_error(400, "INVALID_ARGUMENT", "API key not valid.", WRONG_KEY), Fault.UNAUTHORIZED, None),
            (
                google_error(400, "INVALID_ARGUMENT", TOO_LONG),
                Fault.CONTEXT_TOO_LONG,
                None,
            ),
            (google_error(403, "PERMISSION_DENIED"), Fault.UNAUTHORIZED, None),
            (google_error(404, "NOT_FOUND"), Fault.MODEL_MISSING, None),
            (google_error(429, "RESOURCE_EXHAUSTED", "No.", WAIT), Fault.RATE_LIMITED, 34_500),
            (google_error(429, "RESOURCE_EXHAUSTED", "No.", DAY, WAIT), Fault.QUOTA, 34_500),
            (google_error(500, "INTERNAL"), Fault.SERVER_ERROR, None),
            (google_error(503, "UNAVAILABLE"), Fault.OVERLOADED, None),
            (google_error(504, "DEADLINE_EXCEEDED"), Fault.TIMED_OUT, None),
        ],
    )  # fmt: skip
    def test_status_and_details_name_the_fault_plain_in_a_list_and_in_a_stream(self, error, fault, pause):
        said, code = error["error"]["message"], error["error"]["code"]
        for body in (error, [error]):
            assert answered(body, code) == Failure(fault, said, retry_after_ms=pause)
        within = stream_of(error)
        assert (within.fault, within.message, within.status) == (fault, said, code)

    def test_the_header_goes_before_the_details(self):
        body = google_error(429, "RESOURCE_EXHAUSTED", "No.", WAIT)
        assert answered(body, 429, ("retry-after", "2")).retry_after_ms == 2000

    @pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", {}, {"candidates": []}, {"candidates": "a"}])
    def test_a_success_without_a_candidate_is_malformed(self, body):
        assert answered(body).fault is Fault.MALFORMED


def stream_of(*events: object, trouble: TransportTrouble | None = None) -> Reply | Failure:
    stream = google.open_stream(native_id="m")
    for event in events:
        stream.feed(SseEvent(event if isinstance(event, bytes) else orjson.dumps(event)))
    return stream.end(trouble)


BROKEN = TransportTrouble(TroubleKind.DISCONNECTED, "the connection was lost")


def event(*parts: dict, finish: str = "", tokens: int = 0, index: int = 0) -> dict:
    reason = {"finishReason": finish} if finish else {}
    usage = {"promptTokenCount": 3, "candidatesTokenCount": tokens, "totalTokenCount": 3 + tokens}
    one = {"content": {"role": "model", "parts": list(parts)}, "index": index, **reason}
    return {"candidates": [one], "usageMetadata": usage}


class TestStreams:
    def test_deltas_and_the_last_usage(self):
        reply = stream_of(event({"text": "Ra"}, tokens=1), event({"text": "in"}, finish="STOP", tokens=2))
        assert reply == Reply("Rain", FinishReason.STOP, Usage(3, output_tokens=2))

    @pytest.mark.parametrize("trouble", [None, BROKEN])
    def test_whole_once_it_has_said_why_it_ends_and_cut_before(self, trouble):
        assert stream_of(event({"text": "a"}, finish="STOP"), trouble=trouble).text == "a"
        cut = stream_of(event({"text": "a"}, tokens=1), trouble=trouble)
        # What it has counted so far is no bill.
        assert (cut.fault, cut.usage) == (Fault.CUT_STREAM, None)

    def test_the_first_candidate_is_the_reply_and_all_are_billed(self):
        events = [event({"text": "a"}, tokens=1), event({"text": "b"}, tokens=2, index=1)]
        ended = [event(finish="STOP", tokens=2), event(finish="MAX_TOKENS", tokens=3, index=1)]
        assert stream_of(*events, *ended) == Reply("a", FinishReason.STOP, Usage(3, output_tokens=3))
        assert stream_of(*events, ended[0]).usage is None

    def test_a_thought_is_output(self):
        stream = google.open_stream(native_id="m")
        stream.feed(SseEvent(orjson.dumps(event({"text": "hm", "thought": True}))))
        assert stream.begun

    def test_a_call_has_begun_and_ends_for_tools(self):
        stream = google.open_stream(native_id="m")
        assert not stream.begun
        stream.feed(SseEvent(orjson.dumps(event(CALLING, finish="STOP"))))
        assert stream.begun
        assert (stream.end().calls_tools, stream.end().finish) == (True, FinishReason.TOOL_CALLS)

    def test_a_client_of_openais_hears_chunks(self):
        stream = google.open_stream(native_id="m")
        heard = []
        for each in (event({"text": "Well."}), event(CALLING, tokens=2), event(finish="STOP", tokens=2)):
            stream.feed(SseEvent(orjson.dumps(each)))
            heard += [orjson.loads(chunk.data)["choices"][0] for chunk in stream.chunks]
        assert [choice["delta"] for choice in heard] == [
            {"role": "assistant", "content": ""},
            {"content": "Well."},
            {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": '{"n":1}'}}]},
            {},
        ]
        assert heard[-1]["finish_reason"] == "tool_calls"
        assert orjson.loads(stream.closing[0].data)["usage"]["completion_tokens"] == 2

"""Laws of reading what a provider of Google's format answers, which may be anything."""

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from tokenwise.faults import RULES, Fault
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.providers.google import generate as google
from tokenwise_shell.providers.google.answers import FINISH_REASONS, parse_usage
from tokenwise_shell.transport.exchange import HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent, SseReader

# JSON with the names that the reader looks for, so that each is met with every type.
NAMES = [
    *("candidates", "content", "parts", "text", "thought", "functionCall", "name", "args", "id", "finishReason"),
    *("finishMessage", "index", "usageMetadata", "promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount"),
    *("totalTokenCount", "cachedContentTokenCount", "promptFeedback", "blockReason", "modelVersion", "responseId"),
    *("logprobsResult", "chosenCandidates", "topCandidates", "token", "logProbability", "thoughtSignature"),
    *("error", "code", "message", "status", "details", "reason", "retryDelay", "violations", "quotaId"),
    *("functionResponse", "inlineData"),
]
WORDS = ["", "STOP", "SAFETY", "MALFORMED_FUNCTION_CALL", "m", "34.5s", "1..2s", "API_KEY_INVALID", "XPerDayY", "rain"]
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-2, 600)
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
)
parts = st.dictionaries(st.sampled_from(["text", "thought", "functionCall", "thoughtSignature"]), values, max_size=3)
candidates = st.fixed_dictionaries(
    {},
    optional={
        "content": st.fixed_dictionaries({"parts": st.lists(parts, max_size=3)}) | values,
        "finishReason": st.sampled_from([*FINISH_REASONS, "OTHER", "MALFORMED_FUNCTION_CALL"]) | values,
        "index": st.integers(0, 2) | values,
        "logprobsResult": values,
    },
)
answers = st.fixed_dictionaries(
    {},
    optional={
        "candidates": st.lists(candidates, max_size=2),
        "usageMetadata": values,
        "promptFeedback": values,
        "error": values,
        "modelVersion": values,
    },
)
bodies = (values | answers).map(orjson.dumps)
damaged = st.tuples(bodies, st.integers(0, 200)).map(lambda pair: pair[0][: pair[1]])
statuses = st.sampled_from([200, 201, 301, 400, 401, 404, 429, 500, 503]) | st.integers(-1, 1000)
headers = st.lists(st.tuples(st.sampled_from(["retry-after", "content-type"]), st.text()), max_size=2).map(tuple)
responses = st.builds(HttpResponse, statuses, headers, bodies | damaged | st.binary(max_size=100))
troubles = st.none() | st.sampled_from(TroubleKind).map(lambda kind: TransportTrouble(kind, "it broke"))
DEEP = b'{"a":' * 600 + b"1" + b"}" * 600
CALLING = b'{"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": ' + DEEP + b"}}]}}]}"


class TestPlainAnswers:
    """Any bytes at all give a reply or a fault, never an exception."""

    @given(responses, st.integers(0, 2**42))
    @example(HttpResponse(200, (), CALLING), 0)
    def test_any_answer_is_a_reply_or_a_failure_with_a_reason(self, response, now_ms):
        match google.parse(response, native_id="m", now_ms=now_ms):
            case Reply():
                assert 200 <= response.status < 300
            case Failure(fault=fault, message=message, retry_after_ms=pause):
                assert fault in RULES
                assert message
                assert pause is None or 0 <= pause <= 7 * 86_400_000

    @given(statuses.filter(lambda status: not 200 <= status < 300), bodies)
    def test_no_status_but_success_is_a_reply(self, status, body):
        assert isinstance(google.parse(HttpResponse(status, (), body), native_id="m", now_ms=0), Failure)

    @given(answers.map(orjson.dumps))
    def test_whatever_is_a_reply_is_a_chat_completion_too(self, body):
        reply = google.parse(HttpResponse(200, (), body), native_id="m", now_ms=0)
        if isinstance(reply, Reply):
            choice = orjson.loads(google.completion(body, created_s=7))["choices"][0]
            assert (choice["message"]["content"] or "") == reply.text
            assert ("tool_calls" in choice["message"]) == reply.calls_tools


raw = st.binary(max_size=300) | st.lists(bodies, max_size=4).map(lambda all_: b"data: " + b"\n\ndata: ".join(all_))


def streamed(chunks: list[bytes], trouble: TransportTrouble | None) -> tuple[str, Reply | Failure]:
    stream = google.open_stream(native_id="m")
    said = []
    for chunk in chunks:
        said.append(stream.feed(SseEvent(chunk)))
        assert all(orjson.loads(event.data) for event in stream.chunks)
    closing = [event.data for event in stream.closing]
    assert not closing or closing[-1] == b"[DONE]"
    return "".join(said), stream.end(trouble)


def says(piece: str, finish: str = "", **fields: object) -> bytes:
    reason = {"finishReason": finish} if finish else {}
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14}
    candidate = {"content": {"parts": [{"text": piece}], "role": "model"}, "index": 0, **reason}
    return orjson.dumps({"candidates": [candidate], "usageMetadata": usage, **fields})


class TestStreams:
    """Any stream at all gives a reply or a fault, never an exception, and its text is the sum of its deltas."""

    @given(st.lists(bodies | damaged, max_size=8), troubles)
    @example([CALLING], None)
    def test_any_events_are_a_reply_or_a_failure_with_a_reason(self, chunks, trouble):
        match streamed(chunks, trouble):
            case text, Reply(text=whole):
                assert text == whole
            case _, Failure(fault=fault, message=message):
                assert fault in RULES
                assert message

    @given(
        st.binary(max_size=300) | st.lists(bodies, max_size=4).map(lambda all_: b"data: " + b"\n\ndata: ".join(all_))
    )
    def test_any_bytes_are_a_reply_or_a_failure(self, data):
        assert isinstance(streamed([e.data for e in SseReader().feed(data + b"\n\n")], None)[1], Reply | Failure)

    @given(st.lists(st.text(max_size=5)), st.sampled_from(["STOP", "MAX_TOKENS"]), st.data())
    def test_a_stream_cut_before_it_says_why_it_ends_is_no_reply_and_no_bill(self, pieces, reason, data):
        lines = [*map(says, pieces), says("", reason)]
        text, reply = streamed(lines, None)
        assert (text, reply.text, reply.usage) == ("".join(pieces), "".join(pieces), Usage(9, output_tokens=5))
        failure = streamed(lines[: data.draw(st.integers(0, len(pieces)))], None)[1]
        assert (isinstance(failure, Failure), failure.usage) == (True, None)

    @given(st.lists(st.text(max_size=5)), st.integers(400, 599))
    def test_an_error_after_output_is_a_cut_stream_with_the_providers_message(self, pieces, code):
        error = orjson.dumps({"error": {"code": code, "message": "No more.", "status": "INTERNAL"}})
        failure = streamed([*map(says, pieces), says("x"), error], None)[1]
        assert (failure.fault, failure.message, failure.usage) == (Fault.CUT_STREAM, "No more.", None)

    @given(st.lists(st.text(max_size=5), min_size=1), st.text(max_size=5), st.sampled_from([*FINISH_REASONS]))
    def test_streamed_or_not_the_same_answer_is_the_same_reply(self, pieces, model, reason):
        lines = [*(says(piece, modelVersion=model) for piece in pieces), says("", reason, modelVersion=model)]
        whole = orjson.loads(lines[-1])
        whole["candidates"][0]["content"]["parts"] = [{"text": piece} for piece in pieces]
        plain = google.parse(HttpResponse(200, (), orjson.dumps(whole)), native_id="m", now_ms=0)
        assert streamed(lines, None)[1] == plain


counts = st.integers(0, 10**6)


class TestUsage:
    """Usage is normalised once into disjoint classes that sum to what was reported; nothing reported is not zero."""

    @given(counts, counts, counts, counts)
    def test_the_classes_sum_to_the_totals(self, fresh, read, said, thought):
        reported = {
            "promptTokenCount": fresh + read,
            "cachedContentTokenCount": read,
            "candidatesTokenCount": said,
            "thoughtsTokenCount": thought,
            "totalTokenCount": fresh + read + said + thought,
        }
        assert parse_usage(reported) == Usage(fresh, read, 0, said + thought, thought)

    @given(counts, counts)
    def test_what_google_leaves_out_is_zero(self, prompt, thought):
        reported = {"promptTokenCount": prompt, "thoughtsTokenCount": thought, "totalTokenCount": prompt + thought}
        assert parse_usage(reported) == Usage(prompt, output_tokens=thought, reasoning_tokens=thought)

    @given(values)
    def test_any_value_is_a_usage_or_none(self, value):
        usage = parse_usage(value)
        assert usage is None or usage.reasoning_tokens <= usage.output_tokens

    @given(st.none() | st.integers(max_value=-1) | st.text())
    def test_half_a_report_is_none(self, value):
        assert parse_usage({"promptTokenCount": value, "candidatesTokenCount": 5}) is None

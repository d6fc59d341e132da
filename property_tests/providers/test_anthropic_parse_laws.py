"""Laws of reading what a provider of Anthropic's format answers, which may be anything."""

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from tokenwise.faults import RULES, Fault
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.providers.anthropic import messages as anthropic
from tokenwise_shell.providers.anthropic.answers import parse_usage
from tokenwise_shell.transport.exchange import HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent, SseReader

# JSON with the names that the reader looks for, so that each is met with every type.
NAMES = [
    *("type", "content", "text", "id", "name", "input", "thinking", "signature", "data", "stop_reason", "index"),
    *("message", "content_block", "delta", "partial_json", "usage", "input_tokens", "output_tokens", "model", "error"),
    *("cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens_details", "thinking_tokens"),
]
WORDS = [
    *("", "message_start", "content_block_start", "content_block_delta", "message_delta", "message_stop", "ping"),
    *("text", "tool_use", "thinking", "redacted_thinking", "text_delta", "input_json_delta", "error", "end_turn"),
    *("overloaded_error", "rate_limit_error", "tool_result", "max_tokens", "prompt is too long"),
]
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-2, 200)
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
)
blocks = st.fixed_dictionaries(
    {"type": st.sampled_from(WORDS)},
    optional={"text": values, "id": values, "name": values, "input": values, "thinking": values, "data": values},
)
answers = st.fixed_dictionaries(
    {},
    optional={
        "content": st.lists(blocks, max_size=3),
        "stop_reason": values,
        "usage": values,
        "error": values,
        "model": values,
    },
)
events = st.fixed_dictionaries(
    {"type": st.sampled_from(WORDS)},
    optional={
        "index": st.integers(0, 2) | values,
        "message": answers | values,
        "content_block": blocks | values,
        "delta": st.dictionaries(st.sampled_from(NAMES), values, max_size=3) | values,
        "usage": values,
        "error": values,
    },
)
bodies = (values | answers).map(orjson.dumps)
chunks = (values | events).map(orjson.dumps)
damaged = st.tuples(chunks, st.integers(0, 200)).map(lambda pair: pair[0][: pair[1]])
statuses = st.sampled_from([200, 201, 301, 400, 401, 404, 413, 429, 500, 529]) | st.integers(-1, 1000)
headers = st.lists(st.tuples(st.sampled_from(["retry-after", "content-type"]), st.text()), max_size=2).map(tuple)
responses = st.builds(HttpResponse, statuses, headers, bodies | damaged | st.binary(max_size=100))
troubles = st.none() | st.sampled_from(TroubleKind).map(lambda kind: TransportTrouble(kind, "it broke"))
DEEP = b'{"a":' * 600 + b"1" + b"}" * 600
CALLING = b'{"content": [{"type": "tool_use", "id": "", "name": "f", "input": ' + DEEP + b"}]}"


class TestPlainAnswers:
    """Any bytes at all give a reply or a fault, never an exception."""

    @given(responses)
    @example(
        HttpResponse(200, (), b'{"content": [{"type": "tool_use", "id": "", "name": "f", "input": ' + DEEP + b"}]}")
    )
    def test_any_answer_is_a_reply_or_a_failure_with_a_reason(self, response):
        match anthropic.parse(response, native_id="m", now_ms=0):
            case Reply():
                assert 200 <= response.status < 300
            case Failure(fault=fault, message=message):
                assert fault in RULES
                assert message

    @given(statuses.filter(lambda status: not 200 <= status < 300), bodies)
    def test_no_status_but_success_is_a_reply(self, status, body):
        assert isinstance(anthropic.parse(HttpResponse(status, (), body), native_id="m", now_ms=0), Failure)

    @given(answers.map(orjson.dumps))
    def test_whatever_is_a_reply_is_a_chat_completion_too(self, body):
        reply = anthropic.parse(HttpResponse(200, (), body), native_id="m", now_ms=0)
        if isinstance(reply, Reply):
            choice = orjson.loads(anthropic.completion(body, created_s=7))["choices"][0]
            assert (choice["message"]["content"] or "") == reply.text
            assert ("tool_calls" in choice["message"]) == reply.calls_tools


raw = st.binary(max_size=300) | st.lists(chunks, max_size=4).map(lambda all_: b"data: " + b"\n\ndata: ".join(all_))


def streamed(chunks: list[bytes], trouble: TransportTrouble | None) -> tuple[str, Reply | Failure]:
    stream = anthropic.open_stream(native_id="m")
    said = []
    for chunk in chunks:
        said.append(stream.feed(SseEvent(chunk)))
        assert all(orjson.loads(event.data) for event in stream.chunks)
    closing = [event.data for event in stream.closing]
    assert not closing or closing[-1] == b"[DONE]"
    return "".join(said), stream.end(trouble)


START = {"type": "message_start", "message": {"id": "i", "model": "m", "usage": {"input_tokens": 9}}}
STOP = {"type": "message_stop"}


def ends(reason: str) -> dict:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5}}


def writes(piece: str) -> dict:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}


class TestStreams:
    """Any stream at all gives a reply or a fault, never an exception, and its text is the sum of its deltas."""

    @given(st.lists(chunks | damaged, max_size=8), troubles)
    def test_any_events_are_a_reply_or_a_failure_with_a_reason(self, chunks, trouble):
        match streamed(chunks, trouble):
            case text, Reply(text=whole):
                assert text == whole
            case _, Failure(fault=fault, message=message):
                assert fault in RULES
                assert message

    @given(
        st.binary(max_size=300) | st.lists(chunks, max_size=4).map(lambda all_: b"data: " + b"\n\ndata: ".join(all_))
    )
    def test_any_bytes_are_a_reply_or_a_failure(self, data):
        assert isinstance(streamed([e.data for e in SseReader().feed(data + b"\n\n")], None)[1], Reply | Failure)

    @given(st.lists(st.text(max_size=5)), st.sampled_from(["end_turn", "max_tokens"]), st.data())
    def test_a_stream_cut_before_it_says_why_it_ends_is_no_reply_and_no_bill(self, pieces, reason, data):
        lines = [orjson.dumps(each) for each in (START, *map(writes, pieces), ends(reason), STOP)]
        text, reply = streamed(lines, None)
        assert (text, reply.text, reply.usage) == ("".join(pieces), "".join(pieces), Usage(9, output_tokens=5))
        cut = data.draw(st.integers(0, len(pieces) + 1))
        failure = streamed(lines[:cut], None)[1]
        assert (isinstance(failure, Failure), failure.usage) == (True, None)

    @given(st.lists(st.text(max_size=5), min_size=1), st.sampled_from(["overloaded_error", "api_error", "odd"]))
    def test_an_error_after_output_is_a_cut_stream_with_the_providers_message(self, pieces, kind):
        error = {"type": "error", "error": {"type": kind, "message": "No more."}}
        lines = [orjson.dumps(each) for each in (START, *map(writes, [*pieces, "x"]), error)]
        cut = streamed(lines, None)[1]
        assert (cut.fault, cut.message) == (Fault.CUT_STREAM, "No more.")

    @given(st.lists(st.text(max_size=5)), st.text(max_size=5))
    def test_streamed_or_not_the_same_answer_is_the_same_reply(self, pieces, model):
        start = {"type": "message_start", "message": {"model": model, "usage": {"input_tokens": 9}}}
        lines = [orjson.dumps(each) for each in (start, *map(writes, pieces), ends("end_turn"), STOP)]
        content = [{"type": "text", "text": piece} for piece in pieces]
        usage = {"input_tokens": 9, "output_tokens": 5}
        whole = {"content": content, "stop_reason": "end_turn", "model": model, "usage": usage}
        plain = anthropic.parse(HttpResponse(200, (), orjson.dumps(whole)), native_id="m", now_ms=0)
        assert streamed(lines, None)[1] == plain


counts = st.integers(0, 10**6)


class TestUsage:
    """Usage is normalised once into disjoint classes; nothing reported is not zero."""

    @given(counts, counts, counts, counts, counts)
    def test_the_classes_are_as_anthropic_reports_them(self, fresh, read, written, output, thought):
        reported = {
            "input_tokens": fresh,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "output_tokens": output,
            "output_tokens_details": {"thinking_tokens": thought},
        }
        assert parse_usage(reported) == Usage(fresh, read, written, output, min(thought, output))

    @given(st.sampled_from(["input_tokens", "output_tokens"]), st.none() | st.integers(max_value=-1) | st.text())
    def test_half_a_report_is_none(self, name, value):
        assert parse_usage({"input_tokens": 0, "output_tokens": 0, name: value}) is None

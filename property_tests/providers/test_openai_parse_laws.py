"""Laws of reading what a provider of OpenAI's format answers, which may be anything."""

import orjson
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from tokenwise.faults import RULES
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise_shell.providers.openai import chat as openai
from tokenwise_shell.providers.openai.streams.answer import AnswerStream
from tokenwise_shell.providers.openai.usage import parse_cost, parse_usage
from tokenwise_shell.providers.status import BY_CODE, BY_TROUBLE, fault_of, retry_after_ms
from tokenwise_shell.transport.exchange import HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent, SseReader

# JSON with the names that the reader looks for, so that each is met with every type.
NAMES = [
    *("choices", "message", "content", "refusal", "tool_calls", "function_call", "finish_reason", "index", "delta"),
    *("usage", "prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "cached_tokens", "cost"),
    *("cache_write_tokens", "completion_tokens_details", "reasoning_tokens", "model", "error", "code", "type", "text"),
    *("metadata", "raw", "detail", "msg", "object", "prompt_cache_hit_tokens"),
]
WORDS = ["", "stop", "length", "m", "error", "429", "text", "insufficient_quota", "rain", "maximum context length"]
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
answers = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "message": values,
                    "delta": values,
                    "finish_reason": values,
                    "error": values,
                    "index": values,
                },
            ),
            max_size=2,
        ),
        "usage": values,
        "error": values,
        "model": values,
        "detail": values,
        "object": values,
    },
)
bodies = (values | answers).map(orjson.dumps)
damaged = st.tuples(bodies, st.integers(0, 200)).map(lambda pair: pair[0][: pair[1]])
statuses = st.sampled_from([200, 201, 301, 400, 401, 402, 404, 408, 413, 429, 500, 503, 529]) | st.integers(-1, 1000)
header_values = st.sampled_from(["", "2", "-1", "1e400", "nan", "Sat, 21 Nov 2026 21:00:00 GMT", "Sat, 99"]) | st.text()
headers = st.lists(
    st.tuples(st.sampled_from(["retry-after", "retry-after-ms", "content-type"]), header_values), max_size=3
).map(tuple)
responses = st.builds(HttpResponse, statuses, headers, bodies | damaged | st.binary(max_size=100))
troubles = st.none() | st.sampled_from(TroubleKind).map(lambda kind: TransportTrouble(kind, "it broke"))


class TestPlainAnswers:
    """Any bytes at all give a reply or a fault, never an exception."""

    @given(responses, st.integers(0, 2**42))
    @example(HttpResponse(200, (), b'{"choices": [{"message": {"content": "\\ud800"}}]}'), 0)
    def test_any_answer_is_a_reply_or_a_failure_with_a_reason(self, response, now_ms):
        match openai.parse(response, native_id="m", now_ms=now_ms):
            case Reply():
                assert 200 <= response.status < 300
            case Failure(fault=fault, message=message, retry_after_ms=pause):
                assert fault in RULES
                assert message
                assert pause is None or 0 <= pause <= 7 * 86_400_000

    @given(statuses.filter(lambda status: not 200 <= status < 300), bodies)
    def test_no_status_but_success_is_a_reply(self, status, body):
        assert isinstance(openai.parse(HttpResponse(status, (), body), native_id="m", now_ms=0), Failure)

    @given(st.integers(-1, 1000), st.lists(st.sampled_from([*BY_CODE, "x"])), st.text())
    def test_every_status_and_code_has_a_fault(self, status, codes, message):
        assert fault_of(status, *codes, message=message) in RULES

    def test_every_kind_of_trouble_has_a_fault(self):
        assert set(BY_TROUBLE) == set(TroubleKind)

    @given(headers, st.integers(0, 2**42))
    def test_a_pause_is_never_negative_and_never_above_a_week(self, headers, now_ms):
        pause = retry_after_ms(headers, now_ms=now_ms)
        assert pause is None or 0 <= pause <= 7 * 86_400_000


def streamed(chunks: list[bytes], trouble: TransportTrouble | None) -> tuple[str, Reply | Failure]:
    stream = openai.open_stream(native_id="m")
    text = "".join([stream.feed(SseEvent(chunk)) for chunk in chunks])
    return text, stream.end(trouble)


class TestStreams:
    """Any stream at all gives a reply or a fault, never an exception, and its text is the sum of its deltas."""

    @given(st.lists(bodies | damaged | st.just(b"[DONE]"), max_size=8), troubles)
    def test_any_events_are_a_reply_or_a_failure_with_a_reason(self, chunks, trouble):
        match streamed(chunks, trouble):
            case text, Reply(text=whole):
                assert not text or text == whole
            case _, Failure(fault=fault, message=message):
                assert fault in RULES
                assert message

    @given(
        st.binary(max_size=300) | st.lists(bodies, max_size=4).map(lambda all_: b"data: " + b"\n\ndata: ".join(all_))
    )
    def test_any_bytes_are_a_reply_or_a_failure(self, data):
        assert isinstance(streamed([e.data for e in SseReader().feed(data + b"\n\n")], None)[1], Reply | Failure)

    @given(st.lists(st.text(max_size=5)), st.sampled_from(["stop", "length", "content_filter"]), st.data())
    def test_a_stream_cut_before_it_says_why_it_ends_is_no_reply(self, pieces, reason, data):
        deltas = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
        events = [orjson.dumps(each) for each in (*deltas, {"choices": [{"delta": {}, "finish_reason": reason}]})]
        text, reply = streamed([*events, b"[DONE]"], None)
        assert (text, reply.text, reply.finish.value) == ("".join(pieces), "".join(pieces), reason)
        cut = data.draw(st.integers(0, len(events) - 1))
        assert isinstance(streamed(events[:cut], None)[1], Failure)

    @given(st.lists(st.text(max_size=5)), st.text(max_size=5))
    def test_streamed_or_not_the_same_answer_is_the_same_reply(self, pieces, model):
        usage = {"prompt_tokens": 9, "completion_tokens": 5, "cost": 0.5}
        last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "model": model, "usage": usage}
        deltas = [{"choices": [{"index": 0, "delta": {"content": piece}}], "model": model} for piece in pieces]
        message = {"content": "".join(pieces), "role": "assistant"}
        whole = {"choices": [{"message": message, "finish_reason": "stop"}], "model": model, "usage": usage}
        plain = openai.parse(HttpResponse(200, (), orjson.dumps(whole)), native_id="m", now_ms=0)
        assert streamed([*map(orjson.dumps, (*deltas, last)), b"[DONE]"], None)[1] == plain


counts = st.integers(0, 10**6)


class TestUsage:
    """Usage is normalised once into disjoint classes that sum to what was reported; nothing reported is not zero."""

    @given(values)
    def test_any_value_is_a_usage_or_none(self, value):
        parse_usage(value)
        cost = parse_cost(value)
        assert cost is None or cost >= 0

    @given(counts, counts, counts, counts)
    def test_the_classes_sum_to_the_totals(self, fresh, read, written, output):
        details = {"cached_tokens": read, "cache_write_tokens": written}
        reported = {"prompt_tokens": fresh + read + written, "completion_tokens": output}
        usage = parse_usage({**reported, "prompt_tokens_details": details})
        assert (usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens) == (fresh, read, written)
        assert (usage.prompt_tokens, usage.output_tokens) == (reported["prompt_tokens"], output)

    @given(counts, counts, counts)
    def test_reasoning_is_output_whether_the_provider_counts_it_in_or_beside(self, prompt, said, thought):
        details = {"completion_tokens_details": {"reasoning_tokens": thought}}
        total = {"prompt_tokens": prompt, "total_tokens": prompt + said + thought}
        within = parse_usage({**total, **details, "completion_tokens": said + thought})
        beside = parse_usage({**total, **details, "completion_tokens": said})
        assert within == beside
        assert (within.output_tokens, within.reasoning_tokens) == (said + thought, thought)

    @given(st.sampled_from(["prompt_tokens", "completion_tokens"]), st.none() | st.integers(max_value=-1) | st.text())
    def test_half_a_report_is_none(self, name, value):
        assert parse_usage({"prompt_tokens": 0, "completion_tokens": 0, name: value}) is None

    @given(st.integers(0, 10**15))
    def test_a_cost_of_whole_nano_dollars_is_exact(self, nano):
        assert parse_cost({"cost": nano / 10**9}) == nano


texts = st.sampled_from(["a", "", " ", "é"]) | values
plain_chunks = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["m", "m", "m", "n", None]),
        "choices": st.lists(
            st.fixed_dictionaries(
                {"index": st.sampled_from([0, 0, 0, 1, None]), "delta": st.fixed_dictionaries({"content": texts})},
                optional={"finish_reason": st.sampled_from([None, None, "stop", "length"]), "logprobs": st.none()},
            ),
            min_size=1,
            max_size=2,
        ),
    },
    optional={
        "object": st.sampled_from(["chat.completion.chunk", "error"]),
        "usage": st.none() | st.fixed_dictionaries({"prompt_tokens": counts, "completion_tokens": counts}),
        "error": values,
    },
)


def _plain(index: int | None, text: str, finish: str | None, model: str, usage: object) -> dict[str, object]:
    choice = {"index": index, "delta": {"content": text}, "finish_reason": finish}
    return {"model": model, "choices": [choice], "usage": usage}


# All of them nearly plain, so that each way of not being it is met behind a beginning.
nearly_plain = st.builds(
    _plain,
    st.sampled_from([0, 0, 0, 1, None]),
    st.sampled_from(["a", "b", ""]),
    st.sampled_from([None, None, None, "stop"]),
    st.sampled_from(["m", "m", "m", "n"]),
    st.sampled_from([None, None, None, {"prompt_tokens": 1, "completion_tokens": 1}]),
)


text_chunks = st.sampled_from([*[nearly_plain] * 6, plain_chunks, st.sampled_from([b"[DONE]", b"{}", b"{"])]).flatmap(
    lambda kind: kind
)


class TestPlainText:
    """What the long way would find of an event that only adds text is known."""

    @given(st.lists(text_chunks, max_size=12))
    def test_the_short_way_leads_where_the_long_one_does(self, chunks):
        short = openai.open_stream(native_id="m")
        long = AnswerStream("m", evolve(short.dialect, plain=lambda _: None))
        for chunk in chunks:
            event = SseEvent(chunk if isinstance(chunk, bytes) else orjson.dumps(chunk))
            assert short.feed(event) == long.feed(event)
            assert (short.chunks, short.begun, short.over) == (long.chunks, long.begun, long.over)
            assert short.owes_nothing == long.owes_nothing
        assert (short.end(), short.closing) == (long.end(), long.closing)

"""Laws of reading what a provider answers, in each of the three formats; it may be anything."""

from types import ModuleType

import orjson
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.faults import RULES, Fault
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.providers.anthropic import messages as anthropic
from tokenwise_shell.providers.anthropic.answers import parse_usage as anthropic_usage
from tokenwise_shell.providers.google import generate as google
from tokenwise_shell.providers.google.answers import FINISH_REASONS
from tokenwise_shell.providers.google.answers import parse_usage as google_usage
from tokenwise_shell.providers.openai import chat as openai
from tokenwise_shell.providers.openai.usage import parse_cost
from tokenwise_shell.providers.openai.usage import parse_usage as openai_usage
from tokenwise_shell.providers.status import BY_CODE, BY_TROUBLE, fault_of, retry_after_ms
from tokenwise_shell.transport.exchange import HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.sse import SseEvent, SseReader


def json_of(names: str, words: list[str]) -> st.SearchStrategy:
    """JSON with the names that a reader looks for, so that each is met with every type."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers(-2, 600)
        | st.integers(-(2**63), 2**64 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.sampled_from(words)
    )
    keys = st.sampled_from(names.split())
    return st.recursive(leaves, lambda one: st.lists(one, max_size=3) | st.dictionaries(keys, one, max_size=6))


def any_of(**fields: st.SearchStrategy) -> st.SearchStrategy:
    """An object with some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


@frozen
class Format:
    """How a format's answers look: anything like them, and a sound one of some pieces of text."""

    read: ModuleType
    answers: st.SearchStrategy
    chunks: st.SearchStrategy
    reasons: tuple[str, ...]

    def whole(self, pieces: list[str], reason: str, model: str) -> bytes:
        """The whole answer."""
        match self.read:
            case read if read is openai:
                message = {"content": "".join(pieces), "role": "assistant"}
                choice = {"message": message, "finish_reason": reason}
                return orjson.dumps({"choices": [choice], "model": model, "usage": _OPENAIS})
            case read if read is anthropic:
                content = [{"type": "text", "text": piece} for piece in pieces]
                return orjson.dumps({"content": content, "stop_reason": reason, "model": model, "usage": _ANTHROPICS})
        content = {"parts": [{"text": piece} for piece in pieces], "role": "model"}
        candidate = {"content": content, "index": 0, "finishReason": reason}
        return orjson.dumps({"candidates": [candidate], "usageMetadata": _GOOGLES, "modelVersion": model})

    def stream(self, pieces: list[str], reason: str, model: str) -> tuple[list[bytes], list[bytes]]:
        """The same streamed: what comes before the event that says why it ends, and that with what follows."""
        match self.read:
            case read if read is openai:
                deltas = [{"choices": [{"index": 0, "delta": {"content": each}}], "model": model} for each in pieces]
                last = {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}], "model": model}
                return [*map(orjson.dumps, deltas)], [orjson.dumps({**last, "usage": _OPENAIS}), b"[DONE]"]
            case read if read is anthropic:
                start = {"type": "message_start", "message": {"id": "i", "model": model, "usage": {"input_tokens": 9}}}
                delta = {"type": "content_block_delta", "index": 0}
                deltas = [{**delta, "delta": {"type": "text_delta", "text": each}} for each in pieces]
                last = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5}}
                before = [*map(orjson.dumps, (start, *deltas))]
                return before, [orjson.dumps(last), orjson.dumps({"type": "message_stop"})]
        fields = {"usageMetadata": _GOOGLES, "modelVersion": model}
        said = [{"content": {"parts": [{"text": piece}], "role": "model"}, "index": 0} for piece in [*pieces, ""]]
        *before, last = [{"candidates": [candidate], **fields} for candidate in said]
        last["candidates"][0]["finishReason"] = reason
        return [*map(orjson.dumps, before)], [orjson.dumps(last)]


_OPENAIS = {"prompt_tokens": 9, "completion_tokens": 5}
_SUMMING = {**_OPENAIS, "total_tokens": 14}
_ANTHROPICS = {"input_tokens": 9, "output_tokens": 5}
_GOOGLES = {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14}

OPENAI_JSON = json_of(
    "choices message content refusal tool_calls function_call finish_reason index delta usage prompt_tokens"
    " completion_tokens total_tokens prompt_tokens_details cached_tokens cost cache_write_tokens"
    " completion_tokens_details reasoning_tokens model error code type text metadata raw detail msg object"
    " prompt_cache_hit_tokens",
    ["", "stop", "length", "m", "error", "429", "text", "insufficient_quota", "rain", "maximum context length"],
)
_choices = any_of(**dict.fromkeys(("message", "delta", "finish_reason", "error", "index"), OPENAI_JSON))
_others = dict.fromkeys(("usage", "error", "model", "detail", "object"), OPENAI_JSON)
_completions = any_of(choices=st.lists(_choices, max_size=2), **_others)

_EVENTS = [
    *("", "message_start", "content_block_start", "content_block_delta", "message_delta", "message_stop", "ping"),
    *("text", "tool_use", "thinking", "redacted_thinking", "text_delta", "input_json_delta", "error", "end_turn"),
    *("overloaded_error", "rate_limit_error", "tool_result", "max_tokens", "prompt is too long"),
]
_ANTHROPIC_NAMES = (
    "type content text id name input thinking signature data stop_reason index message content_block delta partial_json"
    " usage input_tokens output_tokens model error cache_read_input_tokens cache_creation_input_tokens"
    " output_tokens_details thinking_tokens"
)
ANTHROPIC_JSON = json_of(_ANTHROPIC_NAMES, _EVENTS)
_blocks = st.fixed_dictionaries(
    {"type": st.sampled_from(_EVENTS)},
    optional=dict.fromkeys(("text", "id", "name", "input", "thinking", "data"), ANTHROPIC_JSON),
)
_messages = any_of(
    content=st.lists(_blocks, max_size=3),
    **dict.fromkeys(("stop_reason", "usage", "error", "model"), ANTHROPIC_JSON),
)
_events = st.fixed_dictionaries(
    {"type": st.sampled_from(_EVENTS)},
    optional={
        "index": st.integers(0, 2) | ANTHROPIC_JSON,
        "message": _messages | ANTHROPIC_JSON,
        "content_block": _blocks | ANTHROPIC_JSON,
        "delta": st.dictionaries(st.sampled_from(_ANTHROPIC_NAMES.split()), ANTHROPIC_JSON, max_size=3)
        | ANTHROPIC_JSON,
        "usage": ANTHROPIC_JSON,
        "error": ANTHROPIC_JSON,
    },
)

GOOGLE_JSON = json_of(
    "candidates content parts text thought functionCall name args id finishReason finishMessage index usageMetadata"
    " promptTokenCount candidatesTokenCount thoughtsTokenCount totalTokenCount cachedContentTokenCount promptFeedback"
    " blockReason modelVersion responseId logprobsResult chosenCandidates topCandidates token logProbability"
    " thoughtSignature error code message status details reason retryDelay violations quotaId functionResponse"
    " inlineData",
    ["", "STOP", "SAFETY", "MALFORMED_FUNCTION_CALL", "m", "34.5s", "1..2s", "API_KEY_INVALID", "XPerDayY", "rain"],
)
_parts = st.dictionaries(
    st.sampled_from(["text", "thought", "functionCall", "thoughtSignature"]), GOOGLE_JSON, max_size=3
)
_candidates = any_of(
    content=st.fixed_dictionaries({"parts": st.lists(_parts, max_size=3)}) | GOOGLE_JSON,
    finishReason=st.sampled_from([*FINISH_REASONS, "OTHER", "MALFORMED_FUNCTION_CALL"]) | GOOGLE_JSON,
    index=st.integers(0, 2) | GOOGLE_JSON,
    logprobsResult=GOOGLE_JSON,
)
_generated = any_of(
    candidates=st.lists(_candidates, max_size=2),
    **dict.fromkeys(("usageMetadata", "promptFeedback", "error", "modelVersion"), GOOGLE_JSON),
)

FORMATS = {
    "openai": Format(openai, OPENAI_JSON | _completions, OPENAI_JSON | _completions, ("stop", "length")),
    "anthropic": Format(anthropic, ANTHROPIC_JSON | _messages, ANTHROPIC_JSON | _events, ("end_turn", "max_tokens")),
    "google": Format(google, GOOGLE_JSON | _generated, GOOGLE_JSON | _generated, tuple(FINISH_REASONS)),
}
each_format = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)

DEEP = b'{"a":' * 600 + b"1" + b"}" * 600
statuses = st.sampled_from([200, 201, 301, 400, 401, 402, 404, 408, 413, 429, 500, 503, 529]) | st.integers(-1, 1000)
header_values = st.sampled_from(["", "2", "-1", "1e400", "nan", "Sat, 21 Nov 2026 21:00:00 GMT", "Sat, 99"]) | st.text()
headers = st.lists(
    st.tuples(st.sampled_from(["retry-after", "retry-after-ms", "content-type"]), header_values), max_size=3
).map(tuple)
troubles = st.none() | st.sampled_from(TroubleKind).map(lambda kind: TransportTrouble(kind, "it broke"))


def damaged(whole: st.SearchStrategy) -> st.SearchStrategy:
    return st.tuples(whole, st.integers(0, 200)).map(lambda pair: pair[0][: pair[1]])


def is_an_answer(response: HttpResponse, form: Format, now_ms: int = 0) -> None:
    match form.read.parse(response, native_id="m", now_ms=now_ms):
        case Reply():
            assert 200 <= response.status < 300
        case Failure(fault=fault, message=message, retry_after_ms=pause):
            assert fault in RULES
            assert message
            assert pause is None or 0 <= pause <= 7 * 86_400_000


class TestPlainAnswers:
    """Any bytes at all give a reply or a fault, never an exception."""

    @each_format
    @given(st.data())
    def test_any_answer_is_a_reply_or_a_failure_with_a_reason(self, form, data):
        bodies = form.answers.map(orjson.dumps)
        body = data.draw(bodies | damaged(bodies) | st.binary(max_size=100))
        is_an_answer(
            HttpResponse(data.draw(statuses), data.draw(headers), body), form, data.draw(st.integers(0, 2**42))
        )

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            ("openai", b'{"choices": [{"message": {"content": "\\ud800"}}]}'),
            ("anthropic", b'{"content": [{"type": "tool_use", "id": "", "name": "f", "input": ' + DEEP + b"}]}"),
            ("google", b'{"candidates": [{"content": {"parts": [{"functionCall": {"args": ' + DEEP + b"}}]}}]}"),
        ],
    )
    def test_so_do_a_lone_surrogate_and_what_nests_deeply(self, name, body):
        is_an_answer(HttpResponse(200, (), body), FORMATS[name])
        streamed(FORMATS[name], [body])

    @each_format
    @given(st.data(), statuses.filter(lambda status: not 200 <= status < 300))
    def test_no_status_but_success_is_a_reply(self, form, data, status):
        response = HttpResponse(status, (), orjson.dumps(data.draw(form.answers)))
        assert isinstance(form.read.parse(response, native_id="m", now_ms=0), Failure)

    @pytest.mark.parametrize("form", [FORMATS["anthropic"], FORMATS["google"]], ids=["anthropic", "google"])
    @given(st.data())
    def test_whatever_is_a_reply_is_a_chat_completion_too(self, form, data):
        body = orjson.dumps(data.draw(form.answers))
        reply = form.read.parse(HttpResponse(200, (), body), native_id="m", now_ms=0)
        if isinstance(reply, Reply):
            choice = orjson.loads(form.read.completion(body, created_s=7))["choices"][0]
            assert (choice["message"]["content"] or "") == reply.text
            assert ("tool_calls" in choice["message"]) == reply.calls_tools

    @given(st.data())
    def test_openais_answer_known_by_its_shape_is_what_reading_it_says(self, data):
        counts = st.dictionaries(st.sampled_from(["total_tokens", *_OPENAIS]), OPENAI_JSON)
        beside = dict.fromkeys(("error", "detail", "object", "service_tier", "model"), OPENAI_JSON)
        choice = st.fixed_dictionaries(
            {
                "message": any_of(content=st.text() | OPENAI_JSON, refusal=OPENAI_JSON),
                "finish_reason": st.sampled_from(["stop", "Stop", "length", "tool_calls", "new", None]),
            },
            optional=beside,
        )
        fields = {"choices": st.lists(choice, max_size=2), "usage": st.just(_SUMMING) | counts}
        answer = {**data.draw(any_of(**beside)), **data.draw(st.fixed_dictionaries(fields))}
        # An error that is none makes it an answer of another shape.
        bodies = map(orjson.dumps, (answer, {"error": None, **answer}))
        said = [openai.parse(HttpResponse(200, (), body), native_id="m", now_ms=0) for body in bodies]
        assert said[0] == said[1]

    @given(st.integers(-1, 1000), st.lists(st.sampled_from([*BY_CODE, "x"])), st.text())
    def test_every_status_and_code_has_a_fault(self, status, codes, message):
        assert fault_of(status, *codes, message=message) in RULES

    def test_every_kind_of_trouble_has_a_fault(self):
        assert set(BY_TROUBLE) == set(TroubleKind)

    @given(headers, st.integers(0, 2**42))
    def test_a_pause_is_never_negative_and_never_above_a_week(self, headers, now_ms):
        pause = retry_after_ms(headers, now_ms=now_ms)
        assert pause is None or 0 <= pause <= 7 * 86_400_000


def streamed(form: Format, chunks: list[bytes], trouble: TransportTrouble | None = None) -> tuple[str, Reply | Failure]:
    stream = form.read.open_stream(native_id="m")
    said = []
    for chunk in chunks:
        said.append(stream.feed(SseEvent(chunk)))
        if form.read is not openai:  # whose chunks are passed on as they came
            assert all(orjson.loads(event.data) for event in stream.chunks)
    closing = [event.data for event in stream.closing]
    assert not closing or closing[-1] == b"[DONE]"
    return "".join(said), stream.end(trouble)


pieces_of_text = st.lists(st.text(max_size=5))


class TestStreams:
    """Any stream at all gives a reply or a fault, never an exception, and its text is the sum of its deltas."""

    @each_format
    @given(st.data(), troubles)
    def test_any_events_are_a_reply_or_a_failure_with_a_reason(self, form, data, trouble):
        chunks = form.chunks.map(orjson.dumps)
        drawn = data.draw(st.lists(chunks | damaged(chunks) | st.just(b"[DONE]"), max_size=8))
        match streamed(form, drawn, trouble):
            case text, Reply(text=whole):
                assert not text or text == whole
            case _, Failure(fault=fault, message=message):
                assert fault in RULES
                assert message

    @each_format
    @given(st.data())
    def test_any_bytes_are_a_reply_or_a_failure(self, form, data):
        events = st.lists(form.chunks.map(orjson.dumps), max_size=4).map(lambda all_: b"\n\ndata: ".join([b"", *all_]))
        drawn = data.draw(st.binary(max_size=300) | events)
        read = [event.data for event in SseReader().feed(drawn + b"\n\n")]
        assert isinstance(streamed(form, read)[1], Reply | Failure)

    @each_format
    @given(st.data(), pieces_of_text)
    def test_a_stream_cut_before_it_says_why_it_ends_is_no_reply_and_no_bill(self, form, data, pieces):
        before, after = form.stream(pieces, data.draw(st.sampled_from(form.reasons)), "m")
        text, reply = streamed(form, [*before, *after])
        assert (text, reply.text, reply.usage) == ("".join(pieces), "".join(pieces), Usage(9, output_tokens=5))
        failure = streamed(form, before[: data.draw(st.integers(0, len(before)))])[1]
        assert (isinstance(failure, Failure), failure.usage) == (True, None)

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("openai", {"error": {"message": "No more.", "code": 502}}),
            ("anthropic", {"type": "error", "error": {"type": "overloaded_error", "message": "No more."}}),
            ("anthropic", {"type": "error", "error": {"type": "odd", "message": "No more."}}),
            ("google", {"error": {"code": 400, "message": "No more.", "status": "INTERNAL"}}),
            ("google", {"error": {"code": 599, "message": "No more.", "status": "INTERNAL"}}),
        ],
    )
    @given(pieces_of_text)
    def test_an_error_after_output_is_a_cut_stream_with_the_providers_message(self, name, error, pieces):
        before, _ = FORMATS[name].stream([*pieces, "x"], "", "m")
        failure = streamed(FORMATS[name], [*before, orjson.dumps(error)])[1]
        assert (failure.fault, failure.message, failure.usage) == (Fault.CUT_STREAM, "No more.", None)

    @each_format
    @given(st.data(), st.lists(st.text(max_size=5), min_size=1), st.text(max_size=5))
    def test_streamed_or_not_the_same_answer_is_the_same_reply(self, form, data, pieces, model):
        reason = data.draw(st.sampled_from(form.reasons))
        before, after = form.stream(pieces, reason, model)
        whole = HttpResponse(200, (), form.whole(pieces, reason, model))
        assert streamed(form, [*before, *after])[1] == form.read.parse(whole, native_id="m", now_ms=0)


counts = st.integers(0, 10**6)
no_count = st.none() | st.integers(max_value=-1) | st.text()


class TestUsage:
    """Usage is normalised once into disjoint classes that sum to what was reported; nothing reported is not zero."""

    @given(OPENAI_JSON, GOOGLE_JSON)
    def test_any_value_is_a_usage_or_none(self, value, googles):
        openai_usage(value)
        cost = parse_cost(value)
        assert cost is None or cost >= 0
        usage = google_usage(googles)
        assert usage is None or usage.reasoning_tokens <= usage.output_tokens

    @given(counts, counts, counts, counts)
    def test_openais_classes_sum_to_the_totals(self, fresh, read, written, output):
        details = {"cached_tokens": read, "cache_write_tokens": written}
        reported = {"prompt_tokens": fresh + read + written, "completion_tokens": output}
        assert openai_usage({**reported, "prompt_tokens_details": details}) == Usage(fresh, read, written, output)

    @given(counts, counts, counts, counts, counts)
    def test_anthropics_classes_are_as_it_reports_them(self, fresh, read, written, output, thought):
        reported = {
            "input_tokens": fresh,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "output_tokens": output,
            "output_tokens_details": {"thinking_tokens": thought},
        }
        assert anthropic_usage(reported) == Usage(fresh, read, written, output, min(thought, output))

    @given(counts, counts, counts, counts)
    def test_googles_classes_sum_to_the_totals(self, fresh, read, said, thought):
        reported = {
            "promptTokenCount": fresh + read,
            "cachedContentTokenCount": read,
            "candidatesTokenCount": said,
            "thoughtsTokenCount": thought,
            "totalTokenCount": fresh + read + said + thought,
        }
        assert google_usage(reported) == Usage(fresh, read, 0, said + thought, thought)
        without = {name: count for name, count in reported.items() if count}  # what Google leaves out is zero
        assert not without or google_usage({"promptTokenCount": 0, **without}) == google_usage(reported)

    @given(counts, counts, counts)
    def test_reasoning_is_output_whether_openais_provider_counts_it_in_or_beside(self, prompt, said, thought):
        details = {"completion_tokens_details": {"reasoning_tokens": thought}}
        total = {"prompt_tokens": prompt, "total_tokens": prompt + said + thought}
        within = openai_usage({**total, **details, "completion_tokens": said + thought})
        beside = openai_usage({**total, **details, "completion_tokens": said})
        assert within == beside
        assert (within.output_tokens, within.reasoning_tokens) == (said + thought, thought)

    @pytest.mark.parametrize(
        ("read", "name", "other"),
        [
            (openai_usage, "prompt_tokens", "completion_tokens"),
            (openai_usage, "completion_tokens", "prompt_tokens"),
            (anthropic_usage, "input_tokens", "output_tokens"),
            (anthropic_usage, "output_tokens", "input_tokens"),
            (google_usage, "promptTokenCount", "candidatesTokenCount"),
        ],
    )
    @given(no_count)
    def test_half_a_report_is_none(self, read, name, other, value):
        assert read({name: value, other: 0}) is None

    @given(st.integers(0, 10**15))
    def test_a_cost_of_whole_nano_dollars_is_exact(self, nano):
        assert parse_cost({"cost": nano / 10**9}) == nano

"""What is heard of a stream, in each format: no less than a provider has made of it, and what is known of the rest."""

import orjson
import pytest

from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Cancelled, Left
from tokenwise.usage import Usage
from tokenwise_shell.codec.messages import event_from_json, event_to_json
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.embedded import EmbeddedProvider, HttpRequest, Pace
from tokenwise_shell.embedded.wire.delivery import Bill, Chunk
from tokenwise_shell.engine.hearing import Hearing
from tokenwise_shell.providers import FORMATS, Ask, Endpoint
from tokenwise_shell.providers.leaving import STOPS, is_quiet, stops
from tokenwise_shell.providers.openai.streams.heard import tokens_said
from tokenwise_shell.transport.sse import SseEvent, SseReader

ATTEMPT = AttemptId("answer", 0)
SCHEMA = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}


def answered(kind, **fields):
    """The acts of the embedded provider's stream, and who reads it."""
    asked = {"messages": [{"role": "user", "content": "What is rain?"}], **fields}
    base = "http://127.0.0.1:1" + ("/v1" if kind is ProviderKind.OPENAI else "")
    built = FORMATS[kind].build(Endpoint(kind, base), Ask("m", asked, 300, stream=True))
    request = HttpRequest("POST", built.url.removeprefix("http://127.0.0.1:1"), built.headers, built.body)
    acts, _ = EmbeddedProvider(pace=Pace(0, 0)).respond(request)
    return acts, FORMATS[kind].open_stream(native_id="m")


class TestHowMuchWasHeard:
    @pytest.mark.parametrize("kind", list(ProviderKind))
    @pytest.mark.parametrize("fields", [{}, {"tools": [TOOL], "tool_choice": "required"}])
    def test_never_less_than_the_provider_has_billed_so_far(self, kind, fields):
        acts, parse = answered(kind, **fields)
        hearing, reader, billed = Hearing(ATTEMPT, now_ms=lambda: 0), SseReader(), 0
        hearing.sent(stops=True, is_quiet=lambda: True)
        hearing.reads(parse)
        for act in acts:
            if isinstance(act, Bill):
                billed = act.usage.output_tokens
            elif isinstance(act, Chunk):
                for event in reader.feed(act.data):
                    parse.feed(event)
                assert hearing.left.said_tokens >= billed
        assert billed > 3
        assert not hearing.left.thought

    def test_of_a_plain_text_every_byte_is_heard(self):
        parse = FORMATS[ProviderKind.OPENAI].open_stream(native_id="m")
        for _ in range(9):
            choice = {"index": 0, "delta": {"content": "水 and rain"}, "finish_reason": None}
            parse.feed(SseEvent(orjson.dumps({"id": "c", "model": "m", "choices": [choice]})))
        assert parse.heard_tokens == 9 * len("水 and rain".encode())

    def test_of_several_answers_all_are_heard(self):
        acts, parse = answered(ProviderKind.OPENAI, n=3)
        for event in SseReader().feed(b"".join(act.data for act in acts if isinstance(act, Chunk))):
            parse.feed(event)
        assert parse.heard_tokens > 2 * len(parse.end().text)

    def test_what_anthropic_has_counted_of_the_input_is_known_from_the_first_event(self):
        acts, parse = answered(ProviderKind.ANTHROPIC)
        first = next(act for act in acts if isinstance(act, Chunk))
        for event in SseReader().feed(first.data):
            parse.feed(event)
        assert parse.counted.prompt_tokens > 5

    @pytest.mark.parametrize(
        ("event", "tokens"),
        [
            ({"choices": [{"delta": {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}}]}, 3),
            ({"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "ab"}}, 2),
            ({"type": "response.created", "response": {"instructions": "long"}}, 0),
            ({"type": "something_new", "delta": {"deep": ["ab", {"c": "de"}]}}, 4),
            ({"candidates": [{"content": {"role": "model", "parts": [{"text": "水"}]}}]}, 3),
        ],
    )
    def test_every_text_counts_in_fields_that_nobody_knows_too(self, event, tokens):
        assert tokens_said(event) == tokens


class TestWhatIsKnown:
    def test_of_a_call_that_is_no_stream_nothing(self):
        assert Hearing(ATTEMPT, now_ms=lambda: 0).left is None

    def test_the_silence_is_since_the_last_word_or_since_it_was_asked(self):
        now = [1_000]
        hearing = Hearing(ATTEMPT, now_ms=lambda: now[0])
        hearing.sent(stops=True, is_quiet=lambda: False)
        now[0] = 1_300
        assert (hearing.left.silent_ms, hearing.left.stops, hearing.left.quiet) == (300, True, False)
        hearing.reads(FORMATS[ProviderKind.OPENAI].open_stream(native_id="m"), lambda: 1.3)
        assert hearing.left.silent_ms == 0

    def test_it_can_be_written_down_and_read_again(self):
        left = Left(ATTEMPT, 5, 7, stops=True, counted=Usage(10, cache_write_5m_tokens=3))
        event = Cancelled(9, (left,))
        assert event_from_json(orjson.loads(orjson.dumps(event_to_json(event)))) == event


class TestWhoStops:
    @pytest.mark.parametrize(
        ("url", "said", "expected"),
        [
            ("https://api.openai.com/v1", None, True),
            ("https://api.openai.com/v1", False, False),
            ("https://openrouter.ai/api/v1", None, False),
            ("https://generativelanguage.googleapis.com", None, False),
            ("http://127.0.0.1:8080/v1", True, True),
            ("https://api.openai.com.example.net/v1", None, False),
        ],
    )
    def test_by_what_is_published_and_what_the_owner_says(self, url, said, expected):
        assert stops(Endpoint(ProviderKind.OPENAI, url, stops=said)) == expected
        assert "openrouter.ai" not in STOPS

    @pytest.mark.parametrize(
        ("kind", "body", "model", "quiet"),
        [
            (ProviderKind.OPENAI, {"reasoning_effort": "none"}, "gpt-5.5", True),
            (ProviderKind.OPENAI, {"reasoning_effort": "minimal"}, "gpt-5", False),
            (ProviderKind.OPENAI, {"reasoning": {"effort": "none"}}, "gpt-5.5", True),
            (ProviderKind.OPENAI, {}, "gpt-5", False),
            (ProviderKind.ANTHROPIC, {"thinking": {"type": "disabled"}}, "claude-opus-5", True),
            (ProviderKind.ANTHROPIC, {"thinking": {"type": "adaptive"}}, "claude-opus-5", False),
            (ProviderKind.ANTHROPIC, {}, "claude-opus-5", False),
            (ProviderKind.ANTHROPIC, {}, "claude-sonnet-4-5", True),
            (ProviderKind.GOOGLE, {"generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}}, "gemini", True),
            (ProviderKind.GOOGLE, {}, "gemini", False),
        ],
    )
    def test_who_was_told_not_to_think(self, kind, body, model, quiet):
        assert is_quiet(kind, body, native_id=model) == quiet

"""Anthropic's door: what a request keeps on its way to Anthropic's models and to others, and how answers look."""

import orjson
import pytest

from tests.shell.front_world import BY_BUDGET, BY_EFFORT
from tests.shell.translations import to_anthropic, to_google
from tokenwise.catalog.tool_fees import DEFAULT_CALLS, Hosted
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.counting import weigh
from tokenwise_shell.providers.openai.chat import build as build_openai
from tokenwise_shell.providers.wire import Ask, Endpoint
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.fronts import BadRequest, OnlyAsItIs, Trouble
from tokenwise_shell.transport.sse import SseEvent

EPHEMERAL = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
TOOL = {"name": "look_up", "description": "Looks up.", "input_schema": {"type": "object", "properties": {}}}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {"word": "rain"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "water"}
THOUGHT = {"type": "thinking", "thinking": "Let me see.", "signature": "c2lnbmVk"}
SEALED = {"type": "redacted_thinking", "data": "c2VhbGVk"}
HI = {"role": "user", "content": "Hi"}

CAP = 4000


def asked(*messages, **fields) -> dict:
    return {"model": "claude-opus-5-5", "max_tokens": CAP, "messages": list(messages) or [HI], **fields}


def there_and_back(body: dict, model: str = BY_EFFORT) -> dict:
    """The request as one of Anthropic's models gets it."""
    fields = MessagesFront().read(body)
    return dict(to_anthropic(fields, native_id=model.removeprefix("anthropic/"), cap=CAP).body)


REQUESTS = {
    "words": asked(),
    "a system prompt": asked(system="Be brief."),
    "a system prompt in blocks, one marked": asked(
        system=[{"type": "text", "text": "Be brief."}, {"type": "text", "text": "A book.", **EPHEMERAL}]
    ),
    "marks on text, results, images and tools": asked(
        {"role": "user", "content": [{"type": "text", "text": "Look.", **EPHEMERAL}, {**IMAGE, **EPHEMERAL}]},
        {"role": "assistant", "content": [CALL]},
        {"role": "user", "content": [{**RESULT, **EPHEMERAL}]},
        tools=[TOOL, {**TOOL, "name": "add", **EPHEMERAL}],
    ),
    "a mark on the whole": asked(cache_control={"type": "ephemeral"}),
    "thinking with its signature, in front of words and calls": asked(
        HI,
        {"role": "assistant", "content": [THOUGHT, SEALED, {"type": "text", "text": "I look."}, CALL]},
        {"role": "user", "content": [RESULT]},
        tools=[TOOL],
        thinking={"type": "adaptive"},
    ),
    "parallel calls, one failed, with an image in a result": asked(
        HI,
        {"role": "assistant", "content": [CALL, {**CALL, "id": "toolu_2"}]},
        {
            "role": "user",
            "content": [
                {**RESULT, "content": [{"type": "text", "text": "See:"}, IMAGE]},
                {**RESULT, "tool_use_id": "toolu_2", "is_error": True},
            ],
        },
        tools=[TOOL],
    ),
    "a document by address and one in text": asked(
        {
            "role": "user",
            "content": [
                {"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}, "title": "A"},
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Rain."}},
            ],
        }
    ),
    "tool choices": asked(
        tools=[TOOL], tool_choice={"type": "tool", "name": "look_up", "disable_parallel_tool_use": True}
    ),
    "any tool": asked(tools=[TOOL], tool_choice={"type": "any"}),
    "parameters": asked(stop_sequences=["END"], temperature=0.5, top_k=5, metadata={"user_id": "u"}),
    "an effort": asked(output_config={"effort": "high"}),
    "thinking that is up to the model": asked(thinking={"type": "adaptive"}),
    "thinking that is not shown": asked(
        thinking={"type": "adaptive", "display": "omitted"}, output_config={"effort": "max"}
    ),
    "no thinking": asked(thinking={"type": "disabled"}),
    "a schema with an effort": asked(
        output_config={
            "effort": "low",
            "format": {"type": "json_schema", "schema": {"type": "object", "additionalProperties": False}},
        }
    ),
    "a tidied context": asked(context_management={"edits": [{"type": "clear_tool_uses_20250919"}]}),
    "what the system says in the middle of a conversation": asked(
        HI,
        {"role": "system", "content": "Now in rhyme."},
        {"role": "assistant", "content": "Hi"},
        HI,
        system="Be brief.",
    ),
    "a name of a user that is too long for others": asked(metadata={"user_id": "u" * 150}),
    "a tier": asked(service_tier="standard_only"),
}


class TestToOneOfAnthropicsModels:
    """By way of OpenAI's chat fields and back, nothing is lost that docs/providers.md says is carried."""

    @pytest.mark.parametrize("body", REQUESTS.values(), ids=REQUESTS)
    def test_a_request_arrives_as_it_was_sent(self, body):
        assert there_and_back(body) == normal(body)

    def test_a_budget_for_thinking_arrives_where_the_model_takes_one(self):
        body = asked(thinking={"type": "enabled", "budget_tokens": 1234})
        assert there_and_back(body, BY_BUDGET)["thinking"] == {"type": "enabled", "budget_tokens": 1234}

    @pytest.mark.parametrize(
        ("given", "model", "sent"),
        [
            ({"type": "enabled", "budget_tokens": 2000}, BY_EFFORT, {"type": "adaptive"}),
            ({"type": "adaptive"}, BY_BUDGET, {"type": "enabled", "budget_tokens": 2000}),
            ({"type": "enabled", "budget_tokens": 3999}, BY_BUDGET, {"type": "enabled", "budget_tokens": 3999}),
            ({"type": "enabled", "budget_tokens": 9000}, BY_BUDGET, {"type": "enabled", "budget_tokens": 3800}),
        ],
    )
    def test_how_to_think_is_translated_where_this_model_is_told_otherwise(self, given, model, sent):
        assert there_and_back(asked(thinking=given), model)["thinking"] == sent

    def test_thinking_behind_words_stays_behind_them(self):
        said = {"type": "text", "text": "One."}
        body = asked(
            HI, {"role": "assistant", "content": [THOUGHT, said, SEALED, CALL]}, {"role": "user", "content": [RESULT]}
        )
        turns = there_and_back(body)["messages"][1:-1]
        assert {turn["role"] for turn in turns} == {"assistant"}
        assert [block for turn in turns for block in turn["content"]] == [THOUGHT, said, SEALED, CALL]


def normal(body: dict) -> dict:
    """The same request written at length: system and results as blocks where the translation writes blocks."""
    system = body.get("system")
    blocks = [{"type": "text", "text": system}] if isinstance(system, str) else system
    return {**body, **({"system": blocks} if blocks else {})}


class TestToOthers:
    @pytest.mark.parametrize("host", ["api.openai.com", "openrouter.ai", "models.example"])
    def test_what_only_anthropic_understands_is_left_out(self, host):
        body = asked(thinking={"type": "adaptive"}, context_management={"edits": []}, service_tier="auto", **EPHEMERAL)
        fields = MessagesFront().read(body)
        endpoint = Endpoint(ProviderKind.OPENAI, f"https://{host}/v1", cap_field="max_tokens")
        sent = orjson.loads(build_openai(endpoint, Ask("gpt-6-sol", fields, CAP, stream=False)).body)
        assert sent == {
            "model": "gpt-6-sol",
            "max_tokens": CAP,
            "messages": [HI],
            "reasoning_effort": "medium",
        }
        assert set(to_google(fields, native_id="gemini-3.8-flash", cap=CAP).body) == {"contents", "generationConfig"}

    @pytest.mark.parametrize(
        ("thinking", "effort"),
        [
            ({"type": "adaptive"}, None),
            ({"type": "enabled", "budget_tokens": 2000}, "medium"),
            ({"type": "disabled"}, None),
        ],
    )
    def test_a_model_that_cannot_think_will_do_unless_it_must(self, thinking, effort):
        front = MessagesFront(takes_effort=lambda name: name != "house/plain")
        fields = front.read(asked(thinking=thinking, output_config={"effort": "medium"}) | {"model": "house/plain"})
        assert fields.get("reasoning_effort") == effort
        assert front.read(asked(thinking={"type": "adaptive"}))["reasoning_effort"] == "medium"

    def test_a_users_name_that_is_too_long_for_openai_is_left_out(self):
        assert MessagesFront().read(asked(metadata={"user_id": "u" * 64}))["user"] == "u" * 64
        assert "user" not in MessagesFront().read(asked(metadata={"user_id": "u" * 65}))

    def test_the_blocks_of_a_system_prompt_are_one_message(self):
        fields = MessagesFront().read(REQUESTS["a system prompt in blocks, one marked"])
        parts = [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "A book.", **EPHEMERAL}]
        assert fields["messages"] == [{"role": "system", "content": parts}, HI]

    def test_calls_and_results_are_those_of_a_chat(self):
        fields = MessagesFront().read(REQUESTS["parallel calls, one failed, with an image in a result"])
        _, turn, first, second = fields["messages"]
        assert [call["id"] for call in turn["tool_calls"]] == ["toolu_1", "toolu_2"]
        assert (first["tool_call_id"], second["tool_call_id"]) == ("toolu_1", "toolu_2")
        assert second["is_error"] is True

    def test_a_stream_always_asks_for_its_usage(self):
        assert MessagesFront().read(asked(stream=True))["stream_options"] == {"include_usage": True}


class TestWhatHasNoPrice:
    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({"context_management": {"edits": [{"type": "compact_20260112"}]}}, "context_management"),
            ({"context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}}, ""),
            ({"inference_geo": "us"}, "inference_geo"),
            ({"inference_geo": "global", "service_tier": "auto"}, ""),
            ({"speed": "fast"}, "speed"),
        ],
    )
    def test_what_anthropic_would_bill_beside_the_listed_price_is_named(self, fields, named):
        unpriced = weigh(MessagesFront().read(asked(**fields))).unpriced
        assert unpriced.partition(" ")[0] == named

    @pytest.mark.parametrize(
        ("tool", "unpriced", "hosted"),
        [
            ({"type": "web_search_20250305", "name": "web_search"}, "", (Hosted(("web_search",), DEFAULT_CALLS),)),
            ({"type": "web_search_20250305", "name": "s", "max_uses": 2}, "", (Hosted(("web_search",), 2),)),
            ({"type": "code_execution_20250825", "name": "code_execution"}, "tools", ()),
        ],
    )
    def test_a_tool_that_anthropic_runs_itself_has_no_translation_and_perhaps_a_fee(self, tool, unpriced, hosted):
        with pytest.raises(OnlyAsItIs) as caught:
            MessagesFront().read(asked(tools=[tool]))
        assert caught.value.param == "tools[0]"
        weight = weigh(caught.value.fields)
        assert (weight.unpriced.partition(" ")[0], weight.hosted) == (unpriced, hosted)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({"model": "m", "messages": [HI]}, "max_tokens"),
            (asked() | {"max_tokens": 0}, "max_tokens"),
            (asked() | {"messages": []}, "messages"),
            (asked(stream="yes"), "stream"),
            (asked(stop_sequences="END"), "stop_sequences"),
            (asked(stop_sequences=["END", 5]), "stop_sequences"),
            (asked(tools={}), "tools"),
            (asked(tools=[TOOL], tool_choice={"type": "tool"}), "tool_choice"),
            (asked(thinking=True), "thinking"),
            (asked(output_config={"format": {"type": "json_object"}}), "output_config.format"),
            (asked(n=2), "n"),
            (asked(response_format={"type": "json_object"}), "response_format"),
            (asked({"role": "boss", "content": "Hi"}), "messages[0].role"),
            (asked({"role": "user", "content": 5}), "messages[0].content"),
            (asked({"role": "assistant", "content": [{"type": "server_tool_use"}]}), "messages[0].content[0]"),
            (asked({"role": "user", "content": [{"type": "container_upload"}]}), "messages[0].content[0]"),
            (
                asked({"role": "user", "content": [{**IMAGE, "source": {"type": "file", "file_id": "f"}}]}),
                "messages[0]",
            ),
            (
                asked({"role": "user", "content": [{**IMAGE, "citations": {"enabled": True}}]}),
                "messages[0].content[0]",
            ),
        ],
    )
    def test_what_cannot_be_told_by_its_place(self, body, place):
        with pytest.raises(BadRequest) as caught:
            MessagesFront().read(body)
        assert place in caught.value.message

    def test_counting_needs_no_cap(self):
        assert MessagesFront(counting=True).read({"model": "m", "messages": [HI]})["messages"] == [HI]


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, "invalid_request_error"),
            (401, "authentication_error"),
            (402, "billing_error"),
            (403, "permission_error"),
            (404, "not_found_error"),
            (413, "request_too_large"),
            (422, "invalid_request_error"),
            (429, "rate_limit_error"),
            (500, "api_error"),
            (502, "api_error"),
            (503, "overloaded_error"),
            (504, "timeout_error"),
        ],
    )
    def test_types_are_anthropics(self, status, kind):
        error = orjson.loads(MessagesFront().error(Trouble(status, "server_error", "code", "Why.")))
        assert error == {"type": "error", "error": {"type": kind, "message": "Why."}, "request_id": None}


def chunk(finish: str | None = None, *, usage: dict | None = None, stopped_at: str = "", **delta) -> SseEvent:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "stop_reason": stopped_at}
    body = {"id": "chatcmpl-7f", "created": 7, "model": "m-1", "choices": [choice], "usage": usage}
    return SseEvent(orjson.dumps(body))


def streamed(*chunks: SseEvent) -> list[dict]:
    writer = MessagesFront().open_stream({})
    return [orjson.loads(event.data) for each in (*chunks, SseEvent(b"[DONE]")) for event in writer.write(each)]


class TestStreams:
    def test_a_text_event_by_event(self):
        events = streamed(
            chunk(role="assistant", content=""), chunk(content="Hel"), chunk(content="lo."), chunk("stop")
        )
        assert [event["type"] for event in events] == [
            "message_start",
            "ping",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]

    def test_reasoning_is_thinking_with_its_signature_whatever_it_is_called(self):
        said = [{"reasoning_content": "We"}, {"reasoning": "ll."}]
        signed = {"reasoning_details": [{"type": "reasoning.text", "text": "", "signature": "c2ln"}]}
        sealed = {"reasoning_details": [{"type": "reasoning.encrypted", "data": "c2VhbGVk"}]}
        events = streamed(*(chunk(**each) for each in (*said, signed, sealed)), chunk(content="So."), chunk("stop"))
        started = [event["content_block"]["type"] for event in events if event["type"] == "content_block_start"]
        assert started == ["thinking", "redacted_thinking", "text"]
        deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
        assert deltas[:3] == [
            {"type": "thinking_delta", "thinking": "We"},
            {"type": "thinking_delta", "thinking": "ll."},
            {"type": "signature_delta", "signature": "c2ln"},
        ]

    def test_behind_its_signature_a_thought_is_over(self):
        thought = [{"type": "reasoning.text", "text": word, "signature": f"of {word}"} for word in ("One.", "Two.")]
        events = streamed(*(chunk(reasoning_details=[each]) for each in thought), chunk("stop"))
        deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
        assert [event["type"] for event in events].count("content_block_start") == 2
        assert [delta.get("signature") for delta in deltas] == [None, "of One.", None, "of Two."]

    def test_the_sequence_at_which_it_stopped(self):
        (ended,) = [each for each in streamed(chunk("stop", stopped_at="END")) if each["type"] == "message_delta"]
        assert (ended["delta"]["stop_reason"], ended["delta"]["stop_sequence"]) == ("stop_sequence", "END")

    def test_the_last_event_says_what_it_cost(self):
        bill = SseEvent(b'{"choices": [], "usage": null, "tokenwise": {"cost_nano": 5}}')
        events = streamed(chunk(content="Hi"), chunk("stop"), bill)
        assert events[-2]["tokenwise"] == {"cost_nano": 5}

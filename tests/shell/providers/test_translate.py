"""Translation, where an example says more than a law: what is dropped or refused, and which features a request has."""

import orjson
import pytest

from tests.shell.translations import from_google, to_anthropic, to_google
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.money import parse_usd
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need
from tokenwise.routing.choosing import Refused, Routed, route
from tokenwise.routing.losers import explain
from tokenwise.traits import Capability, Feature
from tokenwise.usage import TokenCount
from tokenwise_shell.providers.translate.features import features_of
from tokenwise_shell.providers.translate.terms import Untranslatable
from tokenwise_shell.providers.translations import anthropic_answer, from_anthropic

HI = [{"role": "user", "content": "Hi"}]
TOOL = {"type": "function", "function": {"name": "f"}}


def asked(**fields) -> dict:
    return {"messages": HI, **fields}


def part(**fields) -> list:
    return [{"role": "user", "content": [fields]}]


def named(name: str) -> dict:
    return {"tools": [{"type": "function", "function": {"name": name}}]}


class TestFeatures:
    @pytest.mark.parametrize(
        ("fields", "features"),
        [
            ({}, Feature.NONE),
            ({"tools": [TOOL]}, Feature.TOOLS),
            ({"tools": []}, Feature.NONE),
            ({"messages": [{"role": "tool", "tool_call_id": "c", "content": "7"}]}, Feature.TOOLS),
            ({"response_format": {"type": "text"}}, Feature.NONE),
            ({"response_format": {"type": "json_object"}}, Feature.JSON_OBJECT),
            ({"response_format": {"type": "json_schema", "json_schema": {}}}, Feature.JSON_SCHEMA),
            ({"messages": part(type="image_url", image_url={"url": "https://x/a.png"})}, Feature.IMAGES),
            ({"messages": part(type="file", file={"file_data": "data:"})}, Feature.DOCUMENTS),
            ({"messages": part(type="input_audio", input_audio={})}, Feature.AUDIO),
            ({"temperature": 0}, Feature.TEMPERATURE),
            ({"temperature": 1, "top_p": 1.0}, Feature.NONE),
            ({"top_p": 0.1}, Feature.TEMPERATURE),
            ({"seed": 0}, Feature.SEED),
            ({"seed": None}, Feature.NONE),
            ({"stop": ["x"]}, Feature.STOP),
            ({"stop": []}, Feature.NONE),
            ({"n": 2}, Feature.CHOICES),
            ({"n": 1}, Feature.NONE),
            ({"logprobs": True}, Feature.LOGPROBS),
            ({"logprobs": False, "top_logprobs": 0}, Feature.NONE),
            ({"presence_penalty": 0.0}, Feature.NONE),
            ({"frequency_penalty": 1}, Feature.PENALTIES),
            ({"reasoning_effort": "low"}, Feature.REASONING_EFFORT),
            ({"n": 2, "seed": 7, "tools": [TOOL]}, Feature.CHOICES | Feature.SEED | Feature.TOOLS),
        ],
    )
    def test_what_a_request_uses(self, fields, features):
        assert features_of(asked(**fields)) == features

    def test_a_model_without_a_feature_that_is_used_is_rejected_with_that_reason(self):
        need = Need(
            Capability.GENERAL,
            input=TokenCount(10, 40),
            max_output_tokens=100,
            output_tokens=100,
            features=features_of(asked(seed=7)),
        )
        catalog = embedded_catalog().only({"anthropic", "openai", "google"})
        routed = route(need, catalog, Policy(), parse_usd("1.00"))
        assert isinstance(routed, Routed)
        assert Feature.SEED in routed.model.features
        why = {each.model: each.reason for each in explain(need, catalog, Policy(), parse_usd("1.00"))}
        assert "seed" in why["anthropic/claude-opus-5-5"]

    def test_nobody_is_asked_where_no_model_can_honour_it(self):
        features = features_of(asked(seed=7, logprobs=True, n=2))
        need = Need(Capability.GENERAL, TokenCount(10, 40), 100, 100, features=features)
        anthropics = embedded_catalog().only({"anthropic"})
        assert isinstance(route(need, anthropics, Policy(), parse_usd("1.00")), Refused)


class TestDrops:
    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"metadata": {"a": "b"}}, "metadata"),
            ({"store": True}, "store"),
            ({"service_tier": "flex"}, "service_tier"),
            ({"messages": [{"role": "user", "content": "Hi", "name": "Ann"}]}, "name"),
            ({"messages": part(type="image_url", image_url={"url": "https://x/a", "detail": "low"})}, "detail"),
        ],
    )
    def test_what_is_openais_alone_is_left_out_and_said(self, fields, name):
        for translate, native_id in ((to_anthropic, "claude-opus-5-5"), (to_google, "gemini-3.8-flash")):
            dropped = translate(asked(**fields), native_id=native_id, cap=9).dropped
            assert len(dropped) == 1
            assert name in dropped[0]

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"temperature": 1.5}, "temperature"),
            ({"temperature": 0.5, "top_p": 0.5}, "top_p"),
            ({"temperature": 0.5, "reasoning_effort": "low"}, "temperature"),
            ({"tools": [TOOL], "tool_choice": "required", "reasoning_effort": "low"}, "reasoning_effort"),
            (
                {"messages": [*HI, {"role": "assistant", "content": "So"}], "reasoning_effort": "low"},
                "reasoning_effort",
            ),
        ],
    )
    def test_what_anthropic_cannot_honour(self, fields, name):
        (dropped,) = to_anthropic(asked(**fields), native_id="claude-opus-4-6", cap=4000).dropped
        assert name in dropped

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"parallel_tool_calls": False, "tools": [TOOL]}, "parallel_tool_calls"),
            ({"user": "u-1"}, "user"),
            ({"tools": [{"type": "function", "function": {"name": "f", "strict": True}}]}, "strict"),
            ({"reasoning_effort": "none"}, "reasoning_effort"),
            ({"messages": part(type="text", text="a", cache_control={"type": "ephemeral"})}, "cache_control"),
        ],
    )
    def test_what_google_cannot_honour(self, fields, name):
        (dropped,) = to_google(asked(**fields), native_id="gemini-3.8-flash", cap=4000).dropped
        assert name in dropped

    @pytest.mark.parametrize(
        ("vendor", "fields", "told"),
        [
            ("Mistral", {"tools": [TOOL], "tool_choice": "any"}, {"type": "any"}),
            ("OpenRouter", {"tools": [TOOL], "tool_choice": "auto", "usage": {"include": True}}, {"type": "auto"}),
        ],
    )
    def test_words_of_other_vendors_for_the_same_are_understood(self, vendor, fields, told):
        body = to_anthropic(asked(**fields), native_id="claude-opus-5-5", cap=9).body
        assert (body["tool_choice"], "usage" in body) == (told, False)

    def test_reasoning_in_parts_is_no_part_of_what_was_said(self):
        """Mistral's clients send it back so; nobody signed it, so that Anthropic and Google are not told of it."""
        thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
        turn = {"role": "assistant", "content": [thought, {"type": "text", "text": "Yes."}]}
        body = to_anthropic({"messages": [*HI, turn, *HI]}, native_id="claude-opus-5-5", cap=9).body
        assert body["messages"][1] == {"role": "assistant", "content": "Yes."}

    def test_anthropics_schema_by_its_name_of_2025_is_a_schema(self):
        schema = {"type": "object", "properties": {"a": {"type": "string"}}}
        old, new = (
            {"output_format": {"type": "json_schema", "schema": schema}},
            {"type": "json_schema", "schema": schema},
        )
        said = {"model": "m", "max_tokens": 9, "messages": HI}
        assert from_anthropic({**said, **old}) == from_anthropic({**said, "output_config": {"format": new}})

    @pytest.mark.parametrize(
        ("translate", "fields", "place"),
        [
            (to_anthropic, {"tools": [TOOL, TOOL]}, "tools"),
            (to_anthropic, named("a.b"), "tools"),
            (to_anthropic, {"messages": part(type="text", text="a", cache_control={"ttl": "2h"})}, "cache_control.ttl"),
            (to_google, named("1f"), "tools"),
            (to_google, named("-f"), "tools"),
        ],
    )
    def test_what_the_vendor_would_refuse_is_not_sent(self, translate, fields, place):
        with pytest.raises(Untranslatable) as caught:
            translate(asked(**fields), native_id="m", cap=9)
        assert [problem.partition(":")[0] for problem in caught.value.problems] == [place]

    def test_one_call_at_a_time_is_not_asked_of_a_chat_without_tools(self):
        said = {"max_tokens": 9, "messages": HI, "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}
        assert "parallel_tool_calls" not in from_anthropic(said).body

    def test_every_problem_is_named_at_once(self):
        fields = {"messages": [{"role": "user", "content": 5}, {"role": "boss"}], "n": 2, "tool_choice": 7}
        with pytest.raises(Untranslatable) as caught:
            to_anthropic(fields, native_id="m", cap=9)
        places = {problem.partition(":")[0] for problem in caught.value.problems}
        assert places == {"messages[0].content", "messages[1].role", "n", "tool_choice"}


class TestConversations:
    def test_several_system_and_developer_messages_all_survive_in_their_order(self):
        messages = [
            {"role": "system", "content": "One."},
            {"role": "user", "content": "Hi"},
            {"role": "developer", "content": [{"type": "text", "text": "Two."}]},
            {"role": "user", "content": "Ho"},
            {"role": "system", "content": "Three."},
        ]
        anthropic = to_anthropic({"messages": messages}, native_id="m", cap=9).body
        assert [block["text"] for block in anthropic["system"]] == ["One.", "Two.", "Three."]
        google = to_google({"messages": messages}, native_id="m", cap=9).body
        assert [part["text"] for part in google["systemInstruction"]["parts"]] == ["One.", "Two.", "Three."]

    def test_an_assistant_without_content_is_no_error(self):
        messages = [*HI, {"role": "assistant", "content": None}, {"role": "user", "content": "Well?"}]
        sent = to_anthropic({"messages": messages}, native_id="m", cap=9).body["messages"]
        assert [turn["content"] for turn in sent] == ["Hi", "Well?"]

    def test_a_mark_for_caching_stays_where_it_was(self):
        mark = {"type": "ephemeral", "ttl": "1h"}
        messages = [
            {"role": "system", "content": [{"type": "text", "text": "Long.", "cache_control": mark}]},
            *part(type="text", text="Hi", cache_control=mark),
        ]
        body = to_anthropic(
            {"messages": messages, "tools": [{**TOOL, "cache_control": mark}]}, native_id="m", cap=9
        ).body
        places = (body["system"][0], body["messages"][0]["content"][0], body["tools"][0])
        assert [each["cache_control"] for each in places] == [mark] * 3

    def test_reasoning_goes_back_to_whoever_signed_it(self):
        said = {"type": "reasoning.text", "text": "hm", "signature": "s"}
        sealed = {"type": "reasoning.encrypted", "data": "x"}
        messages = [*HI, {"role": "assistant", "content": "Ho", "reasoning_details": [said, sealed]}]
        blocks = to_anthropic({"messages": messages}, native_id="m", cap=9).body["messages"][1]["content"]
        assert blocks == [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "redacted_thinking", "data": "x"},
            {"type": "text", "text": "Ho"},
        ]
        back = from_anthropic({"messages": [{"role": "assistant", "content": blocks}]}).body["messages"][0]
        assert back["reasoning_details"] == [said, sealed]

    def test_pictures_in_a_result(self):
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}
        picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
        told = {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "See."}, picture]}
        messages = [*HI, {"role": "assistant", "content": "", "tool_calls": [call]}, told]
        there = to_anthropic({"messages": messages}, native_id="m", cap=9).body
        assert there["messages"][2]["content"][0]["content"][1]["type"] == "image"
        assert from_anthropic(there).body["messages"][2] == told
        there = to_google({"messages": messages}, native_id="m", cap=9).body
        assert there["contents"][2]["parts"][0]["functionResponse"]["parts"] == [
            {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
        ]
        assert from_google(there).body["messages"][2] == told

    def test_a_tool_of_anthropics_own_passes_through_both_ways(self):
        tool = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
        fields = from_anthropic({"messages": [], "tools": [tool]}).body
        assert to_anthropic(fields, native_id="m", cap=9).body["tools"] == [tool]

    def test_a_result_that_is_an_object_is_told_as_json(self):
        given = {"functionResponse": {"id": "c", "name": "f", "response": {"n": 1}}}
        assert from_google({"contents": [{"role": "user", "parts": [given]}]}).body["messages"] == [
            {"role": "tool", "tool_call_id": "c", "content": '{"n":1}'}
        ]


def test_an_answer_for_a_client_of_anthropics():
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"n": 1}'}}
    completion = {
        "id": "x",
        "model": "m",
        "choices": [{"message": {"content": "Well.", "tool_calls": [call]}, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 6}},
    }
    message = anthropic_answer(completion)
    assert message["content"] == [
        {"type": "text", "text": "Well.", "citations": []},
        {"type": "tool_use", "id": "c", "name": "f", "input": {"n": 1}, "caller": {"type": "direct"}},
    ]
    assert (message["stop_reason"], message["usage"]["input_tokens"]) == ("tool_use", 4)
    assert message["usage"]["cache_read_input_tokens"] == 6
    assert orjson.dumps(message)

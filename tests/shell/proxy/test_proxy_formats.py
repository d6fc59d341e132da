"""Chat completions of models that speak Anthropic's or Google's own format: OpenAI's clients hear no difference."""

import orjson
import pytest

from tests.shell.proxy.test_proxy_chat import CALLED, PIXEL, SCHEMA, TOOL
from tests.shell.proxy.test_proxy_streams import ASKED, WITH_USAGE, text_of
from tests.shell.proxy_world import SMALL, chat, proxy
from tokenwise_shell.embedded import LABEL, CutStream, ErrorEventMidStream, First, Script, Status, Truncated

KINDS = pytest.mark.parametrize("kind", ["anthropic", "google"])


@KINDS
class TestAnswers:
    async def test_whole(self, tmp_path, kind):
        async with proxy(tmp_path, kind=kind) as world:
            answer = await world.post(chat())
            assert world.balances()
        (choice,) = answer.json["choices"]
        assert (choice["finish_reason"], answer.json["object"]) == ("stop", "chat.completion")
        assert choice["message"]["content"].startswith(LABEL)
        assert answer.json["usage"]["completion_tokens"] > 0
        assert float(answer.headers["x-tokenwise-cost-usd"]) > 0

    async def test_streamed_with_the_reason_why_it_ended_and_its_cost(self, tmp_path, kind):
        async with proxy(tmp_path, kind=kind) as world:
            answer = await world.post(chat(**WITH_USAGE))
            whole = await world.post(chat())
            assert world.balances()
        finishes = [e["choices"][0].get("finish_reason") for e in answer.events[:-1] if e["choices"]]
        assert text_of(answer.events) == whole.json["choices"][0]["message"]["content"]
        assert [finish for finish in finishes if finish] == ["stop"]
        assert answer.events[-1] == "[DONE]"
        assert answer.events[-2]["usage"]["completion_tokens"] == whole.json["usage"]["completion_tokens"]
        assert answer.events[-2]["tokenwise"]["cost_usd"] == whole.headers["x-tokenwise-cost-usd"]

    async def test_a_whole_conversation_with_tools_images_and_two_system_messages(self, tmp_path, kind):
        shown = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
        turns = [
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": "Speak of water."},
            {"role": "user", "content": shown},
            {"role": "assistant", "content": None, "tool_calls": [CALLED]},
            {"role": "tool", "tool_call_id": "call_1", "content": "ok"},
            {"role": "user", "content": "look_up rain"},
        ]
        async with proxy(tmp_path, kind=kind) as world:
            answer = await world.post({"model": SMALL, "messages": turns, "tools": [TOOL]})
            (received,) = world.one.received
        (call,) = answer.json["choices"][0]["message"]["tool_calls"]
        assert answer.json["choices"][0]["finish_reason"] == "tool_calls"
        assert (call["type"], call["function"]["name"]) == ("function", "look_up")
        assert isinstance(orjson.loads(call["function"]["arguments"])["word"], str)
        assert all(words in received.request.body for words in (b"Be brief.", b"Speak of water."))

    async def test_a_schema(self, tmp_path, kind):
        form = {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}
        async with proxy(tmp_path, kind=kind) as world:
            answer = await world.post(chat(response_format=form))
        assert isinstance(orjson.loads(answer.json["choices"][0]["message"]["content"])["n"], int)

    async def test_an_answer_that_is_cut_ends_for_length(self, tmp_path, kind):
        async with proxy(tmp_path, kind=kind, one=Script([First([Truncated()])])) as world:
            answer = await world.post(chat())
        assert answer.json["choices"][0]["finish_reason"] == "length"


@KINDS
class TestFailures:
    @pytest.mark.parametrize("fault", [CutStream(after_chunks=6), ErrorEventMidStream(after_chunks=6)], ids=str)
    async def test_an_error_after_the_first_words_is_an_event_and_no_done(self, tmp_path, kind, fault):
        async with proxy(tmp_path, kind=kind, one=Script([First([fault])])) as world:
            answer = await world.post(chat(**ASKED))
            assert world.balances()
        assert text_of(answer.events[:-1])
        assert answer.events[-1]["error"]["code"] == "upstream_cut_stream"
        assert "[DONE]" not in answer.events

    async def test_a_refusal_keeps_its_status_and_its_words(self, tmp_path, kind):
        async with proxy(tmp_path, kind=kind, one=Script([First([Status(422, message="too warm")])])) as world:
            answer = await world.post(chat())
        assert (answer.status, answer.error["message"]) == (422, "too warm")

    async def test_what_the_format_has_no_words_for_is_named(self, tmp_path, kind):
        unsayable = [{"type": "file", "file": {"file_id": "f-1"}}]
        async with proxy(tmp_path, kind=kind) as world:
            answer = await world.post(chat(unsayable), x_tokenwise_budget="10")
            assert not world.one.received
        assert (answer.status, answer.error["code"]) == (400, "unsupported_by_provider")
        assert "messages[0].content[0]" in answer.error["message"]

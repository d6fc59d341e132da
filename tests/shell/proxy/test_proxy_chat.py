"""Chat completions through the proxy over loopback: what a client sends arrives, what a provider says comes back."""

import httpx
import openai
import orjson
import pytest
import trio

from tests.shell.loopback import saying, whole
from tests.shell.proxy_world import INSTANT, SMALL, chat, proxy, proxy_of
from tokenwise_shell.embedded import EmbeddedProvider, serve

TOOL = {
    "type": "function",
    "function": {"name": "look_up", "parameters": {"type": "object", "properties": {"word": {"type": "string"}}}},
}
PIXEL = "data:image/png;base64,iVBORw0KGgo="
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
CALLED = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": '{"word": "rain"}'}}

REQUESTS = {
    "words": chat(),
    "several system messages": chat()
    | {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": "Speak of water."},
            {"role": "system", "content": "End with a question."},
            {"role": "user", "content": "What is rain?"},
        ]
    },
    "a tool": chat("Please look_up rain", tools=[TOOL]),
    "a forced tool": chat(tools=[TOOL], tool_choice="required"),
    "a tool's result, and an assistant without content": chat(tools=[TOOL])
    | {
        "messages": [
            {"role": "user", "content": "look_up rain"},
            {"role": "assistant", "content": None, "tool_calls": [CALLED]},
            {"role": "tool", "tool_call_id": "call_1", "content": "ok"},
        ]
    },
    "an image": chat([{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]),
    "a schema": chat(response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}),
    "several choices": chat(n=3),
    "log-probabilities": chat(logprobs=True, top_logprobs=2),
    "parameters": chat(stop=["rain"], seed=7, temperature=0.5, top_p=0.9, presence_penalty=0.1, user="u"),
    "reasoning": chat(reasoning_effort="high"),
    "a cap": chat(max_tokens=12),
    "a cap by its other name": chat(max_completion_tokens=12),
}


async def directly(fields: dict, native_id: str = "small-1") -> bytes:
    """What the provider answers when nobody stands between."""
    cap = fields.get("max_completion_tokens") or fields.get("max_tokens") or 4096
    body = {name: value for name, value in fields.items() if name != "max_completion_tokens"}
    async with serve(EmbeddedProvider(pace=INSTANT)) as address, httpx.AsyncClient(verify=False) as http:
        answer = await http.post(f"{address}/chat/completions", json=body | {"model": native_id, "max_tokens": cap})
    return answer.content


class TestWholeAnswers:
    @pytest.mark.slow  # a proxy and three servers
    @pytest.mark.parametrize("name", REQUESTS)
    async def test_every_byte_of_an_answer_is_the_providers(self, tmp_path, name):
        async with proxy(tmp_path) as world:
            answer = await world.post(REQUESTS[name])
        assert answer.status == 200, answer.body
        assert answer.body == await directly(REQUESTS[name])

    @pytest.mark.slow  # a proxy and two servers
    async def test_fields_that_nobody_knows_arrive_as_they_were_sent(self, tmp_path):
        unknown = {"new_option": {"deep": [1, None, "é"]}, "null_option": None, "seed": 3, "store": False}
        messages = [{"role": "user", "content": "hello", "name": "ann", "cache_hint": {"ttl": 5}}]
        async with proxy(tmp_path) as world:
            await world.post({"model": SMALL, "messages": messages, **unknown, "tokenwise": {"budget": 0.5}})
            (received,) = world.one.received
        sent = orjson.loads(received.request.body)
        assert {name: sent[name] for name in unknown} == unknown
        assert sent["messages"] == messages
        assert sent.keys() - unknown.keys() == {"model", "messages", "max_tokens"}
        assert (sent["model"], sent["max_tokens"]) == ("small-1", 4096)

    async def test_what_an_answer_holds_and_nobody_knows_comes_back_to_the_last_byte(self, tmp_path):
        odd = (
            b'{ "id":"x",\n "object": "chat.completion", "created": 1, "model": "small-1-0613", "provider": null,'
            b' "choices": [{"index": 0, "message": {"role": "assistant", "content": null, "refusal": "No.",'
            b' "reasoning_content": "hm \\u00e9", "annotations": []}, "logprobs": null, "finish_reason": "stop"}],'
            b' "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "cost_details": {"a": 0.10}}}'
        )
        async with proxy_of(tmp_path, saying(whole(odd))) as world:
            answer = await world.post(chat())
        assert answer.body == odd

    async def test_the_headers_tell_what_was_called_and_what_it_cost(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat())
            run = answer.headers["x-tokenwise-request-id"]
            (charged,) = [line for line in world.lines_of(run) if line["type"] == "charged"]
            (routed,) = [line for line in world.lines_of(run) if line["type"] == "routed"]
        assert answer.headers["x-tokenwise-model"] == SMALL == routed["model"]
        assert answer.headers["x-tokenwise-provider"] == "one" == routed["provider"]
        assert answer.headers["x-tokenwise-attempts"] == "1"
        assert len(answer.headers["x-tokenwise-decision-id"]) == 16
        cost = answer.headers["x-tokenwise-cost-usd"]
        assert int(cost.partition(".")[2].ljust(9, "0")) == charged["amount_nano"] > 0
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-request-id"] == run


class TestTheModelAskedFor:
    @pytest.mark.parametrize("name", [SMALL, "small-1", "small-2", "auto", "auto:cheapest"])
    async def test_it_may_go_by_any_of_its_names(self, tmp_path, name):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat(model=name))
        assert (answer.status, answer.headers["x-tokenwise-model"]) == (200, SMALL)

    async def test_the_strategy_may_stand_in_the_name(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat(model="auto:best_quality", max_tokens=100))
        assert answer.headers["x-tokenwise-model"] == "house/other"

    async def test_one_that_does_not_exist_is_not_found_and_the_nearest_is_named(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat(model="house/smal"))
        assert answer.status == 404
        assert (answer.error["code"], answer.error["param"]) == ("model_not_found", "model")
        assert "house/small" in answer.error["message"]

    async def test_the_whole_conversation_decides_and_not_its_last_word(self, tmp_path):
        """In an agent's loop the last message is often a tool's "ok"."""
        hard = "Prove that there are infinitely many primes of the form 4k+3, step by step, then write a sieve in C."
        turns = [
            {"role": "user", "content": hard},
            {"role": "assistant", "content": None, "tool_calls": [CALLED]},
            {"role": "tool", "tool_call_id": "call_1", "content": "ok"},
        ]
        async with proxy(tmp_path) as world:
            alone = await world.post(chat("ok", model="auto"), path="/v1/route")
            within = await world.post({"model": "auto", "messages": turns, "tools": [TOOL]}, path="/v1/route")
        assert within.json["scenario"]["difficulty"] > alone.json["scenario"]["difficulty"]
        assert "math" in within.json["scenario"]["capabilities"]


class TestTheOpenAiClient:
    @pytest.mark.slow  # imports the client and its many models
    async def test_calls_of_tools_arrive(self, tmp_path):
        async with proxy(tmp_path) as world, world.openai() as client:
            asked = [{"role": "user", "content": "look_up rain"}]
            answer = await client.chat.completions.create(model="auto", messages=asked, tools=[TOOL])
        (call,) = answer.choices[0].message.tool_calls
        assert call.function.name == "look_up"

    @pytest.mark.slow  # likewise
    async def test_a_stream_arrives_with_its_usage_and_its_cost(self, tmp_path):
        async with proxy(tmp_path) as world:
            chunks = await trio.to_thread.run_sync(streamed, world.url)
            assert world.balances()
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices).startswith("[simulated")
        assert chunks[-1].usage.completion_tokens > 0
        assert chunks[-1].tokenwise["cost_nano"] > 0


def streamed(url: str) -> list:
    """In a thread: the client's asynchronous streams leave generators to the garbage collector, and trio minds."""
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        options = {"stream": True, "stream_options": {"include_usage": True}}
        return list(client.chat.completions.create(**chat(model="auto"), **options))

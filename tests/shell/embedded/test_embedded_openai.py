"""Fidelity: OpenAI's own SDK as the client, over a loopback socket.

Streams are read by its synchronous client in a thread: on trio the asynchronous one leaves its generators to the
garbage collector, which warns.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import openai
import orjson
import pytest
import trio

from tests.shell.embedded_client import INSTANT
from tokenwise_shell.embedded import LABEL, EmbeddedProvider, First, Script, Status, serve

T = TypeVar("T")

ASKED = [{"role": "user", "content": "Will it rain in Oslo?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1, "maximum": 7}},
            "required": ["city", "days"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


@asynccontextmanager
async def sdk(key: str = "x", **fields) -> AsyncIterator[tuple[openai.AsyncOpenAI, EmbeddedProvider]]:
    provider = EmbeddedProvider(pace=INSTANT, **fields)
    async with (
        serve(provider) as address,
        openai.AsyncOpenAI(base_url=str(address), api_key=key, max_retries=0) as client,
    ):
        yield client, provider


async def in_a_thread(use: Callable[[openai.OpenAI], T]) -> T:
    """What the synchronous SDK makes of the provider."""

    def used(base_url: str) -> T:
        with openai.OpenAI(base_url=base_url, api_key="x", max_retries=0) as client:
            return use(client)

    async with serve(EmbeddedProvider(pace=INSTANT)) as address:
        return await trio.to_thread.run_sync(used, str(address))


class TestCompletions:
    async def test_a_plain_answer(self):
        async with sdk() as (client, provider):
            answer = await client.chat.completions.create(model="openai/gpt-6-sol", messages=ASKED)
        assert (answer.object, answer.model, answer.choices[0].finish_reason) == (
            "chat.completion",
            "openai/gpt-6-sol",
            "stop",
        )
        assert answer.choices[0].message.content.startswith(LABEL)
        assert answer.usage.total_tokens == provider.billed[0].prompt_tokens + provider.billed[0].completion_tokens

    async def test_a_stream_says_the_same_and_reports_its_usage_last(self):
        def both(client: openai.OpenAI):
            create = client.chat.completions.create
            options = {"include_usage": True}
            stream = create(model="m", messages=ASKED, stream=True, stream_options=options)
            return create(model="m", messages=ASKED), list(stream)

        plain, chunks = await in_a_thread(both)
        assert chunks[0].choices[0].delta.role == "assistant"
        said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        assert said == plain.choices[0].message.content
        assert [chunk.usage for chunk in chunks] == [None] * (len(chunks) - 1) + [plain.usage]
        assert {chunk.id for chunk in chunks} == {plain.id}

    async def test_a_stream_without_the_option_has_no_usage(self):
        def streamed(client: openai.OpenAI):
            return list(client.chat.completions.create(model="m", messages=ASKED, stream=True))

        chunks = await in_a_thread(streamed)
        assert len(chunks) > 10
        assert all(chunk.choices and chunk.usage is None for chunk in chunks)

    async def test_several_choices_in_a_stream_keep_apart(self):
        def both(client: openai.OpenAI):
            create = client.chat.completions.create
            return create(model="m", messages=ASKED, n=2), list(create(model="m", messages=ASKED, n=2, stream=True))

        plain, chunks = await in_a_thread(both)
        said = ["", ""]
        for chunk in chunks:
            said[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
        assert said == [choice.message.content for choice in plain.choices]

    @pytest.mark.parametrize("cap", ["max_tokens", "max_completion_tokens"])
    async def test_both_names_of_the_cap_are_honoured(self, cap):
        async with sdk() as (client, _):
            answer = await client.chat.completions.create(model="m", messages=ASKED, **{cap: 5})
        assert (answer.choices[0].finish_reason, answer.usage.completion_tokens) == ("length", 5)

    async def test_log_probabilities_spell_the_answer(self):
        async with sdk() as (client, _):
            answer = await client.chat.completions.create(model="m", messages=ASKED, logprobs=True)
        tokens = answer.choices[0].logprobs.content
        assert "".join(token.token for token in tokens) == answer.choices[0].message.content
        assert all(token.logprob <= 0 for token in tokens)

    async def test_every_kind_of_message_is_understood(self):
        call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
        picture = {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}
        messages = [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "What is this?"}, picture]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": "81 % by noon"},
        ]
        async with sdk() as (client, _):
            answer = await client.chat.completions.create(model="m", messages=messages, tools=[WEATHER])
        assert "81 % by noon" in answer.choices[0].message.content
        assert answer.usage.prompt_tokens > 85  # the picture alone


class TestTools:
    @pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "get_weather"}}])
    async def test_a_demanded_call_conforms_to_the_tools_schema(self, choice):
        async with sdk() as (client, _):
            answer = await client.chat.completions.create(
                model="m", messages=ASKED, tools=[WEATHER], tool_choice=choice
            )
        [call] = answer.choices[0].message.tool_calls
        arguments = orjson.loads(call.function.arguments)
        assert (answer.choices[0].finish_reason, call.function.name) == ("tool_calls", "get_weather")
        assert set(arguments) == {"city", "days"}
        assert 1 <= arguments["days"] <= 7

    async def test_no_tool_is_called_where_the_choice_is_none(self):
        async with sdk() as (client, _):
            asked = [{"role": "user", "content": "get_weather in Oslo"}]
            answer = await client.chat.completions.create(
                model="m", messages=asked, tools=[WEATHER], tool_choice="none"
            )
        assert answer.choices[0].message.tool_calls is None

    async def test_a_streamed_call_adds_up_to_the_plain_one(self):
        def both(client: openai.OpenAI):
            request = {"model": "m", "messages": ASKED, "tools": [WEATHER], "tool_choice": "required"}
            with client.chat.completions.stream(**request) as stream:
                return client.chat.completions.create(**request), stream.get_final_completion()

        plain, final = await in_a_thread(both)
        [call], [streamed] = plain.choices[0].message.tool_calls, final.choices[0].message.tool_calls
        assert (streamed.id, streamed.function.name) == (call.id, call.function.name)
        assert streamed.function.arguments == call.function.arguments


class TestStructure:
    async def test_a_json_schema_is_conformed_to(self):
        schema = {
            "type": "object",
            "properties": {
                "sky": {"enum": ["clear", "grey"]},
                "hours": {"type": "array", "items": {"type": "integer"}},
            },
            "required": ["sky", "hours"],
        }
        wanted = {"type": "json_schema", "json_schema": {"name": "weather", "schema": schema, "strict": True}}
        async with sdk() as (client, _):
            answer = await client.chat.completions.create(model="m", messages=ASKED, response_format=wanted)
        value = orjson.loads(answer.choices[0].message.content)
        assert value["sky"] in ("clear", "grey")
        assert all(type(hour) is int for hour in value["hours"])

    async def test_any_json_object_is_one_that_says_it_is_simulated(self):
        async with sdk() as (client, _):
            answer = await client.chat.completions.create(
                model="m",
                messages=[{"role": "system", "content": "JSON"}, *ASKED],
                response_format={"type": "json_object"},
            )
        assert orjson.loads(answer.choices[0].message.content)["note"] == LABEL


class TestEmbeddings:
    async def test_floats_and_base64_are_the_same_vectors(self):
        async with sdk() as (client, provider):
            packed = await client.embeddings.create(model="e", input=["rain", "snow"])  # the SDK asks for base64 itself
            floats = await client.embeddings.create(model="e", input=["rain", "snow"], encoding_format="float")
        for one, other in zip(packed.data, floats.data, strict=True):
            assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
        assert packed.usage.prompt_tokens == provider.billed[0].prompt_tokens == 2

    async def test_dimensions_are_as_asked(self):
        async with sdk() as (client, _):
            answer = await client.embeddings.create(model="e", input="rain", dimensions=12)
        assert len(answer.data[0].embedding) == 12

    @pytest.mark.parametrize(("ids", "vectors"), [([1, 2, 3], 1), ([[1, 2], [3]], 2)])
    async def test_token_ids_are_counted_as_they_are(self, ids, vectors):
        async with sdk() as (client, _):
            answer = await client.embeddings.create(model="e", input=ids)
        assert (len(answer.data), answer.usage.prompt_tokens) == (vectors, 3)


class TestModels:
    async def test_the_known_models_are_listed_and_found(self):
        async with sdk(models=("openai/a", "b")) as (client, _):
            listed = [model.id async for model in client.models.list()]
            found = await client.models.retrieve("openai/a")
        assert listed == ["openai/a", "b"]
        assert found.id == "openai/a"

    async def test_an_unknown_model_is_not_found(self):
        async with sdk(models=("b",)) as (client, _):
            with pytest.raises(openai.NotFoundError) as raised:
                await client.models.retrieve("openai/a")
        assert raised.value.code == "model_not_found"


class TestErrors:
    """The SDK raises for each error what it raises for OpenAI's."""

    async def test_a_wrong_key(self):
        async with sdk(key="wrong", keys={"right"}) as (client, _):
            with pytest.raises(openai.AuthenticationError):
                await client.chat.completions.create(model="m", messages=ASKED)

    async def test_a_bad_request_names_its_parameter(self):
        async with sdk() as (client, _):
            with pytest.raises(openai.BadRequestError) as raised:
                await client.chat.completions.create(model="m", messages=[])
        assert raised.value.param == "messages"

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ("429", openai.RateLimitError),
            ("403", openai.PermissionDeniedError),
            ("500", openai.InternalServerError),
            ("reset", openai.APIConnectionError),
            ("garbage-bytes", openai.APIConnectionError),
            ("cut-stream", openai.APIConnectionError),
        ],
    )
    async def test_a_fault_asked_for_by_header(self, fault, error):
        async with sdk() as (client, _):
            with pytest.raises(error):
                await client.chat.completions.create(
                    model="m", messages=ASKED, extra_headers={"x-tokenwise-fault": fault}
                )

    async def test_an_error_in_the_middle_of_a_stream(self):
        def said_before_the_error(client: openai.OpenAI) -> list[str]:
            fault, said = {"x-tokenwise-fault": "error-event-mid-stream:3"}, []
            stream = client.chat.completions.create(model="m", messages=ASKED, stream=True, extra_headers=fault)
            with pytest.raises(openai.APIError, match="had an error"):
                said.extend(chunk.choices[0].delta.content for chunk in stream)
            return said

        assert len(await in_a_thread(said_before_the_error)) == 3

    async def test_the_sdk_retries_after_what_the_script_says_and_gets_its_answer(self):
        script = Script([First([Status(429, headers=(("Retry-After-Ms", "1"),))])])
        async with sdk(script=script) as (client, provider):
            answer = await client.with_options(max_retries=1).chat.completions.create(model="m", messages=ASKED)
        assert answer.choices[0].finish_reason == "stop"
        assert [entry.ordinal for entry in provider.billed] == [2]

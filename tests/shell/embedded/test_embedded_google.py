"""Fidelity: Google's own SDK as the client, over a loopback socket. It is synchronous, so it is read in a thread."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
import trio
from google import genai
from google.genai import errors, types

from tests.shell.embedded_client import DIALECTS, INSTANT, connect
from tokenwise_shell.embedded import LABEL, EmbeddedProvider, First, Script, Status, serve

# A client of this SDK takes 0.14 s to make, and each test makes its own.
pytestmark = pytest.mark.slow

T = TypeVar("T")

ASKED = "Will it rain in Oslo?"
WEATHER = types.FunctionDeclaration(
    name="get_weather",
    description="The weather of some days.",
    parameters=types.Schema(
        type=types.Type.OBJECT,
        properties={
            "city": types.Schema(type=types.Type.STRING, nullable=True, min_length=2),
            "days": types.Schema(type=types.Type.INTEGER, minimum=1, maximum=7),
        },
        required=["city", "days"],
    ),
)
CLOCK = types.FunctionDeclaration(name="get_time", parameters_json_schema={"type": "object", "properties": {}})
TOOLS = [types.Tool(function_declarations=[WEATHER, CLOCK])]
NO_LOOP = types.AutomaticFunctionCallingConfig(disable=True)


def provider(**fields) -> EmbeddedProvider:
    return EmbeddedProvider(pace=INSTANT, **fields)


async def sdk(
    use: Callable[[genai.Client], T],
    ours: EmbeddedProvider | None = None,
    *,
    key: str = "x",
    version: str = "v1beta",
    **http: Any,
) -> T:
    """What the SDK makes of the provider."""

    def used(base_url: str) -> T:
        options = types.HttpOptions(base_url=base_url, api_version=version, **http)
        with genai.Client(api_key=key, http_options=options) as client:
            return use(client)

    async with serve(ours or provider()) as address:
        return await trio.to_thread.run_sync(used, address.origin)


async def error_of(use: Callable[[genai.Client], object], ours: EmbeddedProvider | None = None, **options: Any):
    """What the SDK raises, caught in its thread: outside of it would be an exception group around it."""

    def caught(client):
        with pytest.raises(errors.APIError) as raised:
            use(client)
        return raised.value

    return await sdk(caught, ours, **options)


def generate(contents: Any = ASKED, **config):
    return lambda client: client.models.generate_content(
        model="gemini-3.8-flash", contents=contents, config=types.GenerateContentConfig(**config)
    )


def stream(contents: Any = ASKED, **config):
    return lambda client: list(
        client.models.generate_content_stream(
            model="gemini-3.8-flash", contents=contents, config=types.GenerateContentConfig(**config)
        )
    )


def faulty(fault: str) -> types.HttpOptions:
    return types.HttpOptions(headers={"x-tokenwise-fault": fault})


def parts_of(chunks: list[types.GenerateContentResponse]) -> list[types.Part]:
    return [part for chunk in chunks for part in chunk.candidates[0].content.parts]


class TestGenerating:
    async def test_a_plain_answer(self):
        ours = provider()
        answer = await sdk(generate(), ours)
        [candidate] = answer.candidates
        assert (answer.model_version, candidate.content.role, candidate.index) == ("gemini-3.8-flash", "model", 0)
        assert candidate.finish_reason is types.FinishReason.STOP
        assert answer.text.startswith(LABEL)
        usage, [billed] = answer.usage_metadata, ours.billed
        assert (usage.prompt_token_count, usage.candidates_token_count) == (
            billed.prompt_tokens,
            billed.completion_tokens,
        )
        assert usage.total_token_count == billed.prompt_tokens + billed.completion_tokens

    @pytest.mark.parametrize("version", ["v1", "v1beta"])
    async def test_a_stream_adds_up_to_the_plain_answer(self, version):
        plain, chunks = await sdk(lambda client: (generate()(client), stream()(client)), version=version)
        assert "".join(part.text for part in parts_of(chunks)) == plain.text
        assert [chunk.candidates[0].finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
        assert chunks[-1].candidates[0].finish_reason is types.FinishReason.STOP
        assert chunks[-1].usage_metadata == plain.usage_metadata
        assert {chunk.response_id for chunk in chunks} == {plain.response_id}

    async def test_each_chunk_says_the_usage_so_far(self):
        counts = [chunk.usage_metadata.candidates_token_count for chunk in await sdk(stream())]
        assert counts == sorted(counts)
        assert (counts[0], counts[-1]) == (0, len(counts) - 2)

    async def test_the_lines_of_a_stream_end_as_googles_do(self):
        body = (await DIALECTS["google"].ask(provider(), stream=True)).body
        assert body.count(b"\r\n\r\n") == body.count(b"data: ")

    async def test_the_system_instruction_is_read(self):
        without, instructed = [await sdk(generate(system_instruction=said)) for said in (None, "Be brief.")]
        assert instructed.usage_metadata.prompt_token_count > without.usage_metadata.prompt_token_count

    async def test_pictures_are_counted_by_bytes_and_by_address(self):
        picture = types.Part.from_bytes(data=b"\xfb\xff", mime_type="image/png")
        linked = types.Part.from_uri(file_uri="https://example.com/cat.png", mime_type="image/png")
        answer = await sdk(generate([picture, linked, "What is this?"]))
        assert answer.usage_metadata.prompt_token_count > 2 * 85

    @pytest.mark.parametrize("ask", [generate, stream])
    async def test_the_cap_cuts_the_answer(self, ask):
        answer = await sdk(ask(max_output_tokens=5))
        last = answer if ask is generate else answer[-1]
        assert last.candidates[0].finish_reason is types.FinishReason.MAX_TOKENS
        assert last.usage_metadata.candidates_token_count == 5

    async def test_the_text_ends_before_a_stop_sequence(self):
        answer = await sdk(generate(stop_sequences=["would"]))
        assert answer.text == f"{LABEL} Here gemini-3.8-flash "

    async def test_several_candidates_keep_apart(self):
        plain, chunks = await sdk(
            lambda client: (generate(candidate_count=2)(client), stream(candidate_count=2)(client))
        )
        said = ["", ""]
        for chunk in chunks:
            [candidate] = chunk.candidates
            said[candidate.index] += "".join(part.text for part in candidate.content.parts)
        assert said == [candidate.content.parts[0].text for candidate in plain.candidates]

    async def test_another_seed_in_the_request_gives_another_answer(self):
        one, same, other = [(await sdk(generate(seed=seed))).response_id for seed in (1, 1, 2)]
        assert one == same != other

    async def test_log_probabilities_spell_the_answer(self):
        answer = await sdk(generate(response_logprobs=True))
        chosen = answer.candidates[0].logprobs_result.chosen_candidates
        assert "".join(token.token for token in chosen) == answer.text
        assert all(token.log_probability <= 0 for token in chosen)

    async def test_a_count_is_what_is_billed(self):
        def both(client):
            return client.models.count_tokens(model="m", contents=ASKED), generate()(client)

        count, answer = await sdk(both)
        assert count.total_tokens == answer.usage_metadata.prompt_token_count

    async def test_cached_tokens_are_part_of_the_prompt(self):
        usages = [(await sdk(generate(f"{n} " + "rain " * 2000))).usage_metadata for n in range(6)]
        assert {usage.cached_content_token_count for usage in usages} == {None, 2432}
        assert all(usage.prompt_token_count > 2432 for usage in usages)

    @pytest.mark.parametrize("version", ["v1", "v1beta"])
    async def test_the_models_are_listed_and_found(self, version):
        def models(client):
            return [model.name for model in client.models.list()], client.models.get(model="b").display_name

        assert await sdk(models, provider(models=("a", "b")), version=version) == (["models/a", "models/b"], "b")


class TestStructure:
    async def test_a_schema_in_googles_dialect_is_conformed_to(self):
        schema = types.Schema(
            type=types.Type.OBJECT,
            properties={
                "sky": types.Schema(type=types.Type.STRING, enum=["clear", "grey"]),
                "hours": types.Schema(
                    type=types.Type.ARRAY, items=types.Schema(type=types.Type.INTEGER), min_items=2, max_items=2
                ),
            },
            required=["sky", "hours"],
        )
        answer = await sdk(generate(response_mime_type="application/json", response_schema=schema))
        assert answer.parsed["sky"] in ("clear", "grey")
        assert [type(hour) for hour in answer.parsed["hours"]] == [int, int]

    async def test_a_json_schema_is_conformed_to(self):
        schema = {"type": "object", "properties": {"sky": {"enum": ["clear", "grey"]}}, "required": ["sky"]}
        answer = await sdk(generate(response_mime_type="application/json", response_json_schema=schema))
        assert answer.parsed["sky"] in ("clear", "grey")

    async def test_without_a_schema_it_is_an_object_that_says_it_is_simulated(self):
        answer = await sdk(generate(response_mime_type="application/json"))
        assert answer.text.startswith('{"note":"[simulated')


class TestTools:
    def calling(self, mode: str, *names: str) -> types.ToolConfig:
        calling = types.FunctionCallingConfig(mode=mode, allowed_function_names=list(names) or None)
        return types.ToolConfig(function_calling_config=calling)

    async def test_a_demanded_call_conforms_to_its_schema(self):
        config = self.calling("ANY", "get_weather")
        answer = await sdk(generate(tools=TOOLS, tool_config=config, automatic_function_calling=NO_LOOP))
        [call] = answer.function_calls
        assert answer.candidates[0].finish_reason is types.FinishReason.STOP
        assert (call.name, set(call.args)) == ("get_weather", {"city", "days"})
        assert len(call.args["city"]) >= 2
        assert 1 <= call.args["days"] <= 7

    async def test_a_streamed_call_comes_whole(self):
        config = {"tools": TOOLS, "tool_config": self.calling("ANY"), "automatic_function_calling": NO_LOOP}
        plain, chunks = await sdk(lambda client: (generate(**config)(client), stream(**config)(client)))
        assert [part.function_call for part in parts_of(chunks) if part.function_call] == plain.function_calls
        assert chunks[-1].usage_metadata == plain.usage_metadata

    async def test_no_function_is_called_where_the_mode_is_none(self):
        config = self.calling("NONE")
        answer = await sdk(generate("get_weather", tools=TOOLS, tool_config=config, automatic_function_calling=NO_LOOP))
        assert answer.function_calls is None

    async def test_a_round_trip_with_parallel_calls_ends_in_text(self):
        asked = types.UserContent("Call get_weather and get_time, please")
        config = {"tools": TOOLS, "automatic_function_calling": NO_LOOP}

        def round_trip(client):
            first = generate([asked], **config)(client)
            results = [
                types.Part.from_function_response(name=call.name, response={"result": "81 % by noon"})
                for call in first.function_calls
            ]
            contents = [asked, first.candidates[0].content, types.UserContent(results)]
            return first, generate(contents, **config)(client)

        first, second = await sdk(round_trip)
        assert [call.name for call in first.function_calls] == ["get_weather", "get_time"]
        assert "81 % by noon" in second.text

    @pytest.mark.parametrize(
        ("turn", "complaint"),
        [
            (types.UserContent("And?"), "the number of function response parts"),
            (types.ModelContent("It is four."), "the number of function response parts"),
        ],
    )
    async def test_a_call_must_have_its_result(self, turn, complaint):
        called = types.ModelContent([types.Part.from_function_call(name="get_time", args={})])
        error = await error_of(generate([types.UserContent("Now?"), called, types.UserContent("Well?"), turn]))
        assert (error.code, complaint in error.message) == (400, True)

    async def test_a_result_must_have_its_call(self):
        result = types.Part.from_function_response(name="get_time", response={"result": "four"})
        error = await error_of(generate([types.UserContent([result])]))
        assert "immediately after a function call turn" in error.message


class TestThinking:
    async def test_thoughts_are_counted_apart_and_shown_if_wanted(self):
        ours = provider()
        thinking = types.ThinkingConfig(thinking_budget=512, include_thoughts=True)
        answer = await sdk(generate(thinking_config=thinking), ours)
        thought, said = answer.candidates[0].content.parts
        assert (thought.thought, said.thought) == (True, None)
        assert thought.text.startswith("[simulated")
        usage, [billed] = answer.usage_metadata, ours.billed
        assert usage.thoughts_token_count == billed.usage.reasoning_tokens > 0
        assert usage.candidates_token_count == billed.completion_tokens - usage.thoughts_token_count
        assert usage.total_token_count == billed.prompt_tokens + billed.completion_tokens

    async def test_a_stream_of_them_adds_up(self):
        config = {"thinking_config": types.ThinkingConfig(thinking_budget=-1, include_thoughts=True)}
        plain, chunks = await sdk(lambda client: (generate(**config)(client), stream(**config)(client)))
        thought = "".join(part.text for part in parts_of(chunks) if part.thought)
        assert thought == plain.candidates[0].content.parts[0].text
        assert chunks[-1].usage_metadata == plain.usage_metadata

    async def test_a_budget_holds_and_none_is_no_thought(self):
        counts = [
            (await sdk(generate(thinking_config=types.ThinkingConfig(thinking_budget=budget)))).usage_metadata
            for budget in (0, 1)
        ]
        assert [usage.thoughts_token_count for usage in counts] == [None, 1]

    async def test_a_thoughtful_call_is_signed(self):
        calling = types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode="ANY"))
        config = {"tools": TOOLS, "tool_config": calling, "automatic_function_calling": NO_LOOP}
        answer = await sdk(generate(thinking_config=types.ThinkingConfig(thinking_budget=512), **config))
        assert answer.candidates[0].content.parts[0].thought_signature


class TestErrors:
    """The SDK raises for each error what it raises for Google's."""

    @pytest.mark.parametrize(
        ("fault", "error", "status"),
        [
            ("400", errors.ClientError, "INVALID_ARGUMENT"),
            ("401", errors.ClientError, "UNAUTHENTICATED"),
            ("404", errors.ClientError, "NOT_FOUND"),
            ("429", errors.ClientError, "RESOURCE_EXHAUSTED"),
            ("500", errors.ServerError, "INTERNAL"),
            ("503", errors.ServerError, "UNAVAILABLE"),
            ("529", errors.ServerError, "INTERNAL"),
        ],
    )
    @pytest.mark.parametrize("ask", [generate, stream])
    async def test_a_status(self, fault, error, status, ask):
        raised = await error_of(ask(http_options=faulty(fault)))
        assert isinstance(raised, error)
        assert (raised.code, raised.status) == (int(fault), status)

    async def test_an_error_in_the_middle_of_a_stream(self):
        seen = []

        def read(client):
            asked = {"model": "m", "contents": ASKED, "config": {"http_options": faulty("error-event-mid-stream:3")}}
            seen.extend(chunk.text for chunk in client.models.generate_content_stream(**asked))

        error = await error_of(read)
        assert (error.code, error.status) == (500, "INTERNAL")
        assert len(seen) == 3

    async def test_a_wrong_key_is_400_and_told_by_its_reason(self):
        error = await error_of(generate(), provider(keys={"right"}), key="wrong")
        assert (error.code, error.status) == (400, "INVALID_ARGUMENT")
        assert error.details["error"]["details"][0]["reason"] == "API_KEY_INVALID"

    async def test_the_right_key_is_let_in(self):
        assert (await sdk(generate(), provider(keys={"right"}), key="right")).text.startswith(LABEL)

    async def test_a_field_that_google_does_not_have_is_refused(self):
        extra = types.HttpOptions(extra_body={"generationConfig": {"max_tokens": 3}})
        error = await error_of(generate(http_options=extra))
        assert 'Unknown name "maxTokens" at generation_config' in error.message

    async def test_the_sdk_retries_after_what_the_script_says_and_gets_its_answer(self):
        ours = provider(script=Script([First([Status(503)])]))
        retry = types.HttpRetryOptions(attempts=2, initial_delay=0.001, max_delay=0.002)
        assert (await sdk(generate(), ours, retry_options=retry)).text.startswith(LABEL)
        assert [entry.ordinal for entry in ours.billed] == [2]


class TestKeysInAddresses:
    """A key comes in the header; in an address it is refused, right or wrong, and not repeated."""

    async def status_and_body(self, target: str, **headers: str) -> tuple[int, bytes]:
        request = DIALECTS["google"].request("hi")
        async with trio.open_nursery() as nursery:
            client = connect(nursery, provider(keys={"sesame"}))
            answer = await client.call("POST", target, request.body, headers)
            await client.stream.aclose()
        return answer.status, answer.body

    @pytest.mark.parametrize("method", ["generateContent?", "streamGenerateContent?alt=sse&", "countTokens?"])
    @pytest.mark.parametrize("headers", [{}, {"x-goog-api-key": "sesame"}])
    async def test_a_key_in_the_address_is_refused(self, method, headers):
        status, body = await self.status_and_body(f"/v1beta/models/m:{method}key=sesame", **headers)
        assert status == 400
        assert b"x-goog-api-key" in body
        assert b"sesame" not in body

    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer sesame"}])
    async def test_without_the_header_nobody_is_let_in(self, headers):
        status, body = await self.status_and_body("/v1beta/models/m:generateContent", **headers)
        assert (status, b"PERMISSION_DENIED" in body) == (403, True)

    async def test_a_stream_that_is_no_event_stream_is_not_spoken(self):
        status, body = await self.status_and_body(
            "/v1beta/models/m:streamGenerateContent", **{"x-goog-api-key": "sesame"}
        )
        assert (status, b"alt=sse" in body) == (400, True)

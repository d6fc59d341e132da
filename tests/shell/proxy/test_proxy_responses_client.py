"""The official OpenAI client at the Responses door, through the proxy, to providers of two formats."""

import json

import openai
import orjson
import pytest
import trio
from pydantic import BaseModel

from tests.shell.front_world import BY_EFFORT, OPEN, fronts
from tokenwise_shell.embedded import LABEL, CutStream, First, Script, Status, Truncated

TOOL = {
    "type": "function",
    "name": "look_up",
    "description": "Looks a word up.",
    "parameters": {
        "type": "object",
        "properties": {"word": {"type": "string"}},
        "required": ["word"],
        "additionalProperties": False,
    },
    "strict": True,
}
# One transparent pixel.
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
    "rkJggg=="
)

both = pytest.mark.parametrize("model", [OPEN, BY_EFFORT])


class City(BaseModel):
    name: str
    people: int


def heard(url: str) -> tuple[list[str], openai.APIError]:
    """The types of a stream's events, and the error that ends it.

    The client is the synchronous one, in a thread: the other leaves its generators open where a stream fails.
    """
    types: list[str] = []
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        stream = client.responses.create(model=OPEN, input="What is rain?", stream=True)
        try:
            types.extend(event.type for event in stream)
        except openai.APIError as error:
            return types, error
    pytest.fail("the stream did not fail")


class TestAnswers:
    @pytest.mark.slow  # the client builds its types when it first needs them
    @both
    async def test_text_with_its_usage_and_the_proxys_headers(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.openai() as client:
            raw = await client.responses.with_raw_response.create(
                model=model, instructions="Be brief.", input="What is rain?"
            )
            response = raw.parse()
            assert response.output_text.startswith(LABEL)
            assert (response.status, response.instructions) == ("completed", "Be brief.")
            assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
            assert raw.headers["x-tokenwise-model"] == model
            assert float(raw.headers["x-tokenwise-cost-usd"]) > 0
            assert world.balances()

    @pytest.mark.slow  # likewise those of a stream's events
    @both
    async def test_a_stream_is_told_as_its_last_response_has_it(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.openai() as client:
            async with client.responses.stream(model=model, input="What is rain?") as stream:
                events = [event async for event in stream]
                final = await stream.get_final_response()
            said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
            assert said == final.output_text
            assert final.usage.output_tokens > 0
            assert final.tokenwise["cost_nano"] > 0
            whole = await client.responses.create(model=model, input="What is rain?")
            assert whole.output_text == final.output_text

    @both
    async def test_a_loop_with_a_tool_ends_in_text(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.openai() as client:
            asked = [{"role": "user", "content": "Please look_up rain"}]
            first = await client.responses.create(model=model, input=asked, tools=[TOOL])
            (call,) = [item for item in first.output if item.type == "function_call"]
            assert set(json.loads(call.arguments)) == {"word"}
            result = {"type": "function_call_output", "call_id": call.call_id, "output": "water that falls"}
            second = await client.responses.create(model=model, input=[*asked, *first.output, result], tools=[TOOL])
            assert second.output_text.startswith(LABEL)

    @both
    async def test_calls_in_a_stream(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.openai() as client:
            asked = {"model": model, "input": "Please look_up rain", "tools": [TOOL], "tool_choice": "required"}
            async with client.responses.stream(**asked) as stream:
                pieces = [event.delta async for event in stream if event.type.endswith("arguments.delta")]
                final = await stream.get_final_response()
            (call,) = final.output
            assert "".join(pieces) == call.arguments
            assert set(call.parsed_arguments or json.loads(call.arguments)) == {"word"}

    @both
    async def test_an_image_arrives(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.openai() as client:
            content = [
                {"type": "input_text", "text": "What is this?"},
                {"type": "input_image", "image_url": PIXEL, "detail": "auto"},
            ]
            response = await client.responses.create(model=model, input=[{"role": "user", "content": content}])
            provider = world.one if model == OPEN else world.two
            assert PIXEL.partition(",")[2] in provider.received[-1].request.body.decode()
            assert response.output_text

    @both
    async def test_structured_output_is_parsed(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.openai() as client:
            response = await client.responses.parse(model=model, input="Name a city", text_format=City)
            assert isinstance(response.output_parsed, City)
            async with client.responses.stream(model=model, input="Name a city", text_format=City) as stream:
                assert (await stream.get_final_response()).output_parsed == response.output_parsed

    async def test_reasoning_is_shown_and_goes_back_with_its_signature(self, tmp_path):
        async with fronts(tmp_path) as world, world.openai() as client:
            asked = [{"role": "user", "content": "What is rain?"}]
            first = await client.responses.create(model=BY_EFFORT, input=asked, reasoning={"effort": "low"})
            assert [item.type for item in first.output] == ["reasoning", "message"]
            again = [*asked, *first.output, {"role": "user", "content": "And snow?"}]
            await client.responses.create(model=BY_EFFORT, input=again)
            (thought, _) = world.arrived["messages"][1]["content"]
            assert thought["thinking"] == first.output[0].content[0].text
            assert thought["signature"]

    async def test_an_answer_that_was_cut_is_incomplete(self, tmp_path):
        async with fronts(tmp_path, one=Script([First([Truncated(), Truncated()])])) as world, world.openai() as client:
            response = await client.responses.create(model=OPEN, input="What is rain?")
            assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")
            stream = await client.responses.create(model=OPEN, input="What is rain?", stream=True)
            *_, last = [event async for event in stream]
            assert (last.type, last.response.incomplete_details.reason) == ("response.incomplete", "max_output_tokens")


class TestErrors:
    async def test_what_is_not_carried_is_an_error_that_names_it(self, tmp_path):
        async with fronts(tmp_path) as world, world.openai() as client:
            with pytest.raises(openai.BadRequestError) as caught:
                await client.responses.create(model=OPEN, input="Hi", tools=[{"type": "web_search"}])
            assert (caught.value.param, caught.value.code) == ("tools[0].type", "unsupported_parameter")
            assert not world.one.received

    async def test_no_such_model(self, tmp_path):
        async with fronts(tmp_path) as world, world.openai() as client:
            with pytest.raises(openai.NotFoundError) as caught:
                await client.responses.create(model="house/nowhere", input="Hi")
            assert caught.value.code == "model_not_found"

    async def test_too_little_money(self, tmp_path):
        async with fronts(tmp_path) as world, world.openai() as client:
            with pytest.raises(openai.APIStatusError) as caught:
                await client.responses.create(model=OPEN, input="Hi", extra_body={"tokenwise": {"budget": "0.000001"}})
            assert (caught.value.status_code, caught.value.code) == (402, "budget_exceeded")

    @pytest.mark.parametrize("stream", [False, True])
    async def test_an_upstreams_error_before_the_stream_is_a_status(self, tmp_path, stream):
        script = Script([First([Status(422, message="temperature must be at most 2")])])
        async with fronts(tmp_path, one=script) as world, world.openai() as client:
            with pytest.raises(openai.UnprocessableEntityError) as caught:
                await client.responses.create(model=OPEN, input="Hi", stream=stream)
            assert "at most 2" in caught.value.message

    async def test_an_error_within_the_stream_is_an_event_that_the_client_raises_on(self, tmp_path):
        async with fronts(tmp_path, one=Script([First([CutStream(after_chunks=4)])])) as world:
            types, error = await trio.to_thread.run_sync(heard, world.url)
            assert "response.output_text.delta" in types
            assert "broke off" in error.message
            assert world.balances()

    async def test_on_the_wire_the_failed_response_follows_the_error(self, tmp_path):
        async with fronts(tmp_path, one=Script([First([CutStream(after_chunks=4)])])) as world:
            body = {"model": OPEN, "input": "What is rain?", "stream": True}
            answer = await world.ask("POST", "/v1/responses", orjson.dumps(body))
            blocks = [block.split(b"\n") for block in answer.body.split(b"\n\n") if block]
            names = [lines[0].removeprefix(b"event: ").decode() for lines in blocks]
            said = [orjson.loads(lines[1].removeprefix(b"data: ")) for lines in blocks]
            assert names == [each["type"] for each in said]
            assert names[-2:] == ["error", "response.failed"]
            assert said[-1]["response"]["status"] == "failed"

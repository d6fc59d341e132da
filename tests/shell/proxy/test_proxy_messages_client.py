"""The official Anthropic client through the proxy, to providers of two formats."""

import anthropic
import orjson
import pytest
import trio

from tests.shell.front_world import BY_BUDGET, BY_EFFORT, OPEN, PLAIN, fronts
from tokenwise_shell.embedded import LABEL, CutStream, First, Script, Status

HI = [{"role": "user", "content": "What is rain?"}]
TOOL = {
    "name": "look_up",
    "description": "Looks a word up.",
    "input_schema": {
        "type": "object",
        "properties": {"word": {"type": "string"}},
        "required": ["word"],
        "additionalProperties": False,
    },
}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

both = pytest.mark.parametrize("model", [OPEN, BY_EFFORT])


def asked(model: str, messages=HI, **fields) -> dict:
    return {"model": model, "max_tokens": 1000, "messages": messages, **fields}


class TestAnswers:
    @pytest.mark.slow  # the client builds its types when it first needs them
    @both
    async def test_text_with_its_usage_and_the_proxys_headers(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            raw = await client.messages.with_raw_response.create(**asked(model, system="Be brief."))
            message = await raw.parse()
            assert message.content[0].text.startswith(LABEL)
            assert (message.stop_reason, message.type, message.role) == ("end_turn", "message", "assistant")
            assert message.usage.input_tokens > 0 < message.usage.output_tokens
            assert raw.headers["x-tokenwise-model"] == model
            assert message._request_id == raw.headers["x-tokenwise-request-id"]
            assert world.balances()

    async def test_a_native_name_with_its_date_means_the_model(self, tmp_path):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            for name in ("claude-haiku-4-5-20251001", "claude-haiku-4-5", BY_BUDGET):
                raw = await client.messages.with_raw_response.create(**asked(name))
                assert raw.headers["x-tokenwise-model"] == BY_BUDGET

    @pytest.mark.slow  # likewise those of a stream's events
    @both
    async def test_a_stream_gathers_to_what_a_whole_answer_says(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            async with client.messages.stream(**asked(model)) as stream:
                said = "".join([text async for text in stream.text_stream])
                final = await stream.get_final_message()
            whole = await client.messages.create(**asked(model))
            assert said == final.content[0].text == whole.content[0].text
            assert (final.stop_reason, final.usage) == (whole.stop_reason, whole.usage)

    @both
    @pytest.mark.parametrize("streams", [False, True])
    async def test_a_loop_with_a_tool_ends_in_text(self, tmp_path, model, streams):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            messages = [{"role": "user", "content": "Please look_up rain"}]
            request = asked(model, messages, tools=[TOOL], tool_choice={"type": "any"})
            if streams:
                async with client.messages.stream(**request) as stream:
                    first = await stream.get_final_message()
            else:
                first = await client.messages.create(**request)
            (call,) = [block for block in first.content if block.type == "tool_use"]
            assert (first.stop_reason, set(call.input)) == ("tool_use", {"word"})
            result = {"type": "tool_result", "tool_use_id": call.id, "content": "water that falls"}
            messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
            second = await client.messages.create(**asked(model, messages, tools=[TOOL]))
            assert second.content[0].text.startswith(LABEL)

    @both
    async def test_an_image_arrives(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
            content = [{"type": "text", "text": "What is this?"}, {"type": "image", "source": source}]
            await client.messages.create(**asked(model, [{"role": "user", "content": content}]))
            provider = world.one if model == OPEN else world.two
            assert PIXEL in provider.received[-1].request.body.decode()

    @both
    async def test_structured_output(self, tmp_path, model):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
            config = {"format": {"type": "json_schema", "schema": schema | {"additionalProperties": False}}}
            message = await client.messages.create(**asked(model, output_config=config))
            assert type(orjson.loads(message.content[0].text)["n"]) is int

    @pytest.mark.parametrize("streams", [False, True])
    async def test_thinking_comes_with_its_signature_and_goes_back_with_it(self, tmp_path, streams):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            request = asked(BY_EFFORT, thinking={"type": "adaptive"})
            if streams:
                async with client.messages.stream(**request) as stream:
                    first = await stream.get_final_message()
            else:
                first = await client.messages.create(**request)
            assert [block.type for block in first.content] == ["thinking", "text"]
            messages = [*HI, {"role": "assistant", "content": first.content}, {"role": "user", "content": "And snow?"}]
            await client.messages.create(**asked(BY_EFFORT, messages, thinking={"type": "adaptive"}))
            thought = first.content[0]
            sent = {"type": "thinking", "thinking": thought.thinking, "signature": thought.signature}
            assert world.arrived["messages"][1]["content"][0] == sent
            assert thought.signature

    async def test_a_marked_prefix_is_cached_and_billed_as_such(self, tmp_path):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            book = {"type": "text", "text": "Rain is water. " * 400, "cache_control": {"type": "ephemeral"}}
            message = await client.messages.create(**asked(BY_EFFORT, system=[book]))
            assert message.usage.cache_creation_input_tokens or message.usage.cache_read_input_tokens
            assert world.balances()

    @both
    async def test_the_sequence_at_which_an_answer_stopped(self, tmp_path, model):
        """Anthropic says which; of OpenAI's format nobody can know."""
        async with fronts(tmp_path) as world, world.anthropic() as client:
            message = await client.messages.create(**asked(model, stop_sequences=["provider"]))
            known = ("stop_sequence", "provider") if model == BY_EFFORT else ("end_turn", None)
            assert (message.stop_reason, message.stop_sequence) == known
            async with client.messages.stream(**asked(model, stop_sequences=["provider"])) as stream:
                final = await stream.get_final_message()
            assert (final.stop_reason, final.stop_sequence) == known

    @pytest.mark.slow  # likewise those of the beta interface
    async def test_what_it_asks_for_by_beta_headers_and_queries_passes(self, tmp_path):
        """As Claude Code asks: a query, betas, a marked system prompt, an effort, a context to be tidied."""
        async with fronts(tmp_path) as world, world.anthropic() as client:
            for model in (OPEN, BY_EFFORT):
                message = await client.beta.messages.create(
                    **asked(model, [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]),
                    betas=["interleaved-thinking-2025-05-14", "context-management-2025-06-27"],
                    system=[{"type": "text", "text": "You code.", "cache_control": {"type": "ephemeral"}}],
                    tools=[TOOL],
                    metadata={"user_id": "user_1"},
                    output_config={"effort": "high"},
                    context_management={"edits": [{"type": "clear_tool_uses_20250919"}]},
                )
                assert message.content[0].text.startswith(LABEL)

    @pytest.mark.parametrize(
        ("thinking", "sent"),
        [
            ({"type": "adaptive"}, None),
            ({"type": "disabled"}, None),
            ({"type": "enabled", "budget_tokens": 500}, "medium"),
        ],
    )
    async def test_a_model_that_cannot_think_is_told_to_only_where_it_must(self, tmp_path, thinking, sent):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            await client.messages.create(**asked(PLAIN, thinking=thinking, output_config={"effort": "high"}))
            assert orjson.loads(world.one.received[-1].request.body).get("reasoning_effort") == sent


class TestCounting:
    async def test_tokens_are_estimated_and_nobody_is_asked(self, tmp_path):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            few = await client.messages.count_tokens(model=BY_EFFORT, messages=HI)
            many = await client.messages.count_tokens(model=BY_EFFORT, messages=HI, system="Rain is water. " * 100)
            assert 0 < few.input_tokens < 30
            assert 300 < many.input_tokens - few.input_tokens < 600
            assert not world.two.received

    async def test_what_could_not_be_asked_is_not_counted(self, tmp_path):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            with pytest.raises(anthropic.NotFoundError):
                await client.messages.count_tokens(model="claude-nobody", messages=HI)
            with pytest.raises(anthropic.BadRequestError):
                await client.messages.count_tokens(model=BY_EFFORT, messages=[])


def heard(url: str) -> tuple[list[str], anthropic.APIStatusError]:
    """The types of a stream's events, and the error that ends it.

    The client is the synchronous one, in a thread: the other leaves its generators open where a stream fails.
    """
    types: list[str] = []
    with anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client:
        stream = client.messages.create(**asked(BY_EFFORT), stream=True)
        try:
            types.extend(event.type for event in stream)
        except anthropic.APIStatusError as error:
            return types, error
    pytest.fail("the stream did not fail")


class TestErrors:
    @pytest.mark.parametrize(
        ("fields", "status", "kind"),
        [
            ({"model": "claude-nobody"}, 404, "not_found_error"),
            ({"max_tokens": 0}, 400, "invalid_request_error"),
            ({"extra_body": {"tokenwise": {"budget": "0.000001"}}}, 402, "billing_error"),
        ],
    )
    async def test_errors_are_anthropics(self, tmp_path, fields, status, kind):
        async with fronts(tmp_path) as world, world.anthropic() as client:
            with pytest.raises(anthropic.APIStatusError) as caught:
                await client.messages.create(**asked(OPEN) | fields)
            assert caught.value.status_code == status
            assert caught.value.body["type"] == "error"
            assert caught.value.body["error"]["type"] == kind

    async def test_a_body_that_is_no_json_and_a_path_below(self, tmp_path):
        async with fronts(tmp_path) as world:
            answer = await world.ask("POST", "/v1/messages", b"{")
            assert (answer.status, answer.json["error"]["type"]) == (400, "invalid_request_error")
            answer = await world.ask("GET", "/v1/messages")
            assert (answer.status, answer.json["type"]) == (405, "error")

    @pytest.mark.parametrize("stream", [False, True])
    async def test_an_upstreams_error_before_the_stream_is_a_status(self, tmp_path, stream):
        busy = [Status(429, headers={"Retry-After": "0"})] * 10
        async with fronts(tmp_path, two=Script([First(busy)])) as world, world.anthropic() as client:
            with pytest.raises(anthropic.RateLimitError) as caught:
                await client.messages.create(**asked(BY_EFFORT), stream=stream)
            assert caught.value.body["error"]["type"] == "rate_limit_error"

    async def test_an_error_within_the_stream_is_an_event_that_the_client_raises_on(self, tmp_path):
        async with fronts(tmp_path, two=Script([First([CutStream(after_chunks=4)])])) as world:
            types, error = await trio.to_thread.run_sync(heard, world.url)
            assert "content_block_delta" in types
            assert error.body["error"]["type"] == "api_error"
            assert world.balances()

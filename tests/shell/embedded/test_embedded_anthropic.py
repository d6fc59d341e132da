"""Fidelity: Anthropic's own SDK as the client, over a loopback socket. It is read in a thread, streams and all."""

from collections.abc import Callable
from typing import TypeVar

import anthropic
import orjson
import pytest
import trio

from tests.shell.embedded_client import DIALECTS, INSTANT, connect
from tokenwise_shell.embedded import LABEL, EmbeddedProvider, First, Script, Status, serve

T = TypeVar("T")

ASKED = [{"role": "user", "content": "Will it rain in Oslo?"}]
REQUEST = {"model": "claude-opus-5-5", "max_tokens": 400, "messages": ASKED}
WEATHER = {
    "name": "get_weather",
    "description": "The weather of some days.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1, "maximum": 7}},
        "required": ["city", "days"],
    },
}
CLOCK = {"name": "get_time", "input_schema": {"type": "object", "properties": {}}}


def provider(**fields) -> EmbeddedProvider:
    return EmbeddedProvider(pace=INSTANT, **fields)


async def sdk(
    use: Callable[[anthropic.Anthropic], T], ours: EmbeddedProvider | None = None, *, retries: int = 0, **auth: str
) -> T:
    """What the SDK makes of the provider."""

    def used(base_url: str) -> T:
        with anthropic.Anthropic(base_url=base_url, max_retries=retries, **(auth or {"api_key": "x"})) as client:
            return use(client)

    async with serve(ours or provider()) as address:
        return await trio.to_thread.run_sync(used, address.origin)


def create(**fields):
    return lambda client: client.messages.create(**(REQUEST | fields))


async def error_of(
    use: Callable[[anthropic.Anthropic], object], ours: EmbeddedProvider | None = None, **auth: str
) -> anthropic.APIError:
    """What the SDK raises, caught in its thread: outside of it would be an exception group around it."""

    def caught(client):
        with pytest.raises(anthropic.APIError) as raised:
            use(client)
        return raised.value

    return await sdk(caught, ours, **auth)


def as_sent(message: anthropic.types.Message) -> dict:
    """A message without what the SDK adds to one that it collected from a stream."""
    return message.model_dump(exclude={"parsed_output": True, "content": {"__all__": {"parsed_output"}}})


class TestMessages:
    async def test_a_plain_answer(self):
        ours = provider()
        message = await sdk(create(), ours)
        assert (message.type, message.role, message.model) == ("message", "assistant", "claude-opus-5-5")
        assert message.id.startswith("msg_")
        assert (message.stop_reason, message.stop_sequence) == ("end_turn", None)
        assert message.content[0].text.startswith(LABEL)
        assert message.usage.output_tokens == ours.billed[0].completion_tokens
        assert message.usage.input_tokens == ours.billed[0].prompt_tokens

    async def test_a_stream_adds_up_to_the_plain_answer(self):
        def both(client):
            with client.messages.stream(**REQUEST) as stream:
                return client.messages.create(**REQUEST), stream.get_final_message()

        plain, streamed = await sdk(both)
        assert as_sent(streamed) == as_sent(plain)

    async def test_the_events_come_in_anthropics_order(self):
        def events(client):
            return list(client.messages.create(**REQUEST, stream=True))

        first, opened, *deltas, closed, delta, last = await sdk(events)
        assert (first.type, opened.type, closed.type) == ("message_start", "content_block_start", "content_block_stop")
        assert {event.type for event in deltas} == {"content_block_delta"}
        assert (delta.type, last.type) == ("message_delta", "message_stop")
        assert (first.message.content, first.message.stop_reason, first.message.usage.output_tokens) == ([], None, 1)
        assert (delta.delta.stop_reason, delta.usage.output_tokens) == ("end_turn", len(deltas))

    async def test_each_event_is_named_on_the_wire_and_a_ping_follows_the_first_block(self):
        answer = await DIALECTS["anthropic"].ask(provider(), stream=True)
        names = [line.removeprefix(b"event: ") for line in answer.body.splitlines() if line.startswith(b"event: ")]
        assert names[:4] == [b"message_start", b"content_block_start", b"ping", b"content_block_delta"]
        assert names == [orjson.loads(event)["type"].encode() for event in answer.events]

    async def test_the_system_prompt_is_read_as_text_or_as_blocks(self):
        blocks = [{"type": "text", "text": "Be brief."}]
        text, listed, without = [await sdk(create(system=system)) for system in ("Be brief.", blocks, "")]
        assert text == listed
        assert text.usage.input_tokens > without.usage.input_tokens

    async def test_pictures_and_documents_are_counted(self):
        content = [
            {"type": "text", "text": "What is this?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
            {"type": "image", "source": {"type": "url", "url": "https://example.com/cat.png"}},
            {"type": "document", "source": {"type": "url", "url": "https://example.com/cat.pdf"}},
        ]
        message = await sdk(create(messages=[{"role": "user", "content": content}]))
        assert message.usage.input_tokens > 3 * 85

    @pytest.mark.parametrize("stream", [False, True])
    async def test_the_cap_cuts_the_answer(self, stream):
        def capped(client):
            if not stream:
                return client.messages.create(**REQUEST | {"max_tokens": 5})
            with client.messages.stream(**REQUEST | {"max_tokens": 5}) as streamed:
                return streamed.get_final_message()

        message = await sdk(capped)
        assert (message.stop_reason, message.usage.output_tokens) == ("max_tokens", 5)

    async def test_a_stop_sequence_is_named(self):
        message = await sdk(create(stop_sequences=["nowhere", "would"]))
        assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "would")
        assert message.content[0].text.endswith("claude-opus-5-5 ")

    async def test_structured_output_conforms(self):
        schema = {"type": "object", "properties": {"sky": {"enum": ["clear", "grey"]}}, "required": ["sky"]}
        message = await sdk(create(output_config={"format": {"type": "json_schema", "schema": schema}}))
        assert orjson.loads(message.content[0].text)["sky"] in ("clear", "grey")

    async def test_a_count_is_what_is_billed(self):
        asked = {key: REQUEST[key] for key in ("model", "messages")} | {"tools": [WEATHER], "system": "Be brief."}

        def both(client):
            return client.messages.count_tokens(**asked), client.messages.create(**asked, max_tokens=9)

        count, message = await sdk(both)
        assert count.input_tokens == message.usage.input_tokens

    async def test_the_models_are_listed_and_found(self):
        def models(client):
            return [model.id for model in client.models.list()], client.models.retrieve("claude-b").display_name

        assert await sdk(models, provider(models=("claude-a", "claude-b"))) == (["claude-a", "claude-b"], "claude-b")


class TestTools:
    @pytest.mark.parametrize("choice", [{"type": "any"}, {"type": "tool", "name": "get_weather"}])
    async def test_a_demanded_call_conforms_to_the_tools_schema(self, choice):
        message = await sdk(create(tools=[CLOCK, WEATHER][:: -1 if choice["type"] == "any" else 1], tool_choice=choice))
        [call] = message.content
        assert (message.stop_reason, call.type, call.name) == ("tool_use", "tool_use", "get_weather")
        assert call.id.startswith("toolu_")
        assert set(call.input) == {"city", "days"}
        assert 1 <= call.input["days"] <= 7

    async def test_a_streamed_call_adds_up_to_the_plain_one(self):
        request = REQUEST | {"tools": [WEATHER], "tool_choice": {"type": "any"}}

        def both(client):
            with client.messages.stream(**request) as stream:
                return client.messages.create(**request), stream.get_final_message()

        plain, streamed = await sdk(both)
        assert streamed.content == plain.content
        assert streamed.usage == plain.usage

    async def test_a_round_trip_with_parallel_calls_ends_in_text(self):
        asked = [{"role": "user", "content": "Call get_weather and get_time, please"}]
        request = REQUEST | {"tools": [WEATHER, CLOCK]}

        def round_trip(client):
            first = client.messages.create(**request | {"messages": asked})
            results = [
                {"type": "tool_result", "tool_use_id": call.id, "content": [{"type": "text", "text": "81 % by noon"}]}
                for call in first.content
            ]
            messages = [*asked, first.to_param(), {"role": "user", "content": results}]
            return first, client.messages.create(**request | {"messages": messages})

        first, second = await sdk(round_trip)
        assert [call.name for call in first.content] == ["get_weather", "get_time"]
        assert second.stop_reason == "end_turn"
        assert "81 % by noon" in second.content[0].text

    async def test_parallel_calls_can_be_turned_off(self):
        asked = [{"role": "user", "content": "Call get_weather and get_time, please"}]
        choice = {"type": "auto", "disable_parallel_tool_use": True}
        message = await sdk(create(messages=asked, tools=[WEATHER, CLOCK], tool_choice=choice))
        assert [call.name for call in message.content] == ["get_weather"]

    @pytest.mark.parametrize(
        ("messages", "complaint"),
        [
            ([{"type": "tool_result", "tool_use_id": "stray", "content": "x"}], "unexpected `tool_use_id` found"),
            ([{"type": "text", "text": "And?"}], "without `tool_result` blocks immediately after"),
        ],
    )
    async def test_calls_and_results_must_match(self, messages, complaint):
        called = {"role": "assistant", "content": [{"type": "tool_use", "id": "one", "name": "get_time", "input": {}}]}
        error = await error_of(create(messages=[*ASKED, called, {"role": "user", "content": messages}]))
        assert isinstance(error, anthropic.BadRequestError)
        assert complaint in str(error)


THINKING = {"type": "enabled", "budget_tokens": 1024}


class TestThinking:
    async def test_thinking_comes_first_is_signed_and_is_billed_as_output(self):
        ours = provider()
        message = await sdk(create(max_tokens=2000, thinking=THINKING), ours)
        thought, said = message.content
        assert thought.thinking.startswith("[simulated")
        assert thought.signature
        assert said.text.startswith(LABEL)
        assert message.usage.output_tokens_details.thinking_tokens == ours.billed[0].usage.reasoning_tokens > 0

    async def test_a_stream_of_it_adds_up(self):
        request = REQUEST | {"max_tokens": 2000, "thinking": THINKING}

        def both(client):
            with client.messages.stream(**request) as stream:
                return client.messages.create(**request), stream.get_final_message()

        plain, streamed = await sdk(both)
        assert as_sent(streamed) == as_sent(plain)

    async def test_omitted_thinking_has_a_signature_alone(self):
        message = await sdk(create(max_tokens=2000, thinking={"type": "adaptive", "display": "omitted"}))
        assert (message.content[0].thinking, bool(message.content[0].signature)) == ("", True)

    async def test_it_may_be_sent_back_and_is_not_read_again(self):
        def answered(client):
            first = client.messages.create(**REQUEST | {"max_tokens": 2000, "thinking": THINKING})
            texts = [block for block in first.content if block.type == "text"]
            told = [
                client.messages.create(**REQUEST | {"messages": [*ASKED, {"role": "assistant", "content": content}]})
                for content in (first.content, texts)
            ]
            return told[0].usage.input_tokens, told[1].usage.input_tokens

        with_thinking, without = await sdk(answered)
        assert with_thinking == without

    @pytest.mark.parametrize(
        ("fields", "complaint"),
        [
            ({"thinking": {"type": "enabled", "budget_tokens": 9}}, "budget_tokens"),
            ({"thinking": THINKING}, "`max_tokens` must be greater"),
            ({"thinking": {"type": "adaptive"}, "tools": [CLOCK], "tool_choice": {"type": "any"}}, "forces tool use"),
        ],
    )
    async def test_what_anthropic_refuses_is_refused(self, fields, complaint):
        error = await error_of(create(**fields))
        assert isinstance(error, anthropic.BadRequestError)
        assert complaint in str(error)


class TestCaching:
    LONG = "rain " * 2000

    def marked(self, number: int, **mark: str) -> dict:
        block = {"type": "text", "text": f"{number} {self.LONG}", "cache_control": {"type": "ephemeral", **mark}}
        return REQUEST | {"system": [block]}

    async def usages(self, requests: list[dict]) -> list[anthropic.types.Usage]:
        return await sdk(lambda client: [client.messages.create(**request).usage for request in requests])

    async def test_a_marked_prefix_is_written_or_read_as_a_whole(self):
        usages = await self.usages([self.marked(number) for number in range(8)])
        classes = {(usage.cache_creation_input_tokens > 0, usage.cache_read_input_tokens > 0) for usage in usages}
        assert classes == {(True, False), (False, True)}
        for usage in usages:
            assert usage.cache_creation_input_tokens + usage.cache_read_input_tokens > 2000
            assert usage.cache_creation.ephemeral_5m_input_tokens == usage.cache_creation_input_tokens
            assert 0 < usage.input_tokens < 50  # the question alone, and the frame of the reply

    async def test_an_hour_is_a_class_of_its_own(self):
        usages = await self.usages([self.marked(number, ttl="1h") for number in range(4)])
        assert any(usage.cache_creation_input_tokens for usage in usages)
        for usage in usages:
            assert usage.cache_creation.ephemeral_1h_input_tokens == usage.cache_creation_input_tokens

    async def test_without_a_mark_nothing_is_cached(self):
        usages = await self.usages([REQUEST | {"system": f"{number} {self.LONG}"} for number in range(4)])
        assert {usage.cache_creation_input_tokens + usage.cache_read_input_tokens for usage in usages} == {0}

    async def test_a_mark_changes_nothing_that_is_said(self):
        unmarked = REQUEST | {"system": f"1 {self.LONG}"}
        said = await sdk(lambda c: [c.messages.create(**each).content for each in (self.marked(1), unmarked)])
        assert said[0] == said[1]

    async def test_a_mark_on_the_tools_or_on_everything_is_heeded(self):
        tool = WEATHER | {"description": self.LONG, "cache_control": {"type": "ephemeral"}}
        everything = {"system": self.LONG, "cache_control": {"type": "ephemeral"}}
        for usage in await self.usages([REQUEST | {"tools": [tool]}, REQUEST | everything]):
            assert usage.cache_creation_input_tokens + usage.cache_read_input_tokens > 2000


class TestErrors:
    """The SDK raises for each error what it raises for Anthropic's."""

    @pytest.mark.parametrize(
        ("fault", "error", "kind"),
        [
            ("400", anthropic.BadRequestError, "invalid_request_error"),
            ("401", anthropic.AuthenticationError, "authentication_error"),
            ("403", anthropic.PermissionDeniedError, "permission_error"),
            ("404", anthropic.NotFoundError, "not_found_error"),
            ("429", anthropic.RateLimitError, "rate_limit_error"),
            ("500", anthropic.InternalServerError, "api_error"),
            ("529", anthropic.InternalServerError, "overloaded_error"),
        ],
    )
    async def test_a_status(self, fault, error, kind):
        raised = await error_of(create(extra_headers={"x-tokenwise-fault": fault}))
        assert isinstance(raised, error)
        assert (raised.status_code, raised.type) == (int(fault), kind)

    @pytest.mark.parametrize("fault", ["reset", "garbage-bytes", "cut-stream"])
    async def test_a_broken_connection(self, fault):
        error = await error_of(create(extra_headers={"x-tokenwise-fault": fault}))
        assert isinstance(error, anthropic.APIConnectionError)

    async def test_an_error_in_the_middle_of_a_stream(self):
        seen = []

        def read(client):
            fault = {"x-tokenwise-fault": "error-event-mid-stream:3"}
            seen.extend(event.type for event in client.messages.create(**REQUEST, stream=True, extra_headers=fault))

        error = await error_of(read)
        assert (error.type, "had an error" in str(error)) == ("api_error", True)
        assert seen == ["message_start", "content_block_start", "content_block_delta", "content_block_delta"]

    @pytest.mark.parametrize("auth", [{"api_key": "right"}, {"auth_token": "right"}])
    async def test_the_key_comes_in_either_header(self, auth):
        assert (await sdk(create(), provider(keys={"right"}), **auth)).stop_reason == "end_turn"

    @pytest.mark.parametrize("auth", [{"api_key": "wrong"}, {"auth_token": "wrong"}])
    async def test_a_wrong_key(self, auth):
        error = await error_of(create(), provider(keys={"right"}), **auth)
        assert isinstance(error, anthropic.AuthenticationError)

    async def test_a_field_that_anthropic_does_not_have_is_refused(self):
        error = await error_of(create(extra_body={"n": 2}))
        assert "n: Extra inputs are not permitted" in str(error)

    @pytest.mark.parametrize(
        ("headers", "fields", "complaint"),
        [
            ({}, {}, "anthropic-version: header is required"),
            (DIALECTS["anthropic"].headers, {"max_tokens": None}, "max_tokens: Field required"),
        ],
    )
    async def test_what_the_sdk_would_never_forget_is_asked_for(self, headers, fields, complaint):
        request = DIALECTS["anthropic"].request("hi", **fields)
        async with trio.open_nursery() as nursery:
            client = connect(nursery, provider())
            answer = await client.call("POST", "/v1/messages", request.body, dict(headers))
            await client.stream.aclose()
        assert (answer.status, answer.json["error"]["type"]) == (400, "invalid_request_error")
        assert complaint in answer.json["error"]["message"]

    @pytest.mark.parametrize(
        ("fields", "beta"),
        [
            ({"context_management": {"edits": []}}, "context-management-2025-06-27"),
            ({"mcp_servers": []}, "mcp-client-2025-04-04"),
            ({"speed": "fast"}, "fast-mode-2026-02-01"),
        ],
    )
    async def test_a_field_in_beta_is_taken_with_the_header_that_opens_it(self, fields, beta):
        request = DIALECTS["anthropic"].request("hi", **fields)
        statuses = []
        for betas in ({}, {"anthropic-beta": "other-2025-01-01"}, {"anthropic-beta": f"other-2025-01-01, {beta}"}):
            async with trio.open_nursery() as nursery:
                client = connect(nursery, provider())
                headers = {**dict(DIALECTS["anthropic"].headers), **betas}
                statuses.append((await client.call("POST", "/v1/messages", request.body, headers)).status)
                await client.stream.aclose()
        assert statuses == [400, 400, 200]

    async def test_the_sdk_retries_after_what_the_script_says_and_gets_its_answer(self):
        ours = provider(script=Script([First([Status(529, headers=(("Retry-After-Ms", "1"),))])]))
        assert (await sdk(create(), ours, retries=1)).stop_reason == "end_turn"
        assert [entry.ordinal for entry in ours.billed] == [2]

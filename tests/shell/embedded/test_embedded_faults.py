"""What each scripted fault looks like to a client, and what it is billed. In memory, under virtual time."""

import orjson
import pytest
import trio
import trio.testing

from tests.shell.embedded_client import INSTANT, ask, chat_body, connect
from tokenwise_shell.embedded import (
    CutStream,
    EmbeddedProvider,
    First,
    Hang,
    HttpRequest,
    Script,
    SlowFirstByte,
    Stall,
    Status,
)
from tokenwise_shell.embedded.faults.faults import FAULT_NAMES


def provider(**fields) -> EmbeddedProvider:
    return EmbeddedProvider(pace=INSTANT, **fields)


def sound(**fields):
    """The answer of the same request without a fault."""
    return ask(provider(), **fields)


class TestInsteadOfAnAnswer:
    async def test_a_status_carries_openais_error_and_bills_nothing(self):
        ours = provider()
        answer = await ask(ours, fault="429")
        assert answer.status == 429
        assert answer.json["error"]["type"] == "rate_limit_error"
        assert answer.json["error"]["code"] == "rate_limit_exceeded"
        assert ours.billed == []

    async def test_a_status_carries_the_headers_it_is_given(self):
        answer = await ask(provider(script=Script([First([Status(503, headers=(("Retry-After", "2"),))])])))
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")

    async def test_a_status_may_have_a_foreign_body(self):
        fault = Status(502, body="<h1>Bad gateway</h1>", headers=(("Content-Type", "text/html"),))
        answer = await ask(provider(script=Script([First([fault])])))
        assert (answer.body, answer.headers["content-type"]) == (b"<h1>Bad gateway</h1>", "text/html")

    async def test_a_header_replaces_the_one_that_would_be_sent(self):
        fault = '{"fault": "status", "headers": {"Content-Type": "text/html", "Retry-After": 3}}'
        request = HttpRequest("POST", "/v1/chat/completions", (("x-tokenwise-fault", fault),), chat_body())
        head, *_ = provider().respond(request)[0]
        assert sorted(name for name, _ in head.headers) == ["content-length", "content-type", "retry-after"]

    async def test_a_redirect_names_its_target(self):
        answer = await ask(provider(), fault="redirect:http://elsewhere.example/")
        assert (answer.status, answer.headers["location"]) == (307, "http://elsewhere.example/")

    async def test_a_reset_ends_the_connection_before_any_byte(self):
        ours = provider()
        answer = await ask(ours, fault="reset")
        assert (answer.status, answer.body, answer.whole) == (0, b"", False)
        assert ours.billed == []

    async def test_garbage_is_no_http(self):
        assert (await ask(provider(), fault="garbage-bytes:what?")).status == 0

    async def test_a_hang_sends_nothing_until_it_closes(self, autojump_clock):
        answer = await ask(provider(script=Script([First([Hang(30_000)])])))
        assert (answer.status, autojump_clock.current_time()) == (0, 30.0)


class TestDelivery:
    @pytest.mark.parametrize("stream", [False, True])
    async def test_a_slow_first_byte_delays_the_whole_answer(self, autojump_clock, stream):
        answer = await ask(provider(script=Script([First([SlowFirstByte(1500)])])), stream=stream)
        assert autojump_clock.current_time() == 1.5
        assert answer == await sound(stream=stream)

    async def test_who_loses_patience_before_a_slow_first_byte_has_asked_all_the_same(self, autojump_clock):
        ours = provider(script=Script([First([SlowFirstByte(9000)])]))
        async with trio.open_nursery() as nursery:
            client = connect(nursery, ours)
            await client.send("POST", "/v1/chat/completions", chat_body())
            await trio.sleep(1)
            await client.stream.aclose()
        assert autojump_clock.current_time() == 1.0
        assert [entry.client_left for entry in ours.billed] == [True]

    async def test_a_stall_lies_between_two_chunks_and_changes_nothing(self, autojump_clock):
        stalling = provider(script=Script([First([Stall(after_chunks=3, ms=9000)])]))
        async with trio.open_nursery() as nursery:
            client = connect(nursery, stalling)
            await client.send("POST", "/v1/chat/completions", chat_body(stream=True))
            with trio.move_on_after(5):
                await client.receive()
            assert (stalling.billed[0].completion_tokens, autojump_clock.current_time()) == (2, 5.0)
            nursery.cancel_scope.cancel()

    async def test_a_plain_answer_is_cut_in_its_body_and_billed_in_full(self):
        ours, whole = provider(), await sound()
        answer = await ask(ours, fault="cut-stream")
        assert (answer.whole, answer.body) == (False, whole.body[: len(whole.body) // 2])
        assert ours.billed[0].completion_tokens == whole.json["usage"]["completion_tokens"]

    @pytest.mark.parametrize("stream", [False, True])
    async def test_a_dribble_arrives_whole(self, stream):
        assert (await ask(provider(), stream=stream, fault="dribble")).body == (await sound(stream=stream)).body

    async def test_an_error_event_ends_the_stream_without_done(self):
        answer = await ask(provider(), stream=True, fault="error-event-mid-stream:3")
        assert (answer.status, answer.whole, len(answer.events)) == (200, True, 4)
        assert orjson.loads(answer.events[-1])["error"]["type"] == "server_error"

    async def test_where_nothing_is_streamed_the_error_is_a_status(self):
        assert (await ask(provider(), fault="error-event-mid-stream")).status == 500

    async def test_a_body_of_malformed_json_comes_with_an_honest_length(self):
        answer = await ask(provider(), fault="malformed-json")
        assert (answer.status, answer.whole) == (200, True)
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(answer.body)


class TestContent:
    async def choice(self, fault: str) -> dict:
        return (await ask(provider(), fault=fault)).json["choices"][0]

    async def test_an_empty_reply_ends_as_if_all_were_well(self):
        choice = await self.choice("empty-reply")
        assert (choice["message"]["content"], choice["finish_reason"]) == ("", "stop")

    async def test_an_empty_reply_bills_the_thought_that_went_into_it(self):
        ours = provider()
        await ask(ours, fault="empty-reply", reasoning_effort="high")
        assert ours.billed[0].completion_tokens == ours.billed[0].usage.reasoning_tokens > 1

    async def test_a_refusal_stands_in_its_own_field(self):
        message = (await self.choice("refusal"))["message"]
        assert (message["content"], message["refusal"]) == (None, "I cannot help with that.")

    async def test_another_model_says_its_name_and_is_billed(self):
        ours = provider()
        assert (await ask(ours, fault="wrong-model:dearer")).json["model"] == ours.billed[0].model == "dearer"


class TestEveryFault:
    """Whatever is scripted, the connection ends or answers, and the provider serves the next client."""

    @pytest.mark.parametrize("name", FAULT_NAMES)
    async def test_embeddings_can_meet_it_too(self, autojump_clock, name):
        ours = provider()
        async with trio.open_nursery() as nursery:
            client = connect(nursery, ours)
            body = orjson.dumps({"model": "e", "input": "rain"})
            answer = await client.call("POST", "/v1/embeddings", body, {"x-tokenwise-fault": name})
            await client.stream.aclose()
        assert autojump_clock.current_time() <= 600
        assert answer.status == 200 or ours.billed == []

    async def test_the_entry_names_the_fault(self):
        ours = provider(script=Script([First([CutStream(2), None])]))
        await ask(ours, stream=True)
        await ask(ours)
        assert [entry.fault for entry in ours.billed] == ["cut-stream", ""]

    async def test_a_fault_asked_for_by_header_is_not_counted_by_the_script(self):
        ours = provider(script=Script([First([Status(503)])]))
        assert (await ask(ours, fault="429")).status == 429
        assert (await ask(ours)).status == 503

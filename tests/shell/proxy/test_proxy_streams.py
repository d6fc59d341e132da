"""Streams through the proxy, over loopback: what is passed on, when others may still be asked, and how they end."""

from decimal import Decimal

import httpx
import orjson
import pytest
import trio

from tests.shell.loopback import CHUNKED, chunk, pausing, saying, whole
from tests.shell.proxy_world import INSTANT, LARGE, SMALL, chat, proxy, proxy_of, until
from tokenwise.policy import Policy
from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.embedded import (
    CutStream,
    EmbeddedProvider,
    ErrorEventMidStream,
    First,
    MalformedJson,
    Pace,
    Reset,
    Script,
    Status,
    serve,
)

ASKED = {"stream": True}
WITH_USAGE = {"stream": True, "stream_options": {"include_usage": True}}


def text_of(events) -> str:
    chunks = [event for event in events if event != "[DONE]" and event.get("choices")]
    return "".join(one["choices"][0]["delta"].get("content") or "" for one in chunks)


def said(*texts: str, finish: str | None = "stop") -> bytes:
    """A stream of OpenAI's format, up to its `[DONE]` unless it does not finish."""
    events = [{"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}]
    events += [{"choices": [{"index": 0, "delta": {"content": text}}]} for text in texts]
    if finish:
        events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    written = [b"data: " + orjson.dumps(event) + b"\n\n" for event in events]
    return b"".join(written) + (b"data: [DONE]\n\n" if finish else b"")


async def directly(fields: dict) -> list[bytes]:
    """The events of the provider's own stream, its usage among them."""
    body = fields | {"model": "small-1", "max_tokens": 4096, "stream_options": {"include_usage": True}}
    async with serve(EmbeddedProvider(pace=INSTANT)) as address, httpx.AsyncClient(verify=False) as http:
        answer = await http.post(f"{address}/chat/completions", json=body)
    return [part.removeprefix(b"data: ") for part in answer.content.split(b"\n\n") if part]


class TestWhatIsPassedOn:
    @pytest.mark.slow  # a proxy and three servers
    @pytest.mark.parametrize("more", [{}, {"n": 2, "logprobs": True}, {"reasoning_effort": "high"}], ids=str)
    async def test_every_event_is_the_providers_to_the_last_byte(self, tmp_path, more):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat(**ASKED, **more))
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        *chunks, _usage, done = await directly(chat(**ASKED, **more))
        assert answer.data == [*chunks, done]

    async def test_usage_comes_last_if_it_was_asked_for_and_the_cost_with_it(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat(**WITH_USAGE))
            run = answer.headers["x-tokenwise-request-id"]
            (charged,) = [line for line in world.lines_of(run) if line["type"] == "charged"]
        *_, usage, done = await directly(chat(**WITH_USAGE))
        assert answer.data[-1] == done == b"[DONE]"
        bill = answer.events[-2]["tokenwise"]
        assert answer.data[-2] == usage.removesuffix(b"}") + b',"tokenwise":' + orjson.dumps(bill) + b"}"
        assert (bill["cost_nano"], bill["request_id"], bill["model"]) == (charged["amount_nano"], run, SMALL)
        assert Decimal(bill["cost_usd"]) * 10**9 == charged["amount_nano"]

    async def test_the_head_tells_what_answers_and_no_cost_yet(self, tmp_path):
        async with proxy(tmp_path) as world:
            answer = await world.post(chat(**ASKED))
        told = {name.removeprefix("x-tokenwise-") for name in answer.headers if name.startswith("x-tokenwise-")}
        assert told == {"request-id", "model", "provider", "decision-id", "attempts"}

    async def test_a_server_that_does_not_stream_is_streamed_for(self, tmp_path):
        message = {"role": "assistant", "content": "All of it.", "tool_calls": [{"id": "c", "function": {"name": "f"}}]}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}
        usage = {"prompt_tokens": 3, "completion_tokens": 4}
        body = {"id": "x", "object": "chat.completion", "model": "small-1", "choices": [choice], "usage": usage}
        async with proxy_of(tmp_path, saying(whole(orjson.dumps(body)))) as world:
            answer = await world.post(chat(**WITH_USAGE))
        first, last, done = answer.events
        assert first["object"] == "chat.completion.chunk"
        assert first["choices"][0]["delta"]["content"] == "All of it."
        assert first["choices"][0]["delta"]["tool_calls"] == [{"index": 0, "id": "c", "function": {"name": "f"}}]
        assert first["choices"][0]["finish_reason"] == "tool_calls"
        assert (last["usage"], last["choices"], last["tokenwise"]["attempts"], done) == (usage, [], 1, "[DONE]")

    async def test_a_stream_that_its_provider_leaves_without_its_last_word_gets_one(self, tmp_path):
        stream = said("a").removesuffix(b"data: [DONE]\n\n")
        async with proxy_of(tmp_path, saying(CHUNKED + chunk(stream) + chunk(b""))) as world:
            answer = await world.post(chat(**ASKED))
        assert (text_of(answer.events), answer.data[-1]) == ("a", b"[DONE]")

    async def test_thoughts_are_passed_on_as_they_come(self, tmp_path):
        thought = {"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}}]}
        first = b"data: " + orjson.dumps(thought) + b"\n\n"
        async with (
            proxy_of(tmp_path, pausing(CHUNKED + chunk(first), 3600.0)) as world,
            world.opened(chat(**ASKED)) as connection,
        ):
            with trio.fail_after(5):
                piece = await connection.chunk()
        assert piece == first


class TestFailover:
    @pytest.mark.slow  # several attempts
    @pytest.mark.parametrize(
        "fault", [Status(429), Status(500), Reset(), Status(503), CutStream(after_chunks=1), MalformedJson()], ids=str
    )
    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    async def test_before_the_first_output_the_same_model_is_asked_elsewhere(self, tmp_path, fault, stream):
        async with proxy(tmp_path, one=Script([First([fault] * 9)])) as world:
            answer = await world.post(chat(stream=stream))
            assert world.balances()
        assert answer.status == 200
        assert (answer.headers["x-tokenwise-provider"], answer.headers["x-tokenwise-model"]) == ("two", SMALL)
        assert answer.headers["x-tokenwise-attempts"] == str(1 + len(world.one.received))
        assert text_of(answer.events) if stream else answer.json["choices"][0]["message"]["content"]

    async def test_a_role_without_a_word_is_not_yet_output(self, tmp_path):
        """Its chunk is held back, so the client hears one voice only."""
        async with proxy(tmp_path, one=Script([First([CutStream(after_chunks=1)] * 9)])) as world:
            answer = await world.post(chat(**ASKED))
        roles = [e for e in answer.events if e != "[DONE]" and e["choices"] and e["choices"][0]["delta"].get("role")]
        assert len(roles) == 1

    @pytest.mark.slow  # several attempts at two providers
    async def test_then_a_stronger_model_is_asked(self, tmp_path):
        broken = Script([First([Status(500)] * 9, "small-*")])
        async with proxy(tmp_path, one=broken, two=broken) as world:
            answer = await world.post(chat(model="auto", **ASKED))
            assert world.balances()
            kinds = [line["type"] for line in world.lines_of(answer.headers["x-tokenwise-request-id"])]
        assert (answer.status, answer.headers["x-tokenwise-model"]) == (200, LARGE)
        assert "escalated" in kinds

    @pytest.mark.slow  # likewise
    async def test_but_not_for_a_request_that_names_its_model(self, tmp_path):
        broken = Script([First([Status(500, message="it broke")] * 9, "small-*")])
        async with proxy(tmp_path, one=broken, two=broken) as world:
            answer = await world.post(chat(**ASKED))
            assert world.balances()
        assert (answer.status, answer.error["code"], answer.error["message"]) == (502, "upstream_error", "it broke")
        assert answer.headers["content-type"] == "application/json"


class TestAfterTheFirstOutput:
    @pytest.mark.parametrize("fault", [CutStream(after_chunks=4), ErrorEventMidStream(after_chunks=4)], ids=str)
    async def test_an_error_is_an_event_and_nobody_else_is_asked(self, tmp_path, fault):
        async with proxy(tmp_path, one=Script([First([fault])])) as world:
            answer = await world.post(chat(**WITH_USAGE))
            assert world.balances()
            assert not world.two.received
        assert answer.status == 200
        assert text_of(answer.events[:-1])
        error = answer.events[-1]["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["code"] == "upstream_cut_stream"
        assert "[DONE]" not in answer.events
        assert sum("error" in event for event in answer.events) == 1

    async def test_what_is_no_json_is_not_passed_on(self, tmp_path):
        good = said("a", finish=None)
        async with proxy_of(tmp_path, saying(CHUNKED + chunk(good + b'data: {"cho\n\n') + chunk(b""))) as world:
            answer = await world.post(chat(**ASKED))
        assert text_of(answer.events[:-1]) == "a"
        assert answer.events[-1]["error"]["code"] == "upstream_malformed"

    async def test_it_is_charged_although_it_broke(self, tmp_path):
        async with proxy(tmp_path, one=Script([First([CutStream(after_chunks=4)])])) as world:
            answer = await world.post(chat(**ASKED))
            run = answer.headers["x-tokenwise-request-id"]
            (charged,) = [line for line in world.lines_of(run) if line["type"] == "charged"]
        assert charged["estimated"]
        assert charged["amount_nano"] > 0


class TestTime:
    PATIENT = Policy(timeout_ms=200, max_attempts=1)

    @pytest.mark.slow  # waits longer than a call may take
    async def test_a_stream_that_has_begun_may_take_longer_than_a_call(self, tmp_path):
        first, rest = said("a", finish=None), said("b")
        talk = pausing(CHUNKED + chunk(first), 0.4, chunk(rest) + chunk(b""))
        async with proxy_of(tmp_path, talk, policy=self.PATIENT) as world:
            answer = await world.post(chat(**ASKED))
        assert (text_of(answer.events), answer.data[-1]) == ("ab", b"[DONE]")

    @pytest.mark.slow  # likewise
    async def test_one_that_does_not_begin_may_not(self, tmp_path):
        async with proxy_of(tmp_path, pausing(CHUNKED, 3600.0), policy=self.PATIENT) as world:
            answer = await world.post(chat(**ASKED))
            assert world.balances()
            (charged,) = [line for line in world.lines if line["type"] == "charged"]
        assert (answer.status, answer.error["code"]) == (504, "upstream_timeout")
        assert (charged["outcome"], charged["estimated"]) == ("timed_out", True)

    @pytest.mark.slow  # waits as long as a request may take
    async def test_no_stream_takes_longer_than_a_request_may(self, tmp_path):
        talk = pausing(CHUNKED + chunk(said("a", finish=None)), 3600.0)
        async with proxy_of(tmp_path, talk, proxy=ProxySettings(request_timeout_s=1)) as world:
            answer = await world.post(chat(**ASKED))
            assert world.balances()
        assert text_of(answer.events[:-1]) == "a"
        assert answer.events[-1]["error"]["code"] == "upstream_timeout"


class TestAClientThatLeaves:
    @pytest.mark.slow  # waits for real sockets
    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    async def test_its_call_is_cancelled_and_settled(self, tmp_path, stream):
        slow = Pace(latency_ms=0 if stream else 60_000, token_us=50_000)
        async with proxy(tmp_path, pace=slow) as world:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(world.post, chat(stream=stream))
                await until(lambda: world.one.received and (world.one.billed or not stream))
                nursery.cancel_scope.cancel()
            await until(lambda: not world.client.holder.store.open_holds)
            assert world.balances()
            (abandoned,) = [line for line in world.lines if line["type"] == "abandoned"]
            (reserved,) = [line for line in world.lines if line["type"] == "reserved"]
            await until(lambda: all(one.client_left for one in world.one.billed))
        assert abandoned["amount_nano"] == reserved["amount_nano"]

    @pytest.mark.slow  # fills the buffers of sockets
    async def test_one_that_does_not_read_holds_its_provider_up_and_no_memory(self, tmp_path):
        sent = 0

        async def endless(stream):
            nonlocal sent
            await stream.receive_some()
            await stream.send_all(CHUNKED)
            piece = chunk(said("x" * 60_000, finish=None))
            while True:
                await stream.send_all(piece)
                sent += len(piece)

        async with (
            proxy_of(tmp_path, endless) as world,
            world.opened(chat(**ASKED)) as connection,
        ):
            await connection.chunk()
            before = -1
            while before != sent:
                before = sent
                await trio.sleep(0.3)  # nothing else tells that a socket has come to a stand
            assert 0 < sent < 50_000_000
        await world.one.empty()

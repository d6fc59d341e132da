"""Calls, end to end: from the machine's command over a real connection to a reply or a failure."""

import gzip
import logging
import math
import traceback
import zlib

import orjson
import pytest
import trio
import trio.testing
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.loopback import CHUNKED, Talk, chunk, in_memory, next_request, on_loopback, pausing, saying, whole
from tests.shell.provider_contract import FAULTS, check_provider, command, placed
from tokenwise.faults import Fault
from tokenwise.plan import Check, CheckKind
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.embedded import EmbeddedProvider, First, Pace, Script, Status, serve
from tokenwise_shell.embedded.faults.faults import FAULT_NAMES
from tokenwise_shell.engine.calls import Caller, redacted
from tokenwise_shell.providers import FORMATS, Endpoint
from tokenwise_shell.transport import TransportLimits, open_transport

KEY = "sk-test-0123456789abcdef"
LIMITS = TransportLimits(first_byte_ms=30_000, idle_ms=30_000)


def endpoint(base_url: str, **fields) -> Endpoint:
    return Endpoint(ProviderKind.OPENAI, base_url, KEY, **fields)


async def called(talk: Talk, *, stream: bool = False, **fields) -> Reply | Failure:
    """What comes of one call to a server that does this."""
    async with on_loopback(talk) as house, open_transport() as transport:
        caller = Caller(transport, {"p": endpoint(f"http://127.0.0.1:{house.port}/v1")}, unix_ms=lambda: 0)
        return (await placed(caller, command("p", **fields), stream=stream)).outcome


def completion(text: str, **fields) -> bytes:
    choice = {"index": 0, "message": {"content": text}, "finish_reason": "stop"}
    return whole(orjson.dumps({"choices": [choice], **fields}))


class TestContract:
    def test_every_fault_of_the_embedded_provider_is_in_the_contract(self):
        assert {fault.partition(":")[0] for fault in FAULTS if not fault.isdigit()} | {"status"} == set(FAULT_NAMES)

    @pytest.mark.slow  # 80 calls
    @pytest.mark.parametrize("kind", ProviderKind)
    async def test_in_memory_with_every_fault_of_time(self, mock_clock, kind):
        mock_clock.autojump_threshold = 0
        provider = EmbeddedProvider(pace=Pace(0, 0), keys={KEY})
        async with (
            in_memory(provider.converse) as server,
            open_transport(LIMITS, connect=server.connect) as transport,
        ):
            caller = Caller(transport, {"p": Endpoint(kind, "http://embedded/v1", KEY)})
            await check_provider(caller, "p", provider)

    @pytest.mark.slow  # 75 calls
    @pytest.mark.parametrize("kind", ProviderKind)
    async def test_over_loopback(self, kind):
        provider = EmbeddedProvider(pace=Pace(0, 0), keys={KEY})
        slow = {"hang", "slow-first-byte", "stall", "stall:2"}
        async with serve(provider) as address, open_transport() as transport:
            base_url = str(address) if kind is ProviderKind.OPENAI else address.origin
            caller = Caller(transport, {"p": Endpoint(kind, base_url, KEY)})
            await check_provider(caller, "p", provider, without=slow)


class TestOutcomes:
    async def test_a_provider_without_an_endpoint_fails_for_want_of_authority(self):
        async with open_transport() as transport:
            failure = await Caller(transport, {}).call(command("unknown"))
        assert (failure.fault, "'unknown'" in failure.message) == (Fault.UNAUTHORIZED, True)

    def test_every_kind_of_provider_has_a_format(self):
        assert set(FORMATS) == set(ProviderKind)

    @pytest.mark.parametrize("kind", [ProviderKind.ANTHROPIC, ProviderKind.GOOGLE])
    async def test_what_a_format_cannot_say_is_unsupported_with_its_place_and_nothing_is_sent(self, kind):
        async with open_transport() as transport:
            caller = Caller(transport, {"p": Endpoint(kind, "http://127.0.0.1:9", KEY)})
            written = {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f-1"}}]}]}
            failure = await caller.call(command("p", prompt=None), written=written)
        assert failure.fault is Fault.UNSUPPORTED
        assert "messages[0].content[0]" in failure.message

    async def test_nobody_listens(self):
        async with open_transport() as transport:
            caller = Caller(transport, {"p": endpoint("http://127.0.0.1:9/v1")})
            assert (await caller.call(command("p"))).fault is Fault.UNREACHABLE

    async def test_the_pause_asked_for_comes_with_the_failure(self):
        script = Script([First([Status(429, headers={"Retry-After": "2"})])])
        async with serve(EmbeddedProvider(script=script)) as address, open_transport() as transport:
            failure = await Caller(transport, {"p": endpoint(str(address))}).call(command("p"))
        assert (failure.fault, failure.retry_after_ms) == (Fault.RATE_LIMITED, 2000)

    async def test_a_request_that_cannot_be_written_is_rejected(self):
        nested = []
        for _ in range(300):
            nested = [nested]
        async with open_transport() as transport:
            caller = Caller(transport, {"p": endpoint("http://127.0.0.1:9/v1")})
            failure = await caller.call(command("p", prompt=None), written={"messages": nested})
        assert failure.fault is Fault.REJECTED

    async def test_another_model_is_named_by_its_id_in_the_catalogue(self):
        async with on_loopback(saying(completion("a", model="x-1"))) as house, open_transport() as transport:
            ids = {("p", "x-1"): "vendor/x"}
            where = endpoint(f"http://127.0.0.1:{house.port}/v1")
            caller = Caller(transport, {"p": where}, catalog_id=lambda *names: ids.get(names, names[1]))
            assert (await caller.call(command("p"))).served_model == "vendor/x"
            assert (await caller.call(command("p", model="vendor/x"))).served_model == ""

    async def test_findings_are_of_the_text_and_calls_of_tools_have_none(self):
        checks = (Check(CheckKind.JSON),)
        assert (await called(saying(completion("no")), checks=checks)).findings
        calls = {"choices": [{"message": {"tool_calls": [{}]}, "finish_reason": "tool_calls"}]}
        assert (await called(saying(whole(orjson.dumps(calls))), checks=checks)).findings == ()


class TestStreams:
    @pytest.mark.parametrize("parts", [[completion("whole")], [completion("whole")[:80], completion("whole")[80:]]])
    async def test_a_server_that_does_not_stream_has_answered_all_the_same(self, parts):
        assert (await called(saying(*parts), stream=True)).text == "whole"

    @pytest.mark.parametrize(
        ("last", "usage", "waited_s"),
        [
            (
                b'data: {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}\n\ndata: [DONE]\n\n',
                Usage(1, 0, 0, 1),
                0,
            ),
            (b'data: {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}\n\n', Usage(1, 0, 0, 1), 1),
            (b"data: [DONE]\n\n", None, 1),
        ],
    )
    async def test_a_stream_that_owes_nothing_and_stays_open_is_not_waited_for(self, mock_clock, last, usage, waited_s):
        mock_clock.autojump_threshold = 0
        said = b'data: {"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}\n\n'
        talk = pausing(CHUNKED + chunk(said + last), math.inf)
        async with in_memory(talk) as server, open_transport(connect=server.connect) as transport:
            caller = Caller(transport, {"p": endpoint("http://p/v1")})
            reply = (await placed(caller, command("p"), stream=True)).outcome
            await server.house.empty()
        assert (reply.text, reply.usage, trio.current_time()) == ("a", usage, waited_s)

    async def test_an_event_that_never_ends_is_malformed(self):
        async def talk(stream: trio.abc.Stream) -> None:
            await stream.receive_some()
            await stream.send_all(CHUNKED + chunk(b"data: "))
            while True:
                await stream.send_all(chunk(b"x" * 1_048_576))

        failure = await called(talk, stream=True)
        assert (failure.fault, "event" in failure.message) == (Fault.MALFORMED, True)

    async def test_a_client_that_takes_its_time_holds_the_stream_back(self):
        """What a relay has not taken is not read, so a slow client fills no memory."""
        sent, go = [], trio.Event()

        async def talk(stream: trio.abc.Stream) -> None:
            await next_request(stream)
            await stream.send_all(CHUNKED)
            for number in range(50):
                await stream.send_all(chunk(b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n'))
                sent.append(number)
            await stream.send_all(chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")

        async def relay(*_: object) -> None:
            await go.wait()

        async with (
            in_memory(talk, pair=trio.testing.lockstep_stream_pair) as server,
            open_transport(connect=server.connect) as transport,
            trio.open_nursery() as nursery,
        ):
            caller = Caller(transport, {"p": endpoint("http://p/v1")})
            nursery.start_soon(lambda: caller.call(command("p"), relay=relay))
            await trio.testing.wait_all_tasks_blocked()
            assert len(sent) == 1
            go.set()
        assert len(sent) == 50

    @pytest.mark.parametrize("kind", ProviderKind)
    @pytest.mark.parametrize("asked", [False, True])
    async def test_usage_is_settled_by_and_shown_to_those_who_asked_for_it(self, kind, asked):
        chunks = []

        async def relay(events):
            chunks.extend(each.data for event, _ in events for each in event.events)

        async with serve(EmbeddedProvider(pace=Pace(0, 0), keys={KEY})) as address, open_transport() as transport:
            base_url = str(address) if kind is ProviderKind.OPENAI else address.origin
            caller = Caller(transport, {"p": Endpoint(kind, base_url, KEY)})
            written = {"messages": [{"role": "user", "content": "Say something."}]}
            written |= {"stream_options": {"include_usage": True}} if asked else {}
            reply = await caller.call(evolve(command("p"), prompt=None), written=written, relay=relay)
        told = [orjson.loads(chunk) for chunk in chunks if chunk != b"[DONE]"]
        assert reply.usage.output_tokens > 0
        assert [bool(chunk.get("usage")) for chunk in told if chunk["choices"] == []] == [True] * asked

    async def test_cancelling_leaves_no_connection(self):
        talk = pausing(CHUNKED + chunk(b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n'), math.inf)
        async with on_loopback(talk) as house, open_transport() as transport, trio.open_nursery() as nursery:
            caller = Caller(transport, {"p": endpoint(f"http://127.0.0.1:{house.port}/v1")})

            async def relay(*_: object) -> None:
                nursery.cancel_scope.cancel()

            nursery.start_soon(lambda: caller.call(command("p"), relay=relay))
        await house.empty()


STREAM = (
    b'data: {"id": "c", "model": "m", "choices": [{"delta": {"role": "assistant", "content": "Blue "}}]}\n\n'
    b'data: {"choices": [{"delta": {"content": "whale"}, "finish_reason": "stop"}]}\n\n'
    b'data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}\n\ndata: [DONE]\n\n'
)
WHOLE_ANSWER = orjson.dumps(
    {
        "choices": [{"message": {"content": "Blue whale"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2},
    }
)
ERROR = b'{"error": {"message": "Too hot.", "code": "invalid_value", "param": "temperature"}}'
PAGE = b"<!doctype html><html><head><title>Sign in\n to the network</title></head></html>"


def raw_deflate(body: bytes) -> bytes:
    squeezing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezing.compress(body) + squeezing.flush()


class TestLabels:
    """An answer is judged by its first bytes, whatever its label says and whatever was asked for."""

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize("label", [b"application/json", b"text/event-stream", b"text/plain", b""])
    @pytest.mark.parametrize("body", [STREAM, WHOLE_ANSWER, b"\r\n \n" + WHOLE_ANSWER, b": ping\n\n" + STREAM])
    async def test_an_answer_is_what_it_begins_as(self, stream, label, body):
        headers = b"content-type: %b\r\n" % label if label else b""
        reply = await called(saying(whole(body, headers=headers)), stream=stream)
        assert (reply.text, reply.usage) == ("Blue whale", Usage(9, output_tokens=2))

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize(
        ("encoding", "squeezed"),
        [
            (b"gzip", gzip.compress),
            (b"identity", gzip.compress),
            (b"deflate", zlib.compress),
            (b"deflate", raw_deflate),
        ],
    )
    async def test_what_comes_compressed_is_inflated(self, stream, encoding, squeezed):
        for body in (STREAM, WHOLE_ANSWER):
            sent = squeezed(body)
            for parts in ([sent], [sent[:1], sent[1:]], [sent[:40], sent[40:]]):
                talk = saying(
                    CHUNKED[:-2] + b"content-encoding: %b\r\n\r\n" % encoding, *map(chunk, parts), b"0\r\n\r\n"
                )
                assert (await called(talk, stream=stream)).text == "Blue whale"

    async def test_what_grows_beyond_an_answer_when_inflated_is_not_read_on(self):
        bomb = gzip.compress(b" " * 10_000_000)
        async with (
            on_loopback(saying(whole(bomb))) as house,
            open_transport(TransportLimits(body_bytes=100_000)) as transport,
        ):
            failure = await Caller(transport, {"p": endpoint(f"http://127.0.0.1:{house.port}/v1")}).call(command("p"))
        assert (failure.fault, "too large" in failure.message) == (Fault.MALFORMED, True)

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize("cut", [10, 60, -9])
    async def test_compression_that_is_cut_is_an_answer_that_broke_off(self, stream, cut):
        outcome = await called(saying(whole(gzip.compress(WHOLE_ANSWER)[:cut])), stream=stream)
        assert outcome.fault in (Fault.DISCONNECTED, Fault.CUT_STREAM)

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize("status", [b"200 OK", b"400 No"])
    @pytest.mark.parametrize("name", [b"", b"event: error\n"])
    async def test_an_error_in_an_event_is_that_error(self, stream, status, name):
        said = name + b"data: " + ERROR + b"\n\n"
        failure = await called(
            saying(whole(said, status=status, headers=b"content-type: text/event-stream\r\n")), stream=stream
        )
        assert (failure.message, failure.fault is Fault.REJECTED) == ("Too hot.", status != b"200 OK")

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize("label", [b"text/html", b"application/json", b"text/event-stream"])
    async def test_a_page_is_nobodys_answer_and_says_what_it_is(self, stream, label):
        failure = await called(saying(whole(PAGE, headers=b"content-type: %b\r\n" % label)), stream=stream)
        assert failure.fault is Fault.MODEL_MISSING
        assert "a page (Sign in to the network), not a chat completion" in failure.message

    @pytest.mark.parametrize(
        "body", [b"Out of capacity, come back later", b'{"message": "Out of capacity, come back later"}']
    )
    async def test_what_is_no_answer_keeps_its_words(self, body):
        failure = await called(saying(whole(body)))
        assert (failure.fault, "Out of capacity, come back later" in failure.message) == (Fault.MALFORMED, True)


HEADS = st.sampled_from(
    [
        CHUNKED,
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\r\n",
        b"HTTP/1.1 429 No\r\nretry-after: \xff\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.0 999 X\r\n\r\n",
        b"",
    ]
)
EVENTS = [
    b'data: {"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}\n\n',
    b"data: [DONE]\n\n",
    b'event: message_start\ndata: {"type": "message_start", "message": {"usage": {"input_tokens": 1}}}\n\n',
    b'data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}\n\n',
    b'data: {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}\n\n',
    b'data: {"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}]}\r\n\r\n',
    b'data: {"error": {"type": "overloaded_error", "code": 503, "message": "No."}}\n\n',
]
WHOLE = [
    completion("a"),
    whole(b'{"content": [{"type": "text", "text": "a"}], "stop_reason": "end_turn"}'),
    whole(b'{"candidates": [{"content": {"parts": [{"text": "a"}]}}]}'),
]
BODIES = st.lists(
    st.sampled_from([*map(chunk, EVENTS), *EVENTS, *WHOLE, b"0\r\n\r\n", b"zz\r\n", b"{}"]) | st.binary(max_size=30),
    max_size=6,
)


class TestAnyBytes:
    """Any bytes at all from an upstream, cut anywhere, give a reply or a fault, never an exception."""

    @given(HEADS, BODIES, st.integers(0, 800), st.booleans(), st.sampled_from(ProviderKind))
    def test_a_call_returns_whatever_comes(self, head, body, cut, stream, kind):
        async def calls() -> list[Reply | Failure]:
            talk = saying((head + b"".join(body))[:cut], close=True)
            async with in_memory(talk) as server, open_transport(connect=server.connect) as transport:
                caller = Caller(transport, {"p": Endpoint(kind, "http://p/v1", KEY)})
                return [(await placed(caller, command("p"), stream=stream)).outcome for _ in range(2)]

        outcomes = trio.run(calls)
        assert all(isinstance(outcome, Reply | Failure) for outcome in outcomes)
        assert all(outcome.message for outcome in outcomes if isinstance(outcome, Failure))


class TestKeys:
    """Keys only in headers, redacted from every error message."""

    ECHOES = (
        whole(orjson.dumps({"error": {"message": f"Bad key {KEY}"}}), status=b"401 No"),
        whole(orjson.dumps({"error": f"Authorization: Bearer {KEY}"}), status=b"400 No"),
        whole(orjson.dumps({"error": {"message": "No", "metadata": {"raw": KEY}}})),
        whole(orjson.dumps({"detail": f"{KEY}{KEY}"}), status=b"500 No"),
        whole(b"", headers=b"content-type: " + KEY.encode() + b"\r\n"),
        b"HTTP/1.1 " + KEY.encode() + b"\r\n\r\n",
        whole(b"", status=b"307 " + KEY.encode(), headers=b"location: http://x/" + KEY.encode() + b"\r\n"),
        CHUNKED + chunk(b'data: {"error": {"message": "Bad key ' + KEY.encode() + b'"}}\n\n') + b"0\r\n\r\n",
    )

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize("said", ECHOES)
    @pytest.mark.parametrize("kind", ProviderKind)
    async def test_a_key_that_comes_back_goes_no_further(self, said, stream, kind):
        async with in_memory(saying(said, close=True)) as server, open_transport(connect=server.connect) as transport:
            caller = Caller(transport, {"p": Endpoint(kind, "http://p/v1", KEY)}, unix_ms=lambda: 0)
            failure = (await placed(caller, command("p"), stream=stream)).outcome
        assert isinstance(failure, Failure)
        assert KEY not in repr(failure)

    @pytest.mark.parametrize(
        ("kind", "header"),
        [
            (ProviderKind.OPENAI, f"authorization: bearer {KEY}"),
            (ProviderKind.ANTHROPIC, f"x-api-key: {KEY}"),
            (ProviderKind.GOOGLE, f"x-goog-api-key: {KEY}"),
        ],
    )
    @pytest.mark.parametrize("stream", [False, True])
    async def test_a_key_is_in_its_header_and_nowhere_else(self, kind, header, stream):
        heard = []

        async def talk(stream: trio.abc.Stream) -> None:
            heard.append(await next_request(stream))
            await stream.send_all(whole(b"{}", status=b"400 No"))

        async with in_memory(talk) as server, open_transport(connect=server.connect) as transport:
            caller = Caller(transport, {"p": Endpoint(kind, "http://p/v1", KEY)})
            await placed(caller, command("p"), stream=stream)
        assert heard[0].count(KEY.encode()) == 1
        assert header.encode() in heard[0].lower()

    async def test_a_call_logs_nothing_above_debugging_and_no_key_there(self, caplog):
        caplog.set_level(logging.DEBUG)
        assert isinstance(await called(saying(completion("a"))), Reply)
        assert {record.levelno for record in caplog.records} <= {logging.DEBUG}
        assert KEY not in caplog.text + "".join(repr(vars(record)) for record in caplog.records)

    async def test_no_key_is_in_a_traceback_or_a_repr(self):
        async with open_transport() as transport:
            caller = Caller(transport, {"p": endpoint("http://127.0.0.1:9/v1")})
            with pytest.raises(AssertionError) as caught:
                await caller.call(command("p", prompt=None))
        shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
        assert "endpoint = Endpoint" in shown
        assert KEY not in shown + repr(caller)

    @pytest.mark.parametrize(
        ("message", "shown"),
        [
            ("Bearer abcdefghijkl.mno=", "Bearer [redacted]"),
            ("key sk-proj-abcdefghijklmnop-qrst_uv.", "key [redacted]."),
            ("AIzaSyA1234567890abcdefghij", "[redacted]"),
            ("the bearer of news; sk-short", "the bearer of news; sk-short"),
            ("secret-1 and secret-12", "[redacted] and [redacted]"),
        ],
    )
    def test_what_looks_like_a_key_is_taken_for_one(self, message, shown):
        assert redacted(message, ("secret-12", "secret-1")) == shown

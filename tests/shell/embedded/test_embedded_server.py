"""The embedded provider as an HTTP server: bad requests, connections that last, clients that leave, and its end."""

import socket
import struct

import orjson
import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.embedded_client import INSTANT, Client, ask, chat_body, connect
from tokenwise.usage import Usage
from tokenwise_shell.embedded import (
    Address,
    Billed,
    EmbeddedProvider,
    First,
    Hang,
    Limits,
    Pace,
    Script,
    serve,
    serve_forever,
)
from tokenwise_shell.embedded.billing import Tab
from tokenwise_shell.embedded.wire.http_request import HttpRequest

SLOW = Pace(latency_ms=1000, token_us=1_000_000)


def provider(**fields) -> EmbeddedProvider:
    return EmbeddedProvider(**{"pace": INSTANT, **fields})


async def spoken(provider: EmbeddedProvider, said: bytes) -> bytes:
    """Everything that the server says to these bytes, once the client has no more to say."""
    heard = b""
    async with serve(provider) as address, await trio.open_tcp_stream("127.0.0.1", address.port) as stream:
        await stream.send_all(said)
        with trio.move_on_after(5):
            async for data in stream:
                heard += data
    return heard


def get(path: str, *, close: bool = True) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{'Connection: close' if close else 'X: y'}\r\n\r\n".encode()


class TestBadRequests:
    @pytest.mark.parametrize(
        "said",
        [
            b"nonsense\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n",
        ],
    )
    async def test_what_is_no_http_gets_400_and_the_connection_ends(self, said):
        heard = await spoken(provider(), said)
        assert heard.startswith(b"HTTP/1.1 400 ")
        assert orjson.loads(heard.partition(b"\r\n\r\n")[2])["error"]["type"] == "invalid_request_error"

    async def test_what_an_answer_would_nest_too_deeply_is_a_bad_request(self):
        deep = orjson.loads("[" * 240 + "]" * 240)
        node = {"properties": {"deep": {"const": deep}, "next": {"$ref": "#"}}, "required": ["deep", "next"]}
        answer = await ask(provider(), response_format={"type": "json_schema", "json_schema": {"schema": node}})
        assert answer.status == 400
        assert "nests too deeply" in answer.json["error"]["message"]

    async def test_a_head_above_the_limit_gets_431(self):
        heard = await spoken(provider(limits=Limits(head_bytes=1000)), b"GET / HTTP/1.1\r\nX: " + b"y" * 2000)
        assert heard.startswith(b"HTTP/1.1 431 ")

    @pytest.mark.parametrize("framing", [b"Content-Length: 2000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n7d0\r\n"])
    async def test_a_body_above_the_limit_gets_413_however_it_is_framed(self, framing):
        said = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n" + framing + b" " * 2000
        assert (await spoken(provider(limits=Limits(body_bytes=1000)), said)).startswith(b"HTTP/1.1 413 ")

    @pytest.mark.parametrize(
        ("body", "param"),
        [
            (b"{", None),
            (b"[]", "the body"),
            (b"{}", "messages"),
            (b'{"messages": []}', "messages"),
            (b'{"model": "m", "messages": [3]}', "messages[0]"),
            (b'{"model": "m", "messages": [{"role": "chef"}]}', "messages[0].role"),
            (b'{"model": "m", "messages": [{"role": ["user"]}]}', "messages[0].role"),
            (b'{"model": "m", "messages": [{"role": "user", "content": 7}]}', "messages[0].content"),
            (b'{"messages": [{"role": "user"}]}', "model"),
            (chat_body(max_tokens=-1), "max_tokens"),
            (chat_body(max_completion_tokens="many"), "max_completion_tokens"),
            (chat_body(n=True), "n"),
            (chat_body(stop=["a"] * 5), "stop"),
            (chat_body(stream="yes"), "stream"),
            (chat_body(tools=[{"type": "function", "function": {}}]), "tools[0].function.name"),
            (chat_body(tool_choice="required"), "tool_choice"),
            (chat_body(response_format={"type": "xml"}), "response_format"),
            (b'{"model": "m", "messages": [{"role": "user", "content": ' + b"[" * 300 + b"]" * 300 + b"}]}", None),
        ],
    )
    async def test_a_bad_body_gets_400_that_names_the_parameter(self, body, param):
        ours = provider()
        async with trio.open_nursery() as nursery:
            client = connect(nursery, ours)
            answer = await client.call("POST", "/v1/chat/completions", body)
            assert (answer.status, answer.json["error"]["param"]) == (400, param)
            assert (await client.chat()).status == 200
            await client.stream.aclose()
        assert len(ours.billed) == 1

    @pytest.mark.parametrize("said", ["GET /", "GET /v1/chat/completions", "POST /v1/nothing", "PUT /embedded/billed"])
    async def test_an_unknown_path_or_method_gets_404_in_json(self, said):
        method, _, path = said.partition(" ")
        async with trio.open_nursery() as nursery:
            client = connect(nursery, provider())
            answer = await client.call(method, path)
            await client.stream.aclose()
        assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_url")

    async def test_head_gets_a_head(self):
        heard = await spoken(provider(), get("/v1/models").replace(b"GET", b"HEAD"))
        assert heard.startswith(b"HTTP/1.1 404 ")
        assert heard.endswith(b"\r\n\r\n")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**40) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=5,
)
FIELDS = (
    "model", "messages", "tools", "tool_choice", "response_format", "stop", "n", "max_tokens", "stream",
    "stream_options", "input", "dimensions", "encoding_format", "reasoning_effort", "logprobs",
)  # fmt: skip
PATHS = ("/v1/chat/completions", "/v1/embeddings")


class TestAnyBody:
    """A bad request gets an error of OpenAI's shape, never a traceback."""

    @given(st.dictionaries(st.sampled_from(FIELDS), json_values), st.sampled_from(PATHS))
    def test_any_json_object_is_answered_or_refused(self, fields, path):
        body = orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}], "input": "hi", **fields})
        acts, tab = provider().respond(HttpRequest("POST", path, (), body))
        statuses = [act.status for act in acts if hasattr(act, "status")]
        assert statuses == [200 if tab else 400]

    @given(json_values, st.sampled_from(["response_format", "tools"]))
    def test_any_schema_is_answered(self, schema, field):
        values = {
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"allOf": [schema]}}},
            "tools": [{"type": "function", "function": {"name": "hi", "parameters": {"items": schema}}}],
        }
        request = HttpRequest("POST", PATHS[0], (), chat_body("hi", **{field: values[field]}))
        acts, _ = provider().respond(request)
        assert [act.status for act in acts if hasattr(act, "status")] == [200]

    @given(st.binary(max_size=60), st.sampled_from(PATHS))
    def test_any_bytes_are_answered_or_refused(self, body, path):
        acts, _ = provider().respond(HttpRequest("POST", path, (), body))
        assert [act.status for act in acts if hasattr(act, "status")] == [400]


class TestConnections:
    async def test_one_connection_carries_many_requests(self):
        ours = provider()
        async with trio.open_nursery() as nursery:
            client = connect(nursery, ours)
            statuses = [(await client.chat(f"Question {n}", stream=n % 2 == 1)).status for n in range(4)]
            await client.stream.aclose()
        assert statuses == [200] * 4
        assert [entry.ordinal for entry in ours.billed] == [1, 2, 3, 4]

    async def test_pipelined_requests_are_answered_in_order(self):
        heard = await spoken(provider(models=("a", "b")), get("/v1/models/a", close=False) * 2 + get("/v1/models/b"))
        assert [b'"id":"a"' in part for part in heard.split(b"HTTP/1.1 200 ")[1:]] == [True, True, False]

    async def test_a_request_pipelined_behind_a_slow_one_waits_its_turn(self, autojump_clock):
        async with trio.open_nursery() as nursery:
            client = connect(nursery, provider(pace=SLOW))
            post = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
            body = chat_body(max_tokens=3)
            await client.stream.send_all(post % len(body) + body)
            await trio.sleep(2)  # the first answer is under way
            await client.stream.send_all(post % len(body) + body)
            heard = b""
            with trio.fail_after(60):
                while heard.count(b'"finish_reason":"length"') < 2:
                    heard += await client.stream.receive_some()
            await client.stream.aclose()
        assert heard.count(b"HTTP/1.1 200 ") == 2
        assert autojump_clock.current_time() > 2 * 3  # the tokens of two answers, a second each

    async def test_http_1_0_gets_its_answer_and_the_end(self):
        heard = await spoken(provider(), b"GET /v1/models HTTP/1.0\r\n\r\n")
        assert heard.startswith(b"HTTP/1.1 200 ")
        assert heard.endswith(b"]}")

    async def test_a_client_that_expects_100_continue_gets_it(self):
        body = chat_body()
        head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
        async with trio.open_nursery() as nursery:
            client = connect(nursery, provider())
            await client.stream.send_all(head % len(body))
            assert (await client.stream.receive_some()).startswith(b"HTTP/1.1 100 ")
            await client.stream.send_all(body)
            assert (await client.stream.receive_some()).startswith(b"HTTP/1.1 200 ")
            await client.stream.aclose()

    async def test_a_connection_that_says_nothing_for_too_long_ends(self, autojump_clock):
        async with trio.open_nursery() as nursery:
            client = connect(nursery, provider(limits=Limits(idle_ms=5000)))
            assert await client.stream.receive_some() == b""
        assert autojump_clock.current_time() == 5.0

    async def test_equal_requests_get_equal_bytes(self):
        assert await ask(provider(seed=3)) == await ask(provider(seed=3))
        assert (await ask(provider(seed=3))).body != (await ask(provider(seed=4))).body

    @pytest.mark.parametrize("fields", [{}, {"n": 2}, {"response_format": {"type": "json_object"}}])
    async def test_a_stream_says_what_the_plain_answer_says(self, fields):
        plain = await ask(provider(), "Rain, in JSON?", **fields)
        text = "".join(choice["message"]["content"] for choice in plain.json["choices"])
        assert (await ask(provider(), "Rain, in JSON?", stream=True, **fields)).text == text

    async def test_an_answer_takes_the_time_of_its_tokens(self, autojump_clock):
        answer = await ask(provider(pace=Pace(latency_ms=0, token_us=10_000)))
        assert autojump_clock.current_time() == pytest.approx(answer.json["usage"]["completion_tokens"] / 100)

    @given(st.text(max_size=20))
    def test_the_first_byte_takes_from_a_quarter_to_the_double_of_the_latency(self, reply_id):
        assert 5_000 <= Pace(latency_ms=20).first_byte_us(reply_id) <= 40_000


class TestKeysAndModels:
    async def status(self, ours: EmbeddedProvider, target: str, key: str = "") -> int:
        async with trio.open_nursery() as nursery:
            client = connect(nursery, ours)
            answer = await client.call("GET", target, headers={"authorization": f"Bearer {key}"} if key else {})
            await client.stream.aclose()
        return answer.status

    async def test_without_a_set_of_keys_every_key_will_do(self):
        assert await self.status(provider(), "/v1/models") == 200

    @pytest.mark.parametrize(("key", "status"), [("", 401), ("wrong", 401), ("right", 200)])
    @pytest.mark.parametrize("target", ["/v1/models", "/embedded/billed"])
    async def test_with_a_set_of_keys_only_those_will_do(self, target, key, status):
        assert await self.status(provider(keys={"right"}), target, key) == status

    @pytest.mark.parametrize(("target", "status"), [("a%2Fb", 200), ("a/b", 200), ("c", 404)])
    async def test_a_set_of_models_is_all_there_is(self, target, status):
        assert await self.status(provider(models=("a/b",)), f"/v1/models/{target}") == status


class TestBilling:
    """One entry per call that tokens were generated for: what was reported, or as far as it went."""

    @pytest.mark.parametrize("stream", [False, True])
    async def test_what_is_reported_is_what_is_billed(self, stream):
        ours = provider()
        counted = {"stream_options": {"include_usage": True}} if stream else {}
        answer = await ask(ours, stream=stream, **counted, reasoning_effort="high")
        usage = orjson.loads(answer.events[-2])["usage"] if stream else answer.json["usage"]
        [entry] = ours.billed
        assert (usage["prompt_tokens"], usage["completion_tokens"]) == (entry.prompt_tokens, entry.completion_tokens)
        assert usage["completion_tokens_details"]["reasoning_tokens"] == entry.usage.reasoning_tokens > 0
        assert not entry.client_left

    async def test_the_book_is_also_served(self):
        ours = provider()
        async with trio.open_nursery() as nursery:
            client = connect(nursery, ours)
            await client.chat(fault="truncated")
            served = await client.call("GET", "/embedded/billed")
            await client.stream.aclose()
        [entry] = ours.billed
        assert served.json["billed"] == [
            {
                "ordinal": 1,
                "model": "m",
                "prompt_tokens": entry.prompt_tokens,
                "completion_tokens": entry.completion_tokens,
                "cached_tokens": 0,
                "cache_write_tokens": 0,
                "reasoning_tokens": 0,
                "fault": "truncated",
                "client_left": False,
            }
        ]

    async def test_requests_can_be_looked_at_as_they_came(self):
        ours = provider()
        await ask(ours, max_tokens=7)
        [received] = ours.received
        assert orjson.loads(received.request.body)["max_tokens"] == 7

    async def test_a_client_that_leaves_a_stream_is_billed_as_far_as_it_was_generated(self, autojump_clock):
        ours = provider(pace=SLOW)
        async with trio.open_nursery() as nursery:
            client = connect(nursery, ours)
            await client.send("POST", "/v1/chat/completions", chat_body(stream=True))
            await trio.sleep(6.5)
            await client.stream.aclose()
        assert autojump_clock.current_time() == 6.5
        [entry] = ours.billed
        assert entry.client_left
        assert 4 <= entry.completion_tokens <= 6

    async def test_a_client_that_leaves_a_plain_answer_is_billed_in_full(self, autojump_clock):
        ours, whole = provider(pace=SLOW), await ask(provider())
        async with trio.open_nursery() as nursery:
            client = connect(nursery, ours)
            await client.send("POST", "/v1/chat/completions", chat_body())
            await trio.sleep(1)
            await client.stream.aclose()
        assert autojump_clock.current_time() == 1.0
        [entry] = ours.billed
        assert entry.client_left
        assert entry.completion_tokens == whole.json["usage"]["completion_tokens"]

    def test_whoever_leaves_once_everything_is_on_its_way_has_not_left_early(self):
        book: list[Billed] = []
        tab = Tab(book, Billed(1, "m", Usage()))
        tab.client_left()
        assert book == []  # nothing was generated yet
        tab.charge(Usage(output_tokens=3), whole=True)
        tab.client_left()
        assert book == [Billed(1, "m", Usage(output_tokens=3))]

    async def test_a_client_that_leaves_after_the_last_token_has_not_left_early(self, autojump_clock):
        ours = provider(pace=SLOW)
        async with trio.open_nursery() as nursery:
            client, heard = connect(nursery, ours), b""
            await client.send("POST", "/v1/chat/completions", chat_body(stream=True))
            while b"[DONE]" not in heard:
                heard += await client.stream.receive_some()
            await client.stream.aclose()  # before the chunk that ends the body
        [entry] = ours.billed
        assert not entry.client_left
        assert autojump_clock.current_time() > entry.completion_tokens  # a second each

    async def test_a_reset_by_the_client_is_noticed_on_a_socket(self):
        ours = provider(pace=Pace(latency_ms=1, token_us=1_000_000))
        async with serve(ours) as address:
            stream = await trio.open_tcp_stream("127.0.0.1", address.port)
            client = Client(stream)
            await client.send("POST", "/v1/chat/completions", chat_body(stream=True))
            await stream.receive_some()
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.socket.close()
            with trio.fail_after(5):
                while not ours.billed[0].client_left:
                    await trio.testing.wait_all_tasks_blocked(0.001)
        assert ours.billed[0].completion_tokens <= 1


class TestServing:
    @pytest.mark.parametrize("fault", ["reset", '{"fault": "cut-stream", "reset": true}'])
    async def test_a_scripted_reset_is_a_reset_on_a_socket(self, fault):
        async with serve(provider()) as address, await trio.open_tcp_stream("127.0.0.1", address.port) as stream:
            await Client(stream).send("POST", "/v1/chat/completions", chat_body(), {"x-tokenwise-fault": fault})
            with pytest.raises(trio.BrokenResourceError) as raised:
                await everything_from(stream)
        assert isinstance(raised.value.__cause__, ConnectionResetError)

    async def test_port_0_takes_a_free_port_of_loopback(self):
        async with serve(provider()) as one, serve(provider()) as other:
            assert one.host == other.host == "127.0.0.1"
            assert one.port != other.port
            assert str(one) == f"http://127.0.0.1:{one.port}/v1"

    def test_an_address_of_ip_version_6_is_bracketed(self):
        assert Address("::1", 80).origin == "http://[::1]:80"

    async def test_a_nursery_gets_the_address_when_the_server_listens(self):
        async with trio.open_nursery() as nursery:
            address = await nursery.start(serve_forever, provider())
            async with await trio.open_tcp_stream("127.0.0.1", address.port) as stream:
                assert (await Client(stream).chat()).status == 200
            nursery.cancel_scope.cancel()

    async def test_a_taken_port_is_an_error_at_once(self):
        async with serve(provider()) as address:
            with pytest.raises(OSError, match="in use"):
                async with serve(provider(), port=address.port):
                    pytest.fail("served on a port that is taken")

    async def test_at_the_end_idle_connections_close_at_once(self):
        async with serve(provider(), grace_ms=60_000) as address:
            stream = await trio.open_tcp_stream("127.0.0.1", address.port)
            await Client(stream).chat()
        with trio.fail_after(5):
            assert await stream.receive_some() == b""
        await stream.aclose()
        with pytest.raises(OSError, match="connect"):
            await trio.open_tcp_stream("127.0.0.1", address.port)

    async def test_at_the_end_a_call_in_progress_is_still_answered(self):
        async with serve(provider(pace=Pace(50, 0)), grace_ms=60_000) as address:
            client = Client(await trio.open_tcp_stream("127.0.0.1", address.port))
            await client.send("POST", "/v1/chat/completions", chat_body())
            await stream_is_read(address)
        assert (await client.receive()).status == 200
        await client.stream.aclose()

    async def test_at_the_end_a_call_that_hangs_gets_its_grace_and_no_more(self):
        async with serve(provider(script=Script([First([Hang(600_000)])])), grace_ms=20) as address:
            client = Client(await trio.open_tcp_stream("127.0.0.1", address.port))
            await client.send("POST", "/v1/chat/completions", chat_body())
        with trio.fail_after(5):
            assert (await client.receive()).status == 0
        await client.stream.aclose()


async def everything_from(stream: trio.abc.ReceiveStream) -> bytes:
    return b"".join([bytes(data) async for data in stream])


async def stream_is_read(address: Address) -> None:
    """Wait until the server has read everything sent before: it answers another connection's request after that."""
    async with await trio.open_tcp_stream("127.0.0.1", address.port) as stream:
        assert (await Client(stream).call("GET", "/v1/models")).status == 200

"""Connections to the proxy's server: limits on the wire, clients that misbehave, and how serving ends."""

import random
import socket
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import pytest
import trio
from attrs import define, field

from tokenwise.errors import InputError
from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.proxy.http.connections import serve_connections
from tokenwise_shell.proxy.http.sockets import listen, origin_of, reachable_by_others
from tokenwise_shell.proxy.http.swift import serve_swiftly

STUCK_SECONDS = 20
MOST = 1 << 16

HEAD = b"POST /x HTTP/1.1\r\nhost: x\r\n"


@define
class Server:
    """A server whose application does what a test says, and what became of its requests."""

    port: int
    stop: trio.Event
    ended: list[str] = field(factory=list)
    running: trio.Event = field(factory=trio.Event)
    idle: trio.Event = field(factory=trio.Event)

    async def connect(self, *, receive_buffer: int = 0) -> trio.SocketStream:
        wire = trio.socket.socket()
        if receive_buffer:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            await wire.connect(("127.0.0.1", self.port))
        except OSError:
            wire.close()
            raise
        return trio.SocketStream(wire)


async def answer(send, status=200, body=b"ok"):
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def echo(scope, receive, send):
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        more = message["more_body"]
    await answer(send, body=body or b"nothing")


@pytest.fixture(params=("httptools", "h11"), autouse=True)
def implementation(request):
    """Both ways of HTTP/1.1: everything here holds for either."""
    IN_USE[:] = [serve_swiftly if request.param == "httptools" else serve_connections]


IN_USE: list[Any] = []


@asynccontextmanager
async def serving(app, **settings):
    own = ProxySettings(port=0, **settings)
    listener, stop = listen(own), trio.Event()
    server = Server(listener.getsockname()[1], stop)

    async def watched(scope, receive, send):
        server.running.set()
        how = "cancelled"
        try:
            await app(scope, receive, send)
            how = "done"
        finally:
            server.ended.append(how)
            server.idle.set()

    with trio.fail_after(STUCK_SECONDS):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(IN_USE[0], watched, own, listener, stop)
            yield server
            stop.set()


async def heard(stream: trio.SocketStream) -> bytes:
    """Everything until the server ends the connection."""
    parts = []
    try:
        while part := await stream.receive_some(MOST):
            parts.append(bytes(part))
    except trio.BrokenResourceError:
        parts.append(b"[reset]")
    return b"".join(parts)


async def until_it_has(stream: trio.SocketStream, ending: bytes) -> bytes:
    text = b""
    while not text.endswith(ending):
        part = await stream.receive_some(MOST)
        assert part, text
        text += part
    return text


def error_in(said: bytes):
    return orjson.loads(said.partition(b"\r\n\r\n")[2])["error"]


class TestAnswers:
    async def test_one_connection_serves_many_requests(self):
        async with serving(echo) as server, await server.connect() as client:
            for number in range(50):
                body = f"number {number}".encode()
                await client.send_all(HEAD + b"content-length: %d\r\n\r\n%s" % (len(body), body))
                assert (await until_it_has(client, body)).startswith(b"HTTP/1.1 200")
        assert server.ended == ["done"] * 50

    async def test_requests_sent_together_are_answered_in_turn(self):
        async with serving(echo) as server, await server.connect() as client:
            one, two = HEAD + b"content-length: 3\r\n\r\none", HEAD + b"content-length: 3\r\n\r\ntwo"
            await client.send_all(one + two)
            said = await until_it_has(client, b"two")
            assert said.index(b"one") < said.index(b"two")

    async def test_a_body_of_many_pieces_arrives_whole(self):
        body = b"x" * 3_000_000
        async with serving(echo) as server, await server.connect() as client, trio.open_nursery() as nursery:
            nursery.start_soon(client.send_all, HEAD + b"content-length: %d\r\n\r\n%s" % (len(body), body))
            assert (await until_it_has(client, b"x")).startswith(b"HTTP/1.1 200")
            nursery.cancel_scope.cancel()

    async def test_a_client_that_waits_to_be_told_to_go_on_is_told(self):
        async with serving(echo) as server, await server.connect() as client:
            await client.send_all(HEAD + b"content-length: 2\r\nexpect: 100-continue\r\n\r\n")
            await until_it_has(client, b"\r\n\r\n")
            await client.send_all(b"hi")
            assert (await until_it_has(client, b"hi")).startswith(b"HTTP/1.1 200")


class TestWhatIsNoRequest:
    async def test_bytes_that_are_no_http_get_400_and_the_end(self):
        async with serving(echo) as server, await server.connect() as client:
            await client.send_all(b"\x16\x03\x01\x02\x00 hello\r\n\r\n")
            said = await heard(client)
            assert said.startswith(b"HTTP/1.1 400")
            assert error_in(said)["code"] == "bad_request"

    async def test_a_head_that_does_not_end_gets_431(self):
        async with serving(echo, max_header_bytes=2000) as server, await server.connect() as client:
            await client.send_all(HEAD + b"x: " + b"y" * 3000)
            said = await heard(client)
            assert said.startswith(b"HTTP/1.1 431")
            assert error_in(said)["code"] == "headers_too_large"

    async def test_nobody_gets_into_http_2(self):
        async with serving(echo) as server, await server.connect() as client:
            await client.send_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            said = await heard(client)
            assert said.startswith(b"HTTP/1.1 501")
            assert error_in(said)["code"] == "not_implemented"

    @pytest.mark.parametrize(
        "offer",
        [
            b"connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AA",
            b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AA==",
        ],
    )
    async def test_an_offer_to_speak_something_else_is_not_taken(self, offer):
        async with serving(echo) as server, await server.connect() as client:
            await client.send_all(b"GET / HTTP/1.1\r\nhost: x\r\n" + offer + b"\r\n\r\n")
            assert (await until_it_has(client, b"nothing")).startswith(b"HTTP/1.1 200")

    async def test_a_client_that_leaves_within_its_head_leaves_nothing_behind(self):
        async with serving(echo) as server:
            for part in (b"", b"P", HEAD, HEAD + b"content-length: 5\r\n\r\nab"):
                async with await server.connect() as client:
                    await client.send_all(part)
        assert set(server.ended) <= {"done"}

    async def test_the_server_survives_an_application_that_breaks_its_word(self, caplog):
        async def broken(scope, receive, send):
            raise RuntimeError("a bug")

        async with serving(broken) as server:
            for _ in range(2):
                async with await server.connect() as client:
                    await client.send_all(HEAD + b"content-length: 0\r\n\r\n")
                    assert (await client.receive_some(MOST)).startswith(b"HTTP/1.1 500")


PIECES = [
    b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n", b"HEAD / HTTP/1.0\r\n",
    b"OPTIONS * HTTP/1.1\r\n", b"CONNECT a:1 HTTP/1.1\r\n",
    b"host: x\r\n", b"content-length: 5\r\n", b"content-length: 9000\r\n",
    b"transfer-encoding: chunked\r\n", b"\r\n", b"hello",
    b"5\r\nhello\r\n", b"0\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"expect: 100-continue\r\n", b"connection: close\r\n",
    b"upgrade: h2c\r\nconnection: upgrade\r\n", b"x" * 70_000, b"GET \xff HTTP/1.1\r\n",
    b"GET /%ff?%00 HTTP/1.1\r\n", b"\0\x16\x03",
]  # fmt: skip


@pytest.mark.slow  # opens a thousand connections
async def test_whatever_the_bytes_the_server_goes_on_and_keeps_nothing(caplog):
    async def babble(server: Server, number: int) -> None:
        chance = random.Random(number)
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            async with await server.connect() as client:
                for _ in range(chance.randint(1, 8)):
                    await client.send_all(chance.choice(PIECES) if chance.random() < 0.9 else chance.randbytes(50))
                if chance.random() < 0.7:
                    await client.send_eof()
                    await heard(client)

    async with serving(echo) as server:
        for start in range(0, 1000, 100):
            async with trio.open_nursery() as nursery:
                for number in range(start, start + 100):
                    nursery.start_soon(babble, server, number)
        async with await server.connect() as client:
            await client.send_all(HEAD + b"content-length: 2\r\n\r\nhi")
            assert (await until_it_has(client, b"hi")).startswith(b"HTTP/1.1 200")
    assert set(server.ended) == {"done"}
    assert caplog.records == []


class TestClientsThatAreSlow:
    @pytest.mark.slow  # waits for a second to pass
    async def test_a_head_that_trickles_in_ends_with_the_time_a_connection_may_be_idle(self):
        async with serving(echo, keep_alive_s=1) as server, await server.connect() as client:
            began = trio.current_time()
            async with trio.open_nursery() as nursery:

                async def trickle():
                    with suppress(trio.BrokenResourceError):
                        while True:
                            await client.send_all(b"x-a: b\r\n")
                            await trio.sleep(0.1)

                await client.send_all(HEAD)
                nursery.start_soon(trickle)
                assert await heard(client) in (b"", b"[reset]")
                nursery.cancel_scope.cancel()
            assert 0.9 < trio.current_time() - began < 3
        assert server.ended == []

    async def test_a_client_that_sends_its_whole_body_before_it_reads_gets_an_answer_that_did_not_want_it(self):
        async def refuse(scope, receive, send):
            await answer(send, 413, b"too long")

        async with serving(refuse) as server, await server.connect() as client:
            await client.send_all(HEAD + b"content-length: 10000000\r\n\r\n")
            await server.idle.wait()
            for _ in range(100):  # more than all buffers on the way can hold
                await client.send_all(b"x" * 100_000)
            said = await heard(client)
            assert said.startswith(b"HTTP/1.1 413")
            assert said.endswith(b"too long")

    @pytest.mark.slow  # waits for a second to pass
    async def test_a_client_that_takes_nothing_is_given_up(self):
        async def flood(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while True:
                await send({"type": "http.response.body", "body": b"x" * MOST, "more_body": True})
                if (await receive_now(receive)) == "http.disconnect":
                    return

        async with serving(flood, write_timeout_s=1) as server, await server.connect(receive_buffer=4096) as client:
            await client.send_all(HEAD + b"content-length: 0\r\n\r\n")
            await server.idle.wait()
        assert server.ended == ["done"]

    async def test_a_write_can_be_cancelled_and_nothing_follows_the_half_of_it(self):
        async def flood(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            with trio.move_on_after(0.1):
                while True:
                    await send({"type": "http.response.body", "body": b"x" * MOST, "more_body": True})
            await send({"type": "http.response.body", "body": b"more"})

        async with serving(flood) as server, await server.connect(receive_buffer=4096) as client:
            await client.send_all(HEAD + b"content-length: 0\r\n\r\n")
            await server.idle.wait()
            assert b"more" not in await heard(client)
        assert server.ended == ["done"]


async def receive_now(receive) -> str:
    """The next message if there is one."""
    with trio.move_on_after(0):
        return (await receive())["type"]
    return ""


class TestEnding:
    async def test_running_requests_end_by_themselves_within_the_grace_and_nothing_new_is_taken(self):
        go_on = trio.Event()

        async def slow(scope, receive, send):
            await go_on.wait()
            await answer(send)

        async with serving(slow) as server, await server.connect() as client, await server.connect() as idle:
            await client.send_all(HEAD + b"content-length: 0\r\n\r\n")
            await server.running.wait()
            server.stop.set()
            assert await heard(idle) == b""
            with pytest.raises(OSError, match="refused"):
                await server.connect()
            go_on.set()
            assert (await heard(client)).endswith(b"ok")
        assert server.ended == ["done"]

    async def test_what_has_not_ended_then_is_cancelled(self):
        async def for_ever(scope, receive, send):
            await trio.sleep_forever()

        async with serving(for_ever, grace_s=0) as server, await server.connect() as client:
            await client.send_all(HEAD + b"content-length: 0\r\n\r\n")
            await server.running.wait()
            server.stop.set()
            assert b"200" not in await heard(client)
        assert server.ended == ["cancelled"]

    async def test_a_client_that_takes_nothing_cannot_delay_it(self):
        async def flood(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while True:
                await send({"type": "http.response.body", "body": b"x" * MOST, "more_body": True})

        async with serving(flood, grace_s=0) as server, await server.connect(receive_buffer=4096) as client:
            await client.send_all(HEAD + b"content-length: 0\r\n\r\n")
            await server.running.wait()
            server.stop.set()
        assert server.ended == ["cancelled"]


class TestListening:
    def test_a_port_that_is_taken_is_told_with_a_way_out(self):
        with listen(ProxySettings(port=0)) as first:
            port = first.getsockname()[1]
            with pytest.raises(InputError, match=f":{port}: cannot be listened on .*--port 0 takes a free one"):
                listen(ProxySettings(port=port))

    def test_a_host_that_is_none_is_told(self):
        with pytest.raises(InputError, match=r"no-such-host\.invalid:1: is no address to listen on"):
            listen(ProxySettings(host="no-such-host.invalid", port=1))

    @pytest.mark.parametrize(
        ("host", "others"), [("127.0.0.1", False), ("127.8.9.1", False), ("localhost", False), ("0.0.0.0", True)]
    )
    def test_whether_others_can_reach_it_is_asked_of_the_address_it_got(self, host, others):
        with listen(ProxySettings(host=host, port=0)) as listener:
            assert reachable_by_others(listener) is others

    @pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this system has no IPv6")
    def test_an_address_of_ipv6_is_written_in_brackets(self):
        with listen(ProxySettings(host="::1", port=0)) as listener:
            assert not reachable_by_others(listener)
            assert origin_of(listener, "::1") == f"http://[::1]:{listener.getsockname()[1]}"


class TestLeaving:
    """What the kernel tells of a client; `connections` cannot tell having said all from being gone."""

    @staticmethod
    async def slow(scope, _, send):
        scope["tokenwise.leaving"](60, trio.lowlevel.checkpoint)
        await trio.sleep(0.05)
        await answer(send, 200, b"done")

    @pytest.mark.parametrize("implementation", ["httptools"], indirect=True)
    async def test_a_client_that_has_said_all_gets_its_answer(self):
        async with serving(self.slow) as server, await server.connect() as client:
            await client.send_all(HEAD + b"content-length: 0\r\n\r\n")
            await client.send_eof()
            said = await heard(client)
            assert said.startswith(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200")
            assert said.endswith(b"done")

    @pytest.mark.parametrize("implementation", ["httptools"], indirect=True)
    async def test_the_work_for_a_client_that_is_gone_is_cancelled(self):
        left = trio.Event()

        async def forever(scope, receive, send):
            scope["tokenwise.leaving"](60, trio.lowlevel.checkpoint)
            try:
                await trio.sleep_forever()
            finally:
                left.set()

        async with serving(forever) as server:
            async with await server.connect() as client:
                await client.send_all(HEAD + b"content-length: 0\r\n\r\n")
                await server.running.wait()
            await left.wait()

"""The HTTP client: one request, one answer or one kind of trouble, and no connection that nobody owns."""

import math
import socket
import traceback

import pytest
import trio
import trio.testing

from tests.shell.interrupts import Interrupt
from tests.shell.loopback import CHUNKED, House, chunk, in_memory, next_request, on_loopback, pausing, saying, whole
from tokenwise_shell.transport import Transport, TransportLimits
from tokenwise_shell.transport import open_transport as open_with
from tokenwise_shell.transport.exchange import HttpRequest, HttpResponse, TransportTrouble, TroubleKind
from tokenwise_shell.transport.reading import H11Answers, LlhttpAnswers

LONG_MS = 3_600_000

READINGS = {"httptools": LlhttpAnswers, "h11": H11Answers}
IN_USE = []


@pytest.fixture(params=READINGS, autouse=True)
def reading(request):
    """Both parsers: everything here holds for either."""
    IN_USE[:] = [READINGS[request.param]]


def open_transport(*arguments, **options):
    return open_with(*arguments, reading=IN_USE[0], **options)


async def sent(house: House, transport: Transport, **options: int) -> HttpResponse | TransportTrouble:
    try:
        return await transport.send(house.request(), **{"timeout_ms": 10_000, **options})
    except TransportTrouble as trouble:
        return trouble


class TestAnswers:
    async def test_status_headers_and_body_come_as_they_were_sent(self):
        answer = whole(b"\x00\xff", status=b"418 Teapot", headers=b"X-A: 1\r\nx-a: \xe9\r\n")
        async with on_loopback(saying(answer)) as house, open_transport() as transport:
            response = await transport.send(house.request(), timeout_ms=10_000)
        assert (response.status, response.body) == (418, b"\x00\xff")
        assert response.headers == (("x-a", "1"), ("x-a", "é"), ("content-length", "2"))

    async def test_the_request_is_what_was_asked_and_says_little_else(self):
        heard = []

        async def listen(stream: trio.abc.Stream) -> None:
            heard.append(await next_request(stream))
            await stream.send_all(whole(b"{}"))

        async with on_loopback(listen) as house, open_transport() as transport:
            await transport.send(house.request(b'{"a": 1}'), timeout_ms=10_000)
        head, _, body = heard[0].partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        assert lines[0] == b"post /x http/1.1"
        assert {line.partition(b":")[0] for line in lines[1:]} == {
            *(b"host", b"content-length", b"authorization", b"accept-encoding", b"user-agent"),
        }
        assert b"accept-encoding: identity" in lines
        assert body == b'{"a": 1}'

    async def test_chunks_come_as_they_arrive(self):
        go = trio.Event()

        async def talk(stream: trio.abc.Stream) -> None:
            await next_request(stream)
            await stream.send_all(CHUNKED + chunk(b"one"))
            await go.wait()
            await stream.send_all(chunk(b"two") + b"0\r\n\r\n")

        async with (
            on_loopback(talk) as house,
            open_transport() as transport,
            transport.stream(house.request(), timeout_ms=10_000) as answer,
        ):
            assert (answer.status, await answer.receive()) == (200, b"one")
            go.set()
            assert [await answer.receive(), await answer.receive(), await answer.receive()] == [b"two", b"", b""]

    async def test_redirects_are_answers_and_cookies_are_forgotten(self):
        heard = []

        async def talk(stream: trio.abc.Stream) -> None:
            while request := await next_request(stream):
                heard.append(request)
                headers = b"location: http://127.0.0.1:9/\r\nset-cookie: a=b\r\n"
                await stream.send_all(whole(b"", status=b"307 Elsewhere", headers=headers))

        async with on_loopback(talk) as house, open_transport() as transport:
            for _ in range(2):
                assert (await transport.send(house.request(), timeout_ms=10_000)).status == 307
        assert b"cookie" not in heard[1].lower()

    async def test_compressed_bytes_are_left_as_they_are(self):
        answer = whole(b"not gzip", headers=b"content-encoding: gzip\r\n")
        async with on_loopback(saying(answer)) as house, open_transport() as transport:
            assert (await transport.send(house.request(), timeout_ms=10_000)).body == b"not gzip"


class TestFlow:
    """'Give `take` what comes until it says what to wait for, which is returned; None at the end of the body.'"""

    @pytest.mark.parametrize("take_first", [False, True])
    async def test_nothing_is_lost_between_two_waits(self, take_first):
        """Whoever takes asks for a wait now and then, and what came before it and meanwhile is taken after it."""
        words, taken, waits = [b"%d;" % number for number in range(9)], bytearray(), []

        async def wait() -> None:
            waits.append(len(taken))
            await trio.lowlevel.checkpoint()

        def take(piece: bytes):
            taken.extend(piece)
            return wait() if len(taken) % 4 else None

        async with (
            on_loopback(
                pausing(CHUNKED, *[part for word in words for part in (chunk(word), 0.001)], b"0\r\n\r\n")
            ) as house,
            open_transport() as transport,
            transport.stream(house.request(), timeout_ms=10_000) as answer,
        ):
            if take_first:
                taken += await answer.receive()
            while (rest := await answer.flow(take)) is not None:
                await rest
            assert (bytes(taken), await answer.receive()) == (b"".join(words), b"")
        assert waits

    async def test_what_goes_wrong_in_whoever_takes_is_told_to_who_waits(self):
        def take(piece: bytes) -> None:
            raise ZeroDivisionError

        async with on_loopback(pausing(CHUNKED, 0.01, chunk(b"two"), math.inf)) as house, open_transport() as transport:
            with pytest.raises(ZeroDivisionError):
                async with transport.stream(house.request(), timeout_ms=10_000) as answer:
                    await answer.flow(take)
            await house.empty()

    @pytest.mark.parametrize("end", [b"no chunk", b""])
    async def test_how_it_breaks_off_is_told_as_by_receive(self, end):
        async with (
            on_loopback(saying(CHUNKED, chunk(b"one") + end, close=True)) as house,
            open_transport() as transport,
        ):
            with pytest.raises(TransportTrouble) as caught:
                async with transport.stream(house.request(), timeout_ms=10_000) as answer:
                    await answer.flow(lambda _: None)
        assert caught.value.kind is TroubleKind.DISCONNECTED

    async def test_silence_counts_from_the_last_that_came(self, mock_clock):
        taken, more = [], trio.Event()

        async def talk(stream: trio.abc.Stream) -> None:
            await next_request(stream)
            await stream.send_all(CHUNKED + chunk(b"one"))
            await more.wait()
            await stream.send_all(chunk(b"two"))
            await trio.sleep_forever()

        async def flow(transport: Transport) -> None:
            with pytest.raises(TransportTrouble, match="the answer stopped coming for 5000 ms"):
                async with transport.stream(house.request(), timeout_ms=60_000) as answer:
                    await answer.flow(taken.append)
            taken.append("late")

        async with (
            on_loopback(talk) as house,
            open_transport(TransportLimits(idle_ms=5000)) as transport,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(flow, transport)
            while taken != [b"one"]:
                await trio.lowlevel.checkpoint()
            mock_clock.jump(4)
            more.set()
            while taken != [b"one", b"two"]:
                await trio.lowlevel.checkpoint()
            mock_clock.jump(4)
            await trio.testing.wait_all_tasks_blocked()
            assert taken == [b"one", b"two"]
            mock_clock.jump(2)
        assert taken == [b"one", b"two", "late"]


class TestProxies:
    async def test_the_environment_is_not_read_unless_that_is_asked_for(self, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
        async with on_loopback(saying(whole(b"{}"))) as house, open_transport() as transport:
            assert isinstance(await sent(house, transport), HttpResponse)

    @pytest.mark.parametrize(("spared", "line"), [("", b"POST http://far.invalid/x "), ("127.0.0.1", b"POST /x ")])
    async def test_a_proxy_is_asked_for_what_it_is_named_for(self, monkeypatch, spared, line):
        heard = []

        async def talk(stream: trio.abc.Stream) -> None:
            heard.append(await next_request(stream))
            await stream.send_all(whole(b"{}"))

        async with on_loopback(talk) as house, open_transport(trust_env=True) as transport:
            monkeypatch.setenv("http_proxy", f"http://user:word@127.0.0.1:{house.port}")
            monkeypatch.setenv("no_proxy", spared)
            url = f"http://127.0.0.1:{house.port}/x" if spared else "http://far.invalid/x"
            await transport.send(HttpRequest("POST", url, ()), timeout_ms=10_000)
        assert heard[0].startswith(line)
        assert (b"proxy-authorization: basic " in heard[0].lower()) is not bool(spared)

    @pytest.mark.parametrize("proxy", ["socks5://user:word@127.0.0.1:9", "::word::", "http://user:word@127.0.0.1:9"])
    async def test_a_proxy_that_is_none_means_that_nothing_was_sent(self, monkeypatch, proxy):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        async with open_transport(trust_env=True) as transport:
            trouble = await sent(House(saying(), port=80), transport)
        assert trouble.kind is TroubleKind.UNREACHABLE
        assert "word" not in repr(trouble)


STREAMED = CHUNKED + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class TestConnections:
    async def test_one_after_another_share_a_connection(self):
        async with on_loopback(saying(whole(b"{}"))) as house, open_transport() as transport:
            for _ in range(5):
                await transport.send(house.request(), timeout_ms=10_000)
            assert (house.opened, house.present) == (1, 1)
            await trio.testing.wait_all_tasks_blocked()
        assert house.opened == 1

    async def test_a_connection_closed_meanwhile_is_not_used_again(self):
        async with on_loopback(saying(whole(b"{}"), close=True)) as house, open_transport() as transport:
            for _ in range(3):
                assert isinstance(await sent(house, transport), HttpResponse)
                await house.empty()
            assert house.opened == 3

    async def test_the_end_of_the_block_closes_everything(self):
        async with on_loopback(saying(whole(b"{}"))) as house:
            async with open_transport() as transport:
                await transport.send(house.request(), timeout_ms=10_000)
            await house.empty()

    async def test_a_connection_rests_after_a_stream_over_plain_http_before_it_is_used_again(self, mock_clock):
        """Some servers close it a moment later without a word: what was sent on it meanwhile would be lost."""
        async with on_loopback(saying(STREAMED)) as house, open_transport() as transport:
            for opened in (1, 2):
                await self.streamed(house, transport)
                assert (house.opened, house.present) == (opened, opened)
            for _ in range(3):
                mock_clock.jump(0.2)
                await self.streamed(house, transport)
                await self.streamed(house, transport)
            assert house.opened == 2

    async def test_one_that_was_closed_while_it_rested_is_not_used_again(self, mock_clock):
        async with on_loopback(saying(STREAMED, close=True)) as house, open_transport() as transport:
            for opened in (1, 2, 3):
                await self.streamed(house, transport)
                await house.empty()
                mock_clock.jump(0.2)
                assert house.opened == opened

    @staticmethod
    async def streamed(house, transport) -> None:
        async with transport.stream(house.request(), timeout_ms=10_000) as answer:
            assert await answer.receive() == b"data: [DONE]\n\n"

    async def test_an_answer_read_in_full_leaves_its_connection_usable_even_if_it_came_in_chunks(self):
        async with on_loopback(saying(*ANSWER)) as house, open_transport() as transport:
            for _ in range(3):
                assert (await transport.send(house.request(), timeout_ms=10_000)).body == b"onetwo"
            assert house.opened == 1

    async def test_a_stream_left_half_way_loses_its_connection_at_once(self):
        async with on_loopback(pausing(CHUNKED + chunk(b"one"), math.inf)) as house, open_transport() as transport:
            async with transport.stream(house.request(), timeout_ms=LONG_MS) as answer:
                await answer.receive()
            await house.empty()

    async def test_requests_beyond_the_limit_wait_for_their_turn(self):
        most = 0

        async def talk(stream: trio.abc.Stream) -> None:
            nonlocal most
            while await next_request(stream):
                most = max(most, house.present)
                await trio.lowlevel.checkpoint()
                await stream.send_all(whole(b"{}"))

        async with on_loopback(talk) as house, open_transport(TransportLimits(per_host=3)) as transport:
            outcomes = []

            async def send() -> None:
                outcomes.append(await sent(house, transport))

            async with trio.open_nursery() as nursery:
                for _ in range(20):
                    nursery.start_soon(send)
            assert most == house.opened == 3
            assert [type(outcome) for outcome in outcomes] == [HttpResponse] * 20


class TestTrouble:
    """Nothing of the client's own errors gets out: one exception, of a few kinds."""

    async def test_nobody_listens(self):
        async with on_loopback(saying()) as house:
            pass
        async with open_transport() as transport:
            trouble = await sent(house, transport)
        assert trouble.kind is TroubleKind.UNREACHABLE

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            (socket.EAI_NONAME, TroubleKind.MISDIRECTED),  # nobody has the name, and nobody will after a pause
            (socket.EAI_AGAIN, TroubleKind.UNREACHABLE),  # nobody could be asked for it
        ],
    )
    async def test_a_name_that_is_nobodys_is_not_one_that_could_not_be_looked_up(self, code, kind):
        async def unknown(host: str, port: int) -> trio.abc.Stream:
            raise socket.gaierror(code, "of the resolver")

        async with open_transport(connect=unknown) as transport:
            with pytest.raises(TransportTrouble) as caught:
                await transport.send(HttpRequest("GET", "http://api.invalid/", ()), timeout_ms=10_000)
        assert caught.value.kind is kind

    @pytest.mark.parametrize(
        "host", ["no-such-host.invalid", "x" * 70 + ".invalid", "127.0.0.1:99999", "[::1", "xn--a.invalid"]
    )
    async def test_an_address_that_leads_nowhere(self, host):
        async def nowhere(host: str, port: int) -> trio.abc.Stream:
            raise OSError(f"cannot look up {host}")

        async with open_transport(connect=nowhere) as transport:
            with pytest.raises((TransportTrouble, ValueError)) as caught:
                await transport.send(HttpRequest("GET", f"http://{host}/", ()), timeout_ms=10_000)
        assert getattr(caught.value, "kind", TroubleKind.UNREACHABLE) is TroubleKind.UNREACHABLE

    @pytest.mark.parametrize(
        "said",
        [
            b"",
            b"HTTP/1.1 200 OK\r\ncontent-le",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
            b"HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\n",
            CHUNKED + b"zz\r\n",
            CHUNKED + chunk(b"one"),
            b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000,
        ],
    )
    async def test_what_is_no_whole_http_answer_is_a_connection_that_broke(self, said):
        async with on_loopback(saying(said, close=True)) as house, open_transport() as transport:
            trouble = await sent(house, transport)
        assert trouble.kind is TroubleKind.DISCONNECTED

    async def test_an_answer_beyond_the_cap_is_not_read_on(self):
        async def talk(stream: trio.abc.Stream) -> None:
            await next_request(stream)
            await stream.send_all(CHUNKED)
            while True:
                await stream.send_all(chunk(b"x" * 1000))

        async with on_loopback(talk) as house, open_transport(TransportLimits(body_bytes=50_000)) as transport:
            trouble = await sent(house, transport)
            await house.empty()
        assert trouble.kind is TroubleKind.TOO_LARGE

    async def test_no_trouble_drags_the_request_along(self):
        async with (
            on_loopback(saying(b"HTTP/1.1 nonsense\r\n\r\n", close=True)) as house,
            open_transport() as transport,
        ):
            trouble = await sent(house, transport)
        assert (trouble.__cause__, trouble.__context__) == (None, None)
        assert "secret" not in "".join(traceback.format_exception(trouble)) + repr(trouble)

    def test_a_header_that_cannot_be_sent_is_refused_without_being_shown(self):
        key = chr(10).join(("hid", "den"))
        with pytest.raises(ValueError, match="authorization") as caught:
            HttpRequest("GET", "http://x/", (("authorization", key),))
        assert "hid" not in "".join(traceback.format_exception(caught.value))

    def test_a_request_shows_neither_keys_nor_what_people_wrote(self):
        request = HttpRequest("GET", "http://x/?key=secret", (("authorization", "Bearer secret"),), b"secret")
        assert "secret" not in repr(request) + repr(HttpResponse(200, (("set-cookie", "secret"),), b"secret"))


class TestTime:
    """Every limit counts in trio's clock, so these take no time at all."""

    async def timed(self, limits: TransportLimits, timeout_ms: int, *parts: bytes | float) -> tuple[float, object]:
        async with in_memory(pausing(*parts)) as server, open_transport(limits, connect=server.connect) as transport:
            outcome = await sent(server.house, transport, timeout_ms=timeout_ms)
            now = trio.current_time()
            if isinstance(outcome, TransportTrouble):
                await server.house.empty()
            return now, outcome

    def run(self, limits: TransportLimits, timeout_ms: int, *parts: bytes | float) -> tuple[float, object]:
        clock = trio.testing.MockClock(autojump_threshold=0)
        return trio.run(self.timed, limits, timeout_ms, *parts, clock=clock)

    @pytest.mark.parametrize(
        ("parts", "at_s", "said"),
        [
            ([math.inf], 20, "no answer for 20000 ms"),
            ([CHUNKED, math.inf], 5, "the answer stopped coming for 5000 ms"),
            ([CHUNKED, *[4.0, chunk(b"x")] * 100], 60, "the answer stopped coming in the time allowed"),
            ([19.0, CHUNKED, *[4.0, chunk(b"x")] * 2, math.inf], 32, "the answer stopped coming for 5000 ms"),
        ],
    )
    def test_silence_ends_the_request_when_its_limit_is_reached(self, parts, at_s, said):
        limits = TransportLimits(connect_ms=3000, first_byte_ms=20_000, idle_ms=5000)
        now, trouble = self.run(limits, 60_000, *parts)
        assert (now, trouble.kind, str(trouble)) == (pytest.approx(at_s, abs=0.1), TroubleKind.TIMED_OUT, said)

    def test_the_whole_limit_bounds_the_first_byte_too(self):
        now, trouble = self.run(TransportLimits(), 1500, math.inf)
        assert (now, trouble.kind) == (pytest.approx(1.5), TroubleKind.TIMED_OUT)

    def test_a_slow_answer_within_the_limits_is_an_answer(self):
        now, answer = self.run(TransportLimits(), 60_000, 30.0, CHUNKED, 20.0, chunk(b"late"), 5.0, b"0\r\n\r\n")
        assert (now, answer.body) == (pytest.approx(55), b"late")

    @pytest.mark.parametrize(("timeout_ms", "at_s"), [(60_000, 3), (2000, 2)])
    async def test_a_connection_that_does_not_come_about_means_that_nothing_was_sent(
        self, timeout_ms, at_s, mock_clock
    ):
        async def connect(host: str, port: int) -> trio.abc.Stream:
            await trio.sleep(math.inf)

        mock_clock.autojump_threshold = 0
        async with open_transport(TransportLimits(connect_ms=3000), connect=connect) as transport:
            with pytest.raises(TransportTrouble) as caught:
                await transport.send(HttpRequest("GET", "http://x/", ()), timeout_ms=timeout_ms)
        assert (trio.current_time(), caught.value.kind) == (pytest.approx(at_s), TroubleKind.UNREACHABLE)

    async def test_waiting_for_a_turn_is_part_of_the_time_and_sends_nothing(self, mock_clock):
        mock_clock.autojump_threshold = 0
        limits = TransportLimits(per_host=1)
        async with (
            in_memory(pausing(math.inf)) as server,
            open_transport(limits, connect=server.connect) as transport,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(sent, server.house, transport)
            await trio.testing.wait_all_tasks_blocked()
            trouble = await sent(server.house, transport, timeout_ms=700)
            assert (trio.current_time(), trouble.kind) == (pytest.approx(0.7), TroubleKind.UNREACHABLE)
            assert server.house.opened == 1


async def interrupted(house: House, transport: Transport, interrupt: Interrupt, *, stream: bool | str) -> bool:
    """Whether the request was cancelled rather than answered."""
    with trio.CancelScope() as scope:
        interrupt.task, interrupt.scope = trio.lowlevel.current_task(), scope
        trio.lowlevel.add_instrument(interrupt)
        try:
            if stream:
                async with transport.stream(house.request(), timeout_ms=10_000) as answer:
                    if stream == "flowing":
                        assert await answer.flow(lambda _: None) is None
                    while await answer.receive():
                        pass
            else:
                await transport.send(house.request(), timeout_ms=10_000)
        finally:
            trio.lowlevel.remove_instrument(interrupt)
    return scope.cancelled_caught


ANSWER = [CHUNKED, chunk(b"one"), chunk(b"two"), b"0\r\n\r\n"]


class TestCancelling:
    """Cancelling during any await leaves no open connection but one that is idle and fit for use."""

    @pytest.mark.slow  # one run for each step of a request, six times over
    @pytest.mark.parametrize("stream", [False, True, "flowing"])
    @pytest.mark.parametrize("before", [False, True])
    async def test_over_loopback_at_every_step(self, before, stream):
        """Each request is cut one step later than the one before, until one is answered in full."""
        ours = []

        async def connect(host: str, port: int) -> trio.SocketStream:
            ours.append(await trio.open_tcp_stream(host, port))
            return ours[-1]

        async with on_loopback(saying(*ANSWER)) as house:
            for steps in range(1, 200):
                async with open_transport(connect=connect) as transport:
                    cut = await interrupted(house, transport, Interrupt(steps, before=before), stream=stream)
                    if cut:
                        assert [stream.socket.fileno() for stream in ours] == [-1] * len(ours)
                        await house.empty()
                if not cut:
                    break
        assert 3 < steps < 100

    @pytest.mark.parametrize("before", [False, True])
    async def test_in_memory_at_every_step_of_a_new_connection(self, before):
        """The connection stands even if the cancellation came first: TCP gives no say in that either."""
        async with in_memory(saying(*ANSWER)) as server:
            for steps in range(1, 200):
                async with open_transport(connect=server.connect) as transport:
                    cut = await interrupted(server.house, transport, Interrupt(steps, before=before), stream=False)
                    await trio.testing.wait_all_tasks_blocked()
                    assert server.house.present == (0 if cut else 1)
                if not cut:
                    break
            assert 3 < steps < 100

    @pytest.mark.parametrize("before", [False, True])
    async def test_in_memory_at_every_step_of_a_kept_connection(self, before):
        """After the cut, the transport goes on as if nothing had been: nothing is lost but the one connection."""
        async with in_memory(saying(*ANSWER)) as server, open_transport(connect=server.connect) as transport:
            for steps in range(1, 200):
                cut = await interrupted(server.house, transport, Interrupt(steps, before=before), stream=False)
                await trio.testing.wait_all_tasks_blocked()
                assert server.house.present <= 1
                assert (await transport.send(server.house.request(), timeout_ms=10_000)).body == b"onetwo"
                if not cut:
                    break
            assert 3 < steps < 100

    async def test_many_at_once(self):
        async with on_loopback(pausing(CHUNKED + chunk(b"one"), math.inf)) as house, open_transport() as transport:
            async with trio.open_nursery() as nursery:
                for _ in range(50):
                    nursery.start_soon(sent, house, transport)
                with trio.fail_after(5):
                    while house.present < 50:
                        await trio.lowlevel.checkpoint()
                nursery.cancel_scope.cancel()
            await house.empty()
            assert house.opened == 50

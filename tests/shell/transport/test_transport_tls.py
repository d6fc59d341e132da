"""The transport over TLS, with certificates that a test makes. The client is a process of its own.

Certificates that are trusted beyond the usual ones are named by the environment, which belongs to a whole process.
"""

import os
import socket
import ssl
import sys
from pathlib import Path

import pytest
import trio
import trustme

from tests.shell.loopback import CHUNKED, House, chunk, saying, whole

pytestmark = pytest.mark.slow  # each test starts a process

ROOT = Path(__file__).resolve().parents[3]

# Two requests one after the other, and what came of them; each a stream that is had as it flows, where that is wanted.
CLIENT = """
import sys, trio
from tokenwise_shell.transport.exchange import HttpRequest, TransportTrouble
from tokenwise_shell.transport import open_transport

async def sent(transport, request):
    return [(await transport.send(request, timeout_ms=10_000)).status]

async def streamed(transport, request):
    said = []
    async with transport.stream(request, timeout_ms=10_000) as answer:
        said.append(await answer.receive())
        while (rest := await answer.flow(said.append)) is not None:
            await rest
    return answer.status, b"".join(said)

async def main(url, stream):
    async with open_transport(trust_env=True) as transport:
        for _ in range(2):
            try:
                request = HttpRequest("POST", url, (("x-api-key", "secret"),), b"{}")
                print(*await (streamed if stream else sent)(transport, request))
            except TransportTrouble as trouble:
                print(trouble.kind.value, trouble)

trio.run(main, sys.argv[1], sys.argv[2:])
"""


async def answers(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    trusted: bool = True,
    said: tuple[bytes, ...] = (whole(b"{}"),),
    stream: bool = False,
) -> tuple[list[str], list[bytes], int]:
    """What the client prints, what the server hears, and how many connections stood."""
    authority, heard = trustme.CA(), []
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host).configure_cert(context)
    talk = saying(*said)

    async def secured(stream: trio.abc.Stream) -> None:
        inner = trio.SSLStream(stream, context, server_side=True, https_compatible=True)
        try:
            await inner.do_handshake()
        except trio.BrokenResourceError:
            return
        heard.append(b"a connection")
        if len(said) == 2:  # they arrive together, or the second may still be under way when it is looked for
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        await talk(inner)

    house = House(secured)
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    environment |= {"SSL_CERT_FILE": str(folder / "ca.pem")} if trusted else {}
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        port = listeners[0].socket.getsockname()[1]
        nursery.start_soon(trio.serve_listeners, house.receive, listeners)
        command = [sys.executable, "-c", CLIENT, f"https://127.0.0.1:{port}/v1/messages", *(["stream"] * stream)]
        done = await trio.run_process(command, capture_stdout=True, env=environment, cwd=ROOT)
        nursery.cancel_scope.cancel()
    return done.stdout.decode().splitlines(), heard, house.opened


async def test_a_server_that_can_prove_itself_is_asked_and_its_connection_kept(tmp_path):
    printed, heard, opened = await answers(tmp_path)
    assert printed == ["200", "200"]
    assert (len(heard), opened) == (1, 1)


async def test_a_connection_with_anything_behind_its_answer_is_not_used_again(tmp_path):
    """What TLS has read and not yet decrypted is no longer to be seen at the socket."""
    said = (whole(b"{}"), whole(b"another's", status=b"201 Created"))
    printed, heard, opened = await answers(tmp_path, said=said)
    assert printed == ["200", "200"]
    assert (len(heard), opened) == (2, 2)


async def test_a_stream_flows_over_it_and_its_connection_is_kept(tmp_path):
    pieces = [chunk(b"%d;" % number) for number in range(20)]
    printed, heard, opened = await answers(tmp_path, said=(CHUNKED, *pieces, b"0\r\n\r\n"), stream=True)
    assert printed == [f"200 {b''.join(b'%d;' % number for number in range(20))!r}"] * 2
    assert (len(heard), opened) == (1, 1)


@pytest.mark.parametrize(("host", "trusted"), [("127.0.0.1", False), ("elsewhere.example", True)])
async def test_a_server_that_cannot_is_told_nothing(tmp_path, host, trusted):
    """Nobody vouches for it, or somebody vouches for another: the connection ends before the key has left."""
    printed, heard, opened = await answers(tmp_path, host=host, trusted=trusted)
    assert [line.partition(" ")[0] for line in printed] == ["misdirected", "misdirected"]
    assert all("certificate" in line.lower() for line in printed)
    assert heard == []
    assert opened == 2

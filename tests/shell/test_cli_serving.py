"""`tw serve --offline`: what it refuses before it listens, and the program itself, started, used and stopped."""

import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import orjson
import pytest
import trio
from anyio.from_thread import start_blocking_portal

from tests.shell.commands import PROGRAM, STUCK_SECONDS, environment, tw
from tests.shell.loopback import on_loopback

__all__ = ["tw", "website"]


@contextmanager
def website(status: int, body: bytes) -> Iterator[str]:
    """A server on loopback that answers every request so, on a thread of its own. Gives its origin."""

    async def talk(stream: trio.abc.Stream) -> None:
        await stream.receive_some(65536)
        head = f"HTTP/1.1 {status} x\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        await stream.send_all(head.encode() + body)

    with start_blocking_portal(backend="trio") as portal, portal.wrap_async_context_manager(on_loopback(talk)) as house:
        yield f"http://127.0.0.1:{house.port}"


class TestRefusals:
    def test_without_offline_it_says_what_it_can_do(self, tw):
        done = tw.online("serve")
        assert (done.code, done.out) == (2, "")
        assert "`tw serve --offline`" in done.err

    @pytest.mark.parametrize(
        ("option", "value", "said"),
        [
            ("--host", "0.0.0.0", "--host: '0.0.0.0': offline, nothing but loopback is listened on"),
            ("--port", "99999", "(flag --port): expected a whole number from 0 to 65535"),
            ("--faults", "nowhere.yaml", "nowhere.yaml: No such file or directory"),
        ],
    )
    def test_bad_values(self, tw, option, value, said):
        done = tw("serve", option, value)
        assert (done.code, done.out) == (2, "")
        assert said in done.err

    def test_a_bad_script_of_faults_is_named_with_the_place(self, tw, tmp_path):
        (tmp_path / "faults.yaml").write_text("rules: [{every: often, fault: 500}]")
        done = tw("serve", "--faults", "faults.yaml")
        assert done.code == 2
        assert "tw: faults.yaml: rules[0].every: 'often'" in done.err

    def test_a_port_that_is_taken(self, tw):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = tw("serve", "--port", str(port))
        assert done.code == 2
        assert f"127.0.0.1:{port}: cannot be listened on" in done.err
        assert "--port 0" in done.err


@pytest.mark.slow  # starts the program and waits for its end
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_serves_at_the_address_it_prints_until_it_is_told_to_stop(tmp_path, number, code):
    start = partial(subprocess.Popen, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with start([*PROGRAM, "serve", "--offline", "--port", "0"]) as server:
        url = server.stdout.readline().decode().strip()
        assert server.stdout.readline().decode().startswith(f"export OPENAI_BASE_URL={url} ")
        with urllib.request.urlopen(f"{url}/models", timeout=STUCK_SECONDS) as answer:
            assert orjson.loads(answer.read())["object"] == "list"
        server.send_signal(number)
        assert server.wait(STUCK_SECONDS) == code
        assert b"Traceback" not in server.stderr.read()

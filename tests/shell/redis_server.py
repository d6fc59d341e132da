"""A real Redis or Valkey server on a loopback port, in a directory of its own; it can be killed and started again."""

import gc
import os
import shutil
import socket
import subprocess

import pytest
import trio

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")

# A laptop may be without one; the build machine must not, or nobody would notice that nothing is tested.
needs_server = pytest.mark.skipif(
    SERVER is None and "CI" not in os.environ, reason="neither valkey-server nor redis-server is installed"
)

# A slow machine is no outage: only tests of outages ask stores to give a server up.
PATIENT_S = 60


class Server:
    """One server. It syncs each command, so that being killed loses nothing that it has answered."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        options += ["--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no"]
        self.process = subprocess.Popen([SERVER, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    async def ready(self):
        with trio.fail_after(10):
            while True:
                try:
                    stream = await trio.open_tcp_stream("127.0.0.1", self.port)
                except OSError:
                    await trio.sleep(0.01)
                    continue
                async with stream:
                    await stream.send_all(b"PING\r\n")
                    if (await stream.receive_some(100)).startswith(b"+PONG"):
                        return

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
async def redis(tmp_path):
    """A server that a test may kill, for whoever imports this."""
    with Server(tmp_path) as server:
        await server.ready()
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One server for all tests of a module."""
    with Server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def collected():
    """Let what the client leaves behind be warned of in the module where that is expected, and in no other.

    Once, since to look through all that a worker has loaded takes longer than most of the tests.
    """
    yield
    gc.collect()

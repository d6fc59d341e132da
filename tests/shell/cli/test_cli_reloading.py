"""SIGHUP: the configuration read anew, whole or not at all, while clients go on."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.shell.cli.test_cli_serving import chat, children_of, serving, until
from tests.shell.commands import configure, provider

pytestmark = pytest.mark.slow  # starts the program


def reloaded(server, words):
    """Send the signal, and wait for what it says of it."""
    server.process.send_signal(signal.SIGHUP)
    said = next(line for line in map(bytes.decode, server.process.stderr) if "configuration" in line)
    assert words in said


def test_a_good_file_is_taken_a_bad_one_is_not_and_no_request_fails(tmp_path):
    with provider() as url:
        config = tmp_path / configure(tmp_path, url)
        plain, asked, done = config.read_text(), [], Event()
        with serving(tmp_path, "--config", config.name) as server:

            def ask_on():
                while not done.is_set():
                    asked.append(server.ask("/chat/completions", chat())[0])

            with ThreadPoolExecutor(2) as clients:
                try:
                    loads = [clients.submit(ask_on) for _ in range(2)]
                    assert server.ask("/chat/completions", chat(model="gpt-of-old"))[0] == 404
                    config.write_text(f"{plain}\naliases: {{gpt-of-old: auto}}\nproxy: {{grace_s: 5}}\n")
                    reloaded(server, "read anew; at the next start: proxy")
                    assert server.ask("/chat/completions", chat(model="gpt-of-old"))[0] == 200
                    config.write_text(f"{plain}\naliases: [")
                    reloaded(server, "stays as it was")
                    assert server.ask("/chat/completions", chat(model="gpt-of-old"))[0] == 200
                    begun = len(asked)
                    until(lambda: len(asked) > begun + 4)
                finally:
                    done.set()
                for load in loads:
                    load.result()
            assert set(asked) == {200}
            config.write_text(plain)
            assert server.stop()[0] == 0


def test_limits_change_and_those_that_cannot_leave_all_as_it_was(tmp_path):
    with provider() as url:
        config = tmp_path / configure(tmp_path, url)
        plain = config.read_text()
        with serving(tmp_path, "--config", config.name) as server:
            assert server.ask("/chat/completions", chat())[0] == 200
            config.write_text(f"{plain}\nbudgets: {{total: 0.000000001}}\n")
            reloaded(server, "read anew")
            assert server.ask("/chat/completions", chat())[0] == 402
            config.write_text(f"{plain}\nbudgets: {{total: 5}}\nlimits: [{{each: session, budget: 1}}]\n")
            reloaded(server, "limits of sessions")
            assert server.ask("/chat/completions", chat())[0] == 402, "one part was taken without the other"
            config.write_text(plain)
            reloaded(server, "read anew")
            assert server.ask("/chat/completions", chat())[0] == 200
            assert server.stop()[0] == 0


def test_every_worker_hears_of_it(tmp_path):
    with provider() as url:
        config = tmp_path / configure(tmp_path, url)
        with serving(tmp_path, "--config", config.name, "--workers", "2") as server:
            until(lambda: len(children_of(server)) == 2 and server.ask("/chat/completions", chat())[0] == 200)
            config.write_text(f"{config.read_text()}\naliases: {{gpt-of-old: auto}}\n")
            reloaded(server, "read anew")
            until(lambda: b"read anew" in server.process.stderr.readline())
            assert {server.ask("/chat/completions", chat(model="gpt-of-old"))[0] for _ in range(8)} == {200}
            for child in children_of(server):
                os.kill(child, signal.SIGKILL)  # those that take their places read it too
            until(lambda: len(children_of(server)) == 2)
            assert {server.ask("/chat/completions", chat(model="gpt-of-old"))[0] for _ in range(8)} == {200}
            assert server.stop()[0] == 0

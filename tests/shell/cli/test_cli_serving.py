"""`tw serve`: what it refuses before it listens, and the program itself, started, used and stopped."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
import trio
from anyio.from_thread import start_blocking_portal
from attrs import define

from tests.shell.commands import PROGRAM, STUCK_SECONDS, configure, environment, in_process, provider, tw
from tests.shell.loopback import on_loopback
from tests.shell.redis_server import Server, needs_server

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
    def test_without_a_provider_it_says_how_to_get_one(self, tw):
        done = tw.online("serve")
        assert (done.code, done.out) == (5, "")
        assert "no provider can be called" in done.err
        assert "--offline" in done.err

    @pytest.mark.parametrize("how", [[], ["--embedded"]])
    @pytest.mark.parametrize(
        ("option", "value", "said"),
        [
            ("--host", "0.0.0.0", "--host: '0.0.0.0': simulated models are served on loopback alone"),
            ("--port", "99999", "--port: '99999': expected a whole number from 0 to 65535"),
            ("--workers", "0", "--workers: '0': expected a whole number from 1 to 64"),
            ("--faults", "nowhere.yaml", "nowhere.yaml: No such file or directory"),
        ],
    )
    def test_bad_values(self, tw, how, option, value, said):
        done = tw("serve", *how, option, value)
        assert (done.code, done.out) == (2, "")
        assert said in done.err

    @pytest.mark.parametrize("how", ["--offline", "--embedded"])
    def test_a_bad_script_of_faults_is_named_with_the_place(self, tw, tmp_path, how):
        (tmp_path / "faults.yaml").write_text("rules: [{every: often, fault: 500}]")
        done = tw.online("serve", how, "--faults", "faults.yaml")
        assert done.code == 2
        assert "tw: faults.yaml: rules[0].every: 'often'" in done.err

    def test_faults_are_for_simulated_models(self, tw, tmp_path):
        done = tw.online("serve", "--faults", "faults.yaml", "--config", configure(tmp_path, "http://127.0.0.1:1/v1"))
        assert done.code == 2
        assert "add --offline, or --embedded" in done.err

    @pytest.mark.parametrize("how", ["--offline", "--embedded"])
    def test_a_port_that_is_taken(self, tw, how):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = tw.online("serve", how, "--port", str(port))
        assert (done.code, done.out) == (2, "")
        assert f"127.0.0.1:{port}: cannot be listened on" in done.err
        assert "--port 0" in done.err

    def test_others_are_not_let_in_without_keys(self, tw, tmp_path):
        config = configure(tmp_path, "http://127.0.0.1:1/v1")
        done = tw.online("serve", "--host", "0.0.0.0", "--port", "0", "--config", config)
        assert (done.code, done.out) == (2, "")
        assert "others can reach this, and there are no keys: make one with `tw keys create NAME`" in done.err

    def test_a_damaged_file_of_keys_is_told(self, tw):
        tw.keys.parent.mkdir(parents=True)
        tw.keys.write_text("{")
        done = tw("serve", "--port", "0")
        assert done.code == 2
        assert "keys.json: is no file of keys" in done.err

    def test_workers_that_would_each_keep_the_same_budget(self, tw):
        tw("keys", "create", "alice", "--budget", "1")
        config = tw.home / "alone.yaml"
        config.write_text("budget_store: none\n")
        done = tw("serve", "--port", "0", "--workers", "2", "--config", str(config))
        assert done.code == 2
        assert "proxy.workers: several workers would each keep a budget of their own" in done.err


@pytest.mark.slow  # starts the program and waits for its end
def test_with_only_revoked_keys_it_says_how_to_come_back_to_none(tmp_path):
    in_process("keys", "create", "alice", home=tmp_path)
    in_process("keys", "revoke", "alice", home=tmp_path)
    with serving(tmp_path, "--offline") as server:
        assert "once `tw keys delete NAME` has forgotten each, none is needed on loopback" in server.stop()[1]
    in_process("keys", "delete", "alice", home=tmp_path)
    with serving(tmp_path, "--offline") as server:
        assert "no key is needed on loopback" in server.stop()[1]


@define
class Running:
    """A `tw serve` that has said where it is."""

    process: subprocess.Popen
    url: str
    said: list[str]

    @property
    def port(self) -> int:
        return urlsplit(self.url).port

    def ask(self, path: str, body: object = None, **headers: str):
        """Status and JSON of one answer; `_` in a header's name is `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else orjson.dumps(body)
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json", **named})
        try:
            with urllib.request.urlopen(request, timeout=STUCK_SECONDS) as answer:
                return answer.status, orjson.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, orjson.loads(error.read())

    def figures(self) -> str:
        origin = self.url.removesuffix("/v1")
        with urllib.request.urlopen(f"{origin}/metrics", timeout=STUCK_SECONDS) as answer:
            return answer.read().decode()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code, and what it said on stderr."""
        self.process.send_signal(number)
        code = self.process.wait(STUCK_SECONDS)
        return code, self.process.stderr.read().decode()


@contextmanager
def serving(home: Path, *options: str, budget_store: str = "local") -> Iterator[Running]:
    command = [*PROGRAM, "serve", "--port", "0", *options]
    environ = environment(home) | {"TOKENWISE_BUDGET_STORE": budget_store}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=home) as process:
        try:
            url = process.stdout.readline().decode().strip()
            assert url, process.stderr.read().decode()
            yield Running(process, url, [process.stdout.readline().decode()])
        finally:
            if process.poll() is None:
                process.kill()


def chat(text: str = "What is rain?", **fields: object) -> dict[str, object]:
    return {"model": "auto", "messages": [{"role": "user", "content": text}], **fields}


def verified(home: Path) -> dict:
    done = in_process("ledger", "--verify", "--json", home=home)
    assert done.code == 0, done
    return json.loads(done.out)


@pytest.mark.slow  # starts the program and waits for its end
class TestTheProgram:
    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
    def test_it_serves_at_the_address_it_prints_until_it_is_told_to_stop(self, tmp_path, number, code):
        with serving(tmp_path, "--offline") as server:
            assert server.said == [f"export OPENAI_BASE_URL={server.url} OPENAI_API_KEY=none\n"]
            assert server.ask("/models")[1]["object"] == "list"
            status, answer = server.ask("/chat/completions", chat())
            assert (status, answer["object"]) == (200, "chat.completion")
            ended, said = server.stop(number)
        assert ended == code
        assert "calls go to embedded; no key is needed on loopback" in said
        assert "Traceback" not in said
        assert verified(tmp_path)["runs"] == 1

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
    def test_the_simulated_models_alone_keep_no_books(self, tmp_path, number, code):
        with serving(tmp_path, "--embedded") as server:
            assert server.said == [f"export OPENAI_BASE_URL={server.url} OPENAI_API_KEY=offline\n"]
            assert server.ask("/models")[1]["object"] == "list"
            assert server.stop(number)[0] == code
        assert not (tmp_path / ".local").exists()

    def test_a_killed_proxy_leaves_journals_that_replay_reads(self, tmp_path):
        with serving(tmp_path, "--offline", "--journal", "kept", "--journal-sample", "1") as server:
            assert [server.ask("/chat/completions", chat())[0] for _ in range(2)] == [200, 200]
            server.stop(signal.SIGKILL)
        lines = [
            orjson.loads(line) for line in (tmp_path / "kept" / "requests.jsonl").read_bytes().splitlines() if line
        ]
        first, last = [line["job"]["id"] for line in lines if line["type"] == "job"]
        for request in (first, last):
            done = in_process("replay", request, "--journal", "kept", "--offline", home=tmp_path)
            assert (done.code, done.out) == (0, "identical: 2 events, 6 decisions\n"), done
        other = ("--journal", "kept", "--offline", "--model", "openai/gpt-5.5", "--json")
        found = orjson.loads(in_process("replay", last, *other, home=tmp_path).out)
        assert found["decision_id"] == found["recorded_decision_id"] != ""
        assert found["what_if"]["least_cost_nano"] < found["what_if"]["same_tokens_nano"]
        unknown = in_process("replay", last, "--offline", home=tmp_path)
        assert "has no journal" in unknown.err

    def test_with_json_it_prints_one_document(self, tmp_path):
        command = [*PROGRAM, "serve", "--offline", "--port", "0", "--json"]
        with subprocess.Popen(
            command, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as server:
            lines = iter(server.stdout.readline, b"}\n")
            document = orjson.loads(b"".join(lines) + b"}")
            server.terminate()
            assert server.stdout.read() == b""
        assert document.pop("base_url") == document.pop("anthropic_base_url") + "/v1"
        assert document == {"providers": ["embedded"], "keys_required": False, "workers": 1}

    @pytest.mark.parametrize("shared", ["local", pytest.param("on a server", marks=needs_server)])
    def test_what_one_process_has_made_warm_another_knows_where_they_share_budgets(self, tmp_path, shared):
        with ExitStack() as stack:
            url = shared if shared == "local" else stack.enter_context(store(tmp_path))
            one, two = (stack.enter_context(serving(tmp_path, "--offline", budget_store=url)) for _ in range(2))
            text = "a word or two " * 4_000
            assert one.ask("/chat/completions", chat(text, model="openai/gpt-4.1-mini", max_tokens=50))[0] == 200
            turns = [("user", text), ("assistant", "Well."), ("user", "And then?")]
            asked = {"model": "auto", "messages": [{"role": role, "content": words} for role, words in turns]}
            ends = time.monotonic() + STUCK_SECONDS
            while not (said := two.ask("/route", asked)[1].get("warmth")) and time.monotonic() < ends:
                pass  # it is told in the background
        assert "openai/gpt-4.1-mini" in said or said.startswith("stays")

    def test_faults_are_played_behind_the_proxy_which_goes_on_elsewhere(self, tmp_path):
        (tmp_path / "faults.yaml").write_text("rules: [{first: [400]}]")
        with serving(tmp_path, "--offline", "--faults", "faults.yaml") as server:
            asked = chat(model="openai/gpt-4.1-mini")
            assert server.ask("/chat/completions", asked)[0] == 400
            assert server.ask("/chat/completions", asked)[0] == 200

    def test_keys_are_asked_for_from_the_moment_there_is_one_and_revoked_at_once(self, tmp_path):
        with serving(tmp_path, "--offline") as server:
            assert server.ask("/models")[0] == 200
            secret = in_process("keys", "create", "alice", "--models", "openai/*", home=tmp_path).out.strip()
            status, refused = server.ask("/models")
            assert (status, refused["error"]["code"]) == (401, "invalid_api_key")
            bearer = {"authorization": f"Bearer {secret}"}
            status, models = server.ask("/models", **bearer)
            assert status == 200
            named = {model["id"].partition("/")[0] for model in models["data"] if "/" in model["id"]}
            assert named == {"openai"}
            answer = server.ask("/chat/completions", chat(), **bearer)[1]
            assert answer["model"].startswith("openai/")
            assert in_process("keys", "revoke", "alice", home=tmp_path).code == 0
            assert server.ask("/models", **bearer)[1]["error"]["message"] == "this key was revoked"
            _, said = server.stop()
        assert secret not in said
        (key,) = in_process("keys", "list", "--json", home=tmp_path).json
        assert key["spent_nano"] == verified(tmp_path)["spent_nano"] > 0

    def test_a_key_spends_no_more_than_its_budget(self, tmp_path):
        secret = in_process("keys", "create", "alice", "--budget", "0.0005", home=tmp_path).out.strip()
        asked = chat(model="openai/gpt-4.1-mini", max_tokens=100)
        with serving(tmp_path, "--offline") as server:
            answers = [server.ask("/chat/completions", asked, x_api_key=secret)[0] for _ in range(12)]
            assert answers[0] == 200
            assert answers[-1] == 402
            _, refused = server.ask("/chat/completions", asked, x_api_key=secret)
            assert "key:alice" in refused["error"]["message"]
            server.stop()
        (key,) = in_process("keys", "list", "--json", home=tmp_path).json
        assert 0 < key["spent_nano"] <= key["budget_nano"]
        verified(tmp_path)


def open_stream(server: Running) -> HTTPConnection:
    """A connection on which a stream has begun."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=STUCK_SECONDS)
    body = orjson.dumps(chat("Tell me a very long story about the sea", stream=True, max_tokens=50))
    connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
    return connection


@pytest.mark.slow  # starts the program and waits for its end
class TestEndingWithinAStream:
    STALL = "rules: [{every: 1, fault: {fault: stall, after_chunks: 3, ms: %d}}]"

    def started(self, tmp_path, stall_ms, **proxy):
        (tmp_path / "faults.yaml").write_text(self.STALL % stall_ms)
        (tmp_path / "tokenwise.yaml").write_text(f"proxy: {json.dumps(proxy)}")
        return serving(tmp_path, "--offline", "--faults", "faults.yaml", "--config", str(tmp_path / "tokenwise.yaml"))

    def test_the_stream_goes_on_to_its_end_within_the_grace(self, tmp_path):
        with self.started(tmp_path, 700, grace_s=20) as server:
            connection = open_stream(server)
            answer = connection.getresponse()
            assert answer.readline().startswith(b"data: ")
            server.process.send_signal(signal.SIGTERM)
            rest = answer.read()
            assert rest.endswith(b"data: [DONE]\n\n")
            connection.close()
            code, said = server.stop(0)
        assert (code, "Traceback" in said) == (0, False)
        books = verified(tmp_path)
        assert (books["runs"], books["held_nano"]) == (1, 0)
        assert in_process("ledger", "--summary", "--json", home=tmp_path).json["estimated_nano"] == 0

    def test_after_the_grace_it_is_cut_and_its_money_is_settled(self, tmp_path):
        with self.started(tmp_path, 60_000, grace_s=0) as server:
            connection = open_stream(server)
            answer = connection.getresponse()
            assert answer.readline().startswith(b"data: ")
            code, said = server.stop()
            with pytest.raises(IncompleteRead) as cut:
                answer.read()
            assert b"[DONE]" not in cut.value.partial
            connection.close()
        assert (code, "Traceback" in said) == (0, False)
        assert verified(tmp_path)["held_nano"] == 0
        summary = in_process("ledger", "--summary", "--json", home=tmp_path).json
        assert summary["estimated_nano"] == summary["spent_nano"] > 0

    def test_a_second_signal_ends_it_at_once_and_the_next_opening_settles(self, tmp_path):
        with self.started(tmp_path, 60_000, grace_s=60) as server:
            connection = open_stream(server)
            assert connection.getresponse().readline()
            server.process.send_signal(signal.SIGTERM)
            until(lambda: refuses(server.port))
            code, _ = server.stop()
            connection.close()
        assert code == -signal.SIGTERM
        self.settles(tmp_path)

    def test_a_death_without_warning_leaves_books_that_balance_at_the_next_opening(self, tmp_path):
        with self.started(tmp_path, 60_000) as server:
            connection = open_stream(server)
            assert connection.getresponse().readline()
            server.process.kill()
            server.process.wait(STUCK_SECONDS)
            connection.close()
        self.settles(tmp_path)

    def settles(self, tmp_path):
        left = verified(tmp_path)
        assert (left["left_attempts"], left["left_nano"] > 0) == (1, True)
        with self.started(tmp_path, 1) as server:
            assert verified(tmp_path)["left_attempts"] == 0  # before anybody has asked for anything
            server.stop()
        assert verified(tmp_path)["held_nano"] == 0
        assert in_process("ledger", "--summary", "--json", home=tmp_path).json["estimated_nano"] > 0


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def until(true) -> None:
    """Wait for another process. The limit only ends a test that has failed."""
    ends, pause = time.monotonic() + STUCK_SECONDS, threading.Event()
    while not true():
        assert time.monotonic() < ends
        pause.wait(0.02)


@pytest.mark.slow  # starts the program and waits for its end
class TestSeveralWorkers:
    def test_they_share_the_port_the_ledger_and_the_figures_and_end_together(self, tmp_path):
        with serving(tmp_path, "--offline", "--workers", "2") as server:
            workers = children_of(server)
            for _ in range(20):
                assert server.ask("/chat/completions", chat())[0] == 200
            counted = 'requests_total{endpoint="/v1/chat/completions",status="200"} 20.0'
            until(lambda: counted in server.figures())  # each is counted a moment after its answer has arrived
            code, said = server.stop()
        assert (code, "Traceback" in said) == (0, False)
        assert not any(map(alive, workers))
        assert verified(tmp_path)["runs"] == 20

    def test_one_that_dies_is_replaced_and_the_others_go_on(self, tmp_path):
        with serving(tmp_path, "--offline", "--workers", "2") as server:
            first, second = children_of(server)
            os.kill(first, signal.SIGKILL)
            until(lambda: first not in children_of(server))
            assert second in children_of(server)
            assert server.ask("/chat/completions", chat())[0] == 200
            code, said = server.stop(signal.SIGINT)
        assert code == 130
        assert f"worker {first} has ended by signal 9; another starts in" in said
        verified(tmp_path)

    @needs_server
    def test_with_a_server_they_keep_one_budget_together(self, tmp_path):
        with store(tmp_path) as url:
            self.keep_one_budget_together(tmp_path, url)

    def test_without_one_they_keep_one_budget_together_too(self, tmp_path):
        self.keep_one_budget_together(tmp_path, "local")

    def keep_one_budget_together(self, tmp_path, url):
        secret = in_process("keys", "create", "alice", "--budget", "0.002", home=tmp_path).out.strip()
        asked = chat(model="openai/gpt-4.1-mini", max_tokens=100)
        with serving(tmp_path, "--offline", "--workers", "2", budget_store=url) as server:

            def fire(_: int) -> list[int]:
                return [server.ask("/chat/completions", asked, x_api_key=secret)[0] for _ in range(8)]

            with ThreadPoolExecutor(8) as pool:
                statuses = [status for some in pool.map(fire, range(8)) for status in some]
            assert set(statuses) <= {200, 402, 429}
            assert statuses.count(200) > 5
            assert 402 in statuses
            server.stop()
        (key,) = in_process("keys", "list", "--json", home=tmp_path).json
        assert 0 < key["spent_nano"] <= key["budget_nano"]
        verified(tmp_path)

    def test_they_end_when_the_watcher_is_killed(self, tmp_path):
        with serving(tmp_path, "--offline", "--workers", "2") as server:
            workers = children_of(server)
            server.process.kill()
            server.process.wait(STUCK_SECONDS)
            until(lambda: not any(map(alive, workers)))
            until(lambda: refuses(server.port))

    def test_bad_input_ends_them_all(self, tmp_path):
        (tmp_path / "ledger.jsonl").mkdir()
        command = [*PROGRAM, "serve", "--offline", "--port", "0", "--workers", "2"]
        ledger = {"TOKENWISE_LEDGER_PATH": str(tmp_path / "ledger.jsonl")}
        done = subprocess.run(
            command, env=environment(tmp_path) | ledger, capture_output=True, check=False, timeout=STUCK_SECONDS
        )
        assert done.returncode == 2
        assert b"ledger.jsonl cannot be written" in done.stderr
        assert b"Traceback" not in done.stderr


@contextmanager
def store(folder: Path) -> Iterator[str]:
    """A store of budgets, while the block runs. Gives its URL."""
    with Server(folder) as server:
        trio.run(server.ready)
        yield server.url


def children_of(server: Running) -> list[int]:
    """Its two workers, once they have been started."""
    pid = server.process.pid
    file = Path(f"/proc/{pid}/task/{pid}/children")
    until(lambda: len(file.read_text().split()) == 2)
    return [int(word) for word in file.read_text().split()]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.slow  # starts the program and waits for its end
def test_it_serves_a_configured_provider(tmp_path):
    with provider() as url, serving(tmp_path, "--config", configure(tmp_path, url)) as server:
        status, answer = server.ask("/chat/completions", chat())
        assert (status, answer["object"]) == (200, "chat.completion")
        assert "calls go to local" in server.stop()[1]
    verified(tmp_path)

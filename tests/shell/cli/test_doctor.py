"""What `tw doctor` finds, and that its findings say what to do."""

import errno
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import trio

from tokenwise_shell.cli.doctor_command import Finding, Status, connect, examine, exit_code
from tokenwise_shell.config.paths import state_dir
from tokenwise_shell.proxy.admission.keys import Key, KeyFile

KEY = "sk-or-v1-0123456789abcdefWXYZ"
ROOT = Path(__file__).resolve().parent.parent.parent.parent


async def everyone_answers(_: str) -> None:
    await trio.lowlevel.checkpoint()


async def nobody_answers(base_url: str) -> None:
    await trio.lowlevel.checkpoint()
    raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


async def must_not_be_asked(base_url: str) -> None:
    raise AssertionError(f"{base_url} was probed")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "OPENAI_API_KEY": KEY}


def found(environ, *, config=None, offline=False, probe=everyone_answers) -> tuple[Finding, ...]:
    return examine(environ, config, offline=offline, now_ms=1_800_000_000_000, probe=probe)


def about(subject: str, findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.subject == subject]


def problems(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings if finding.status is Status.PROBLEM}


def test_with_a_key_and_a_home_nothing_is_wrong(environ):
    findings = found(environ)
    assert problems(findings) == {}
    assert exit_code(findings) == 0
    assert {finding.subject for finding in findings} >= {"configuration", "provider openai", "ledger", "cache"}


def test_every_line_says_what_it_is_and_every_problem_how_to_mend_it(environ, tmp_path):
    (tmp_path / "file").write_text("")
    findings = found({**environ, "TOKENWISE_LEDGER_PATH": f"{tmp_path}/file/ledger"}, probe=nobody_answers)
    assert all(str(finding).split()[0] in {"ok", "note", "problem"} for finding in findings)
    assert all(finding.fix for finding in findings if finding.status is not Status.OK)
    assert exit_code(findings) == 1


def test_bad_settings_are_exit_code_2_and_nobody_is_asked(environ):
    findings = found({**environ, "TOKENWISE_CACHE_TTL": "x", "TOKENWISE_PROXY_PORT": "x"}, probe=must_not_be_asked)
    assert len(findings) == 2
    assert {finding.status for finding in findings} == {Status.PROBLEM}
    assert exit_code(findings) == 2


def test_without_any_provider_the_variables_are_named(tmp_path):
    findings = found({"HOME": str(tmp_path)}, probe=must_not_be_asked)
    assert "OPENROUTER_API_KEY" in problems(findings)["providers"].fix
    assert exit_code(findings) == 1


def test_offline_nobody_is_asked_and_no_key_is_needed(tmp_path):
    assert exit_code(found({"HOME": str(tmp_path)}, offline=True, probe=must_not_be_asked)) == 0
    environ = {"HOME": str(tmp_path), "TOKENWISE_OFFLINE": "1", "OPENAI_API_KEY": KEY}
    assert exit_code(found(environ, probe=must_not_be_asked)) == 0


def test_a_provider_that_does_not_answer_is_a_problem_beside_one_that_does(environ):
    async def only_openai(base_url: str) -> None:
        await (everyone_answers if "openai.com" in base_url else nobody_answers)(base_url)

    findings = found({**environ, "GOOGLE_API_KEY": KEY}, probe=only_openai)
    assert list(problems(findings)) == ["provider google"]
    assert "Connection refused" in problems(findings)["provider google"].message
    assert "can be reached" in about("provider openai", findings)[-1].message


def test_a_key_that_would_travel_in_the_clear_is_noted(environ):
    remote = found({**environ, "OPENAI_BASE_URL": "http://gateway.example/v1"})
    assert about("provider openai", remote)[0].status is Status.NOTE
    local = found({**environ, "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    assert about("provider openai", local)[0].status is Status.OK


def test_a_folder_that_is_a_file_is_a_problem_that_names_the_setting(environ, tmp_path):
    (tmp_path / "file").write_text("")
    environ |= {"TOKENWISE_LEDGER_PATH": f"{tmp_path}/file/x/ledger", "XDG_CACHE_HOME": f"{tmp_path}/file"}
    wrong = problems(found(environ))
    assert "ledger_path" in wrong["ledger"].fix
    assert "cache_dir" in wrong["cache"].fix


def test_a_ledger_is_read_and_what_cannot_be_read_in_it_is_noted(environ, tmp_path):
    ledger = tmp_path / "ledger"
    ledger.write_text('{"v":1}\n{"v":1}\n{"v":1,"at')
    ledger.chmod(0o644)
    findings = found({**environ, "TOKENWISE_LEDGER_PATH": str(ledger)})
    told = [(finding.status, finding.message) for finding in about("ledger", findings)]
    assert (Status.OK, f"{ledger} can be read, 2 lines") in told
    assert any(status is Status.NOTE and "line 3" in message for status, message in told)
    assert any(status is Status.NOTE and "others may read" in message for status, message in told)
    assert exit_code(findings) == 0


def test_a_ledger_that_is_no_file_is_a_problem(environ, tmp_path):
    assert "cannot be read" in problems(found({**environ, "TOKENWISE_LEDGER_PATH": str(tmp_path)}))["ledger"].message


def test_a_file_with_keys_that_others_may_read_is_noted(environ, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text(f"providers: {{google: {{api_key: {KEY}}}}}\n")
    config.chmod(0o640)
    (finding,) = about("configuration", found(environ, config=config))
    assert (finding.status, finding.fix.split(",")[0]) == (Status.NOTE, f"chmod 600 {config}")
    config.chmod(0o600)
    assert about("configuration", found(environ, config=config))[0].status is Status.OK


def test_the_age_of_the_list_of_models_is_told(environ, tmp_path):
    folder = tmp_path / ".cache/tokenwise"
    folder.mkdir(parents=True)
    (folder / "openrouter-models.json").write_text('{"fetched_at_ms": 1799999880000, "rows": []}')
    assert "fetched 2 minutes ago" in about("catalogue", found(environ))[0].message
    assert about("catalogue", found(environ))[0].status is Status.OK
    stale = found({**environ, "TOKENWISE_CACHE_TTL": "60"})
    assert about("catalogue", stale)[0].status is Status.NOTE


def test_bad_models_of_ones_own_are_problems(environ, tmp_path):
    models = tmp_path / "models.yaml"
    models.write_text("- {id: x/y, provider: openai}\n")
    wrong = problems(found({**environ, "TOKENWISE_LOCAL_MODELS": str(models)}))
    assert "context_tokens" in wrong["models"].message


def test_a_planner_that_nobody_sells_is_noted(environ):
    assert about("planner", found(environ)) == []
    (finding,) = about("planner", found({**environ, "TOKENWISE_PLANNER_MODEL": "nobody/knows"}))
    assert "nobody/knows" in finding.message
    (finding,) = about("planner", found({**environ, "TOKENWISE_PLANNER_MODEL": "anthropic/claude-opus-4.6"}))
    assert finding.status is Status.NOTE


def test_no_finding_shows_a_key(environ, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text(f"budget_store: redis://:{KEY}@store\nproviders: {{openai: {{headers: {{x: {KEY}}}}}}}\n")
    told = "\n".join(map(str, found(environ, config=config, probe=nobody_answers)))
    assert "redis://store" in told
    assert KEY not in told


async def test_a_listening_port_can_be_connected_to_and_a_closed_one_cannot():
    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, hang_up, 0, host="127.0.0.1"))
        port = listener.socket.getsockname()[1]
        await connect(f"http://127.0.0.1:{port}/v1")
        with pytest.raises(OSError, match="no TLS"):
            await connect(f"https://127.0.0.1:{port}/v1")
        nursery.cancel_scope.cancel()
    with pytest.raises(OSError, match="failed"):
        await connect(f"http://127.0.0.1:{port}/v1")


async def test_a_port_that_says_nothing_is_given_up(autojump_clock):
    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, say_nothing, 0, host="127.0.0.1"))
        port = listener.socket.getsockname()[1]
        with pytest.raises(TimeoutError, match="within 5 s"):
            await connect(f"https://127.0.0.1:{port}/v1")
        nursery.cancel_scope.cancel()


async def hang_up(stream: trio.SocketStream) -> None:
    await stream.aclose()


async def say_nothing(_: trio.SocketStream) -> None:
    await trio.sleep_forever()


@pytest.mark.slow  # starts an interpreter
def test_the_command_prints_one_document_and_its_exit_code(tmp_path):
    program = (
        "import sys; from tokenwise_shell.cli.doctor_command import doctor; "
        "from tokenwise_shell.cli.options import Common; sys.exit(doctor(common=Common(offline=True, json=True)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    document = json.loads(done.stdout)
    assert (done.returncode, document["ok"], done.stderr) == (0, True, "")
    assert {"status", "subject", "message", "fix"} == set(document["findings"][0])


class TestAccessKeys:
    @pytest.fixture
    def file(self, environ) -> KeyFile:
        return KeyFile(state_dir(environ) / "keys.json")

    def create(self, file: KeyFile, name: str = "alice", **fields) -> None:
        file.create(lambda digest: Key(name=name, digest=digest, created_ms=0, **fields))

    def test_none_on_loopback_need_no_word(self, environ):
        assert about("access keys", found(environ)) == []

    def test_none_where_others_can_reach_the_proxy_are_noted(self, environ):
        (finding,) = about("access keys", found({**environ, "TOKENWISE_PROXY_HOST": "0.0.0.0"}))
        assert (finding.status, "tw keys create" in finding.fix) == (Status.NOTE, True)

    def test_those_that_may_be_used_are_counted(self, environ, file):
        self.create(file)
        self.create(file, "bob", expires_ms=1_700_000_000_000)
        (finding,) = about("access keys", found(environ))
        assert (finding.status, finding.message) == (Status.OK, "1 of 2 may be used")
        file.revoke("alice", 1)
        (finding,) = about("access keys", found(environ))
        assert finding.message == "every key is revoked or has expired"

    def test_a_damaged_file_and_one_that_others_may_read_are_found(self, environ, file):
        self.create(file)
        file.path.chmod(0o644)
        assert about("access keys", found(environ))[1].fix == f"chmod 600 {file.path}"
        file.path.write_text("{")
        assert "is no file of keys" in problems(found(environ))["access keys"].message

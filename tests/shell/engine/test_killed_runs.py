"""A run whose process is killed with SIGKILL is gone on with, and pays only for what it has not had yet."""

import subprocess

import orjson
import pytest

from tests.shell.commands import PROGRAM, STUCK_SECONDS, configure, environment, in_process, provider

pytestmark = pytest.mark.slow  # starts programs

NAMES = ("a", "b", "c", "d", "e")


def chain(folder):
    steps = [
        {"id": name, "description": f"Do part {name}.", "after": [NAMES[place - 1]] if place else []}
        for place, name in enumerate(NAMES)
    ]
    (folder / "plan.json").write_bytes(orjson.dumps({"task": "Five parts.", "budget_nano": 10**9, "steps": steps}))


def killed_at(line, *argv, home):
    """Run the program until it says this on stderr, and kill it there."""
    command = [*PROGRAM, *argv]
    with subprocess.Popen(command, env=environment(home), cwd=home, stderr=subprocess.PIPE, text=True) as child:
        said = []
        for heard in child.stderr:
            said.append(heard)
            if line in heard:
                child.kill()
                break
    assert child.returncode == -9, "".join(said)


def test_killed_after_two_of_five_steps_it_pays_for_three(tmp_path):
    chain(tmp_path)
    with provider({"first": ["ok", "ok", "hang"]}) as url:
        config = configure(tmp_path, url)
        killed_at("c: asking", "run", "plan.json", "--config", config, home=tmp_path)
    (journal,) = (tmp_path / ".local/state/tokenwise/runs").glob("*.jsonl")
    with provider() as url:
        config = configure(tmp_path, url)
        done = in_process("run", "--resume", journal.stem, "--config", config, "--json", home=tmp_path)
    run = done.json["run"]
    assert (done.code, run["status"]) == (0, "completed")
    assert [step["attempts"] for step in run["steps"]] == [1, 1, 2, 1, 1]  # the dead call of c counts as made
    ledger = in_process("ledger", "--json", home=tmp_path).json
    ends = {kind: [line["step"] for line in ledger if line["type"] == kind] for kind in ("charged", "abandoned")}
    assert ends == {"charged": list(NAMES), "abandoned": ["c"]}
    assert in_process("ledger", "--verify", home=tmp_path).code == 0
    spent = sum(line["amount_nano"] for line in ledger if line["type"] in ends)
    assert run["spent_nano"] == spent <= 10**9
    assert in_process("replay", journal.stem, "--config", config, home=tmp_path).out.startswith("identical: ")


def test_it_keeps_its_judge_and_the_money_that_opinions_have_left(tmp_path):
    task = "Read the first offer, then read the second offer, then compare both offers"
    with provider({"first": ["ok", "ok", "ok", "ok", "hang"]}) as url:
        config = configure(tmp_path, url)
        judged = ("--planner", "rules", "--judge", "local/small", "--out", "plan.json", "--config", config)
        planned = in_process("plan", task, *judged, "--json", home=tmp_path).json
        last = planned["steps"][-1]["id"]
        assert len(planned["steps"]) == 3
        killed_at(f"{last}: asking", "run", "plan.json", "--config", config, home=tmp_path)
    (journal,) = (tmp_path / ".local/state/tokenwise/runs").glob("*.jsonl")
    with provider() as url:
        config = configure(tmp_path, url)
        done = in_process("run", "--resume", journal.stem, "--config", config, "--json", home=tmp_path)
        again = in_process("run", "--resume", journal.stem, "--config", config, "--json", home=tmp_path)
    lines = in_process("ledger", "--json", home=tmp_path).json
    closed = [line for line in lines if line["type"] in {"charged", "abandoned"}]
    opinions = [line for line in closed if "/judge/" in line["run"]]
    assert [line["run"].rpartition("/")[2] for line in opinions] == ["0-0", "1-0", "2-1"]  # the last one's second call
    assert done.json["judge"] == planned["judge"]
    assert done.json["budget_nano"] == planned["budget_nano"]
    assert done.json["run"]["judge_nano"] == sum(line["amount_nano"] for line in opinions) > 0
    assert done.json["run"]["spent_nano"] == sum(line["amount_nano"] for line in closed)
    assert again.json["run"]["spent_nano"] == done.json["run"]["spent_nano"]


def test_ctrl_c_while_planning_says_what_that_cost(tmp_path):
    import signal

    with provider({"every": 1, "fault": "hang"}) as url:
        config = tmp_path / configure(tmp_path, url)
        config.write_text(config.read_text() + "planner_model: local/small\n")
        stalled = [*PROGRAM, "plan", "Read two offers, then advise", "--config", str(config)]
        with subprocess.Popen(
            stalled, env=environment(tmp_path), cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:
            ledger = tmp_path / ".local/state/tokenwise/ledger.jsonl"
            while not (ledger.exists() and b'"reserved"' in ledger.read_bytes()):
                assert child.poll() is None
            child.send_signal(signal.SIGINT)
            _, said = child.communicate(timeout=STUCK_SECONDS)
    assert child.returncode == 130
    assert "stopped while planning: $0.00" in said
    assert "was spent, and is in the ledger" in said
    assert in_process("ledger", "--verify", home=tmp_path).code == 0

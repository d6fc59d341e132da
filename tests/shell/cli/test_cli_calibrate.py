"""`tw calibrate` and `tw rate`: what is written, when nothing is, and what the proxy keeps of a request."""

import orjson
import pytest

from tests.shell.commands import tw
from tests.shell.proxy_world import chat, proxy
from tokenwise.scenario.numbers import NUMBERS
from tokenwise_shell.plans.outcomes import append_rating, logged, outcomes_file

__all__ = ["tw"]

SUM = "Compute the sum of {0} and {1}, then multiply it by {0} and subtract {1}, and divide by {0}."
NOTE = "Write a friendly note to neighbour {0} in house {1}."


def workload(path, *, told=True, field="rating"):
    """Notes are answered badly here and sums well, against all that words say; `told` False: it follows nothing."""
    with path.open("wb") as file:
        for n in range(300):
            text = (NOTE if n % 2 else SUM).format(n, 7 * n)
            bad = n % 2 if told else n // 2 % 2
            good = bad if n % 9 == 0 else 1 - bad
            said = good if field == "rating" else {"small": good, "large": 1}
            file.write(orjson.dumps({"prompt": text, field: said}) + b"\n")
    return str(path)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "policy.json"


class TestTheCommand:
    @pytest.mark.slow  # a thousand draws
    def test_weights_that_are_surely_better_are_written_and_used(self, tw, tmp_path, out):
        asked = ("--out", str(out), "--flagship-share", "0.4", "--json")
        done = tw("calibrate", workload(tmp_path / "w.jsonl"), *asked)
        assert (done.code, done.json["written"]) == (0, str(out))
        assert done.json["evidence"]["better"]
        assert done.json["cuts"]["flagship_share"] <= 0.4
        (tmp_path / "config.yaml").write_text(f"calibration: {out}\n")
        used = ("--config", str(tmp_path / "config.yaml"), "--json")
        tiers = [tw("route", text.format(n, 7 * n), *used).json["tier"] for n in (5, 17, 40) for text in (NOTE, SUM)]
        assert "flagship" in tiers[::2]
        assert "flagship" not in tiers[1::2]

    @pytest.mark.slow  # a thousand draws
    def test_a_simulation_reads_the_same_file(self, tw, tmp_path, out):
        source = workload(tmp_path / "w.jsonl", field="outcomes")
        assert tw("calibrate", source, "--out", str(out), "--cheap", "small", "--strong", "large").code == 0
        (tmp_path / "r.jsonl").write_text('{"id": "a", "prompt": "Compute 2 + 2."}\n')
        assert tw("simulate", str(tmp_path / "r.jsonl"), "--policy", str(out)).code == 0

    @pytest.mark.slow  # a thousand draws
    def test_where_they_are_not_it_says_so_and_writes_nothing(self, tw, tmp_path, out):
        done = tw("calibrate", workload(tmp_path / "w.jsonl", told=False), "--out", str(out))
        assert done.code == 1
        assert "nothing was written" in done.out
        assert not out.exists()

    def test_without_outcomes_the_cuts_alone_are_set(self, tw, tmp_path, out):
        lines = [orjson.dumps({"prompt": (SUM if n < 20 else NOTE).format(n, n)}) for n in range(100)]
        (tmp_path / "w.jsonl").write_bytes(b"\n".join(lines))
        done = tw("calibrate", str(tmp_path / "w.jsonl"), "--out", str(out), "--flagship-share", "0.2", "--json")
        assert (done.code, done.json["evidence"]) == (0, None)
        assert done.json["cuts"]["flagship_share"] == pytest.approx(0.2)
        assert orjson.loads(out.read_bytes()).keys() == {"mid_from", "flagship_from"}

    def test_a_cost_that_nothing_meets_is_refused_with_what_would_do(self, tw, tmp_path, out):
        source = workload(tmp_path / "w.jsonl")
        done = tw("calibrate", source, "--out", str(out), "--cuts-only", "--max-cost-per-1k", "0.000001")
        assert done.code == 2
        assert "on budget models alone" in done.err
        plenty = tw("calibrate", source, "--out", str(out), "--cuts-only", "--max-cost-per-1k", "1000000", "--json")
        assert plenty.json["cuts"]["flagship_share"] == 1.0

    @pytest.mark.parametrize(
        "line",
        ["[1]", '{"prompt": 3}', '{"prompt": "x", "rating": 7}', '{"prompt": "x", "outcomes": {"a": 1, "b": 0}}'],
    )
    def test_a_file_that_is_no_workload_is_refused(self, tw, tmp_path, out, line):
        (tmp_path / "w.jsonl").write_text(line)
        assert tw("calibrate", str(tmp_path / "w.jsonl"), "--out", str(out)).code == 2

    def test_a_policy_file_that_is_none_is_refused_with_its_place(self, tw, tmp_path):
        (tmp_path / "p.json").write_text('{"calibration": {"weights": {"math": "much"}}, "mid_from": -1}')
        (tmp_path / "config.yaml").write_text(f"calibration: {tmp_path / 'p.json'}\n")
        done = tw("route", "hi", "--config", str(tmp_path / "config.yaml"))
        assert done.code == 2
        assert "mid_from" in done.err
        assert "`weights`" in done.err


class TestACascade:
    def answered(self, path):
        """Two cheap models agree on two in three sums and are right then; the strong one is always right."""
        with path.open("wb") as file:
            for n in range(200):
                right, wrong = str(n), f"not {n}"
                told = {"one": right, "two": right if n % 3 else wrong, "big": right}
                scores = {model: float(answer == right) for model, answer in told.items()} | {"one": float(n % 6 > 0)}
                row = {"prompt": SUM.format(n, 7 * n), "outcomes": scores, "answers": told, "pair": ["one", "big"]}
                file.write(orjson.dumps(row | {"cost_usd": {"one": 0.001, "two": 0.002, "big": 0.02}}) + b"\n")
        return str(path)

    def test_the_pair_and_its_rate_are_measured_written_and_used(self, tw, tmp_path, out):
        asked = ("--out", str(out), "--strong", "big", "--cuts-only", "--json")
        done = tw("calibrate", self.answered(tmp_path / "w.jsonl"), *asked)
        assert done.code == 0
        pair = done.json["cascade"]["pair"]
        assert (pair["first"], pair["second"], pair["strong"]) == ("one", "two", "big")
        (share,) = done.json["cascade"]["accepted"]
        assert (share["kind"], share["requests"]) == ("math", 200)
        assert share["rate"] == pytest.approx(2 / 3, abs=0.01)
        cascade = orjson.loads(out.read_bytes())["cascade"]
        assert cascade == {"first": "one", "second": "two", "strong": "big", "accept_rate": {"math": 0.665}}
        (tmp_path / "config.yaml").write_text(f"calibration: {out}\n")
        assert tw("route", "Compute 2 + 2", "--config", str(tmp_path / "config.yaml")).code == 0
        (tmp_path / "r.jsonl").write_text('{"id": "a", "prompt": "Compute 2 + 2."}\n')
        assert tw("simulate", str(tmp_path / "r.jsonl"), "--policy", str(out)).code == 0

    def test_how_often_answers_were_accepted_is_read_off_the_log(self, tw, out):
        numbers = dict.fromkeys(NUMBERS, 0.0) | {"code": 1.0}
        lines = []
        for n in range(100):
            line = {"v": 1, "at": "", "type": "described", "run": f"r{n}", "key": "", "numbers": numbers}
            lines.append(orjson.dumps(line | {"cascade": n < 80}))
        outcomes_file(tw.ledger).parent.mkdir(parents=True, exist_ok=True)
        outcomes_file(tw.ledger).write_bytes(b"\n".join(lines) + b"\n")
        done = tw("calibrate", "--out", str(out), "--cuts-only", "--json")
        assert done.code == 0
        (share,) = done.json["cascade"]["accepted"]
        assert (share["kind"], share["requests"], share["rate"]) == ("code", 80, 1.0)
        assert orjson.loads(out.read_bytes())["cascade"] == {"accept_rate": {"code": 1.0}}

    @pytest.mark.parametrize(
        "told", [{"first": 3}, {"accept_rate": {"math": 2}}, {"accept_rate": {"art": 0.5}}, {"x": 1}]
    )
    def test_a_cascade_that_is_none_is_refused_with_its_place(self, tw, tmp_path, told):
        (tmp_path / "p.json").write_bytes(orjson.dumps({"cascade": told}))
        (tmp_path / "config.yaml").write_text(f"calibration: {tmp_path / 'p.json'}\n")
        done = tw("route", "hi", "--config", str(tmp_path / "config.yaml"))
        assert done.code == 2
        assert "p.json: cascade" in done.err


class TestTheLog:
    @pytest.mark.slow  # three prompts
    def test_what_was_asked_and_rated_is_what_calibrate_reads_and_the_last_word_counts(self, tw, tmp_path, out):
        (tmp_path / "config.yaml").write_text("ledger: {numbers: true}\n")
        kept = ("--config", str(tmp_path / "config.yaml"))
        runs = [tw("ask", NOTE.format(n, n), *kept, "--json").json["run"]["run_id"] for n in range(3)]
        assert tw("rate", "last", "good", *kept).code == 0
        assert tw("rate", runs[-1], "BAD", *kept, "--json").json == {"run": runs[-1], "good": False}
        assert [(one.run, one.good) for one in logged(outcomes_file(tw.ledger))] == [
            *zip(runs, (None, None, False), strict=True)
        ]
        done = tw("calibrate", "--out", str(out), "--cuts-only", "--json", *kept)
        assert (done.code, done.json["requests"]) == (0, 3)

    @pytest.mark.slow  # a plan of several steps
    def test_the_steps_of_a_plan_keep_their_numbers_and_no_word_and_a_plan_is_not_rated(self, tw, tmp_path):
        (tmp_path / "config.yaml").write_text("ledger: {numbers: true}\n")
        kept = ("--config", str(tmp_path / "config.yaml"))
        task = "Compare tea and coffee, then write a report on hunter2 for the board"
        ran = tw("plan", task, "--planner", "rules", "--execute", *kept, "--json").json["run"]
        file = outcomes_file(tw.ledger)
        told = list(logged(file))
        assert [one.step for one in told] == [step["id"] for step in ran["steps"]]
        assert {(one.run, one.good) for one in told} == {(ran["run_id"], None)}
        assert all(one.numbers["words"] > 0 and one.input_tokens > 0 for one in told)
        assert b"hunter2" not in file.read_bytes()
        assert "numbers" in tw("rate", ran["run_id"], "good", *kept).err

    def test_a_rating_that_could_teach_nothing_is_refused_with_the_setting_that_is_missing(self, tw, out):
        tw("ask", "What is rain?")
        assert "`ledger: {numbers: true}`" in tw("rate", "last", "good").err
        assert "there is no run 'nosuch'" in tw("rate", "nosuch", "good").err
        assert not outcomes_file(tw.ledger).exists()
        done = tw("calibrate", "--out", str(out))
        assert (done.code, "`ledger: {numbers: true}`" in done.err) == (2, True)

    @pytest.mark.parametrize(("run", "word"), [("run-1", "fine"), ("a b", "good"), ("", "good")])
    def test_what_is_neither_a_run_nor_a_rating_is_refused(self, tw, run, word):
        assert tw("rate", run, word).code == 2

    async def test_the_proxy_keeps_numbers_and_ratings_and_no_word(self, tmp_path):
        words = {"model": "auto", "content": "Prove that hunter2 is a secret: 2 + 2 = 4."}
        async with proxy(tmp_path, ledger_numbers=True) as world:
            answer = await world.post(chat(**words))
            run = answer.headers["x-tokenwise-request-id"]
            rated = await world.post({"run": run, "rating": "bad"}, path="/v1/feedback")
            wrong = await world.post({"run": run, "rating": "so-so"}, path="/v1/feedback")
            nobody = await world.post({"rating": "bad"}, path="/v1/feedback")
            assert world.balances()
            file = outcomes_file(world.client.journal.file.path)
        assert (rated.status, rated.json) == (200, {"run": run, "good": False})
        assert (wrong.status, nobody.status) == (400, 400)
        assert b"hunter2" not in file.read_bytes()
        (one,) = logged(file)
        assert (one.run, one.good) == (run, False)
        assert one.numbers["words"] > 0

    async def test_without_the_setting_nothing_is_kept(self, tmp_path):
        async with proxy(tmp_path) as world:
            await world.post(chat(model="auto"))
            assert not outcomes_file(world.client.journal.file.path).exists()

    def test_a_rating_by_another_key_does_not_count(self, tmp_path):
        ledger = tmp_path / "ledger.jsonl"
        line = {"v": 1, "at": "", "type": "described", "run": "r", "key": "alice", "numbers": {"words": 3.0}}
        outcomes_file(ledger).write_bytes(orjson.dumps(line) + b"\n")
        append_rating(ledger, "r", "mallory", good=False, at_ms=0)
        assert [one.good for one in logged(outcomes_file(ledger))] == [None]
        append_rating(ledger, "r", "", good=True, at_ms=0)
        assert [one.good for one in logged(outcomes_file(ledger))] == [True]

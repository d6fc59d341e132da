"""`tw ledger correct`: what it writes, what follows, what it refuses, and what a proxy that runs makes of it."""

import pytest

from tests.shell.cli.test_cli_ledger import CALL, DAY_MS, NOON_MS, books, entry, run_lines
from tests.shell.cli.test_cli_serving import chat, serving
from tests.shell.commands import in_process, tw
from tests.shell.redis_server import needs_server, redis
from tokenwise.budgets.budget import Budget
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window, span_of
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.changes.correcting import Kept, scopes_at
from tokenwise_shell.budgets.redis_store import open_store
from tokenwise_shell.config.zones import zone_named
from tokenwise_shell.ledger.spending import load_spending

__all__ = ["books", "redis", "tw"]

ABSURD = 15_000_000 * 10**9
"""What a provider that reported 10^12 tokens was once booked with."""


def absurd_lines():
    """One run of one call: 1,000 nano-dollars reserved before midnight, $15,000,000 charged after it."""
    told = {"usage": None, "outcome": "ok", "estimated": False}
    late = NOON_MS + DAY_MS // 2
    return [
        entry(0, "reserved", at_ms=late - 1, key="alice", tags=["nightly"], **CALL, amount_nano=1000),
        entry(1, "charged", at_ms=late, key="alice", tags=["nightly"], **CALL, **told, amount_nano=ABSURD),
        entry(2, "overran", at_ms=late, key="alice", tags=["nightly"], **CALL, amount_nano=ABSURD - 1000),
        entry(3, "finished", at_ms=late, key="alice", status="completed", spent_nano=ABSURD, overrun_nano=ABSURD),
    ]


def correct(tw, *, run="run-1", seq="1", to="0.0000004", why="the vendor's invoice", more=()):
    return tw("ledger", "correct", run, seq, "--to", to, "--why", why, *more)


class TestACorrection:
    def test_every_sum_follows_and_the_books_balance(self, tw, books):
        books(*absurd_lines())
        done = correct(tw)
        assert (done.code, done.out) == (
            0,
            "run run-1, seq 1 counts as $0.0000004 from now on, in the budgets of 2026-11-21; it was $15000000.00\n",
        )
        proof = tw("ledger", "--verify", "--json").json
        assert (proof["balanced"], proof["spent_nano"], proof["overrun_nano"], proof["runs"]) == (True, 400, 0, 1)
        sums = tw("ledger", "--summary", "--json").json
        assert (sums["spent_nano"], sums["overrun_nano"], sums["calls"], sums["runs"]) == (400, 0, 1, 1)
        by = [
            sums["by_model"]["acme/mini"],
            sums["by_key"]["alice"],
            sums["by_tag"]["nightly"],
            sums["by_run"]["run-1"],
        ]
        assert [one["spent_nano"] for one in (*by, sums["by_day"]["2026-11-22"])] == [400] * 5

    def test_windows_follow_on_the_day_on_which_the_call_was_reserved(self, tw, books):
        books(*absurd_lines())
        correct(tw)
        spending = load_spending(tw.ledger, pytest.fail)
        yesterday, today = (span_of(Window.DAY, at_ms) for at_ms in (NOON_MS, NOON_MS + DAY_MS))
        assert (spending.spent(yesterday, "alice"), spending.spent(today, "alice")) == (400, 0)
        assert spending.spent(yesterday, tag="nightly") == spending.spent(yesterday) == 400

    def test_that_day_is_one_of_the_configured_time_zone(self, tw, books, monkeypatch):
        """Reserved at 23:59:59.999 UTC on the 21st, which is the 22nd in Berlin; the 21st in New York."""
        books(*absurd_lines())
        for to, (zone, day) in enumerate([("Europe/Berlin", "2026-11-22"), ("America/New_York", "2026-11-21")], 1):
            monkeypatch.setenv("TOKENWISE_TIME_ZONE", zone)
            assert f"in the budgets of {day};" in correct(tw, to=str(to)).out
            spending = load_spending(tw.ledger, pytest.fail, zone=zone_named(zone))
            assert {at: nano for at, nano in spending.days["alice"].items() if nano} == {day: to * 10**9}

    def test_the_line_says_all_that_sums_need_and_nothing_else_has_changed(self, tw, books):
        books(*absurd_lines())
        before = tw.ledger.read_bytes()
        line = correct(tw, more=["--json"]).json["line"]
        assert line | {"at": ""} == {
            "v": 1, "at": "", "run": "run-1/corrections", "seq": 0, "type": "corrected", "key": "alice",
            "tags": ["nightly"], **CALL, "amount_nano": 400, "was_nano": ABSURD, "reserved_nano": 1000, "corrects": 1,
            "charged_at": "2026-11-22T00:00:00.000Z", "reserved_at": "2026-11-21T23:59:59.999Z",
            "outcome": "ok", "estimated": False,
            "why": "the vendor's invoice",
        }  # fmt: skip
        assert tw.ledger.read_bytes().startswith(before)

    def test_it_stands_among_the_run_s_entries(self, tw, books):
        books(*run_lines())
        correct(tw, to="0.5")
        shown = tw("ledger", "--run", "run-1").out.splitlines()[-1]
        assert "corrected" in shown
        assert "$0.50  was $0.0000004 in seq 1, acme/mini, acme, ok, the vendor's invoice" in shown

    def test_the_same_again_writes_nothing(self, tw, books):
        books(*run_lines())
        correct(tw, to="0.5")
        before = tw.ledger.read_bytes()
        done = correct(tw, to="0.50", why="once more")
        assert (done.code, done.out) == (0, "run run-1, seq 1 counts as $0.50 already; nothing was written\n")
        assert tw.ledger.read_bytes() == before

    def test_the_last_one_counts(self, tw, books):
        books(*run_lines())
        for amount in ("0.5", "0", "0.000000007"):
            assert correct(tw, to=amount).code == 0
        proof = tw("ledger", "--verify", "--json").json
        assert (proof["balanced"], proof["spent_nano"]) == (True, 7)

    def test_what_was_abandoned_is_an_estimate_until_somebody_says_what_it_cost(self, tw, books):
        books(
            entry(0, "reserved", **CALL, amount_nano=1000),
            entry(1, "abandoned", **CALL, amount_nano=1000, estimated=True),
        )
        before = tw("ledger", "--summary", "--json").json
        correct(tw, to="0.0000003")
        after = tw("ledger", "--summary", "--json").json
        told = ("spent_nano", "estimated_nano", "wasted_nano")
        assert [[sums[name] for name in told] for sums in (before, after)] == [[1000, 1000, 1000], [300, 0, 300]]

    def test_sums_of_a_span_of_time_have_it_where_the_call_is(self, tw, books):
        books(*run_lines())
        correct(tw, to="0.000000007")
        sums = [tw("ledger", "--summary", "--json", flag, "2026-11-22").json for flag in ("--until", "--since")]
        assert [one["spent_nano"] for one in sums] == [7, 0]

    def test_one_that_was_cut_off_by_a_death_is_skipped_and_can_be_made_again(self, tw, books):
        books(*run_lines())
        correct(tw, to="0.5")
        tw.ledger.write_bytes(tw.ledger.read_bytes()[:-20])
        assert tw("ledger", "--verify", "--json").json["spent_nano"] == 400
        assert correct(tw, to="0.5").code == 0
        proof = tw("ledger", "--verify", "--json").json
        assert (proof["balanced"], proof["spent_nano"]) == (True, 500_000_000)


class TestRefusals:
    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"run": "run-2"}, "RUN: 'run-2' is not in this ledger"),
            ({"seq": "9"}, "SEQ: 9: there is no such line; lines of this run that charge: 1"),
            ({"seq": "0"}, "SEQ: 0: a line of type 'reserved' charges nothing"),
            ({"seq": "2"}, "SEQ: 2: a line of type 'released' charges nothing"),
            ({"seq": "-1"}, "SEQ"),
            ({"seq": "one"}, "SEQ: 'one': expected a whole number"),
            ({"to": "-1"}, "--to"),
            ({"to": "much"}, "--to: 'much': expected US dollars"),
            ({"to": "0.0000000001"}, "--to: '0.0000000001': expected US dollars"),
            ({"to": "1e400"}, "--to: '1e400': expected US dollars"),
            ({"to": "nan"}, "--to: 'nan': expected US dollars"),
            ({"why": " "}, "--why: ' ': expected text"),
            ({"why": "a\nb"}, "--why"),
            ({"why": "x" * 1001}, "--why: has 1001 characters; expected at most 1000"),
        ],
    )
    def test_what_is_no_correction_is_said_and_nothing_is_written(self, tw, books, changed, said):
        books(*run_lines())
        before = tw.ledger.read_bytes()
        done = correct(tw, **changed)
        assert (done.code, done.out) == (2, "")
        assert said in done.err
        assert tw.ledger.read_bytes() == before

    def test_a_correction_is_corrected_by_another_of_the_same_line(self, tw, books):
        books(*run_lines())
        correct(tw, to="0.5")
        done = correct(tw, run="run-1/corrections", seq="0", to="0.4")
        assert done.code == 2
        assert "a line of type 'corrected' charges nothing" in done.err

    def test_there_has_to_be_a_ledger(self, tw):
        done = correct(tw)
        assert done.code == 2
        assert "there is no" in done.err
        assert not tw.ledger.exists()

    def test_both_options_are_needed(self, tw, books):
        books(*run_lines())
        assert tw("ledger", "correct", "run-1", "1", "--to", "1").code == 2
        assert tw("ledger", "correct", "run-1", "1", "--why", "x").code == 2


class TestTheProof:
    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"was_nano": 399}, "says was_nano 399 where it is 400"),
            ({"corrects": 2}, "corrects seq 2, which charges nothing"),
            ({"reserved_nano": 5}, "says reserved_nano 5 where it is 1000"),
            ({"reserved_at": "2026-11-20"}, "says reserved_at '2026-11-20' where it is '2026-11-21T12:00:00.000Z'"),
            ({"model": "acme/big"}, "says model 'acme/big' where it is 'acme/mini'"),
            ({"estimated": True}, "says estimated True where it is False"),
            ({"seq": 1}, "seq 0 is missing"),
            ({"run": "run-1"}, "a correction's run ends in '/corrections'"),
            ({"was_nano": -1}, "a negative amount"),
            ({"why": None}, "field 'why' is None, expected a text"),
        ],
    )
    def test_a_correction_that_does_not_follow_is_found(self, tw, books, changed, said):
        books(*run_lines())
        line = correct(tw, to="0.5", more=["--json"]).json["line"]
        books(*run_lines(), {**line, **changed})
        done = tw("ledger", "--verify")
        assert done.code == 1
        assert said in done.out

    def test_the_order_of_the_lines_does_not_matter(self, tw, books):
        books(*run_lines())
        lines = [correct(tw, to=amount, more=["--json"]).json["line"] for amount in ("0.5", "0.25")]
        books(*reversed([*run_lines(), *lines]))
        assert tw("ledger", "--verify", "--json").json["balanced"]


# --- beside processes that run ----------------------------------------------------------------------------------------


def charge_of(home):
    """Run and number of the last line that charged something."""
    lines = in_process("ledger", "--json", home=home).json
    return next((line["run"], str(line["seq"])) for line in reversed(lines) if line["type"] == "charged")


@pytest.mark.slow  # starts the program
@pytest.mark.parametrize("store", ["local", "none"])
def test_a_proxy_that_runs_takes_it_into_its_keys_budget(tw, tmp_path, monkeypatch, store):
    """The proxy is a process of its own, and `tw` this one."""

    def correct(to):
        return tw.online("ledger", "correct", *charge_of(tmp_path), "--to", to, "--why", "misread")

    monkeypatch.setenv("TOKENWISE_BUDGET_STORE", store)
    secret = tw.online("keys", "create", "alice", "--budget", "0.02").out.strip()
    who = {"authorization": f"Bearer {secret}"}
    with serving(tmp_path, "--offline", budget_store=store) as server:
        assert server.ask("/chat/completions", chat(max_tokens=50), **who)[0] == 200
        done = correct("0.02")
        assert done.code == 0
        status, body = server.ask("/chat/completions", chat(max_tokens=50), **who)
        if store == "local":
            assert (status, body["error"]["code"]) == (402, "budget_exceeded")
            assert correct("0.00001").code == 0
            assert server.ask("/chat/completions", chat(max_tokens=50), **who)[0] == 200
        else:
            assert status == 200
            assert "processes that write this ledger: 1; their limits follow when they are started anew" in done.err
        server.stop()
    assert tw.online("ledger", "--verify").code == 0
    with serving(tmp_path, "--offline", budget_store=store) as server:
        status, _ = server.ask("/chat/completions", chat(max_tokens=50), **who)
        assert status == (200 if store == "local" else 402)


@needs_server
@pytest.mark.slow  # starts a store
async def test_a_store_is_told_once(redis):
    each = Limit(Nanodollars(5), Window.DAY, each="user", name="users")
    account = Account("alice", ("nightly",), (("user", "u1"),))
    scopes = scopes_at("2026-11-21T12:00:00.000Z", account, Kept("local", (each,)), model="m")
    assert scopes[:4] == ("process total", "process 2026-11-21", "process 2026-W47", "process 2026-11")
    assert scopes[-1] == f"{each.owner_of(account)} 2026-11-21"

    async with open_store(redis.url) as store:
        await store.open("key:alice 2026-11", Nanodollars(100), spent=Nanodollars(900))
        for _ in range(2):
            assert await store.correct("run/corrections/0", scopes, -870, -860)
        assert await store.balance("key:alice 2026-11") == Budget(Nanodollars(100), Nanodollars(30))

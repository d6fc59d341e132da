"""Laws of the books on disk. See docs/ledger.md."""

import tempfile
from collections import defaultdict
from pathlib import Path

import orjson
import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from property_tests.strategies import jobs, rivals, worlds
from tests.core.simulated import only, play
from tokenwise.budgets import ledger
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Capability
from tokenwise_shell.budgets.answers import Granted
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.codec.messages import entry_to_json
from tokenwise_shell.ledger.corrections import CLOSINGS
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.view import summarise

AT = "2026-11-21T20:15:53.123Z"


def line(run, seq, entry, key=""):
    return {"v": 1, "at": AT, "run": run, "seq": seq, "key": key, **entry_to_json(entry)}


def lines_of(run, entries):
    return [line(run, seq, entry) for seq, entry in enumerate(entries)]


@st.composite
def ledgers(draw):
    """The lines of a few simulated runs, some of them cancelled, as they would stand in one file."""
    lines, spent = [], 0
    for number in range(draw(st.integers(1, 3))):
        # Short ones that most models can serve, at few prices: what these laws are about is lines with money in them.
        paid = jobs(most_steps=2, asked=st.just(Capability.GENERAL), lists=rivals(most=3))
        limit = Nanodollars(draw(st.sampled_from([0, 5_000_000, 200_000_000, 5_000_000_000])))
        job, cancel_after = evolve(draw(paid), limit=limit), draw(st.none() | st.integers(0, 25))
        story = only(play([Arrival(job, cancel_after=cancel_after)], draw(worlds())))
        lines += lines_of(f"run{number}", story.entries)
        spent += story.run.books.spent
    return lines, spent


def attempts():
    return st.builds(AttemptId, st.sampled_from("ab"), st.integers(0, 2))


def money_entries():
    """Money lines in any combination, most of which do not balance."""
    amount = st.integers(0, 3).map(Nanodollars)
    return st.lists(
        st.one_of(
            st.builds(ledger.Reservation, attempts(), st.just("m"), st.just("p"), amount, st.just(1), st.just(1)),
            st.builds(
                ledger.Charged, attempts(), st.just("m"), st.just("p"), amount, st.none(), st.just("ok"),
                st.booleans(), st.just("m"),
            ),
            st.builds(ledger.Released, attempts(), amount),
            st.builds(ledger.Overran, attempts(), amount),
            st.builds(ledger.Abandoned, attempts(), st.just("m"), st.just("p"), amount),
        ),
        max_size=6,
    )  # fmt: skip


@pytest.mark.slow  # each example simulates up to three runs
class TestConservation:
    """Per attempt: reserved + overran = charged + released, or reserved = abandoned, exactly once."""

    @given(ledgers())
    def test_every_run_of_the_machine_leaves_books_that_balance(self, drawn):
        lines, spent = drawn
        proof = verify(lines)
        assert proof.problems == ()
        assert proof.spent_nano == spent

    @given(money_entries())
    def test_the_proof_over_lines_is_the_proof_over_entries(self, entries):
        proof = verify(lines_of("run", entries))
        expected = {(problem.path, problem.message) for problem in ledger.check(entries)}
        assert {(p.path.removeprefix("run 'run', attempt "), p.message) for p in proof.problems} == expected

    @given(ledgers(), st.data())
    def test_no_amount_can_be_changed_unnoticed(self, drawn, data):
        lines, _ = drawn
        money = [index for index, one in enumerate(lines) if "amount_nano" in one]
        assume(money)
        at = data.draw(st.sampled_from(money))
        more = lines[at]["amount_nano"] + data.draw(st.integers(1, 1000))
        assert verify([*lines[:at], {**lines[at], "amount_nano": more}, *lines[at + 1 :]]).problems

    @given(ledgers(), st.data())
    def test_no_line_but_a_runs_last_can_be_lost_unnoticed(self, drawn, data):
        lines, _ = drawn
        inner = [index for index, one in enumerate(lines) if one["type"] != "finished"]
        at = data.draw(st.sampled_from(inner))
        assert verify([*lines[:at], *lines[at + 1 :]]).problems

    @given(ledgers(), st.data())
    def test_no_line_can_stand_twice_unnoticed(self, drawn, data):
        lines, _ = drawn
        again = data.draw(st.sampled_from(lines))
        at = data.draw(st.integers(0, len(lines)))
        assert verify([*lines[:at], again, *lines[at:]]).problems


@pytest.mark.slow  # likewise
class TestOrder:
    """Totals do not depend on order."""

    @given(ledgers(), st.randoms(use_true_random=False))
    def test_neither_the_proof_nor_the_sums_depend_on_the_order_of_lines(self, drawn, random):
        lines, _ = drawn
        shuffled = random.sample(lines, len(lines))
        assert verify(shuffled) == verify(lines)
        assert summarise(shuffled, pytest.fail).as_json() == summarise(lines, pytest.fail).as_json()

    @given(ledgers())
    def test_each_breakdown_adds_up_to_the_whole(self, drawn):
        lines, spent = drawn
        summary = summarise(lines, pytest.fail).as_json()
        assert summary["spent_nano"] == spent
        for name in ("model", "provider", "key", "day", "run"):
            groups = summary[f"by_{name}"].values()
            assert sum(group["spent_nano"] for group in groups) == spent
            assert sum(group["wasted_nano"] for group in groups) == summary["wasted_nano"]


class TestCrash:
    """A process may die at any moment: after the next start the books balance, and nothing is charged at 0 for it."""

    @pytest.mark.slow  # each example opens a ledger, which waits for the disk
    @given(ledgers(), st.data())
    def test_cut_at_any_byte_a_ledger_balances_after_the_next_start(self, drawn, data):
        lines, _ = drawn
        written = b"".join(orjson.dumps({**one, "writer": "dead"}) + b"\n" for one in lines)
        kept = written[: data.draw(st.integers(0, len(written)))]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ledger.jsonl"
            path.write_bytes(kept)
            Journal.open(path, now_ms=lambda: 0).close()
            after = list(read_lines(path, lambda _: None))
        assert verify(after).problems == ()
        assert spent_per_attempt(after) == worst_per_attempt(kept)


def spent_per_attempt(lines):
    return {(one["run"], one["step"], one["attempt"]): one["amount_nano"] for one in lines if one["type"] in CLOSINGS}


def worst_per_attempt(written):
    """By attempt, from the whole lines alone: the charge where there is one, else the whole reservation."""
    spent = {}
    for raw in written.split(b"\n"):
        try:
            one = orjson.loads(raw)
        except orjson.JSONDecodeError:
            continue
        if one["type"] in {"reserved", *CLOSINGS}:
            spent[one["run"], one["step"], one["attempt"]] = one["amount_nano"]
    return spent


SCOPES = ("process", "key:alice", "key:bob")
MOVES = st.one_of(
    st.tuples(st.just("reserve"), st.integers(0, 60), st.sets(st.sampled_from(SCOPES), min_size=1).map(sorted)),
    # Which of the open holds, and the cost as a share of it in percent: above 100 the provider overran.
    st.tuples(st.just("settle"), st.integers(0, 99), st.integers(0, 150)),
)


class TestProcessStore:
    """Spent + held <= limit + recorded overruns, at every instant, in every budget."""

    @given(st.lists(st.integers(0, 200), min_size=3, max_size=3), st.lists(MOVES, max_size=30))
    def test_the_law_holds_after_every_move_and_nothing_leaks(self, limits, moves):
        store = ProcessStore()
        for scope, limit in zip(SCOPES, limits, strict=True):
            store.open(scope, Nanodollars(limit))
        model = Outsider(dict(zip(SCOPES, limits, strict=True)))
        for number, (kind, first, second) in enumerate(moves):
            if kind == "reserve":
                attempt = AttemptId("s", number)
                answer = store.reserve("run", attempt, Nanodollars(first), tuple(second))
                assert isinstance(answer, Granted) == model.fits(first, second)
                if isinstance(answer, Granted):
                    model.holds.append((attempt, first, second))
            elif model.holds:
                attempt, amount, scopes = model.holds.pop(first % len(model.holds))
                store.settle("run", attempt, Nanodollars(amount * second // 100))
                model.book(amount, amount * second // 100, scopes)
            model.compare(store)
        for attempt, _, _ in model.holds:
            store.settle("run", attempt, Nanodollars(0))
        assert store.open_holds == 0
        assert [store[scope].held for scope in SCOPES] == [0, 0, 0]


class Outsider:
    """Keeps its own books of what was asked and answered, in plain sums."""

    def __init__(self, limits):
        self.limits = limits
        self.holds = []
        self.spent = defaultdict(int)
        self.overrun = defaultdict(int)

    def held(self, scope):
        return sum(amount for _, amount, scopes in self.holds if scope in scopes)

    def fits(self, amount, scopes):
        left = (self.limits[scope] - self.spent[scope] - self.held(scope) for scope in scopes)
        return all(amount <= max(0, one) for one in left)

    def book(self, amount, cost, scopes):
        for scope in scopes:
            self.spent[scope] += cost
            self.overrun[scope] += max(0, cost - amount)

    def compare(self, store):
        for scope, limit in self.limits.items():
            budget = store[scope]
            assert (budget.spent, budget.held, budget.overrun) == (
                self.spent[scope],
                self.held(scope),
                self.overrun[scope],
            )
            assert budget.spent + budget.held <= limit + budget.overrun

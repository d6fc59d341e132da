"""Laws of corrections. See docs/ledger.md."""

import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Budget, correct, settle
from tokenwise.budgets.budget import Hold as Held
from tokenwise.budgets.windows import Window, span_of
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.changes.correcting import Kept, Wrong, correct_charge
from tokenwise_shell.config.settings import LedgerSync
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.ledger.proof import verify
from tokenwise_shell.ledger.spending import load_spending
from tokenwise_shell.ledger.view import summarise

DAY_MS = 86_400_000
START_MS = 1_795_292_153_123  # 2026-11-21
KEYS = {"a": ("alice", ("nightly",)), "b": ("bob", ()), "c": ("", ("nightly", "x"))}

amounts = st.integers(0, 40).map(Nanodollars)
charges = st.tuples(st.just("charge"), st.sampled_from("abc"), amounts, st.sampled_from(["ok", "empty", "abandoned"]))
corrections = st.tuples(st.just("correct"), st.integers(0, 30), amounts)
days = st.tuples(st.just("day"))


class Books:
    """A ledger on disk, and beside it what was last stated of each call: run, number, day of reservation, amount."""

    def __init__(self, folder):
        self.path = folder / "ledger.jsonl"
        self.now_ms = START_MS
        self.stated = []
        self.numbers = defaultdict(int)

    def charge(self, run, amount, outcome):
        """One call of 20 nano-dollars reserved, by a process of its own."""
        journal = Journal.open(self.path, now_ms=lambda: self.now_ms, sync=LedgerSync.NEVER)
        key, tags = KEYS[run]
        attempt = AttemptId("step", self.numbers[run])
        seq = 3 * self.numbers[run]
        self.numbers[run] += 1
        journal.enrol(run, key=key, tags=tags, seq=seq)
        held = Nanodollars(20)
        difference = amount - held
        entry = ledger.Overran if difference > 0 else ledger.Released
        ends = [
            ledger.Charged(attempt, f"m{run}", "p", amount, None, outcome, estimated=False, asked="m"),
            entry(attempt, Nanodollars(abs(difference))),
        ]
        if outcome == "abandoned":
            amount, rest = held, ledger.Routed(attempt, "m", "p", 1, held)
            ends = [ledger.Abandoned(attempt, f"m{run}", "p", held), ledger.Retried(attempt, 1, str(rest.model))]
        journal.append(run, ledger.Reservation(attempt, f"m{run}", "p", held, 1, 1), *ends)
        journal.close()
        self.stated.append([run, seq + 1, self.now_ms, amount])

    def correct(self, which, amount):
        if self.stated:
            one = self.stated[which % len(self.stated)]
            correct_charge(self.path, Wrong(one[0], one[1], amount, "why"), self.now_ms, pytest.fail, kept=Kept("none"))
            one[3] = amount

    def day(self):
        self.now_ms += DAY_MS

    def sum(self, wanted=lambda _: True):
        return sum(one[3] for one in self.stated if wanted(one))

    def check(self):
        lines = list(read_lines(self.path, pytest.fail)) if self.path.exists() else []
        proof, summary = verify(lines), summarise(lines, pytest.fail)
        assert proof.problems == ()
        assert proof.spent_nano == summary.total.spent_nano == self.sum()
        assert proof.overrun_nano == summary.overrun_nano == sum(max(0, one[3] - 20) for one in self.stated)
        assert 0 <= summary.total.estimated_nano <= summary.total.spent_nano
        for run, (key, tags) in KEYS.items():
            of_run = self.sum(lambda one, run=run: one[0] == run)
            assert summary.by["model"][f"m{run}"].spent_nano == summary.by["key"][key].spent_nano == of_run
            assert summary.by["run"][run].spent_nano == of_run
            for tag in tags:
                tagged = self.sum(lambda one, tag=tag: tag in KEYS[one[0]][1])
                assert summary.by["tag"][tag].spent_nano == tagged

    def check_windows(self):
        for keeping in (1, 1 << 30):  # with a checkpoint from then on
            spending = load_spending(self.path, pytest.fail, worth_keeping=keeping)
            for at_ms in range(START_MS, self.now_ms + 1, DAY_MS):
                span = span_of(Window.DAY, at_ms)
                assert spending.spent(span) == self.sum(lambda one, at_ms=at_ms: one[2] == at_ms)
                assert spending.spent(span, "alice") == self.sum(
                    lambda one, at_ms=at_ms: one[2] == at_ms and one[0] == "a"
                )


@pytest.mark.slow  # each example writes a ledger, with a process's coming and going for each call
class TestCorrections:
    """Whatever is charged and corrected, the books balance, and each sum is that of the amounts last stated."""

    @given(st.lists(charges | corrections | days, max_size=14))
    def test_books_balance_and_sums_are_of_what_was_last_stated(self, deeds):
        with tempfile.TemporaryDirectory() as folder:
            books = Books(Path(folder))
            for deed, *told in deeds:
                getattr(books, deed)(*told)
                if deed == "day":
                    books.check_windows() if books.path.exists() else None
            books.check()
            if books.path.exists():
                books.check_windows()


class TestTheBudget:
    """A corrected cost leaves a budget as if that had been the cost from the beginning."""

    @given(amounts, amounts, amounts, amounts, st.integers(0, 60).map(Nanodollars))
    def test_settling_wrongly_and_correcting_is_settling_rightly(self, held, wrong, right, others, limit):
        before = Budget(limit, Nanodollars(0), Nanodollars(held + others), Nanodollars(max(0, held + others - limit)))
        over = max(0, right - held) - max(0, wrong - held)
        corrected = correct(settle(before, Held(held), wrong), right - wrong, over)
        rightly = settle(before, Held(held), right)
        assert (corrected.spent, corrected.held, corrected.available) == (
            rightly.spent,
            rightly.held,
            rightly.available,
        )
        assert corrected.overrun == rightly.overrun

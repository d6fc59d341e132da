"""Laws of `check`: books that balance are believed, and no single false line is."""

from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from property_tests.seeded import seeded_job
from tests.core.simulated import only, play
from tokenwise.budgets import ledger
from tokenwise.faults import Fault
from tokenwise.money import Nanodollars
from tokenwise.simulation.answers import RandomWorld
from tokenwise.simulation.simulation import Arrival

MONEY = (ledger.Reservation, ledger.Charged, ledger.Released, ledger.Abandoned, ledger.Overran)
FAULTS = {Fault.OVERLOADED: 100, Fault.EMPTY: 100, Fault.DISCONNECTED: 50, Fault.MODEL_MISSING: 30}


@st.composite
def books(draw):
    """The lines of a simulated run, some of them cancelled half-way, with at least one line about money."""
    seed = draw(st.integers(0, 400))
    arrival = Arrival(seeded_job(seed, size=3), cancel_after=draw(st.sampled_from([None, 3, 5])))
    entries = list(only(play([arrival], RandomWorld(seed, FAULTS))).entries)
    assume(any(isinstance(entry, MONEY) for entry in entries))
    return entries


def a_line_about_money(data, entries):
    return data.draw(st.sampled_from([at for at, entry in enumerate(entries) if isinstance(entry, MONEY)]))


class TestCorruption:
    """'Conservation, per attempt: reserved + overran = charged + released, or reserved = abandoned'."""

    @given(books())
    def test_books_as_they_were_written_balance(self, entries):
        assert list(ledger.check(entries)) == []

    @given(books(), st.data())
    def test_a_line_that_is_missing_is_found(self, entries, data):
        at = a_line_about_money(data, entries)
        problems = list(ledger.check(entries[:at] + entries[at + 1 :]))
        assert {problem.path for problem in problems} == {str(entries[at].attempt)}

    @given(books(), st.data())
    def test_a_line_that_stands_twice_is_found(self, entries, data):
        at = a_line_about_money(data, entries)
        assume(entries[at].amount or isinstance(entries[at], ledger.Reservation | ledger.Charged | ledger.Abandoned))
        problems = list(ledger.check([*entries, entries[at]]))
        assert {problem.path for problem in problems} == {str(entries[at].attempt)}

    @given(books(), st.data(), st.integers(1, 10**9))
    def test_an_amount_that_was_altered_is_found(self, entries, data, by):
        at = a_line_about_money(data, entries)
        false = evolve(entries[at], amount=Nanodollars(entries[at].amount + by))
        problems = list(ledger.check([*entries[:at], false, *entries[at + 1 :]]))
        assert [(problem.path, problem.message.split()[0].lstrip("-")) for problem in problems] == [
            (str(entries[at].attempt), str(by))
        ]

    @given(books(), st.data())
    def test_a_line_moved_to_another_attempt_is_found(self, entries, data):
        at = a_line_about_money(data, entries)
        others = {entry.attempt for entry in entries if isinstance(entry, MONEY)} - {entries[at].attempt}
        assume(others)
        moved = evolve(entries[at], attempt=data.draw(st.sampled_from(sorted(others))))
        assume(moved.amount or isinstance(moved, ledger.Reservation | ledger.Charged | ledger.Abandoned))
        assert list(ledger.check([*entries[:at], moved, *entries[at + 1 :]]))

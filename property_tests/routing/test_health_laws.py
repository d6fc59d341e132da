"""Laws of health: who is left alone, for how long, and who never is."""

from hypothesis import given
from hypothesis import strategies as st

from tokenwise.faults import RULES, Blame, Fault
from tokenwise.routing.health import ANY_MODEL, Health, cooling_seats, observe

CEILING_MS = 600_000
BASE_MS = 5_000

seats = st.tuples(st.sampled_from(["direct", "openrouter"]), st.sampled_from(["m0", "m1"]))
blamed = st.sampled_from([fault for fault in Fault if RULES[fault].blame is not Blame.NOBODY])
blameless = st.sampled_from([fault for fault in Fault if RULES[fault].blame is Blame.NOBODY])
waits = st.one_of(st.none(), st.integers(0, 2_000_000))
calls = st.lists(st.tuples(seats, st.one_of(st.none(), st.sampled_from(Fault)), st.integers(0, 20_000), waits))


def played(calls):
    """The health after each call, with the time; calls end one after another."""
    health, at_ms = Health(), 0
    for seat, fault, after_ms, retry_after_ms in calls:
        at_ms += after_ms
        health = observe(health, seat, fault, at_ms=at_ms, retry_after_ms=retry_after_ms)
        yield health, at_ms


def place_blamed(seat, fault):
    return (seat[0], ANY_MODEL) if RULES[fault].blame is Blame.PROVIDER else seat


class TestBlame:
    """'One caller's bad request says nothing about anybody's health'."""

    @given(calls, seats, blameless, waits)
    def test_a_fault_that_blames_nobody_changes_nothing(self, calls, seat, fault, retry_after_ms):
        for health, at_ms in played(calls):
            assert observe(health, seat, fault, at_ms=at_ms, retry_after_ms=retry_after_ms) == health

    @given(calls, seats, blamed)
    def test_a_fault_with_blame_cools_the_place_it_blames_and_no_other(self, calls, seat, fault):
        for health, at_ms in played(calls):
            before = dict(cooling_seats(health, at_ms=at_ms))
            after = dict(cooling_seats(observe(health, seat, fault, at_ms=at_ms), at_ms=at_ms))
            assert place_blamed(seat, fault) in after
            assert {**before, **after} == after
            assert after.keys() - before.keys() <= {place_blamed(seat, fault)}


class TestSuccess:
    """'One success clears it'."""

    @given(calls, seats)
    def test_clears_the_seat_and_its_provider_and_nobody_else(self, calls, seat):
        for health, at_ms in played(calls):
            cleared = {seat, (seat[0], ANY_MODEL)}
            after = observe(health, seat, None, at_ms=at_ms)
            assert after.seats == {key: value for key, value in health.seats.items() if key not in cleared}

    @given(seats, blamed, st.integers(1, 30))
    def test_the_next_failure_after_it_cools_as_the_first_did(self, seat, fault, failures):
        first = observe(Health(), seat, fault, at_ms=0)
        often = first
        for nth in range(failures):
            often = observe(often, seat, fault, at_ms=nth * CEILING_MS)
        assert observe(observe(often, seat, None, at_ms=0), seat, fault, at_ms=0) == first


class TestCooling:
    """'Each further fault in a row doubles it up to a ceiling'."""

    @given(seats, blamed, st.integers(1, 40))
    def test_doubles_with_every_failed_probe_up_to_the_ceiling(self, seat, fault, failures):
        health, at_ms = Health(), 0
        for nth in range(failures):
            health = observe(health, seat, fault, at_ms=at_ms)
            ((_, until_ms),) = cooling_seats(health, at_ms=at_ms)
            assert until_ms - at_ms == min(CEILING_MS, BASE_MS * 2**nth)
            at_ms = until_ms

    @given(calls, seats, blamed)
    def test_one_outage_seen_by_many_calls_at_once_is_one_failure(self, calls, seat, fault):
        for health, at_ms in played(calls):
            once = observe(health, seat, fault, at_ms=at_ms)
            assert observe(once, seat, fault, at_ms=at_ms) == once

    @given(calls, seats, blamed, st.integers(0, 2_000_000))
    def test_the_providers_own_word_wins_if_it_is_longer(self, calls, seat, fault, retry_after_ms):
        for health, at_ms in played(calls):
            after = observe(health, seat, fault, at_ms=at_ms, retry_after_ms=retry_after_ms)
            assert after.seats[place_blamed(seat, fault)].until_ms >= at_ms + retry_after_ms

    @given(calls)
    def test_the_cooling_are_told_in_order_and_only_while_they_cool(self, calls):
        for health, at_ms in played(calls):
            told = cooling_seats(health, at_ms=at_ms)
            assert told == tuple(sorted(told))
            assert all(until_ms > at_ms for _, until_ms in told)
            assert cooling_seats(health, at_ms=at_ms + 3_000_000) == ()

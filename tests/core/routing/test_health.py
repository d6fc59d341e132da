"""Health: seats cool, probes end it, and a caller's mistake cools nobody."""

import pytest

from tokenwise.faults import Fault
from tokenwise.routing.health import ANY_MODEL, Health, cooling_seats, observe

SEAT = ("openai", "mini")


def after(*calls):
    health = Health()
    for at_ms, fault in calls:
        health = observe(health, SEAT, fault, at_ms=at_ms)
    return health


def until_ms(health, at_ms=0):
    return dict(cooling_seats(health, at_ms=at_ms))


def test_a_model_that_fails_is_left_alone_for_five_seconds():
    assert until_ms(after((1000, Fault.OVERLOADED)), 1000) == {SEAT: 6000}


def test_a_provider_that_cannot_be_reached_cools_with_all_its_models():
    assert until_ms(after((0, Fault.UNREACHABLE))) == {("openai", ANY_MODEL): 5000}


@pytest.mark.parametrize("fault", [Fault.REJECTED, Fault.CONTENT_FILTERED, Fault.TRUNCATED, Fault.CONTEXT_TOO_LONG])
def test_a_bad_request_cools_nobody(fault):
    assert after((0, fault)) == Health()


def test_when_the_time_is_over_the_seat_is_offered_again():
    health = after((0, Fault.OVERLOADED))
    assert until_ms(health, 4999) == {SEAT: 5000}
    assert until_ms(health, 5000) == {}


def test_a_probe_that_fails_cools_twice_as_long_and_one_that_succeeds_clears():
    assert until_ms(after((0, Fault.OVERLOADED), (5000, Fault.OVERLOADED)), 5000) == {SEAT: 15_000}
    assert after((0, Fault.OVERLOADED), (5000, None)) == Health()


def test_a_dead_vendor_is_asked_every_ten_minutes_at_least():
    health = after(*((nth * 600_000, Fault.OVERLOADED) for nth in range(30)))
    assert until_ms(health, 29 * 600_000) == {SEAT: 30 * 600_000}


def test_calls_that_fail_together_count_as_one_failure():
    assert after((0, Fault.OVERLOADED), (10, Fault.OVERLOADED)) == after((0, Fault.OVERLOADED))


def test_the_providers_own_word_wins_if_it_is_longer():
    longer = observe(Health(), SEAT, Fault.RATE_LIMITED, at_ms=0, retry_after_ms=60_000)
    shorter = observe(Health(), SEAT, Fault.RATE_LIMITED, at_ms=0, retry_after_ms=100)
    assert (until_ms(longer), until_ms(shorter)) == ({SEAT: 60_000}, {SEAT: 5000})


def test_it_wins_too_where_the_seat_cools_already():
    health = after((0, Fault.RATE_LIMITED))
    told = observe(health, SEAT, Fault.RATE_LIMITED, at_ms=100, retry_after_ms=60_000)
    assert until_ms(told) == {SEAT: 60_100}
    assert told.seats[SEAT].failures == 1


def test_a_success_clears_the_provider_as_well():
    down = observe(after((0, Fault.OVERLOADED)), SEAT, Fault.UNREACHABLE, at_ms=6000)
    assert observe(down, SEAT, None, at_ms=7000) == Health()

"""Health: seats cool, probes end it, and a caller's mistake cools nobody."""

from tokenwise.faults import Fault
from tokenwise.routing.health import Health, cooling_seats, observe

SEAT = ("openai", "mini")


def after(*calls):
    health = Health()
    for at_ms, fault in calls:
        health = observe(health, SEAT, fault, at_ms=at_ms)
    return health


def until_ms(health, at_ms=0):
    return dict(cooling_seats(health, at_ms=at_ms))


def test_when_the_time_is_over_the_seat_is_offered_again():
    health = after((0, Fault.OVERLOADED))
    assert until_ms(health, 4999) == {SEAT: 5000}
    assert until_ms(health, 5000) == {}


def test_the_providers_own_word_wins_if_it_is_longer():
    longer = observe(Health(), SEAT, Fault.RATE_LIMITED, at_ms=0, retry_after_ms=60_000)
    shorter = observe(Health(), SEAT, Fault.RATE_LIMITED, at_ms=0, retry_after_ms=100)
    assert (until_ms(longer), until_ms(shorter)) == ({SEAT: 60_000}, {SEAT: 5000})


def test_it_wins_too_where_the_seat_cools_already():
    health = after((0, Fault.RATE_LIMITED))
    told = observe(health, SEAT, Fault.RATE_LIMITED, at_ms=100, retry_after_ms=60_000)
    assert until_ms(told) == {SEAT: 60_100}
    assert told.seats[SEAT].failures == 1

"""Which sellers of which models to leave alone for a while, learned from faults.

One fault with blame cools a seat (a provider's model, or the whole provider) for a base time; each further fault in a
row doubles it up to a ceiling; one success clears it. When the time is over the seat is offered again: the next call is
the probe, and its outcome either clears the seat or cools it for longer. Faults that blame nobody change nothing.

A run learns of this by the event `ModelsCooling`; the value lives with whoever drives the runs.
"""

from collections.abc import Mapping
from typing import Final

from attrs import evolve, field, frozen
from attrs.validators import ge

from tokenwise.faults import RULES, Blame, Fault

__all__ = ["ANY_MODEL", "Cooling", "Health", "Seat", "cooling_seats", "observe"]

Seat = tuple[str, str]
"""A provider and a model id; ANY_MODEL stands for all the models of that provider."""

ANY_MODEL: Final = "*"

# A rate limit commonly clears within seconds; a dead vendor should not be asked more than once in ten minutes.
_BASE_MS: Final = 5_000
_CEILING_MS: Final = 600_000


@frozen
class Cooling:
    """How often a seat has failed in a row, and until when (ms) it is left alone."""

    failures: int = field(validator=ge(1))
    until_ms: int


@frozen
class Health:
    """The seats that have failed since their last success."""

    seats: Mapping[Seat, Cooling] = field(factory=dict)


def observe(
    health: Health, seat: Seat, fault: Fault | None, *, at_ms: int, retry_after_ms: int | None = None
) -> Health:
    """Take one finished call into account. `retry_after_ms` is the provider's own word and wins if it is longer."""
    if fault is None:
        return _recovered(health, seat)
    match RULES[fault].blame:
        case Blame.NOBODY:
            return health
        case Blame.MODEL:
            return _cooled(health, seat, at_ms, retry_after_ms or 0)
        case Blame.PROVIDER:
            return _cooled(health, (seat[0], ANY_MODEL), at_ms, retry_after_ms or 0)


def cooling_seats(health: Health, *, at_ms: int) -> tuple[tuple[Seat, int], ...]:
    """The seats to leave alone at this moment, each with the time (ms) until which, sorted by seat."""
    if not health.seats:
        return ()
    pairs = ((seat, cooling.until_ms) for seat, cooling in health.seats.items())
    return tuple(sorted((seat, until_ms) for seat, until_ms in pairs if at_ms < until_ms))


def _recovered(health: Health, seat: Seat) -> Health:
    cleared = {seat, (seat[0], ANY_MODEL)}
    if cleared.isdisjoint(health.seats):
        return health
    return evolve(health, seats={key: value for key, value in health.seats.items() if key not in cleared})


def _cooled(health: Health, seat: Seat, at_ms: int, at_least_ms: int) -> Health:
    before = health.seats.get(seat)
    if before and at_ms < before.until_ms:
        return _prolonged(health, seat, before, at_ms + at_least_ms)  # one outage seen by many calls is one failure
    failures = before.failures + 1 if before else 1
    pause = max(at_least_ms, min(_CEILING_MS, _BASE_MS << min(failures - 1, 20)))
    return evolve(health, seats={**health.seats, seat: Cooling(failures, at_ms + pause)})


def _prolonged(health: Health, seat: Seat, before: Cooling, until_ms: int) -> Health:
    if until_ms <= before.until_ms:
        return health
    return evolve(health, seats={**health.seats, seat: Cooling(before.failures, until_ms)})

"""Agents' conversations with prompt caches that fill, are read and expire."""

from tests.core.worlds import model
from tokenwise.catalog.models import Catalog
from tokenwise.money import parse_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.simulation.sessions import Turn, play, turns_of
from tokenwise.traits import Feature, Tier

CHEAPEST, PLENTY = Policy(strategy=Strategy.CHEAPEST), parse_usd("10")
ROOM = {"context_tokens": 10**6, "features": Feature.TOOLS}

# Input, output: reading costs a tenth of the input. Short answers are cheaper at `reader`, long ones at `writer`.
READER, WRITER = model("reader", Tier.BUDGET, 1, 10, **ROOM), model("writer", Tier.BUDGET, 2, 4, **ROOM)
PAIR = Catalog([READER, WRITER])


def turn(at_s, *, output, added=100):
    return Turn(at_ms=1000 * at_s, added_tokens=added, output_tokens=output, difficulty=0.2)


BEGINNING = turn(0, output=100, added=10_000)


class TestCaches:
    def test_what_was_said_is_read_at_the_next_turn_and_what_is_new_is_not(self):
        played = play((BEGINNING, turn(10, output=100)), Catalog([READER]), CHEAPEST, PLENTY)
        assert played.read_tokens == 10_000
        # 10,000 and 200 tokens at $1, 10,000 at $0.1, two answers of 100 at $10 a million.
        assert played.cost == parse_usd("0.0132")

    def test_after_five_minutes_nothing_is_left_of_it(self):
        played = play((BEGINNING, turn(300, output=100)), Catalog([READER]), CHEAPEST, PLENTY)
        assert played.read_tokens == 0


class TestStaying:
    def test_a_turn_that_would_be_cheaper_elsewhere_stays_where_the_prefix_is_warm(self):
        """1,800 tokens of answer: $0.018 against $0.0072; but 10,000 to be read for $0.001, or anew for $0.02."""
        turns = (BEGINNING, turn(10, output=1_800))
        assert play(turns, PAIR, CHEAPEST, PLENTY).models == ("reader", "reader")
        assert play(turns, PAIR, CHEAPEST, PLENTY, sticky=False).models == ("reader", "writer")

    def test_it_leaves_where_that_pays(self):
        turns = (BEGINNING, turn(10, output=4_000))
        played = play(turns, PAIR, CHEAPEST, PLENTY)
        assert (played.models, played.switches) == (("reader", "writer"), 1)

    def test_and_where_the_cache_has_expired(self):
        turns = (BEGINNING, turn(400, output=1_800))
        assert play(turns, PAIR, CHEAPEST, PLENTY).models == ("reader", "writer")

    def test_over_two_hundred_turns_staying_switches_less_and_costs_less(self):
        turns = turns_of(1, length=200)
        stay, leave = (play(turns, PAIR, CHEAPEST, PLENTY, sticky=sticky) for sticky in (True, False))
        assert len(stay.models) == len(leave.models) == 200
        assert stay.switches <= leave.switches
        assert stay.cost <= leave.cost


def test_a_named_model_answers_throughout():
    played = play(turns_of(2, length=20), PAIR, CHEAPEST, PLENTY, model="writer")
    assert set(played.models) == {"writer"}


def test_a_turn_that_nothing_affords_ends_it():
    assert play(turns_of(2, length=20), PAIR, CHEAPEST, parse_usd("0.0001")).models == ()

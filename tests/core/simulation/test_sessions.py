"""Agents' conversations with prompt caches that fill, are read and expire."""

import pytest
from attrs import evolve

from tests.core.worlds import model
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Price
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
    @pytest.mark.parametrize(("output", "name"), [(940, "reader"), (980, "writer")])
    def test_it_leaves_where_that_pays_over_the_turns_ahead(self, output, name):
        """The writer saves $6 a million tokens of answer: $0.0309 of 961 in this turn and 465 in each of nine more.

        Those are one part in four as this one is, and three as turns are: 300 tokens. It costs $0.0192 more to read
        10,200 tokens anew, and in the turns ahead $0.0011 each to read what was said and $0.0002 to read 200 new ones,
        which is what this turn has added.
        """
        played = play((BEGINNING, turn(10, output=output)), PAIR, CHEAPEST, PLENTY)
        assert (played.models, played.switches) == (("reader", name), int(name == "writer"))

    def test_and_where_the_cache_has_expired(self):
        turns = (BEGINNING, turn(400, output=1_200))
        assert play(turns, PAIR, CHEAPEST, PLENTY).models == ("reader", "writer")

    def test_one_turn_that_is_unlike_the_others_moves_nobody(self):
        """At a usual turn the thinker writes 1,200 tokens of thought, at a hard one 2,900; the talker writes dearly."""
        thinker = model("thinker", Tier.BUDGET, 1, 1, **{**ROOM, "features": Feature.TOOLS | Feature.REASONING_EFFORT})
        pair = Catalog([thinker, model("talker", Tier.BUDGET, 1.1, 4.5, **ROOM)])
        hard_or_easy = [evolve(turn(10 * nth, output=100), difficulty=nth % 2) for nth in range(1, 9)]
        turns = (turn(0, output=100, added=30_000), *hard_or_easy)
        assert play(turns, pair, CHEAPEST, PLENTY).switches == 0

    def test_who_has_no_window_for_the_turns_ahead_is_left_before_all_must_be_read_twice(self):
        short = model("short", Tier.BUDGET, 0.9, 0.9, **{**ROOM, "context_tokens": 60_000})
        pair = Catalog([short, model("long", Tier.BUDGET, 1, 1, **ROOM)])
        assert play((turn(0, output=100, added=40_000),), pair, CHEAPEST, PLENTY).models == ("long",)
        assert play((turn(0, output=100, added=10_000),), pair, CHEAPEST, PLENTY).models == ("short",)

    def test_a_conversation_that_has_paused_once_is_not_taken_to_go_on_for_as_long(self):
        """Of two that read what was said at $0.1 and $0.01, the second saves $0.09 a turn and is dear to begin with."""
        kept, cheap = model("kept", Tier.BUDGET, 1, 1, **ROOM), model("cheap", Tier.BUDGET, 3, 1, **ROOM)
        rate = evolve(cheap.price.rates[0], cache_read=10**7)
        pair = Catalog([kept, evolve(cheap, offers=(evolve(cheap.offers[0], price=Price((rate,))),))])
        turns = [turn(0, output=10, added=90_000), *[turn(10 * nth, output=10) for nth in range(1, 60)]]
        paused = [evolve(each, at_ms=each.at_ms + 900_000 * (nth > 20)) for nth, each in enumerate(turns)]
        assert "cheap" in play(turns, pair, CHEAPEST, PLENTY).models
        assert "cheap" not in play(paused, pair, CHEAPEST, PLENTY).models

    def test_it_stays_with_what_is_cheaper_over_the_turns_ahead_although_not_now(self):
        """Both write at $1. One reads at $1 always, the other at $1.2 what is new and at $0.12 what is kept."""
        plain = model("plain", Tier.BUDGET, 1, 1, **ROOM)
        rate = evolve(plain.price.rates[0], cache_read=10**9)
        uncached = evolve(plain, offers=(evolve(plain.offers[0], price=Price((rate,))),))
        catalog = Catalog([uncached, model("kept", Tier.BUDGET, 1.2, 1, **ROOM)])
        assert play((BEGINNING,), catalog, CHEAPEST, PLENTY, sticky=False).models == ("plain",)
        assert play((BEGINNING,), catalog, CHEAPEST, PLENTY).models == ("kept",)

    def test_what_fades_is_refreshed_in_time_and_what_is_fresh_is_not(self):
        """The strong one, twice as dear, was needed for the second turn; its cache lasts till 310 s."""
        pair = Catalog([model("weak", Tier.MID, 1, 2, **ROOM), model("strong", Tier.FLAGSHIP, 2, 4, **ROOM)])
        middling = [Turn(1000 * at_s, 200, 100, difficulty=0.4) for at_s in (0, 60, 120, 180, 240, 290)]
        turns = (evolve(middling[0], added_tokens=40_000), evolve(turn(10, output=100), difficulty=0.9), *middling[1:])
        assert play(turns, pair, Policy(), PLENTY).models == ("weak", "strong", *4 * ["weak"], "strong")

    def test_after_a_pause_who_was_needed_for_harder_turns_reads_it_all(self):
        pair = Catalog([model("weak", Tier.MID, 1, 2, **ROOM), model("strong", Tier.FLAGSHIP, 1.2, 2.4, **ROOM)])
        easy = [Turn(1000 * at_s, 200, 100, difficulty=0.4) for at_s in (0, 20, 500, 510)]
        turns = (evolve(easy[0], added_tokens=40_000), evolve(turn(10, output=100), difficulty=0.9), *easy[1:])
        assert play(turns, pair, Policy(), PLENTY).models == ("weak", "strong", "weak", "strong", "strong")

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

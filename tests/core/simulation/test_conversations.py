"""Sessions of a workload: what stays in sellers' prompt caches, what a driver knows of it, and what that is worth."""

import pytest
from attrs import evolve

from tests.core.worlds import model
from tokenwise.budgets.ledger import Charged, Reservation
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.money import NanoPerMtok, parse_usd
from tokenwise.policy import Policy, Strategy
from tokenwise.simulation.conversations.caches import Caches
from tokenwise.simulation.conversations.recall import Conversations
from tokenwise.simulation.surveys import EVERYTHING, Setting, simulate, trace
from tokenwise.simulation.workload import Asked, Variant, asked_in_words, need_of
from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Spread
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

STEADY = Behaviour(latency_ms=Spread(((0, 100), (1000, 100))), token_us=1_000)
CHEAPEST = Variant(name="v", policy=Policy(strategy=Strategy.CHEAPEST))

# Input $1, output $10 a million, read from its cache for $0.10. At the other one, writes cost $1.25.
READER = model("reader", Tier.BUDGET, 1, 10)
_CENT = 10**7
_RATE = Rate(*(NanoPerMtok(cents * _CENT) for cents in (100, 1000, 10, 200)), cache_write_5m=NanoPerMtok(125 * _CENT))
MARKED = evolve(model("anthropic/marked", Tier.BUDGET, 1, 10), offers=(Offer("direct", "marked", Price((_RATE,))),))


def turn(at_ms, tokens, **more):
    given = {"session": "s", "max_output_tokens": 2_000, "output_tokens": 100, "difficulty": 0.0, **more}
    return Asked(id=f"t{at_ms}", at_ms=at_ms, input=TokenCount(tokens, 4 * tokens), **given)


def noted(kind, turns, *models, usual=STEADY, at_length=False):
    setting = Setting(catalog=Catalog(models), world=ModelledWorld(usual=usual))
    stories = trace(turns, CHEAPEST, setting, at_length=at_length)
    return [entry for story in stories for entry in story.entries if isinstance(entry, kind)]


def told(turns, *models, **more):
    """What was charged for each turn, told briefly and at length."""
    return [noted(Charged, turns, *models, **more, at_length=way) for way in (False, True)]


def held(*turns):
    return [each.input_tokens for each in noted(Reservation, turns, READER)]


class TestCaches:
    @pytest.mark.parametrize(
        ("seller", "later_ms", "more", "cache_ms", "costs"),
        [
            # 10,000 tokens at $1 and 100 at $10; then 10,000 at $0.10, 200 at $1, and 100 at $10.
            (READER, 299_999, {}, 300_000, ("0.011", "0.0022")),
            (READER, 300_000, {}, 300_000, ("0.011", "0.0112")),
            (READER, 300_000, {}, 3_600_000, ("0.011", "0.0022")),
            (READER, 10_000, {}, 0, ("0.011", "0.0112")),
            # Of what was sent before, 4,000 tokens begin this one too: 6,200 are new.
            (READER, 10_000, {"prefix_tokens": 4_000}, 300_000, ("0.011", "0.0076")),
            (READER, 10_000, {"session": "another"}, 300_000, ("0.011", "0.0112")),
            # 10,000 at $1.25 and 100 at $10; then 10,000 at $0.10, 200 at $1.25, and 100 at $10.
            (MARKED, 10_000, {}, 300_000, ("0.0135", "0.00225")),
            (MARKED, 10_000, {}, 0, ("0.011", "0.0112")),
        ],
    )
    def test_a_second_turn_reads_what_is_still_there(self, seller, later_ms, more, cache_ms, costs):
        turns = turn(0, 10_000), turn(later_ms, 10_200, **more)
        for charges in told(turns, seller, usual=evolve(STEADY, cache_ms=cache_ms)):
            assert [charge.amount for charge in charges] == [parse_usd(cost) for cost in costs]

    def test_too_short_a_prompt_is_not_kept(self):
        for charges in told((turn(0, 1_000), turn(10_000, 1_000)), READER):
            assert [charge.usage.cache_read_tokens for charge in charges] == [0, 0]

    def test_what_was_cut_off_is_gone_for_later_turns_too(self):
        turns = turn(0, 10_000), turn(10_000, 5_000, prefix_tokens=2_000), turn(20_000, 9_000)
        for charges in told(turns, READER):
            assert [charge.usage.cache_read_tokens for charge in charges] == [0, 2_000, 5_000]

    def test_sessions_that_have_expired_are_forgotten(self):
        caches, seat = Caches(), ("direct", "reader")
        for nth in range(100):
            caches.keep(turn(nth, 5_000, session=f"s{nth}"), seat, 100 * nth, 1_000)
        assert len(caches._kept) == 10


class TestDeciding:
    """Turn one costs $0.0106 or $0.011 at the first model, $0.0114 at the second, where an output token costs $4.

    Turn two is 10,200 tokens and an answer of 1,500. The first model reads 10,000 of them for $0.001 where it is warm.
    """

    @pytest.mark.parametrize(
        ("output_usd", "later_ms", "names", "cost"),
        [
            # $0.0012 of input and $0.009 at the first model, $0.01122 and $0.006 at the second: it stays.
            (6, 10_000, ("first", "first"), "0.0208"),
            # Nothing is warm: $0.0102 and $0.009, which is more than at the second. It leaves.
            (6, 400_000, ("first", "second"), "0.02782"),
            # $0.0012 and $0.015: $0.001 less now, $0.0036 more for 600 tokens of answer at the turn ahead. It leaves.
            (10, 10_000, ("first", "second"), "0.02822"),
        ],
    )
    def test_it_stays_where_that_pays_and_leaves_where_that_does(self, output_usd, later_ms, names, cost):
        pair = model("first", Tier.BUDGET, 1, output_usd), model("second", Tier.BUDGET, 1.1, 4)
        turns = turn(0, 10_000), turn(later_ms, 10_200, difficulty=1.0, output_tokens=1_500)
        for charges in told(turns, *pair):
            assert tuple(charge.model for charge in charges) == names
            assert sum(charge.amount for charge in charges) == parse_usd(cost)

    def test_an_answer_that_is_under_way_has_told_nothing_yet(self):
        """The second turn comes before the first is over: the seller reads it from its cache, and nobody knew."""
        for charges in told((turn(0, 10_000), turn(150, 10_200)), READER):
            assert [charge.usage.cache_read_tokens for charge in charges] == [0, 10_000]
        assert held(turn(0, 10_000), turn(150, 10_200)) == [40_000, 40_800]

    def test_the_bound_rests_on_what_was_counted(self):
        """10,000 were counted of at most 40,000, and the second turn may be 800 longer."""
        assert held(turn(0, 10_000), turn(10_000, 10_200)) == [40_000, 10_800]
        assert held(turn(0, 10_000), turn(10_000, 10_200, prefix_tokens=500)) == [40_000, 40_800]

    def test_as_many_conversations_are_remembered_as_a_proxy_remembers(self):
        kept, turns = Conversations(most=2), [turn(0, 10_000, session=f"s{nth}") for nth in range(3)]
        (charged,) = noted(Charged, turns[:1], READER)
        for each in turns:
            kept.learn(each, need_of(each, Policy()), Catalog([READER]), charged, 0)
        recalled = [kept.recalled(each, need_of(each, Policy()), 10) for each in turns]
        assert [len(each.known) for each in recalled] == [0, 1, 1]


# Windows for long conversations with tools. Short answers are cheaper at `reader`, long ones at `writer`.
ROOM = {"context_tokens": 10**6, "features": Feature.TOOLS}
PAIR = model("reader", Tier.BUDGET, 1, 10, **ROOM), model("writer", Tier.BUDGET, 2, 4, **ROOM)
PROMPT = Behaviour(latency_ms=Spread(((0, 1), (1000, 1))), token_us=0)


def agents(*turns, models=PAIR, policy=CHEAPEST.policy):
    """Who answers an agent's turns (at which second, tokens sent, how hard)."""
    sent = [
        turn(1_000 * at_s, said, output_tokens=None, difficulty=hard, max_output_tokens=8_000,
             features=Feature.TOOLS, capabilities=Capability.CODE, limit=parse_usd("10"))
        for at_s, said, hard in turns
    ]  # fmt: skip
    setting = Setting(catalog=Catalog(models), world=ModelledWorld(usual=PROMPT))
    stories = trace(sent, Variant(name="v", policy=policy), setting)
    return [entry.model for story in stories for entry in story.entries if isinstance(entry, Charged)]


class TestTheTurnsAhead:
    @pytest.mark.parametrize(("hard", "name"), [(0.6, "reader"), (0.63, "writer")])
    def test_a_switch_is_made_where_it_pays_over_them(self, hard, name):
        """The writer saves $6 a million tokens of answer: $0.0309 of 961 in this turn and 465 in each of nine more.

        Those are one part in four as this one is, and three as turns are: 300 tokens. It costs $0.0192 more to read
        10,200 tokens anew, and in the turns ahead $0.0011 each to read what was said and $0.0002 to read 200 new ones,
        which is what this turn has added. Answers of these two are taken to have 940 and 982 tokens.
        """
        assert agents((0, 10_000, 0.2), (10, 10_200, hard)) == ["reader", name]

    def test_one_turn_that_is_unlike_the_others_moves_nobody(self):
        """At a usual turn the thinker writes 1,200 tokens of thought, at a hard one 2,900; the talker writes dearly."""
        thinker = model("thinker", Tier.BUDGET, 1, 1, **{**ROOM, "features": Feature.TOOLS | Feature.REASONING_EFFORT})
        turns = [(10 * nth, 30_000 + 200 * nth, nth % 2) for nth in range(9)]
        models = thinker, model("talker", Tier.BUDGET, 1.1, 4.5, **ROOM)
        assert len(set(agents((0, 30_000, 0.2), *turns[1:], models=models))) == 1

    def test_who_has_no_window_for_them_is_left_before_all_must_be_read_twice(self):
        short = model("short", Tier.BUDGET, 0.9, 0.9, **{**ROOM, "context_tokens": 60_000})
        models = short, model("long", Tier.BUDGET, 1, 1, **ROOM)
        assert agents((0, 40_000, 0.2), models=models) == ["long"]
        assert agents((0, 10_000, 0.2), models=models) == ["short"]

    def test_a_conversation_that_has_paused_once_is_not_taken_to_go_on_for_as_long(self):
        """Of two that read what was said at $0.1 and $0.01, the second saves $0.09 a turn and is dear to begin with."""
        kept, cheap = model("kept", Tier.BUDGET, 1, 1, **ROOM), model("cheap", Tier.BUDGET, 3, 1, **ROOM)
        models = kept, reading_at(cheap, 10**7)
        turns = [(10 * nth, 90_000 + 110 * nth, 0.2) for nth in range(60)]
        paused = [(at_s + 900 * (nth > 20), *more) for nth, (at_s, *more) in enumerate(turns)]
        assert "cheap" in agents(*turns, models=models)
        assert "cheap" not in agents(*paused, models=models)

    def test_what_is_cheaper_over_them_is_chosen_although_it_is_not_now(self):
        """Both write at $1. One reads at $1 always, the other at $1.2 what is new and at $0.12 what is kept."""
        plain, kept = model("plain", Tier.BUDGET, 1, 1, **ROOM), model("kept", Tier.BUDGET, 1.2, 1, **ROOM)
        assert agents((0, 10_000, 0.2), models=(reading_at(plain, 10**9), kept)) == ["kept"]

    @pytest.mark.parametrize(
        ("strong_usd", "at_s", "names"),
        [
            # The strong one, twice as dear, was needed for the second turn; its cache fades from 250 s on, gone by 310.
            (2, (0, 60, 120, 180, 240, 290), ("weak", "strong", *4 * ["weak"], "strong")),
            # Nothing is warm after a pause: who was needed for harder turns reads it all.
            (1.2, (0, 20, 500, 510), ("weak", "strong", "weak", "strong", "strong")),
        ],
    )
    def test_who_is_needed_for_hard_ones_is_kept_warm(self, strong_usd, at_s, names):
        models = (
            model("weak", Tier.MID, 1, 2, **ROOM),
            model("strong", Tier.FLAGSHIP, strong_usd, 2 * strong_usd, **ROOM),
        )
        easy = [(each, 40_000 + 300 * nth, 0.4) for nth, each in enumerate(at_s)]
        turns = easy[0], (10, 40_200, 0.9), *[(at, said + 200, *more) for at, said, *more in easy[1:]]
        assert agents(*turns, models=models, policy=Policy()) == list(names)


def reading_at(seller, cache_read):
    """The model, with what its cache costs to read, in nano-dollars per million tokens."""
    rate = evolve(seller.price.rates[0], cache_read=NanoPerMtok(cache_read))
    return evolve(seller, offers=(evolve(seller.offers[0], price=Price((rate,))),))


def test_words_leave_all_else_of_a_request_as_it_is():
    asked = turn(0, 5, tags=("a",), marks=(("user", "u"),), prefix_tokens=3)
    read = asked_in_words(asked, "Name a colour.")
    assert (read.session, read.prefix_tokens, read.tags, read.marks) == ("s", 3, ("a",), (("user", "u"),))


def test_an_hour_of_sessions_is_cheaper_with_caches_than_without():
    turns = [turn(1_000 * nth, 5_000 + 10 * nth, session=f"s{nth % 7}") for nth in range(350)]
    costs = [
        simulate(turns, CHEAPEST, Setting(catalog=Catalog([READER]), world=ModelledWorld(usual=each)))[EVERYTHING]
        for each in (STEADY, evolve(STEADY, cache_ms=0))
    ]
    assert 2 * costs[0].sums["spent_nano",] < costs[1].sums["spent_nano",]

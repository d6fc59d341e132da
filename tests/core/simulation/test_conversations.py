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
from tokenwise.traits import Tier
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

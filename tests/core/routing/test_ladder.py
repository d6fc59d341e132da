"""The ladder by hand: retry, the same model elsewhere, stronger, longer, or stop and say so."""

import pytest
from attrs import evolve

from tests.core.worlds import BIG, CATALOG, MID, MINI, model
from tokenwise.catalog.models import Catalog
from tokenwise.faults import RULES, Fault, Remedy
from tokenwise.ids import AttemptId
from tokenwise.policy import Escalation, Policy
from tokenwise.routing.bid import Need
from tokenwise.routing.fitting import bid_of
from tokenwise.routing.ladder import Climb, Failed, Retry, Stop, backoff_ms, climb
from tokenwise.routing.ranking import equals, rungs
from tokenwise.traits import Capability, Tier
from tokenwise.usage import TokenCount

NEED = Need(Capability.CODE, TokenCount(100, 400), max_output_tokens=500, output_tokens=200)
POLICY = Policy()


def failed(fault, at=MINI, **more):
    bid = bid_of(at, NEED, POLICY)
    tried = more.pop("tried", ())
    known = {"attempt": AttemptId("s", 0), "bid": bid, "fault": fault, "calls": 1, "retries": 0, "base": at.tier}
    return Failed(**known | more, tried=frozenset({(bid.provider, bid.model), *tried}))


def after(failure, need=NEED, catalog=CATALOG, policy=POLICY):
    answer = climb(failure, need, catalog, policy)
    return [(bid.model, bid.provider) for bid in answer.bids] if isinstance(answer, Climb) else answer


@pytest.mark.parametrize("fault", [fault for fault in Fault if RULES[fault].remedy is Remedy.RETRY])
def test_after_two_retries_a_fault_that_passes_leads_to_the_same_model_elsewhere_and_then_up(fault):
    tired = evolve(failed(fault), calls=3, retries=2)
    assert after(tired) == [("mini", "openrouter"), ("mid", "direct"), ("big", "direct")]


@pytest.mark.parametrize("fault", [fault for fault in Fault if RULES[fault].remedy is Remedy.ELSEWHERE])
def test_a_fault_of_the_place_leads_elsewhere_at_once(fault):
    assert after(failed(fault))[0] == ("mini", "openrouter")


@pytest.mark.parametrize("fault", [fault for fault in Fault if RULES[fault].remedy is Remedy.STRONGER])
def test_an_answer_that_cannot_be_used_leads_to_a_stronger_model_and_never_to_the_same_one(fault):
    assert after(failed(fault)) == [("mid", "direct"), ("big", "direct")]


OF_SEAT = [fault for fault in Fault if RULES[fault].of_seat]


@pytest.mark.parametrize("escalation", Escalation)
@pytest.mark.parametrize("fault", OF_SEAT)
class TestAFaultOfTheSeat:
    """The same model elsewhere, then its equals in the strategy's order, another vendor's first, then its betters."""

    CATALOG = Catalog(
        [
            model("a/one", Tier.BUDGET, 1, 2, sellers=("direct", "openrouter", "third")),
            model("a/two", Tier.BUDGET, 1, 3),
            model("b/two", Tier.BUDGET, 2, 4),
            model("c/two", Tier.BUDGET, 2, 5),
            model("c/mid", Tier.MID, 3, 9),
            model("d/top", Tier.FLAGSHIP, 5, 25),
        ]
    )

    def test_goes_sideways_and_then_up_whatever_the_escalation(self, fault, escalation):
        tired = failed(fault, self.CATALOG["a/one"], calls=3, retries=2)
        places = after(tired, catalog=self.CATALOG, policy=Policy(escalation=escalation))
        elsewhere, others = places[:2], [name for name, _ in places[2:]]
        assert elsewhere == [("a/one", "openrouter"), ("a/one", "third")]
        assert others == ["b/two", "c/two", "a/two", "c/mid", "d/top"]

    def test_a_model_that_the_request_names_stays_itself(self, fault, escalation):
        tired = failed(fault, self.CATALOG["a/one"], calls=3, retries=2)
        named, policy = evolve(NEED, model="a/one"), Policy(escalation=escalation)
        places = after(tired, need=named, catalog=self.CATALOG, policy=policy)
        assert places == [("a/one", "openrouter"), ("a/one", "third")]


def test_a_flagship_that_is_down_at_the_top_of_strongest_first_leaves_what_lies_between():
    """The answer of mini could not be used, and big cannot be reached: mid has not had its chance."""
    down = failed(Fault.QUOTA, BIG, tried={("direct", "mini")}, answered=1, calls=2)
    policy = Policy(escalation=Escalation.STRONGEST_FIRST)
    assert after(evolve(down, base=Tier.BUDGET), policy=policy) == [("mid", "direct")]


class TestLonger:
    def test_only_models_with_a_longer_window_are_asked_and_one_of_the_same_tier_first(self):
        roomy = model("roomy", Tier.BUDGET, 1, 2, context_tokens=400_000)
        catalog = Catalog([MINI, MID, roomy])
        assert after(failed(Fault.CONTEXT_TOO_LONG), catalog=catalog) == [("roomy", "direct")]

    def test_where_nobody_has_one_it_stops(self):
        answer = after(failed(Fault.CONTEXT_TOO_LONG))
        assert answer == Stop(
            "context_too_long at tier budget, and no model with a longer window that can be reached does code"
        )


class TestAFormatWithoutTheWords:
    def test_another_seller_of_the_model_is_asked_then_its_equals_then_its_betters(self):
        catalog = CATALOG.merged([model("peer", Tier.BUDGET, 2, 4)])
        places = [("mini", "openrouter"), ("peer", "direct"), ("mid", "direct"), ("big", "direct")]
        assert after(failed(Fault.UNSUPPORTED), catalog=catalog) == places

    def test_a_request_that_names_its_model_stays_with_it(self):
        named = evolve(NEED, model="mini")
        assert after(failed(Fault.UNSUPPORTED), need=named) == [("mini", "openrouter")]
        nowhere = failed(Fault.UNSUPPORTED, tried={("openrouter", "mini")})
        assert after(nowhere, need=named) == Stop("unsupported, and the request names this model")


class TestOrder:
    def test_stepwise_takes_the_next_tier_then_the_one_above(self):
        assert rungs(NEED, CATALOG, POLICY, MINI) == (MID, BIG)

    def test_strongest_first_takes_the_flagship_at_once_then_what_lies_between(self):
        assert rungs(NEED, CATALOG, Policy(escalation=Escalation.STRONGEST_FIRST), MINI) == (BIG, MID)

    def test_same_tier_first_takes_its_equals_before_its_betters(self):
        peer = model("peer", Tier.BUDGET, 2, 4)
        catalog = CATALOG.merged([peer])
        assert rungs(NEED, catalog, Policy(escalation=Escalation.SAME_TIER_FIRST), MINI) == (peer, MID, BIG)

    @pytest.mark.parametrize("escalation", Escalation)
    def test_above_the_top_there_is_nothing(self, escalation):
        assert rungs(NEED, CATALOG, Policy(escalation=escalation), BIG) == ()

    def test_a_fault_of_the_seller_leads_to_its_equals_another_vendors_first(self):
        names = {"acme/small": 1, "acme/tiny": 2, "birch/small": 3, "cedar/small": 4}
        catalog = Catalog([BIG, *(model(name, Tier.BUDGET, usd, usd) for name, usd in names.items())])
        found = [each.id for each in equals(NEED, catalog, POLICY, catalog["acme/small"])]
        assert found == ["birch/small", "cedar/small", "acme/tiny"]
        assert equals(NEED, catalog, POLICY, BIG) == ()


class TestTheEnd:
    def test_the_top_says_that_nothing_stronger_does_it(self):
        assert after(failed(Fault.EMPTY, BIG)) == Stop(
            "empty at tier flagship, and no stronger model that can be reached does code"
        )

    def test_a_pinned_request_says_that_it_names_its_model(self):
        pinned = evolve(NEED, model="mini")
        assert after(failed(Fault.EMPTY), pinned) == Stop("empty, and the request names this model")

    @pytest.mark.parametrize("fault", [Fault.OVERLOADED, Fault.TIMED_OUT, Fault.EMPTY, Fault.CONTEXT_TOO_LONG])
    def test_the_attempts_are_counted_whatever_they_were(self, fault):
        assert after(failed(fault, calls=12)) == Stop("12 attempts made, the most allowed")

    def test_calls_lost_to_sellers_do_not_count_as_answers(self):
        assert after(failed(Fault.EMPTY, calls=9, answered=1)) == [("mid", "direct"), ("big", "direct")]
        assert after(failed(Fault.EMPTY, calls=9, answered=4)) == Stop(
            "4 answers that could not be used, the most allowed"
        )

    def test_answers_that_could_not_be_used_do_not_count_as_lost(self):
        assert isinstance(after(failed(Fault.OVERLOADED, calls=10, answered=3)), Retry)
        assert after(failed(Fault.OVERLOADED, calls=11, answered=3)) == Stop(
            "8 calls lost to their sellers, the most allowed"
        )


class TestPauses:
    def test_a_provider_that_asks_for_too_long_a_pause_is_left_for_another_place(self):
        assert after(failed(Fault.RATE_LIMITED, retry_after_ms=3_600_000))[0] == ("mini", "openrouter")

    def test_two_runs_do_not_come_back_at_the_same_moment(self):
        assert len({backoff_ms(failed(Fault.OVERLOADED), POLICY, seed=seed) for seed in range(20)}) > 10

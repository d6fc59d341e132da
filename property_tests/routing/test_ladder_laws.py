"""Laws of the ladder: it climbs, it ends, and it never gives up what the request needs."""

from attrs import evolve
from hypothesis import assume, event, given
from hypothesis import strategies as st

from property_tests.strategies import plain_needs, rivals
from tokenwise.faults import RULES, Fault, Remedy
from tokenwise.ids import AttemptId
from tokenwise.policy import Escalation, Policy
from tokenwise.routing.bid import cap
from tokenwise.routing.fitting import bid_of, bids_of
from tokenwise.routing.health import ANY_MODEL
from tokenwise.routing.ladder import Climb, Failed, Retry, Stop, backoff_ms, climb
from tokenwise.routing.ranking import candidates, rungs

OF_SEAT = [fault for fault, rule in RULES.items() if rule.of_seat]
manners = st.builds(
    Policy,
    escalation=st.sampled_from(Escalation),
    max_attempts=st.integers(1, 12),
    max_seat_faults=st.integers(1, 8),
    max_answer_faults=st.integers(1, 4),
    max_retries=st.integers(0, 3),
    backoff_ms=st.integers(0, 1000),
)
some_seats = st.frozensets(
    st.tuples(st.sampled_from(["direct", "openrouter"]), st.sampled_from(["vendor/m0", "vendor/m1", ANY_MODEL])),
    max_size=2,
)


@st.composite
def failures(draw, most=6):
    """A first call that failed, whatever the fault."""
    need, catalog, policy = draw(plain_needs()), draw(rivals(most=most)), draw(manners)
    able = candidates(need, catalog, policy)
    assume(able)
    model = draw(st.sampled_from(able))
    bid = bid_of(model, need, policy)
    failed = Failed(
        attempt=AttemptId("s", draw(st.integers(0, 5))),
        bid=bid,
        fault=draw(st.sampled_from(Fault)),
        calls=draw(st.integers(1, 6)),
        answered=draw(st.integers(0, 1)),
        retries=draw(st.integers(0, 3)),
        base=model.tier,
        tried=frozenset({(bid.provider, bid.model)}),
        avoid=draw(some_seats),
        retry_after_ms=draw(st.one_of(st.none(), st.integers(0, 90_000))),
    )
    return failed, need, catalog, policy


def onward(failed, need, catalog, policy):
    answer = climb(failed, need, catalog, policy)
    return answer.bids if isinstance(answer, Climb) else ()


def story_of(failed, need, catalog, policy, faults):
    """Every call from the first on, if each failed: retried or moved on as the ladder says, money being no object."""
    failed = evolve(failed, calls=1, answered=int(not RULES[failed.fault].of_seat))
    yield failed
    for fault in faults:
        answered = failed.answered + (not RULES[fault].of_seat)
        match climb(failed, need, catalog, policy):
            case Retry():
                failed = evolve(failed, retries=failed.retries + 1)
            case Climb(bids=(bid, *_)):
                failed = evolve(failed, bid=bid, retries=0, tried=failed.tried | {(bid.provider, bid.model)})
            case _:
                return
        failed = evolve(failed, fault=fault, calls=failed.calls + 1, answered=answered)
        yield failed


class TestClimbing:
    """'The ladder climbs and never descends'."""

    @given(failures())
    def test_stepwise_leads_from_a_bad_answer_to_a_strictly_stronger_tier(self, failure):
        failed, need, catalog, policy = failure
        policy = evolve(policy, escalation=Escalation.STEPWISE)
        failed = evolve(failed, fault=Fault.EMPTY)
        for bid in onward(failed, need, catalog, policy):
            assert catalog[bid.model].tier > catalog[failed.bid.model].tier

    @given(failures(most=9), st.sampled_from(OF_SEAT))
    def test_a_fault_of_the_seat_leads_to_the_same_model_then_to_its_equals_and_only_then_up(self, failure, fault):
        failed, need, catalog, policy = failure
        failed = evolve(failed, fault=fault)
        at = catalog[failed.bid.model]
        places = [(bid.model != at.id, catalog[bid.model].tier) for bid in onward(failed, need, catalog, policy)]
        upward = [place for place in places if place[1] >= at.tier]
        assert upward == sorted(upward)
        assert upward == places or policy.escalation is Escalation.STRONGEST_FIRST

    @given(failures(most=9), st.sampled_from(OF_SEAT))
    def test_what_answers_for_a_seat_that_failed_costs_no_more_strength_than_an_equal(self, failure, fault):
        """Wherever an equal is well, nothing stronger is asked."""
        failed, need, catalog, policy = failure
        # Asked last, and nobody else sells it; so what follows is another model or nothing.
        own = {(bid.provider, bid.model) for bid in bids_of(catalog[failed.bid.model], need, policy, frozenset())}
        failed = evolve(failed, fault=fault, calls=1, answered=0, retries=3, tried=failed.tried | own)
        policy = evolve(policy, max_attempts=12, max_seat_faults=8)
        at, closed = catalog[failed.bid.model], failed.tried | failed.avoid
        equals = [m for m in candidates(need, catalog, policy) if m.tier is at.tier and bid_of(m, need, policy, closed)]
        event(f"an equal is well: {equals != []}")
        answer = climb(failed, need, catalog, policy)
        assert not equals or catalog[answer.bids[0].model].tier is at.tier

    @given(failures())
    def test_a_longer_window_may_be_had_at_the_same_tier_and_is_longer(self, failure):
        failed, need, catalog, policy = failure
        failed = evolve(failed, fault=Fault.CONTEXT_TOO_LONG)
        at = catalog[failed.bid.model]
        for bid in onward(failed, need, catalog, policy):
            assert catalog[bid.model].tier >= at.tier
            assert catalog[bid.model].context_tokens > at.context_tokens

    @given(failures(), st.lists(st.sampled_from(Fault), min_size=12, max_size=12))
    def test_no_call_is_made_below_the_tier_the_step_set_out_from(self, failure, faults):
        failed, need, catalog, policy = failure
        for call in story_of(failed, need, catalog, policy, faults):
            assert catalog[call.bid.model].tier >= failed.base

    @given(failures())
    def test_no_capability_feature_or_room_is_given_up(self, failure):
        failed, need, catalog, policy = failure
        for bid in onward(failed, need, catalog, policy):
            model = catalog[bid.model]
            assert need.capabilities in model.capabilities
            assert need.features in model.features
            assert need.input.expected <= model.max_input_tokens
            assert bid.max_output_tokens <= cap(model, need)

    @given(failures())
    def test_no_place_is_asked_that_has_had_its_chance_or_is_cooling(self, failure):
        failed, need, catalog, policy = failure
        for bid in onward(failed, need, catalog, policy):
            assert (bid.provider, bid.model) not in failed.tried | failed.avoid
            assert (bid.provider, ANY_MODEL) not in failed.avoid

    @given(failures())
    def test_a_pinned_request_never_leaves_its_model(self, failure):
        failed, need, catalog, policy = failure
        pinned = evolve(need, model=failed.bid.model)
        assert {bid.model for bid in onward(failed, pinned, catalog, policy)} <= {failed.bid.model}


class TestTheEnd:
    """'Two broken sellers do not use up the climb'."""

    @given(failures())
    def test_nothing_follows_the_last_attempt_allowed(self, failure):
        failed, need, catalog, policy = failure
        if failed.calls >= policy.max_attempts:
            assert isinstance(climb(failed, need, catalog, policy), Stop)

    @given(failures(), st.lists(st.sampled_from(Fault), min_size=12, max_size=12))
    def test_whatever_fails_how_often_the_calls_stay_within_it(self, failure, faults):
        failed, need, catalog, policy = failure
        calls = list(story_of(failed, need, catalog, policy, faults))
        lost = sum(RULES[call.fault].of_seat for call in calls)
        assert len(calls) <= policy.max_attempts
        assert lost <= policy.max_seat_faults or lost + 1 == len(calls)
        assert len(calls) - lost <= policy.max_answer_faults

    @given(failures())
    def test_every_stop_says_why(self, failure):
        answer = climb(*failure)
        assert not isinstance(answer, Stop) or answer.reason


class TestWholePaths:
    """What holds over a path of many rungs, and for none of its rungs alone."""

    @given(failures(most=9), st.lists(st.sampled_from(Fault), min_size=12, max_size=12))
    def test_no_seat_is_asked_twice_except_by_a_retry(self, failure, faults):
        failed, need, catalog, policy = failure
        moves = [call.bid for call in story_of(failed, need, catalog, policy, faults) if not call.retries]
        seats = [(bid.provider, bid.model) for bid in moves]
        assert len(set(seats)) == len(seats)

    @given(failures(most=9), st.lists(st.sampled_from(Fault), min_size=12, max_size=12))
    def test_the_path_rises_or_stays_unless_it_began_at_the_top(self, failure, faults):
        failed, need, catalog, policy = failure
        tiers = [catalog[call.bid.model].tier for call in story_of(failed, need, catalog, policy, faults)]
        assert tiers == sorted(tiers) or policy.escalation is Escalation.STRONGEST_FIRST

    @given(failures(most=9))
    def test_strongest_first_visits_every_higher_tier_once_from_the_top(self, failure):
        failed, need, catalog, policy = failure
        policy = evolve(policy, escalation=Escalation.STRONGEST_FIRST, max_attempts=12, max_answer_faults=4)
        failed = evolve(failed, fault=Fault.EMPTY, avoid=frozenset())
        _, *path = story_of(failed, need, catalog, policy, [Fault.EMPTY] * 12)
        above = {model.tier for model in candidates(need, catalog, policy) if model.tier > failed.base}
        assert [catalog[call.bid.model].tier for call in path] == sorted(above, reverse=True)


class TestFaults:
    """'What follows from each: one total table, looked up, never re-argued'."""

    @given(failures())
    def test_a_fault_of_the_request_stops_at_once(self, failure):
        failed, need, catalog, policy = failure
        if RULES[failed.fault].remedy is Remedy.STOP:
            assert climb(failed, need, catalog, policy) == Stop(failed.fault.value)

    @given(failures())
    def test_the_same_place_is_asked_again_only_where_that_may_help_and_no_more_often_than_allowed(self, failure):
        failed, need, catalog, policy = failure
        again = isinstance(climb(failed, need, catalog, policy), Retry)
        patient = (failed.retry_after_ms or 0) <= policy.max_backoff_ms
        hopeful = RULES[failed.fault].remedy is Remedy.RETRY and failed.retries < policy.max_retries and patient
        within = failed.calls - failed.answered < policy.max_seat_faults
        assert again == (hopeful and within and failed.calls < policy.max_attempts)


class TestPauses:
    """'The provider's `Retry-After` if it gave one, else doubling with up to half of it as jitter'."""

    @given(failures(), st.integers())
    def test_retry_after_is_honoured_to_the_millisecond(self, failure, seed):
        failed, _, _, policy = failure
        if failed.retry_after_ms is not None:
            assert backoff_ms(failed, policy, seed) == failed.retry_after_ms

    @given(failures(), st.integers())
    def test_doubles_up_to_the_ceiling_and_jitter_adds_half_of_it_at_most(self, failure, seed):
        failed, _, _, policy = failure
        pause = min(policy.max_backoff_ms, policy.backoff_ms * 2**failed.retries)
        assert pause <= backoff_ms(evolve(failed, retry_after_ms=None), policy, seed) <= 1.5 * pause


class TestRungs:
    """'The models that would be climbed to, in order, if each in turn failed and money were no object'."""

    @given(plain_needs(), rivals(most=9), manners)
    def test_none_twice_none_weaker_than_the_start_and_all_of_them_able(self, need, catalog, policy):
        able = candidates(need, catalog, policy)
        for first in able:
            ladder = rungs(need, catalog, policy, first)
            assert len({first.id, *(model.id for model in ladder)}) == 1 + len(ladder)
            assert all(model in able and model.tier >= first.tier for model in ladder)

    @given(plain_needs(), rivals(most=9), manners)
    def test_stepwise_rises_with_every_rung(self, need, catalog, policy):
        policy = evolve(policy, escalation=Escalation.STEPWISE)
        for first in candidates(need, catalog, policy):
            tiers = [first.tier, *(model.tier for model in rungs(need, catalog, policy, first))]
            assert tiers == sorted(set(tiers))

    @given(plain_needs(), rivals(most=9), manners)
    def test_same_tier_first_exhausts_a_tier_before_it_rises(self, need, catalog, policy):
        policy = evolve(policy, escalation=Escalation.SAME_TIER_FIRST)
        able = candidates(need, catalog, policy)
        for first in able:
            ladder = rungs(need, catalog, policy, first)
            assert [model.tier for model in ladder] == sorted(model.tier for model in ladder)
            assert {model.id for model in (first, *ladder)} == {m.id for m in able if m.tier >= first.tier}

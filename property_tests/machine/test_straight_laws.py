"""The common story of a request told straight is what the machine does, over requests, times and events at random."""

from attrs import evolve
from hypothesis import event as noted
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import amounts, catalogs, needs, plain_needs, policies, rivals, usages
from tokenwise.machine.books import charge, reservation
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import CallModel, CallSucceeded, Finish, FirstToken, Record, Reserve, Reserved, Settle
from tokenwise.machine.opinions import choice_of
from tokenwise.machine.run import Choice, Ended, Job, Outcome
from tokenwise.machine.straight import ANSWERED, COMPLETED, begin, call_of, closing, opening, share_of
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.policy import Policy
from tokenwise.routing.choosing import Refused, route
from tokenwise.routing.ranking import candidates
from tokenwise.routing.verdicts import FinishReason, Reply

ODD = ("cooling", "upgrade", "named", "judged", "poor", "nobody", "need", "catalog")


@st.composite
def requests(draw):
    """A request that can be done as it was chosen, or is odd in one way: else nearly none would be told straight."""
    odd = draw(st.sampled_from([*[""] * 6, *ODD]))
    need = draw(needs() if odd == "need" else plain_needs())
    catalog = draw(catalogs() if odd == "catalog" else rivals(least=3))
    able = candidates(need, catalog, Policy()) or catalog.models
    chosen = draw(st.sampled_from(able))
    cap = draw(st.sampled_from([0, 0, 1, need.max_output_tokens, need.max_output_tokens + 1]))
    upgrades = tuple(model.id for model in able if model is not chosen) if odd == "upgrade" else ()
    sellers = tuple(((offer.provider, chosen.id), 9_000) for offer in chosen.offers)
    return Job(
        id="run",
        plan=Plan("ask", (Step("answer", "ask", model=able[-1].id if odd == "named" else ""),)),
        choices=(Choice("" if odd == "nobody" else chosen.id, Nanodollars(0), Nanodollars(0), cap, upgrades),),
        catalog=catalog,
        policy=evolve(draw(policies), deadline_ms=draw(st.sampled_from([0, 600_000, 600_000, 1_000]))),
        limit=Nanodollars(draw(st.integers(0, 10**7)) if odd == "poor" else 10**15),
        request=need,
        judged=odd == "judged",
        cooling=sellers if odd == "cooling" else (),
    )


times = st.integers(0, 3_000)
limits = st.one_of(amounts, st.just(Nanodollars(10**15)))
replies = st.builds(
    Reply,
    text=st.sampled_from(["", "some words", "日本" * 400]),
    finish=st.sampled_from(FinishReason),
    usage=st.one_of(st.none(), usages()),
    served_model=st.sampled_from(["", "vendor/m0", "nobody/knows"]),
    reported_cost=st.one_of(st.none(), amounts),
    notice=st.sampled_from(["", "odd"]),
    tier=st.sampled_from(["", "flex", "unheard"]),
)


class TestTheStraightWay:
    """'There is one machine, and nothing is decided here that it does not decide'."""

    @given(requests(), st.tuples(times, times, times, times), st.booleans(), replies)
    def test_is_the_machines_own(self, job, at_ms, streams, reply):
        started_ms, reserved_ms, first_ms, answered_ms = at_ms
        run, said = start(job, at_ms=started_ms)
        attempt = begin(job)
        noted(f"straight: {attempt is not None}")
        if attempt is None:
            return
        bid = attempt.bid
        opened = Record(opening(job.catalog, attempt))
        assert said == (opened, Reserve(attempt.id, bid.amount, share_of(job), bid.model))

        run, said = step(run, Reserved(attempt.id, reserved_ms))
        call = call_of(job, attempt, started_ms=started_ms, at_ms=reserved_ms)
        assert any(isinstance(each, CallModel) for each in said) == (call is not None)
        if call is None:
            return
        assert said == (Record(reservation(attempt)), call)

        if streams:
            run, said = step(run, FirstToken(attempt.id, first_ms))
            assert said == ()
        run, said = step(run, CallSucceeded(attempt.id, answered_ms, reply))
        charged = charge(job.catalog, attempt, ANSWERED, reply)
        cost = charged.amount
        finish = Finish(COMPLETED, ((attempt.id.step, ANSWERED),), cost, Nanodollars(max(0, cost - bid.amount)))
        assert said == (Settle(attempt.id, cost), *map(Record, closing(attempt, charged)), finish)
        assert (run.finished, run.books.spent) == (True, cost)
        assert run.steps[0].state == Ended(Outcome.OK, reply.text, by=attempt.id)

    @given(st.one_of(needs(), plain_needs()), st.one_of(catalogs(), rivals(least=3)), policies, limits, st.booleans())
    def test_takes_a_bid_that_was_decided_for_what_it_works_out_itself(self, need, catalog, policy, limit, best_effort):
        routed = route(need, catalog, policy, limit, best_effort=best_effort)
        if isinstance(routed, Refused):
            return
        job = Job(
            id="run",
            plan=Plan("ask", (Step("answer", "ask"),)),
            choices=(choice_of(routed),),
            catalog=catalog,
            policy=policy,
            limit=limit,
            request=need,
            judged=False,
        )
        assert begin(job, routed.bid) == begin(job)
        noted(f"straight: {begin(job) is not None}")

"""The common story of a request told straight is what the machine does, over requests, times and events at random."""

from attrs import evolve
from hypothesis import event as noted
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import amounts, catalogs, needs, plain_needs, policies, rivals, usages
from tokenwise.errors import ProtocolViolation
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import (
    CallFailed,
    CallSucceeded,
    Cancelled,
    FirstToken,
    Left,
    Lost,
    ModelsCooling,
    Reserved,
    ReserveRefused,
    Woke,
)
from tokenwise.machine.run import Choice, Job
from tokenwise.machine.straight import Straight, begin, go_on
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.policy import Policy
from tokenwise.routing.ranking import candidates
from tokenwise.routing.verdicts import FinishReason, Reply

ODD = ("cooling", "upgrade", "upgrade", "upgrade", "named", "judged", "poor", "nobody", "need", "catalog")


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


names = st.sampled_from([AttemptId("answer", 0)] * 8 + [AttemptId("answer", 1), AttemptId("other", 0)])
times = st.integers(0, 3_000)
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
common = [st.builds(Reserved, names, times), st.builds(FirstToken, names, times)]
common += [st.builds(CallSucceeded, names, times, replies)] * 2
misfortunes = [
    st.builds(ReserveRefused, names, times, amounts, amounts),
    st.builds(CallFailed, names, times, st.sampled_from(Fault), usage=st.one_of(st.none(), usages())),
    st.builds(Lost, names, times, st.one_of(st.none(), amounts)),
    st.builds(Woke, names, times),
    st.builds(ModelsCooling, times, st.just(((("direct", "vendor/m0"), 9_000),))),
    st.builds(Cancelled, times, st.just((Left(AttemptId("answer", 0), 3, 10, stops=True, quiet=True),))),
]
events = st.one_of(*common, *common, *common, *misfortunes)
good_ends = st.lists(st.one_of(*common), max_size=2)


def told_by(move, *said, **how):
    """What comes of a move, or that the machine does not allow it."""
    try:
        return move(*said, **how)
    except ProtocolViolation as violation:
        return str(violation)


class TestTheStraightWay:
    """'`begin` and `go_on` give the very commands of `start` and `step`, and in the end the very run'."""

    @given(requests(), times, st.one_of(good_ends, st.lists(events, max_size=6)), st.booleans())
    def test_is_the_machines_own(self, job, at_ms, happened, reserved_first):
        run, asked = start(job, at_ms=at_ms)
        told, said = begin(job, at_ms=at_ms)
        noted(f"straight: {isinstance(told, Straight)}")
        first = (Reserved(AttemptId("answer", 0), at_ms),) if reserved_first else ()
        for event in (None, *first, *happened):
            if event is not None:
                long, short = told_by(step, run, event), told_by(go_on, told, event)
                if isinstance(long, str):
                    assert short == long
                    return
                (run, asked), (told, said) = long, short
            assert said == asked
            assert (told.finished, told.now_ms, told.job) == (run.finished, run.now_ms, run.job)
            assert (told.run if isinstance(told, Straight) else told) == run
        noted(f"finished: {run.finished}, straight: {isinstance(told, Straight)}")

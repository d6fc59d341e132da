"""Many requests under one budget outside their own: who is served, who is told to wait, and who that nothing is left.

The upstream is greedy: it bills every token that it may. Time is virtual.
"""

import pytest
from attrs import frozen

from tests.core.simulated import play
from tests.core.worlds import model, step
from tokenwise.budgets.budget import Budget
from tokenwise.catalog.models import Catalog
from tokenwise.machine.machine import start
from tokenwise.machine.machine import step as go_on
from tokenwise.machine.messages import Reserve, ReserveRefused, Wait, Woke
from tokenwise.machine.run import Choice, Ended, Job, Outcome
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.plan import Plan
from tokenwise.policy import Policy
from tokenwise.routing.choosing import Routed, route
from tokenwise.routing.request import Wishes, read_request
from tokenwise.routing.verdicts import FinishReason, Reply
from tokenwise.simulation.answers import Answer
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Capability, Tier
from tokenwise.usage import Usage

OTHERS = "the money stayed in others' hands"
POLICY = Policy(max_attempts=1)
PLAN = Plan("ask", (step("a"),))


@frozen
class Greedy:
    """Bills the whole input bound and the whole cap, after so long."""

    after_ms: int = 1500

    def answer(self, run_id, call, at_ms):
        usage = Usage(input_tokens=call.input_tokens, output_tokens=call.max_output_tokens)
        return Answer(self.after_ms, Reply("An answer.", FinishReason.STOP, usage))


def request(name, catalog, cap=None, policy=POLICY):
    """A request as the proxy makes one of it, with a budget of its own of a dollar."""
    wishes = Wishes(capabilities=Capability.GENERAL, max_output_tokens=cap)
    need = read_request("What is rain?", policy, wishes).need
    routed = route(need, catalog, policy, parse_usd("1"))
    assert isinstance(routed, Routed)
    choice = Choice(routed.model.id, routed.bid.amount, Nanodollars(0))
    return Job(
        id=name,
        plan=PLAN,
        choices=(choice,),
        catalog=catalog,
        policy=policy,
        limit=parse_usd("1"),
        request=need,
        judged=False,
    )


def endings(simulation):
    return [story.run.steps[0].state for story in simulation.runs.values()]


def served(simulation):
    return sum(ending.outcome is Outcome.OK for ending in endings(simulation))


def told_for_good(simulation):
    """The refusals of money that is spent, each with the last answer that the budget gave."""
    for story in simulation.runs.values():
        ending = story.run.steps[0].state
        if ending.outcome is Outcome.BUDGET_EXHAUSTED and ending.why != OTHERS:
            refusals = [moment.event for moment in story.moments if isinstance(moment.event, ReserveRefused)]
            yield ending, refusals[-1]


@pytest.mark.slow  # six hundred runs, each of which looks at the money nine times
@pytest.mark.parametrize(("input_usd", "output_usd"), [(1, 2), (3, 10), (5, 25)])
def test_six_hundred_who_name_no_length_share_what_is_there(input_usd, output_usd):
    """Without shares the first of them takes it all, at the dearest of these prices."""
    catalog = Catalog((model("only", Tier.MID, input_usd, output_usd),))
    arrivals = [Arrival(request(f"r{nth}", catalog), at_ms=10 * nth) for nth in range(600)]
    simulation = play(arrivals, Greedy(), budget=Budget(parse_usd("0.05")))
    assert served(simulation) >= 8
    assert simulation.budget.spent <= simulation.budget.limit + simulation.budget.overrun
    assert simulation.budget.overrun == 0
    for ending, last in told_for_good(simulation):
        assert last.available + last.held < ending.lack.least


def test_of_sixty_four_at_once_those_that_fit_are_served():
    """Each asks for 400 tokens at $15 per million and holds about $0.0062: 16 of them fit $0.10."""
    catalog = Catalog((model("only", Tier.MID, 1, 15),))
    work = [request(f"r{nth}", catalog, cap=400) for nth in range(64)]
    assert parse_usd("0.10") // work[0].choices[0].worst == 16
    simulation = play([Arrival(each) for each in work], Greedy(), budget=Budget(parse_usd("0.10")))
    assert served(simulation) >= 14
    assert simulation.ended_ms <= 10_000
    assert simulation.budget.spent <= simulation.budget.limit


class TestWhatARefusalLeadsTo:
    """One model at $1 and $10 per million tokens: 100 tokens, the least that is worth sending, cost about $0.001."""

    CATALOG = Catalog((model("only", Tier.MID, 1, 10),))

    def refused(self, available, held, cap=None):
        run, (*_, reserve) = start(request("r", self.CATALOG, cap))
        return go_on(run, ReserveRefused(reserve.attempt, 0, parse_usd(available), parse_usd(held)))

    def asked(self, available, held, cap=None):
        run, commands = self.refused(available, held, cap)
        return run.steps[0].state, [command for command in commands if isinstance(command, Reserve | Wait)]

    def test_a_limit_of_some_models_shuts_these_out_and_no_others(self):
        catalog = Catalog(model(name, Tier.MID, 1, 10) for name in ("one", "two", "three"))
        run, (*_, reserve) = start(request("r", catalog))
        run, commands = go_on(run, ReserveRefused(reserve.attempt, 0, Nanodollars(0), Nanodollars(0), reserve.model))
        (again,) = (command for command in commands if isinstance(command, Reserve))
        assert again.model != reserve.model
        refusal = ReserveRefused(again.attempt, 0, Nanodollars(0), Nanodollars(0), f"{again.model[:-1]}?")
        (last,) = (command for command in go_on(run, refusal)[1] if isinstance(command, Reserve))
        assert len({reserve.model, again.model, last.model}) == 3

    def test_who_names_no_length_asks_that_no_more_than_a_quarter_be_taken(self):
        _, (*_, reserve) = start(request("r", self.CATALOG))
        assert reserve.share == 4
        _, (*_, reserve) = start(request("r", self.CATALOG, cap=4096))
        assert reserve.share == 1

    def test_and_is_cut_to_a_quarter_of_what_is_left(self):
        _, (reserve,) = self.asked("0.04", "0")
        assert parse_usd("0.0099") < reserve.amount <= parse_usd("0.01")
        assert reserve.share == 4

    def test_but_never_below_the_least_that_would_do(self):
        _, (reserve,) = self.asked("0.002", "0")
        assert parse_usd("0.001") <= reserve.amount < parse_usd("0.0012")
        assert reserve.share == 1

    def test_a_length_that_was_asked_for_may_have_all_that_is_left(self):
        _, (reserve,) = self.asked("0.04", "0", cap=8000)
        assert parse_usd("0.0399") < reserve.amount <= parse_usd("0.04")

    def test_what_would_never_fit_waits_while_the_least_would(self):
        """40,000 tokens exceed the whole limit, 100 of them only what others hold of it now."""
        _, (waiting,) = self.asked("0", "0.06", cap=8000)
        assert isinstance(waiting, Wait)

    def test_what_is_spent_is_not_waited_for(self):
        state, commands = self.asked("0.0001", "0.0001")
        assert commands == []
        assert isinstance(state, Ended)
        assert state.lack.least > parse_usd("0.0002")
        assert 0 < state.lack.tokens < 100

    @pytest.mark.parametrize(
        ("whole", "patient"),
        [(None, True), ("0.01", True), ("0.0011", True), ("0.0009", False)],  # which is less than the least
    )
    def test_a_limit_that_somebody_may_raise_is_waited_for_where_all_of_it_would_do(self, whole, patient):
        run, (*_, reserve) = start(request("r", self.CATALOG))
        nothing, whole = parse_usd("0.0001"), whole and parse_usd(whole)
        told = ReserveRefused(reserve.attempt, 0, nothing, parse_usd("0"), pauses=True, whole=whole)
        run, commands = go_on(run, told)
        asked = [command.patient for command in commands if isinstance(command, Reserve)]
        assert asked == [True] * patient
        assert isinstance(run.steps[0].state, Ended) is not patient

    def test_after_two_seconds_a_short_answer_is_better_than_none(self):
        run, commands = self.refused("0.01", "0.05", cap=4096)
        while any(isinstance(command, Wait) for command in commands):
            run, (*_, reserve) = go_on(run, Woke(run.steps[0].state.attempt.id, run.now_ms + 250))
            run, commands = go_on(
                run, ReserveRefused(reserve.attempt, run.now_ms, parse_usd("0.01"), parse_usd("0.05"))
            )
        assert run.now_ms == 2000
        assert commands[-1].amount <= parse_usd("0.01")

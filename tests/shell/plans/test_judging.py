"""A model's opinion on each reply: what a "no" leads to, and that opinions stay within the money kept for them."""

import pytest
from attrs import define, evolve, field

from tests.core.simulated import only, play
from tests.core.worlds import CATALOG, ok, step
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel
from tokenwise.plan import Plan
from tokenwise.policy import Policy
from tokenwise.routing.verdicts import Failure, FinishReason, Reply
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise_shell.plans.judging import Judge, Judging, money_for_judging

PLAN = Plan("The task.", (step("a"), step("b", "a")))
REPLY = Reply("A reply.", FinishReason.STOP, None)


@define
class Court:
    """A provider that answers everything alike, and a judge's own provider, simulated; it remembers who was judged."""

    answer: str
    brings: Reply | Failure = REPLY
    jobs: list = field(factory=list)

    async def place_call(self, _, /, *, first_token):
        return self.brings

    async def run_job(self, job, _):
        self.jobs.append(job)
        return only(play([Arrival(job)], ScriptedWorld(ok(text=self.answer)))).run

    def judge(self, kept=None):
        kept = money_for_judging(PLAN, "mid", CATALOG, Policy()) if kept is None else kept
        judging = Judging("mid", kept)
        return Judge("run", PLAN, judging, CATALOG, Policy(), self.place_call, self.run_job, left=kept)


def call(name="a", ordinal=0):
    return CallModel(AttemptId(name, ordinal), "mini", "direct", "mini", None, (), 100, 500, 1000)


async def judged(judge, *calls):
    return [await judge(one, first_token=lambda: None) for one in calls or (call(),)]


async def test_a_yes_lets_the_reply_pass_as_it_is():
    court = Court("Yes")
    assert await judged(court.judge()) == [REPLY]
    assert [job.id for job in court.jobs] == ["run/judge/0-0"]


async def test_a_no_is_a_finding_which_escalates_as_a_failed_check_does():
    (reply,) = await judged(Court("No. It is too short.").judge())
    assert reply.findings == ("mid judges: It is too short.",)
    assert evolve(reply, findings=()) == REPLY


async def test_an_answer_that_is_no_opinion_accepts_the_reply_and_is_counted():
    judge = Court("Perhaps.").judge()
    assert await judged(judge) == [REPLY]
    assert judge.unjudged == 1


@pytest.mark.parametrize(
    "brings",
    [
        Failure(Fault.UNREACHABLE),
        Reply("", FinishReason.STOP, None),
        Reply("cut", FinishReason.LENGTH, None),
        evolve(REPLY, findings=("not JSON",)),
    ],
)
async def test_what_the_machine_will_not_accept_anyway_is_not_paid_to_be_judged(brings):
    court = Court("Yes", brings)
    assert await judged(court.judge()) == [brings]
    assert court.jobs == []


async def test_opinions_cost_what_the_judge_cost_and_never_more_than_was_kept():
    court = Court("No.")
    judge = court.judge()
    kept = judge.left
    await judged(judge, *(call("b", ordinal) for ordinal in range(40)))
    assert 0 < judge.spent <= kept
    assert judge.spent + judge.left == kept
    assert judge.unjudged > 0  # the money was over, and the rest passed unjudged


async def test_without_money_nobody_is_asked():
    court = Court("No.")
    judge = court.judge(kept=0)
    assert await judged(judge) == [REPLY]
    assert (court.jobs, judge.unjudged) == ([], 1)


def test_a_judge_who_cannot_read_the_longest_reply_is_no_judge():
    wide = Plan("x" * 800_000, (step("a"),))  # some 200,000 tokens; its window is half that
    assert money_for_judging(wide, "mid", CATALOG, Policy()) is None

"""The prompt of a step: the task, what its parents found, and what to do now."""

from tests.core.worlds import step
from tokenwise.plan import Plan, Step
from tokenwise.prompt import Finding, Message, Role, compose, cut_to

PLAN = Plan("Write a report.", (step("research"), step("write", "research")))


def test_a_request_is_asked_as_the_user_put_it():
    alone = Plan("Write a report.", (Step("answer", "Write a report."),))
    assert compose(alone, alone.steps[0], ()) == (Message(Role.USER, "Write a report."),)


def test_a_step_sees_the_task_its_parents_whole_results_and_its_own_part():
    system, user = compose(PLAN, PLAN["write"], [Finding("research", "x" * 5000)])
    assert system.role is Role.SYSTEM
    assert user.text == (
        f"The whole task:\nWrite a report.\n\nResult of step research:\n{'x' * 5000}\n\nYour step (write):\nDo write."
    )


def test_a_lone_step_that_is_not_the_task_itself_gets_both():
    plan = Plan("Write a report.", (step("write"),))
    assert "Your step (write):\nDo write." in compose(plan, plan.steps[0], ())[1].text


def test_results_stand_in_the_order_the_step_names_its_parents():
    text = compose(PLAN, PLAN["write"], [Finding("b", "second"), Finding("a", "first")])[1].text
    assert text.index("second") < text.index("first")


def test_cutting_keeps_the_same_share_of_each_from_the_front_and_says_so():
    long, short = cut_to([Finding("a", "abcdefgh" * 10), Finding("b", "12345678")], 1, 8)
    assert long.text == "abcdefghab\n[... cut: 10 of 80 characters shown]"
    assert short.text == "1\n[... cut: 1 of 8 characters shown]"


def test_a_whole_share_cuts_nothing():
    findings = (Finding("a", "text"),)
    assert cut_to(findings, 8, 8) == findings

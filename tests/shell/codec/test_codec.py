"""How the core's values look on disk, and what is said about those that cannot be read. Laws: test_codec_laws."""

import pytest

from tokenwise.budgets.ledger import Abandoned, Charged, Routed
from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallFailed, ModelsCooling
from tokenwise.machine.run import Choice, Job
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.policy import Policy
from tokenwise.traits import Tier
from tokenwise.usage import Usage
from tokenwise_shell.codec.messages import (
    entry_from_json,
    entry_to_json,
    event_from_json,
    event_to_json,
    from_json,
    job_from_json,
    job_to_json,
)
from tokenwise_shell.plans.codec import PlanFile, plan_from_json, plan_to_json

ATTEMPT = AttemptId("answer", 1)


def problems_of(read, *given):
    with pytest.raises(InputError) as caught:
        read(*given)
    return [str(problem) for problem in caught.value.problems]


class TestEntries:
    def test_a_charge(self):
        usage = Usage(input_tokens=400, cache_read_tokens=10, output_tokens=90, reasoning_tokens=20)
        entry = Charged(
            ATTEMPT, "big", "openai", Nanodollars(5), usage, "truncated", estimated=False, asked="mini",
            reported=Nanodollars(6), notice="odd",
        )  # fmt: skip
        assert entry_to_json(entry) == {
            "type": "charged", "step": "answer", "attempt": 1, "model": "big", "provider": "openai", "amount_nano": 5,
            "usage": {
                "input_tokens": 400, "cache_read_tokens": 10, "cache_write_tokens": 0, "output_tokens": 90,
                "reasoning_tokens": 20, "cache_write_5m_tokens": 0,
            },
            "outcome": "truncated", "estimated": False, "asked": "mini", "reported_nano": 6, "notice": "odd",
        }  # fmt: skip

    def test_a_charge_written_before_there_were_notices_and_writes_of_two_lifetimes_is_read(self):
        line = {
            "type": "charged", "step": "answer", "attempt": 1, "model": "big", "provider": "openai", "amount_nano": 5,
            "usage": {
                "input_tokens": 4, "cache_read_tokens": 0, "cache_write_tokens": 7, "output_tokens": 9,
                "reasoning_tokens": 0,
            },
            "outcome": "ok", "estimated": False, "asked": "mini", "reported_nano": None,
        }  # fmt: skip
        read = entry_from_json(line)
        assert (read.notices, read.entry.notice, read.entry.usage) == ((), "", Usage(4, 0, 7, 9))

    def test_a_tier_is_its_name(self):
        line = entry_to_json(Routed(ATTEMPT, "mini", "openai", Tier.FLAGSHIP, Nanodollars(7)))
        assert (line["tier"], line["worst_nano"]) == ("flagship", 7)

    def test_what_is_abandoned_says_that_it_is_an_estimate(self):
        assert entry_to_json(Abandoned(ATTEMPT, "mini", "openai", Nanodollars(7)))["estimated"] is True

    def test_a_type_of_a_later_version_is_a_notice(self):
        read = entry_from_json({"type": "foreseen", "step": "answer"})
        assert read.entry is None
        assert read.notices == ("type 'foreseen' is not known to this version",)

    def test_a_field_of_a_later_version_is_a_notice_and_the_rest_is_read(self):
        line = {"type": "released", "step": "answer", "attempt": 1, "amount_nano": 7, "why": "because", "seq": 3}
        read = entry_from_json(line)
        assert read.entry.amount == 7
        assert read.notices == ("field 'why' of type 'released' is not known to this version",)

    def test_every_problem_of_a_line_is_named(self):
        assert problems_of(entry_from_json, {"type": "released", "step": 4, "amount_nano": "7"}) == [
            "step: expected a text, not 4",
            "attempt: is missing",
            "amount_nano: expected a whole number, not '7'",
        ]

    def test_a_negative_amount_is_no_amount(self):
        line = {"type": "released", "step": "answer", "attempt": 1, "amount_nano": -7}
        assert problems_of(entry_from_json, line) == ["'amount' must be >= 0: -7"]


class TestEvents:
    def test_a_failure(self):
        event = CallFailed(ATTEMPT, 800, Fault.RATE_LIMITED, "slow down", None, 2000)
        assert event_to_json(event) == {
            "type": "call_failed", "step": "answer", "attempt": 1, "at_ms": 800, "fault": "rate_limited",
            "message": "slow down", "usage": None, "retry_after_ms": 2000,
            "reported_cost_nano": None, "notice": "", "tier": "", "hosted": None,
        }  # fmt: skip

    def test_cooling_seats_are_provider_model_and_time(self):
        event = ModelsCooling(5, ((("openai", "mini"), 900),))
        assert event_from_json({"type": "models_cooling", "at_ms": 5, "until_ms": [[["openai", "mini"], 900]]}) == event

    def test_an_event_of_a_later_version_cannot_be_replayed(self):
        (problem,) = problems_of(event_from_json, {"type": "foreseen"}, "events[3]")
        assert problem.startswith("events[3].type: 'foreseen' is no event; expected reserved, ")

    def test_an_unknown_fault_names_the_known_ones(self):
        document = {"type": "call_failed", "step": "answer", "attempt": 1, "at_ms": 800, "fault": "gremlins"}
        (problem,) = problems_of(event_from_json, document)
        assert problem.startswith("fault: expected one of rate_limited, overloaded, ")
        assert problem.endswith("not 'gremlins'")


STEPS = (Step("a", "Do a."), Step("b", "Do b.", after=("a",)))
PLAN = Plan("The task.", STEPS)
CHOICES = (Choice("mini", Nanodollars(9), Nanodollars(3)), Choice("mid", Nanodollars(8), Nanodollars(2)))


class TestPlanFiles:
    def test_a_step_carries_the_model_that_planning_chose(self):
        document = plan_to_json(PlanFile(PLAN, Nanodollars(50), CHOICES))
        assert (document["v"], document["task"], document["budget_nano"]) == (1, "The task.", 50)
        assert [(step["id"], step["model"], step["pinned"], step["worst_cost_nano"]) for step in document["steps"]] == [
            ("a", "mini", False, 9),
            ("b", "mid", False, 8),
        ]

    def test_a_plan_written_by_hand_has_its_models_still_to_be_assigned(self):
        steps = [{"id": "a", "description": "Do a."}, {"id": "b", "description": "Do b.", "model": "mid"}]
        file = plan_from_json({"task": "The task.", "steps": steps})
        assert (file.budget, file.choices) == (None, None)
        assert [step.model for step in file.plan.steps] == ["", "mid"]

    def test_what_is_only_for_readers_is_passed_over(self):
        document = plan_to_json(PlanFile(PLAN, None, CHOICES))
        document["steps"][0] |= {"tier": "mid", "expected_cost_nano": 4}
        assert plan_from_json(document | {"critical_path": ["a"]}) == PlanFile(PLAN, None, CHOICES)

    def test_what_nobody_reads_is_a_mistake_with_its_place_wherever_a_plan_stands(self):
        steps = [{"id": "a", "description": "Do a."}, {"id": "b", "description": "Do b.", "depends_on": ["a"]}]
        assert problems_of(plan_from_json, {"task": "t", "budgt": 1, "steps": steps}, "plan") == [
            "plan.budgt: no such field of a plan; did you mean 'budget_nano'?",
            "plan.steps[1].depends_on: no such field of a plan; did you mean 'after'?",
        ]

    def test_everything_wrong_with_the_steps_is_said_at_once(self):
        steps = [{"id": "a", "description": "Do a.", "after": ["b"]}, {"id": "a", "description": "Do b."}]
        assert problems_of(plan_from_json, {"task": "t", "steps": steps}, "plan") == [
            "plan.steps[0].after[0]: no step has the id 'b'",
            "plan.steps[1].id: 'a' is already the id of a step above",
        ]

    def test_a_file_of_a_later_version_is_refused(self):
        assert problems_of(plan_from_json, {"v": 2}, "plan") == [
            "plan: version 2 of the plan format; this program reads 1"
        ]

    def test_a_budget_is_a_whole_number_of_nano_dollars(self):
        document = plan_to_json(PlanFile(PLAN)) | {"budget_nano": 0.5}
        assert problems_of(plan_from_json, document) == ["budget_nano: 0.5 is not an amount"]


def test_a_job_is_read_only_with_the_catalogue_it_ran_on():
    job = Job(id="r", plan=PLAN, choices=CHOICES, catalog=Catalog([]), policy=Policy(), limit=Nanodollars(5))
    document = job_to_json(job)
    assert document["limit_nano"] == 5
    (problem,) = problems_of(job_from_json, document | {"catalog": "0" * 16}, Catalog([]))
    assert "the job ran on catalogue '0000000000000000'" in problem


def test_the_choices_of_a_job_belong_to_its_steps():
    document = job_to_json(
        Job(id="r", plan=PLAN, choices=CHOICES, catalog=Catalog([]), policy=Policy(), limit=Nanodollars(5))
    )
    document["choices"].pop()
    assert problems_of(job_from_json, document, Catalog([]), "job") == ["job: 1 choices for 2 steps"]


def test_a_policy_says_which_field_and_what_is_accepted():
    assert problems_of(from_json, Policy, {"strategy": "cheap", "max_attempts": 2.5}, "policy") == [
        "policy.strategy: expected one of cheapest, balanced, best_quality, budget_constrained, cascade, not 'cheap'",
        "policy.max_attempts: expected a whole number, not 2.5",
    ]

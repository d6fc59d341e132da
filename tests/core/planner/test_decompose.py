"""The planning prompt, and what becomes of the answers that planners give, sound and unsound."""

import json

import pytest

from tokenwise.errors import Problem
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.planner.decompose import (
    PLAN_SCHEMA,
    PLANNER_MARK,
    Malformed,
    json_candidates,
    planning_messages,
    read_answer,
    read_plan,
    repair_messages,
)
from tokenwise.planner.decompose_step import MAX_OUTPUT_TOKENS, Json, kind_of
from tokenwise.prompt import Role
from tokenwise.traits import Capability

TASK = "Compare two databases"
ALL = Capability.GENERAL | Capability.CODE | Capability.REASONING | Capability.MATH


def read(document: Json, max_steps: int = 12) -> Plan | Malformed:
    return read_plan(document, task=TASK, max_steps=max_steps)


def a_step(name: Json = "a", **fields: Json) -> dict[str, Json]:
    return {"id": name, "description": f"do {name}", **fields}


def problems(document: Json, max_steps: int = 12) -> list[str]:
    result = read(document, max_steps)
    assert isinstance(result, Malformed)
    return [str(problem) for problem in result.problems]


def parsed(text: str) -> list[Json]:
    """What a shell does with an answer."""
    documents = []
    for candidate in json_candidates(text):
        try:
            documents.append(json.loads(candidate))
        except ValueError:
            continue
    return documents


def answer(text: str) -> Plan | Malformed:
    return read_answer(parsed(text), task=TASK, max_steps=12)


UNREAD = 'but is not read; name what a step waits for in "after"'


class TestPrompt:
    def test_the_system_part_tells_the_mark_the_limits_and_the_fields(self) -> None:
        system, _ = planning_messages(TASK, budget=Nanodollars(50_000_000), capabilities=ALL, max_steps=7)
        lines = system.text.splitlines()
        assert system.role is Role.SYSTEM
        assert lines[0] == PLANNER_MARK
        assert "max_steps: 7" in lines
        assert "capabilities: general, code, reasoning, math" in lines
        assert any(line.startswith("budget: $0.05 ") for line in lines)
        fields = PLAN_SCHEMA["properties"]["steps"]["items"]["properties"]
        assert all(f'"{name}"' in system.text for name in fields)

    def test_the_last_user_message_holds_the_task_between_two_lines(self) -> None:
        messages = planning_messages("First\nsecond", budget=Nanodollars(1), capabilities=ALL, max_steps=7)
        assert messages[-1].role is Role.USER
        assert messages[-1].text == "<task>\nFirst\nsecond\n</task>"

    def test_a_repair_shows_the_answer_and_its_problems_and_the_task_once(self) -> None:
        first = planning_messages(TASK, budget=Nanodollars(1), capabilities=ALL, max_steps=7)
        again = repair_messages(first, answer='{"steps": 7}', problems=[Problem("steps", "expected a list")])
        assert again[:-1] == first[:-1]
        assert again[-1].role is Role.USER
        assert '{"steps": 7}' in again[-1].text
        assert "- steps: expected a list" in again[-1].text.splitlines()
        assert again[-1].text.count(TASK) == 1
        assert again[-1].text.endswith(first[-1].text)

    def test_a_repair_of_an_endless_answer_is_bounded(self) -> None:
        first = planning_messages(TASK, budget=Nanodollars(1), capabilities=ALL, max_steps=7)
        many = [Problem(f"steps[{index}]", "expected an object") for index in range(1000)]
        (_, message) = repair_messages(first, answer="x" * 10**6, problems=many)
        assert len(message.text) < 12_000
        assert "- and 970 more" in message.text


class TestCandidates:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ('{"steps": []}', ['{"steps": []}']),
            ('Sure! {"a": "}"} Done.', ['{"a": "}"}']),
            ('```json\n{"a": 1}\n```', ['{"a": 1}']),
            ('<think>maybe {"a": 0}?</think>{"a": 1}', ['{"a": 1}']),
            ('maybe {"a": 0}?</think>{"a": 1}', ['{"a": 1}']),
            ('<think>x</think>{"a": 1}<think>{"a": 2}</think>', ['{"a": 1}']),
            ('{"a": "a \\" and a }"}', ['{"a": "a \\" and a }"}']),
            ('see [1 and {"a": 1}', ['{"a": 1}']),
            ('a 5" [disk and {"a": "["}', ['{"a": "["}']),
            ("no JSON at all", []),
            ('{"steps": [{"id": "a"', []),
            ("}{", []),
            ("", []),
        ],
    )
    def test_the_document_is_found_in_what_surrounds_it(self, text: str, found: list[str]) -> None:
        assert list(json_candidates(text)) == found

    def test_what_stands_in_a_fence_comes_first_then_the_longest(self) -> None:
        assert json_candidates('[1] {"longer": 2} ```json\n{}\n```') == ("{}", '{"longer": 2}', "[1]")

    @pytest.mark.slow  # a million brackets are read four times
    @pytest.mark.parametrize("piece", ["[", "{", '"[{', "<think>", "}{", "[]", '["\\'])
    def test_a_million_brackets_are_read_in_linear_time(self, piece: str) -> None:
        assert len(json_candidates(piece * (10**6 // len(piece)))) <= 8


class TestSoundAnswers:
    def test_everything_that_a_step_may_say(self) -> None:
        document: Json = {
            "steps": [
                a_step("a", capabilities=["code", "math"], difficulty=0.25, output_tokens=900, after=[]),
                a_step("b", after=["a"]),
            ]
        }
        assert read(document) == Plan(
            TASK,
            (
                Step("a", "do a", Capability.CODE | Capability.MATH, (), 0.25, 900, 2700),
                Step("b", "do b", Capability.GENERAL, ("a",), 0.5, 600, 2000),
            ),
        )

    @pytest.mark.parametrize(
        "document",
        [
            [a_step()],
            {"plan": {"steps": [a_step()]}},
            {"plan": [a_step()]},
            {"steps": [a_step()], "reasoning": "because", "estimated_cost": 0.1},
            {"steps": [a_step(after=None, capabilities=None, difficulty=None, output_tokens=None)]},
            {"steps": [a_step(number=1, step=1, priority="1", inputs=["data.csv", 2024], needs_review=True)]},
            {"steps": [{"step_id": " a ", "task": "do a", "title": "A", "model": "gpt-5"}]},
        ],
    )
    def test_shapes_whose_meaning_is_certain(self, document: Json) -> None:
        assert read(document) == Plan(TASK, (Step("a", "do a"),))

    @pytest.mark.parametrize(
        "name", ["after", "depends_on", "dependencies", "dependsOn", "requires", "prerequisites", "needs"]
    )
    def test_dependencies_by_any_of_their_names(self, name: str) -> None:
        plan = read([a_step(1), a_step(2, **{name: [1]})])
        assert isinstance(plan, Plan)
        assert plan["2"].after == ("1",)

    def test_an_empty_name_does_not_hide_the_one_that_says_something(self) -> None:
        plan = read([a_step("a"), a_step("b", after=None, depends_on=["a"])])
        assert isinstance(plan, Plan)
        assert plan["b"].after == ("a",)

    @pytest.mark.parametrize(
        ("given", "meant"),
        [
            ("coding", Capability.CODE),
            (["Programming"], Capability.CODE),
            (["maths", "logic"], Capability.MATH | Capability.REASONING),
            (["creative"], Capability.GENERAL),
            ([], Capability.GENERAL),
        ],
    )
    def test_capabilities_by_their_other_names(self, given: Json, meant: Capability) -> None:
        plan = read([a_step(capability=given)])
        assert isinstance(plan, Plan)
        assert plan["a"].capabilities == meant

    def test_a_whole_number_written_with_a_point(self) -> None:
        plan = read([a_step(output_tokens=900.0)])
        assert isinstance(plan, Plan)
        assert plan["a"].output_tokens == 900


class TestUnsoundAnswers:
    @pytest.mark.parametrize(
        ("document", "expected"),
        [
            ([], "steps: there are 0 steps; expected 1 to 12"),
            ([a_step(str(n)) for n in range(1000)], "steps: there are 1000 steps; expected 1 to 12"),
            ([a_step("a", after=["a"])], "steps[0].after[0]: 'a' cannot wait for itself"),
            (
                [a_step("a", after=["b"]), a_step("b")],
                (
                    "steps[0].after[0]: 'b' stands further down; a step waits only for steps above it"
                    " (this may be a cycle)"
                ),
            ),
            ([a_step("a", after=["z"])], "steps[0].after[0]: no step has the id 'z'"),
            ([a_step("a"), a_step("a")], "steps[1].id: 'a' is already the id of a step above"),
            ([a_step("a"), a_step("b", after=["a", "a"])], "steps[1].after[1]: 'a' is named twice"),
            ([a_step(), a_step("b", after="a")], "steps[1].after: expected a list of step ids, not the text 'a'"),
            ([a_step(), a_step("b", after=[["a"]])], "steps[1].after[0]: expected the id of a step, not a list"),
            (
                [a_step(), a_step("b", after=[], depends_on=["a"])],
                "steps[1].after: is given differently as 'after', 'depends_on'; expected only 'after'",
            ),
            (
                [a_step(), a_step("b", parents=["a"])],
                "steps[1].parents: names 'a', but is not read; name what a step waits for in \"after\"",
            ),
            *(
                ([a_step(), a_step("b", needs=needs)], f"steps[1].{place}: {why}")
                for needs, place, why in (
                    ([{"name": "a"}], "needs[0]", "expected the id of a step, not an object with 'name'"),
                    ([{"step": 1}], "needs[0]", "expected the id of a step, not an object with 'step'"),
                    ({"a": True}, "needs", "expected a list of step ids, not an object with 'a'"),
                    ("1", "needs", "expected a list of step ids, not the text '1'"),
                    ([1], "after[0]", "no step has the id '1'"),
                    (["do a"], "after[0]", "no step has the id 'do a'"),
                )
            ),
            *(
                (
                    [a_step(), a_step("b", **field)],
                    f"steps[1].{next(iter(field))}: names {named}, {UNREAD}",
                )
                for field, named in (
                    ({"context": [{"name": "a", "task": "gather"}]}, "'a'"),
                    ({"context": {"steps": [["x", {"id": " a "}]]}}, "'a'"),
                    ({"context": "Do a"}, "'Do a'"),
                    ({"context": [{"step": 1}]}, "'1'"),
                    ({"uses": "Step 1"}, "'Step 1'"),
                    ({"waitsFor": 1}, "'1'"),
                    ({"blocked_by": "1"}, "'1'"),
                    ({"inputs": [{"from": [0]}]}, "'0'"),
                )
            ),
            (
                {"steps": [a_step()], "edges": [["a", "b"]]},
                'edges: is not read; name what a step waits for in its own "after"',
            ),
            ([a_step(True)], "steps[0].id: expected a short name, not true"),
            ([a_step("")], "steps[0].id: expected 1 to 64 characters, not the text ''"),
            ([a_step("x" * 65)], f"steps[0].id: expected 1 to 64 characters, not the text '{'x' * 40}'…"),
            ([{"id": "a"}], "steps[0].description: expected a text that says what to do, not null"),
            (
                [{"id": "a", "description": " "}],
                "steps[0].description: expected a text that says what to do, not the text ' '",
            ),
            ([a_step(difficulty="0.5")], "steps[0].difficulty: expected a number from 0 to 1, not the text '0.5'"),
            ([a_step(difficulty=True)], "steps[0].difficulty: expected a number from 0 to 1, not true"),
            ([a_step(difficulty=-1)], "steps[0].difficulty: expected a number from 0 to 1, not the number -1"),
            (
                [a_step(difficulty=float("nan"))],
                "steps[0].difficulty: expected a number from 0 to 1, not the number nan",
            ),
            (
                [a_step(output_tokens=-5)],
                "steps[0].output_tokens: expected a whole number of tokens from 1 to 200000, not the number -5",
            ),
            (
                [a_step(output_tokens=float("inf"))],
                "steps[0].output_tokens: expected a whole number of tokens from 1 to 200000, not the number inf",
            ),
            (
                [a_step(output_tokens=10**5000)],
                (
                    "steps[0].output_tokens: expected a whole number of tokens from 1 to 200000,"
                    " not a number of more than 40 digits"
                ),
            ),
            (
                [a_step(capabilities=["code", "telepathy"])],
                "steps[0].capabilities[1]: expected one of general, code, reasoning, math, not the text 'telepathy'",
            ),
            ([7], "steps[0]: expected an object, not the number 7"),
            (None, 'expected an object with a list "steps", not null'),
            ({"steps": {"a": 1}}, "expected an object with a list \"steps\", not an object with 'steps'"),
            ({"steps": [], "plan": []}, 'both "steps" and "plan" are given; expected only "steps"'),
        ],
    )
    def test_each_fault_is_named_with_its_place(self, document: Json, expected: str) -> None:
        assert problems(document) == [expected]

    def test_all_faults_are_named_at_once(self) -> None:
        document: Json = [a_step("a", after=["b"], difficulty=2), {"id": "b"}, "c"]
        assert [problem.partition(":")[0] for problem in problems(document, max_steps=2)] == [
            "steps",
            "steps[0].difficulty",
            "steps[1].description",
            "steps[2]",
            "steps[0].after[0]",
        ]

    def test_lists_nested_a_hundred_thousand_deep(self) -> None:
        nested: Json = []
        for _ in range(100_000):
            nested = [nested]
        assert isinstance(read([nested]), Malformed)
        assert isinstance(read([a_step(after=nested, depends_on=nested)]), Malformed)


class TestWholeAnswers:
    PLAN = json.dumps({"steps": [a_step("a"), a_step("b", after=["a"])]})
    OTHER = json.dumps([a_step("other")])

    @pytest.mark.parametrize(
        "text",
        [
            PLAN,
            f"Here is your plan:\n```json\n{PLAN}\n```\nGood luck [and see {{above}}]!",
            f"<think>First I thought of {OTHER}, but no.</think>\n{PLAN}",
            f"{PLAN}\n\nAgain: {PLAN}",
            f'{PLAN} and an example of a bad one: {{"steps": 7}}',
        ],
    )
    def test_one_plan_is_taken_whatever_surrounds_it(self, text: str) -> None:
        plan = answer(text)
        assert isinstance(plan, Plan)
        assert [step.id for step in plan.steps] == ["a", "b"]

    def test_two_different_plans_are_no_plan(self) -> None:
        result = answer(f"Either {self.PLAN} or {self.OTHER}")
        assert isinstance(result, Malformed)
        assert [str(problem) for problem in result.problems] == [
            "the answer holds two plans or more, expected one; plan 1 has the steps 'a', 'b'",
            "the answer holds two plans or more, expected one; plan 2 has the steps 'other'",
        ]

    def test_the_reasons_are_those_of_what_looks_most_like_a_plan(self) -> None:
        result = answer('{"note": "a longer object that is no plan at all"} {"steps": [{"id": "a"}]}')
        assert isinstance(result, Malformed)
        assert [problem.path for problem in result.problems] == ["steps[0].description"]

    @pytest.mark.parametrize(
        "text", ["", "I cannot do that.", PLAN[:-20], PLAN[: len(PLAN) // 2], "<think>", "```json\n"]
    )
    def test_without_a_whole_document_there_is_no_plan(self, text: str) -> None:
        assert isinstance(answer(text), Malformed)


def test_the_longest_reply_is_allowed_and_no_longer() -> None:
    assert isinstance(read([a_step(output_tokens=MAX_OUTPUT_TOKENS)]), Plan)
    assert isinstance(read([a_step(output_tokens=MAX_OUTPUT_TOKENS + 1)]), Malformed)


def test_values_are_told_in_words() -> None:
    values: list[Json] = [None, False, 7, 1.5, "x", [1], {}, {"a": 1}]
    assert [kind_of(value) for value in values] == [
        "null",
        "false",
        "the number 7",
        "the number 1.5",
        "the text 'x'",
        "a list",
        "an object with no fields",
        "an object with 'a'",
    ]

"""Tasks as people write them, and the plans that the rules make of them: each step with what it waits for."""

import pytest

from tokenwise.errors import InputError
from tokenwise.plan import Plan
from tokenwise.planner.rules.clauses import READ_CHARS
from tokenwise.planner.rules.lexicon import GERUNDS, VERBS
from tokenwise.planner.rules.splitting import decompose_by_rules
from tokenwise.scenario.detector import detect
from tokenwise.traits import Capability


def drawn(plan: Plan) -> str:
    """What waits for what: each step, and behind `<` the steps that it waits for."""
    return ", ".join(" ".join([step.id, *(("<", *step.after) if step.after else ())]) for step in plan.steps)


def said(task: str) -> list[str]:
    return [step.description for step in decompose_by_rules(task).steps]


@pytest.mark.parametrize(
    ("task", "plan"),
    [
        # Then, ordinals and what the words point back to.
        ("Name two colours, then mix them", "name, mix < name"),  # a step though its verb is unknown
        ("List ten words, then shuffle them, and then translate each", "list, shuffle < list, translate < shuffle"),
        (
            "Research Oslo. Research Bergen. Then write a travel guide.",
            "research, research-2, guide < research research-2",
        ),
        (
            "First, list five startup ideas. Second, evaluate each of them. Third, pick the best and write a plan.",
            "list, analysis < list, pick < analysis, plan < pick",
        ),
        ("Find last year's inflation figures. Based on that, estimate next year's.", "find, estimate < find"),
        ("Explain recursion. Summarise the plot of Hamlet.", "explain, summary"),
        (
            "What is Rust? How does Go compare? Which one should I learn?",
            "answer, answer-2, answer-3 < answer answer-2",
        ),
        (
            "Write a limerick. Explain nuclear fusion and translate it into German.",
            "limerick, explain, translate < explain",
        ),
        (
            "Design a schema for a library. Write a poem about books. Explain the schema to a beginner.",
            "design, poem, explain < design",
        ),
        (
            "Translate the letter into French, proofread it and send it to Anna",
            "translate, proofread < translate, send < proofread",
        ),
        (
            "Review the contract for risks, suggest changes to clauses 3 and 5, and write a letter explaining them.",
            "review, suggest < review, letter < suggest",
        ),
        (
            "Investigate why the API is slow; propose three fixes; implement the best one in Go",
            "research, design < research, code < design",
        ),
        (
            "Identify five rivals of Notion. For each rival, list prices. Combine everything into a table.",
            "identify, list < identify, summary < list",
        ),
        (
            "Create a marketing campaign: research the audience, write three slogans, and prepare a budget.",
            "research, slogans < research, budget < research",  # the aim before a colon is no step beside its parts
        ),
        # Siblings.
        (
            "Outline the book, write chapter one, and in parallel write chapter two; afterwards merge them.",
            "design, one < design, two < design, summary < one two",
        ),
        (
            "While researching flights to Rome, draft an itinerary. Finally combine everything.",
            "research, itinerary, summary < research itinerary",
        ),
        # Lists of things: what was researched already is only compared.
        (
            "Compare PostgreSQL, MySQL and SQLite for a small web app",
            "postgresql, mysql, sqlite, compare < postgresql mysql sqlite",
        ),
        (
            "Research Redis and Valkey, compare them, and then write a summary.",
            "research-redis, research-valkey, compare < research-redis research-valkey, summary < compare",
        ),
        ("Draft a blog post about remote work and a tweet to promote it", "post, tweet < post"),
        # Written lists: numbered points have an order, numbered questions and bullet points have none.
        (
            "Build a REST API:\n1) Design the schema\n2) Implement endpoints\n3) Write unit tests",
            "design, code < design, tests < code",
        ),
        ("Answer these:\n1. What is tea?\n2. Who drinks coffee in Japan?", "answer, answer-2"),
        (
            "- Research competitors\n- Draft a pricing page\n- Summarise the findings",
            "research, page, summary < research page",
        ),
        (
            "Do this: 1) translate the text 2) count its words 3) write an abstract. Then combine the results.",
            "translate, count < translate, abstract < count, summary < abstract",
        ),
        (
            "Step 1: Extract names. Step 2: Find dates. Step 3: Using the results of steps 1 and 2, write a table.",
            "extract, find < extract, table < extract find",
        ),
        (
            "Compare the following databases:\n- Postgres\n- Mongo",
            "postgres, mongo, compare < postgres mongo",
        ),
        (
            "Please:\n- find three examples\n- write slides\n\nThen translate everything into German.",
            "find, slides, translate < find slides",
        ),
    ],
)
def test_what_waits_for_what(task: str, plan: str) -> None:
    assert drawn(decompose_by_rules(task)) == plan


@pytest.mark.parametrize(
    ("task", "steps"),
    [
        (
            "Create a meal plan, generate a shopping list from it, and estimate the cost.",
            ["Create a meal plan", "Generate a shopping list from it", "Estimate the cost"],
        ),
        (
            "Could you please explain how tides work and then give an example?",  # politeness is no part of a step
            ["Explain how tides work", "Give an example"],
        ),
        (
            "I run a bakery. Write a slogan. It should rhyme. Then design a logo.",  # remarks stay with their step
            ["I run a bakery. Write a slogan. It should rhyme.", "Design a logo"],
        ),
        (
            "Compare the speed of Python and Rust",
            ["Examine the speed of Python", "Examine the speed of Rust", "Compare the speed of Python and Rust"],
        ),
        (
            "Translate the summary into French, German and Spanish",
            [f"Translate the summary into {language}" for language in ("French", "German", "Spanish")],
        ),
        (
            "For each of Python, Go and Rust, write a hello world program",
            [f"For {language}, write a hello world program" for language in ("Python", "Go", "Rust")],
        ),
        (
            "Write a poem, a haiku and a limerick about the sea",
            [f"Write a {kind} about the sea" for kind in ("poem", "haiku", "limerick")],
        ),
        (
            "1. Research tea\n   - in Japan\n   - in India\n2. Write an article",  # points of points belong to them
            ["Research tea\n   - in Japan\n   - in India", "Write an article"],
        ),
        (
            'Explain "read this, then write that" and translate `a, then compare b`',  # quotations are never cut
            ['Explain "read this, then write that"', "Translate `a, then compare b`"],
        ),
    ],
)
def test_what_the_steps_say(task: str, steps: list[str]) -> None:
    assert said(task) == steps


@pytest.mark.parametrize(
    "task",
    [
        # What somebody else then does.
        "Write a story about a boy who finds a key, then loses it",
        "Explain how a compiler parses code, then emits the binary",
        "Summarise the tale of a man who ran, then took the train",
        "Describe what happened: the man ate, then left the house",
        "Compile the sources of the page, then at the end",
        # `and` between words of one piece of work.
        "Write a story about a dog and a cat",
        "Explain the pros and cons of tea",
        "Explain how to install and configure nginx",
        "Write a script to read, parse, and store log files",
        "Make a list of ten names for a coffee shop",
        "Read and summarise the article",
        "Summarise this article",
        "Review my budget and marketing plan",
        "Explain the difference between TCP and UDP",
        "Tell me about the history of tea in China and Japan",
        # Points that say what one text covers, and chapters, which are no points.
        "Write an essay on the First World War that covers:\n- alliances\n- militarism",
        "Summarise chapter 1. Then chapter 2. Then the rest",
        # What is not read.
        "请比较三个数据库，然后写一份报告",
        "Écris un poème, puis traduis-le en anglais",
        "Hello!",
        "x",
        "```\nthen write\n```",
    ],
)
def test_what_stays_one_step_as_the_user_put_it(task: str) -> None:
    plan = decompose_by_rules(task)
    assert [step.description for step in plan.steps] == [plan.task] == [task]


class TestSentences:
    def test_the_typical_task(self) -> None:
        task = (
            "Research three vector databases, compare their pricing, then write a recommendation and a Python example"
        )
        plan = decompose_by_rules(task)
        assert drawn(plan) == "research, compare < research, recommendation < compare, example < compare"
        assert [step.description for step in plan.steps] == [
            "Research three vector databases",
            "Compare their pricing",
            "Write a recommendation",
            "Write a Python example",
        ]
        assert plan["example"].capabilities is Capability.CODE
        assert plan["recommendation"].capabilities is Capability.GENERAL

    @pytest.mark.parametrize(
        "task",
        [
            "Before writing the report, collect data on unemployment",
            "Collect data on unemployment before writing the report",
            "After collecting data on unemployment, write the report",
            "Write the report after collecting data on unemployment",
            "Collect data on unemployment and then write the report",
        ],
    )
    def test_before_and_after_say_the_order_whatever_the_order_of_words(self, task: str) -> None:
        assert drawn(decompose_by_rules(task)) == "collect, report < collect"
        assert said(task) == ["Collect data on unemployment", "Write the report"]


class TestWhatIsNotRead:
    def test_an_empty_task_is_refused(self) -> None:
        with pytest.raises(InputError, match="task: is empty"):
            decompose_by_rules(" \n")

    def test_room_for_no_step_is_refused(self) -> None:
        with pytest.raises(InputError, match="max_steps: 0 leaves no room"):
            decompose_by_rules("Write a poem", max_steps=0)

    @pytest.mark.parametrize("piece", ["Research tea and write a poem. ", "(", "“", "`", "\n- x", "1) ", ", then "])
    def test_ten_million_characters_are_read_as_far_as_instructions_go(self, piece: str) -> None:
        long = piece * (10_000_000 // len(piece))
        read = decompose_by_rules(long[: READ_CHARS + len(piece)])
        assert len(decompose_by_rules(long).steps) == len(read.steps)


class TestSteps:
    def test_too_many_steps_end_in_one_that_does_the_rest(self) -> None:
        task = "Research tea. Write a poem. Explain tides. Translate this."
        plan = decompose_by_rules(task, max_steps=3)
        assert [step.description for step in plan.steps] == [
            "Research tea",
            "Write a poem",
            "Explain tides; Translate this",
        ]
        assert len(decompose_by_rules(task, max_steps=1).steps) == 1

    def test_things_stay_together_where_there_is_no_room_for_them(self) -> None:
        plan = decompose_by_rules("Compare Redis, Valkey and Dragonfly, then write a report", max_steps=2)
        assert drawn(plan) == "compare, report < compare"

    def test_ids_are_unique_and_short(self) -> None:
        plan = decompose_by_rules("Write a poem. Write a poem. Write a poem.")
        assert drawn(plan) == "poem, poem-2, poem-3"
        assert all(len(step.id) <= 64 for step in decompose_by_rules("Compare " + "A" * 300 + " and B").steps)

    def test_a_stated_length_is_expected_and_allowed(self) -> None:
        step = decompose_by_rules("Write a 3000-word essay on tea")["essay"]
        assert step.output_tokens == 4201
        assert step.max_output_tokens == 12603

    def test_what_a_step_needs_is_what_the_detector_makes_of_its_words(self) -> None:
        plan = decompose_by_rules("Prove that 7 is prime, then implement a sieve in Rust")
        for step in plan.steps:
            scenario = detect(step.description)
            assert (step.capabilities, step.difficulty) == (scenario.capabilities, scenario.difficulty)
        assert plan.steps[1].capabilities is Capability.CODE


def test_every_verb_can_be_read_in_its_ing_form() -> None:
    assert set(GERUNDS.values()) == set(VERBS)
    assert [GERUNDS[form] for form in ("planning", "writing", "analysing", "reviewing")] == [
        "plan",
        "write",
        "analyse",
        "review",
    ]

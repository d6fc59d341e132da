"""Tasks as people write them, and the plans that the rules make of them: each step with what it waits for."""

import pytest

from tokenwise.errors import InputError
from tokenwise.plan import Plan
from tokenwise.planner.rules.clauses import READ_CHARS
from tokenwise.planner.rules.lexicon import GERUNDS, VERBS
from tokenwise.planner.rules.splitting import decompose_by_rules
from tokenwise.scenario.detector import detect
from tokenwise.traits import Capability


def shape(plan: Plan) -> dict[str, tuple[str, ...]]:
    """What waits for what."""
    return {step.id: step.after for step in plan.steps}


def shape_of(task: str, **options: int) -> dict[str, tuple[str, ...]]:
    return shape(decompose_by_rules(task, **options))


def said(task: str) -> list[str]:
    return [step.description for step in decompose_by_rules(task).steps]


class TestSentences:
    def test_the_typical_task(self) -> None:
        task = (
            "Research three vector databases, compare their pricing, then write a recommendation and a Python example"
        )
        plan = decompose_by_rules(task)
        assert shape(plan) == {
            "research": (),
            "compare": ("research",),
            "recommendation": ("compare",),
            "example": ("compare",),
        }
        assert [step.description for step in plan.steps] == [
            "Research three vector databases",
            "Compare their pricing",
            "Write a recommendation",
            "Write a Python example",
        ]
        assert plan["example"].capabilities is Capability.CODE
        assert plan["recommendation"].capabilities is Capability.GENERAL

    def test_what_comes_then_is_a_step_though_its_verb_is_unknown(self) -> None:
        assert "mix" not in VERBS
        assert shape_of("Name two colours, then mix them") == {"name": (), "mix": ("name",)}
        assert shape_of("List ten words, then shuffle them, and then translate each") == {
            "list": (),
            "shuffle": ("list",),
            "translate": ("shuffle",),
        }

    @pytest.mark.parametrize(
        "task",
        [
            "Write a story about a boy who finds a key, then loses it",
            "Explain how a compiler parses code, then emits the binary",
            "Summarise the tale of a man who ran, then took the train",
            "Describe what happened: the man ate, then left the house",
            "Compile the sources of the page, then at the end",
        ],
    )
    def test_what_somebody_else_then_does_is_no_step(self, task: str) -> None:
        assert len(decompose_by_rules(task).steps) == 1

    def test_then_waits_for_everything_still_open(self) -> None:
        assert shape_of("Research Oslo. Research Bergen. Then write a travel guide.") == {
            "research": (),
            "research-2": (),
            "guide": ("research", "research-2"),
        }

    def test_ordinals_make_a_chain(self) -> None:
        task = "First, list five startup ideas. Second, evaluate each of them. Third, pick the best and write a plan."
        assert shape_of(task) == {"list": (), "analysis": ("list",), "pick": ("analysis",), "plan": ("pick",)}

    def test_based_on_that_makes_a_step_wait(self) -> None:
        assert shape_of("Find last year's inflation figures. Based on that, estimate next year's.") == {
            "find": (),
            "estimate": ("find",),
        }

    def test_sentences_without_any_tie_run_side_by_side(self) -> None:
        assert shape_of("Explain recursion. Summarise the plot of Hamlet.") == {"explain": (), "summary": ()}

    def test_questions_run_side_by_side_until_one_takes_up_the_others(self) -> None:
        assert shape_of("What is Rust? How does Go compare? Which one should I learn?") == {
            "answer": (),
            "answer-2": (),
            "answer-3": ("answer", "answer-2"),
        }

    def test_in_parallel_makes_siblings(self) -> None:
        task = "Outline the book, write chapter one, and in parallel write chapter two; afterwards merge them."
        assert shape_of(task) == {
            "design": (),
            "one": ("design",),
            "two": ("design",),
            "summary": ("one", "two"),
        }

    def test_while_makes_siblings(self) -> None:
        task = "While researching flights to Rome, draft an itinerary. Finally combine everything."
        assert shape_of(task) == {"research": (), "itinerary": (), "summary": ("research", "itinerary")}

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
        assert shape_of(task) == {"collect": (), "report": ("collect",)}
        assert said(task) == ["Collect data on unemployment", "Write the report"]

    def test_it_is_what_the_step_before_made(self) -> None:
        assert shape_of("Write a limerick. Explain nuclear fusion and translate it into German.") == {
            "limerick": (),
            "explain": (),
            "translate": ("explain",),
        }

    def test_the_schema_is_the_one_that_was_introduced_before(self) -> None:
        task = "Design a schema for a library. Write a poem about books. Explain the schema to a beginner."
        assert shape_of(task) == {"design": (), "poem": (), "explain": ("design",)}

    def test_work_on_a_text_waits_for_the_text(self) -> None:
        assert shape_of("Translate the letter into French, proofread it and send it to Anna") == {
            "translate": (),
            "proofread": ("translate",),
            "send": ("proofread",),
        }

    def test_what_follows_a_review_builds_on_it(self) -> None:
        task = "Review the contract for risks, suggest changes to clauses 3 and 5, and write a letter explaining them."
        assert shape_of(task) == {"review": (), "suggest": ("review",), "letter": ("suggest",)}

    def test_a_semicolon_ends_a_clause_and_not_the_thought(self) -> None:
        task = "Investigate why the API is slow; propose three fixes; implement the best one in Go"
        assert shape_of(task) == {"research": (), "design": ("research",), "code": ("design",)}

    def test_from_it_stays_with_the_clause_that_says_it(self) -> None:
        task = "Create a meal plan, generate a shopping list from it, and estimate the cost."
        assert said(task)[1] == "Generate a shopping list from it"

    def test_for_each_of_what_came_before(self) -> None:
        task = "Identify five rivals of Notion. For each rival, list prices. Combine everything into a table."
        assert shape_of(task) == {"identify": (), "list": ("identify",), "summary": ("list",)}

    def test_politeness_is_no_part_of_a_step(self) -> None:
        assert said("Could you please explain how tides work and then give an example?") == [
            "Explain how tides work",
            "Give an example",
        ]

    def test_remarks_stay_with_the_step_they_follow(self) -> None:
        task = "I run a bakery. Write a slogan. It should rhyme. Then design a logo."
        assert said(task) == ["I run a bakery. Write a slogan. It should rhyme.", "Design a logo"]

    def test_the_aim_before_a_colon_is_no_step_beside_its_own_parts(self) -> None:
        task = "Create a marketing campaign: research the audience, write three slogans, and prepare a budget."
        assert list(shape_of(task)) == ["research", "slogans", "budget"]


class TestListsOfThings:
    def test_things_to_compare_are_looked_at_one_by_one_first(self) -> None:
        assert shape_of("Compare PostgreSQL, MySQL and SQLite for a small web app") == {
            "postgresql": (),
            "mysql": (),
            "sqlite": (),
            "compare": ("postgresql", "mysql", "sqlite"),
        }
        assert said("Compare the speed of Python and Rust") == [
            "Examine the speed of Python",
            "Examine the speed of Rust",
            "Compare the speed of Python and Rust",
        ]

    def test_what_was_researched_already_is_only_compared(self) -> None:
        assert shape_of("Research Redis and Valkey, compare them, and then write a summary.") == {
            "research-redis": (),
            "research-valkey": (),
            "compare": ("research-redis", "research-valkey"),
            "summary": ("compare",),
        }

    def test_words_around_the_things_apply_to_each(self) -> None:
        assert said("Translate the summary into French, German and Spanish") == [
            "Translate the summary into French",
            "Translate the summary into German",
            "Translate the summary into Spanish",
        ]

    def test_for_each_of(self) -> None:
        assert said("For each of Python, Go and Rust, write a hello world program") == [
            "For Python, write a hello world program",
            "For Go, write a hello world program",
            "For Rust, write a hello world program",
        ]

    def test_a_verb_may_make_several_things(self) -> None:
        assert said("Write a poem, a haiku and a limerick about the sea") == [
            "Write a poem about the sea",
            "Write a haiku about the sea",
            "Write a limerick about the sea",
        ]
        assert shape_of("Draft a blog post about remote work and a tweet to promote it") == {
            "post": (),
            "tweet": ("post",),
        }

    @pytest.mark.parametrize(
        "task",
        [
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
        ],
    )
    def test_and_between_words_of_one_piece_of_work_cuts_nothing(self, task: str) -> None:
        plan = decompose_by_rules(task)
        assert [step.description for step in plan.steps] == [task]


class TestWrittenLists:
    def test_numbered_points_are_done_in_their_order(self) -> None:
        task = "Build a REST API:\n1) Design the schema\n2) Implement endpoints\n3) Write unit tests"
        assert shape_of(task) == {"design": (), "code": ("design",), "tests": ("code",)}

    def test_numbered_questions_have_no_order(self) -> None:
        assert shape_of("Answer these:\n1. What is tea?\n2. Who drinks coffee in Japan?") == {
            "answer": (),
            "answer-2": (),
        }

    def test_bullet_points_run_side_by_side_until_one_gathers_them(self) -> None:
        assert shape_of("- Research competitors\n- Draft a pricing page\n- Summarise the findings") == {
            "research": (),
            "page": (),
            "summary": ("research", "page"),
        }

    def test_points_inside_a_sentence(self) -> None:
        task = "Do this: 1) translate the text 2) count its words 3) write an abstract. Then combine the results."
        assert shape_of(task) == {
            "translate": (),
            "count": ("translate",),
            "abstract": ("count",),
            "summary": ("abstract",),
        }

    def test_chapters_are_no_points(self) -> None:
        assert len(shape_of("Summarise chapter 1. Then chapter 2. Then the rest")) == 1

    def test_steps_referred_to_by_number_are_waited_for(self) -> None:
        task = "Step 1: Extract names. Step 2: Find dates. Step 3: Using the results of steps 1 and 2, write a table."
        assert shape_of(task)["table"] == ("extract", "find")

    def test_points_that_are_things_take_the_verb_above_them(self) -> None:
        assert shape_of("Compare the following databases:\n- Postgres\n- Mongo") == {
            "postgres": (),
            "mongo": (),
            "compare": ("postgres", "mongo"),
        }

    def test_points_that_say_what_one_text_covers_are_no_steps(self) -> None:
        task = "Write an essay on the First World War that covers:\n- alliances\n- militarism"
        assert said(task) == [task]

    def test_points_of_points_belong_to_them(self) -> None:
        task = "1. Research tea\n   - in Japan\n   - in India\n2. Write an article"
        assert said(task) == ["Research tea\n   - in Japan\n   - in India", "Write an article"]

    def test_text_below_a_list_is_read_on(self) -> None:
        task = "Please:\n- find three examples\n- write slides\n\nThen translate everything into German."
        assert shape_of(task)["translate"] == ("find", "slides")


class TestWhatIsNotRead:
    @pytest.mark.parametrize(
        "task",
        [
            "请比较三个数据库，然后写一份报告",
            "Écris un poème, puis traduis-le en anglais",
            "Hello!",
            "x",
            "```\nthen write\n```",
        ],
    )
    def test_becomes_one_step_as_the_user_put_it(self, task: str) -> None:
        plan = decompose_by_rules(task)
        assert [step.description for step in plan.steps] == [plan.task] == [task]

    def test_code_and_quotations_are_never_cut(self) -> None:
        task = 'Explain "read this, then write that" and translate `a, then compare b`'
        assert said(task) == ['Explain "read this, then write that"', "Translate `a, then compare b`"]

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
        assert len(shape_of(long)) == len(read.steps)


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
        assert shape_of("Compare Redis, Valkey and Dragonfly, then write a report", max_steps=2) == {
            "compare": (),
            "report": ("compare",),
        }

    def test_ids_are_unique_and_short(self) -> None:
        plan = decompose_by_rules("Write a poem. Write a poem. Write a poem.")
        assert list(shape(plan)) == ["poem", "poem-2", "poem-3"]
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

    def test_the_same_text_gives_the_same_plan(self) -> None:
        task = "Compare tea, coffee and mate, then write a report and a poem"
        assert decompose_by_rules(task) == decompose_by_rules(task)


def test_every_verb_can_be_read_in_its_ing_form() -> None:
    assert set(GERUNDS.values()) == set(VERBS)
    assert [GERUNDS[form] for form in ("planning", "writing", "analysing", "reviewing")] == [
        "plan",
        "write",
        "analyse",
        "review",
    ]

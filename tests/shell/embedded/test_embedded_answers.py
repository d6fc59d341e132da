"""What the embedded provider answers, before any wire: equal for equal requests, within every cap, and honest."""

import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.errors import Problem
from tokenwise.plan import Plan
from tokenwise.planner.decompose import PLAN_SCHEMA, planning_messages, read_answer, repair_messages
from tokenwise.planner.rules.splitting import decompose_by_rules
from tokenwise.prompt import Message, Role
from tokenwise.traits import Capability
from tokenwise.usage import count_messages
from tokenwise_shell.embedded import LABEL
from tokenwise_shell.embedded.answers.answers import answer, embed
from tokenwise_shell.embedded.answers.counting import count_input
from tokenwise_shell.embedded.answers.prose import pieces_of
from tokenwise_shell.embedded.answers.schema import synthesise
from tokenwise_shell.embedded.chat import ChatRequest, Finish, Tool
from tokenwise_shell.embedded.draws import Draw

texts = st.text(max_size=400)
roles = st.sampled_from(Role)


@st.composite
def requests(draw) -> ChatRequest:
    messages = draw(st.lists(st.builds(Message, role=roles, text=texts), min_size=1, max_size=4))
    return ChatRequest(
        model=draw(st.sampled_from(["openai/gpt-6-sol", "m"])),
        messages=tuple(messages),
        content=repr(messages).encode(),
        max_output_tokens=draw(st.none() | st.integers(1, 400)),
        choices=draw(st.integers(1, 3)),
        reasons=draw(st.booleans()),
        tools=draw(st.sampled_from([(), (Tool("look_up", {"properties": {"word": {"type": "string"}}}),)])),
        must_call=draw(st.booleans()),
        schema=draw(st.sampled_from([None, {}, {"type": "array", "items": {"type": "integer"}}])),
    )


def asking(text: str, **fields) -> ChatRequest:
    return ChatRequest(model="m", messages=(Message(Role.USER, text),), content=text.encode(), **fields)


class TestUsage:
    """Input is counted below the bound of `count_messages`, output never above the cap that was sent."""

    @given(requests())
    def test_input_stays_below_the_bound_that_money_is_held_for(self, request):
        assert 0 < count_input(request) <= count_messages(message.text for message in request.messages).bound

    @given(requests(), st.integers(0, 3))
    def test_each_choice_and_its_reasoning_stay_within_the_cap(self, request, seed):
        reply = answer(request, seed=seed)
        reasoning = reply.usage.reasoning_tokens // request.choices
        for choice in reply.choices:
            assert reasoning + choice.output_tokens <= (request.max_output_tokens or math.inf)

    @given(st.integers(2, 400), st.integers(0, 3))
    def test_reasoning_leaves_at_least_half_of_the_cap_to_the_answer(self, cap, seed):
        usage = answer(asking("What is rain?", max_output_tokens=cap, reasons=True), seed=seed).usage
        assert 0 < usage.reasoning_tokens <= cap // 2
        assert usage.output_tokens <= cap

    @given(requests())
    def test_what_is_billed_is_what_was_said_and_thought(self, request):
        reply = answer(request, seed=0)
        said = sum(choice.output_tokens for choice in reply.choices)
        assert reply.usage.output_tokens == said + reply.usage.reasoning_tokens
        assert reply.usage.prompt_tokens == count_input(request)

    def test_long_prompts_are_cached_in_steps_of_128_or_not_at_all(self):
        replies = [answer(asking(f"{n} " + "rain " * 2000), seed=0) for n in range(20)]
        cached = {reply.usage.cache_read_tokens for reply in replies}
        assert cached == {0, count_input(asking("0 " + "rain " * 2000)) // 128 * 128}

    def test_short_prompts_are_never_cached(self):
        assert {answer(asking(f"Rain {n}?"), seed=0).usage.cache_read_tokens for n in range(20)} == {0}

    @given(texts)
    def test_pieces_are_the_text_and_no_more_than_its_bytes(self, text):
        assert "".join(pieces_of(text)) == text
        assert len(pieces_of(text)) <= len(text.encode("utf-8", "surrogatepass"))


class TestText:
    """Answers say that they are simulated, reflect the request, and depend on nothing but it and the seed."""

    @given(requests(), st.integers(0, 5))
    def test_the_same_request_under_the_same_seed_gets_the_same_reply(self, request, seed):
        assert answer(request, seed=seed) == answer(request, seed=seed)

    def test_another_seed_gives_another_reply(self):
        request = asking("Compare heat pumps with gas boilers for an old house")
        assert len({answer(request, seed=seed).choices[0].text for seed in range(10)}) > 5

    def test_the_text_is_labelled_and_names_what_was_asked(self):
        text = answer(asking("Compare heat pumps with gas boilers"), seed=0).choices[0].text
        assert text.startswith(LABEL)
        assert "Compare heat pumps with gas boilers" in text

    def test_after_a_tool_the_text_goes_on_from_its_result(self):
        messages = (Message(Role.USER, "Will it rain?"), Message(Role.TOOL, "81 % by noon"))
        text = answer(ChatRequest("m", messages, b""), seed=0).choices[0].text
        assert "81 % by noon" in text

    @pytest.mark.parametrize("seed", range(5))
    def test_a_cap_of_a_hundred_tokens_is_enough_for_a_whole_answer(self, seed):
        reply = answer(asking("What is rain?", max_output_tokens=100), seed=seed)
        assert reply.choices[0].finish is Finish.STOP
        assert reply.choices[0].text.endswith(".")

    @given(st.integers(60, 400), st.integers(0, 5))
    def test_the_length_stays_within_four_fifths_of_the_cap(self, cap, seed):
        assert answer(asking("What is rain?", max_output_tokens=cap), seed=seed).usage.output_tokens <= cap * 4 // 5

    def test_a_cap_below_the_answer_cuts_it_and_says_so(self):
        choice = answer(asking("What is rain?", max_output_tokens=5), seed=0).choices[0]
        assert (choice.finish, choice.output_tokens) == (Finish.LENGTH, 5)

    def test_the_text_ends_before_the_first_stop_mark(self):
        choice = answer(asking("What is rain?", stop=("would", "answer")), seed=0).choices[0]
        assert (choice.text, choice.finish) == (f"{LABEL} Here m ", Finish.STOP)

    @pytest.mark.parametrize("seed", range(10))
    def test_no_sentence_is_said_twice_over(self, seed):
        sentences = answer(asking("Explain tides"), seed=seed).choices[0].text.split(". ")
        assert len(sentences) == len(set(sentences))

    def test_choices_differ(self):
        reply = answer(asking("Compare heat pumps with gas boilers for an old house", choices=4), seed=0)
        assert len({choice.text for choice in reply.choices}) > 1


class TestTools:
    WEATHER = Tool("get_weather", {"properties": {"city": {"type": "string"}}, "required": ["city"]})
    CLOCK = Tool("get_time", {"properties": {}})

    def called(self, text: str, **fields) -> list[str]:
        choice = answer(asking(text, tools=(self.WEATHER, self.CLOCK), **fields), seed=0).choices[0]
        return [call.name for call in choice.calls]

    def test_a_tool_that_the_user_names_is_called(self):
        assert self.called("Please use get_time now") == ["get_time"]

    def test_nothing_is_called_where_nothing_asks_for_it(self):
        assert self.called("What is rain?") == []

    def test_a_demanded_call_goes_to_the_first_tool(self):
        assert self.called("What is rain?", must_call=True) == ["get_weather"]

    def test_several_named_tools_are_called_together_unless_that_is_off(self):
        assert self.called("get_time and get_weather") == ["get_weather", "get_time"]
        assert self.called("get_time and get_weather", may_call_several=False) == ["get_weather"]

    @pytest.mark.parametrize("demanded", [False, True])
    def test_nothing_is_called_again_after_a_result_that_names_the_tool(self, demanded):
        messages = (Message(Role.USER, "get_weather"), Message(Role.TOOL, "get_weather: rain"))
        choice = answer(ChatRequest("m", messages, b"", tools=(self.WEATHER,), must_call=demanded), seed=0).choices[0]
        assert (choice.calls, choice.finish) == ((), Finish.STOP)

    def test_arguments_conform_to_the_declared_schema(self):
        call = answer(asking("get_weather", tools=(self.WEATHER,)), seed=0).choices[0].calls[0]
        arguments = orjson.loads("".join(call.pieces))
        assert list(arguments) == ["city"]
        assert isinstance(arguments["city"], str)

    @given(st.integers(1, 12))
    def test_a_cap_within_the_calls_cuts_them_there(self, cap):
        choice = answer(asking("get_time get_weather", tools=(self.WEATHER, self.CLOCK), max_output_tokens=cap), seed=0)
        whole = (
            answer(asking("get_time get_weather", tools=(self.WEATHER, self.CLOCK)), seed=0).choices[0].output_tokens
        )
        assert choice.choices[0].output_tokens == min(cap, whole)
        assert choice.choices[0].finish is (Finish.LENGTH if cap < whole else Finish.TOOL_CALLS)


def conforms(value: object, schema: dict) -> bool:
    """Whether a value conforms, for the schemas drawn below; written apart from what it checks."""
    kind = schema["type"]
    if kind == "object":
        known = set(value) <= set(schema["properties"]) and set(schema["required"]) <= set(value)
        return known and all(conforms(item, schema["properties"][name]) for name, item in value.items())
    if kind == "array":
        sized = schema["minItems"] <= len(value) <= schema["maxItems"]
        return sized and all(conforms(item, schema["items"]) for item in value)
    if kind == "string":
        return isinstance(value, str) and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf)
    if kind == "boolean":
        return isinstance(value, bool)
    if "enum" in schema:
        return value in schema["enum"]
    return type(value) in ((int,) if kind == "integer" else (int, float)) and (
        schema.get("minimum", -math.inf) <= value <= schema.get("maximum", math.inf)
    )


def ranges(low: str, high: str, kind: str) -> st.SearchStrategy[dict]:
    bounds = st.tuples(st.integers(0, 20), st.integers(0, 20))
    return bounds.map(lambda pair: {"type": kind, low: min(pair), high: max(pair)})


leaves = (
    ranges("minLength", "maxLength", "string")
    | ranges("minimum", "maximum", "integer")
    | ranges("minimum", "maximum", "number")
    | st.just({"type": "boolean"})
    | st.lists(st.integers(), min_size=1).map(lambda options: {"type": "integer", "enum": options})
)


def nested(children: st.SearchStrategy[dict]) -> st.SearchStrategy[dict]:
    objects = st.dictionaries(st.text(max_size=5), children, max_size=3).map(
        lambda properties: {"type": "object", "properties": properties, "required": list(properties)[:2]}
    )
    arrays = st.builds(
        lambda items, sizes: {"type": "array", "items": items, "minItems": min(sizes), "maxItems": max(sizes)},
        children,
        st.tuples(st.integers(0, 3), st.integers(0, 3)),
    )
    return objects | arrays


class TestSchema:
    """Structured answers conform to the schema that was asked for."""

    @given(st.recursive(leaves, nested, max_leaves=6), st.integers(0, 3))
    def test_a_value_conforms_to_its_schema(self, schema, seed):
        assert conforms(synthesise(schema, Draw.of(seed, b"")), schema)

    def test_references_alternatives_and_combinations_are_followed(self):
        schema = {
            "$defs": {"word": {"type": "string", "const": "rain"}},
            "allOf": [
                {"properties": {"a": {"$ref": "#/$defs/word"}}},
                {"properties": {"b": {"anyOf": [{"const": 2}]}}},
            ],
            "type": "object",
        }
        assert synthesise(schema, Draw.of(0, b"")) == {"a": "rain", "b": 2}

    def test_a_recursive_schema_ends(self):
        node = {
            "type": "object",
            "properties": {"value": {"type": "integer"}, "next": {"$ref": "#"}},
            "required": ["value"],
        }
        value = synthesise(node, Draw.of(0, b""))
        assert isinstance(value["next"]["value"], int)
        assert len(orjson.dumps(value)) < 500

    def test_a_schema_that_asks_for_millions_of_values_is_cut_short(self):
        names = [f"p{n}" for n in range(10)]
        greedy = {"type": "object", "properties": {name: {"$ref": "#"} for name in names}, "required": names}
        assert len(orjson.dumps(synthesise(greedy, Draw.of(0, b"")))) < 1_000_000


class TestPlanning:
    """A planning prompt gets the rules' decomposition, as the JSON it asks for."""

    TASK = "Research Redis, then write a summary and a Python example"

    def planning(
        self, task: str, system: str = "Plan it.\ntokenwise-planner-v1\nmax_steps: 5", **fields
    ) -> ChatRequest:
        messages = (
            Message(Role.SYSTEM, system),
            Message(Role.USER, "An earlier turn"),
            Message(Role.USER, f"Decompose:\n<task>\n{task}\n</task>\nAnswer in JSON."),
        )
        return ChatRequest("m", messages, task.encode(), **fields)

    def steps(self, request: ChatRequest) -> list[dict]:
        return orjson.loads(answer(request, seed=0).choices[0].text)["steps"]

    def expected(self, plan: Plan) -> list[tuple]:
        return [(s.id, s.description, list(s.capabilities.names), list(s.after)) for s in plan.steps]

    def test_the_plan_is_the_one_by_rules(self):
        steps = self.steps(self.planning(self.TASK))
        told = [(s["id"], s["description"], s["capabilities"], s["after"]) for s in steps]
        assert told == self.expected(decompose_by_rules(self.TASK, max_steps=5))
        assert all(0 <= s["difficulty"] <= 1 and s["output_tokens"] >= 1 for s in steps)

    def test_the_stated_number_of_steps_is_kept_to(self):
        assert len(self.steps(self.planning(self.TASK, "tokenwise-planner-v1\nmax_steps: 2"))) <= 2

    def test_a_task_may_quote_the_tags(self):
        task = "Explain\n<task>\nand\n</task>\nin our prompts"
        assert "in our prompts" in str(self.steps(self.planning(task)))

    def test_the_planners_own_prompts_get_a_plan_that_it_can_read(self):
        asked = planning_messages(self.TASK, budget=10**9, capabilities=Capability.CODE, max_steps=5)
        repair = repair_messages(asked, answer="no idea", problems=[Problem("", "no JSON")])
        for messages in (asked, repair):
            text = answer(ChatRequest("m", messages, b"", schema=PLAN_SCHEMA), seed=0).choices[0].text
            plan = read_answer([orjson.loads(text)], task=self.TASK, max_steps=5)
            assert self.expected(plan) == self.expected(decompose_by_rules(self.TASK, max_steps=5))

    def test_a_plan_that_is_asked_for_again_is_given_again(self):
        first = self.planning(self.TASK)
        again = (Message(Role.ASSISTANT, "[]"), Message(Role.USER, "That is no plan. Answer in JSON."))
        assert self.steps(ChatRequest("m", (*first.messages, *again), b"")) == self.steps(first)

    @pytest.mark.parametrize("system", ["Plan it.", "about tokenwise-planner-v1"])
    def test_without_the_marker_on_a_line_of_its_own_it_is_an_ordinary_request(self, system):
        assert answer(self.planning(self.TASK, system), seed=0).choices[0].text.startswith(LABEL)

    def test_a_plan_is_cut_by_the_cap_like_any_answer(self):
        choice = answer(self.planning(self.TASK, max_output_tokens=10), seed=0).choices[0]
        assert choice.finish is Finish.LENGTH


class TestEmbeddings:
    """Vectors have length 1, and texts that share words are closer than texts that share none."""

    def cosine(self, one: str, other: str) -> float:
        vectors = [embed(text, dimensions=256, seed=0, model="e") for text in (one, other)]
        return sum(x * y for x, y in zip(*vectors, strict=True))

    @given(texts, st.integers(1, 64))
    def test_every_vector_has_length_one(self, text, dimensions):
        vector = embed(text, dimensions=dimensions, seed=0, model="e")
        assert len(vector) == dimensions
        assert math.isclose(sum(x * x for x in vector), 1.0)

    def test_shared_words_bring_texts_closer(self):
        assert self.cosine("the price of rain", "the price of snow") > 0.5
        assert abs(self.cosine("the price of rain", "seventeen quiet dogs")) < 0.3

    def test_models_and_seeds_have_spaces_of_their_own(self):
        vectors = {embed("rain", dimensions=16, seed=seed, model=model) for seed in (0, 1) for model in ("e", "f")}
        assert len(vectors) == 4

"""What a request asks for, read off its fields and headers: pure, and tested without a server."""

import pytest

from tests.shell.proxy_world import CATALOG, LARGE, SMALL, chat, model, price
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Offer
from tokenwise.errors import Problem
from tokenwise.money import parse_usd
from tokenwise.policy import Strategy
from tokenwise.traits import Capability, Tier
from tokenwise_shell.providers.openai.usage import is_usage_alone
from tokenwise_shell.proxy.answer.chunks import chunks_of, is_done, is_error, with_bill
from tokenwise_shell.proxy.fronts import BadRequest, Trouble
from tokenwise_shell.proxy.request.asked import read_asked
from tokenwise_shell.proxy.request.names import Ambiguous, model_named, near_names
from tokenwise_shell.proxy.request.options import Options, read_options
from tokenwise_shell.transport.sse import SseEvent


def options(given=None, *, strategy=None, **headers):
    problems: list[Problem] = []
    said = {f"x-tokenwise-{name}": value for name, value in headers.items()}
    found = read_options({"tokenwise": given}, said, problems, strategy=strategy)
    return problems or found


WRONG = (
    *({"budget": value} for value in (True, [], 1e300, "NaN", -1)),
    *({"tags": value} for value in ([1], ["x" * 101], "a\nb", [str(number) for number in range(21)])),
    *({"capability": value} for value in ([], {}, "poetry")),
    *({"strategy": value} for value in ({}, "fastest")),
    {"unknown": 1},
)


class TestOptions:
    def test_headers_and_body_say_the_same_things(self):
        told = options(budget="$0.05", strategy="cheapest", capability="code, math", tags="a,b , a")
        asked = {"budget": 0.05, "strategy": "cheapest", "capability": ["code", "math"], "tags": ["a", "b"]}
        assert told == options(asked)
        assert told == Options(
            budget=parse_usd("0.05"),
            strategy=Strategy.CHEAPEST,
            capabilities=Capability.CODE | Capability.MATH,
            tags=("a", "b"),
        )

    def test_the_body_goes_before_the_headers_and_the_models_name_before_both(self):
        assert options({"budget": 1}, budget="2").budget == parse_usd("1")
        assert options({"strategy": "cheapest"}, strategy="balanced").strategy is Strategy.BALANCED

    def test_null_in_the_body_says_nothing(self):
        assert options({"budget": None}, budget="2").budget == parse_usd("2")

    def test_money_is_read_from_text_and_never_grows(self):
        assert options({"budget": 0.1}).budget == 100_000_000
        assert options({"budget": "0.0000000019"}).budget == 1

    @pytest.mark.parametrize("wrong", WRONG, ids=str)
    def test_what_cannot_be_read_is_a_problem_with_its_place(self, wrong):
        (problem,) = options(wrong)
        assert problem.path == f"tokenwise.{next(iter(wrong))}"

    def test_a_clients_own_words_are_quoted_but_not_at_length(self):
        (problem,) = options({"strategy": "x" * 10_000})
        assert len(str(problem)) < 400


class TestNames:
    def test_a_name_that_two_models_share_means_neither(self):
        twins = [model(f"{vendor}/twin", Tier.MID, Offer(vendor, "twin-1", price(1, 1))) for vendor in ("a", "b")]
        catalog = CATALOG.merged(twins)
        assert model_named("twin-1", catalog) == model_named("twin", catalog) == Ambiguous(("a/twin", "b/twin"))
        assert model_named("a/twin", catalog) == "a/twin"

    def test_the_date_of_a_snapshot_is_looked_through(self):
        assert model_named("small-1-2026-10-01", CATALOG) == SMALL
        assert model_named("small", CATALOG) == SMALL

    def test_a_snapshot_that_is_a_model_of_its_own_is_told_from_the_model(self):
        dated = model("house/small-0731", Tier.BUDGET, Offer("one", "s-0731", price(1, 1)))
        catalog = CATALOG.merged([dated])
        assert [model_named(name, catalog) for name in ("small", "small-0731", "small-0102")] == [
            SMALL,
            "house/small-0731",
            None,  # two dates are two models, and which of two rows an unknown one would be nobody can say
        ]

    def test_a_name_that_nobody_has_means_nothing(self):
        assert model_named("medium", CATALOG) is None

    def test_an_ambiguous_request_is_told_what_it_could_mean(self):
        twins = [model(f"{vendor}/twin", Tier.MID, Offer(vendor, "twin-1", price(1, 1))) for vendor in ("a", "b")]
        trouble = read_asked(chat(model="twin"), {}, CATALOG.merged(twins))
        assert isinstance(trouble, Trouble)
        assert "a/twin or b/twin" in trouble.message

    def test_an_unknown_name_is_told_the_nearest_and_what_to_do(self):
        trouble = read_asked(chat(model="house/smal"), {}, CATALOG)
        assert isinstance(trouble, Trouble)
        assert (trouble.status, trouble.code, trouble.param) == (404, "model_not_found", "model")
        assert SMALL in trouble.message
        assert all(remedy in trouble.message for remedy in ("`aliases`", "`models`", "tw models --refresh"))

    def test_near_names_begin_with_the_same_goods_and_are_sold(self):
        shipped = embedded_catalog()
        assert near_names("openai/gpt-4.1:batch", shipped)[0] == "openai/gpt-4.1"
        assert near_names("mistral-large-2407", shipped)[0] == "mistralai/mistral-large-2512"
        assert near_names("gpt-5.5-trubo", shipped)[0].startswith("openai/gpt-5.5")
        assert near_names("gpt-4.1", shipped.only(())) == ()

    @pytest.mark.parametrize("wish", ["nitro", "floor", "online"])
    def test_a_wish_about_who_answers_is_refused_by_name(self, wish):
        trouble = read_asked(chat(model=f"{SMALL}:{wish}"), {}, CATALOG)
        assert (trouble.status, trouble.code) == (400, "unsupported_variant")
        assert f":{wish}" in trouble.message

    @pytest.mark.parametrize("goods", ["free", "batch", "thinking"])
    def test_goods_of_their_own_are_not_the_model_without_the_suffix(self, goods):
        assert read_asked(chat(model=f"{SMALL}:{goods}"), {}, CATALOG).code == "model_not_found"

    def test_an_alias_counts_as_what_it_stands_for(self):
        aliases = {"gpt-4o": "auto:cheapest", "claude-*": "large", "house/small": "house/other"}
        asked = {name: read_asked(chat(model=name), {}, CATALOG, aliases=aliases) for name in [*aliases, "claude-9"]}
        assert (asked["gpt-4o"].model, asked["gpt-4o"].options.strategy) == ("", Strategy.CHEAPEST)
        assert asked["claude-9"].model == LARGE
        assert asked["house/small"].model == "house/other"

    def test_an_alias_for_nothing_is_told_as_one(self):
        trouble = read_asked(chat(model="big"), {}, CATALOG, aliases={"big": "house/huge"})
        assert "'big'" in trouble.message
        assert "alias for 'house/huge'" in trouble.message


class TestFields:
    def test_the_cap_is_the_lower_of_the_two_that_may_be_named(self):
        assert read_asked(chat(max_tokens=7, max_completion_tokens=9), {}, CATALOG).max_output_tokens == 7
        assert read_asked(chat(max_tokens=None), {}, CATALOG).max_output_tokens is None

    def test_our_own_object_is_taken_out_and_nothing_else(self):
        fields = chat(model="auto", tokenwise={"budget": 1}, other={"tokenwise": 1}, max_tokens=5)
        assert read_asked(fields, {}, CATALOG).fields == {k: v for k, v in fields.items() if k != "tokenwise"}

    def test_thousands_of_bad_messages_are_no_message_of_megabytes(self):
        with pytest.raises(BadRequest) as caught:
            read_asked(chat() | {"messages": [5] * 10_000}, {}, CATALOG)
        assert len(caught.value.message) < 5_000


class TestChunks:
    def test_the_last_word_is_known_by_itself(self):
        assert is_done(SseEvent(b" [DONE]\n"))
        assert not is_done(SseEvent(b'{"choices":[{"delta":{"content":"[DONE]"}}]}'))

    def test_usage_by_itself_is_told_from_usage_beside_an_answer(self):
        assert is_usage_alone(b'{"choices":[],"usage":{"prompt_tokens":1}}')
        beside = (b'{"choices":[{"delta":{}}],"usage":{}}', b'{"choices":[],"usage":null}', b"{}", b'"usage"')
        assert not any(map(is_usage_alone, beside))

    @pytest.mark.parametrize(
        ("data", "is_one"),
        [
            (b'{"error": {"message": "no"}}', True),
            (b'{"error": "no"}', True),
            (b'{"error": null, "choices": []}', False),
            (b'{"choices": [{"delta": {"content": "error"}}]}', False),
        ],
    )
    def test_an_error_is_told_from_the_word(self, data, is_one):
        assert is_error(SseEvent(data)) is is_one

    def test_a_bill_is_added_and_nothing_changed(self):
        assert with_bill(b'{"a": 1 } \n', {"b": 2}) == b'{"a": 1 ,"tokenwise":{"b":2}}'

    @pytest.mark.parametrize("junk", [b"", b"[]", b'{"choices": 5}', b'{"choices": [5, null, {"message": 5}]}'])
    def test_a_completion_of_any_form_is_a_stream_that_ends(self, junk):
        assert [*chunks_of(junk, usage=True)][-1].data == b"[DONE]"

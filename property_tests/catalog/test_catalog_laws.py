"""Laws of the catalogue's edges: any list from outside, any order of rows, any rows of the user's."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price, Rate, Unknown
from tokenwise.errors import InputError
from tokenwise.traits import Tier
from tokenwise_shell.catalogs.local_models import FIELDS, local_models, read_local_models
from tokenwise_shell.catalogs.openrouter import parse_openrouter, slim

SHIPPED = embedded_catalog()
TODAY = "2026-11-21"

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)

# Amounts as a list might state them: sound, sentinel, absurd, of the wrong type.
usd_per_token = st.one_of(
    st.decimals(min_value=0, max_value=1, places=12).map(str),
    st.sampled_from(["0", "-1", "1e-400", "1e-99999999999", "-0", "1e400", "NaN", "", "0.000001"]),
    json,
)
prices = st.fixed_dictionaries(
    {},
    optional={
        "prompt": usd_per_token,
        "completion": usd_per_token,
        "input_cache_read": usd_per_token,
        "input_cache_write": usd_per_token,
        "request": usd_per_token,
        "overrides": st.lists(
            st.fixed_dictionaries({}, optional={"min_prompt_tokens": json | st.just(200_000), "prompt": usd_per_token})
            | json,
            max_size=3,
        ),
    },
)
names = st.sampled_from(["acme/a", "acme/b", "acme/b:free", "openai/gpt-6-sol", "openai/gpt-oss-20b", "~acme/a"])
rows = st.fixed_dictionaries(
    {"id": names | json, "pricing": prices | json},
    optional={
        "context_length": st.integers(1, 2_000_000) | json,
        "top_provider": st.fixed_dictionaries({"max_completion_tokens": st.integers(1, 10**6) | json}) | json,
        "architecture": st.fixed_dictionaries({"output_modalities": st.just(["text"]) | json}) | json,
        "supported_parameters": st.lists(st.sampled_from(["tools", "reasoning", "seed"]) | json, max_size=4) | json,
        "expiration_date": st.sampled_from(["2026-01-01", "2027-01-01"]) | json,
    },
)
lists = st.lists(rows | json, max_size=6)

own_rows = st.lists(
    st.dictionaries(
        st.sampled_from(FIELDS) | st.text(max_size=6), json | st.sampled_from(["local", "1000"]), max_size=8
    )
    | json,
    max_size=4,
)


def rates(model: Model) -> Iterator[Rate]:
    for offer in model.offers:
        if isinstance(offer.price, Price):
            yield from offer.price.rates


class TestAnyList:
    """The list is somebody else's data … one bad row must not cost the others. Never raises."""

    @given(json | lists)
    @example({"data": [{"id": 10**5000, "pricing": 10**5000}]})
    @example([{"id": "acme/a", "context_length": 9, "pricing": {"prompt": 10**5000, "completion": "1"}}])
    @example([{"id": "acme/a", "context_length": 9, "pricing": {"prompt": {"a": 10**5000}, "completion": "1"}}])
    def test_is_read_without_raising(self, document):
        for model in parse_openrouter(document, SHIPPED, on=TODAY).models:
            assert model.context_tokens >= model.max_output_tokens >= 0

    @given(lists)
    def test_leaves_a_catalogue_to_work_with(self, document):
        listing = parse_openrouter(document, SHIPPED, on=TODAY)
        assert SHIPPED.by_id.keys() <= SHIPPED.merged(listing.models).by_id.keys()

    @given(lists)
    def test_a_good_row_survives_any_company(self, others):
        good = {"id": "acme/good", "context_length": 9000, "pricing": {"prompt": "0.1", "completion": "0.2"}}
        assert "acme/good" in {model.id for model in parse_openrouter([*others, good], SHIPPED, on=TODAY).models}

    @given(lists)
    def test_reads_the_same_from_the_cache(self, document):
        assert parse_openrouter(list(map(slim, document)), SHIPPED, on=TODAY) == parse_openrouter(
            document, SHIPPED, on=TODAY
        )


class TestPrices:
    """A price is Known or Unknown, never 0 by default; a negative or sentinel price is Unknown."""

    @given(prices)
    def test_a_price_is_zero_only_where_the_list_says_zero(self, pricing):
        row = {"id": "acme/a", "context_length": 9000, "pricing": pricing}
        for model in parse_openrouter([row], SHIPPED, on=TODAY).models:
            for rate in rates(model):
                assert rate.input > 0 or zero(pricing.get("prompt")) or any_zero(pricing, "prompt")
                assert rate.output > 0 or zero(pricing.get("completion"))

    @given(prices, st.sampled_from(["prompt", "completion", "input_cache_read", "input_cache_write", "request"]))
    def test_a_negative_amount_is_never_a_known_price(self, pricing, name):
        row = {"id": "acme/a", "context_length": 9000, "pricing": {**pricing, name: "-1"}}
        listing = parse_openrouter([row], SHIPPED, on=TODAY)
        assert all(isinstance(model.price, Unknown) for model in listing.models)

    @given(st.integers(1, 10**9), st.integers(0, 10**9))
    def test_a_stated_price_is_exact_to_the_nano_dollar(self, prompt, completion):
        """Amounts of a whole number of nano-dollars per million tokens come through as they are."""
        pricing = {"prompt": f"{Decimal(prompt).scaleb(-15):f}", "completion": f"{Decimal(completion).scaleb(-15):f}"}
        (model,) = parse_openrouter([{"id": "a/b", "context_length": 9, "pricing": pricing}], SHIPPED, on=TODAY).models
        assert [(rate.input, rate.output) for rate in rates(model)] == [(prompt, completion)]


def zero(amount: object) -> bool:
    try:
        return Decimal(str(amount)) == 0 and not isinstance(amount, bool)
    except (ArithmeticError, ValueError):
        return False


def any_zero(pricing: dict[str, object], name: str) -> bool:
    overrides = pricing.get("overrides")
    return isinstance(overrides, list) and any(isinstance(one, dict) and zero(one.get(name)) for one in overrides)


class TestOrder:
    """A catalogue is sorted by model id when it is built, so no decision can depend on the order of its rows."""

    @given(st.data())
    def test_of_rows_changes_nothing(self, data):
        before = data.draw(lists)
        after = data.draw(st.permutations(before))
        assert parse_openrouter(before, SHIPPED, on=TODAY) == parse_openrouter(after, SHIPPED, on=TODAY)

    @given(st.permutations(SHIPPED.models))
    def test_of_models_changes_neither_the_catalogue_nor_its_fingerprint(self, models):
        assert Catalog(models) == SHIPPED
        assert Catalog(models).fingerprint == SHIPPED.fingerprint


class TestOwnRows:
    """Every bad row is reported, with what was expected."""

    @given(json | own_rows)
    def test_each_row_becomes_a_model_or_a_problem(self, raw):
        models, problems = local_models(raw, "models", SHIPPED)
        if isinstance(raw, list):
            places = {problem.path.removeprefix("models[").partition("]")[0] for problem in problems}
            assert len(models) + len(places) == len(raw)
        else:
            assert problems

    @given(st.text())
    def test_any_text_is_read_without_raising(self, text):
        read_local_models(text, "models.yaml", SHIPPED)

    @given(st.sampled_from(SHIPPED.models))
    def test_a_row_that_gives_only_a_known_id_changes_nothing(self, model):
        assert local_models([{"id": model.id}], "models", SHIPPED) == ((model,), ())

    @given(st.sampled_from(SHIPPED.models), st.sampled_from(list(Tier)))
    def test_a_row_changes_only_what_it_gives(self, model, tier):
        ((changed,), _) = local_models([{"id": model.id, "tier": tier.name}], "models", SHIPPED)
        assert changed.tier is tier
        assert (changed.offers, changed.context_tokens, changed.features) == (
            model.offers,
            model.context_tokens,
            model.features,
        )

    @given(st.decimals(min_value=0, max_value=10_000, places=9))
    def test_amounts_come_through_exactly(self, usd):
        row = {"id": "a/b", "provider": "a", "context_tokens": "9", "output_usd_per_mtok": "0"}
        ((model,), _) = local_models([{**row, "input_usd_per_mtok": f"{usd:f}"}], "models", SHIPPED)
        assert [Decimal(rate.input) for rate in rates(model)] == [usd * 10**9]

    @pytest.mark.parametrize("bad", [float("nan"), float("inf"), "-0.5", True])
    def test_no_amount_that_is_none_becomes_a_price(self, bad):
        models, problems = local_models([{"id": "openai/gpt-5.5", "input_usd_per_mtok": bad}], "models", SHIPPED)
        assert models == ()
        assert InputError(*problems).problems[0].path == "models[0].input_usd_per_mtok"

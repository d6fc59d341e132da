"""Models, offers and prices: rows by input length, and catalogues as values."""

import pytest

from tests.core.worlds import BIG, CATALOG, MID, MINI, model
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.catalog.prices import FREE, Price, Rate, Unknown, Writes
from tokenwise.errors import InputError
from tokenwise.money import NanoPerMtok
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import Usage

USD = 10**9
# As published for a model whose input costs twice as much above 272,000 tokens.
SHORT = Rate(NanoPerMtok(2 * USD), NanoPerMtok(10 * USD), NanoPerMtok(USD // 5), NanoPerMtok(5 * USD // 2))
LONG = Rate(NanoPerMtok(4 * USD), NanoPerMtok(15 * USD), NanoPerMtok(2 * USD // 5), NanoPerMtok(5 * USD), 272_000)
TIERED = Price((SHORT, LONG))


class TestCost:
    def test_each_class_of_tokens_has_its_own_price(self):
        usage = Usage(input_tokens=1000, cache_read_tokens=500, cache_write_tokens=200, output_tokens=100)
        assert TIERED.cost(usage) == 2_000_000 + 100_000 + 500_000 + 1_000_000

    def test_the_whole_request_is_billed_by_the_row_its_whole_input_reaches(self):
        assert TIERED.cost(Usage(input_tokens=272_000)) == 544_000_000
        assert TIERED.cost(Usage(input_tokens=272_001)) == 1_088_004_000
        assert TIERED.cost(Usage(cache_read_tokens=272_001)) == 108_800_400

    def test_nothing_costs_nothing(self):
        assert TIERED.cost(Usage()) == 0
        assert FREE.cost(Usage(input_tokens=10**6, output_tokens=10**6)) == 0

    def test_a_part_of_a_nano_dollar_is_charged_as_one(self):
        assert Price((Rate(NanoPerMtok(1), NanoPerMtok(1), NanoPerMtok(1), NanoPerMtok(1)),)).cost(Usage(1)) == 1


class TestTheWorstCase:
    def test_assumes_the_dearest_class_of_input_that_can_be(self):
        assert TIERED.worst(input_tokens=1000, output_tokens=100) == 2_000_000 + 1_000_000
        assert TIERED.worst(input_tokens=1000, output_tokens=100, writes=Writes(600)) == 2_300_000 + 1_000_000
        assert TIERED.worst(input_tokens=1000, output_tokens=100, writes=Writes(5_000)) == 2_500_000 + 1_000_000

    def test_assumes_the_long_row_as_soon_as_the_bound_reaches_it(self):
        assert TIERED.worst(input_tokens=272_000, output_tokens=0) == 544_000_000
        assert TIERED.worst(input_tokens=272_001, output_tokens=0) == 1_088_004_000

    def test_a_long_row_that_is_cheaper_does_not_lower_it(self):
        discount = Price((LONG.__class__(*[NanoPerMtok(9 * USD)] * 4), LONG))
        assert discount.worst(input_tokens=300_000, output_tokens=0) == 2_700_000_000


class TestAffordableOutput:
    @pytest.mark.parametrize(
        ("available", "tokens"), [(2_499_999, -1), (2_500_000, 0), (2_510_000, 1), (3_509_999, 100)]
    )
    def test_is_exact_to_the_token(self, available, tokens):
        assert TIERED.affordable_output(available, input_tokens=1000, writes=Writes(1000)) == tokens

    def test_a_free_output_is_not_bound_by_money(self):
        assert FREE.affordable_output(0, input_tokens=10**6) > 10**9

    def test_an_overdrawn_budget_affords_nothing(self):
        assert TIERED.affordable_output(-1, input_tokens=0) == -1


class TestPrices:
    @pytest.mark.parametrize("thresholds", [(), (1,), (0, 0), (0, 5, 5), (0, 7, 3)])
    def test_rows_start_at_zero_and_rise(self, thresholds):
        rows = tuple(Rate(*[NanoPerMtok(1)] * 4, above) for above in thresholds)
        with pytest.raises(ValueError, match="must start at 0 input tokens and rise strictly"):
            Price(rows)

    def test_a_negative_price_cannot_be(self):
        with pytest.raises(ValueError, match="output"):
            Rate(NanoPerMtok(1), NanoPerMtok(-1), NanoPerMtok(1), NanoPerMtok(1))

    def test_unknown_is_not_free(self):
        assert Unknown() != FREE
        assert model("lost", Tier.MID, 1, 1, sellers=()).price == Unknown("no provider can be reached")


class TestModels:
    def test_the_price_is_that_of_the_first_offer(self):
        assert MINI.price is MINI.offers[0].price
        assert list(MINI.offered_by) == ["direct", "openrouter"]

    def test_where_no_input_limit_is_known_the_window_is_one(self):
        assert MINI.max_input_tokens == MINI.context_tokens == 100_000
        assert model("narrow", Tier.MID, 1, 1, max_input_tokens=5).max_input_tokens == 5

    def test_capabilities_and_features_have_names_in_a_fixed_order(self):
        assert (Capability.MATH | Capability.GENERAL).names == ("general", "math")
        assert (Feature.JSON_SCHEMA | Feature.TOOLS).names == ("tools", "json_schema")
        assert Feature.NONE.names == ()

    def test_an_offer_without_a_name_cannot_be(self):
        with pytest.raises(ValueError, match="provider"):
            Offer("", "x", FREE)


class TestCatalogues:
    def test_rows_are_kept_by_id_whatever_their_order(self):
        assert Catalog([MINI, BIG, MID]) == Catalog([BIG, MID, MINI])
        assert [each.id for each in Catalog([MINI, BIG, MID]).models] == ["big", "mid", "mini"]

    def test_every_id_that_stands_twice_is_named(self):
        with pytest.raises(InputError) as refused:
            Catalog([MINI, BIG, MID, MINI, BIG])
        assert [problem.path for problem in refused.value.problems] == ["big", "mini"]

    def test_it_is_asked_like_a_mapping(self):
        assert "mini" in CATALOG
        assert "nano" not in CATALOG
        assert CATALOG["mini"] is MINI
        assert len(CATALOG) == 4

    def test_only_some_providers_leaves_the_others_models_without_offers(self):
        left = CATALOG.only(["openrouter"])
        assert [offer.provider for offer in left["mini"].offers] == ["openrouter"]
        assert left["big"].offers == ()
        assert len(left) == 4

    def test_merging_adds_rows_and_replaces_those_with_a_known_id(self):
        dear = model("mini", Tier.BUDGET, 9, 9)
        merged = CATALOG.merged([dear, model("new", Tier.MID, 1, 1)])
        assert merged["mini"] is dear
        assert len(merged) == 5
        assert CATALOG["mini"] is MINI

    def test_what_was_worked_out_is_no_part_of_the_value(self):
        one, other = Catalog([MINI]), Catalog([MINI])
        assert one.worked_out.of("seen", lambda: True)
        assert one.worked_out.of("seen", lambda: False), "kept, and not worked out again"
        assert one == other
        assert one.fingerprint == other.fingerprint

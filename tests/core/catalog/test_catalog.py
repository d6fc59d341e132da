"""Models, offers and prices that cannot be, and catalogues as values. What a call costs: test_catalog_price_laws."""

import pytest

from tests.core.worlds import BIG, CATALOG, MID, MINI, model
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.catalog.prices import FREE, Price, Rate, Unknown
from tokenwise.errors import InputError
from tokenwise.money import NanoPerMtok
from tokenwise.traits import Capability, Feature, Tier


class TestAffordableOutput:
    def test_a_free_output_is_not_bound_by_money(self):
        assert FREE.affordable_output(0, input_tokens=10**6) > 10**9

    def test_an_overdrawn_budget_affords_nothing(self):
        assert MINI.price.affordable_output(-1, input_tokens=0) == -1


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

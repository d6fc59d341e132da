"""Laws of what an answer is worth: better models are worth no less, dearer ones no more, and ties are ties."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import plain_needs, policies, rivals
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import Price
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.worth import as_good, lacking, likely_cost, likely_output, quality, rated, thoughts, worth

strengths = st.integers(-2_000, 4_000)
difficulties = st.floats(0, 1)
bands = st.integers(0, 300)


class TestQuality:
    """'How often an answer will do: strength against difficulty, in thousandths of a point'."""

    @given(strengths, strengths, difficulties)
    def test_a_stronger_model_is_never_worse(self, one, other, difficulty):
        weak, strong = sorted((one, other))
        assert 0 <= quality(weak, difficulty) <= quality(strong, difficulty) <= 100_000

    @given(strengths, difficulties, difficulties)
    def test_a_harder_request_is_never_answered_better(self, strength, one, other):
        easy, hard = sorted((one, other))
        assert quality(strength, hard) <= quality(strength, easy)

    @given(st.integers(1_000, 1_600), st.floats(0.5, 1))
    def test_a_hundred_points_more_halve_the_odds_against_it(self, strength, difficulty):
        one, other = quality(strength, difficulty), quality(strength + 100, difficulty)
        twice = 2 * one / (100_000 - one)
        assert abs(other / (100_000 - other) / twice - 1) < 0.03  # of thousandths, rounded down


class TestBands:
    """'Raised to the best one that it is as good as: of its tier and at most `band` points above'."""

    @given(rivals(), bands)
    def test_a_rating_is_raised_by_the_band_at_most_and_to_one_of_its_tier(self, catalog, band):
        raised = as_good(catalog.models, band)
        for model in catalog.models:
            assert rated(model) <= raised[model.id] <= rated(model) + band
            assert raised[model.id] in {rated(other) for other in catalog.models if other.tier is model.tier}

    @given(rivals(), st.data())
    def test_whoever_is_within_the_band_of_the_best_is_as_good_as_the_best(self, catalog, data):
        apart = {abs(rated(one) - rated(other)) for one in catalog.models for other in catalog.models}
        edges = sorted({max(0, gap - inside) for gap in apart for inside in (0, 1)})
        band = data.draw(bands | st.sampled_from(edges))  # the edge of a band is where it can be wrong
        raised = as_good(catalog.models, band)
        for model in catalog.models:
            best = max(rated(other) for other in catalog.models if other.tier is model.tier)
            assert (raised[model.id] == best) == (rated(model) >= best - band)

    @given(rivals(), bands)
    def test_a_better_rating_is_never_turned_into_a_worse_one(self, catalog, band):
        raised = as_good(catalog.models, band)
        for tier in {model.tier for model in catalog.models}:
            order = sorted((model for model in catalog.models if model.tier is tier), key=rated)
            assert [raised[model.id] for model in order] == sorted(raised[model.id] for model in order)

    @given(rivals(), bands, st.lists(st.integers(0, 200), min_size=6, max_size=6))
    def test_however_uncertain_the_ratings_are_a_better_one_is_never_turned_into_a_worse_one(self, catalog, band, off):
        models = [evolve(model, margin=margin) for model, margin in zip(catalog.models, off, strict=False)]
        raised = as_good(models, band)
        for tier in {model.tier for model in models}:
            order = sorted((model for model in models if model.tier is tier), key=rated)
            assert [raised[model.id] for model in order] == sorted(raised[model.id] for model in order)
            best = max(rated(model) - model.margin for model in order)
            leaders = [model for model in order if rated(model) - model.margin == best]
            assert raised[order[-1].id] == max(map(rated, leaders))

    @given(rivals(), bands, st.data())
    def test_the_order_of_the_models_changes_nothing(self, catalog, band, data):
        shuffled = data.draw(st.permutations(catalog.models))
        assert as_good(shuffled, band) == as_good(catalog.models, band)


class TestCost:
    """'Expected input and output, thoughts included'."""

    @given(plain_needs(), rivals())
    def test_each_choice_is_thought_and_written_apart_and_the_input_is_billed_once(self, need, catalog):
        for model in priced(catalog):
            for choices in (1, 2, 5):
                several = evolve(need, choices=choices)
                tokens = likely_output(several, thinks=True)
                rate = model.price.rate_at(need.input.expected)
                one = need.output_tokens + thoughts(need.difficulty, thinks=True)
                whole = need.input.expected * rate.input + choices * one * rate.output
                assert likely_cost(model, several, tokens) == whole

    @given(plain_needs(), rivals(), policies, st.integers(1, 9_000), st.integers(1, 9_000))
    def test_more_room_is_worth_less_only_by_what_is_written_in_it(self, need, catalog, policy, one, other):
        narrow, wide = sorted((one, other))
        for model in priced(catalog):
            extra = likely_cost(model, need, wide) - likely_cost(model, need, narrow)
            poor, rich = (worth(model, need, policy, room=room, rating=rated(model)) for room in (narrow, wide))
            assert rich >= poor - extra

    @given(st.integers(1, 10**6), st.integers(1, 10**6))
    def test_doubling_the_room_so_often_is_enough_and_once_less_is_not(self, room, wanted):
        times = lacking(room, wanted)
        assert room << times >= wanted
        assert not times or room << times - 1 < wanted


class TestWillingness:
    """'A point is worth `willingness_to_pay` dollars'."""

    @given(plain_needs(), rivals(), st.integers(0, 10**8), st.integers(0, 10**8))
    def test_who_pays_more_for_a_point_never_prefers_the_worse_of_two(self, need, catalog, one, other):
        low, high = (Policy(strategy=Strategy.BALANCED, willingness_to_pay=paid) for paid in sorted((one, other)))
        models = priced(catalog)
        for better in models:
            for worse in models:
                if (
                    better.tier is worse.tier
                    and rated(better) > rated(worse)
                    and value(better, need, low) > value(worse, need, low)
                ):
                    assert value(better, need, high) > value(worse, need, high)


def priced(catalog: Catalog):
    return [model for model in catalog.models if isinstance(model.price, Price)]


def value(model, need, policy):
    return worth(model, need, policy, room=need.max_output_tokens, rating=rated(model))

"""Laws of routing: what a decision may depend on, and what it must not."""

import itertools
import re

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import plain_needs, questions, rivals, spending, twins
from tokenwise.catalog.models import Catalog, Offer
from tokenwise.catalog.prices import FREE, NOTHING_WRITTEN, Price, Rate, Writes
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.policy import FreeModels, Strategy
from tokenwise.routing.bid import Horizon, Known, writes_of
from tokenwise.routing.choosing import Refusal, Refused, Routed, decision_id, route
from tokenwise.routing.losers import explain
from tokenwise.routing.ranking import candidates, favourite, ranked
from tokenwise.routing.worth import (
    lacking,
    likely_cost,
    likely_output,
    quality,
    rated,
    strength,
    thinks,
    thoughts,
    wanted_room,
)
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

efforts = st.booleans()


def without(catalog, model_id):
    return Catalog(model for model in catalog.models if model.id != model_id)


def worst_in_full(model, need):
    """By the definition alone: the whole input at its dearest, and the longest answer this model would give."""
    length = min(need.max_output_tokens, model.max_output_tokens, model.context_tokens - need.input.expected)
    longest, writes = length * need.choices, writes_of(model, need)
    return model.offers[0].price.worst(input_tokens=need.input.bound, output_tokens=longest, writes=writes)


def costs_nothing(model):
    return all(offer.price == FREE for offer in model.offers)


def meets_everything(model, need, policy):
    room = min(model.max_output_tokens, model.context_tokens - need.input.expected)
    return (
        need.model in ("", model.id)
        and bool(model.offers)
        and isinstance(model.price, Price)
        and need.capabilities in model.capabilities
        and need.features in model.features
        and (not need.unpriced or costs_nothing(model))
        and (bool(need.model) or not model.trade)
        and (bool(need.model) or not model.gratis or policy.free_models is not FreeModels.NEVER)
        and (Feature.EMBEDDINGS not in model.features or Feature.EMBEDDINGS in need.features)
        and need.input.expected <= model.max_input_tokens
        and room >= min(need.max_output_tokens, policy.min_output_tokens)
    )


class TestTheCatalogue:
    """'No decision can depend on the order in which its rows were found'."""

    @given(questions(), efforts, st.data())
    def test_permuting_it_changes_nothing(self, question, best_effort, data):
        need, catalog, policy, available = question
        shuffled = Catalog(data.draw(st.permutations(catalog.models)))
        for decide in (route, explain, decision_id):
            before = decide(need, catalog, policy, available, best_effort=best_effort)
            assert decide(need, shuffled, policy, available, best_effort=best_effort) == before

    @given(questions(), efforts)
    def test_removing_a_loser_changes_nothing_unless_its_rating_made_a_band(self, question, best_effort):
        need, catalog, policy, available = question
        decision = route(need, catalog, policy, available, best_effort=best_effort)
        if isinstance(decision, Routed):
            bands = policy.strategy is Strategy.BEST_QUALITY and policy.rating_band > 0
            for loser in explain(need, catalog, policy, available, best_effort=best_effort):
                if bands and rated(catalog[loser.model]) > rated(decision.model):
                    continue
                left = without(catalog, loser.model)
                assert route(need, left, policy, available, best_effort=best_effort) == decision

    @given(questions(), st.lists(plain_needs(), max_size=6))
    def test_what_was_asked_before_changes_nothing(self, question, others):
        """The shortlists kept with a catalogue are never seen in an answer."""
        need, catalog, policy, available = question
        fresh = route(need, Catalog(catalog.models), policy, available)
        for other in others:
            route(other, catalog, policy, available)
        assert route(need, catalog, policy, available) == fresh


class TestConstraints:
    """'Reachable, price known, capabilities, features, window: never bent'."""

    @given(questions(), efforts)
    def test_the_chosen_model_meets_them_all_and_its_worst_case_fits(self, question, best_effort):
        need, catalog, policy, available = question
        decision = route(need, catalog, policy, available, best_effort=best_effort)
        if isinstance(decision, Routed):
            model, bid = decision.model, decision.bid
            assert meets_everything(model, need, policy)
            price = model.offered_by[bid.provider].price
            every = bid.max_output_tokens * need.choices
            worst = price.worst(input_tokens=need.input.bound, output_tokens=every, writes=writes_of(model, need))
            assert bid.amount == worst <= available
            assert min(need.max_output_tokens, policy.min_output_tokens) <= bid.max_output_tokens
            most = need.max_output_tokens * (4 if need.open_ended else 1)
            assert bid.max_output_tokens <= min(most, model.max_output_tokens)

    @given(questions())
    def test_a_refusal_means_that_nothing_meets_them_or_nothing_that_does_is_affordable(self, question):
        need, catalog, policy, available = question
        able = [model for model in catalog.models if meets_everything(model, need, policy)]
        decision = route(need, catalog, policy, available)
        assert isinstance(decision, Refused) == all(worst_in_full(model, need) > available for model in able)
        if isinstance(decision, Refused):
            assert (decision.code is Refusal.BUDGET) == bool(able)


class TestMoney:
    """'Money only decides how far down a fixed order one looks, so more never gives a less preferred model'."""

    @given(questions(), st.integers(0, 40_000_000))
    def test_more_money_never_gives_a_less_preferred_model(self, question, more):
        need, catalog, policy, available = question
        poor = route(need, catalog, policy, available)
        rich = route(need, catalog, policy, Nanodollars(available + more))
        if isinstance(poor, Routed):
            order = candidates(need, catalog, policy)
            assert order.index(rich.model) <= order.index(poor.model)

    @given(questions(), st.integers(0, 40_000_000))
    def test_more_money_never_gives_a_shorter_answer_while_nothing_fits_in_full(self, question, more):
        need, catalog, policy, available = question
        enough = Nanodollars(available + more)
        if isinstance(route(need, catalog, policy, enough), Routed):
            return
        poor = route(need, catalog, policy, available, best_effort=True)
        rich = route(need, catalog, policy, enough, best_effort=True)
        if isinstance(poor, Routed):
            assert rich.bid.max_output_tokens >= poor.bid.max_output_tokens

    @given(questions(), efforts)
    def test_what_a_refusal_says_is_needed_is_enough_and_a_nano_dollar_less_is_not(self, question, best_effort):
        need, catalog, policy, available = question
        refused = route(need, catalog, policy, available, best_effort=best_effort)
        if isinstance(refused, Refused) and refused.code is Refusal.BUDGET:
            enough, less = refused.needed, Nanodollars(refused.needed - 1)
            assert isinstance(route(need, catalog, policy, enough, best_effort=best_effort), Routed)
            assert isinstance(route(need, catalog, policy, less, best_effort=best_effort), Refused)


def worst_of(model, need, room):
    tokens, writes = room * need.choices, writes_of(model, need)
    return model.offers[0].price.worst(input_tokens=need.input.bound, output_tokens=tokens, writes=writes)


def widest(model, need, policy):
    """The widest cap that the model can be given, and what it would want, by the definitions."""
    most = min(model.max_output_tokens, model.context_tokens - need.input.expected)
    wanted, room = wanted_room(need, policy, thinks=thinks(model)), min(need.max_output_tokens, most)
    while need.open_ended and room < wanted and 2 * room <= min(most, 4 * need.max_output_tokens):
        room *= 2
    return room, wanted


def lacks_more_room(model, chosen, need, policy):
    return lacking(*widest(model, need, policy)) >= lacking(*widest(chosen, need, policy))


def dearer(model, chosen, need):
    if not isinstance(model.price, Price):
        return False

    def probably(one):
        tokens = need.output_tokens + thoughts(need.difficulty, thinks=thinks(one))
        return likely_cost(one, need, min(tokens, need.max_output_tokens * (4 if need.open_ended else 1)))

    return probably(model) > probably(chosen) or need.open_ended


def better(one, other, need):
    return quality(strength(one), need.difficulty) > quality(strength(other), need.difficulty)


def is_true(reason, model, chosen, need, catalog, policy, available):
    """Whether a reason for a rejection holds, judged by the numbers of the model and not by the code that gave it."""
    room = min(need.max_output_tokens, model.max_output_tokens, model.context_tokens - need.input.expected)
    within = (s for s in ranked(need, catalog, policy) if worst_of(s.model, need, s.max_output_tokens) <= available)
    order = tuple(dict.fromkeys(serving.model for serving in within if serving.model in (model, chosen)))
    claims = {
        r"the request names": need.model not in ("", model.id),
        r"no provider that sells it": not model.offers,
        r"price unknown": not isinstance(model.price, Price),
        r"lacks the capability": need.capabilities not in model.capabilities,
        r"does not carry": need.features not in model.features,
        r"its price does not cover": bool(need.unpriced) and not costs_nothing(model),
        r"embeds text": Feature.EMBEDDINGS in model.features,
        r"input of about": need.input.expected > model.max_input_tokens,
        r"room for": room < min(need.max_output_tokens, policy.min_output_tokens),
        r"is made for": bool(model.trade) and not need.model,
        r"is given away by its host": model.gratis and policy.free_models is FreeModels.NEVER and not need.model,
        r"is (given away|paid for), and": chosen and model.gratis is not chosen.gratis and order == (chosen, model),
        r"does not list": chosen and need.likely & ~model.capabilities and order == (chosen, model),
        r"worst case .* available": isinstance(model.price, Price) and worst_in_full(model, need) > available,
        r"\w+ prefers tier": chosen and model.tier is not chosen.tier and order == (chosen, model),
        r"has room for": chosen and lacks_more_room(model, chosen, need, policy) and order == (chosen, model),
        r"rated \d+ <": chosen and rated(model) < rated(chosen) and order == (chosen, model),
        r"is expected to cost": chosen and dearer(model, chosen, need) and order == (chosen, model),
        r"is [\d.]+ points better": chosen and better(model, chosen, need) and order == (chosen, model),
        r"is [\d.]+ points worse": chosen and better(chosen, model, need) and order == (chosen, model),
        r"as dear as": chosen and order == (chosen, model),
    }
    found = [truth for claim, truth in claims.items() if re.match(claim, reason)]
    return found == [True]


class TestTheLosers:
    """'Every model that `route` did not choose with the same arguments, and why, in catalogue order'."""

    @given(questions(), efforts)
    def test_every_other_model_is_named_once(self, question, best_effort):
        need, catalog, policy, available = question
        decision = route(need, catalog, policy, available, best_effort=best_effort)
        chosen = {decision.model.id} if isinstance(decision, Routed) else set()
        named = [loser.model for loser in explain(need, catalog, policy, available, best_effort=best_effort)]
        assert named == [model.id for model in catalog.models if model.id not in chosen]

    @given(questions(), efforts)
    def test_every_reason_is_true(self, question, best_effort):
        need, catalog, policy, available = question
        decision = route(need, catalog, policy, available, best_effort=best_effort)
        chosen = decision.model if isinstance(decision, Routed) else None
        for loser in explain(need, catalog, policy, available, best_effort=best_effort):
            assert is_true(loser.reason, catalog[loser.model], chosen, need, catalog, policy, available), loser.reason


class TestWhatIsGivenAway:
    """'NEVER: only where the request names one. FALLBACK: where nothing that is paid for will do'."""

    @given(questions())
    def test_is_not_chosen_unasked(self, question):
        need, catalog, policy, available = question
        routed = route(need, catalog, evolve(policy, free_models=FreeModels.NEVER), available)
        assert not (isinstance(routed, Routed) and routed.model.gratis)

    @given(questions())
    def test_as_a_fallback_stands_behind_all_that_is_paid_for_and_lists_as_much(self, question):
        need, catalog, policy, _ = question
        order = candidates(need, catalog, evolve(policy, free_models=FreeModels.FALLBACK))
        places = [(bool(need.likely & ~model.capabilities), model.gratis) for model in order]
        assert places == sorted(places)

    @given(questions())
    def test_named_it_is_asked_like_any_other(self, question):
        need, catalog, policy, _ = question
        for model in catalog.models:
            plain = evolve(model, gratis=False, trade="")
            named = evolve(need, model=model.id)
            assert bool(candidates(named, catalog, policy)) == bool(candidates(named, Catalog([plain]), policy))


class TestGuesses:
    """'`likely` are guessed from the words, so they order the models that could do it and exclude none'."""

    @given(questions(), efforts)
    def test_a_guess_never_turns_a_decision_into_a_refusal(self, question, best_effort):
        need, catalog, policy, available = question
        sure = evolve(need, likely=Capability(0))
        without = route(sure, catalog, policy, available, best_effort=best_effort)
        for guess in (Capability.MATH, Capability.CODE, Capability.MATH | Capability.CODE):
            with_guess = route(evolve(need, likely=guess), catalog, policy, available, best_effort=best_effort)
            assert isinstance(with_guess, Routed) == isinstance(without, Routed)

    @given(questions())
    def test_one_that_lists_what_is_guessed_and_fits_the_money_is_taken(self, question):
        need, catalog, policy, available = question
        routed = route(need, catalog, policy, available)
        if isinstance(routed, Routed) and need.likely & ~routed.model.capabilities:
            meant = (model for model in candidates(need, catalog, policy) if need.likely in model.capabilities)
            assert all(worst_in_full(model, need) > available for model in meant)


def head_of(order):
    return (order[0].model, order[0].max_output_tokens) if order else None


def rival_at(nth, model, read, narrow):
    """One that is cheap to read from and dear to write with, or the other way round; it takes one of two inputs."""
    rate = Rate(*[NanoPerMtok(10**8 * price) for price in (read, 100 // read, read, read)])
    window = 9_000 if narrow else 14_000
    offer = Offer("direct", "m", Price((rate,)))
    tier = Tier.BUDGET if nth % 4 else model.tier
    alike = evolve(model, quality=1_300, max_output_tokens=4_000, context_tokens=20_000)
    return evolve(alike, id=f"m{nth:02}", tier=tier, offers=(offer,), max_input_tokens=window)


class TestTheShortlist:
    """'The head of `candidates`, without putting them in order'."""

    @given(plain_needs(), rivals(most=9), spending)
    def test_the_favourite_is_the_head_of_those_in_order(self, need, catalog, policy):
        assert favourite(need, catalog, policy) == head_of(ranked(need, catalog, policy))

    @given(st.lists(plain_needs(), max_size=6), rivals(most=9), spending)
    def test_for_every_need_that_the_same_catalogue_is_asked_about(self, some, catalog, policy):
        for need in some:
            assert favourite(need, catalog, policy) == head_of(ranked(need, catalog, policy))

    @given(st.lists(plain_needs(), min_size=1, max_size=3), st.lists(twins, min_size=8, max_size=24), spending)
    def test_among_many_models_that_differ_by_little(self, some, models, policy):
        catalog = Catalog(evolve(model, id=f"m{nth:02}") for nth, model in enumerate(models))
        for need in some:
            assert favourite(need, catalog, policy) == head_of(ranked(need, catalog, policy))

    @given(plain_needs(), st.lists(twins, min_size=3, max_size=12), spending)
    def test_for_every_length_that_is_asked_of_the_same_catalogue(self, need, models, policy):
        catalog = Catalog(evolve(model, id=f"m{nth:02}") for nth, model in enumerate(models))
        for length, strategy in itertools.product((300, 5_000, 30_000, 1_000), Strategy):
            asked = evolve(need, max_output_tokens=length, output_tokens=length // 8, capabilities=Capability(0))
            wanted = evolve(policy, strategy=strategy)
            assert favourite(asked, catalog, wanted) == head_of(ranked(asked, catalog, wanted))

    @given(
        plain_needs(),
        st.lists(st.tuples(twins, st.integers(1, 9), st.booleans()), min_size=4, max_size=12),
        spending,
        st.lists(st.integers(1, 12_000), min_size=5, max_size=20),
    )
    def test_for_every_input_of_requests_that_are_alike(self, need, models, policy, lengths):
        catalog = Catalog(rival_at(nth, *model) for nth, model in enumerate(models))
        kind = evolve(need, max_output_tokens=1_000, output_tokens=700, capabilities=Capability(0), unpriced="")
        for length in lengths:
            asked = evolve(kind, input=TokenCount(length, length))
            assert favourite(asked, catalog, policy) == head_of(ranked(asked, catalog, policy))

    @given(plain_needs(), rivals(), spending)
    def test_a_need_with_tools_is_not_answered_from_the_list_of_one_without(self, need, catalog, policy):
        for features in (Feature.NONE, Feature.TOOLS):
            asked = evolve(need, features=features)
            head = next((model for model in candidates(asked, catalog, policy)), None)
            assert head is None or features in head.features


@st.composite
def warm_needs(draw, names):
    """A conversation that goes on: some of it is warm at a few sellers, and some is marked to be cached."""
    seats = draw(st.sets(st.tuples(st.sampled_from(["direct", "openrouter"]), st.sampled_from(names)), max_size=3))
    need = evolve(draw(plain_needs()), input=TokenCount(2_000, 4_000), capabilities=Capability(0))
    return evolve(
        need,
        known=tuple(
            Known(*at, 4_000, warm=draw(st.sampled_from([0, 500, 1_900, 9_000])), fading=draw(st.booleans()))
            for at in sorted(seats)
        ),
        horizon=draw(st.none() | st.builds(Horizon, st.integers(1, 50), st.integers(0, 3_000))),
        writes=draw(st.sampled_from([NOTHING_WRITTEN, NOTHING_WRITTEN, Writes(minutes=1_500), Writes(hour=4_000)])),
    )


NAMES = [f"{('', '', 'anthropic/')[nth % 3]}m{nth:02}" for nth in range(12)]


class TestWarmth:
    """'A switch is made only where the rest of the cost, or what the strategy wants, outweighs the warm prefix'."""

    @given(warm_needs(NAMES), st.lists(twins, min_size=3, max_size=12), spending)
    def test_the_favourite_is_the_head_of_those_in_order(self, need, models, policy):
        catalog = Catalog(evolve(model, id=name) for name, model in zip(NAMES, models, strict=False))
        for strategy in Strategy:
            wanted = evolve(policy, strategy=strategy)
            assert favourite(need, catalog, wanted) == head_of(ranked(need, catalog, wanted))

    @given(warm_needs(NAMES), st.lists(twins, min_size=6, max_size=12), spending, st.integers(1, 50))
    def test_so_it_is_among_models_of_one_kind_where_more_turns_will_follow(self, need, models, policy, turns):
        alike = {"tier": Tier.BUDGET, "max_output_tokens": 64_000, "features": models[0].features, "quality": 1300}
        catalog = Catalog(evolve(model, id=name, **alike) for name, model in zip(NAMES, models, strict=False))
        lasting = evolve(
            need,
            capabilities=Capability(0),
            horizon=Horizon(turns, 100),
            features=Feature.NONE,
            output_tokens=need.output_tokens % 80,
        )
        assert favourite(lasting, catalog, policy) == head_of(ranked(lasting, catalog, policy))

    @given(warm_needs(NAMES), st.lists(twins, min_size=2, max_size=8), spending, st.integers(0, 2_000))
    def test_whoever_is_chosen_is_chosen_still_where_more_of_it_is_warm(self, need, models, policy, more):
        catalog = Catalog(evolve(model, id=name) for name, model in zip(NAMES, models, strict=False))
        (chosen, _), others = favourite(need, catalog, policy) or (None, 0), need.known
        if chosen is None:
            return
        before = sum(known.warm for known in others if (known.provider, known.model) == ("direct", chosen.id))
        rest = tuple(known for known in others if (known.provider, known.model) != ("direct", chosen.id))
        warmer = evolve(need, known=(*rest, Known("direct", chosen.id, 4_000, warm=before + more)))
        assert favourite(warmer, catalog, policy)[0] == chosen

    @given(warm_needs(NAMES), st.lists(twins, min_size=2, max_size=8), spending)
    def test_what_is_not_warm_leaves_the_decision_alone(self, need, models, policy):
        catalog = Catalog(evolve(model, id=name) for name, model in zip(NAMES, models, strict=False))
        cold = evolve(need, known=tuple(evolve(known, warm=0) for known in need.known), horizon=None)
        assert favourite(cold, catalog, policy) == favourite(evolve(cold, known=()), catalog, policy)


class TestTheOrder:
    """'By `routing.worth`, as the steps of a plan are'; each strategy by its own sentence, trying every model."""

    @given(questions(), st.sampled_from([1, 100]))
    def test_cheapest_is_the_least_expected_cost_of_those_with_room_that_fit_the_money(self, question, least):
        need, catalog, policy, available = question
        policy = evolve(policy, strategy=Strategy.CHEAPEST, min_output_tokens=least)

        def expected(model):
            room, _ = widest(model, need, policy)
            return likely_cost(model, need, min(room, likely_output(need, thinks=thinks(model))))

        def place(model):
            lacks = bool(need.likely & ~model.capabilities)
            gratis = {FreeModels.FALLBACK: model.gratis, FreeModels.PREFER: not model.gratis}
            return lacks, gratis.get(policy.free_models, False)

        decision = route(need, catalog, policy, available)
        able = [model for model in catalog.models if meets_everything(model, need, policy)]
        roomy = [model for model in able if not lacking(*widest(model, need, policy))]
        fits = [model for model in roomy if worst_of(model, need, widest(model, need, policy)[0]) <= available]
        if fits and isinstance(decision, Routed) and not lacking(*widest(decision.model, need, policy)):
            best = min(fits, key=lambda model: (*place(model), expected(model)))
            assert place(decision.model) <= place(best)
            if place(decision.model) == place(best):
                assert expected(decision.model) <= expected(best)

    @given(questions())
    def test_the_strongest_tier_that_fits_is_taken_by_those_who_want_the_strongest(self, question):
        need, catalog, policy, available = question
        policy = evolve(policy, strategy=Strategy.BUDGET_CONSTRAINED, free_models=FreeModels.NEVER)
        sure = evolve(need, likely=Capability(0), output_tokens=1, difficulty=0.0, open_ended=False)
        decision = route(sure, catalog, policy, available)
        if isinstance(decision, Routed):
            able = [model for model in catalog.models if meets_everything(model, sure, policy)]
            whole = [model for model in able if not lacking(*widest(model, sure, policy))]
            fits = [model.tier for model in whole if worst_in_full(model, sure) <= available]
            assert decision.model.tier >= max(fits, default=Tier.BUDGET)

    @given(questions())
    def test_what_is_within_the_band_is_as_good(self, question):
        need, catalog, policy, available = question
        policy = evolve(policy, strategy=Strategy.BEST_QUALITY, rating_band=10_000)
        alike = evolve(policy, strategy=Strategy.BUDGET_CONSTRAINED)
        one, other = (route(need, catalog, each, available) for each in (policy, alike))
        assert isinstance(one, Routed) == isinstance(other, Routed)
        if isinstance(one, Routed):
            assert one == other


class TestPinned:
    """'A pinned `need.model` is the only candidate, and as bound by money as any other'."""

    @given(questions(), efforts, st.integers(0, 5))
    def test_it_is_chosen_or_nobody_is(self, question, best_effort, nth):
        need, catalog, policy, available = question
        pinned = catalog.models[nth % len(catalog)]
        decision = route(evolve(need, model=pinned.id), catalog, policy, available, best_effort=best_effort)
        plain = evolve(pinned, trade="", gratis=False)  # its name is reason enough for what is never chosen otherwise
        alone = route(need, Catalog([plain]), policy, available, best_effort=best_effort)
        if isinstance(alone, Routed):
            assert decision.bid == alone.bid
        else:
            assert decision.code is alone.code
            assert decision.needed == alone.needed

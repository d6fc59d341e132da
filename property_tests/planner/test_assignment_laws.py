"""Laws of assigning models to the steps of a plan under one budget."""

import itertools

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import rivals, spending, telling_amounts, twins
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.plan import Plan, Step
from tokenwise.planner.assignment import Assigned, Unassignable, assign
from tokenwise.planner.menus import planned_need, served, undominated
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import cap, make_bid
from tokenwise.routing.choosing import Refusal, Routed, route
from tokenwise.routing.shortlist import able, groups
from tokenwise.routing.worth import (
    A_GUESS,
    as_good,
    expected_cost,
    lacking,
    likely_cost,
    likely_output,
    rated,
    thinks,
    wanted_room,
    worth,
)
from tokenwise.traits import Capability, Feature, Tier

limits = st.integers(0, 60_000_000).map(Nanodollars)


PLENTY = Nanodollars(10**15)


@st.composite
def short_plans(draw, most=4):
    names = [f"s{index}" for index in range(draw(st.integers(1, most)))]
    return Plan(
        "a task",
        tuple(
            Step(
                id=name,
                description=f"do {name}",
                capabilities=draw(st.sampled_from([Capability.GENERAL, Capability.CODE])),
                after=tuple(parent for parent in names[:index] if draw(st.booleans())),
                difficulty=draw(st.sampled_from([0.1, 0.5, 0.9])),
                output_tokens=100,
                max_output_tokens=draw(st.sampled_from([150, 900])),
            )
            for index, name in enumerate(names)
        ),
    )


lone_steps = st.builds(
    Step,
    id=st.just("s"),
    description=st.sampled_from(["do it", "do it " * 700]),
    capabilities=st.sampled_from([Capability.GENERAL, Capability.CODE, Capability.MATH]),
    difficulty=st.sampled_from([0.0, 0.2, 0.36, 0.5, 0.69, 0.9, 1.0]),
    output_tokens=st.sampled_from([1, 40, 100, 900]),
    # In most there is room for thoughts: where there is none, whoever thinks is never the first.
    max_output_tokens=st.sampled_from([150, 900, 4_096, 4_096, 16_000]),
    guessed=st.booleans(),
)
crowds = st.lists(st.tuples(twins, st.booleans()), min_size=4, max_size=20).map(
    lambda rows: Catalog(
        evolve(model, id=f"m{nth:02}", capabilities=Capability.GENERAL if plain else model.capabilities)
        for nth, (model, plain) in enumerate(rows)
    )
)
thinkers = st.lists(st.booleans(), min_size=6, max_size=6)


@st.composite
def markets(draw, most=6):
    """Rivals of which some think before they speak."""
    catalog = draw(rivals(most=most))
    chosen = draw(thinkers)
    return Catalog(
        evolve(model, features=model.features | (Feature.REASONING_EFFORT if thinking else Feature.NONE))
        for model, thinking in zip(catalog.models, chosen, strict=False)
    )


def peer(thinking, output, prices, quality):
    return Model(
        id="m",
        tier=Tier.BUDGET,
        capabilities=Capability.GENERAL | Capability.CODE,
        context_tokens=100_000,
        max_output_tokens=output,
        offers=(Offer("direct", "m", Price((Rate(prices[0], prices[1], prices[0], prices[0]),))),),
        features=Feature.REASONING_EFFORT if thinking else Feature.NONE,
        quality=quality,
    )


some_price = st.sampled_from([100_000_000, 150_000_000, 500_000_000]).map(NanoPerMtok)
peers = st.builds(
    peer,
    st.booleans(),
    st.sampled_from([150, 1_000, 8_000]),
    st.tuples(some_price, some_price),
    st.sampled_from([0, 1300, 1310, 1400]),
)


def rooms(model, need, policy):
    """Its own cap, and two and four times that where the cap before does not hold what it will probably write."""
    wanted = wanted_room(need, policy, thinks=thinks(model))
    yield cap(model, need)
    for times in (2, 4):
        wider = evolve(need, max_output_tokens=times * need.max_output_tokens)
        before = times // 2 * need.max_output_tokens
        if cap(model, wider) < wider.max_output_tokens or not lacking(before, wanted):
            return
        yield wider.max_output_tokens


def ways(step, plan, catalog, policy):
    """Worst case, worth, model and room of every way to serve a step, by the definitions."""
    need = planned_need(step, plan)
    for place, models in enumerate(groups(need, catalog, policy)):
        ratings = as_good(models, policy.rating_band)
        for model in models:
            for room in rooms(model, need, policy):
                bid = make_bid(model, model.offers[0], need, output_tokens=room)
                value = worth(model, need, policy, room=room, rating=ratings[model.id]) - place * A_GUESS
                yield bid.amount, value, model.id, room


def worth_of(assigned, plan, catalog, policy):
    known = {
        (step.id, name, room): value
        for step in plan.steps
        for _, value, name, room in ways(step, plan, catalog, policy)
    }
    rows = zip(plan.steps, assigned.choices, strict=True)
    return sum(known[step.id, choice.model, choice.max_output_tokens] for step, choice in rows)


def by_trying_all(plan, catalog, policy, limit):
    """Worth and cost of the best assignment, None where nothing fits."""
    every = itertools.product(*(list(ways(step, plan, catalog, policy)) for step in plan.steps))
    sums = ((sum(way[0] for way in chosen), sum(way[1] for way in chosen)) for chosen in every)
    return max(((worth, -cost) for cost, worth in sums if cost <= limit), default=None)


class TestTheLimit:
    """'Every step's worst case together fits one budget'."""

    @given(short_plans(), rivals(), spending, limits)
    def test_the_worst_cases_sum_to_at_most_the_limit(self, plan, catalog, policy, limit):
        assigned = assign(plan, catalog, policy, limit)
        if isinstance(assigned, Assigned):
            assert sum(choice.worst for choice in assigned.choices) == assigned.worst <= limit

    @given(short_plans(), rivals(), spending, limits)
    def test_a_floor_is_never_above_what_was_chosen(self, plan, catalog, policy, limit):
        assigned = assign(plan, catalog, policy, limit)
        if isinstance(assigned, Assigned):
            assert all(choice.floor <= choice.worst for choice in assigned.choices)

    @given(short_plans(), rivals(), spending)
    def test_the_smallest_limit_is_feasible_and_one_nano_dollar_less_is_not(self, plan, catalog, policy):
        refused = assign(plan, catalog, policy, Nanodollars(-1))
        assert isinstance(refused, Unassignable)
        if refused.smallest_limit is None:
            assert refused.steps
            return
        smallest = refused.smallest_limit
        assert isinstance(assign(plan, catalog, policy, smallest), Assigned)
        assert assign(plan, catalog, policy, Nanodollars(smallest - 1)) == refused


class TestTheBest:
    """'The assignment worth most whose worst cases sum to at most `limit`. More money never gives one worth less'."""

    @given(short_plans(most=3), markets(most=4), spending, limits)
    def test_equals_trying_every_model_with_every_room_for_every_step(self, plan, catalog, policy, limit):
        assigned, best = assign(plan, catalog, policy, limit), by_trying_all(plan, catalog, policy, limit)
        if best is None:
            assert isinstance(assigned, Unassignable)
        else:
            assert (worth_of(assigned, plan, catalog, policy), -assigned.worst) == best
            assert assigned.optimality_gap == 0

    @given(short_plans(), markets(), spending, limits, limits)
    def test_more_money_never_gives_one_worth_less(self, plan, catalog, policy, one, other):
        poor, rich = (assign(plan, catalog, policy, limit) for limit in sorted((one, other)))
        if isinstance(poor, Assigned):
            assert worth_of(rich, plan, catalog, policy) >= worth_of(poor, plan, catalog, policy)

    @given(short_plans(), markets(), spending, st.integers(1, 1000))
    def test_once_what_a_strategy_wants_fits_more_money_changes_nothing(self, plan, catalog, policy, times):
        wanted = assign(plan, catalog, policy, PLENTY)
        if isinstance(wanted, Assigned):
            assert wanted.downgrades == ()
            assert assign(plan, catalog, policy, Nanodollars(wanted.worst * times)) == wanted

    @given(short_plans(), markets(), spending, limits, st.data())
    def test_permuting_the_catalogue_changes_nothing(self, plan, catalog, policy, limit, data):
        shuffled = Catalog(data.draw(st.permutations(catalog.models)))
        assert assign(plan, shuffled, policy, limit) == assign(plan, catalog, policy, limit)


class TestOneMeaning:
    """'A plan of one step gets what `route` gives the same request', for every strategy, list and budget."""

    @given(lone_steps, crowds | crowds | rivals(most=8), spending, st.data())
    def test_a_plan_of_one_step_gets_the_model_and_the_room_that_route_chooses(self, step, catalog, policy, data):
        plan = Plan("a task", (step,))
        need = evolve(planned_need(step, plan), open_ended=True)
        for available in (PLENTY, data.draw(telling_amounts(need, catalog))):
            self.assert_same(plan, need, catalog, policy, available)

    def assert_same(self, plan, need, catalog, policy, available):
        routed, assigned = route(need, catalog, policy, available), assign(plan, catalog, policy, available)
        if isinstance(routed, Routed):
            (choice,) = assigned.choices
            assert (choice.model, choice.max_output_tokens) == (routed.model.id, routed.bid.max_output_tokens)
            assert choice.worst == routed.bid.amount
            assert assigned.expected == (expected_cost(routed.model, need, room=routed.bid.max_output_tokens),)
        else:
            assert assigned == Unassignable(
                routed.needed if routed.code is Refusal.BUDGET else None,
                () if routed.code is Refusal.BUDGET else ("s",),
            )


class TestTheMenus:
    """'Without the models that another one beats at any length'."""

    @given(short_plans(most=2), st.lists(peers, min_size=2, max_size=6), spending)
    def test_nothing_that_is_best_at_some_price_is_left_out(self, plan, models, policy):
        catalog = Catalog(evolve(model, id=f"m{nth}") for nth, model in enumerate(models))
        for step, table in zip(plan.steps, served(plan, catalog, policy), strict=True):
            every = sorted((cost, -value) for cost, value, _, _ in ways(step, plan, catalog, policy))
            best = [way for nth, way in enumerate(every) if all(way[1] < before[1] for before in every[:nth])]
            assert [(dish.worst, dish.less_worth) for dish in undominated(table)] == best


class TestTheStrategies:
    """What each strategy wants of a step, where money is no object."""

    @given(short_plans(), markets())
    def test_cheapest_expects_to_spend_least_among_those_with_room_for_their_answer(self, plan, catalog):
        policy = Policy(strategy=Strategy.CHEAPEST)
        for need, chosen, models in wanted_models(plan, catalog, policy):
            roomy = [model for model in models if whole(model, need, policy)]
            if roomy:
                assert chosen in roomy
                assert expected(chosen, need) == min(expected(model, need) for model in roomy)

    @given(short_plans(), markets())
    def test_balanced_takes_the_deserved_tier_or_one_above_where_there_is_one_with_room(self, plan, catalog):
        policy = Policy()
        for need, chosen, models in wanted_models(plan, catalog, policy):
            deserved = policy.tier_for(need.difficulty)
            fitting = [m for m in models if deserved <= m.tier <= deserved + 1 and whole(m, need, policy)]
            if fitting and chosen not in fitting:  # a stronger one is never bought, and taken where it saves money
                assert chosen.tier > deserved + 1
                assert expected(chosen, need) <= min(expected(model, need) for model in fitting)

    @given(short_plans(), markets())
    def test_balanced_pays_the_least_from_the_deserved_tier_on_where_quality_is_worth_nothing(self, plan, catalog):
        policy = Policy(willingness_to_pay=Nanodollars(0))
        for need, chosen, models in wanted_models(plan, catalog, policy):
            deserved = policy.tier_for(need.difficulty)
            fitting = [m for m in models if deserved <= m.tier and whole(m, need, policy)]
            if fitting:
                assert expected(chosen, need) == min(expected(model, need) for model in fitting)

    @given(short_plans(), markets(), st.integers(0, 120))
    def test_best_quality_takes_the_cheapest_that_is_as_good_as_the_best(self, plan, catalog, band):
        policy = Policy(strategy=Strategy.BEST_QUALITY, rating_band=band)
        for need, chosen, models in wanted_models(plan, catalog, policy):
            top = max((model.tier, rated(model)) for model in models)
            equals = [m for m in models if m.tier == top[0] and rated(m) >= top[1] - band and whole(m, need, policy)]
            if equals:
                assert chosen in equals
                assert expected(chosen, need) == min(expected(model, need) for model in equals)

    @given(short_plans(), markets())
    def test_budget_constrained_takes_the_cheapest_of_the_strongest_tier(self, plan, catalog):
        policy = Policy(strategy=Strategy.BUDGET_CONSTRAINED)
        for need, chosen, models in wanted_models(plan, catalog, policy):
            strongest = [m for m in models if m.tier == max(model.tier for model in models)]
            roomy = [model for model in strongest if whole(model, need, policy)]
            assert chosen in strongest
            if roomy:
                assert expected(chosen, need) == min(expected(model, need) for model in roomy)


def wanted_models(plan, catalog, policy):
    """For each step its need, the model it gets where money is no object, and those that could do it."""
    assigned = assign(plan, catalog, policy, PLENTY)
    if isinstance(assigned, Assigned):
        for step, choice in zip(plan.steps, assigned.choices, strict=True):
            need = planned_need(step, plan)
            yield need, catalog[choice.model], able(need, catalog, policy)


def expected(model, need):
    return likely_cost(model, need, likely_output(need, thinks=thinks(model)))


def whole(model, need, policy):
    """Whether the widest cap that the model can be given holds what it will probably write."""
    return not lacking(max(rooms(model, need, policy)), wanted_room(need, policy, thinks=thinks(model)))


class TestTheModels:
    """Money decides which model; never whether it can do the work."""

    @given(short_plans(), rivals(), spending, limits)
    def test_every_step_gets_a_model_that_can_do_it(self, plan, catalog, policy, limit):
        assigned = assign(plan, catalog, policy, limit)
        if isinstance(assigned, Assigned):
            for step, choice in zip(plan.steps, assigned.choices, strict=True):
                assert step.capabilities in catalog[choice.model].capabilities

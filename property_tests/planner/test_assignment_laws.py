"""Laws of assigning models to the steps of a plan under one budget."""

from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import rivals, spending
from tokenwise.catalog.models import Catalog
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.planner.assignment import Assigned, Unassignable, assign, utility
from tokenwise.traits import Capability

limits = st.integers(0, 60_000_000).map(Nanodollars)


@st.composite
def short_plans(draw):
    names = [f"s{index}" for index in range(draw(st.integers(1, 4)))]
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


def worth(assigned, plan, catalog, policy):
    pairs = zip(plan.steps, assigned.choices, strict=True)
    return sum(utility(catalog[choice.model], step, policy) for step, choice in pairs)


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
    """'The best assignment whose worst cases sum to at most `limit`. More money never gives less utility'."""

    @given(short_plans(), rivals(), spending, limits, limits)
    def test_more_money_never_gives_less_utility(self, plan, catalog, policy, one, other):
        poor, rich = (assign(plan, catalog, policy, limit) for limit in sorted((one, other)))
        if isinstance(poor, Assigned):
            assert worth(rich, plan, catalog, policy) >= worth(poor, plan, catalog, policy)

    @given(short_plans(), rivals(), spending, limits, st.data())
    def test_permuting_the_catalogue_changes_nothing(self, plan, catalog, policy, limit, data):
        shuffled = Catalog(data.draw(st.permutations(catalog.models)))
        assert assign(plan, shuffled, policy, limit) == assign(plan, catalog, policy, limit)


class TestTheModels:
    """Money decides which model; never whether it can do the work."""

    @given(short_plans(), rivals(), spending, limits)
    def test_every_step_gets_a_model_that_can_do_it(self, plan, catalog, policy, limit):
        assigned = assign(plan, catalog, policy, limit)
        if isinstance(assigned, Assigned):
            for step, choice in zip(plan.steps, assigned.choices, strict=True):
                assert step.capabilities in catalog[choice.model].capabilities

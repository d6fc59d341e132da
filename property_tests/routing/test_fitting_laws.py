"""Laws of fitting one request to the money that is there."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import plain_needs, questions, rivals
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import FREE, Price, Rate
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.policy import FreeModels, Policy
from tokenwise.routing.bid import Bid, Need, cap, longest_bid, make_bid, writes_of
from tokenwise.routing.fitting import Unaffordable, bid_of, bids_in_order, fit, shorten
from tokenwise.routing.floors import floor_of, is_plain
from tokenwise.routing.health import ANY_MODEL
from tokenwise.routing.ranking import candidates
from tokenwise.routing.shortlist import able
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount

seats = st.tuples(
    st.sampled_from(["direct", "openrouter"]), st.sampled_from(["vendor/m0", "vendor/m1", "vendor/m2", ANY_MODEL])
)
cooling = st.frozensets(seats, max_size=3)
charged = Price((Rate(NanoPerMtok(1), NanoPerMtok(1), NanoPerMtok(1), NanoPerMtok(1)),))
tariffs = st.sampled_from([FREE, charged])
preferences = st.sampled_from(["vendor/m0", "vendor/m1", "vendor/m2", "vendor/gone", ""])


class TestTheMoney:
    """'The worst case of the bid is within `available`, and more money never gives a less preferred model'."""

    @given(questions(), preferences, cooling)
    def test_the_worst_case_fits(self, question, preferred, avoid):
        need, catalog, policy, available = question
        bid = fit(need, catalog, policy, available, preferred=preferred, avoid=avoid)
        if isinstance(bid, Bid):
            price = catalog[bid.model].offered_by[bid.provider].price
            every = bid.max_output_tokens * need.choices
            writes = writes_of(catalog[bid.model], need)
            assert bid.amount == price.worst(input_tokens=bid.input_tokens, output_tokens=every, writes=writes)
            assert bid.amount <= available
            assert bid.input_tokens == need.input.bound

    @given(questions(), preferences, cooling, st.integers(0, 40_000_000))
    def test_more_money_never_gives_a_less_preferred_model(self, question, preferred, avoid, more):
        need, catalog, policy, available = question
        order = list(bids_in_order(need, catalog, policy, preferred=preferred, avoid=avoid))
        poor = fit(need, catalog, policy, available, preferred=preferred, avoid=avoid)
        rich = fit(need, catalog, policy, Nanodollars(available + more), preferred=preferred, avoid=avoid)
        if isinstance(poor, Bid):
            assert order.index(rich) <= order.index(poor)

    @given(questions(), preferences, cooling)
    def test_what_is_said_to_be_needed_is_enough_and_a_nano_dollar_less_is_not(self, question, preferred, avoid):
        need, catalog, policy, available = question
        answer = fit(need, catalog, policy, available, preferred=preferred, avoid=avoid)
        if isinstance(answer, Unaffordable) and answer.needed is not None:
            less = Nanodollars(answer.needed - 1)
            assert isinstance(fit(need, catalog, policy, answer.needed, preferred=preferred, avoid=avoid), Bid)
            assert isinstance(fit(need, catalog, policy, less, preferred=preferred, avoid=avoid), Unaffordable)


class TestWhatNoPriceCovers:
    """'Only a free model may then be asked', by whichever seller."""

    @given(plain_needs(), st.lists(st.tuples(tariffs, tariffs), min_size=1, max_size=4), cooling)
    def test_no_seller_that_charges_is_asked(self, need, sold, avoid):
        def row(index, direct, router):
            offers = (Offer("direct", "m", direct), Offer("openrouter", "m", router))
            able, room = Capability.GENERAL | Capability.CODE, (100_000, 4_000)
            return Model(f"vendor/m{index}", Tier.BUDGET, able, *room, offers, Feature.TOOLS)

        catalog = Catalog([row(index, *tariff) for index, tariff in enumerate(sold)])
        need = evolve(need, unpriced="a hosted tool")
        for bid in bids_in_order(need, catalog, Policy(), preferred="", avoid=avoid):
            assert catalog[bid.model].offered_by[bid.provider].price == FREE


class TestTheModel:
    """'The preferred model in full; then, in full, the most preferred model that is not stronger than it'."""

    @given(questions(), preferences, cooling)
    def test_never_a_stronger_one_than_preferred_unless_every_seller_of_that_cools(self, question, preferred, avoid):
        need, catalog, policy, _ = question
        top = catalog[preferred].tier if preferred in catalog else Tier.FLAGSHIP
        bids = list(bids_in_order(need, catalog, policy, preferred=preferred, avoid=avoid))
        cools = preferred in catalog and bid_of(catalog[preferred], need, policy, avoid) is None
        assert cools or all(catalog[bid.model].tier <= top for bid in bids)

    @given(questions())
    def test_never_a_stronger_one_where_nobody_cools(self, question):
        need, catalog, policy, _ = question
        for preferred in catalog.models:
            bids = bids_in_order(need, catalog, policy, preferred=preferred.id)
            assert all(catalog[bid.model].tier <= preferred.tier for bid in bids)

    @given(questions(), preferences, cooling)
    def test_nothing_weaker_is_asked_before_the_preferred_one_even_if_it_cools(self, question, preferred, avoid):
        need, catalog, policy, _ = question
        order = [bid.model for bid in bids_in_order(need, catalog, policy, preferred=preferred, avoid=avoid)]
        if preferred in order:
            before = order[: order.index(preferred)]
            assert all(catalog[name].tier >= catalog[preferred].tier for name in before)

    @given(questions(), preferences, cooling)
    def test_always_one_that_meets_every_constraint(self, question, preferred, avoid):
        need, catalog, policy, _ = question
        able = {model.id for model in candidates(need, catalog, policy)}
        bids = list(bids_in_order(need, catalog, policy, preferred=preferred, avoid=avoid))
        assert {bid.model for bid in bids} <= able
        assert len({bid.model for bid in bids}) == len(bids)

    @given(questions(), preferences, cooling)
    def test_one_that_cools_only_after_the_others_of_its_tier_and_only_where_it_cools_everywhere(
        self, question, preferred, avoid
    ):
        need, catalog, policy, _ = question
        closed = set()
        for bid in bids_in_order(need, catalog, policy, preferred=preferred, avoid=avoid):
            tier = catalog[bid.model].tier
            if {(bid.provider, bid.model), (bid.provider, ANY_MODEL)} & avoid:
                closed.add(tier)
                assert bid_of(catalog[bid.model], need, policy, avoid) is None
            else:
                assert tier not in closed

    @given(questions(), preferences)
    def test_the_preferred_one_comes_first_where_it_can_do_it(self, question, preferred):
        need, catalog, policy, _ = question
        if preferred in {model.id for model in candidates(need, catalog, policy)}:
            assert next(bids_in_order(need, catalog, policy, preferred=preferred)).model == preferred

    @given(questions(), preferences, st.data())
    def test_permuting_the_catalogue_changes_nothing(self, question, preferred, data):
        need, catalog, policy, available = question
        shuffled = Catalog(data.draw(st.permutations(catalog.models)))
        before = fit(need, catalog, policy, available, preferred=preferred)
        assert fit(need, shuffled, policy, available, preferred=preferred) == before


class TestShortening:
    """'The bid that can say most for the money once its cap is cut, if that is still worth having'."""

    @given(plain_needs(), rivals(), st.integers(1, 8), st.integers(0, 40_000_000))
    def test_all_the_choices_together_are_within_the_money(self, need, catalog, choices, available):
        need = evolve(need, choices=choices, max_output_tokens=8_000)
        for model in catalog.models:
            for offer in model.offers:
                if isinstance(offer.price, Price) and cap(model, need) > 0:
                    bid = longest_bid(model, offer, need, Nanodollars(available))
                    assert bid is None or bid.amount <= available

    @given(questions(), preferences)
    def test_within_the_money_the_cap_and_what_is_worth_having(self, question, preferred):
        need, catalog, policy, available = question
        bids = list(bids_in_order(need, catalog, policy, preferred=preferred))
        bid = shorten(bids, need, catalog, policy, available)
        if bid:
            assert bid.amount <= available
            assert min(need.max_output_tokens, policy.min_output_tokens) <= bid.max_output_tokens
            assert bid.max_output_tokens <= cap(catalog[bid.model], need)
            model = catalog[bid.model]
            longer = make_bid(model, model.offered_by[bid.provider], need, output_tokens=bid.max_output_tokens + 1)
            assert longer.amount > available or bid.max_output_tokens == cap(catalog[bid.model], need)

    @given(questions(), preferences, st.integers(0, 40_000_000))
    def test_more_money_never_shortens(self, question, preferred, more):
        need, catalog, policy, available = question
        bids = list(bids_in_order(need, catalog, policy, preferred=preferred))
        poor = shorten(bids, need, catalog, policy, available)
        rich = shorten(bids, need, catalog, policy, Nanodollars(available + more))
        assert poor is None or rich.max_output_tokens >= poor.max_output_tokens


def _seller(index, prices, above):
    first, *more = [Rate(*map(NanoPerMtok, (read, written, 0, read))) for read, written in prices]
    price = Price((first, *(evolve(rate, above_input_tokens=above) for rate in more)))
    return Model(
        id=f"vendor/m{index}",
        tier=Tier.BUDGET if index % 5 else Tier.MID,
        capabilities=Capability.GENERAL,
        context_tokens=10_000,
        max_output_tokens=1_000,
        offers=(Offer("direct", "m", price),),
        template_tokens=above if index % 4 == 3 else 0,
    )


cents = st.integers(0, 12).map(lambda price: price * 10**6)
rates = st.tuples(cents, cents)
sellers = st.tuples(st.one_of(*[st.tuples(rates)] * 3, st.tuples(rates, rates)), st.integers(1, 60))
many = st.lists(sellers, min_size=6, max_size=12).map(
    lambda rows: Catalog(_seller(n, *row) for n, row in enumerate(rows))
)


class TestTheFloor:
    """'The least that any answer to a request can be held for, without a look at every model'."""

    @given(many, st.sampled_from(Tier), st.integers(1, 100))
    def test_is_that_of_looking_at_every_model(self, catalog, upto, length):
        policy = Policy(free_models=FreeModels.PREFER)
        for bound in range(0, 200, 9):
            need = Need(Capability.GENERAL, TokenCount(0, bound), 500, 100)
            assert is_plain(need)
            models = [model for model in able(need, catalog, policy) if model.tier <= upto]
            amounts = [make_bid(model, model.offers[0], need, output_tokens=length).amount for model in models]
            assert floor_of(need, catalog, policy, output_tokens=length, upto=upto) == min(amounts, default=None)

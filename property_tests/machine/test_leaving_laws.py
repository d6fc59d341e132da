"""Laws of streams that nobody waits for: what is charged covers what an honest vendor bills by its rule."""

from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from property_tests.strategies import catalogs, needs
from tokenwise.catalog.prices import Price
from tokenwise.ids import AttemptId
from tokenwise.machine.leaving import NOTICED_MS, TOKENS_A_SECOND, charge_of_left
from tokenwise.machine.messages import Left
from tokenwise.routing.bid import cap, make_bid, writes_of
from tokenwise.traits import Feature
from tokenwise.usage import Usage

lefts = st.builds(
    Left,
    attempt=st.just(AttemptId("answer", 0)),
    said_tokens=st.integers(0, 5_000),
    silent_ms=st.integers(0, 20_000),
    stops=st.booleans(),
    quiet=st.booleans(),
    thought=st.booleans(),
)


@st.composite
def calls(draw):
    """A call that can be bid for: the bid, its model, the need and the price."""
    need, catalog = draw(needs()), draw(catalogs())
    offered = [
        (model, offer)
        for model in catalog.models
        for offer in model.offers
        if isinstance(offer.price, Price) and cap(model, need) > 0
    ]
    assume(offered)
    model, offer = draw(st.sampled_from(offered))
    return make_bid(model, offer, need, output_tokens=cap(model, need)), model, need, offer.price


@st.composite
def bills(draw, bid, model, need, left):
    """What an honest vendor bills at most: the input within its bound, and what it made until it noticed."""
    writes = writes_of(model, need)
    prompt = draw(st.integers(0, bid.input_tokens))
    hour = draw(st.integers(0, min(prompt, writes.hour)))
    short = draw(st.integers(0, min(prompt - hour, writes.hour + writes.minutes - hour)))
    read = draw(st.integers(0, prompt - hour - short))
    made = left.said_tokens + TOKENS_A_SECOND * (left.silent_ms + NOTICED_MS) * bid.choices // 1000
    output = draw(st.integers(0, min(made, bid.max_output_tokens * bid.choices)))
    return Usage(prompt - hour - short - read, read, hour, output, 0, short)


class TestTheCharge:
    """'The most that this call may be billed, and never more than is held for it'."""

    @given(st.data(), calls(), lefts)
    def test_it_covers_what_an_honest_vendor_bills_and_no_more_than_is_held(self, data, call, left):
        bid, model, need, price = call
        charged = charge_of_left(left, bid, model, need, price)
        if charged is not None:
            assert charged <= bid.amount
            usage = data.draw(bills(bid, model, need, left))
            assert min(bid.amount, price.cost(usage) + bid.surcharge) <= charged

    @given(st.data(), calls(), lefts)
    def test_so_it_does_where_the_input_was_counted_when_the_answer_began(self, data, call, left):
        bid, model, need, price = call
        usage = data.draw(bills(bid, model, need, left))
        begun = evolve(left, counted=evolve(usage, output_tokens=data.draw(st.integers(0, usage.output_tokens))))
        charged = charge_of_left(begun, bid, model, need, price)
        if charged is not None:
            assert min(bid.amount, price.cost(usage) + bid.surcharge) <= charged <= bid.amount

    @given(calls(), lefts)
    def test_with_the_input_counted_it_is_what_the_most_that_was_made_comes_to(self, call, left):
        bid, model, need, price = call
        begun = evolve(left, stops=True, quiet=True, thought=False, counted=Usage(bid.input_tokens))
        made = left.said_tokens + TOKENS_A_SECOND * (left.silent_ms + NOTICED_MS) * bid.choices // 1000
        most = Usage(bid.input_tokens, output_tokens=min(made, bid.max_output_tokens * bid.choices))
        charged = charge_of_left(begun, bid, model, need, price)
        assert charged is not None
        assert charged >= min(bid.amount, price.cost(most) + bid.surcharge)

    @given(calls(), lefts, st.integers(0, 5_000), st.integers(0, 20_000))
    def test_more_heard_and_longer_silence_never_cost_less(self, call, left, tokens, ms):
        bid, model, need, price = call
        later = evolve(left, said_tokens=left.said_tokens + tokens, silent_ms=left.silent_ms + ms)
        first, second = (charge_of_left(each, bid, model, need, price) for each in (left, later))
        assert (first is None) == (second is None)
        assert first is None or first <= second

    @given(calls(), lefts)
    def test_the_hold_stands_where_the_answer_goes_on_or_can_be_thought_unseen(self, call, left):
        bid, model, need, price = call
        assert charge_of_left(evolve(left, unsent=True), bid, model, need, price) == 0
        thinks = Feature.REASONING_EFFORT in model.features
        stands = not left.stops or left.thought or (thinks and not left.quiet)
        assert (charge_of_left(left, bid, model, need, price) is None) == stands
        thinker = evolve(model, features=model.features | Feature.REASONING_EFFORT)
        assert charge_of_left(evolve(left, quiet=False), bid, thinker, need, price) is None

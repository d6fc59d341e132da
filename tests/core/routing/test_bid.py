"""Bids: the cap that is priced is the cap that is sent."""

import pytest
from attrs import evolve

from tests.core.worlds import MINI, model
from tokenwise.catalog.attachments import Attachments
from tokenwise.catalog.models import Catalog
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import Bid, Known, Need, cap, input_bound, longest_bid, make_bid
from tokenwise.routing.worth import expected_cost
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount, Usage

NEED = Need(Capability.CODE, TokenCount(100, 400), max_output_tokens=500, output_tokens=200)


class TestTheCap:
    def test_is_the_callers_wish_where_there_is_room(self):
        assert cap(MINI, NEED) == 500

    def test_is_the_models_limit_where_the_wish_is_longer(self):
        assert cap(MINI, evolve(NEED, max_output_tokens=50_000)) == 8_000

    def test_is_what_the_window_leaves_beside_the_expected_input(self):
        narrow = model("narrow", Tier.BUDGET, 1, 2, context_tokens=350)
        assert cap(narrow, NEED) == 250

    def test_is_below_one_where_the_input_alone_is_too_long(self):
        assert cap(model("tiny", Tier.BUDGET, 1, 2, context_tokens=90), NEED) == -10


def test_a_bid_is_the_worst_case_of_the_input_bound_and_of_exactly_this_cap():
    bid = make_bid(MINI, MINI.offers[1], NEED, output_tokens=321)
    assert bid == Bid("mini", "openrouter", "mini", 400, 321, Nanodollars(400 * 1000 + 321 * 2000))


class TestWhatASellerHasCounted:
    """Its own count bounds what it bills, and nobody else's bill."""

    KNOWN = evolve(NEED, known=(Known("openrouter", "mini", 150), Known("direct", "mid", 10)))

    def test_lowers_that_sellers_bid_alone(self):
        bids = {offer.provider: make_bid(MINI, offer, self.KNOWN, output_tokens=321) for offer in MINI.offers}
        assert {name: bid.input_tokens for name, bid in bids.items()} == {"direct": 400, "openrouter": 150}
        assert bids["openrouter"].amount == 150 * 1000 + 321 * 2000

    def test_never_raises_it(self):
        loose = evolve(NEED, known=(Known("openrouter", "mini", 9_000),))
        assert make_bid(MINI, MINI.offers[1], loose, output_tokens=1).input_tokens == 400

    def test_leaves_room_for_a_longer_answer(self):
        bids = [longest_bid(MINI, MINI.offers[1], each, Nanodollars(600_000)) for each in (NEED, self.KNOWN)]
        assert [bid.max_output_tokens for bid in bids] == [100, 225]

    def test_counts_what_came_with_it_and_not_what_was_attached_since(self):
        picture = Attachments(images=1)
        seen = evolve(NEED, attachments=picture, known=(Known("openrouter", "mini", 150, picture),))
        more = picture.beyond_usual("mini", window_tokens=MINI.context_tokens)
        assert make_bid(MINI, MINI.offers[1], seen, output_tokens=1).input_tokens == min(150, 400) + more


class TestATemplateWithWordsOfItsOwn:
    """Eleven of thirteen calls to a small open model overran by 1 to 6 tokens: its template brings a system prompt."""

    WORDY = evolve(MINI, template_tokens=6)

    def test_is_held_beside_the_rest(self):
        plain, wordy = (make_bid(one, one.offers[1], NEED, output_tokens=321) for one in (MINI, self.WORDY))
        assert wordy.input_tokens == plain.input_tokens + 6
        assert wordy.amount == self.WORDY.price.cost(Usage(input_tokens=406, output_tokens=321))

    def test_is_part_of_what_the_longest_bid_leaves_room_for(self):
        bid = longest_bid(self.WORDY, self.WORDY.offers[0], NEED, Nanodollars(408_000))
        assert (bid.max_output_tokens, bid.amount) == (1, 408_000)

    def test_is_nothing_to_what_is_embedded(self):
        embedding = evolve(NEED, max_output_tokens=0, features=Feature.EMBEDDINGS)
        assert input_bound(self.WORDY, embedding) == 400

    def test_is_in_the_catalogue_s_fingerprint_only_where_there_is_one(self):
        before = Catalog([MINI]).fingerprint
        assert Catalog([evolve(self.WORDY, template_tokens=0)]).fingerprint == before
        assert Catalog([self.WORDY]).fingerprint != before


class TestTheLongestBid:
    @pytest.mark.parametrize(
        ("available", "tokens"), [(400_000, 0), (401_999, 0), (402_000, 1), (1_400_000, 500), (10**9, 500)]
    )
    def test_is_as_long_as_the_money_and_the_cap_allow(self, available, tokens):
        bid = longest_bid(MINI, MINI.offers[0], NEED, Nanodollars(available))
        assert bid.max_output_tokens == tokens
        assert bid.amount <= available

    def test_is_none_where_not_even_the_input_is_paid(self):
        assert longest_bid(MINI, MINI.offers[0], NEED, Nanodollars(399_999)) is None


def test_the_expected_cost_counts_the_expected_input_and_output_within_the_cap():
    assert expected_cost(MINI, NEED, room=500) == 100 * 1000 + 200 * 2000
    assert expected_cost(MINI, NEED, room=50) == 100 * 1000 + 50 * 2000


@pytest.mark.parametrize("bad", [{"max_output_tokens": 0}, {"output_tokens": -1}])
def test_a_need_of_no_output_cannot_be(bad):
    with pytest.raises(ValueError, match="output_tokens"):
        evolve(NEED, **bad)

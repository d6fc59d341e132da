"""The arena with this project in it, in its small size: the law of money, by the upstream's own count."""

import pytest
import trio

from tests.arena.contestants import TokenWise
from tests.arena.match import fight
from tests.arena.rounds import ROUNDS, SIZES

# What was asked for was answered whole and told truly, so the books know each cent.
CALM = ("crowd", "streams", "open-ended", "scripts", "tools, pictures", "no price")


@pytest.fixture(scope="module")
def results():
    return {each.round: each for each in trio.run(lambda: fight(TokenWise(), ROUNDS, SIZES["small"]))}


@pytest.mark.slow  # a gateway of its own is started three times, and answers four hundred requests
class TestTheLaw:
    def test_nobody_is_billed_more_than_the_cap_and_what_the_books_own_up_to(self, results):
        assert {name: one.over for name, one in results.items() if one.over > one.owned_up} == {}

    def test_the_books_know_at_least_what_was_billed(self, results):
        assert {name: one.books - one.billed for name, one in results.items() if one.books < one.billed} == {}

    @pytest.mark.parametrize("name", CALM)
    def test_the_books_are_the_upstreams_count_where_every_answer_came_whole(self, results, name):
        assert results[name].books == results[name].billed

    def test_what_has_no_price_is_not_asked(self, results):
        assert results["no price"].billed == 0

    def test_nobody_in_a_crowd_is_refused_while_the_money_is_there(self, results):
        assert (results["crowd"].wrongly, results["streams"].wrongly) == (0, 0)
        assert min(results["crowd"].used, results["streams"].used) > 0.9

    def test_it_was_a_fight(self, results):
        """Else the tests above would show nothing: clients left, the gateway was killed, upstreams failed."""
        assert results["leavers"].statuses["left"] > 0
        assert results["restarts"].statuses["lost"] > 0
        assert results["faults"].statuses["502"] > 0
        assert results["lies"].owned_up > 0

"""The budget under fire: see `fire`, of which this is a short burst."""

import pytest
import trio

from tests.shell.fire import burn

CLIENTS, SECONDS = 64, 8


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    return trio.run(lambda: burn(tmp_path_factory.mktemp("fire"), clients=CLIENTS, seconds=SECONDS))


@pytest.mark.slow  # it burns for some seconds
class TestUnderFire:
    def test_it_burned(self, after):
        """Else the tests below would show nothing: answers, refusals for money, clients that left, broken streams."""
        for what in ("200", "402", "left before the answer", "left in a stream"):
            assert after.counts[what] > 0, after.counts
        assert "500" not in after.counts
        assert after.served > 100

    def test_no_key_was_billed_more_than_its_budget_and_what_the_ledger_owns_up_to(self, after):
        assert after.overspent == {}

    def test_the_ledger_knows_at_least_what_the_provider_billed(self, after):
        assert after.undercharged == {}

    def test_the_books_balance_after_a_sigterm(self, after):
        assert after.exit_code == 0
        assert after.verify_code == 0, after.verify_said

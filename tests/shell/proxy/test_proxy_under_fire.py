"""The budget under fire: see `fire`, of which this is a short burst."""

import pytest
import trio

from tests.shell.fire import burn

CLIENTS, SECONDS = 64, 60
# Else the tests would show nothing: answers, refusals for money, clients that left, broken streams.
ENOUGH = {"200": 300, "402": 100, "left before the answer": 20, "left in a stream": 20}


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    return trio.run(lambda: burn(tmp_path_factory.mktemp("fire"), clients=CLIENTS, seconds=SECONDS, enough=ENOUGH))


@pytest.mark.slow  # it burns for some seconds
class TestUnderFire:
    def test_it_burned(self, after):
        assert {what: after.counts[what] for what, least in ENOUGH.items() if after.counts[what] < least} == {}
        assert "500" not in after.counts
        assert after.served > 100

    def test_no_key_was_billed_more_than_its_budget_and_what_the_ledger_owns_up_to(self, after):
        assert after.overspent == {}

    def test_the_ledger_knows_at_least_what_the_provider_billed(self, after):
        assert after.undercharged == {}

    def test_the_books_balance_after_a_sigterm(self, after):
        assert after.exit_code == 0
        assert after.verify_code == 0, after.verify_said

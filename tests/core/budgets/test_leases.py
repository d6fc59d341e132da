"""How large a lease is. Laws: test_lease_laws."""

import pytest

from tokenwise.budgets.leases import FIRST, MOST, SHARE, lease_for


@pytest.mark.parametrize(
    ("before", "available", "amount"),
    [
        (0, None, 100 * FIRST),  # a first one covers several of the largest reservations
        (5000, None, 10_000),  # one that was used up is followed by one of twice the size
        (100 * MOST, None, 100 * MOST),
        (0, SHARE * 900, 900),  # a small share of what is left
        (1600, SHARE * 199, 0),  # below two reservations it spares no sync, and takes money from who could use it
    ],
)
def test_the_size_of_a_lease(before, available, amount):
    assert lease_for(largest=100, before=before, available=available) == amount


def test_of_reservations_that_cost_nothing_none_needs_a_lease():
    assert lease_for(largest=0, before=0, available=1000) == 0

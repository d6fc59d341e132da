"""How large a lease is."""

import pytest

from tokenwise.budgets.leases import FIRST, MOST, SHARE, lease_for


def test_a_first_lease_covers_several_of_the_largest_reservations():
    assert lease_for(largest=100, before=0, available=None) == 100 * FIRST


def test_a_lease_that_was_used_up_is_followed_by_one_of_twice_the_size():
    assert lease_for(largest=100, before=5000, available=None) == 10_000


def test_there_is_a_largest_lease():
    assert lease_for(largest=100, before=100 * MOST, available=None) == 100 * MOST


def test_a_lease_is_a_small_share_of_what_is_left():
    assert lease_for(largest=100, before=0, available=SHARE * 900) == 900


@pytest.mark.parametrize("available", [0, 100, SHARE * 199])
def test_near_the_limit_there_is_none(available):
    """Below two reservations a lease spares no sync, and takes money from those who could use it."""
    assert lease_for(largest=100, before=1600, available=available) == 0


def test_of_reservations_that_cost_nothing_none_needs_a_lease():
    assert lease_for(largest=0, before=0, available=1000) == 0

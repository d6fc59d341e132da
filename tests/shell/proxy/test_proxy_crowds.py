"""Many real clients on one small budget, in front of a provider that bills every token it may.

`python -m tests.benchmarks crowd` does it with six hundred.
"""

import pytest

from tests.shell.crowd import crowded
from tokenwise.money import parse_usd

CLIENTS = 120


@pytest.mark.slow  # over a hundred clients, each of which asks up to four times
class TestACrowd:
    @pytest.mark.parametrize("usd", [(1, 2), (5, 25)])
    async def test_who_names_no_length_shares_what_is_there(self, tmp_path, usd):
        crowd = await crowded(tmp_path, CLIENTS, parse_usd("0.05"), usd)
        assert crowd.served >= 8
        assert crowd.spent <= crowd.limit + crowd.overrun
        assert crowd.overrun == 0
        assert not crowd.hasty
        assert set(crowd.statuses) <= {200, 402, 429}

    async def test_of_sixty_four_at_once_those_that_fit_are_served(self, tmp_path):
        crowd = await crowded(tmp_path, 64, parse_usd("0.10"), (1, 15), max_tokens=400)
        assert crowd.served >= 14
        assert crowd.last_s <= 10
        assert crowd.spent <= crowd.limit + crowd.overrun
        assert not crowd.hasty

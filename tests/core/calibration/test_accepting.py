"""Which pair a cascade should ask first, and how often its answers are accepted: arithmetic that a person can check."""

import pytest

from tokenwise.calibration.accepting import (
    LEAST_ACCEPTED,
    Compared,
    best_pair,
    pairing_of,
    rates_by,
    shares_of,
)
from tokenwise.policy import AcceptRates
from tokenwise.traits import Capability

MATH = Capability.MATH
COSTS = {"tiny": 1.0, "mini": 1.0, "odd": 2.0, "mid": 6.0, "big": 10.0}


def row(answers, right="a", costs=None):
    """One character for each model's answer, in the order of COSTS; "-" is none."""
    told = dict(zip(COSTS, answers.replace("-", " "), strict=True))
    scores = {model: float(answer == right) for model, answer in told.items()}
    return Compared(MATH, {model: answer.strip() for model, answer in told.items()}, scores, costs or COSTS)


# tiny and mini are right together in six of ten and differ where one is wrong; odd agrees with nobody; mid is too dear.
ROWS = [row(answers) for answers in ("aaxaa",) * 6 + ("abyaa", "bayaa", "abzaa", "a-zaa")]


def test_the_cheapest_pair_that_closes_the_gap_is_chosen():
    assert best_pair(ROWS, "big") == ("mini", "tiny")


def test_what_it_recovers_and_costs_is_told_of_the_other_half():
    found = pairing_of(ROWS * 10, "big", seed=3)
    assert (found.first, found.second, found.requests) == ("mini", "tiny", 50)
    assert found.recovered == pytest.approx(1.0)
    assert found.cost == pytest.approx(0.6, abs=0.15)  # 0.2 + 0.4 of the strong model
    assert found.pays
    assert pairing_of(ROWS * 10, "big", seed=3) == found


def test_two_that_are_wrong_together_are_not_chosen_where_others_are_not():
    rows = [row(answers) for answers in ("aaaaa",) * 6 + ("bbaaa",) * 2 + ("abcaa",) * 2]
    assert "odd" in best_pair(rows, "big")  # tiny and mini save more, and keep two wrong answers


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("aaaaa")] * 10,  # nothing to gain: the cheap ones are as good
        [row("abcaa")] * 10,  # nobody agrees, so nothing is saved
        [row("aabaa", costs=dict.fromkeys(COSTS, 10.0))] * 10,  # nobody is cheap
    ],
)
def test_where_no_pair_pays_there_is_none(rows):
    assert best_pair(rows, "big") is None
    assert pairing_of(rows, "big") is None


def test_a_kind_with_too_few_requests_keeps_its_forecast():
    told = [(MATH, nth % 4 > 0) for nth in range(400)] + [(Capability.CODE, True)] * (LEAST_ACCEPTED - 1)
    (share,) = shares_of(told)
    assert (share.kind, share.requests, share.rate) == ("math", 400, 0.75)
    # Wilson's interval of 300 in 400.
    assert (round(share.low, 4), round(share.high, 4)) == (0.7053, 0.7899)
    rates = rates_by([share], AcceptRates(code=0.4))
    assert (rates.math, rates.code, rates.general) == (0.75, 0.4, 0.0)


def test_a_request_of_two_kinds_counts_for_both():
    assert [share.kind for share in shares_of([(MATH | Capability.CODE, True)] * LEAST_ACCEPTED)] == ["code", "math"]
    assert [share.kind for share in shares_of([(Capability.GENERAL, True)] * LEAST_ACCEPTED)] == ["general"]

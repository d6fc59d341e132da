"""Weights from outcomes: fitted where there is something to learn, refused where there is not, the same every time."""

import pytest

from tokenwise.calibration.cuts import Cuts, cuts_for_cost, cuts_for_share
from tokenwise.calibration.evidence import LEAST_OUTCOMES, Outcome, area, weigh_evidence
from tokenwise.calibration.regression import fit_logistic
from tokenwise.ids import AttemptId, jitter
from tokenwise.money import Nanodollars
from tokenwise.policy import Calibration, Policy
from tokenwise.prompt import Message, Role
from tokenwise.routing.request import read_request
from tokenwise.scenario.detector import detect
from tokenwise.scenario.numbers import NUMBERS, chance_by, numbers_of

PLACE = {name: place for place, name in enumerate(NUMBERS)}


def draw(name, place, upto=1000):
    return jitter(0, AttemptId(name, place), upto - 1) / upto


def outcomes(count, *, told_by=None):
    """Requests with numbers drawn at random; bad answers follow one of them, or nothing."""
    made = []
    for place in range(count):
        numbers = tuple(round(4 * draw(name, place), 3) for name in NUMBERS)
        chance = 0.15 + 0.7 * (numbers[PLACE[told_by]] > 2) if told_by else 0.4
        made.append(Outcome(numbers, float(draw("outcome", place) < chance)))
    return made


@pytest.mark.slow  # a thousand draws each
class TestEvidence:
    def test_what_the_outcomes_follow_is_found_and_is_surely_better(self):
        found = weigh_evidence(outcomes(400, told_by="math"))
        weights = dict(found.calibration.weights)
        assert found.better
        assert found.fitted > 0.6
        assert max(weights, key=lambda name: abs(weights[name])) == "math"

    def test_where_they_follow_nothing_there_is_no_sure_difference(self):
        for seed in range(3):
            assert not weigh_evidence(outcomes(400), seed=seed).better

    def test_where_they_follow_length_weights_are_no_better_than_length(self):
        found = weigh_evidence(outcomes(400, told_by="characters"))
        assert found.to_today.sure
        assert not found.to_length.sure
        assert not found.better

    def test_equal_outcomes_and_seeds_give_equal_reports(self):
        some = outcomes(300, told_by="math")
        assert weigh_evidence(some, seed=7) == weigh_evidence(some, seed=7)

    @pytest.mark.parametrize("count", [0, 10, LEAST_OUTCOMES - 1])
    def test_too_few_outcomes_are_not_weighed(self, count):
        found = weigh_evidence(outcomes(count, told_by="math"))
        assert found.trouble == f"{count} outcomes; at least {LEAST_OUTCOMES} are needed"
        assert not found.better

    def test_outcomes_of_one_kind_tell_nothing(self):
        good = [Outcome(one.numbers, 0.0) for one in outcomes(300)]
        assert weigh_evidence(good).trouble == "0 of 300 answers were bad; at least 20 of each kind are needed"

    def test_where_the_strong_model_is_known_what_it_wins_counts(self):
        bad = Outcome(outcomes(1)[0].numbers, 1.0, gain=0.0)
        assert (bad.won, Outcome(bad.numbers, 1.0).won) == (0.0, 1.0)


class TestArea:
    def test_the_right_order_wins_all_at_once_and_the_wrong_one_at_last(self):
        assert area([4, 3, 2, 1], [1, 1, 0, 0]) == 0.75
        assert area([1, 2, 3, 4], [1, 1, 0, 0]) == 0.25

    def test_requests_of_equal_score_stand_in_no_order(self):
        assert area([1, 1, 1, 1], [1, 1, 0, 0]) == area([1, 1, 1, 1], [0, 0, 1, 1]) == 0.5

    def test_where_nothing_is_won_every_order_is_as_good(self):
        assert area([2, 1], [0, 0]) == 0.5


class TestRegression:
    def test_a_number_that_never_changes_has_no_weight(self):
        fitted = fit_logistic([(float(n % 2), 5.0) for n in range(100)], [float(n % 2) for n in range(100)], ridge=1.0)
        assert fitted.weights[1] == 0.0
        assert fitted.weights[0] > 1

    def test_the_order_of_the_rows_does_not_matter(self):
        rows = [(draw("a", n), draw("b", n)) for n in range(200)]
        told = [float(a > b) for a, b in rows]
        assert fit_logistic(rows, told, ridge=5.0) == fit_logistic(rows[::-1], told[::-1], ridge=5.0)

    def test_more_ridge_holds_the_weights_nearer_to_nothing(self):
        rows = [(draw("a", n),) for n in range(200)]
        told = [float(a > 0.5) for (a,) in rows]
        loose, tight = (fit_logistic(rows, told, ridge=ridge).weights[0] for ridge in (1.0, 100.0))
        assert 0 < tight < loose


class TestCuts:
    SOME = tuple(n / 10 for n in range(10))

    @pytest.mark.parametrize(
        ("share", "flagship_from", "real"), [(0.2, 0.8, 0.2), (0.0, 1.000001, 0.0), (1.0, 0.0, 1.0)]
    )
    def test_the_share_is_that_of_the_hardest(self, share, flagship_from, real):
        cuts = cuts_for_share(self.SOME, share, mid_from=0.35)
        assert (cuts.flagship_from, cuts.share) == (flagship_from, real)
        assert cuts.mid_from <= cuts.flagship_from

    def test_requests_that_are_equally_hard_are_not_parted(self):
        assert cuts_for_share([0.5] * 10, 0.3, mid_from=0.35).share == 0.0

    def test_a_cost_allows_as_many_flagships_as_it_pays(self):
        def cost(cuts):
            return Nanodollars(sum(100 if one >= cuts.flagship_from else 1 for one in self.SOME))

        assert cuts_for_cost(self.SOME, Nanodollars(310), cost, mid_from=2.0).share == 0.3
        assert cuts_for_cost(self.SOME, Nanodollars(9), cost, mid_from=2.0) is None

    def test_where_the_mid_tier_alone_is_too_dear_its_share_is_cut(self):
        def cost(cuts):
            return Nanodollars(sum(10 if one >= cuts.mid_from else 1 for one in self.SOME))

        assert cuts_for_cost(self.SOME, Nanodollars(28), cost, mid_from=0.0) == Cuts(0.8, 1.000001, 0.0)


class TestNumbers:
    def test_they_are_counts_and_levels_and_hold_no_word(self):
        text = "Prove that the sum of two odd numbers is even. Hunter2 is my password."
        numbers = numbers_of(text, detect(text))
        assert len(numbers) == len(NUMBERS)
        assert all(isinstance(number, float) for number in numbers)

    def test_the_last_request_of_a_conversation_is_read(self):
        said = (Message(Role.USER, "Hello"), Message(Role.ASSISTANT, "Hi!"), Message(Role.USER, "Prove it: 2 + 2 = 4."))
        assert numbers_of(said, detect("x"))[1:3] == numbers_of("Prove it: 2 + 2 = 4.", detect("x"))[1:3]

    def test_a_policy_that_has_learned_judges_difficulty_by_its_weights(self):
        learned = Policy(calibration=Calibration(intercept=-1.0, weights=(("math", 3.0), ("words", 0.0))))
        hard, easy = (read_request(text, learned).need.difficulty for text in ("What is 12 * 31 + 7?", "Hello there"))
        assert easy == pytest.approx(0.268941)
        assert hard == pytest.approx(0.880797)

    def test_a_weight_of_a_number_that_is_not_known_says_nothing(self):
        strange = Calibration(weights=(("moon", 9.0),))
        assert chance_by(strange, (0.0,) * len(NUMBERS)) == 0.5

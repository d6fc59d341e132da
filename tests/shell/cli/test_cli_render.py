"""What people are shown: figures, tables, reasons in groups, and text that came from a model."""

from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.core.simulated import only, play
from tests.core.worlds import BIG, CATALOG, MID, MINI, job, ok, step
from tokenwise.catalog.prices import Unknown
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.plan import Plan
from tokenwise.planner.assignment import assign
from tokenwise.policy import Policy
from tokenwise.routing.losers import Rejected
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.simulation import Arrival
from tokenwise_shell.plans.planned import Planned
from tokenwise_shell.plans.planning import PlannerReport
from tokenwise_shell.show.plan import mermaid_text, missed, planned_text
from tokenwise_shell.show.progress import Tally, happenings
from tokenwise_shell.show.render import about, facts, grouped, models_text, one_line, per_mtok, table, thousands, usd

AMOUNTS = st.integers(0, 10**18)


class TestFigures:
    @given(AMOUNTS)
    def test_a_fact_is_shown_exactly(self, nano):
        assert parse_usd(usd(nano)) == nano

    @given(AMOUNTS)
    def test_an_estimate_has_four_digits_and_is_never_below(self, nano):
        shown = parse_usd(about(nano))
        assert nano <= shown <= nano + nano // 1000 + 1
        assert len(str(shown).rstrip("0")) <= 5

    def test_an_unknown_estimate_is_no_zero(self):
        assert about(None) == "?"

    @given(st.integers(0, 10**15))
    def test_a_price_keeps_every_digit(self, nano):
        assert Decimal(per_mtok(nano)) * 10**9 == nano

    @pytest.mark.parametrize(
        ("tokens", "shown"),
        [(400, "400"), (128_000, "128k"), (131_072, "131k"), (1_048_576, "1.05M"), (2_000_000, "2M")],
    )
    def test_tokens_as_data_sheets_print_them(self, tokens, shown):
        assert thousands(tokens) == shown


class TestLayout:
    @given(st.text())
    def test_text_of_a_model_stays_on_one_line_and_moves_nothing(self, text):
        assert one_line(text).isprintable()

    def test_columns_stand_under_each_other(self):
        told = table([("name", "n"), ("a", "1"), ("long name", "100")], right=(1,))
        assert told == "name         n\na            1\nlong name  100\n"

    @given(st.lists(st.text("ab", min_size=1, max_size=60), min_size=1), st.integers(40, 200))
    def test_a_table_keeps_to_the_terminal_by_cutting_one_column(self, names, width):
        rows = [("name", "price"), *((name, "1.00") for name in names)]
        assert all(len(line) <= width for line in table(rows, width=width).splitlines())

    @given(st.lists(st.tuples(*[st.text("ab", max_size=20)] * 6), min_size=1), st.integers(40, 140))
    def test_one_that_no_cutting_makes_fit_is_written_row_by_row_and_nothing_is_left_out(self, found, width):
        rows = [("budget", "limit", "spent", "held", "left", "renewed"), *found]
        told = table(rows, width=width)
        assert all(len(line) <= width for line in told.splitlines())
        if not told.startswith("budget"):
            assert sorted(told.replace(",", " ").split()) == sorted(
                word for row in found for name, text in zip(rows[0], row, strict=True)
                for word in (name * (name != "budget" and bool(text)), text) if word
            )  # fmt: skip

    def test_what_is_said_of_a_fact_wraps_beside_its_name(self):
        told = facts([("cost", "word " * 30), ("none", "")], 60)
        assert all(len(line) <= 60 for line in told.splitlines())
        assert all(line.startswith("        ") for line in told.splitlines()[1:])
        assert "none" not in told

    def test_without_a_terminal_nothing_wraps(self):
        assert len(facts([("cost", "word " * 300)], None).splitlines()) == 1


class TestReasons:
    def test_reasons_that_differ_in_figures_are_one_reason_with_a_range(self):
        losers = [
            Rejected(name, f"costs {times} times as much as x/gpt-5") for name, times in (("a", "9.50"), ("b", "12.00"))
        ]
        assert grouped(losers) == [(2, "costs 9.50…12.00 times as much as x/gpt-5")]

    def test_a_figure_within_a_name_is_no_figure(self):
        losers = [Rejected("a", "rated 1200 < 1300 of x/gpt-5"), Rejected("b", "rated 1200 < 1300 of x/gpt-6")]
        assert [number for number, _ in grouped(losers)] == [1, 1]

    @pytest.mark.parametrize("text", ["release 1.2.3 of it", "a 5-fold price", "see a/5", "5.", "\0 5 \x1b"])
    def test_whatever_a_reason_says_it_can_be_counted(self, text):
        ((number, shown),) = grouped([Rejected("a", text), Rejected("b", text)])
        assert (number, shown) == (2, one_line(text))

    def test_money_is_ordered_as_money(self):
        losers = [Rejected(str(cost), f"worst case ${cost} > $0.01 available") for cost in ("0.10", "2.00", "0.09")]
        assert grouped(losers) == [(3, "worst case $0.09…$2.00 > $0.01 available")]

    @given(st.lists(st.sampled_from(["lacks the capability code", "costs 2.00 times", "costs 3.00 times"])))
    def test_every_loser_is_counted_once(self, reasons):
        losers = [Rejected(str(place), reason) for place, reason in enumerate(reasons)]
        assert sum(number for number, _ in grouped(losers)) == len(losers)


class TestModels:
    def test_what_has_no_price_and_no_seller_says_so(self):
        unsold = evolve(MINI, id="unsold", offers=())
        unpriced = evolve(MID, offers=(evolve(MID.offers[0], price=Unknown()),))
        told = models_text([(unsold, None), (unpriced, unpriced.offers[0])]).splitlines()
        assert told[1].split()[2:4] == ["?", "?"]
        assert told[2].split()[2:4] == ["?", "?"]

    def test_a_narrow_terminal_loses_the_source_and_no_line_is_too_long(self):
        rows = [(model, model.offers[0]) for model in (MINI, MID, BIG)]
        wide, narrow = models_text(rows), models_text(rows, width=80)
        assert "source" in wide
        assert "source" not in narrow
        assert all(len(line) <= 80 for line in narrow.splitlines())


def planned(*steps, limit="1.00"):
    plan = Plan("The task.", steps)
    assigned = assign(plan, CATALOG, Policy(), parse_usd(limit))
    return Planned(plan, assigned, CATALOG, Policy(), parse_usd(limit), PlannerReport("rules"), "run-1")


class TestPlans:
    def test_steps_stand_under_the_level_at_which_they_can_start(self):
        told = planned_text(planned(step("a"), step("b"), step("c", "a", "b")))
        levels = told.partition("\n\n")[0].split("level ")
        assert ["  a: Do a." in levels[1], "  b: Do b." in levels[1], "  c: Do c." in levels[2]] == [True] * 3
        assert "after a, b" in levels[2]

    def test_no_line_is_wider_than_the_terminal(self):
        told = planned_text(planned(step("a"), step("b" * 40, "a")), width=60)
        assert max(map(len, told.splitlines())) <= 60

    def test_names_cannot_break_out_of_a_mermaid_label(self):
        chart = mermaid_text(planned(step('a"];x-->y["')))
        assert chart.count("-->") == 0
        assert chart.count('"') == 2


class TestProgress:
    def story(self, *steps, world):
        return only(play([Arrival(job(*steps))], world))

    def test_the_tally_ends_at_what_the_run_has_spent_with_nothing_held(self):
        story = self.story(step("a"), step("b", "a"), world=ScriptedWorld(ok()))
        tally = Tally()
        for moment in story.moments:
            tally.hear(moment)
        assert tally.spent == story.run.books.spent > 0
        assert tally.held == {}
        assert tally.words == {"a": "ok", "b": "ok"}

    def test_the_tally_holds_what_is_asked_for_until_the_answer_comes(self):
        story = self.story(step("a"), world=ScriptedWorld(ok()))
        held, tally = [], Tally()
        for moment in story.moments:
            tally.hear(moment)
            held.append(Nanodollars(sum(tally.held.values())))
        assert max(held) > story.run.books.spent
        assert "held" not in tally.money

    def test_each_happening_is_a_line_that_names_its_step(self):
        story = self.story(step("a"), step("b", "a"), world=ScriptedWorld(ok()))
        told = [line for moment in story.moments for line in happenings(moment)]
        assert [line.partition(":")[0] for line in told] == ["a", "a", "b", "b"]
        assert told[0] == "a: asking mini at direct"
        assert told[1].startswith("a: ok, $")


class TestWhatWasNotProven:
    def test_an_amount_is_told_where_it_is_one_of_cost(self):
        assert missed(Nanodollars(2_500_000)) == "another choice of models could be worth $0.0025 more at most"

    def test_what_comes_before_cost_has_no_price_for_people(self):
        """300 points of rating on the hardest step are 3,300 times a hundred dollars in the search, and in no bill."""
        told = missed(Nanodollars(3_300 * 100 * 10**9))
        assert told.startswith("another choice of models could suit the strategy better")
        assert "$" not in told

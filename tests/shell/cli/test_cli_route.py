"""`tw route`: the decision for people and for programs, the exit codes, and what is not a query."""

import pytest

from tests.shell.commands import configure, tw
from tokenwise.errors import InputError
from tokenwise.traits import Capability
from tokenwise_shell.cli.route_command import wanted

__all__ = ["tw"]

FIELDS = [
    "decision", "model", "provider", "tier", "strategy", "scenario", "input_tokens_bound", "max_output_tokens",
    "worst_cost_nano", "worst_cost_usd", "expected_cost_nano", "budget_nano", "ladder", "rejected", "refusal",
    "decision_id",
]  # fmt: skip


class TestTheDecision:
    def test_programs_get_one_document_and_nothing_else(self, tw):
        done = tw("route", "Write a function that sorts a list", "--json")
        assert (done.code, done.err) == (0, "")
        assert set(FIELDS) <= set(done.json)
        assert done.json["decision"] == "routed"
        assert done.out.endswith("}\n")

    def test_the_same_query_gives_the_same_bytes(self, tw):
        first, again = (tw("route", "Explain quantum computing", "--json").out for _ in range(2))
        assert first == again

    def test_people_are_told_the_model_and_why_and_what_it_may_cost(self, tw):
        told = tw("route", "Explain quantum computing").out
        document = tw("route", "Explain quantum computing", "--json").json
        assert told.startswith(f"{document['model']}  ({document['tier']} tier, from embedded)\n")
        assert f"${document['worst_cost_usd']:.9f}".rstrip("0") in told
        assert document["decision_id"] in told
        assert document["scenario"]["signals"][0] in told

    def test_losers_are_counted_by_reason_and_every_one_is_named_with_verbose(self, tw):
        rejected = tw("route", "hi", "--json").json["rejected"]
        short, long = tw("route", "hi").out, tw("route", "hi", "--verbose").out
        assert f"{len(rejected)} models were not chosen" in short
        assert len(short.splitlines()) < 20
        assert all(f"  {loser['model']} " in long and loser["reason"] in long for loser in rejected)

    def test_the_strategy_and_the_capabilities_asked_for_are_those_decided_by(self, tw):
        asked = ("--strategy", "best_quality", "--capability", "math", "--capability", "code")
        document = tw("route", "hi", "--json", *asked).json
        assert document["strategy"] == "best_quality"
        assert document["tier"] == "flagship"
        assert document["scenario"]["capabilities"] == ["code", "math"]

    def test_the_cap_asked_for_is_the_cap_that_is_priced(self, tw):
        assert tw("route", "hi", "--json", "--max-output-tokens", "50").json["max_output_tokens"] == 50

    def test_a_query_that_begins_with_a_hyphen_stands_behind_two(self, tw):
        assert tw.online("route", "--offline", "--json", "--", "--verbose means what?").code == 0

    def test_without_a_key_a_decision_is_shown_all_the_same_and_that_is_said(self, tw):
        done = tw.online("route", "hi", "--json")
        assert (done.code, done.json["decision"]) == (0, "routed")
        assert "no provider can be called" in done.err
        assert "decisions are shown as if" in done.err
        assert "decisions are shown" not in tw.online("ask", "hi").err


class TestRefusals:
    def test_a_budget_too_small_is_3_and_names_what_would_do(self, tw):
        done = tw("route", "hi", "--budget", "0.0000001", "--json")
        assert done.code == 3
        refusal = done.json["refusal"]
        assert refusal["code"] == "budget_exceeded"
        enough = f"{refusal['needed_nano'] / 1e9:.9f}"
        assert tw("route", "hi", "--budget", enough).code == 0
        assert tw("route", "hi", "--budget", "0.0000001").out.startswith("refused: ")

    def test_best_effort_takes_the_longest_answer_that_the_money_buys(self, tw):
        needed = tw("route", "hi", "--budget", "0.0000001", "--json").json["refusal"]["needed_nano"]
        half = f"{needed / 2e9:.9f}"
        assert tw("route", "hi", "--budget", half).code == 3
        done = tw("route", "hi", "--budget", half, "--best-effort", "--json")
        assert done.code == 0
        assert done.json["max_output_tokens"] < 4096
        assert done.json["worst_cost_nano"] <= needed / 2

    def test_what_the_risk_gate_stops_is_4(self, tw, monkeypatch):
        assert tw("route", "Drop the production database").code == 0
        monkeypatch.setenv("TOKENWISE_RISK_GATE_ENABLED", "true")
        done = tw("route", "Drop the production database", "--json")
        assert (done.code, done.json["refusal"]["code"]) == (4, "irreversible")
        assert "not chosen" not in tw("route", "Drop the production database").out

    def test_where_nobody_in_reach_is_capable_it_is_5(self, tw, tmp_path):
        config = configure(tmp_path, "http://127.0.0.1:9/v1", capabilities="general")
        done = tw.online("route", "hi", "--capability", "math", "--config", config, "--json")
        assert (done.code, done.json["refusal"]["code"]) == (5, "no_capable_model")
        assert "no model that can be reached lists math" in done.json["refusal"]["message"]
        assert tw.online("route", "hi", "--config", config).code == 0


class TestBadInput:
    @pytest.mark.parametrize("query", ["", "   ", "\n"])
    def test_an_empty_query(self, tw, query):
        done = tw("route", query)
        assert (done.code, done.out, done.err) == (2, "", "tw: QUERY: is empty; expected some text\n")

    def test_bytes_that_are_no_text(self, tw):
        done = tw("route", b"caf\xe9".decode("utf-8", "surrogateescape"))
        assert (done.code, done.out) == (2, "")
        assert done.err == "tw: QUERY: is not UTF-8 text: unexpected end of data at byte 3\n"

    def test_no_query(self, tw):
        done = tw("route")
        assert done.code == 2
        assert "QUERY is missing" in done.err
        assert "`tw route --help`" in done.err

    def test_an_option_without_its_value_is_not_called_missing(self, tw):
        done = tw("route", "hi", "--budget")
        assert done.code == 2
        assert done.err.startswith("tw: --budget has no value: ")

    def test_words_without_quotes(self, tw):
        done = tw("route", "what", "is", "this")
        assert (done.code, done.out) == (2, "")
        assert "not expected: 'is' 'this'; a text of several words needs quotes" in done.err

    @pytest.mark.parametrize(
        ("option", "value", "said"),
        [
            ("--strategy", "chepest", "did you mean 'cheapest'?"),
            ("--budget", "ten", "--budget: 'ten': expected US dollars such as 0.50"),
            ("--budget", "-1", "expected US dollars"),
            ("--capability", "maths", "expected one of general, code, reasoning, math; did you mean 'math'?"),
            ("--max-output-tokens", "0", "expected a whole number from 1"),
            ("--max-output-tokens", "many", "--max-output-tokens: 'many'"),
            ("--config", "nowhere.yaml", "no such file"),
        ],
    )
    def test_a_value_that_an_option_does_not_take(self, tw, option, value, said):
        done = tw("route", "hi", option, value)
        assert (done.code, done.out) == (2, "")
        assert said in done.err

    def test_all_problems_are_said_at_once_each_on_its_line(self, tw):
        done = tw("route", "hi", "--strategy", "best", "--budget", "much")
        assert len(done.err.splitlines()) == 2
        assert all(line.startswith("tw: ") for line in done.err.splitlines())

    def test_an_option_that_there_is_not(self, tw):
        done = tw("route", "hi", "--budgt", "1")
        assert done.code == 2
        assert "Unknown option: --budgt. Did you mean --budget?" in done.err


def test_capabilities_are_read_in_any_case_and_none_means_detection():
    assert wanted(()) is None
    assert wanted(("Code", "math")) == Capability.CODE | Capability.MATH
    with pytest.raises(InputError, match="--capability: 'cod'"):
        wanted(("cod",))

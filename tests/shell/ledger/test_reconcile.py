"""The books beside a provider's export: what agrees, and why the rest does not."""

import pytest

from tests.shell.commands import tw
from tokenwise.errors import InputError
from tokenwise_shell.ledger.jsonl import encode_line
from tokenwise_shell.ledger.reconcile import alike, read_export, reconcile

__all__ = ["tw"]  # a fixture

OPENAI = """start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id
1,2,2026-11-21T00:00:00+00:00,2026-11-22T00:00:00+00:00,0.0008,usd,"gpt-5.5-mini-2026-10-01, input",p
1,2,2026-11-21T00:00:00+00:00,2026-11-22T00:00:00+00:00,0.0002,usd,"gpt-5.5-mini-2026-10-01, output",p
1,2,2026-11-22T00:00:00+00:00,2026-11-23T00:00:00+00:00,,,,
"""
ANTHROPIC = """usage_date_utc,model,workspace,api_key,token_type,cost_usd
2026-11-21,Claude Haiku 4.5,Default,demo,input_no_cache,0.0007
2026-11-21,Claude Haiku 4.5,Default,demo,output,0.0003
"""
OPENROUTER = """generation_id,created_at,cost_total,model_permaslug,provider_name
gen-1,2026-11-21 10:00:00.123,0.0004,openai/gpt-5.5-mini-2026-10-01,OpenAI
gen-2,2026-11-21 11:00:00.456,0.0006,openai/gpt-5.5-mini-2026-10-01,OpenAI
"""
DAILY = "date,model,usage,requests\n2026-11-21,openai/gpt-5.5-mini,0.001,2\n"


def closed(nano=1_000_000, day="2026-11-21", *, model="openai/gpt-5.5-mini", provider="openai", estimated=False):
    return {
        "v": 1, "at": f"{day}T10:00:00.000Z", "run": "r", "seq": 1, "type": "charged", "key": "", "step": "s",
        "attempt": 0, "amount_nano": nano, "model": model, "provider": provider, "outcome": "ok",
        "estimated": estimated,
    }  # fmt: skip


def compared(text, *lines):
    return reconcile(lines, read_export(text.splitlines(keepends=True), "export.csv"))


@pytest.mark.parametrize(
    ("text", "provider", "model"),
    [
        (OPENAI, "openai", "openai/gpt-5.5-mini"),
        (ANTHROPIC, "anthropic", "anthropic/claude-haiku-4.5"),
        (OPENROUTER, "openrouter", "openai/gpt-5.5-mini"),
        (DAILY, "openrouter", "openai/gpt-5.5-mini"),
    ],
)
def test_each_providers_export_is_known_by_its_columns_and_agrees_with_the_books(text, provider, model):
    [one] = compared(text, closed(model=model, provider=provider))
    assert (one.day, one.booked_nano, one.billed_nano, one.calls, one.why) == ("2026-11-21", 10**6, 10**6, 1, "")


def test_other_providers_and_other_days_are_left_out():
    [one] = compared(OPENAI, closed(), closed(provider="openrouter"), closed(day="2026-10-01"))
    assert one.booked_nano == 10**6


@pytest.mark.parametrize("name", ["gpt-5.5-mini", "openai/gpt-5.5-mini", "GPT-5.5 mini", "gpt-5-5-mini-20261001"])
def test_names_are_compared_without_vendor_date_case_and_punctuation(name):
    assert alike(name) == "gpt55mini"


class TestReasons:
    def why(self, text, *lines):
        return [(one.nano, one.why, one.explained) for one in compared(text, *lines)]

    def test_rounding(self):
        assert self.why(OPENAI, closed(1_000_900)) == [(-900, "rounding", True)]

    def test_calls_that_were_made_around_tokenwise(self):
        assert self.why(OPENAI) == [(10**6, "billed for calls that are not in this ledger", False)]

    def test_calls_that_were_not_billed(self):
        told = self.why(OPENAI, closed(), closed(5_000_000, model="openai/gpt-6-sol"))
        assert told[1] == (-5_000_000, "not in the export: another account, or not billed yet", False)

    def test_amounts_that_the_books_only_estimate(self):
        told = self.why(OPENAI, closed(400_000), closed(2_000_000, estimated=True))
        assert told == [(-1_400_000, "$0.002 of the books is estimated, in full; less was billed", True)]

    def test_calls_near_midnight(self):
        export = DAILY + "2026-11-22,openai/gpt-5.5-mini,0.003,2\n"
        lines = [closed(2_000_000, provider="openrouter"), closed(2_000_000, "2026-11-22", provider="openrouter")]
        reason = "calls near midnight: another day differs by as much the other way"
        assert self.why(export, *lines) == [(-(10**6), reason, True), (10**6, reason, True)]

    def test_prices_that_differ(self):
        assert self.why(OPENAI, closed(800_000)) == [
            (200_000, "the provider billed 125.0% of the books: prices differ", False)
        ]

    def test_an_export_without_models_is_compared_by_day(self):
        export = "start_time_iso,line_item,amount_value\n2026-11-21T00:00:00+00:00,,0.003\n"
        assert self.why(export, closed(), closed(2_000_000, model="openai/gpt-6-sol")) == [(0, "", True)]


class TestBadExports:
    def test_columns_that_nobody_knows(self):
        with pytest.raises(InputError, match="expected the columns openai: start_time_iso, line_item, amount_value"):
            compared("a,b\n1,2\n")

    def test_every_bad_row_is_named(self):
        with pytest.raises(InputError) as caught:
            compared("date,model,usage\n2026-11-21,m,lots\nyesterday,m,0.1\n")
        assert [str(problem.path) for problem in caught.value.problems] == ["export.csv, row 2", "export.csv, row 3"]


class TestTheCommand:
    def test_it_shows_each_day_and_model_and_the_sum(self, tw, tmp_path):
        export = self.books_and_export(tw, tmp_path, 1_000_000)
        done = tw("ledger", "reconcile", export)
        assert done.code == 0
        assert done.out.splitlines()[1].split()[:5] == [
            "2026-11-21",
            "$0.001",
            "$0.001",
            "$0.00",
            "openai/gpt-5.5-mini",
        ]
        assert done.out.splitlines()[-1].split() == ["all", "$0.001", "$0.001", "$0.00"]

    def test_what_has_no_known_reason_is_exit_code_1(self, tw, tmp_path):
        export = self.books_and_export(tw, tmp_path, 800_000)
        done = tw("ledger", "reconcile", export, "--json")
        assert done.code == 1
        assert (done.json["provider"], done.json["residual_nano"]) == ("openai", 200_000)
        assert [row["explained"] for row in done.json["rows"]] == [False]

    def test_a_file_that_is_no_export_is_bad_input(self, tw, tmp_path):
        (tmp_path / "export.csv").write_bytes(b"\xff\xfe")
        done = tw("ledger", "reconcile", str(tmp_path / "export.csv"))
        assert (done.code, done.out) == (2, "")
        assert "UTF-8" in done.err
        assert tw("ledger", "reconcile", str(tmp_path / "none.csv")).code == 2

    def books_and_export(self, tw, folder, nano):
        tw.ledger.parent.mkdir(parents=True)
        tw.ledger.write_bytes(encode_line(closed(nano)))
        (folder / "export.csv").write_text(OPENAI)
        return str(folder / "export.csv")

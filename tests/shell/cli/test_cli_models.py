"""`tw models`: the catalogue in a table and as JSON, filtered, and refreshed over loopback."""

import orjson
import pytest

from tests.shell.cli.test_cli_serving import website
from tests.shell.commands import configure, tw

__all__ = ["tw"]

FIELDS = {
    "id", "provider", "tier", "capabilities", "context_tokens", "max_output_tokens", "input_nano_per_mtok",
    "output_nano_per_mtok", "cached_input_nano_per_mtok", "price_known", "source",
}  # fmt: skip


class TestTheList:
    def test_programs_get_every_field_of_every_model(self, tw):
        done = tw("models", "--json")
        assert done.code == 0
        assert len(done.json) > 100
        assert all(set(row) >= FIELDS for row in done.json)
        assert {row["provider"] for row in done.json} == {"embedded"}

    def test_a_price_that_is_not_known_is_null_and_never_0(self, tw, tmp_path):
        mine = tmp_path / "models.yaml"
        mine.write_text(
            "models:\n"
            "  - {id: my/own, provider: openrouter, tier: mid, capabilities: [general], context_tokens: 8000}\n"
        )
        (tmp_path / "c.yaml").write_text(f"local_models: {mine}\n")
        row = next(one for one in tw("models", "--json", "--config", "c.yaml").json if one["id"] == "my/own")
        assert (row["price_known"], row["input_nano_per_mtok"], row["output_nano_per_mtok"]) == (False, None, None)
        shown = next(line for line in tw("models", "--config", "c.yaml").out.splitlines() if "my/own" in line)
        assert shown.split()[2:4] == ["?", "?"]

    def test_people_get_a_table_of_the_same_models(self, tw):
        told = tw("models", "--all").out.splitlines()
        assert told[0].split()[:2] == ["model", "tier"]
        assert [line.split()[0] for line in told[1:]] == [row["id"] for row in tw("models", "--json").json]

    def test_unless_all_are_asked_for_people_see_those_that_a_request_may_be_routed_to(self, tw):
        done, every = tw("models"), tw("models", "--all")
        assert every.out.startswith(done.out)
        left = len(every.out.splitlines()) - len(done.out.splitlines())
        assert done.err == f"tw: {left} more ({left} by their names alone): tw models --all\n"

    def test_without_a_key_nobody_would_serve_and_the_prices_are_shown_all_the_same(self, tw):
        done = tw.online("models", "--json", "--limit", "3")
        assert "no provider can be called" in done.err
        assert all(row["price_known"] for row in done.json)

    def test_with_a_key_only_what_it_reaches_has_a_provider(self, tw, monkeypatch):
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-0123456789")
        served = {row["id"]: row["provider"] for row in tw.online("models", "--json").json}
        assert {served[name] for name in served if name.startswith("anthropic/")} >= {"anthropic"}
        assert {served[name] for name in served if name.startswith("google/")} == {None}


class TestExplaining:
    def test_says_where_each_figure_comes_from(self, tw):
        said = tw("models", "--explain", "gpt-5.5").out
        assert said.startswith("openai/gpt-5.5\n")
        assert said.count("shipped, as of") == 2
        assert said.count("Arena's ratings of 2026-10-05") == 4
        assert "coding, Arena's" in said
        stood_in = tw("models", "--explain", "meta/muse-wonder", "--json").json["explained"]["quality at math"]
        assert stood_in.endswith("Arena's ratings of 2026-10-05, of muse-spark-1.3-max, which stands in for it")
        document = tw("models", "--explain", "openai/gpt-5.5", "--json").json
        assert document["id"] == "openai/gpt-5.5"
        assert list(document["explained"])[:4] == ["tier", "capabilities", "quality", "quality at code"]

    def test_a_row_of_ones_own_is_named_as_such(self, tw, tmp_path):
        mine = tmp_path / "models.yaml"
        mine.write_text("models: [{id: openai/gpt-5.5, tier: mid}, {id: openai/gpt-5.4, quality: 1600}]\n")
        explained = tw("models", "--explain", "gpt-5.5", "--config", str(mine), "--json").json["explained"]
        assert explained["tier"] == "mid: a row of your own"
        assert explained["quality"].endswith("Arena's ratings of 2026-10-05")
        stated = tw("models", "--explain", "gpt-5.4", "--config", str(mine), "--json").json["explained"]
        assert stated["quality"] == "1600: a row of your own"
        assert "quality at code" not in stated

    def test_a_name_that_means_nothing_is_bad_usage(self, tw):
        done = tw("models", "--explain", "gpt-5.55")
        assert (done.code, "the model 'gpt-5.55' does not exist" in done.err) == (2, True)


class TestFilters:
    def test_each_keeps_what_it_names(self, tw):
        everything = tw("models", "--json").json
        kept = tw("models", "--json", "--tier", "budget", "--capability", "code", "--capability", "math").json
        wanted = [row for row in everything if row["tier"] == "budget" and {"code", "math"} <= set(row["capabilities"])]
        assert kept == wanted
        assert 0 < len(kept) < len(tw("models", "--json", "--tier", "budget").json) < len(everything)

    def test_a_provider_is_asked_for_by_name_and_shows_its_own_offer(self, tw):
        rows = tw.online("models", "--json", "--provider", "anthropic").json
        assert rows
        assert {row["provider"] for row in rows} == {"anthropic"}

    def test_limit(self, tw):
        assert len(tw("models", "--json", "--limit", "7").json) == 7

    def test_where_nothing_matches_the_list_is_empty_and_that_is_no_error(self, tw, tmp_path):
        config = configure(tmp_path, "http://127.0.0.1:9/v1")
        nothing = ("models", "--tier", "flagship", "--provider", "local", "--config", config)
        assert (tw.online(*nothing, "--json").code, tw.online(*nothing, "--json").json) == (0, [])
        assert tw.online(*nothing).err == "tw: no model matches\n"

    @pytest.mark.parametrize(
        ("option", "value", "said"),
        [
            ("--tier", "flagshp", "expected one of budget, mid, flagship; did you mean 'flagship'?"),
            ("--capability", "cooking", "expected one of general, code, reasoning, math"),
            ("--provider", "embeded", "did you mean 'embedded'?"),
            ("--limit", "0", "expected a whole number from 1"),
        ],
    )
    def test_a_name_that_there_is_not_is_answered_with_those_there_are(self, tw, option, value, said):
        done = tw("models", option, value)
        assert (done.code, done.out) == (2, "")
        assert said in done.err


@pytest.mark.slow  # loads the HTTP client and asks a server on loopback
class TestRefreshing:
    def row(self, name: str) -> dict[str, object]:
        prices = {"prompt": "0.000001", "completion": "0.000002"}
        return {"id": name, "name": name, "context_length": 100_000, "pricing": prices, "architecture": {
            "input_modalities": ["text"], "output_modalities": ["text"]}, "supported_parameters": ["max_tokens"],
            "top_provider": {"max_completion_tokens": 8000}}  # fmt: skip

    def test_the_fetched_list_is_shown_and_kept(self, tw, monkeypatch):
        with website(200, orjson.dumps({"data": [self.row("brandnew/model-1")]})) as origin:
            monkeypatch.setenv("OPENROUTER_BASE_URL", f"{origin}/api/v1")
            done = tw.online("models", "--refresh", "--json")
        assert done.code == 0
        assert "brandnew/model-1" in {row["id"] for row in done.json}
        assert "brandnew/model-1" in {row["id"] for row in tw.online("models", "--json").json}

    @pytest.mark.parametrize(("status", "body"), [(500, b"{}"), (200, b"<html>"), (200, b'{"data": []}')])
    def test_what_is_no_list_is_noticed_and_the_one_at_hand_is_shown(self, tw, monkeypatch, status, body):
        with website(status, body) as origin:
            monkeypatch.setenv("OPENROUTER_BASE_URL", f"{origin}/api/v1")
            done = tw.online("models", "--refresh", "--json")
        assert done.code == 0
        assert len(done.json) > 100
        assert "could not be refreshed" in done.err

    def test_where_nobody_answers_likewise(self, tw, monkeypatch):
        monkeypatch.setenv("OPENROUTER_BASE_URL", "http://127.0.0.1:9/api/v1")
        done = tw.online("models", "--refresh", "--limit", "1")
        assert done.code == 0
        assert "the shipped catalogue is used" in done.err

    def test_offline_nothing_is_fetched(self, tw, monkeypatch):
        monkeypatch.setenv("OPENROUTER_BASE_URL", "http://127.0.0.1:9/api/v1")
        assert tw("models", "--refresh", "--all", "--limit", "1").err == "tw: --refresh fetches nothing when offline\n"

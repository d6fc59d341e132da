"""What the settings are, where they come from, and what is said when they are wrong."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tokenwise.budgets.windows import Window
from tokenwise.errors import InputError
from tokenwise.policy import Escalation, FreeModels, Policy, Strategy
from tokenwise_shell.cli.config_command import check_settings, init_file, show_settings
from tokenwise_shell.cli.options import Common
from tokenwise_shell.config.aliases import dealiased
from tokenwise_shell.config.file import MAX_BYTES
from tokenwise_shell.config.loading import load, policy, usable_providers
from tokenwise_shell.config.settings import BUILT_IN, KEYS, LedgerSync, ProviderKind, Settings, provider_keys
from tokenwise_shell.config.template import template

KEY = "sk-or-v1-0123456789abcdefWXYZ"
PASSWORD = "correct-horse"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with an empty home and nothing else."""
    return {"HOME": str(tmp_path)}


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def loaded(tmp_path: Path, text: str | bytes, **variables: str) -> Settings:
    return load(environ={"HOME": str(tmp_path), **variables}, path=written(tmp_path, text))


def problems(tmp_path: Path, text: str | bytes, **variables: str) -> dict[str, str]:
    """What is wrong with this file, by key."""
    with pytest.raises(InputError) as refused:
        loaded(tmp_path, text, **variables)
    return {problem.path: problem.message for problem in refused.value.problems}


def sources(settings: Settings) -> dict[str, str]:
    return {origin.key: origin.source for origin in settings.origins}


# Defaults and precedence


def test_without_anything_the_defaults_decide(home):
    settings = load(environ=home)
    assert settings.default_strategy is Strategy.BALANCED
    assert settings.default_budget == 1_000_000_000
    assert settings.planner_model == "openai/gpt-4.1-mini"
    assert (settings.proxy.host, settings.proxy.port) == ("127.0.0.1", 8000)
    assert settings.cache_ttl_s == 3600
    assert settings.ledger_path == Path(home["HOME"]) / ".local/state/tokenwise/ledger.jsonl"
    assert settings.cache_dir == Path(home["HOME"]) / ".cache/tokenwise"
    assert (settings.local_models, settings.budget_store, settings.store_url) == (None, "local", "")
    assert settings.min_output_tokens == 100
    assert settings.escalation_policy is Escalation.STEPWISE
    assert settings.ledger_sync is LedgerSync.LEASE
    assert settings.budgets == {}
    risk = settings.risk_gate
    assert (risk.enabled, risk.irreversible_block, risk.ambiguity_threshold) == (False, True, 0.9)
    assert not settings.offline
    assert settings.policy == Policy()
    assert set(sources(settings).values()) == {"default"}


def test_a_flag_is_above_the_environment_and_that_above_the_file(tmp_path):
    path = written(tmp_path, "default_strategy: cheapest\ndefault_budget: 0.10\nproxy: {port: 1}\n")
    environ = {"HOME": str(tmp_path), "TOKENWISE_DEFAULT_BUDGET": "0.20", "TOKENWISE_PROXY_PORT": "2"}
    settings = load(environ=environ, flags={"proxy.port": 3, "proxy.host": None}, path=path)
    assert settings.default_strategy is Strategy.CHEAPEST
    assert settings.default_budget == 200_000_000
    assert settings.proxy.port == 3
    assert sources(settings)["default_strategy"] == f"file {path}"
    assert sources(settings)["default_budget"] == "environment TOKENWISE_DEFAULT_BUDGET"
    assert sources(settings)["proxy.port"] == "flag --port"
    assert sources(settings)["proxy.host"] == "default"


def test_every_variable_of_the_documentation_reaches_its_setting(home):
    settings = load(
        environ={
            **home,
            "TOKENWISE_DEFAULT_STRATEGY": "budget_constrained",
            "TOKENWISE_DEFAULT_BUDGET": "$0.015",
            "TOKENWISE_PLANNER_MODEL": "local/x",
            "TOKENWISE_PROXY_HOST": "::1",
            "TOKENWISE_PROXY_PORT": "0",
            "TOKENWISE_CACHE_TTL": "60",
            "TOKENWISE_LEDGER_PATH": "~/books.jsonl",
            "TOKENWISE_LOCAL_MODELS": "models.yaml",
            "TOKENWISE_MIN_OUTPUT_TOKENS": "7",
            "TOKENWISE_ESCALATION_POLICY": "strongest_first",
            "TOKENWISE_RISK_GATE_ENABLED": "1",
            "TOKENWISE_RISK_GATE_IRREVERSIBLE_BLOCK": "off",
            "TOKENWISE_RISK_GATE_AMBIGUITY_THRESHOLD": "0.25",
            "TOKENWISE_BUDGET_STORE": "valkey://store:6380/1",
            "TOKENWISE_OFFLINE": "1",
        }
    )
    assert settings.default_strategy is Strategy.BUDGET_CONSTRAINED
    assert settings.default_budget == 15_000_000
    assert settings.planner_model == "local/x"
    assert (settings.proxy.host, settings.proxy.port) == ("::1", 0)
    assert settings.cache_ttl_s == 60
    assert settings.ledger_path == Path(home["HOME"]) / "books.jsonl"
    assert settings.local_models == Path("models.yaml")
    assert settings.min_output_tokens == settings.policy.min_output_tokens == 7
    assert settings.escalation_policy is settings.policy.escalation is Escalation.STRONGEST_FIRST
    risk = settings.risk_gate
    assert (risk.enabled, risk.irreversible_block, risk.ambiguity_threshold) == (True, False, 0.25)
    assert settings.budget_store == "valkey://store:6380/1"
    assert settings.offline
    assert settings.notices == ()


@pytest.mark.parametrize(
    ("word", "meant"), [("monotonic", Escalation.STEPWISE), ("flexible", Escalation.SAME_TIER_FIRST)]
)
def test_words_of_earlier_versions_are_understood(tmp_path, word, meant):
    assert loaded(tmp_path, f"escalation_policy: {word}\n").escalation_policy is meant


def test_limits_for_everything_together_are_set_by_window_and_0_is_one_too(tmp_path):
    settings = loaded(tmp_path, "budgets:\n  day: 5\n  month: 0\n")
    assert settings.budgets == {Window.DAY: 5_000_000_000, Window.MONTH: 0}


def test_each_tag_has_limits_of_its_own(tmp_path):
    settings = loaded(tmp_path, "budgets:\n  tags:\n    nightly: {day: 2.50, total: 9}\n    team:a: {}\n")
    assert settings.tag_budgets == {"nightly": {Window.DAY: 2_500_000_000, Window.TOTAL: 9_000_000_000}, "team:a": {}}
    assert settings.budgets == {}
    assert loaded(tmp_path, "budgets: {tags: {}}\n").tag_budgets == {}


def test_tags_of_this_machine_are_separated_by_commas(tmp_path):
    assert loaded(tmp_path, "tags: nightly, team:a\n").tags == ("nightly", "team:a")
    assert loaded(tmp_path, "").tags == ()


def test_the_file_is_the_one_that_was_named_before_the_usual_one(tmp_path):
    usual = tmp_path / "xdg" / "tokenwise" / "config.yaml"
    usual.parent.mkdir(parents=True)
    usual.write_text("cache_ttl: 1\n")
    named = tmp_path / "named.yaml"
    named.write_text("cache_ttl: 2\n")
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert load(environ=environ).cache_ttl_s == 1
    assert load(environ={**environ, "TOKENWISE_CONFIG": str(named)}).cache_ttl_s == 2
    assert load(environ={**environ, "TOKENWISE_CONFIG": str(named)}, path=usual).cache_ttl_s == 1


class TestOffline:
    """What is spent offline is simulated, and counts in no sum and no limit of real money."""

    def test_simulated_money_is_booked_apart_and_the_keys_stay_where_they_are(self, tmp_path):
        text = f"ledger_path: {tmp_path}/books/l.jsonl\nbudget_store: redis://store:6379/0\n"
        real, simulated = loaded(tmp_path, text), loaded(tmp_path, text, TOKENWISE_OFFLINE="1")
        assert real.ledger_path == tmp_path / "books/l.jsonl"
        assert simulated.ledger_path == tmp_path / "books/offline/l.jsonl"
        assert simulated.keys_path == real.keys_path == tmp_path / "books/keys.json"
        assert (real.store_url, simulated.store_url) == ("redis://store:6379/0", "")
        assert sources(simulated)["ledger_path"].endswith("config.yaml, offline")

    def test_a_ledger_and_a_store_that_are_named_for_this_process_are_meant(self, tmp_path):
        named = {"TOKENWISE_LEDGER_PATH": "/tmp/l.jsonl", "TOKENWISE_BUDGET_STORE": "redis://store:6379/0"}
        settings = loaded(tmp_path, "", TOKENWISE_OFFLINE="1", **named)
        assert (str(settings.ledger_path), settings.store_url) == ("/tmp/l.jsonl", "redis://store:6379/0")

    def test_budgets_that_nobody_shares_stay_so(self, tmp_path):
        assert loaded(tmp_path, "budget_store: none\n", TOKENWISE_OFFLINE="1").budget_store == "none"


@pytest.mark.parametrize("name", ["customer", "team", "x-user", "metadata.user_id", "userid"])
def test_any_other_name_is_a_header_or_a_field(tmp_path, name):
    (limit,) = loaded(tmp_path, f"limits:\n  - {{each: {name}, budget: 5}}\n").limits
    assert limit.each == name


def test_a_relative_xdg_folder_is_ignored_as_its_specification_says(home):
    settings = load(environ={**home, "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "/var/cache"})
    assert settings.ledger_path == Path(home["HOME"]) / ".local/state/tokenwise/ledger.jsonl"
    assert settings.cache_dir == Path("/var/cache/tokenwise")


def test_a_relative_path_in_the_file_starts_from_the_files_folder(tmp_path):
    settings = loaded(tmp_path, "ledger_path: books.jsonl\nlocal_models: ~/mine.yaml\n")
    assert settings.ledger_path == tmp_path / "books.jsonl"
    assert settings.local_models == tmp_path / "mine.yaml"


def test_an_empty_variable_counts_as_unset(home):
    settings = load(environ={**home, "OPENAI_API_KEY": "", "TOKENWISE_DEFAULT_BUDGET": " ", "TOKENWISE_CONFIG": ""})
    assert settings.default_budget == 1_000_000_000
    assert usable_providers(settings) == ()


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment\n", "---\n", "null\n", "proxy:\nproviders:\n  openai:\n"]
)
def test_a_file_that_says_nothing_is_fine(tmp_path, text):
    settings = loaded(tmp_path, text)
    assert settings == load(environ={"HOME": str(tmp_path)})
    assert settings.file_read


def test_a_provider_that_is_not_asked_offline_may_refer_to_what_is_not_there(tmp_path):
    text = 'providers:\n  groq:\n    base_url: https://example.com/v1\n    api_key: "${NO_SUCH_KEY}"\noffline: yes\n'
    (notice,) = loaded(tmp_path, text).notices
    assert "providers.groq.api_key: refers to ${NO_SUCH_KEY}" in notice
    with pytest.raises(InputError, match="NO_SUCH_KEY"):
        loaded(tmp_path, text.replace("offline: yes", "offline: no"))
    with pytest.raises(InputError, match="NO_SUCH_KEY"):
        loaded(tmp_path, text.replace("api_key", "cap_field") + 'default_budget: "${NO_SUCH_KEY}"\n')


def test_what_a_guard_tells_its_command_is_known(home):
    assert load(environ={**home, "TOKENWISE_GUARD": "http://x", "TOKENWISE_GUARD_KEY": "k"}).notices == ()


def test_an_unknown_variable_of_ours_is_noticed_and_stops_nothing(home):
    (notice,) = load(environ={**home, "TOKENWISE_DEFAULT_BUGDET": "3"}).notices
    assert "TOKENWISE_DEFAULT_BUGDET" in notice
    assert "did you mean 'TOKENWISE_DEFAULT_BUDGET'" in notice


def test_the_documentation_has_every_setting_with_its_variable_and_default(home):
    page = (Path(__file__).resolve().parents[3] / "docs/configuration.md").read_text(encoding="utf-8")
    rows = [[cell.strip().strip("`") for cell in line.split("|")[1:4]] for line in page.splitlines() if "|" in line]
    told = {row[0]: row[1:] for row in rows}
    for key in KEYS:
        default = key.default(home)
        text = key.form.show(default) if default not in (None, "", ()) else "none"
        variable, stated = told[key.name]
        assert variable == key.variable
        assert stated == text or key.form.is_path
    for key in (key for name in BUILT_IN for key in provider_keys(name)):
        assert key.variable in told[f"providers.NAME.{key.name.rpartition('.')[2]}"][0]


# The policy


def test_the_policy_is_made_of_its_own_keys_and_three_others(tmp_path):
    settings = loaded(
        tmp_path,
        "default_strategy: cheapest\nescalation_policy: same-tier-first\nmin_output_tokens: 5\n"
        "policy: {max_attempts: 1, max_retries: 0, timeout_ms: 2_000, deadline_ms: 9, parallelism: 3, mid_from: 0,\n"
        "         flagship_from: 1, backoff_ms: 1, max_backoff_ms: 2, default_output_tokens: 77,\n"
        "         fair_share: 3}\n",
    )
    assert policy(settings) == Policy(
        strategy=Strategy.CHEAPEST, escalation=Escalation.SAME_TIER_FIRST, min_output_tokens=5, max_attempts=1,
        max_retries=0, timeout_ms=2000, deadline_ms=9, parallelism=3, mid_from=0.0, flagship_from=1.0, backoff_ms=1,
        max_backoff_ms=2, default_output_tokens=77, fair_share=3,
    )  # fmt: skip
    assert policy(settings, Strategy.BEST_QUALITY).strategy is Strategy.BEST_QUALITY
    assert policy(settings, Strategy.BEST_QUALITY).max_attempts == 1


# Providers and models


def test_a_key_makes_a_vendor_usable_and_direct_ones_stand_before_openrouter(home):
    environ = {**home, "OPENROUTER_API_KEY": KEY, "GOOGLE_API_KEY": f"{KEY}\n"}
    settings = load(environ=environ)
    assert usable_providers(settings) == ("google", "openrouter")
    assert settings.providers["google"].api_key == KEY
    assert settings.providers["google"].kind is ProviderKind.GOOGLE


def test_any_compatible_server_is_a_provider_by_configuration_alone(tmp_path):
    settings = loaded(
        tmp_path,
        'providers:\n  local: {kind: openai, base_url: "http://127.0.0.1:11434/v1/"}\n'
        "  azure:\n    base_url: https://x.example/openai/v1\n    headers: {api-key: '${AZURE}'}\n"
        "  claude-proxy: {kind: anthropic, base_url: https://y.example, api_key: k}\n"
        "models:\n  - {id: local/m, provider: local, context_tokens: 8192, input_usd_per_mtok: 0.10}\n",
        AZURE=KEY,
        OPENROUTER_API_KEY=KEY,
    )
    assert usable_providers(settings) == ("local", "azure", "claude-proxy", "openrouter")
    assert settings.providers["local"].base_url == "http://127.0.0.1:11434/v1"
    assert settings.providers["azure"].headers == {"api-key": KEY}
    assert settings.providers["claude-proxy"].kind is ProviderKind.ANTHROPIC
    # All text: a price must reach Decimal as it was typed.
    assert settings.models == (
        {"id": "local/m", "provider": "local", "context_tokens": "8192", "input_usd_per_mtok": "0.10"},
    )


def test_a_provider_may_say_how_it_wants_to_be_asked(tmp_path):
    row = "{base_url: 'https://x.example', cap_field: max_completion_tokens, stream_usage: false, responses: true}"
    said = loaded(tmp_path, f"providers: {{x: {row}}}").providers
    assert (said["x"].cap_field, said["x"].stream_usage, said["x"].responses) == ("max_completion_tokens", False, True)
    assert (said["openai"].cap_field, said["openai"].stream_usage, said["openai"].responses) == ("", True, None)
    wrong = problems(tmp_path, "providers: {openai: {cap_field: max_output}}")
    assert "max_tokens or max_completion_tokens" in wrong["providers.openai.cap_field"]


@pytest.mark.parametrize(
    ("variable", "url", "usable"),
    [
        ("OPENAI_BASE_URL", "http://localhost:1234/v1", True),
        ("OPENAI_BASE_URL", "http://gpu.lan:8000/v1", True),
        ("OPENAI_BASE_URL", "https://api.openai.com/v1", False),
        ("ANTHROPIC_BASE_URL", "http://[::1]:8080", True),
        ("ANTHROPIC_BASE_URL", "https://elsewhere.example", False),
    ],
)
def test_a_server_of_ones_own_needs_no_key_and_a_vendor_does(home, variable, url, usable):
    settings = load(environ={**home, variable: url})
    assert usable_providers(settings) == ((variable.partition("_")[0].lower(),) if usable else ())


def test_offline_only_the_embedded_provider_is_usable(home):
    environ = {**home, "OPENAI_API_KEY": KEY}
    assert usable_providers(load(environ=environ, flags={"offline": True})) == ("embedded",)


@pytest.mark.parametrize(
    "url",
    ["ftp://x/v1", "127.0.0.1:80", "http://", "http://u:p@x/v1", "http://x/?key=1", "http://x#y", "http://x:99999"],
)
def test_a_base_url_to_which_no_path_can_be_added_is_refused(home, url):
    with pytest.raises(InputError, match=r"providers\.openai\.base_url"):
        load(environ={**home, "OPENAI_BASE_URL": url})


# ${NAME}


def test_aliases_are_names_and_globs_with_what_they_stand_for(tmp_path):
    text = "aliases:\n  gpt-4.1: auto:balanced\n  'claude-*': openai/gpt-6-sol\n  2024: gpt-4.1"
    settings = loaded(tmp_path, text)
    assert settings.aliases == {"gpt-4.1": "auto:balanced", "claude-*": "openai/gpt-6-sol", "2024": "gpt-4.1"}
    assert [dealiased(name, settings.aliases) for name in ("claude-x", "2024", "auto", "other")] == [
        "openai/gpt-6-sol",
        "auto:balanced",
        "auto",
        "other",
    ]


def test_the_first_glob_goes_before_others_and_a_target_is_no_clients_name():
    aliases = {"gpt-4*": "gpt-4.1", "gpt-*": "small", "*": "auto"}
    named = [dealiased(name, aliases) for name in ("gpt-4o", "gpt-5", "claude", "auto:cheapest")]
    assert named == ["gpt-4.1", "small", "auto", "auto:cheapest"]


def test_values_refer_to_the_environment(tmp_path):
    settings = loaded(
        tmp_path,
        'planner_model: ${VENDOR}/x\nproxy: {port: "${PORT}"}\nledger_path: "/$${x}/${VENDOR}"\n',
        VENDOR="acme",
        PORT="81",
    )
    assert settings.planner_model == "acme/x"
    assert settings.proxy.port == 81
    assert settings.ledger_path == Path("/${x}/acme")


# What is refused


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("models: {deny: '*:free'}\n", ["a/one", "b/two"]),
        ("models: {allow: ['a/*'], deny: [a/one]}\n", ["a/one:free"]),
        ("models: {allow: b/two, rows: []}\n", ["b/two"]),
        ("models: []\nfree_models: prefer\n", ["a/one", "a/one:free", "b/two"]),
    ],
)
def test_patterns_say_which_models_there_are(tmp_path, text, left):
    permitted = loaded(tmp_path, text).permitted
    assert [name for name in ("a/one", "a/one:free", "b/two") if permitted.has(name)] == left


def test_rows_may_stand_beside_patterns(tmp_path):
    rows = "rows: [{id: own/one, provider: openai, context_tokens: 1000}]"
    settings = loaded(tmp_path, f"models: {{{rows}, deny: 'x/*'}}\nfree_models: fallback\n")
    assert [row["id"] for row in settings.models] == ["own/one"]
    assert policy(settings).free_models is FreeModels.FALLBACK


TAGS, GROQ = "budgets.tags", "providers: {groq: {base_url: 'https://x.example',\n    api_key: '${GROQ}'}}"


@pytest.mark.parametrize(
    ("text", "path", "part"),
    [
        *((f"limits: [{{each: {slip}, budget: 5}}]", "limits[0].each", "did you mean")
          for slip in ("sesion", "sessions", "users", "keys", "mode")),
        ("budgets: {tags: {'a b': {day: 1}}}", f"{TAGS}.a b", "not a tag"),
        ("budgets: {tags: {nightly: {year: 1}}}", f"{TAGS}.nightly.year", "accepted here: day, month, total, week"),
        ("budgets: {tags: {nightly: 5}}", f"{TAGS}.nightly", "a mapping"),
        ("budgets: {tags: nightly}", TAGS, "no such setting"),
        ("budgets: {days: 5}", "budgets.days", "day, month, tags, total, week; did you mean 'day'?"),
        ("policy: {mid_from: 0.9, flagship_from: 0.5}", "policy.flagship_from", ""),
        ("policy: {backoff_ms: 10, max_backoff_ms: 9}", "policy.max_backoff_ms", ""),
        ("providers: {opnai: {api_key: k}}", "providers.opnai.base_url", "missing"),
        ("providers: {opnai: {api_key: k}}", "providers.opnai.base_url", "did you mean 'openai'"),
        ("models:\n  - {id: a, provider: opnai}", "models[0].provider", "did you mean 'openai'"),
        ("models: {deny: [[x]]}", "models.deny", "expected"),
        ("models: {rows: 3}", "models.rows", "expected"),
        ("models: {allow: {a: b}}", "models.allow", "expected"),
        ("aliases: {a: b, b: c, c: a}", "aliases.a", "a loop: a -> b -> c -> a"),
        ("aliases: {a: a}", "aliases.a", "a loop: a -> a"),
        ("aliases: {a: 'auto:cheapst'}", "aliases.a", "did you mean 'cheapest'?"),
        ("aliases: {a: }", "aliases.a", "expected a model's name"),
        ("aliases: {a: [b]}", "aliases.a", "expected a model's name"),
        ("aliases: {auto: gpt-4.1}", "aliases.auto", "has no alias"),
        ("aliases: [a, b]", "aliases", "expected a mapping of names to models"),
        ("aliases: a", "aliases", "expected a mapping of names to models"),
        (GROQ, "providers.groq.api_key", "${GROQ}"),
        (GROQ, "providers.groq.api_key", "line 2"),
        ("planner_model: a${b-c}", "planner_model", "`$${`"),
        ("proxy:\n  port: 1\n  port: 2", "proxy.port", "stands twice"),
        ("proxy.port: 1", "proxy.port", "mapping `proxy`"),
        *((f"planner_model: {value}", "planner_model", "has a tag")  # and nothing is constructed
          for value in ("!secret x", "!!python/name:os.system x", "!!binary aGk=", "!!python/tuple [x]")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(tmp_path, text, path, part):
    with pytest.raises(InputError) as refused:
        loaded(tmp_path, text + "\n")
    assert any(problem.path == path and part in problem.message for problem in refused.value.problems)


def test_every_problem_of_every_source_is_named_at_once(tmp_path):
    path = written(
        tmp_path,
        "default_strategy: cheepest\ndefault_stratgy: x\nproxy: {prot: 80, host: a b}\nrisk_gate: {enabled: maybe}\n"
        "policy: 3\nledger_path: [x]\nplanner_model: 5\nmin_output_tokens: 0\nport: 80\nmodels: {a: b}\n",
    )
    environ = {"HOME": str(tmp_path), "TOKENWISE_PROXY_PORT": "http", "TOKENWISE_BUDGET_STORE": "mysql://x"}
    with pytest.raises(InputError) as refused:
        load(environ=environ, flags={"default_budget": "-1", "bugdet": 1}, path=path)
    told = [str(problem) for problem in refused.value.problems]
    expected = [
        ("default_strategy", "'cheepest'", "one of cheapest, balanced", "did you mean 'cheapest'", "line 1"),
        ("default_stratgy", "'x'", "did you mean 'default_strategy'", "line 2"),
        ("proxy.prot", "'80'", "accepted here: access_log, body_timeout_s, ", " port, ", "did you mean 'port'"),
        ("proxy.host", "'a b'", "a host name"),
        ("risk_gate.enabled", "'maybe'", "true or false"),
        ("policy:", "'3'", "a mapping of"),
        ("ledger_path", "a list", "a path"),
        ("planner_model", "'5'", "YAML takes this for a number"),
        ("min_output_tokens", "'0'", "a whole number from 1 up"),
        ("port", "did you mean 'proxy.port'"),
        ("models.a", "'b'", "accepted here: allow, deny, rows"),
        ("proxy.port", "'http'", "environment TOKENWISE_PROXY_PORT", "from 0 to 65535"),
        ("budget_store", "'mysql://x'", "redis://host:6379/0"),
        ("--budget", "'-1'", "US dollars"),
        ("bugdet", "no such setting"),
    ]
    for parts in expected:
        assert any(line.startswith(parts[0]) and all(part in line for part in parts) for line in told), (parts, told)
    assert len(told) == len(expected)


def test_a_wrong_value_that_something_overrides_is_told_all_the_same(tmp_path):
    path = written(tmp_path, "cache_ttl: soon\n")
    with pytest.raises(InputError, match="'soon'"):
        load(environ={"HOME": str(tmp_path), "TOKENWISE_CACHE_TTL": "5"}, path=path)


@pytest.mark.parametrize("text", ["false", "False", '"false"', "no", "off", "0"])
def test_false_is_never_true(tmp_path, text):
    assert loaded(tmp_path, f"risk_gate: {{irreversible_block: {text}}}\n").risk_gate.irreversible_block is False


@pytest.mark.parametrize("amount", ["0.1", "0.30", "1e-9", "0.000000001", "25.000000000000004"])
def test_money_is_read_digit_by_digit(tmp_path, amount):
    settings = loaded(tmp_path, f"default_budget: {amount}\n")
    assert settings.default_budget == load(environ={"HOME": "/"}, flags={"default_budget": amount}).default_budget
    assert settings.default_budget in (100_000_000, 300_000_000, 1, 25_000_000_000)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"\x00\x01\x02", "not readable as YAML"),
        (b"a: b: c\n", "not readable as YAML at line 1"),
        (b"a: [1\n", r"at line 2, column 1: expected ',' or ']', but got '<stream end>', .* from line 1, column 4"),
        (b"b:\n  - {a: 1\n", r"at line 3, column 1: expected ',' or '}', but got '<stream end>', .* line 2, column 5"),
        (b"- a\n- b\n", "not a mapping"),
        (b"just text\n", "not a mapping"),
        (b"a: 1\n---\nb: 2\n", "not readable as YAML"),
        (b"x: " + b"[" * 400 + b"]" * 400, "nested too deeply"),
        (b"a: &a [*a]\n", "nested too deeply"),
        (b"# " + b"x" * MAX_BYTES, "larger than"),
    ],
)
def test_a_file_that_is_no_configuration_is_told_why(tmp_path, text, reason):
    with pytest.raises(InputError, match=reason) as refused:
        loaded(tmp_path, text)
    assert "config.yaml" in str(refused.value)


@pytest.mark.slow  # builds as many nodes as are allowed
def test_anchors_that_repeat_too_much_are_refused_at_once(tmp_path):
    # Nine to the twelfth nodes, which nobody could wait for.
    rows = ["models:", "- &r0 [x,x,x,x,x,x,x,x,x]"]
    rows += [f"- &r{i} [{','.join([f'*r{i - 1}'] * 9)}]" for i in range(1, 12)]
    found = problems(tmp_path, "\n".join(rows))
    assert "anchors repeat too much" in " ".join(found.values())


@pytest.mark.parametrize("named", ["nowhere.yaml", "."])
def test_a_file_that_was_named_must_be_readable(tmp_path, named):
    with pytest.raises(InputError, match="expected a YAML file"):
        load(environ={"HOME": str(tmp_path)}, path=tmp_path / named)


# Secrets


def test_no_secret_is_in_any_text_made_of_the_settings(tmp_path):
    settings = loaded(
        tmp_path,
        f"budget_store: redis://user:{PASSWORD}@store/0?x={PASSWORD}\n"
        f"providers:\n  x: {{base_url: https://x.example, api_key: {KEY}, headers: {{authorization: {KEY}}}}}\n",
        OPENAI_API_KEY=KEY,
    )
    told = repr(settings) + str(settings.origins) + repr(settings.providers)
    assert KEY not in told
    assert PASSWORD not in told
    assert settings.providers["x"].api_key == settings.providers["openai"].api_key == KEY
    shown = {origin.key: origin.text for origin in settings.origins}
    assert shown["providers.x.api_key"] == "sk-…WXYZ"
    assert shown["budget_store"] == "redis://…@store/0?…"


@pytest.mark.parametrize(
    "text",
    [
        f"providers: {{openai: {{apikey: {KEY}}}}}\n",
        f"providers: {{openai: {{api_key: {KEY} {KEY}}}}}\n",
        f"providers: {{openai: {KEY}}}\n",
        f"providers:\n  openai:\n    api_key:{KEY}\n",
        f"providers:\n  openai:\n    {KEY}: x\n",
        f"providers:\n  {KEY.upper()}: x\n",
        f"providers:\n  openai:\n    headers: {{x-key: [{KEY}]}}\n",
        f"providers:\n  openai:\n    headers: {KEY}\n",
        f"providers:\n  openai:\n    base_url: https://u:{KEY}@x/\n",
        f"openai_api_key: {KEY}\n",
        f"default_budget: {KEY}\n",
        f"{KEY}: 1\n",
        f"api_key: '{KEY}\n",
        f"api_key: *{KEY}\n",
        f"{KEY}: 1\n{KEY}: 2\n",
        f"planner_model: [{KEY}]\n",
        f"budget_store: redis:/u:{KEY}@x\n",
        "default_budget: ${HIDDEN}\n",
        f"models: {KEY}\n",
        f"models: [{{id: a, provider: {KEY}}}]\n",
    ],
)
def test_no_problem_quotes_a_secret(tmp_path, text):
    found = problems(tmp_path, text, HIDDEN=KEY)
    told = repr(found)
    assert KEY not in told
    assert KEY[6:] not in told
    assert KEY.upper() not in told


@pytest.mark.parametrize(
    "text",
    [
        f"providers: {{openai: {{apikey: {PASSWORD}}}}}\n",
        f"providers: {{openai: {PASSWORD}}}\n",
        f"providers: {PASSWORD}\n",
        f"proxy: {{host: 'http://user:{PASSWORD}@x'}}\n",
        f"password: {PASSWORD}\n",
    ],
)
def test_what_does_not_look_secret_is_hidden_where_secrets_stand(tmp_path, text):
    assert PASSWORD not in repr(problems(tmp_path, text))


def test_a_bad_key_in_the_environment_is_named_and_not_quoted(home):
    with pytest.raises(InputError, match="OPENAI_API_KEY") as refused:
        load(environ={**home, "OPENAI_API_KEY": f"{PASSWORD} {PASSWORD}"})
    assert PASSWORD not in str(refused.value)


# The commands


def test_show_prints_each_setting_with_its_source_and_masks_keys(home, capsys):
    assert show_settings({**home, "OPENAI_API_KEY": KEY}, Common()) == 0
    out, err = capsys.readouterr()
    rows = {line.split()[0]: line.split(maxsplit=2)[1:] for line in out.splitlines()}
    assert rows["default_budget"] == ["1.00", "default"]
    assert rows["providers.openai.api_key"] == ["sk-…WXYZ", "environment OPENAI_API_KEY"]
    assert rows["providers.google.api_key"] == ["(none)", "default"]
    assert {key.name for key in KEYS} < set(rows)
    assert KEY not in out
    assert err == ""


def test_show_as_json_is_one_document_with_exact_money(home, capsys):
    assert show_settings({**home, "TOKENWISE_OFFLINE": "1", "TOKENWISE_X": "1"}, Common(json=True)) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["settings"]["default_budget"] == {"value": "1.00", "value_nano": 10**9, "source": "default"}
    assert document["settings"]["offline"] == {"value": True, "source": "environment TOKENWISE_OFFLINE"}
    assert document["settings"]["proxy.port"]["value"] == 8000
    assert document["settings"]["local_models"]["value"] is None
    assert document["file_read"] is False
    assert "TOKENWISE_X" in err


@pytest.mark.parametrize("command", [show_settings, lambda *a, **k: check_settings(*a, **k, now_ms=0)])
def test_a_bad_configuration_is_exit_code_2_with_every_problem(tmp_path, capsys, command):
    path = written(tmp_path, "cache_ttl: soon\nmin_output_tokens: few\n")
    assert command({"HOME": str(tmp_path)}, Common(config=path)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(":")[1].strip() for line in err.splitlines()] == ["min_output_tokens", "cache_ttl"]
    assert command({"HOME": str(tmp_path)}, Common(config=path, json=True)) == 2
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert (document["ok"], document["file"]) == (False, str(path))
    assert [problem["key"] for problem in document["problems"]] == ["min_output_tokens", "cache_ttl"]
    assert err == ""


def test_check_reads_the_models_too(tmp_path, capsys):
    path = written(tmp_path, "models:\n  - {id: local/x, provider: openai, context_tokens: many}\n")
    assert check_settings({"HOME": str(tmp_path)}, Common(config=path), now_ms=0) == 2
    assert "models[0].context_tokens" in capsys.readouterr().err


def test_check_of_a_good_configuration_is_exit_code_0(tmp_path, capsys):
    path = written(tmp_path, "cache_ttl: 1\n")
    assert check_settings({"HOME": str(tmp_path)}, Common(config=path), now_ms=0) == 0
    assert capsys.readouterr().out == f"ok: {path}\n"


def test_init_writes_a_private_file_that_decides_nothing(home, capsys):
    assert init_file(home, Common(), force=False) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path == Path(home["HOME"]) / ".config/tokenwise/config.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    read, default = load(environ=home), load(environ={**home, "TOKENWISE_CONFIG": os.devnull})
    assert read.file_read
    assert read == default
    assert set(sources(read).values()) == {"default"}


def test_each_default_in_the_written_file_is_the_default(home, tmp_path):
    # The mark of a setting is a # without a space; of a comment, with one.
    lines = [
        line.replace("#", "", 1) if line.lstrip().startswith("#") and not line.lstrip().startswith("# ") else line
        for line in template(home).splitlines()
    ]
    path = tmp_path / "all.yaml"
    path.write_text("\n".join(lines))
    settings = load(environ=home, path=path)
    assert settings == load(environ=home)
    given = {key for key, source in sources(settings).items() if source != "default"}
    nothing = {origin.key for origin in settings.origins if not origin.text} | {"models"}
    everything = {key.name for key in KEYS} | {key.name for name in settings.providers for key in provider_keys(name)}
    assert given | nothing >= everything


def test_init_never_overwrites_unless_it_is_forced(tmp_path, capsys):
    path = written(tmp_path, "cache_ttl: 1\n")
    path.chmod(0o644)
    assert init_file({"HOME": str(tmp_path)}, Common(config=path), force=False) == 2
    assert path.read_text() == "cache_ttl: 1\n"
    assert "--force" in capsys.readouterr().err
    assert init_file({"HOME": str(tmp_path)}, Common(config=path), force=True) == 0
    assert path.read_text() == template({"HOME": str(tmp_path)})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_init_where_nothing_can_be_written_says_so(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert init_file({"HOME": str(tmp_path)}, Common(config=tmp_path / "file" / "config.yaml"), force=False) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.slow  # starts an interpreter
def test_loading_without_a_file_brings_nothing_heavy_with_it(tmp_path):
    program = (
        "import sys; from tokenwise_shell.config.loading import load; load(environ={'HOME': sys.argv[1]}); "
        "print(*{'yaml', 'trio', 'httpx', 'cattrs', 'rich', 'hypercorn', 'orjson', 'cyclopts'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""

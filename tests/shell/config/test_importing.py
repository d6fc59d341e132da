"""Other programs' configurations: what is made of them holds here, and nothing is passed over in silence."""

import json

import pytest

from tests.shell.commands import tw  # noqa: F401 -- a fixture
from tokenwise.errors import InputError
from tokenwise_shell.config.importing.imported import Imported, duration_window
from tokenwise_shell.config.importing.reading import as_file, imported_from
from tokenwise_shell.config.loading import load

LITELLM = b"""
model_list:
  - model_name: gpt-4o
    litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY}
  - model_name: fast
    litellm_params: {model: groq/llama-3.3-70b-versatile, api_key: os.environ/MY_GROQ, rpm: 6}
    model_info: {input_cost_per_token: 0.00000059, output_cost_per_token: 7.9e-7, max_input_tokens: 131072}
  - model_name: fast
    litellm_params: {model: anthropic/claude-haiku-4-5, api_key: sk-ant-a-secret-that-nobody-may-see}
  - model_name: eu
    litellm_params: {model: azure/my-gpt, api_base: "https://eu.example.com/", api_key: os.environ/AZURE, max_budget: 5,
                     budget_duration: 1d}
  - model_name: mine
    litellm_params: {model: ollama/llama3.2, api_base: "http://10.0.0.7:11434", temperature: 0.1}
  - model_name: "*"
    litellm_params: {model: openai/*, api_key: os.environ/OPENAI_API_KEY}
  - model_name: aws
    litellm_params: {model: bedrock/us.anthropic.claude-sonnet-4, aws_region_name: us-east-1}
litellm_settings: {drop_params: true, num_retries: 3, request_timeout: 90, max_budget: 100, budget_duration: 30d,
                   max_end_user_budget: 0.5, fallbacks: [{gpt-4o: [fast]}], something_new: 1}
router_settings: {model_group_alias: {gpt-4: gpt-4o}, routing_strategy: simple-shuffle, redis_host: os.environ/RH,
                  provider_budget_config: {openai: {budget_limit: 7, time_period: 7d}}}
general_settings: {master_key: sk-1234, database_url: "postgresql://u:p@h/db"}
environment_variables: {A: b}
"""

ENVIRON = {"OPENAI_API_KEY": "a", "MY_GROQ": "b", "AZURE": "c", "RH": "cache.internal", "HOME": "/home/x"}

OLD = b"""
default_budget: 2.5
default_strategy: cheapest
escalation_policy: monotonic
proxy_port: 9000
openai_api_key: sk-old-secret
trace_level: verbose
model_overrides: {openai/gpt-4.1-mini: {tier: mid, capabilities: [general, code]}}
ledger_path: ~/spend.jsonl
"""

OLD_MODELS = b"""
models:
  - {id: local/tiny, name: Tiny, provider: Ollama, input_price: 0.0, output_price: 0.0, context_window: 8192,
     capabilities: [general], tier: budget}
"""


def read(content, folder, environ=ENVIRON):
    """What a configuration made of this one holds, by our own reader."""
    found = imported_from(content, "theirs.yaml")
    file = folder / "config.yaml"
    file.write_text(as_file(found))
    return found, load(environ=environ, path=file)


class TestLiteLLM:
    @pytest.fixture
    def found(self, tmp_path):
        return read(LITELLM, tmp_path)

    def test_deployments_become_providers_with_their_keys_from_the_environment(self, found):
        _, settings = found
        providers = settings.providers
        assert providers["groq"].base_url == "https://api.groq.com/openai/v1"
        assert (providers["openai"].api_key, providers["groq"].api_key, providers["azure"].api_key) == ("a", "b", "c")
        assert providers["azure"].base_url == "https://eu.example.com/openai/v1"  # Azure's v1 interface
        assert providers["ollama"].base_url == "http://10.0.0.7:11434/v1"

    def test_names_stand_for_what_they_stood_for(self, found):
        _, settings = found
        assert settings.aliases == {
            "fast": "groq/llama-3.3-70b-versatile",
            "eu": "azure/my-gpt",
            "mine": "ollama/llama3.2",
            "gpt-4": "gpt-4o",
        }

    def test_of_two_deployments_the_one_with_a_price_keeps_the_name(self, tmp_path):
        content = b"""
model_list:
  - {model_name: gpt-4o, litellm_params: {model: azure/eu-4o, api_base: "https://eu.example", api_key: os.environ/K}}
  - {model_name: gpt-4o, litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY}}
  - {model_name: gpt-4o, litellm_params: {model: azure/us-4o, api_base: "https://us.example", api_key: os.environ/K}}
"""
        found, settings = read(content, tmp_path, {**ENVIRON, "K": "k"})
        assert settings.aliases == {"gpt-4o": "openai/gpt-4o"}
        assert sum("gpt-4o has several deployments" in note for note in found.notes) == 2

    def test_models_that_nobody_knows_keep_their_prices_per_million(self, found):
        rows = {row["id"]: row for row in found[0].document["models"]}
        fast = rows["groq/llama-3.3-70b-versatile"]
        assert (fast["input_usd_per_mtok"], fast["output_usd_per_mtok"]) == (0.59, 0.79)
        assert fast["context_tokens"] == 131_072
        assert rows["ollama/llama3.2"]["output_usd_per_mtok"] == 0
        assert "input_usd_per_mtok" not in rows["azure/my-gpt"]

    def test_budgets_become_limits(self, found):
        document = found[0].document
        assert document["budgets"] == {"month": 100}
        assert document["limits"] == [
            {"model": "azure/my-gpt", "budget": 5, "window": "day"},
            {"each": "user", "budget": 0.5},
            {"model": "openai/*", "budget": 7, "window": "week"},
        ]
        assert document["policy"] == {"max_retries": 3, "timeout_ms": 90_000}
        assert document["budget_store"] == "redis://${RH}:6379"

    @pytest.mark.parametrize(
        "said",
        [
            "bedrock/us.anthropic",
            "ANTHROPIC_API_KEY",
            "fast has several deployments and stands for groq/",
            "no price is known",
            "temperature: the client's",
            "general_settings.master_key: keys are made here",
            "something_new",
            "fallbacks: not needed",
            "environment_variables",
        ],
    )
    def test_what_is_not_carried_over_is_named(self, found, said):
        assert any(said in note for note in found[0].notes), found[0].notes

    def test_no_secret_is_copied(self, found):
        everything = json.dumps(found[0].document) + "".join(found[0].notes)
        assert not any(secret in everything for secret in ("sk-ant", "sk-1234", "u:p@h"))


class TestThePredecessor:
    def test_its_configuration(self, tmp_path):
        found, settings = read(OLD, tmp_path)
        assert settings.default_budget == 2_500_000_000
        assert settings.policy.strategy.value == "cheapest"
        assert settings.proxy.port == 9000
        assert settings.models[0]["id"] == "openai/gpt-4.1-mini"
        assert any("OPENAI_API_KEY" in note for note in found.notes)
        assert any("trace_level" in note for note in found.notes)
        assert any("ledger" in note for note in found.notes)

    def test_its_list_of_models(self, tmp_path):
        document = imported_from(OLD_MODELS, "models.yaml").document
        assert document["models"] == [
            {
                "id": "local/tiny",
                "input_usd_per_mtok": 0.0,
                "output_usd_per_mtok": 0.0,
                "context_tokens": 8192,
                "capabilities": ["general"],
                "tier": "budget",
                "provider": "local",
            }
        ]

    def test_a_file_of_its_that_is_used_as_ours_says_what_to_write(self, tmp_path):
        file = tmp_path / "config.yaml"
        file.write_bytes(OLD)
        with pytest.raises(InputError) as raised:
            load(environ={"HOME": "/home/x"}, path=file)
        told = "\n".join(map(str, raised.value.problems))
        assert "proxy_port: a setting of TokenWise 0.5" in told
        assert "it is `proxy.port` now" in told
        assert "sk-old-secret" not in told


@pytest.mark.parametrize("content", [b"just: this\n", b"[1, 2]\n", b"a: [", b"\xff\xfe\x00", b""])
def test_other_files_are_refused_with_what_is_read(content):
    with pytest.raises(InputError):
        imported_from(content, "x.yaml")


@pytest.mark.parametrize(
    ("text", "window"),
    [(None, "total"), ("24h", "day"), ("1d", "day"), ("7d", "week"), ("30d", "month"), ("1mo", "month"), ("3d", "day")],
)
def test_a_duration_is_the_nearest_window(text, window):
    assert duration_window(text, Imported(), "x") == window


def test_the_command_prints_a_file_and_says_the_rest_aside(tmp_path, tw):  # noqa: F811 -- the fixture
    file = tmp_path / "litellm.yaml"
    file.write_bytes(LITELLM)
    done = tw.online("config", "import", str(file))
    assert done.code == 0
    assert "groq:" in done.out
    assert "master_key" in done.err
    assert tw.online("config", "import", str(file), "--json").json["notes"]
    assert tw.online("config", "import", str(tmp_path / "none.yaml")).code == 2

"""What a guarded command is told: the guard's address and key, and none of the real ones."""

import json

import pytest

from tokenwise_shell.guard.surroundings import (
    CREDENTIALS,
    KEY,
    NESTED,
    Door,
    command_within,
    environment_within,
    withheld,
)

DOOR = Door("http://127.0.0.1:4242", "tw-key-of-the-guard")


def given(environ, program="python", keep=(), secrets=()):
    return environment_within(environ, DOOR, without=withheld(environ, secrets, keep), program=program)


class TestTheEnvironment:
    @pytest.mark.parametrize("name", sorted(CREDENTIALS))
    def test_no_real_key_is_handed_on(self, name):
        assert given({name: "sk-real"}).get(name) in (None, DOOR.key)

    def test_nor_one_of_ours_under_any_name(self):
        environ = {"MY_SECRET": "Bearer sk-ours", "EDITOR": "vi"}
        handed = given(environ, secrets=("sk-ours", ""))
        assert ("MY_SECRET" in handed, handed["EDITOR"]) == (False, "vi")

    def test_unless_it_is_asked_for(self):
        assert withheld({"GROQ_API_KEY": "gsk-1", "XAI_API_KEY": "xai-1"}, (), ("GROQ_API_KEY",)) == ("XAI_API_KEY",)

    def test_nothing_sends_claude_code_past_the_guard(self):
        assert "CLAUDE_CODE_USE_BEDROCK" not in given({"CLAUDE_CODE_USE_BEDROCK": "1"})

    @pytest.mark.parametrize(
        ("address", "key"),
        [
            ("OPENAI_BASE_URL", "OPENAI_API_KEY"),
            ("OPENAI_API_BASE", "OPENAI_API_KEY"),
            ("OPENROUTER_BASE_URL", "OPENROUTER_API_KEY"),
            ("ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN"),
            ("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY"),
            (NESTED, KEY),
        ],
    )
    def test_what_sdks_read_leads_to_the_guard(self, address, key):
        handed = given({address: "https://elsewhere.example", key: "sk-real"})
        assert handed[address].startswith(DOOR.origin)
        assert handed[key] == DOOR.key

    def test_claude_code_gets_one_credential_and_others_both(self):
        assert "ANTHROPIC_API_KEY" not in given({"ANTHROPIC_API_KEY": "sk-real"}, program="claude")
        assert given({})["ANTHROPIC_API_KEY"] == DOOR.key

    def test_no_proxy_stands_between_the_command_and_the_guard(self):
        assert given({"NO_PROXY": "intern.example"})["NO_PROXY"] == "intern.example,127.0.0.1,localhost"
        assert given({})["no_proxy"] == "127.0.0.1,localhost"

    @pytest.mark.parametrize("before", ["", "no json", "[]", '{"theme": "dark", "provider": {"openai": {"x": 1}}}'])
    def test_opencode_knows_no_provider_but_the_guard(self, before):
        config = json.loads(given({"OPENCODE_CONFIG_CONTENT": before})["OPENCODE_CONFIG_CONTENT"])
        assert set(config["enabled_providers"]) == set(config["provider"]) == {"anthropic", "openai", "openrouter"}
        assert all(one["options"]["baseURL"] == f"{DOOR.origin}/v1" for one in config["provider"].values())
        assert config.get("theme") == ("dark" if "theme" in before else None)


class TestTheCommand:
    def test_most_stay_as_they_are(self):
        assert command_within(("python", "agent.py"), DOOR) == ("python", "agent.py")

    def test_codex_gets_a_provider_before_its_own_words(self):
        first, *flags, verb, task = command_within(("/usr/bin/codex", "exec", "say hi"), DOOR)
        assert (first, verb, task) == ("/usr/bin/codex", "exec", "say hi")
        assert 'model_provider="tokenwise"' in flags
        assert f'model_providers.tokenwise.base_url="{DOOR.origin}/v1"' in flags
        assert DOOR.key not in " ".join(flags)

    def test_claude_code_gets_settings_unless_it_has_some(self):
        words = command_within(("claude", "-p", "hi"), DOOR)
        assert words[1] == "--settings"
        assert json.loads(words[2]) == {"env": {"ANTHROPIC_BASE_URL": DOOR.origin}}
        assert words[3:] == ("-p", "hi")
        assert DOOR.key not in " ".join(words)
        own = ("claude", "--settings=mine.json")
        assert command_within(own, DOOR) == own

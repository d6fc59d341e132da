"""What a guarded command finds: where its SDKs are to call, with the guard's key in place of real ones.

Pure: an environment and a command line in, an environment and a command line out. Names of variables are as the
vendors' SDKs and the agents read them, as of 2026-11: openai and anthropic (Python, Node), LiteLLM and aider (the
`…_API_BASE`), Claude Code 2.1, Codex CLI 0.171, opencode 1 (`OPENCODE_CONFIG_CONTENT`), Gemini CLI.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final

from attrs import field, frozen

__all__ = [
    "BYPASSES",
    "CREDENTIALS",
    "KEY",
    "NESTED",
    "Door",
    "command_within",
    "environment_within",
    "withheld",
]

NESTED: Final = "TOKENWISE_GUARD"
"""Where the guard around this process is: an inner one asks there, and never goes around it."""

KEY: Final = "TOKENWISE_GUARD_KEY"
"""The guard's own key."""

CREDENTIALS: Final = frozenset(
    {
        "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "AWS_BEARER_TOKEN_BEDROCK",
        "AZURE_API_KEY", "AZURE_OPENAI_API_KEY", "CEREBRAS_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "CODEX_API_KEY",
        "COHERE_API_KEY", "DASHSCOPE_API_KEY", "DEEPSEEK_API_KEY", "FIREWORKS_API_KEY", "GEMINI_API_KEY",
        "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY", "GROQ_API_KEY", "MISTRAL_API_KEY", "MOONSHOT_API_KEY",
        "OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENCODE_API_KEY", "OPENROUTER_API_KEY", "PERPLEXITY_API_KEY",
        "REPLICATE_API_TOKEN", "TOGETHER_API_KEY", "TOGETHERAI_API_KEY", "XAI_API_KEY", "ZAI_API_KEY",
    }
)  # fmt: skip
"""Variables by which programs reach vendors of models: the guard's child needs none of them."""

BYPASSES: Final = frozenset(
    {"ANTHROPIC_BEDROCK_BASE_URL", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_FOUNDRY", "CLAUDE_CODE_USE_VERTEX"}
)
"""Variables that send Claude Code to a cloud, whatever its base URL is."""

_LOOPBACK: Final = "127.0.0.1,localhost"


@frozen
class Door:
    """Where a guard is, as `http://127.0.0.1:PORT`, and the key that it knows its child by."""

    origin: str
    key: str = field(repr=False)


def withheld(environ: Mapping[str, str], secrets: Collection[str], keep: Collection[str] = ()) -> tuple[str, ...]:
    """Names of variables that the child does not get: those for credentials, and any with a secret of ours in it."""
    known = CREDENTIALS | BYPASSES
    return tuple(
        sorted(
            name
            for name, value in environ.items()
            if name not in keep and (name in known or any(secret in value for secret in secrets if secret))
        )
    )


def environment_within(
    environ: Mapping[str, str], door: Door, *, without: Collection[str], program: str
) -> dict[str, str]:
    """The environment of the guarded command. `without` is not handed on; what says where to call is the guard's."""
    handed = {name: value for name, value in environ.items() if name not in without}
    handed |= _addresses(door)
    # With both, Claude Code warns of a conflict, and asks on a terminal whether it may use the key.
    if program != "claude":
        handed["ANTHROPIC_API_KEY"] = door.key
    for name in ("NO_PROXY", "no_proxy"):
        before = environ.get(name, "")
        handed[name] = f"{before},{_LOOPBACK}" if before else _LOOPBACK
    handed["OPENCODE_CONFIG_CONTENT"] = _opencode(environ.get("OPENCODE_CONFIG_CONTENT", ""), door)
    return handed


def _addresses(door: Door) -> dict[str, str]:
    v1 = f"{door.origin}/v1"
    return {
        "OPENAI_BASE_URL": v1,
        "OPENAI_API_BASE": v1,
        "OPENAI_API_KEY": door.key,
        "OPENROUTER_BASE_URL": v1,
        "OPENROUTER_API_BASE": v1,
        "OPENROUTER_API_KEY": door.key,
        "ANTHROPIC_BASE_URL": door.origin,
        "ANTHROPIC_API_BASE": door.origin,
        "ANTHROPIC_AUTH_TOKEN": door.key,
        # Nothing answers Google's format yet; its clients are to hear that, and not to call past the guard.
        "GOOGLE_GEMINI_BASE_URL": door.origin,
        "GEMINI_API_KEY": door.key,
        "GOOGLE_API_KEY": door.key,
        NESTED: door.origin,
        KEY: door.key,
    }


def _opencode(before: str, door: Door) -> str:
    """The configuration of opencode with the guard as its only providers; its own words elsewhere in it stay."""
    try:
        said = json.loads(before) if before else {}
    except json.JSONDecodeError:
        said = {}
    config: dict[str, Any] = said if isinstance(said, dict) else {}
    names = ("anthropic", "openai", "openrouter")
    options = {"baseURL": f"{door.origin}/v1", "apiKey": door.key}
    config["enabled_providers"] = list(names)
    config["provider"] = {**config.get("provider", {}), **{name: {"options": options} for name in names}}
    return json.dumps(config)


def command_within(command: tuple[str, ...], door: Door) -> tuple[str, ...]:
    """The command with the flags that its agent needs to call the guard, before its own, which come later and hold."""
    program = PurePath(command[0]).name
    match program:
        case "codex":
            return (command[0], *_codex(door), *command[1:])
        case "claude" if not any(word.partition("=")[0] == "--settings" for word in command[1:]):
            # Variables in its settings files would come before the environment.
            settings = json.dumps({"env": {"ANTHROPIC_BASE_URL": door.origin}})
            return (command[0], "--settings", settings, *command[1:])
        case _:
            return command


def _codex(door: Door) -> Iterator[str]:
    """A provider of its own: the built-in one tries websockets first, and its address cannot be set everywhere.

    Searches of the vendor's own cost a fee that not every seller publishes; who wants them says so after these.
    """
    fields = {
        "name": "TokenWise",
        "base_url": f"{door.origin}/v1",
        "env_key": KEY,
        "wire_api": "responses",
    }
    yield from ("-c", 'model_provider="tokenwise"')
    yield from ("-c", 'web_search="disabled"')
    for name, value in fields.items():
        yield from ("-c", f"model_providers.tokenwise.{name}={json.dumps(value)}")

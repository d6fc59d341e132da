"""The commented configuration file that `tw config init` writes: every key with its meaning and its default.

Each default stands behind a `#` without a space, so the file as written decides nothing, and a newer version's
defaults reach whoever kept it. Taking that `#` away changes nothing either, until the value is changed.
"""

import itertools
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tokenwise_shell.config.settings import BUILT_IN, KEYS, SECTIONS, Key, provider_keys

__all__ = ["as_yaml", "template"]

_WIDTH: Final = 110

_INDENT: Final = "  "

_HEAD: Final = """\
Settings of tokenwise. Flags and environment variables override this file; `tw config show` tells what is in force.
To change a default, take the # away before its key. A value may refer to the environment as "${NAME}".
`tw config check` checks this file."""

_PROVIDERS: Final = """\
Who answers. A provider is used once it has a key, or a `base_url` of your own that needs none. Keys are best left in
the environment. Any server that speaks one of the formats openai, anthropic or google can be added by a name:
    local:
      kind: openai
      base_url: http://127.0.0.1:11434/v1"""

_LIMITS: Final = """\
What nobody may exceed, whatever a request to the proxy says of its own budget. `each` is request, session, user, key,
model, or the name of a header or field; window is total, day, week or month; on_limit is refuse or pause:
    - {each: request, budget: 2.00}
    - {each: session, budget: 5.00, on_limit: pause}
    - {each: user, budget: 20.00, window: month}
    - {model: "anthropic/*", budget: 100.00, window: day}"""

_MODELS: Final = """\
Models of your own, and changes to known ones (then only what changes). A price that is not given is unknown, and a
model of unknown price is not used under a budget; write 0 where it is free:
    - {id: local/llama3.2, provider: local, tier: budget, capabilities: [general, code], context_tokens: 131072,
       input_usd_per_mtok: 0, output_usd_per_mtok: 0}"""

_ALIASES: Final = """\
What a client's name for a model stands for here, for programs whose model cannot be set: a name or a glob, and a model,
auto or auto:STRATEGY:
    gpt-4o: auto:balanced
    "claude-*": auto:best_quality"""

# A scalar that means itself wherever it stands: no indicator, nothing YAML takes for a number or a truth value.
_SAFE: Final = re.compile(r"[A-Za-z~/][A-Za-z0-9_./~-]*(?::(?:/|\d)[A-Za-z0-9_./:-]*)?")
_WORDS: Final = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "~"}


def template(environ: Mapping[str, str]) -> str:
    """The file's text. Paths are those of this environment, under `~` where they can be."""
    return "\n".join(_lines(environ)) + "\n"


def as_yaml(text: str) -> str:
    """The text as a scalar that the configuration reads back as exactly this text.

    >>> as_yaml("balanced"), as_yaml("no"), as_yaml("a ${b}")
    ('balanced', '"no"', '"a $${b}"')
    """
    if _SAFE.fullmatch(text) and text.lower() not in _WORDS:
        return text
    # A JSON string is a YAML one, save for what YAML takes for the end of a line or cannot hold at all.
    quoted = json.dumps(text.replace("${", "$${"), ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in quoted)


def _lines(environ: Mapping[str, str]) -> Iterator[str]:
    yield from _comment(_HEAD)
    open_section = ""
    for key in KEYS:
        section, _, name = key.name.rpartition(".")
        depth = key.name.count(".")
        yield ""
        if section != open_section:
            yield from _comment(SECTIONS[section], _INDENT * (depth - 1))
            yield f"{_INDENT * (depth - 1)}{section.rpartition('.')[2]}:"
            open_section = section
        yield from _entry(key, name, _INDENT * depth, environ)
    yield ""
    yield from _comment(_PROVIDERS)
    yield "providers:"
    for provider in BUILT_IN:
        yield f"  {provider}:"
        for key in provider_keys(provider):
            yield from _entry(key, key.name.rpartition(".")[2], "    ", environ)
        yield from _comment("Sent with every request.", "    ")
        yield "    #headers: {}"
    yield ""
    yield from _comment(_MODELS)
    yield "#models: []"
    yield ""
    yield from _comment(_ALIASES)
    yield "#aliases: {}"
    yield ""
    yield from _comment(_LIMITS)
    yield "#limits: []"


def _entry(key: Key, name: str, indent: str, environ: Mapping[str, str]) -> Iterator[str]:
    yield from _comment(f"{key.meaning} ({key.variable})" if key.variable else key.meaning, indent)
    yield f"{indent}#{name}: {_default(key, environ)}"


def _default(key: Key, environ: Mapping[str, str]) -> str:
    value = key.default(environ)
    if value in (None, "", ()):
        return "null"
    text: str = key.form.show(value)
    if isinstance(value, bool | int | float):  # and money
        return text
    return as_yaml(_under_home(value, environ) if isinstance(value, Path) else text)


def _under_home(path: Path, environ: Mapping[str, str]) -> str:
    home = environ.get("HOME", "")
    return f"~/{path.relative_to(home)}" if home and path.is_relative_to(home) else str(path)


def _comment(text: str, indent: str = "") -> Iterator[str]:
    """Paragraphs, wrapped; an indented line is an example and stays as it is."""
    for is_example, lines in itertools.groupby(text.splitlines(), key=lambda line: line.startswith(" ")):
        part = list(lines)
        wrapped = part if is_example else textwrap.wrap(" ".join(part), _WIDTH, break_on_hyphens=False)
        yield from (f"{indent}# {line}" for line in wrapped)

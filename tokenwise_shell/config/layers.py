"""Flags, environment and file laid over each other: for each key its value, where that came from, and what is wrong.

A value that something else overrides is checked all the same, so that a configuration is right or wrong as a whole. A
message names the key, what was written (never a secret), where, what is accepted, and the nearest name.
"""

import enum
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import field, frozen

from tokenwise.errors import InputError, Problem
from tokenwise_shell.config import paths
from tokenwise_shell.config.file import Branch
from tokenwise_shell.config.permitted import Permitted
from tokenwise_shell.config.sections import Given, Sections, provider_names, sections, tag_names
from tokenwise_shell.config.settings import BUILT_IN, KEYS, Key, Origin, provider_keys, tag_keys
from tokenwise_shell.config.values import mask, nearest, shown, shown_name

if TYPE_CHECKING:
    from tokenwise_shell.config.limits import LimitRow

__all__ = ["Layers", "laid_over", "unknown_variables"]


class Layers(NamedTuple):
    """The outcome. `values` has every key, dotted; one with a problem has no usable value there."""

    values: Mapping[str, object]
    headers: Mapping[str, Mapping[str, str]]
    models: tuple[object, ...]
    permitted: Permitted
    aliases: Mapping[str, str]
    limits: "tuple[LimitRow, ...]"
    providers: tuple[str, ...]
    tags: tuple[str, ...]
    origins: tuple[Origin, ...]
    problems: tuple[Problem, ...]


def laid_over(tree: Branch, file: Path, *, environ: Mapping[str, str], flags: Mapping[str, object]) -> Layers:
    """Flags over environment over the file's tree over defaults."""
    providers, tags = provider_names(tree), tag_names(tree)
    of_tags = (key for name in tags for key in tag_keys(name))
    keys = (*KEYS, *of_tags, *(key for name in providers for key in provider_keys(name)))
    known = {key.name: key.form.accepts for key in keys}
    found = sections(tree, file, known)
    stack = _Stack(environ, flags, found.given, [*found.problems, *_unknown_flags(flags, known)])
    values = {key.name: stack.value(key) for key in keys}
    origins = (*stack.origins, *_other_origins(found, f"file {file}"))
    problems, lists = tuple(stack.problems), (found.models, found.permitted, found.aliases, found.limits)
    return Layers(values, found.headers, *lists, providers, tags, origins, problems)


# Which file is read; what edge.py has for reports of bugs; what a guard tells the command that it runs.
_OTHER_VARIABLES: Final = ("TOKENWISE_CONFIG", "TOKENWISE_DEBUG", "TOKENWISE_GUARD", "TOKENWISE_GUARD_KEY")


def unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """A notice for each variable that looks like ours and is not: most likely a slip, but it may be somebody else's."""
    known = {*_OTHER_VARIABLES, *(key.variable for key in KEYS)}
    for name in sorted(environ):
        if name.startswith("TOKENWISE_") and name not in known:
            near = nearest(name.lower(), (one.lower() for one in known)).replace("tokenwise_", "TOKENWISE_")
            yield f"the environment has {name}, which is not a setting{_upper(near)}"


@frozen(repr=False, eq=False)
class _Stack:
    environ: Mapping[str, str]
    flags: Mapping[str, object]
    file: Mapping[str, Given]
    problems: list[Problem]
    origins: list[Origin] = field(factory=list)

    def value(self, key: Key) -> object:
        given = [one for one in (self.flag(key), self.variable(key), self.file.get(key.name)) if one is not None]
        read = [self.read(key, one) for one in given]
        value, source = (read[0], given[0].source) if given else (self.default(key), "default")
        text = "" if value is None or value == "" else key.form.show(value)
        self.origins.append(Origin(key.name, text, source, _plain(value, text)))
        return value

    def flag(self, key: Key) -> Given | None:
        value = self.flags.get(key.name)
        if value is None:
            return None
        text = str(value.value if isinstance(value, enum.Enum) else value)
        return Given(text, text, f"flag {key.flag}", f"flag {key.flag}")

    def variable(self, key: Key) -> Given | None:
        """An empty variable counts as unset: that is how a shell, a container or a service file unsets one."""
        text = self.environ.get(key.variable, "").strip() if key.variable else ""
        place = f"environment {key.variable}"
        return Given(text, text, place, place) if text else None

    def read(self, key: Key, given: Given) -> object:
        if key.form.is_text and given.taken_for != "text":
            self.refuse(key, given, f"; YAML takes this for {given.taken_for}: put quotes around it")
            return None
        try:
            text = self.path(given) if key.form.is_path else given.text
            value: object = key.form.read(text)
        except InputError as error:
            self.problems.extend(error.problems)
        except ValueError:
            self.refuse(key, given, nearest(given.text, key.form.names))
        else:
            return value
        return None

    def path(self, given: Given) -> str:
        if not given.text.strip():
            return ""
        return str(paths.expanded(given.text.strip(), folder=given.folder, environ=self.environ))

    def refuse(self, key: Key, given: Given, hint: str) -> None:
        of_flag = given.source.startswith("flag ")
        place = "" if of_flag else f" ({given.place})"
        message = f"{shown(given.written, key.name)}{place}: expected {key.form.accepts}{hint}"
        self.problems.append(Problem(key.flag if of_flag else key.name, message))

    def default(self, key: Key) -> object:
        try:
            value: object = key.default(self.environ)
        except InputError as error:
            self.problems.extend(error.problems)
            return None
        if value is None and key.name.endswith(".base_url"):
            near = nearest(key.name.split(".")[1], BUILT_IN)
            self.problems.append(Problem(key.name, f"missing: expected {key.form.accepts}{near}"))
        return value


def _unknown_flags(flags: Mapping[str, object], known: Mapping[str, str]) -> Iterator[Problem]:
    return (Problem(name, f"no such setting (flag){nearest(name, known)}") for name in flags if name not in known)


def _other_origins(found: Sections, source: str) -> Iterator[Origin]:
    """What the file alone can say: headers, each masked, aliases, and how many models and limits."""
    for provider, headers in found.headers.items():
        for name, value in headers.items():
            yield Origin(shown_name(f"providers.{provider}.headers.{name}"), mask(value), source, mask(value))
    for name, target in found.aliases.items():
        yield Origin(f"aliases.{name}", target, source, target)
    for key, globs in (("models.allow", found.permitted.allow), ("models.deny", found.permitted.deny)):
        if globs:
            yield Origin(key, ", ".join(globs), source, ", ".join(globs))
    for key, rows in (("models", len(found.models)), ("limits", len(found.limits))):
        yield Origin(key, f"{rows} rows" if rows != 1 else "1 row", source if rows else "default", rows)


def _plain(value: object, text: str) -> bool | int | float | str | None:
    """The value as JSON has it: numbers and truth values as they are, all else, money too, as text; masked."""
    if not text:
        return None
    return value if isinstance(value, (bool, int, float)) and text.lower() == repr(value).lower() else text


def _upper(hint: str) -> str:
    head, quote, rest = hint.partition("'")
    return head + quote + rest.upper()

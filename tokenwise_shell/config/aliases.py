"""Aliases: what a client's name for a model is to stand for here.

An alias is a name, or a glob (`*` for any characters) for the names that clients say; an exact one goes first, and of
several globs the one that is written first. What it stands for may be another exact alias, never a glob: `"gpt-*":
gpt-4.1-mini` means the model. `auto` is ours, and no alias.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from tokenwise.errors import Problem
from tokenwise.policy import Strategy
from tokenwise_shell.config.values import nearest

__all__ = ["AUTO", "alias_problems", "dealiased"]

AUTO: Final = "auto"
"""The name by which a client leaves the choice to us; `auto:STRATEGY` names the strategy too."""


def dealiased(name: str, aliases: Mapping[str, str]) -> str:
    """What a client's name stands for: itself, where no alias is made of it. The aliases have no loop.

    >>> dealiased("claude-opus-9", {"claude-*": "big", "big": "auto:best_quality"})
    'auto:best_quality'
    """
    if name.partition(":")[0] == AUTO:
        return name
    if name not in aliases:
        name = next((target for glob, target in aliases.items() if "*" in glob and fnmatchcase(name, glob)), name)
    while name in aliases:
        name = aliases[name]
    return name


def alias_problems(aliases: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with these: a loop, a strategy that there is not, an alias for `auto`."""
    for name, target in aliases.items():
        if name.partition(":")[0] == AUTO:
            yield Problem(f"aliases.{name}", f"{AUTO!r} is no model's name, and has no alias")
        if loop := _loop(name, aliases):
            way = " -> ".join(loop)
            yield Problem(f"aliases.{name}", f"a loop: {way}; expected a model, {AUTO} or {AUTO}:STRATEGY at its end")
        elif wrong := _no_strategy(target):
            yield Problem(f"aliases.{name}", wrong)


def _no_strategy(target: str) -> str:
    auto, colon, strategy = target.partition(":")
    known = [each.value for each in Strategy]
    if auto != AUTO or not colon or strategy in known:
        return ""
    return f"{strategy!r} is no strategy; expected one of {', '.join(known)}{nearest(strategy, known)}"


def _loop(name: str, aliases: Mapping[str, str]) -> list[str]:
    """The way from this name back to one that was met before; nothing where it ends."""
    met = [name]
    while met[-1] in aliases:
        met.append(aliases[met[-1]])
        if met[-1] in met[:-1]:
            return met
    return []

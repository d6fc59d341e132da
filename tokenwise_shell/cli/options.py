"""Options that several commands share, declared once so that they read the same everywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, ParamSpec, TypeVar, cast

from attrs import define, evolve, field, frozen

from tokenwise.errors import InputError, Problem
from tokenwise.policy import Strategy
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import STDIN, tell
from tokenwise_shell.config.loading import load
from tokenwise_shell.config.paths import simulated
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.config.values import nearest, whole
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.workspace import Workspace, furnish

__all__ = ["STRATEGIES", "Common", "Flags", "Spending", "count", "one_of", "refuse_both", "refuse_unwritable"]

T = TypeVar("T")
P = ParamSpec("P")

STRATEGIES: Final = ", ".join(one.value for one in Strategy)
"""For helps that say what `--strategy` takes."""

_NO_FLAGS: Final[Mapping[str, object]] = MappingProxyType({})


@spread
@frozen(kw_only=True)
class Common:
    """What every command takes."""

    config: Annotated[
        Path | None, Parameter(metavar="FILE", help="Read this configuration file instead of the usual one.")
    ] = None
    offline: Annotated[
        bool, Parameter(help="Use the shipped catalogue and the embedded provider; nothing leaves this machine.")
    ] = False
    json: Annotated[bool, Parameter(help="Print one JSON document on stdout.")] = False

    def settings(self, flags: Mapping[str, object] = _NO_FLAGS) -> Settings:
        """The settings under these options. Notices go to stderr. Raises InputError with every problem.

        `flags` maps keys of the configuration to what a flag of the command said, None where it was not given.
        """
        asked = {"offline": self.offline or None, **flags}
        settings = load(environ=os.environ, flags=asked, path=self.config)
        tell(*settings.notices)
        return settings

    def books(self) -> Settings:
        """The settings of a command about what was spent.

        Where nothing real was ever booked, and something was simulated, that is what whoever asks has in mind.
        """
        settings = self.settings()
        apart = simulated(settings.ledger_path)
        if settings.offline or settings.ledger_path.exists() or not apart.exists():
            return settings
        tell("nothing real was spent yet; this is what was simulated, and --offline shows it from then on")
        return evolve(settings, ledger_path=apart)

    def workspace(self, flags: Mapping[str, object] = _NO_FLAGS) -> Workspace:
        """The settings and the catalogue under them. Raises InputError with every problem of either."""
        settings = self.settings(flags)
        workspace = furnish(settings, now_ms=wall_ms())
        tell(*(notice for notice in workspace.notices if notice not in settings.notices))
        return workspace


@spread
@frozen(kw_only=True)
class Spending:
    """What may be spent, and on what kind of model."""

    strategy: Annotated[
        str | None,
        Parameter(
            metavar="S",
            help=f"One of {STRATEGIES}. Without it: default_strategy.",
        ),
    ] = None
    budget: Annotated[
        str | None,
        Parameter(metavar="USD", help="The most that this may cost, in US dollars. Without it: default_budget."),
    ] = None

    @property
    def flags(self) -> dict[str, object]:
        """These as settings."""
        return {"default_strategy": self.strategy, "default_budget": self.budget}


@define
class Flags:
    """Reads the options of a command, and tells every problem of all of them at once."""

    _problems: list[Problem] = field(factory=list)

    def of(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What this reads. Where it raises InputError, something that must not be used before `check` has raised."""
        try:
            return read(*args, **kwargs)
        except InputError as error:
            self._problems += error.problems
            return cast("T", None)  # see above

    def check(self) -> None:
        """Raise InputError if anything was wrong."""
        if self._problems:
            raise InputError(*dict.fromkeys(self._problems))


def count(text: str | None, flag: str, *, least: int = 1, most: int = 10**9) -> int | None:
    """A whole number from `least` to `most` that an option was given, None where it was not. Raises InputError."""
    if text is None:
        return None
    form = whole(least, most)
    try:
        return form.read(text)
    except ValueError:
        raise InputError(Problem(flag, f"{text!r}: expected {form.accepts}")) from None


def one_of(text: str, names: tuple[str, ...], flag: str) -> str:
    """A word that must be one of these, in any case. Raises InputError, naming them and the nearest."""
    word = text.strip().lower()
    if word not in names:
        accepted = ", ".join(names)
        raise InputError(Problem(flag, f"{text!r}: expected one of {accepted}{nearest(word, names)}"))
    return word


def refuse_both(given: dict[str, bool]) -> None:
    """Refuse options that exclude each other, by name. Raises InputError."""
    names = [name for name, yes in given.items() if yes]
    if len(names) > 1:
        raise InputError(Problem(" and ".join(names), "cannot be used together"))


def refuse_unwritable(path: Path | None, flag: str) -> None:
    """Find out now, before any money is spent, that an option names no file. Raises InputError."""
    if path is None:
        return
    if str(path) == STDIN or path.is_dir():
        raise InputError(Problem(flag, "expected the name of a file"))
    if not path.parent.is_dir():
        raise InputError(Problem(flag, f"there is no folder {path.parent}"))

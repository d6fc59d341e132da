"""Where files live, by the XDG base directory specification: pure functions of the environment's variables.

Nothing is read or created here. A relative path in an `XDG_…` variable is ignored, as the specification (version 0.8)
demands. Every function raises InputError where neither `XDG_…` nor `HOME` nor the user's account names a place.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tokenwise.errors import InputError, Problem

__all__ = ["cache_dir", "config_file", "expanded", "keys_file", "ledger_file", "simulated", "state_dir"]

_FOLDER: Final = "tokenwise"


def config_file(environ: Mapping[str, str]) -> Path:
    """The configuration that is read where neither a flag nor TOKENWISE_CONFIG names another. It may be missing."""
    return _base(environ, "XDG_CONFIG_HOME", ".config") / "config.yaml"


def state_dir(environ: Mapping[str, str]) -> Path:
    """What must survive a restart and belongs to this machine: the ledger and the access keys."""
    return _base(environ, "XDG_STATE_HOME", ".local/state")


def ledger_file(environ: Mapping[str, str]) -> Path:
    """The ledger, where the settings name no other."""
    return state_dir(environ) / "ledger.jsonl"


def simulated(ledger: Path) -> Path:
    """Where simulated money is booked: apart from this ledger, whose sums and limits are about real money.

    >>> simulated(Path("/state/ledger.jsonl"))
    PosixPath('/state/offline/ledger.jsonl')
    """
    return ledger.parent / "offline" / ledger.name


def keys_file(ledger: Path) -> Path:
    """The access keys that belong to a ledger."""
    return ledger.with_name("keys.json")


def cache_dir(environ: Mapping[str, str]) -> Path:
    """What may be deleted at any time: the fetched list of models."""
    return _base(environ, "XDG_CACHE_HOME", ".cache")


def expanded(text: str, *, folder: Path | None, environ: Mapping[str, str]) -> Path:
    """The path that a user wrote: `~` is the home directory; a relative path starts from `folder`, if one is given."""
    if text == "~" or text.startswith("~/"):
        return _home(environ) / text[2:]
    return folder / text if folder is not None else Path(text)


def _base(environ: Mapping[str, str], variable: str, under_home: str) -> Path:
    stated = environ.get(variable, "")
    base = Path(stated) if stated.startswith("/") else _home(environ) / under_home
    return base / _FOLDER


def _home(environ: Mapping[str, str]) -> Path:
    stated = environ.get("HOME", "")
    if stated:
        return Path(stated)
    try:
        return Path.home()
    except RuntimeError as error:  # a container's user without an account
        raise InputError(Problem("HOME", "not set, and the account has no home directory; set HOME")) from error

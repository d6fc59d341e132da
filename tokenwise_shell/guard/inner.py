"""A guard within a guard: it serves nobody itself, and asks the one around it for a key with a cap of its own."""

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

from tokenwise.errors import InputError, Problem
from tokenwise_shell.guard.doors import GUARDS, SELF
from tokenwise_shell.guard.scopes import Terms
from tokenwise_shell.guard.surroundings import KEY, NESTED, Door

__all__ = ["account_within", "door_within", "outer_door"]

_PATIENCE_S: Final = 30


def outer_door(environ: Mapping[str, str]) -> Door | None:
    """The guard around this process, if there is one."""
    origin, key = environ.get(NESTED, ""), environ.get(KEY, "")
    return Door(origin, key) if origin and key else None


def door_within(outer: Door, terms: Terms) -> Door:
    """A door of the outer guard for a command of ours. Raises InputError where it does not open one."""
    asked = {
        "budget_nano": terms.budget,
        "models": list(terms.models),
        "going_on": terms.going_on,
        "pauses": terms.pauses,
    }
    return Door(outer.origin, str(_answer(outer, "POST", GUARDS, asked)["key"]))


def account_within(door: Door) -> dict[str, Any]:
    """What was spent through a door. Raises InputError where the outer guard does not say."""
    return _answer(door, "GET", SELF)


def _answer(door: Door, method: str, path: str, asked: object = None) -> dict[str, Any]:
    parts = urlsplit(door.origin)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE_S)
    headers = {"authorization": f"Bearer {door.key}", "content-type": "application/json"}
    try:
        connection.request(method, path, None if asked is None else json.dumps(asked), headers)
        answer = connection.getresponse()
        status, found = answer.status, json.loads(answer.read())
    except (OSError, HTTPException, ValueError) as problem:
        told = f"the guard around this command does not answer ({problem}); unset it to start one of its own"
        raise InputError(Problem(NESTED, told)) from None
    finally:
        connection.close()
    if status != 200:
        raise InputError(Problem(NESTED, f"the guard around this command refuses: {_message(found)}"))
    return dict(found)


def _message(found: object) -> str:
    error = found.get("error") if isinstance(found, dict) else None
    return str(error.get("message")) if isinstance(error, dict) else "it does not say why"

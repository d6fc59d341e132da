"""What limits `each` read off a request: which session, which user, or what any header or field says.

A value is a stranger's text and no proof of anything: whoever invents a new one each time gets a new budget of that
kind each time. So such limits only narrow; what a key or everybody may spend stands above them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from tokenwise.budgets.limit import NONE, shown_value
from tokenwise_shell.providers.fields import Fields, as_fields

__all__ = ["Marks", "marks_of"]

Marks = tuple[tuple[str, str], ...]
"""Values by the limit's word for them, as scopes name them."""

# Headers first, then fields, in this order. What coding agents, chat front ends and the vendors' own libraries send.
_SESSION: Final = ("x-claude-code-session-id", "session-id", "session_id", "x-session-affinity", "x-opencode-session")
_USER: Final = ("x-openwebui-user-id", "x-openwebui-user-email")

# `metadata.user_id` of Claude Code names account and session in one text, or in an object written as one.
_WITHIN: Final = re.compile(r"(?P<user>.+?)_session_(?P<session>[0-9A-Za-z-]+)")
_LONGEST_OBJECT: Final = 2000


def marks_of(names: tuple[str, ...], headers: Mapping[str, str], fields: Fields) -> Marks:
    """What a request says under each of these names; "none" where it says nothing.

    >>> marks_of(("session", "x-team"), {"session-id": "7f3e"}, {})
    (('session', '7f3e'), ('x-team', 'none'))
    >>> marks_of(("user", "metadata.project"), {}, {"user": "bob", "metadata": {"project": "a b"}})
    (('user', 'bob'), ('metadata.project', 'a%20b'))
    """
    if not names:
        return ()
    return tuple((name, next(map(shown_value, _said(name, headers, fields)), NONE)) for name in names)


def _said(name: str, headers: Mapping[str, str], fields: Fields) -> Iterator[str]:
    match name:
        case "session":
            yield from (headers[known] for known in _SESSION if headers.get(known))
            yield from _at("prompt_cache_key", fields)
            yield from _within("session", fields)
        case "user":
            yield from (headers[known] for known in _USER if headers.get(known))
            yield from _at("user", fields)
            yield from _at("safety_identifier", fields)
            yield from _within("user", fields)
        case _:
            if headers.get(name):
                yield headers[name]
            yield from _at(name, fields)


def _at(path: str, fields: Fields) -> Iterator[str]:
    """The text or number at a path such as `metadata.project`."""
    *above, last = path.split(".")
    for name in above:
        fields = as_fields(fields.get(name))
    value = fields.get(last)
    if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
        yield str(value)


def _within(part: str, fields: Fields) -> Iterator[str]:
    """One part of `metadata.user_id`, where that has parts; all of it is the user otherwise."""
    for told in _at("metadata.user_id", fields):
        if found := _WITHIN.fullmatch(told):
            yield found[part]
        elif known := _object(told):
            yield from _at("session_id" if part == "session" else "account_uuid", known)
            yield from _at("device_id", known) if part == "user" else ()
        elif part == "user":
            yield told


def _object(told: str) -> Fields:
    if not told.startswith("{") or len(told) > _LONGEST_OBJECT:
        return {}
    try:
        return as_fields(json.loads(told))
    except (ValueError, RecursionError):
        return {}

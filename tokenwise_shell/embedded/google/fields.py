"""Reading the fields of Google's messages: names in camel case or with underscores, as its JSON accepts both."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from tokenwise_shell.embedded.chat import BadRequest
from tokenwise_shell.embedded.fields import as_mapping

__all__ = ["camel", "known", "proto"]

_UNDERSCORED: Final = re.compile(r"(?<=[a-z0-9])_([a-z])")


def camel(name: str) -> str:
    """A name in camel case.

    >>> camel("system_instruction")
    'systemInstruction'
    """
    return _UNDERSCORED.sub(lambda found: found[1].upper(), name)


def proto(value: object, path: str) -> Mapping[str, object]:
    """A value that must be an object, its names in camel case and its nulls left out."""
    return {camel(name): field for name, field in as_mapping(value, path).items() if field is not None}


def known(fields: Mapping[str, object], names: Collection[str], path: str) -> Mapping[str, object]:
    """The fields, which must all have known names."""
    for name in fields:
        if name not in names:
            raise BadRequest(f'Invalid JSON payload received. Unknown name "{name}" at {path}: Cannot find field.')
    return fields

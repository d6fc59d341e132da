"""Which program a file belongs to, and what it says as a configuration of ours."""

from collections.abc import Mapping
from typing import Any

from tokenwise.errors import InputError, Problem
from tokenwise_shell.config.importing.imported import Imported
from tokenwise_shell.config.importing.litellm import from_litellm
from tokenwise_shell.config.importing.predecessor import FORMER, from_configuration, from_local_models

__all__ = ["as_file", "imported_from"]

_KNOWN = "expected LiteLLM's config.yaml (with `model_list`), or a configuration or a list of models of TokenWise 0.5"


def imported_from(content: bytes, where: str) -> Imported:
    """What a file of another program amounts to here. Raises InputError for one that is none of those known."""
    document = _parsed(content, where)
    if "model_list" in document:
        return from_litellm(document)
    rows = document.get("models")
    if isinstance(rows, list) and any(isinstance(row, Mapping) and "context_window" in row for row in rows):
        return from_local_models([row for row in rows if isinstance(row, Mapping)])
    if set(document) & set(FORMER):
        return from_configuration(document)
    raise InputError(Problem(where, f"not a configuration of a program that is known; {_KNOWN}"))


def as_file(imported: Imported) -> str:
    """The configuration as YAML."""
    import yaml

    return str(yaml.safe_dump(imported.document, sort_keys=False, allow_unicode=True, width=110))


def _parsed(content: bytes, where: str) -> Mapping[str, Any]:
    import yaml

    try:
        document = yaml.safe_load(content.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(Problem(where, f"not readable as YAML: {' '.join(str(error).split())}")) from None
    if not isinstance(document, Mapping):
        raise InputError(Problem(where, f"no mapping; {_KNOWN}"))
    return document

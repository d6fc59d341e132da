"""Faults and scripts as people write them: one word in a header, a small YAML or JSON file.

    rules:
      - model: "openai/*"
        first: [{fault: status, code: 429, headers: {Retry-After: "2"}}, 429, reset, ok]
      - every: 5
        fault: hang:2000
      - probability: 0.05
        fault: 503

A fault is a status code, a name (`reset`), a name and its first figure (`hang:2000`), or a mapping with `fault` and the
fields of its class. `ok` in a list is a call without a fault. Everything wrong is reported at once, each with its path.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TypeGuard

import attrs
import orjson

from tokenwise.errors import InputError, Problem
from tokenwise_shell.embedded.faults.faults import FAULT_NAMES, ScriptedFault, Status
from tokenwise_shell.embedded.faults.scripts import Chance, Every, First, Rule, Script

__all__ = ["load_script", "read_fault", "read_header_fault", "read_script"]

_KINDS: Final = ("first", "every", "probability")


def load_script(path: Path) -> Script:
    """Read a script from a file. Raises InputError for what it says, OSError where it cannot be read."""
    import yaml  # loads only where a script file is used

    try:
        document: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(Problem(str(path), f"is not YAML or JSON: {error}")) from None
    return read_script(document)


def read_script(document: object) -> Script:
    """Read a script from parsed YAML or JSON; nothing at all is a script without rules. Raises InputError."""
    mapping = {"rules": []} if document is None else document
    if not isinstance(mapping, Mapping) or set(mapping) != {"rules"} or not isinstance(mapping["rules"], list):
        raise InputError(Problem("", "a script of faults is a mapping with one key, `rules`, that holds a list"))
    rules: list[Rule] = []
    problems: list[Problem] = []
    for index, row in enumerate(mapping["rules"]):
        try:
            rules.append(_rule(row, f"rules[{index}]"))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(*problems)
    return Script(rules)


def read_header_fault(text: str) -> ScriptedFault | None:
    """Read a fault from a request header: the short forms, or the mapping as JSON. Raises InputError."""
    if not text.startswith("{"):
        return read_fault(text, "x-tokenwise-fault")
    try:
        return read_fault(orjson.loads(text), "x-tokenwise-fault")
    except orjson.JSONDecodeError as error:
        raise InputError(Problem("x-tokenwise-fault", f"is not JSON: {error}")) from None


def read_fault(value: object, path: str) -> ScriptedFault | None:
    """Read one fault in any of its forms; `ok` is None. Raises InputError."""
    match value:
        case "ok":
            return None
        case bool():
            raise _unreadable(value, path)
        case int():
            return _built(Status, {"code": value}, path)
        case str() if value.isascii() and value.isdigit():
            return _built(Status, {"code": int(value)}, path)
        case str():
            return _named(value, path)
        case {"fault": str(name), **fields}:
            return _built(_kind(name, path), {str(key): field for key, field in fields.items()}, path)
        case _:
            raise _unreadable(value, path)


def _named(text: str, path: str) -> ScriptedFault:
    """Read `name` or `name:figure`, the figure being the first field of the fault."""
    name, colon, figure = text.partition(":")
    kind = _kind(name.strip(), path)
    fields = attrs.fields(kind)
    if not colon:
        return _built(kind, {}, path)
    if not fields:
        raise InputError(Problem(path, f"{name!r} takes no figure, got {figure!r}"))
    figure = figure.strip()
    return _built(kind, {fields[0].name: int(figure) if figure.isascii() and figure.isdigit() else figure}, path)


def _kind(name: str, path: str) -> type[ScriptedFault]:
    if name in FAULT_NAMES:
        return FAULT_NAMES[name]
    near = get_close_matches(name, FAULT_NAMES, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected a status code, ok, or one of {', '.join(FAULT_NAMES)}"
    raise InputError(Problem(path, f"no fault is called {name!r}; {hint}"))


def _built(kind: type[ScriptedFault], fields: Mapping[str, object], path: str) -> ScriptedFault:
    known = [spec.name for spec in attrs.fields(kind)]
    if unknown := [name for name in fields if name not in known]:
        accepted = ", ".join(known) or "no fields"
        raise InputError(
            *(Problem(f"{path}.{name}", f"unknown field; this fault takes {accepted}") for name in unknown)
        )
    try:
        return kind(**fields)  # type: ignore[arg-type]  # checked by the class: its validators are what runs here
    except (TypeError, ValueError) as error:
        raise InputError(Problem(path, str(error.args[0]))) from None


def _rule(row: object, path: str) -> Rule:
    if not isinstance(row, Mapping):
        raise InputError(Problem(path, "a rule is a mapping"))
    kinds = [kind for kind in _KINDS if kind in row]
    if len(kinds) != 1:
        raise InputError(
            Problem(path, f"a rule has exactly one of {', '.join(_KINDS)}; this one has {kinds or 'none'}")
        )
    if problems := tuple(_misplaced(row, kinds[0], path)):
        raise InputError(*problems)
    model = row.get("model", "*")
    if kinds[0] == "first":
        return First(_listed(row["first"], f"{path}.first"), model)
    if (fault := read_fault(row.get("fault"), f"{path}.fault")) is None:
        raise InputError(Problem(f"{path}.fault", "`ok` belongs into a list of `first`"))
    return Every(row["every"], fault, model) if kinds[0] == "every" else Chance(row["probability"], fault, model)


def _misplaced(row: Mapping[str, object], kind: str, path: str) -> Iterator[Problem]:
    accepted = ("model", kind) if kind == "first" else ("model", kind, "fault")
    for key in row:
        if key not in accepted:
            yield Problem(f"{path}.{key}", f"unknown key; this rule takes {', '.join(accepted)}")
    if not isinstance(row.get("model", "*"), str):
        yield Problem(f"{path}.model", f"{row['model']!r} is not a glob over model names")
    figure = row[kind]
    if kind == "every" and not (_is_number(figure, int) and figure >= 1):
        yield Problem(f"{path}.every", f"{figure!r} is not a whole number from 1")
    if kind == "probability" and not (_is_number(figure, int, float) and 0 <= figure <= 1):
        yield Problem(f"{path}.probability", f"{figure!r} is not a number from 0 to 1")


def _is_number(value: object, *kinds: type[int | float]) -> TypeGuard[float]:
    # YAML's true is an int to Python, and no number to whoever wrote it.
    return type(value) in kinds


def _listed(faults: object, path: str) -> tuple[ScriptedFault | None, ...]:
    if not isinstance(faults, list):
        raise InputError(Problem(path, "expected a list of faults"))
    return tuple(read_fault(fault, f"{path}[{index}]") for index, fault in enumerate(faults))


def _unreadable(value: object, path: str) -> InputError:
    return InputError(
        Problem(path, f"{value!r} is not a fault; expected a status code, a name, or a mapping with `fault`")
    )

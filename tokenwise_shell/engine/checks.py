"""The checks that a step declares, observed on its reply's text. Each one that fails is a finding; `verdict` decides.

A check that cannot be carried out (a schema that is none, a reply too long to look at) is a finding as well: what was
declared has not been shown. `problem_of` tells beforehand whether a check can be carried out at all.

Patterns and schemas may come from a model, so no check may take for ever. Both are JSON Schema's, whose patterns are
ECMA-262's: `jsonschema-rs` matches them in linear time, and counts the steps of those with lookaround or references to
groups. (Python's own `re` cannot be stopped: it holds the interpreter until it is done.) A count, unlike a clock, gives
the same finding on every machine.
"""

import re
import warnings
from collections.abc import Iterable
from typing import Final, TypeAlias, assert_never

import orjson

from tokenwise.plan import Check, CheckKind

__all__ = ["MAX_CHECKED_CHARS", "failed_checks", "problem_of"]

MAX_CHECKED_CHARS: Final = 262_144
"""A longer reply is not compiled or validated: compiling this much takes a third of a second, and stops the shell."""

# JSON Schema's own definition: an object, or true or false.
_Schema: TypeAlias = dict[str, object] | bool

# What a model puts around code when it means to be helpful. The text is passed on as it came; only checks look inside.
_FENCED: Final = re.compile(r"\s*```[\w+-]*[ \t]*\n(.*?)\n?```\s*", re.DOTALL)

# Steps of backtracking over one text, before a pattern counts as not matched: 30 ms where it was tried.
_MOST_BACKTRACKING: Final = 1_000_000

# Bytes that a compiled pattern may take. Linear time is proportional to this as well: `(x{1,50}){1,50}` takes 20 s over
# the longest reply; the worst pattern of those tried that still fits took 80 ms.
_LARGEST_PATTERN: Final = 100_000

_LONGEST_FINDING: Final = 300


def failed_checks(text: str, checks: Iterable[Check]) -> tuple[str, ...]:
    """What the checks found wanting, in their order; empty when the text passes all of them."""
    return tuple(finding[:_LONGEST_FINDING] for check in checks if (finding := _finding(text, check)))


def problem_of(check: Check) -> str:
    """Why this check can never be carried out, "" when it can."""
    match check.kind:
        case CheckKind.JSON | CheckKind.PYTHON_COMPILES:
            return ""
        case CheckKind.CONTAINS:
            return "" if check.argument else "expected the text that the reply must contain"
        case CheckKind.MIN_CHARS:
            return "" if _whole(check.argument) is not None else f"expected a whole number, not {check.argument!r}"
        case CheckKind.REGEX:
            return _violation(_pattern(check.argument), "", only_problem=True)
        case CheckKind.JSON_SCHEMA:
            schema, wrong = _schema(check.argument)
            return wrong or _violation(schema, None, only_problem=True)
        case _:
            assert_never(check.kind)


def _finding(text: str, check: Check) -> str:
    if problem := problem_of(check):
        return f"the check {check.kind.value} cannot be carried out: {problem}"
    if len(text) > MAX_CHECKED_CHARS and check.kind not in (CheckKind.CONTAINS, CheckKind.MIN_CHARS):
        return f"the reply is too long for the check {check.kind.value}: {len(text)} characters"
    match check.kind:
        case CheckKind.JSON:
            return _json_problem(text)
        case CheckKind.JSON_SCHEMA:
            return _schema_problem(text, check.argument)
        case CheckKind.REGEX:
            violation = _violation(_pattern(check.argument), text)
            return violation and f"the reply does not match {check.argument!r}"
        case CheckKind.MIN_CHARS:
            said, least = len(text.strip()), _whole(check.argument) or 0
            return "" if said >= least else f"the reply has {said} characters, fewer than {least}"
        case CheckKind.CONTAINS:
            return "" if check.argument in text else f"the reply does not contain {check.argument!r}"
        case CheckKind.PYTHON_COMPILES:
            return _python_problem(_unfenced(text))
        case _:
            assert_never(check.kind)


def _json_problem(text: str) -> str:
    _, wrong = _parsed(_unfenced(text))
    return wrong and f"the reply {wrong}"


def _schema_problem(text: str, schema: str) -> str:
    value, wrong = _parsed(_unfenced(text))
    if wrong:
        return f"the reply {wrong}"
    violation = _violation(_schema(schema)[0], value)
    return violation and f"the reply does not conform to the schema: {violation}"


def _python_problem(code: str) -> str:
    try:
        with warnings.catch_warnings(action="ignore"):  # such as an escape that Python does not know
            compile(code, "<reply>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"the reply is not Python: {error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError) as error:  # zero bytes; brackets nested too deeply
        return f"the reply is not Python: {str(error) or 'it nests too deeply'}"
    return ""


def _violation(schema: _Schema, value: object, *, only_problem: bool = False) -> str:
    """Where the value fails the schema, or, with `only_problem`, what keeps the schema from being one."""
    import jsonschema_rs  # 20 ms, which the many runs without such checks need not pay

    limits = jsonschema_rs.FancyRegexOptions(backtrack_limit=_MOST_BACKTRACKING, size_limit=_LARGEST_PATTERN)
    try:
        # Offline: a reference to another document would be fetched, from a file or from anywhere.
        validator = jsonschema_rs.validator_for(schema, pattern_options=limits, offline=True)
        if only_problem:
            return ""
        error = next(iter(validator.iter_errors(value)), None)
    except (ValueError, TypeError, jsonschema_rs.ReferencingError) as problem:
        return f"not a usable schema or pattern: {str(problem).partition(chr(10))[0]}"
    path = "".join(f"[{part!r}]" for part in error.instance_path) if error else ""
    return f"{path} {error.message}".strip() if error else ""


def _pattern(pattern: str) -> _Schema:
    return {"type": "string", "pattern": pattern}


def _parsed(text: str) -> tuple[object, str]:
    """The JSON value, and what is wrong with the text if it is none."""
    try:
        return orjson.loads(text), ""
    except orjson.JSONDecodeError as error:
        return None, f"is not JSON: {error}"


def _schema(text: str) -> tuple[_Schema, str]:
    """The schema, and what is wrong with the text if it is none."""
    value, wrong = _parsed(text)
    if isinstance(value, dict | bool):
        return value, ""
    return False, f"the schema {wrong or 'is neither an object nor a boolean'}"


def _unfenced(text: str) -> str:
    """The inside of a text that is one fenced block and nothing else."""
    fenced = _FENCED.fullmatch(text)
    return fenced[1] if fenced and "```" not in fenced[1] else text


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None

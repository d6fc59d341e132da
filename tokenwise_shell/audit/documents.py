"""The findings as JSON: their own fields, money as `*_nano`, times as `*_at`; docs/audit.md has them all."""

from collections.abc import Mapping
from typing import Final, cast

from attrs import AttrsInstance, fields, has

from tokenwise.audit.findings import Findings
from tokenwise_shell.audit.opening import Intake
from tokenwise_shell.ledger.jsonl import iso

__all__ = ["document_of"]

_MONEY: Final = frozenset(
    """
    cost assumed as_recorded recorded repriced base alike easy cold refused_cost amount spent least most wasted
    """.split()  # noqa: SIM905 -- words that are only ever read by eye
)
_OWN: Final = frozenset({"named", "line", "trials", "before"})  # what a session remembers for the audit's sake


def document_of(found: Findings, intake: Intake) -> dict[str, object]:
    """All that was found, and what it was read from."""
    read = {"files": dict(sorted(intake.files.items())), "formats": dict(sorted(intake.calls.items()))}
    counts = {"repeated": intake.repeated, "malformed": intake.malformed, "unrecognised": intake.left}
    return {**read, **counts, **_fields(found)}


def _fields(value: AttrsInstance) -> dict[str, object]:
    names = [spec.name for spec in fields(type(value)) if spec.name not in _OWN]
    return {_name(name): _told(name, getattr(value, name)) for name in names}


def _name(name: str) -> str:
    if name in _MONEY:
        return f"{name}_nano"
    return f"{name.removesuffix('_ms').removesuffix('at')}_at".lstrip("_") if name.endswith("_ms") else name


def _told(name: str, value: object) -> object:
    if name.endswith("_ms") and isinstance(value, int):
        return iso(value)
    if isinstance(value, Mapping):
        return {key: _told("", one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_told("", one) for one in value]
    return _fields(cast("AttrsInstance", value)) if has(type(value)) else value

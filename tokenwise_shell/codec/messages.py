"""The core's classes as JSON and back: entries of the ledger, events, plans, choices, policies, jobs, catalogues.

Names follow docs/ledger.md: money ends in `_nano`, a price in `_nano_per_mtok`; an enumeration is its value, a tier or
a flag its lower-case name; an attempt is the two fields `step` and `attempt`. Reading is strict (`"3"` is no number,
`1` is no truth value) and collects every problem with its path. What a later version may have added is tolerated where
that loses nothing: unknown fields everywhere, unknown types in the ledger.

cattrs costs a tenth of a second to import. Reading the ledger needs none of this; see `ledger_view`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, TypeVar

import attrs
from cattrs import ClassValidationError, IterableValidationError

from tokenwise.budgets import ledger
from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError, Problem
from tokenwise.machine import messages
from tokenwise.machine.run import Job
from tokenwise_shell.codec.converter import CONVERTER, Document, joined, names_of, problems_of, suffix_of

__all__ = [
    "ENTRY_TYPES",
    "EVENT_TYPES",
    "ReadEntry",
    "entry_from_json",
    "entry_to_json",
    "event_from_json",
    "event_to_json",
    "from_json",
    "job_from_json",
    "job_to_json",
    "to_json",
]

ENTRY_TYPES: Final[Mapping[str, type[ledger.Entry]]] = {
    "routed": ledger.Routed,
    "reserved": ledger.Reservation,
    "charged": ledger.Charged,
    "released": ledger.Released,
    "abandoned": ledger.Abandoned,
    "overran": ledger.Overran,
    "corrected": ledger.Corrected,
    "retried": ledger.Retried,
    "escalated": ledger.Escalated,
    "seconded": ledger.Seconded,
    "downgraded": ledger.Downgraded,
    "upgraded": ledger.Upgraded,
    "context_cut": ledger.ContextCut,
    "step_ended": ledger.StepEnded,
    "finished": ledger.Finished,
}
"""The `type` of each entry's line."""

EVENT_TYPES: Final[Mapping[str, type[messages.Event]]] = {
    "reserved": messages.Reserved,
    "reserve_refused": messages.ReserveRefused,
    "first_token": messages.FirstToken,
    "call_succeeded": messages.CallSucceeded,
    "call_failed": messages.CallFailed,
    "lost": messages.Lost,
    "woke": messages.Woke,
    "models_cooling": messages.ModelsCooling,
    "cancelled": messages.Cancelled,
}
"""The `type` of each event's line."""

_ENTRY_NAMES: Final = {kind: name for name, kind in ENTRY_TYPES.items()}
_EVENT_NAMES: Final = {kind: name for name, kind in EVENT_TYPES.items()}
# What the journal writes around an entry, and what a line says beside its class; see docs/ledger.md.
_ENVELOPE: Final = frozenset({"v", "at", "run", "seq", "type", "key", "tags", "writer", "estimated", "recovered"})
_JOB: Final = attrs.fields_dict(Job)

T = TypeVar("T")


@attrs.frozen
class ReadEntry:
    """An entry as read, None where its type is unknown; and what in its line this version does not know."""

    entry: ledger.Entry | None
    notices: tuple[str, ...] = ()


def to_json(value: object) -> Document:
    """A class of the core as dicts, lists, texts and numbers, ready for orjson. A catalogue is written whole."""
    document: Document = CONVERTER.unstructure(value)
    return document


def from_json(kind: type[T], document: object, path: str = "") -> T:
    """The value that `to_json` wrote. Raises InputError with every problem, each at its path below `path`."""
    try:
        return CONVERTER.structure(document, kind)
    except (ClassValidationError, IterableValidationError, InputError, TypeError, ValueError) as error:
        raise InputError(*problems_of(error, path)) from error


def entry_to_json(entry: ledger.Entry) -> Document:
    """The entry's own part of its line: `type` and its fields. What is abandoned is always an estimate, and says so."""
    kind = type(entry)
    write = _entry_writer(kind)  # type: ignore[arg-type] # mypy: a class has object's __hash__, which is unbound
    line: Document = {"type": _ENTRY_NAMES[kind], **write(entry)}
    if kind is ledger.Abandoned:
        line["estimated"] = True
    return line


@cache
def _entry_writer(kind: type[ledger.Entry]) -> Callable[[ledger.Entry], Document]:
    """What writes entries of this class, looked up once: there are several for every call."""
    write: Callable[[ledger.Entry], Document] = CONVERTER.get_unstructure_hook(kind)
    return write


def entry_from_json(line: Mapping[str, object]) -> ReadEntry:
    """Read an entry's line. Raises InputError for a known type with fields that are missing or wrong."""
    kind = ENTRY_TYPES.get(str(line.get("type")))
    if kind is None:
        return ReadEntry(None, (f"type {line.get('type')!r} is not known to this version",))
    strange = sorted(line.keys() - names_of(kind) - _ENVELOPE)
    notices = tuple(f"field {name!r} of type {line['type']!r} is not known to this version" for name in strange)
    return ReadEntry(from_json(kind, line), notices)


def event_to_json(event: messages.Event) -> Document:
    """An event as one object: `type` and its fields."""
    return {"type": _EVENT_NAMES[type(event)], **to_json(event)}


def event_from_json(document: Mapping[str, object], path: str = "") -> messages.Event:
    """Read an event. Raises InputError for an unknown type too: a run cannot be replayed past what is not known."""
    kind = EVENT_TYPES.get(str(document.get("type")))
    if kind is None:
        known = ", ".join(EVENT_TYPES)
        raise InputError(Problem(joined(path, "type"), f"{document.get('type')!r} is no event; expected {known}"))
    return from_json(kind, document, path)


def job_to_json(job: Job) -> Document:
    """A job with its catalogue's fingerprint in place of the catalogue, which is kept apart, once."""
    whole = {name: getattr(job, name) for name in _JOB} | {"catalog": job.catalog.fingerprint}
    return {name + suffix_of(spec.type): CONVERTER.unstructure(whole[name]) for name, spec in _JOB.items()}


def job_from_json(document: Mapping[str, object], catalog: Catalog, path: str = "") -> Job:
    """Read a job that ran on this catalogue. Raises InputError where the fingerprint is another's."""
    if document.get("catalog") != catalog.fingerprint:
        told = f"the job ran on catalogue {document.get('catalog')!r}, this one is {catalog.fingerprint!r}"
        raise InputError(Problem(joined(path, "catalog"), told))
    return from_json(Job, {**document, "catalog": catalog}, path)

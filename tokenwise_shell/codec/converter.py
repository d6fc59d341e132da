"""How each kind of value is written as JSON and read back: the rules behind `codec`, registered with cattrs once.

Classes are taken field by field, so a new field needs nothing here. Money's fields are renamed by their type, an
attempt's two fields stand in the object that has it, and primitives are read strictly: cattrs by itself would take
`"3"` for a number and `"false"` for true.
"""

import enum
import functools
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast, get_args, get_origin

import attrs
from cattrs import AttributeValidationNote, ClassValidationError, IterableValidationError, IterableValidationNote
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.json import JsonConverter, make_converter

from tokenwise.catalog.prices import Price, Unknown
from tokenwise.errors import InputError, Problem
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.traits import Capability, Feature, Tier

__all__ = ["CONVERTER", "Document", "joined", "names_of", "problems_of", "suffix_of"]

_SUFFIXES: Final = {Nanodollars: "_nano", NanoPerMtok: "_nano_per_mtok"}
_BY_NAME: Final = (Tier, Capability, Feature)
_FLAT: Final = {"step": "step", "ordinal": "attempt"}
_INFINITE: Final = "inf"  # JSON has no word for it, and orjson would write null

Document = dict[str, object]
"""A JSON object as orjson takes it."""

_Reader = Callable[[object, object], object]
"""cattrs' signature: the raw value, and the type wanted (which each reader here knows already)."""


def suffix_of(kind: object) -> str:
    """What a field of this type has behind its name on disk."""
    return next((_SUFFIXES[one] for one in (kind, *get_args(kind)) if one in _SUFFIXES), "")


def names_of(kind: type) -> set[str]:
    """The fields that a class has on disk."""
    flat = {"step", "attempt"} if _is_attempted(kind) else set()
    return flat | {spec.name + suffix_of(spec.type) for spec in attrs.fields(kind)}


def _renamed(kind: type) -> dict[str, Any]:
    return {spec.name: override(rename=spec.name + suffix_of(spec.type)) for spec in attrs.fields(kind)}


def _is_attempted(kind: type) -> bool:
    return any(spec.type is AttemptId for spec in attrs.fields(kind))


def _writer(kind: type) -> Callable[[object], Document]:
    if not _is_attempted(kind):
        write: Callable[[object], Document] = make_dict_unstructure_fn(kind, CONVERTER, **_renamed(kind))
        return write
    rest: Any = make_dict_unstructure_fn(kind, CONVERTER, **{**_renamed(kind), "attempt": override(omit=True)})

    def write_flat(value: object) -> Document:
        attempt: AttemptId = getattr(value, "attempt")  # noqa: B009 -- of the classes that have one
        return {"step": attempt.step, "attempt": attempt.ordinal, **rest(value)}

    return write_flat


def _reader(kind: type) -> _Reader:
    read: Any = make_dict_structure_fn(kind, CONVERTER, **_renamed(kind))
    flat = _is_attempted(kind)

    def read_object(document: object, _: object) -> object:
        if isinstance(document, kind):
            return document  # ready made, as the catalogue that `job_from_json` puts into a job
        if not isinstance(document, Mapping):
            raise TypeError(f"expected an object, not {_shown(document)}")
        if flat:
            where = {name: document[key] for name, key in _FLAT.items() if key in document}
            document = {**document, "attempt": where}
        value: object = read(document, kind)
        return value

    return read_object


def _exactly(kind: type, what: str) -> _Reader:
    def read(raw: object, _: object) -> object:
        if type(raw) is not kind:  # a bool is an int to isinstance
            raise TypeError(f"expected {what}, not {_shown(raw)}")
        return raw

    return read


def _read_float(raw: object, _: object) -> float:
    if raw == _INFINITE:
        return math.inf
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        raise TypeError(f"expected a number, not {_shown(raw)}")
    return float(raw)


def _read_list(kind: object) -> _Reader:
    """Tuples of any length from lists alone: a text is a sequence too, and would come apart into letters."""
    read: Any = homogenous_tuple_structure_factory(cast("type", kind), CONVERTER)

    def read_list(raw: object, _: object) -> object:
        if not isinstance(raw, list | tuple):
            raise TypeError(f"expected a list, not {_shown(raw)}")
        values: object = read(raw, kind)
        return values

    return read_list


def _read_enum(kind: type[enum.Enum]) -> _Reader:
    members = {one.name.lower() if kind in _BY_NAME else one.value: one for one in kind}

    def read(raw: object, _: object) -> enum.Enum:
        if not isinstance(raw, str) or raw not in members:
            raise ValueError(f"expected one of {', '.join(members)}, not {_shown(raw)}")
        return members[raw]

    return read


def _read_flags(kind: type[enum.Flag]) -> _Reader:
    names = tuple[str, ...]
    read_one = _read_enum(kind)

    def read(raw: object, _: object) -> enum.Flag:
        members = (read_one(name, kind) for name in CONVERTER.structure(raw, names))
        return functools.reduce(operator.or_, members, kind(0))

    return read


def _write_price(price: Price | Unknown) -> Document:
    return {"unknown": price.reason} if isinstance(price, Unknown) else cast("Document", CONVERTER.unstructure(price))


def _read_price(raw: object, _: object) -> Price | Unknown:
    match raw:
        case {"unknown": str(reason)}:
            return Unknown(reason)
        case _:
            return CONVERTER.structure(raw, Price)


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, enum.Enum)


def _is_flag(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, enum.Flag)


def _is_list(kind: object) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[-1] is Ellipsis


def _converter() -> JsonConverter:
    """Later registrations win over earlier ones, so the general stand first."""
    converter = make_converter()
    for kind, what in ((int, "a whole number"), (str, "a text"), (bool, "true or false")):
        converter.register_structure_hook(kind, _exactly(kind, what))
    converter.register_structure_hook(float, _read_float)
    converter.register_unstructure_hook(float, lambda value: value if math.isfinite(value) else _INFINITE)
    converter.register_structure_hook_factory(_is_list, _read_list)
    converter.register_structure_hook_factory(_is_enum, _read_enum)
    converter.register_structure_hook(Tier, _read_enum(Tier))  # else cattrs would take it for the int it is, too
    converter.register_structure_hook_factory(_is_flag, _read_flags)
    converter.register_unstructure_hook_func(_is_enum, lambda one: one.value)
    converter.register_unstructure_hook(Tier, lambda tier: tier.name.lower())
    converter.register_unstructure_hook_func(_is_flag, lambda flags: list(flags.names))
    converter.register_structure_hook_factory(attrs.has, _reader)
    converter.register_unstructure_hook_factory(attrs.has, _writer)
    converter.register_structure_hook_func(lambda kind: kind == Price | Unknown, _read_price)
    converter.register_unstructure_hook_func(lambda kind: kind == Price | Unknown, _write_price)
    return converter


CONVERTER: Final = _converter()
"""The one converter of the project."""


# --- problems ---------------------------------------------------------------------------------------------------------


def problems_of(error: BaseException, path: str) -> Iterator[Problem]:
    """Everything that cattrs found wrong, each at its place below `path`."""
    match error:
        case ClassValidationError() | IterableValidationError():
            noted, others = error.group_exceptions()
            for inner, note in noted:
                yield from problems_of(inner, joined(path, _place(note)))
            for inner in others:
                yield from problems_of(inner, path)
        case InputError(problems=problems):
            yield from (Problem(joined(path, problem.path), problem.message) for problem in problems)
        case KeyError():
            yield Problem(path, "is missing")
        case _:
            yield Problem(path, str(error))


def _place(note: AttributeValidationNote | IterableValidationNote) -> str:
    if isinstance(note, IterableValidationNote):
        return f"[{note.index}]"
    if note.type is AttemptId:
        return ""  # its fields stand in the line itself
    return _FLAT.get(note.name, note.name) + suffix_of(note.type)


def joined(path: str, more: str) -> str:
    """A path, and a field or an index below it."""
    return path + more if not path or not more or more.startswith("[") else f"{path}.{more}"


def _shown(raw: object) -> str:
    return f"{raw!r:.60}" if isinstance(raw, str | int | float | None) else type(raw).__name__

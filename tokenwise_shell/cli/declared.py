"""What commands take, said without the parser that reads it; and lines so plain that they need none.

Loading the parser is a fifth of a short command's time. Annotations of commands are text until somebody asks for them,
so what they say of an option costs nothing before. Help, complaints and whatever is unusual are the parser's: what
`plain` reads, it reads as the parser would (`property_tests/shell`).
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, get_type_hints

from attrs import evolve, has

from tokenwise_shell.cli.commands import PLACES

__all__ = ["Parameter", "options_of", "plain", "spread"]

T = TypeVar("T")

if TYPE_CHECKING:
    from cyclopts import Parameter
else:

    def Parameter(**said):  # noqa: ANN003, ANN201, N802 -- stands for a class
        """What is said of an argument, for the parser."""
        from cyclopts import Parameter as Parsed

        return Parsed(**said)


class _Spread:
    """What the parser looks for on a class, made when it looks."""

    def __get__(self, _: object, owner: type) -> object:
        del owner.__cyclopts__  # type: ignore[attr-defined] # this very attribute
        return getattr(Parameter(name="*")(owner), "__cyclopts__")  # noqa: B009 -- no type has it


def spread(options: type[T]) -> type[T]:
    """Let the fields of a class be options of their own."""
    options.__cyclopts__ = _Spread()  # type: ignore[attr-defined] # the parser's
    return options


_MANY: Final = (tuple[str, ...], tuple[str, ...] | None)
_READS: Final[Mapping[Any, Callable[[str], object]]] = {str: str, str | None: str, Path: Path, Path | None: Path}


class _Unusual(Exception):  # noqa: N818 -- named for what is the case
    """Something for the parser."""


class _Taker(NamedTuple):
    """Where a word goes: a parameter of the command, or a field of one; and of what type that is."""

    parameter: str
    field: str
    type: Any


def plain(words: list[str]) -> Callable[[], int] | None:
    """The call that a line stands for in which each option is spelled out and has what it takes; None for any other."""
    command, left = _command(words)
    try:
        return _bound(command, left) if command else None
    except _Unusual:
        return None


def options_of(words: list[str]) -> tuple[str, ...]:
    """The options of the command that these words begin with."""
    command, _ = _command(words)
    return tuple(name for name in _takers(command)[0] if name[:2] == "--") if command else ()


def _command(words: list[str]) -> tuple[Callable[..., int] | None, list[str]]:
    """The command that a line begins with, and the words after its name. Loads its module."""
    for named in (2, 1):
        if place := PLACES.get(tuple(words[:named])):
            module, _, name = place.partition(":")
            return getattr(import_module(f"tokenwise_shell.cli.{module}"), name), words[named:]
    return None, words


def _bound(command: Callable[..., int], words: list[str]) -> Callable[[], int]:
    """The command with what these words give it."""
    parameters = inspect.signature(command).parameters
    given = _given(words, *_takers(command))
    placed: list[object] = []
    named: dict[str, object] = {}
    for name, parameter in parameters.items():
        said = {taker.field: value for taker, value in given.items() if taker.parameter == name}
        if not said and parameter.default is parameter.empty:
            raise _Unusual
        if parameter.kind is parameter.POSITIONAL_ONLY:
            placed += said.values()
        elif said:
            named[name] = said[""] if "" in said else evolve(parameter.default, **said)
    return partial(command, *placed, **named)


def _given(words: list[str], options: Mapping[str, _Taker], places: list[_Taker]) -> dict[_Taker, Any]:
    """What each taker gets of these words."""
    given: dict[_Taker, Any] = {}
    left, free = iter(words), iter(places)
    for word in left:
        flag, equals, value = word.partition("=") if word[:1] == "-" else ("", "=", word)
        taker = options.get(flag) if flag else next(free, None)
        if taker is None or (taker in given and taker.type not in _MANY) or (taker.type is bool and equals):
            raise _Unusual
        if taker.type is bool:
            given[taker] = True
            continue
        value = value if equals else next(left, "")
        if value[:1] in ("", "-") or taker.type not in (*_MANY, *_READS):
            raise _Unusual
        given[taker] = (*given.get(taker, ()), value) if taker.type in _MANY else _READS[taker.type](value)
    return given


def _takers(command: Callable[..., int]) -> tuple[dict[str, _Taker], list[_Taker]]:
    """Who takes which option, and who what goes by its place."""
    hints, options, places = _hints(command), dict[str, _Taker](), list[_Taker]()
    for one in inspect.signature(command).parameters.values():
        hint = hints[one.name]
        if one.kind is not one.KEYWORD_ONLY:
            places.append(_Taker(one.name, "", _type(hint) if one.kind is one.POSITIONAL_ONLY else None))
        elif has(hint):
            for field, inner in _hints(hint).items():
                options |= dict.fromkeys(_names(field, inner), _Taker(one.name, field, _type(inner)))
        else:
            options |= dict.fromkeys(_names(one.name, hint), _Taker(one.name, "", _type(hint)))
    return options, places


def _hints(declared: Callable[..., object]) -> dict[str, Any]:
    """Annotations as `Annotated[type, names]`: what the parser would be told is asked for the names alone."""
    return get_type_hints(declared, localns={"Parameter": lambda name=(), **_: name}, include_extras=True)


def _type(hint: Any) -> Any:  # noqa: ANN401 -- a type, a union or an alias
    return hint.__origin__ if hasattr(hint, "__metadata__") else hint


def _names(field: str, hint: Any) -> tuple[str, ...]:  # noqa: ANN401 -- see above
    said = getattr(hint, "__metadata__", ((),))[0] or f"--{field.replace('_', '-')}"
    return (said,) if isinstance(said, str) else said

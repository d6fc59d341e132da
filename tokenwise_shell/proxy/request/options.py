"""What a request asks of this proxy itself: how much it may cost, which strategy, which kind of work, under which tags.

It is said in the body's object `tokenwise` or in headers `x-tokenwise-…`; where both say something, the body holds.
An unknown name is a mistake and never ignored: it may be a budget that is misspelt.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from attrs import define, field, frozen

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.policy import Strategy
from tokenwise.traits import Capability
from tokenwise_shell.config.values import nearest
from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.proxy.troubles import shortened

__all__ = ["HEADER", "OBJECT", "Options", "read_options"]

HEADER: Final = "x-tokenwise-"
"""What the names of this proxy's own headers begin with."""

OBJECT: Final = "tokenwise"
"""The body's object for this proxy, which nobody else gets to see."""

_NAMES: Final = ("budget", "strategy", "capability", "tags")
_LONGEST_TAG: Final = 100
_MOST_TAGS: Final = 20

_T = TypeVar("_T")


@frozen(kw_only=True, cache_hash=True)
class Options:
    """None, or no tag, is what the request leaves to the configuration."""

    strategy: Strategy | None = None
    budget: Nanodollars | None = None
    capabilities: Capability | None = None
    tags: tuple[str, ...] = ()


_NOTHING_SAID: Final = Options()


def read_options(
    fields: Fields, headers: Mapping[str, str], problems: list[Problem], *, strategy: str | None = None
) -> Options:
    """Read the options, and add to `problems` what is wrong with them.

    `strategy` is one that the model's name says, before which no other holds.
    """
    if strategy is None and OBJECT not in fields and HEADER not in " ".join(headers):
        return _NOTHING_SAID  # nearly always
    said = _Said(problems)
    said.take((name.removeprefix(HEADER), name, value) for name, value in headers.items() if name.startswith(HEADER))
    given = fields.get(OBJECT)
    if isinstance(given, dict):
        said.take((name, f"{OBJECT}.{name}", value) for name, value in given.items() if value is not None)
    elif given is not None:
        said.wrong(OBJECT, f"expected an object with {', '.join(_NAMES)}")
    if strategy is not None:
        said.take([("strategy", "model", strategy)])
    return Options(
        strategy=said.read("strategy", _strategy),
        budget=said.read("budget", _budget),
        capabilities=said.read("capability", _capabilities),
        tags=said.read("tags", _tags) or (),
    )


@define
class _Said:
    """Values by name, each with the place where it stands."""

    problems: list[Problem]
    values: dict[str, tuple[str, object]] = field(factory=dict)

    def wrong(self, place: str, message: str) -> None:
        self.problems.append(Problem(place, message))

    def take(self, said: Iterable[tuple[str, str, object]]) -> None:
        for name, place, value in said:
            if name in _NAMES:
                self.values[name] = place, value
            else:
                near = nearest(shortened(name), _NAMES)
                self.wrong(shortened(place), f"unknown; expected one of {', '.join(_NAMES)}{near}")

    def read(self, name: str, form: Callable[[object], _T]) -> _T | None:
        if name not in self.values:
            return None
        place, value = self.values[name]
        try:
            return form(value)
        except ValueError as error:
            self.wrong(place, str(error))
            return None


def _strategy(value: object) -> Strategy:
    try:
        return Strategy(value)
    except ValueError:
        names = [strategy.value for strategy in Strategy]
        raise ValueError(f"{_no(value)} strategy; expected {', '.join(names)}{_near(value, names)}") from None


def _budget(value: object) -> Nanodollars:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("expected US dollars, such as 0.05")  # noqa: TRY004 -- whoever collects collects ValueErrors
    try:
        return parse_usd(shortened(str(value)))
    except InputError as error:
        raise ValueError(error.problems[0].message) from None


def _capabilities(value: object) -> Capability:
    known = {str(member.name).lower(): member for member in Capability}
    found = Capability(0)
    for name in _words(value):
        if name not in known:
            raise ValueError(f"{_no(name)} capability; expected {', '.join(known)}{_near(name, known)}")
        found |= known[name]
    if not found:
        raise ValueError(f"expected one or more of {', '.join(known)}")
    return found


def _tags(value: object) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(_words(value)))
    if len(tags) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG or not tag.isprintable() for tag in tags):
        raise ValueError(f"expected at most {_MOST_TAGS} tags of at most {_LONGEST_TAG} printable characters")
    return tags


def _words(value: object) -> list[str]:
    """A list of words, or one text with commas between them."""
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
        raise ValueError("expected words: a list, or one text with commas between them")
    return [word.strip() for word in listed if word.strip()]


def _near(value: object, names: Iterable[str]) -> str:
    return nearest(shortened(value), names) if isinstance(value, str) else ""


def _no(value: object) -> str:
    return f"{shortened(repr(value))} is no"

"""What a request asks for: which model, how it is to be delivered, and what else concerns us (`options`).

The proxy's own object is taken out of what is sent on; the rest of the body stays as it came. Whatever cannot be read
is reported at once and together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypedDict

from attrs import evolve, field, frozen

from tokenwise.catalog.models import Catalog
from tokenwise.errors import Problem
from tokenwise_shell.budgets.answers import Left
from tokenwise_shell.config.aliases import AUTO
from tokenwise_shell.providers.counting import ROLES
from tokenwise_shell.providers.fields import Fields, as_fields, entries, text
from tokenwise_shell.providers.own import Own, OwnFormat
from tokenwise_shell.providers.prefixes import NO_TRAIL, Trail, trail_of_chat, trail_of_own
from tokenwise_shell.providers.turns import over
from tokenwise_shell.proxy.fronts import BadRequest, Trouble
from tokenwise_shell.proxy.request.marks import Marks
from tokenwise_shell.proxy.request.names import wanted
from tokenwise_shell.proxy.request.options import OBJECT, Options, read_options
from tokenwise_shell.proxy.request.telling import line_for, own_with, with_line

__all__ = ["Asked", "Beside", "Told", "chat_problems", "read_asked"]

# More than anybody corrects at once: a conversation of thousands of bad messages is no text of an error.
_MOST_PROBLEMS: Final = 20

_NO_ALIASES: Final[Mapping[str, str]] = MappingProxyType({})

# Written out, since a union that is made for each request costs more than the question.
_SWITCH: Final = (bool, type(None))
_CAPS: Final = ("max_completion_tokens", "max_tokens")


@frozen
class Told:
    """What is left of a budget, the line that says so, and the request without it: next turn, it comes again so."""

    left: Left
    line: str
    fields: Fields
    own: Own | None


class Beside(TypedDict, total=False):
    """What is known of a request beside its fields; see `Asked`."""

    own: Own | None
    betas: str
    barred: Trouble | None
    mark: bytes
    marks: Marks


@frozen(kw_only=True)
class Asked:
    """A request in OpenAI's chat fields. `model` is a catalogue's id, "" for `auto`; no cap is the policy's own.

    `own` is the request in its client's words; `barred` is why it can be asked in no others, None where it can.
    `mark` stands for all that was said in the body, b"" where nothing does. `marks` are what limits read off it;
    `spent_models` are globs of models whose own limits have nothing left, which are chosen for nobody. `told` is what
    its model is told of a budget.
    """

    fields: Fields = field(repr=False)
    model: str
    options: Options
    max_output_tokens: int | None
    stream: bool
    wants_usage: bool
    own: Own | None = field(default=None, repr=False)
    betas: str = ""
    barred: Trouble | None = None
    mark: bytes = field(default=b"", repr=False)
    marks: Marks = ()
    spent_models: tuple[str, ...] = ()
    told: Told | None = field(default=None, repr=False)

    def telling(self, left: Left) -> "Asked":
        """The same request, whose model is told what is left of a budget."""
        line = line_for(left)
        own = own_with(self.own, line) if self.own else None
        told = Told(left, line, self.fields, self.own)
        return evolve(self, fields=with_line(self.fields, line), own=own, mark=b"", told=told)

    @property
    def background(self) -> bool:
        """Whether the answer is to be made in the provider's own time, and fetched later."""
        own = self.own
        return own is not None and own.format is OwnFormat.RESPONSES and own.body.get("background") is True

    @property
    def messages(self) -> list[object]:
        """The turns of the conversation."""
        return entries(self.fields.get("messages"))

    @property
    def trails(self) -> tuple[Trail, ...]:
        """The beginnings of the conversation in each form that it may be sent in."""
        return (self.trail, self.own_trail) if self.own else (self.trail,)

    @cached_property
    def trail(self) -> Trail:
        """The beginnings of the conversation as chat fields."""
        if self.told:
            return trail_of_chat(self.told.fields, self.betas).beside(self.told.line)
        return trail_of_chat(self.fields, self.betas)

    @cached_property
    def own_trail(self) -> Trail:
        """Its beginnings in the client's own words."""
        if self.told and self.told.own:
            return trail_of_own(self.told.own, self.betas).beside(self.told.line)
        return trail_of_own(self.own, self.betas) if self.own else NO_TRAIL


def read_asked(
    fields: Fields,
    headers: Mapping[str, str],
    catalog: Catalog,
    *,
    aliases: Mapping[str, str] = _NO_ALIASES,
    problems_in: Callable[[Fields], Iterator[Problem]] | None = None,
    beside: Beside | None = None,
) -> Asked | Trouble:
    """What these fields and headers ask for. Raises BadRequest with everything that is wrong with them.

    `aliases` are what clients' names for models stand for.
    `problems_in` finds what is wrong with the words; those of a chat request, unless it is given.
    """
    problems = list(_badly_typed(fields))
    named = wanted(text(fields.get("model")), catalog, aliases)
    options = read_options(fields, headers, problems, strategy=None if isinstance(named, Trouble) else named.strategy)
    problems += (problems_in or chat_problems)(fields)
    if problems:
        first = problems[0].path.partition("[")[0]
        raise BadRequest("; ".join(map(str, problems[:_MOST_PROBLEMS])), first, "invalid_value")
    if isinstance(named, Trouble):
        return named
    return Asked(
        fields={key: value for key, value in fields.items() if key != OBJECT} if OBJECT in fields else fields,
        model=named.model,
        options=options,
        max_output_tokens=_cap(fields),
        stream=fields.get("stream") is True,
        wants_usage=as_fields(fields.get("stream_options")).get("include_usage") is True,
        **(beside or {}),
    )


def _badly_typed(fields: Fields) -> Iterator[Problem]:
    """What concerns the delivery and the money, and is not what it must be."""
    model, options = fields.get("model"), fields.get("stream_options")
    if not isinstance(model, str) or not model:
        yield Problem("model", f"you must name a model; {AUTO!r} leaves the choice to tokenwise")
    for name in _CAPS:
        if not _is_count(fields.get(name), least=0):
            yield Problem(name, "expected a whole number from 0")
    if not isinstance(fields.get("stream"), _SWITCH):
        yield Problem("stream", "expected true or false")
    if options is None:
        return
    if not isinstance(options, dict):
        yield Problem("stream_options", "expected an object")
    elif not isinstance(options.get("include_usage"), _SWITCH):
        yield Problem("stream_options.include_usage", "expected true or false")


def _cap(fields: Fields) -> int | None:
    """The least of the stated caps. OpenAI allows 0, which some servers take for no cap at all: it is sent as 1."""
    stated = [cap for each in _CAPS if isinstance(cap := fields.get(each), int)]
    return max(1, min(stated)) if stated else None


def _is_count(value: object, *, least: int = 1) -> bool:
    return value is None or (type(value) is int and value >= least)


def chat_problems(fields: Fields) -> Iterator[Problem]:
    """What must hold for the words to be read and the answer priced; the rest is for the provider to judge."""
    if not _is_count(fields.get("n")):
        yield Problem("n", "expected a whole number from 1")
    messages = fields.get("messages")
    if not isinstance(messages, list) or not messages:
        yield Problem("messages", "expected a list of at least one message")
        return
    yield from over(messages, _with_problems, _NO_PROBLEMS)[1]


_NO_PROBLEMS: Final[tuple[int, tuple[Problem, ...]]] = (0, ())


def _with_problems(
    before: tuple[int, tuple[Problem, ...]], messages: Sequence[object]
) -> tuple[int, tuple[Problem, ...]]:
    """How many messages there are, and what is wrong with them, with these."""
    count, found = before[0], list(before[1])
    for place, message in enumerate(messages, start=count):
        fields = as_fields(message)
        role = fields.get("role")
        if type(role) is not str or role not in ROLES or type(fields.get("content")) is not str:
            found += _in_message(message, f"messages[{place}]")
    return count + len(messages), tuple(found)


def _in_message(message: object, place: str) -> Iterator[Problem]:
    if not isinstance(message, dict):
        yield Problem(place, "expected an object")
        return
    role = message.get("role")
    if not isinstance(role, str):
        yield Problem(f"{place}.role", "expected a string")
    elif role not in ROLES:
        yield Problem(f"{place}.role", f"{role[:40]!r} is no role here; expected one of {', '.join(sorted(ROLES))}")
    content = message.get("content")
    if not isinstance(content, str | list | None):
        yield Problem(f"{place}.content", "expected a string, a list of parts, or null")
    for index, part in enumerate(content if isinstance(content, list) else ()):
        if not isinstance(part, dict | str):
            yield Problem(f"{place}.content[{index}]", "expected an object")

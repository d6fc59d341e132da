"""A run as text: one line per event, one per command it caused. Golden transcripts, replays and the docs use it.

Amounts are nano-dollars. Prompts and replies are shown by their length, since their text is somebody's.
"""

import enum
from collections.abc import Iterable, Iterator

from attrs import fields

from tokenwise.budgets.ledger import Entry
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallModel, Command, Event, Record, Reserve
from tokenwise.prompt import Message
from tokenwise.routing.verdicts import Reply
from tokenwise.simulation.simulation import Moment
from tokenwise.usage import Usage

__all__ = ["transcript"]


def transcript(moments: Iterable[Moment]) -> str:
    """Moments as lines, ending in a newline."""
    return "".join(f"{line}\n" for moment in moments for line in _lines(moment))


def _lines(moment: Moment) -> Iterator[str]:
    happened = "start" if moment.event is None else _shown(moment.event, hidden=("at_ms",))
    yield f"{moment.at_ms:>7} ms  {happened}"
    for command in moment.commands:
        yield f"            -> {_command(command)}"


def _command(command: Command) -> str:
    match command:
        case Record(entry=entry):
            return f"Record {_shown(entry)}"
        case CallModel():
            silent = {"checks": not command.checks, "held": not command.held}
            return _shown(command, hidden=("native_id", *(name for name, nothing in silent.items() if nothing)))
        case Reserve(share=share):  # `Routed` and `Escalated` say which model it is
            hidden = {"model": True, "share": share == 1, "patient": not command.patient}
            return _shown(command, hidden=tuple(name for name, is_hidden in hidden.items() if is_hidden))
        case _:
            return _shown(command)


def _shown(value: Event | Command | Entry | Usage | Reply, hidden: tuple[str, ...] = ()) -> str:
    """A class by its name and fields. Fields that are empty say nothing and are left out."""
    names = (spec.name for spec in fields(type(value)) if spec.name not in hidden)
    pairs = ((name, getattr(value, name)) for name in names)
    said = (f"{name}={_said(name, it)}" for name, it in pairs if it not in ("", None, ()))
    return " ".join((type(value).__name__, *said))


def _said(name: str, value: object) -> str:
    return f"{len(value)} chars" if name == "beside" and isinstance(value, str) else _value(value)


def _value(value: object) -> str:
    match value:
        case AttemptId():
            return str(value)
        case enum.IntEnum():
            return value.name.lower()
        case enum.Enum():
            return str(value.value)
        case Usage():
            return f"{value.input_tokens}+{value.cache_read_tokens}+{value.cache_write_tokens}>{value.output_tokens}"
        case Reply():
            return f"({_shown(value, hidden=('text',))} text={len(value.text)} chars)"
        case (Message(), *_) as prompt:
            return f"{sum(len(message.text) for message in prompt if isinstance(message, Message))} chars"
        case _:
            return str(value)

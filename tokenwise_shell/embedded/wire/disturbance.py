"""The faults of delivery: a sound answer that comes across badly."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from attrs import evolve

from tokenwise_shell.embedded.chat import BadRequest
from tokenwise_shell.embedded.faults.faults import (
    CutStream,
    Dribble,
    ErrorEventMidStream,
    MalformedJson,
    MalformedSse,
    OfDelivery,
    SlowFirstByte,
    Stall,
)
from tokenwise_shell.embedded.wire.delivery import Act, Chunk, Close, Head, Pause, refusal
from tokenwise_shell.embedded.wire.format import WireFormat

__all__ = ["disturbed"]

_DATA: Final = re.compile(rb"(?<=data: )[^\r\n]+")
_FIELD: Final = re.compile(rb"^(?:event|data): ", re.MULTILINE)
_LINE_ENDS: Final = re.compile(rb"[\r\n]+")


def disturbed(acts: Iterable[Act], fault: OfDelivery, wire: WireFormat, *, stream: bool) -> Iterator[Act]:
    """The acts of a sound answer, brought across badly."""
    match fault:
        case SlowFirstByte(ms=ms):
            billed, *rest = acts  # a client that loses patience has still asked for it
            yield from (billed, Pause(1000 * ms), *rest)
        case Stall(after_chunks=count, ms=ms):
            before, after = _split(acts, count)
            yield from (*before, Pause(1000 * ms), *after)
        case CutStream(after_chunks=count, reset=reset):
            yield from _split(acts, count)[0] if stream else map(_halved, acts)
            yield Close(reset)
        case Dribble(size=size):
            yield from _dribbled(acts, size)
        case ErrorEventMidStream(after_chunks=count, message=message):
            problem = BadRequest(message, status=500)
            before = (*_split(acts, count)[0], Chunk(wire.render_error_event(problem)))
            yield from before if stream else refusal(problem, wire)
        case MalformedSse() if stream:
            yield from (_unframed(act) for act in acts)
        case MalformedJson() | MalformedSse():
            yield from (_mangled(act) if stream else _halved(act, honest=True) for act in acts)
        case _:
            assert_never(fault)


def _split(acts: Iterable[Act], chunks: int) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    """The acts up to and with the given number of chunks (at least the head), and the rest."""
    acts = tuple(acts)
    sent = 0
    for place, act in enumerate(acts):
        sent += isinstance(act, Chunk)
        if sent == chunks and isinstance(act, Chunk | Head):
            return acts[: place + 1], acts[place + 1 :]
    return acts, ()


def _halved(act: Act, *, honest: bool = False) -> Act:
    """A body cut in half; with `honest`, its declared length is cut as well."""
    match act:
        case Chunk(data=data):
            return Chunk(data[: len(data) // 2])
        case Head(headers=headers) if honest:
            halved = ((n, str(int(v) // 2) if n == "content-length" else v) for n, v in headers)
            return evolve(act, headers=tuple(halved))
        case _:
            return act


def _mangled(act: Act) -> Act:
    """Events with their JSON cut in half; the framing stays."""
    return Chunk(_DATA.sub(lambda line: line[0][: len(line[0]) // 2], act.data)) if isinstance(act, Chunk) else act


def _unframed(act: Act) -> Act:
    """Events without field names and blank lines."""
    return Chunk(_LINE_ENDS.sub(b"\n", _FIELD.sub(b"", act.data))) if isinstance(act, Chunk) else act


def _dribbled(acts: Iterable[Act], size: int) -> Iterator[Act]:
    for act in acts:
        if isinstance(act, Chunk):
            yield from (Chunk(act.data[at : at + size]) for at in range(0, len(act.data), size))
        else:
            yield act

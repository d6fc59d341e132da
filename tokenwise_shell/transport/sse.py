"""Server-sent events out of bytes, without I/O: the event-stream format of the HTML standard (section 9.2.6).

Whatever the bytes and however they are cut, the reader gives the same events and never raises. An event that the end
of the stream cuts short is not an event, as the standard has it.
"""

from typing import Final

from attrs import define, field, frozen
from attrs.setters import NO_OP
from attrs.validators import ge

__all__ = ["MAX_EVENT_BYTES", "SseEvent", "SseReader", "SseRun"]

MAX_EVENT_BYTES: Final = 16 * 1_048_576
"""No chunk of a completion comes near this; a stream that does is not one."""

_BOM: Final = b"\xef\xbb\xbf"

# So much of an event that is still coming is put before the next piece of it.
_SHORT: Final = 65_536


@frozen
class SseEvent:
    """One event. `data` is its lines joined by LF, undecoded; `name` is "" where the stream gives none.

    `id` is the last id that the stream gave, up to and with this event.
    """

    data: bytes
    name: str = ""
    id: str = ""

    @property
    def events(self) -> "list[SseEvent]":
        """It alone; see `SseRun`."""
        return [self]


@frozen
class SseRun:
    """Several events as they came, each of them one line of data and a blank one, with its name before it if any."""

    data: bytes

    @property
    def events(self) -> list[SseEvent]:
        """One by one."""
        split = [each.partition(b"data: ") for each in self.data.split(b"\n\n")[:-1]]
        return [SseEvent(data, name[7:-1].decode()) for name, _, data in split]


@define(on_setattr=NO_OP)  # it is set several times for each piece that comes
class SseReader:
    """A stream being read. Once an event or a line outgrows `max_event_bytes`, `overflowed` holds and no more come."""

    max_event_bytes: int = field(default=MAX_EVENT_BYTES, validator=ge(1))
    overflowed: bool = field(default=False, init=False)
    _started: bool = field(default=False, init=False)
    _after_cr: bool = field(default=False, init=False)
    _partial: list[bytes] = field(factory=list, init=False)
    _partial_bytes: int = field(default=0, init=False)
    _data: list[bytes] = field(factory=list, init=False)
    _data_bytes: int = field(default=0, init=False)
    _name: str = field(default="", init=False)
    _id: str = field(default="", init=False)

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The events that these bytes complete."""
        chunk = self._trimmed(chunk)
        if not chunk or self.overflowed:
            return []
        if self._data or self._name or self._partial_bytes > _SHORT or b"\r" in chunk:
            return self._fed(chunk)
        # Nearly always: events of one line each, which need not be looked at line by line.
        if self._partial:
            chunk = b"".join((*self._partial, chunk))
            self._partial, self._partial_bytes = [], 0
        *blocks, rest = chunk.split(b"\n\n")
        events = list[SseEvent]()
        for place, block in enumerate(blocks):
            if not block.startswith(b"data: ") or b"\n" in block or len(block) > self.max_event_bytes:
                return [*events, *self._fed(b"\n\n".join([*blocks[place:], rest]))]
            events.append(SseEvent(block[6:], "", self._id))
        return [*events, *self._fed(rest)] if rest else events

    def one(self, line: bytes) -> list[SseEvent]:
        """The event that is this line (or these) and a blank one, where `given_back` has given what it had."""
        plain = line.startswith(b"data: ") and b"\r" not in line and b"\n" not in line
        if self._started and plain and len(line) <= self.max_event_bytes:
            return [] if self.overflowed else [SseEvent(line[6:], "", self._id)]
        return self.feed(line + b"\n\n")

    def given_back(self) -> bytes | None:
        """The beginning of the event that is still coming, to be fed again; None where it cannot be taken back so.

        What is fed next then begins an event, or is the first of all.
        """
        if self._data or self._name or self._after_cr or self._partial_bytes > _SHORT or self.overflowed:
            return None
        if not self._partial:
            return b""
        kept = b"".join(self._partial)
        self._partial, self._partial_bytes = [], 0
        return kept

    def _fed(self, chunk: bytes) -> list[SseEvent]:
        """Line by line."""
        lines = chunk.splitlines()
        self._after_cr = chunk.endswith(b"\r")
        rest = b"" if self._after_cr or chunk.endswith(b"\n") else lines.pop()
        if lines and self._partial:
            lines[0] = b"".join((*self._partial, lines[0]))
            self._partial, self._partial_bytes = [], 0
        events = self._read(lines)
        self._keep(rest)
        return events

    def rest(self) -> SseEvent | None:
        """What stands behind the last event, None where that is nothing: an event whose end has not come."""
        data = [*self._data, *(line for line in (self._unended(),) if line is not None)]
        return SseEvent(b"\n".join(data), self._name, self._id) if data and not self.overflowed else None

    def _unended(self) -> bytes | None:
        line = b"".join(self._partial)
        return line.removeprefix(b"data:").removeprefix(b" ") if line.startswith(b"data:") else None

    def _trimmed(self, chunk: bytes) -> bytes:
        """The bytes without what belongs to what was read before: a byte order mark, the LF of a CR LF."""
        if not self._started:
            chunk = b"".join((*self._partial, chunk))
            self._partial, self._partial_bytes = [], 0
            if len(chunk) < len(_BOM) and _BOM.startswith(chunk):
                self._partial = [chunk]
                return b""
            self._started = True
            return chunk.removeprefix(_BOM)
        if self._after_cr and chunk:
            self._after_cr = False
            return chunk.removeprefix(b"\n")
        return chunk

    def _read(self, lines: list[bytes]) -> list[SseEvent]:
        events = []
        for line in lines:
            if self._data_bytes + len(line) > self.max_event_bytes:
                self.overflowed = True
                break
            if line.startswith(b"data:"):
                self._add(line[6:] if line[5:6] == b" " else line[5:])
            elif line:
                self._field(line)
            else:
                if self._data:
                    events.append(SseEvent(b"\n".join(self._data), self._name, self._id))
                    self._data, self._data_bytes = [], 0
                self._name = ""
        return events

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"data":
                self._add(value)
            case b"event":
                self._name = value.decode("utf-8", "replace")
            case b"id" if b"\0" not in value:
                self._id = value.decode("utf-8", "replace")
            case _:  # a comment, a time to reconnect after (nobody reconnects here), or a field that nobody defined
                return

    def _add(self, value: bytes) -> None:
        self._data.append(value)
        self._data_bytes += len(value) + 1

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._partial.append(rest)
            self._partial_bytes += len(rest)
            self.overflowed |= self._data_bytes + self._partial_bytes > self.max_event_bytes

"""Append-only files of JSON lines: the one way in which the books are written to disk, and read again.

Writing. A batch of lines is one `os.write` on an O_APPEND descriptor, so it survives the death of this process and does
not mix with what other processes append. What cannot be written (a full disk) is kept in memory, in order, and tried
again with each later write; nothing is lost silently.

Reading. A line that a death cut short is skipped with a notice. Where a later line is glued to it, that line is still
found: every line begins with `{"v":`, and within JSON text these characters cannot occur, since a quote inside a text
is escaped and no object further in begins with `v`.

What a request writes is nearly always the same six entries, so two lines stand for them (`SHORT`, made by `booking`).
Readers get the entries, one line each, as if they had been written so.
"""

import errno
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson
from attrs import define, field, frozen

from tokenwise.errors import TokenwiseError

__all__ = [
    "SHORT",
    "USAGE",
    "VERSION",
    "Line",
    "LineFile",
    "LinesUnwritable",
    "append_line",
    "encode_line",
    "expanded",
    "iso",
    "ms_of",
    "read_lines",
    "stamp",
    "sync_directory",
    "unheard",
]

Line = Mapping[str, Any]
"""One line as orjson reads it."""

VERSION: Final = 1
"""What lines say in `v`. A later version may add types and fields; it may not change what these mean."""

SHORT: Final = 2
"""What a line says in `v` that stands for several entries of its run, which are numbered on from its `seq`.

    reserved   with a `tier`: `routed` to that tier, and `reserved`
    charged    with a `status`: `charged`, then `released` or `overran`, `step_ended` well, `finished`

What is 0 of the usage is left out of it, and so is what says the usual: not `estimated`, `asked` for the model that
answered, nothing `reported`, no `notice`.
"""

USAGE: Final = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cache_write_5m_tokens",
)
"""The classes of a reported usage, as lines name them."""

_START: Final = b'{"v":'

_REMEDIES: Final[Mapping[int, str]] = {
    errno.ENOSPC: "free some space; what is waiting is then written by itself",
    errno.EDQUOT: "free some space of this user's quota; what is waiting is then written by itself",
    errno.EFBIG: "move the file away while nothing runs, or raise the limit on file sizes",
    errno.EROFS: "the file system is read-only; mount it writable, or name another path",
    errno.EACCES: "give this user the right to write there, or name another path",
    errno.EPERM: "give this user the right to write there, or name another path",
    errno.ENOTDIR: "a part of the path is a file; name another path",
    errno.EISDIR: "this is a directory; name a file in it",
}


class LinesUnwritable(TokenwiseError, OSError):  # noqa: N818 -- named for what is the case
    """A file of the books cannot be written: where, why, what would mend it, and how many lines are waiting."""

    def __init__(self, path: Path, cause: OSError, waiting: int) -> None:
        self.path = path
        self.cause = cause
        self.waiting = waiting
        self.fix = _REMEDIES.get(cause.errno or 0, "see to the disk, or name another path")
        kept = f"; lines waiting in memory: {waiting}" if waiting else ""
        super().__init__(f"{path} cannot be written ({cause.strerror}){kept}: {self.fix}")


@define
class LineFile:
    """One file being appended to. Owned by one thread; `sync` alone may be called from another."""

    path: Path
    descriptor: int
    inode: int = field(init=False)
    problem: LinesUnwritable | None = None
    accepted: int = 0
    _waiting: list[bytes] = field(factory=list)
    _torn: bool = False

    def __attrs_post_init__(self) -> None:
        self.inode = os.fstat(self.descriptor).st_ino

    @classmethod
    def open(cls, path: Path) -> "LineFile":
        """Open or create the file (mode 0600, directories 0700) and end a torn last line. Raises LinesUnwritable."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LinesUnwritable(path, error, 0) from error
        file = cls(path, descriptor)
        file.torn_before()
        return file

    @property
    def written(self) -> int:
        """How many of the lines accepted so far are in the file."""
        return self.accepted - len(self._waiting)

    @property
    def size(self) -> int:
        """The file's length in bytes, other processes' lines included."""
        return os.fstat(self.descriptor).st_size

    def torn_before(self) -> bool:
        """Whether the file ends within a line, of a process that died; the next write then begins a new one."""
        size = self.size
        self._torn = self._torn or (size > 0 and os.pread(self.descriptor, 1, size - 1) not in (b"\n", b""))
        return self._torn

    def append(self, lines: list[bytes]) -> int:
        """Write these lines (each with its newline) after those that wait. Never raises; see `problem`.

        Returns the position of the last: it is in the file once `written` has reached it.
        """
        self.accepted += len(lines)
        self._waiting += lines
        self.flush()
        return self.accepted

    def append_one(self, line: bytes) -> int:
        """As `append`, of one line; nearly always nothing waits, and it is written at once."""
        if self._waiting or self._torn:
            return self.append([line])
        try:
            written = os.write(self.descriptor, line)
        except OSError:
            return self.append([line])
        self.accepted += 1
        if written < len(line):
            self._waiting.append(line)
            self._drop(written)
            self.flush()
        return self.accepted

    def flush(self) -> None:
        """Write what waits, as far as the disk allows. Sets or clears `problem`.

        A line that went out by half is written again whole: others may have appended meanwhile.
        """
        waiting = self._waiting
        while waiting:
            start = b"\n" if self._torn else b""
            lines = start + b"".join(waiting)
            try:
                written = os.write(self.descriptor, lines)
            except OSError as error:
                self.problem = LinesUnwritable(self.path, error, len(waiting))
                return
            if written == len(lines):
                waiting.clear()
                self._torn = False
            else:
                self._drop(written - len(start))
        self.problem = None

    def _drop(self, written: int) -> None:
        """Forget the whole lines among so many bytes that were written."""
        whole, end = 0, 0
        while whole < len(self._waiting) and end + len(self._waiting[whole]) <= written:
            end += len(self._waiting[whole])
            whole += 1
        del self._waiting[:whole]
        self._torn = end < written

    def sync(self) -> None:
        """Wait until what is written would survive a power loss. Raises OSError."""
        os.fdatasync(self.descriptor)

    def go_on_in(self, path: Path) -> None:
        """Write to this file from now on, created if need be. Raises OSError, and then nothing has changed.

        What was written before is synced first: whoever waits for durability waits for the new file alone.
        """
        self.sync()
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.dup2(descriptor, self.descriptor, inheritable=False)  # at once, also for a thread about to sync
        os.close(descriptor)
        self.inode = os.fstat(self.descriptor).st_ino
        self._torn = False
        self.torn_before()

    def close(self) -> None:
        """Try once more to write what waits, and close. Raises LinesUnwritable where lines are lost by that."""
        self.flush()
        os.close(self.descriptor)
        if self.problem:
            raise self.problem


def append_line(path: Path, line: Line, *, durably: bool = True) -> None:
    """Append one line from outside of whoever has the file open. Raises LinesUnwritable, or OSError from the disk."""
    file = LineFile.open(path)
    try:
        file.append([encode_line(line)])
        if file.problem:
            raise file.problem
        if durably:
            file.sync()
    finally:
        file.close()


def unheard(_: str) -> None:
    """For notices of lines that cannot be read, where somebody else has given them or one line does not matter."""


def encode_line(document: object) -> bytes:
    """One value as a line. What JSON has no form for (lone surrogates, integers beyond 64 bits) is shown as text.

    That loses a figure nobody could use, where an error would lose the whole entry.
    """
    try:
        return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return orjson.dumps(_scrubbed(document), option=orjson.OPT_APPEND_NEWLINE)


def _scrubbed(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case dict():
            return {_scrubbed(key): _scrubbed(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_scrubbed(inner) for inner in value]
        case int() if abs(value) >= 2**63:
            return str(value)  # no count or amount of this world, but somebody reported it; `verify` will object
        case _:
            return value


@frozen
class _Place:
    """Where in a file a line stands, for notices."""

    path: Path
    number: int

    def __str__(self) -> str:
        return f"{self.path}, line {self.number}"


def read_lines(path: Path, notice: Callable[[str], None], *, start: int = 0, stop: float = math.inf) -> Iterator[Line]:
    """The lines of a file from byte `start` to `stop`, one at a time. What cannot be read is skipped with a `notice`.

    A last line without its newline counts if it is whole; else it may still be being written. Raises OSError.
    """
    with path.open("rb") as file:
        file.seek(start)
        for number, raw in enumerate(_until(file, stop - start), 1):
            try:
                line = orjson.loads(raw)
            except orjson.JSONDecodeError:
                yield from _salvaged(raw, _Place(path, number), notice)
                continue
            if isinstance(line, dict):
                if line.get("v") == SHORT:
                    yield from expanded(line)
                else:
                    yield line
            else:
                notice(f"{path}, line {number}: expected an object; skipped")


def _until(file: Iterable[bytes], size: float) -> Iterator[bytes]:
    for raw in file if size > 0 else ():
        if len(raw) >= size:
            yield raw[: int(size)]
            return
        size -= len(raw)
        yield raw


def _salvaged(raw: bytes, place: _Place, notice: Callable[[str], None]) -> Iterator[Line]:
    """What is left of a line that is no JSON: nothing, or the lines that were glued to a torn one."""
    if not raw.strip():
        return
    pieces = [_START + piece for piece in raw.split(_START)[1:]]
    whole = [line for line in map(_parsed, pieces) if line is not None]
    whose = "by a process that died while writing it" if raw.endswith(b"\n") else "or still being written"
    lost = f"torn, {whose}; skipped"
    found = f", save the {len(whole)} whole line(s) in it" if whole else ""
    notice(f"{place}: {lost}{found}")
    for line in whole:
        yield from expanded(line)


def expanded(line: Line) -> tuple[Line, ...]:
    """The lines that a line stands for: itself, unless it is a short one."""
    if line.get("v") != SHORT or type(line.get("seq")) is not int:
        return (line,)
    whose = {name: line[name] for name in _WHOSE if name in line}
    if line.get("type") == "reserved" and "tier" in line:
        return _reserved(line, whose)
    if line.get("type") == "charged" and "status" in line:
        return _charged(line, whose)
    return (line,)


_WHOSE: Final = ("at", "run", "key", "tags", "each")


def _reserved(line: Line, whose: Line) -> tuple[Line, ...]:
    routed = {"v": VERSION, **whose, "seq": line["seq"], "type": "routed", "worst_nano": line.get("amount_nano")}
    for name in ("step", "attempt", "model", "provider", "tier"):
        routed[name] = line.get(name)
    reserved = {**line, "v": VERSION, "seq": line["seq"] + 1}
    del reserved["tier"]
    return routed, reserved


def _charged(line: Line, whose: Line) -> tuple[Line, ...]:
    seq, step, attempt, nano = line["seq"], line.get("step"), line.get("attempt"), line.get("amount_nano")
    usual = {"estimated": False, "asked": line.get("model"), "reported_nano": None, "notice": ""}
    charged = {**usual, **line, "v": VERSION}
    for name in ("released_nano", "overran_nano", "status"):
        charged.pop(name, None)
    if isinstance(usage := line.get("usage"), dict):
        charged["usage"] = {**dict.fromkeys(USAGE, 0), **usage}
    lines: list[Line] = [charged]
    for kind in ("released", "overran"):
        if f"{kind}_nano" in line:
            seq += 1
            amount = line[f"{kind}_nano"]
            lines.append(
                {"v": VERSION, **whose, "seq": seq, "type": kind, "step": step, "attempt": attempt}
                | {"amount_nano": amount}
            )
    ended = {"v": VERSION, **whose, "seq": seq + 1, "type": "step_ended", "step": step, "outcome": "ok"}
    finished = {"v": VERSION, **whose, "seq": seq + 2, "type": "finished", "status": line["status"]}
    over = line.get("overran_nano", 0)
    lines.append({**ended, "spent_nano": nano, "why": ""})
    lines.append({**finished, "spent_nano": nano, "overrun_nano": over})
    return tuple(lines)


def _parsed(raw: bytes) -> Line | None:
    try:
        line: Line = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return line


def iso(at_ms: int) -> str:
    """Unix milliseconds as UTC, as lines carry it.

    >>> iso(1_795_292_153_123)
    '2026-11-21T20:15:53.123Z'
    """
    return stamp(at_ms).decode()


def stamp(at_ms: int) -> bytes:
    """As `iso`."""
    return b"%b.%03dZ" % (_second(at_ms // 1000), at_ms % 1000)


@lru_cache(maxsize=4)
def _second(at_s: int) -> bytes:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()


def ms_of(text: str) -> int:
    """Unix milliseconds of a time that `iso` wrote. Raises ValueError for anything else."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def sync_directory(path: Path) -> None:
    """Make the names in a directory survive a power loss. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

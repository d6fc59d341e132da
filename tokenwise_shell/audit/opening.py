"""Files, folders, standard input and archives as calls: what each is, what was read of it, and what could not be.

A file is recognised by what stands in it. Answers that stand in several files, or in two exports that overlap, are
counted once; what is remembered for that is bounded.
"""

import gzip
import sys
import zlib
from array import array
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from io import BufferedReader, RawIOBase
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from attrs import define, field

from tokenwise.audit.records import Call
from tokenwise.errors import InputError, Problem
from tokenwise_shell.audit.formats import FORMATS, Reader, format_of
from tokenwise_shell.audit.rows import Malformed, Row, rows_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["STDIN", "Intake", "calls_of", "files_of"]

STDIN: Final = Path("/dev/stdin")
_SAMPLE: Final = 1 << 16
_SUFFIXES: Final = (".jsonl", ".json", ".csv", ".ndjson", ".log")
_GZIP: Final = b"\x1f\x8b"
_UNPACKED: Final = "cannot be unpacked: the archive is broken"

# Rows that say nothing of their format: a session may begin with a summary.
_UNTOLD: Final = 200
_MOST_SHOWN: Final = 20
_SLOTS: Final = 1 << 20


@define(eq=False)
class _Seen:
    """Which digests were seen: those of the last half million at least, in two tables of 8 MiB."""

    _now: "array[int]" = field(factory=lambda: array("Q", bytes(8 * _SLOTS)))
    _before: "array[int] | None" = None
    _count: int = 0

    def add(self, name: str) -> bool:
        """Remember it, and say whether it is new."""
        code = int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest()) or 1
        if (self._before is not None and _slot(self._before, code) < 0) or (place := _slot(self._now, code)) < 0:
            return False
        self._now[place] = code
        self._count += 1
        if self._count > _SLOTS // 2:
            self._before, self._now, self._count = self._now, array("Q", bytes(8 * _SLOTS)), 0
        return True


def _slot(table: "array[int]", code: int) -> int:
    """The free slot for a code; -1 where it stands there."""
    place = code % _SLOTS
    while table[place] not in (0, code):
        place = (place + 1) % _SLOTS
    return -1 if table[place] == code else place


@define(eq=False)
class Intake:
    """What was read: files and calls by format, repeated calls, and lines that are none, the first of them by name.

    Of files that are no logs those in folders are only counted, in `left`: only those `named` were meant to be any.
    """

    named: frozenset[Path] = frozenset()
    files: Counter[str] = field(factory=Counter)
    calls: Counter[str] = field(factory=Counter)
    repeated: int = 0
    malformed: int = 0
    left: int = 0
    unrecognised: list[str] = field(factory=list)
    shown: list[Problem] = field(factory=list)
    seen: _Seen = field(factory=_Seen)

    def leave(self, path: Path, why: str) -> None:
        """Note a file that is no log."""
        self.left += 1
        if path in self.named:
            self.unrecognised.append(f"{path}: {why}")

    def complain(self, path: Path, line: int, why: str) -> None:
        """Note a line that is none."""
        self.malformed += 1
        if len(self.shown) < _MOST_SHOWN:
            self.shown.append(Problem(f"{path}: line {line}", why))


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files that are meant: those named, and in folders those whose names end as logs' do, in order.

    Raises InputError with everything that is not there.
    """
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if _is_log(one) and one.is_file())
            found.update(dict.fromkeys(inside))
            if not inside:
                problems.append(Problem(str(path), f"has no logs ({', '.join(_SUFFIXES)}, also packed as .gz)"))
        elif path == STDIN or path.exists():
            found[path] = None
        else:
            problems.append(Problem(str(path), "there is no such file"))
    if problems:
        raise InputError(*problems)
    return list(found)


def _is_log(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(_SUFFIXES)


def calls_of(files: Sequence[Path], intake: Intake, forced: str | None = None) -> Iterator[Call]:
    """Every call of these files, once. Raises OSError for a file that cannot be read."""
    for path in files:
        try:
            with _opened(path) as file:
                sample = file.peek(_SAMPLE)[:_SAMPLE]
                if not sample.strip():
                    intake.leave(path, _UNPACKED if _is_broken(file) else "is empty")
                elif b"\0" in sample.partition(b"\n")[0]:
                    intake.leave(path, "is binary data")
                else:
                    yield from _of_file(path, file, sample, intake, forced)
        except PermissionError:
            if path in intake.named:
                raise
            intake.leave(path, "may not be read")


def _of_file(path: Path, file: BufferedReader, sample: bytes, intake: Intake, forced: str | None) -> Iterator[Call]:
    rows = _rows(file, sample)
    first: list[Row | Malformed] = []
    name = forced
    for row in rows if name is None else ():
        first.append(row)
        name = None if isinstance(row, Malformed) else format_of(row[1])
        if name or len(first) >= _UNTOLD:
            break
    if name is None:
        unknown = f"is of no known format; known are {', '.join(FORMATS)}"
        intake.leave(path, _UNPACKED if _is_broken(file) else unknown)
        return
    intake.files[name] += 1
    reader = FORMATS[name].reader()
    for identity, call in _read(path, chain(first, rows), reader, intake):
        if identity and not intake.seen.add(f"{name} {identity}"):
            intake.repeated += 1
            continue
        intake.calls[name] += 1
        yield call


def _read(path: Path, rows: Iterable[Row | Malformed], reader: Reader, intake: Intake) -> Iterator[tuple[str, Call]]:
    for row in rows:
        if isinstance(row, Malformed):
            intake.complain(path, row.line, row.why)
            continue
        try:
            yield from reader.read(row[1])
        except ValueError as error:
            intake.complain(path, row[0], f"contradicts itself: {str(error).partition(':')[0]}")
    yield from reader.end()


def _rows(file: BufferedReader, sample: bytes) -> Iterator[Row | Malformed]:
    last = 0
    for row in rows_of(file, sample):
        last = row.line if isinstance(row, Malformed) else row[0]
        yield row
    if _is_broken(file):
        yield Malformed(last + 1, _UNPACKED)


@contextmanager
def _opened(path: Path) -> Iterator["BufferedReader"]:
    with ExitStack() as stack:
        if path == STDIN:
            plain = cast("BufferedReader", sys.stdin.buffer)
        else:
            plain = cast("BufferedReader", stack.enter_context(path.open("rb", buffering=_SAMPLE)))
        if plain.peek(2)[:2] == _GZIP:
            plain = BufferedReader(_Made(stack.enter_context(gzip.GzipFile(fileobj=plain)).read1), _SAMPLE)
        if plain.peek(2)[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):  # PowerShell's `>`
            recoded = getincrementaldecoder("utf-16")("replace")
            half = plain
            plain = BufferedReader(_Made(lambda size: recoded.decode(half.read(size // 3)).encode()), _SAMPLE)
        yield plain


class _Made(RawIOBase):
    """Bytes as a function makes them, at most so many at a time; what an archive holds ends where it is `broken`."""

    def __init__(self, make: Callable[[int], bytes]) -> None:
        super().__init__()
        self._make = make
        self.broken = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view, filled = memoryview(buffer).cast("B"), 0
        try:
            while filled < len(view) and (made := self._make(len(view) - filled)):
                view[filled : filled + len(made)] = made
                filled += len(made)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self.broken = True
        return filled


def _is_broken(file: BufferedReader) -> bool:
    return isinstance(raw := getattr(file, "raw", None), _Made) and raw.broken

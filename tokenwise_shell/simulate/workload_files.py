"""Workloads as files of any size: what kind a file is, and its requests piece by piece.

A piece knows how to give its requests and travels to whichever process does the work. Pieces are cut by number of
requests, so they are the same however many processes there are.
"""

import gzip
import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Protocol

import orjson
from attrs import frozen

from tokenwise.errors import InputError, Problem
from tokenwise.simulation.tally import Tally
from tokenwise.simulation.traffic import Traffic
from tokenwise.simulation.workload import Asked
from tokenwise_shell.ledger.jsonl import Line
from tokenwise_shell.ledger.segments import read_ledger
from tokenwise_shell.simulate.adapters import as_recorded, from_journals, from_ledger, from_table
from tokenwise_shell.simulate.traffic_files import read_traffic
from tokenwise_shell.simulate.workload_lines import Manner, asked_of_line, asked_of_row

__all__ = ["Piece", "Source", "open_workload"]

_MOST_PROBLEMS: Final = 20


class Piece(Protocol):
    """Some of a workload's requests, one after the other."""

    def requests(self) -> Iterator[Asked]:
        """The requests, in order of arrival. Raises InputError with the line of what cannot be read."""
        ...


class Source(Protocol):
    """A workload."""

    @property
    def kind(self) -> str:
        """What the workload was taken for: requests, outcomes, ledger, journals, table or traffic."""
        ...

    def recorded(self) -> Tally | None:
        """What the file itself says of how its requests ended, and what they cost; None where it does not."""
        ...

    def pieces(self, size: int | None) -> Iterator[Piece]:
        """The workload in pieces of so many requests; as one piece for None."""
        ...


def open_workload(path: Path, manner: Manner) -> Source:
    """Look at a file or a folder and say how to read it. Raises InputError for what is no workload, and OSError."""
    if path.exists() and not path.is_dir() and not path.is_file():
        raise InputError(Problem(str(path), "is neither a file nor a folder: a workload is read more than once"))
    if path.is_dir():
        return _Converted("journals", path, manner)
    if path.suffix in (".yaml", ".yml"):
        return _Made("traffic", read_traffic(path))
    if path.suffix == ".csv":
        return _Converted("table", path, manner)
    return _of_lines(path, manner)


def _of_lines(path: Path, manner: Manner) -> Source:
    with _opened(path) as file:
        first = next((line for line in file if line.strip()), b"{}")
    try:
        line = orjson.loads(first)
    except orjson.JSONDecodeError as error:
        raise InputError(Problem(f"{path}: line 1", f"is not JSON: {error}; expected one request a line")) from None
    if isinstance(line, dict) and {"run", "seq", "type"} <= line.keys():
        return _Converted("ledger", path, manner)
    recorded = isinstance(line, dict) and "q" in line
    return _Lines("outcomes" if recorded else "requests", path, manner)


@contextmanager
def _opened(path: Path) -> Iterator[Iterable[bytes]]:
    file: IO[bytes]
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:  # type: ignore[assignment] # GzipFile is an IO[bytes] in all but name
        try:
            yield file
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InputError(Problem(str(path), f"cannot be unpacked: {error}")) from error


_READERS: Final[dict[str, Callable[[Line, int, Manner], Asked | None]]] = {
    "requests": asked_of_line,
    "outcomes": asked_of_row,
}


@frozen
class _Lines:
    """JSON lines, each of them a request. They travel as bytes and are parsed where they are used."""

    kind: str
    path: Path
    manner: Manner

    def recorded(self) -> None:
        """See `Source`: lines of requests say nothing of it."""

    def pieces(self, size: int | None) -> Iterator[Piece]:
        if size is None:
            yield _WholeFile(self)
            return
        with _opened(self.path) as file:
            first = 0
            while lines := tuple(itertools.islice(file, size)):
                yield _LinesPiece(self.kind, str(self.path), lines, first, self.manner)
                first += len(lines)


@frozen
class _WholeFile:
    of: _Lines

    def requests(self) -> Iterator[Asked]:
        with _opened(self.of.path) as file:
            yield from _parsed(self.of.kind, str(self.of.path), file, 0, self.of.manner)


@frozen
class _LinesPiece:
    kind: str
    name: str
    lines: tuple[bytes, ...]
    first: int
    manner: Manner

    def requests(self) -> Iterator[Asked]:
        return _parsed(self.kind, self.name, self.lines, self.first, self.manner)


def _parsed(kind: str, name: str, lines: Iterable[bytes], first: int, manner: Manner) -> Iterator[Asked]:
    read, problems = _READERS[kind], list[Problem]()
    for number, raw in enumerate(lines, first):
        try:
            line = orjson.loads(raw) if raw.strip() else None
            asked = None if line is None else read(line, number, manner)
        except orjson.JSONDecodeError as error:
            problems.append(Problem(f"{name}: line {number + 1}", f"is not JSON: {error}"))
        except AttributeError:
            problems.append(Problem(f"{name}: line {number + 1}", "expected an object"))
        except InputError as error:
            problems += [Problem(f"{name}: line {number + 1}: {one.path}", one.message) for one in error.problems]
        else:
            if asked is not None and not problems:
                yield asked
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise InputError(*problems[:_MOST_PROBLEMS])


@frozen
class _Made:
    """Traffic that is made up as it goes, wherever it is needed."""

    kind: str
    traffic: Traffic

    def recorded(self) -> None:
        """See `Source`: nobody has ever asked this."""

    def pieces(self, size: int | None) -> Iterator[Piece]:
        whole = self.traffic.requests
        for first in range(0, whole, size or max(1, whole)):
            yield _TrafficPiece(self.traffic, first, size or whole)


@frozen
class _TrafficPiece:
    traffic: Traffic
    first: int
    count: int

    def requests(self) -> Iterator[Asked]:
        return self.traffic.part(self.first, self.count)


@frozen
class _Converted:
    """A file whose requests only show when its lines are read together. It is read here; its requests travel."""

    kind: str
    path: Path
    manner: Manner

    def pieces(self, size: int | None) -> Iterator[Piece]:
        if size is None:
            yield self
            return
        requests = self.requests()
        while some := tuple(itertools.islice(requests, size)):
            yield _Requests(some)

    def recorded(self) -> Tally | None:
        return as_recorded(read_ledger(self.path, lambda _: None)) if self.kind == "ledger" else None

    def requests(self) -> Iterator[Asked]:
        match self.kind:
            case "journals":
                return from_journals(self.path)
            case "table":
                return from_table(self.path, self.manner)
            case _:
                return from_ledger(read_ledger(self.path, lambda _: None))


@frozen
class _Requests:
    some: tuple[Asked, ...]

    def requests(self) -> Iterator[Asked]:
        return iter(self.some)

"""Journals of requests at a proxy: those of runs, many in one file, and without a word of what was said.

    <folder>/requests.jsonl                the newest; at 64 MiB it becomes requests-1.jsonl; three of those are kept
    <folder>/catalogs/<fingerprint>.json   as for runs

A journal is written when its request is over, by one write, so those of several processes stand one after another and
a process that is killed leaves whole ones. It begins with its job as a run's does, and ends where the next begins.

Without texts, an answer is its length in bytes and its SHA-256, and is read as so many letters: nothing is decided by
more of it than that. A disk that takes nothing more is no reason to answer nobody.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Final, Protocol

from attrs import define, field

from tokenwise.catalog.models import Catalog
from tokenwise.machine.messages import Event
from tokenwise.machine.run import Job
from tokenwise.simulation.simulation import Moment
from tokenwise_shell.codec.journals import JOURNAL_VERSION, RunRecord, head_of, read_record
from tokenwise_shell.codec.messages import event_to_json
from tokenwise_shell.engine.interpret import CommonStory
from tokenwise_shell.ledger.jsonl import Line, LinesUnwritable, encode_line, iso, read_lines, unheard
from tokenwise_shell.ledger.runs import load_catalog, save_catalog

__all__ = ["Hears", "KeptRequest", "RequestJournals", "last_request", "request_record"]

_ROTATE_BYTES: Final = 1 << 26
_OLD_FILES: Final = 3
_NEWEST: Final = "requests.jsonl"


class Hears(Protocol):
    """Whoever is told of a request's run: moment by moment, or in brief."""

    def __call__(self, moment: Moment, /) -> None:
        """Hear one moment."""
        ...

    def brief(self, story: CommonStory, /) -> None:
        """Hear of a common story when it is over."""
        ...


@define(eq=False)
class RequestJournals:
    """The file that one process writes. `sample` is the share of requests that are kept, by their ids."""

    folder: Path
    sample: float = 1.0
    texts: bool = False
    rotate_bytes: int = _ROTATE_BYTES
    _descriptor: int = field(init=False)
    _catalogs: set[str] = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        """Open or create the file, readable by its owner alone. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = self._opened()

    def keeping(self, request_id: str, hear: Hears) -> "KeptRequest | None":
        """What hears a request's run for its journal, and passes everything on; None where it is not of the sample."""
        if self.sample < 1:
            drawn = int.from_bytes(blake2b(request_id.encode(), digest_size=4).digest(), "big")
            if drawn >= self.sample * 2**32:
                return None
        return KeptRequest(self, hear)

    def write(self, job: Job, moments: list[Moment], beside: Mapping[str, object]) -> None:
        """Write a journal, and its catalogue if it is a new one."""
        first = moments[0].at_ms
        lines: list[Line] = [{**head_of(job, iso(first), first), **beside}]
        lines += [_line(moment.event, texts=self.texts) for moment in moments if moment.event is not None]
        # The first newline ends what a full disk may have cut.
        block = b"\n" + b"".join(map(encode_line, lines))
        with suppress(OSError, LinesUnwritable):
            self._keep_catalog(job.catalog)
            self._follow()
            os.write(self._descriptor, block)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _keep_catalog(self, catalog: Catalog) -> None:
        if catalog.fingerprint not in self._catalogs:
            save_catalog(self.folder, catalog)
            self._catalogs.add(catalog.fingerprint)

    def _opened(self) -> int:
        return os.open(self.folder / _NEWEST, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _follow(self) -> None:
        """Set the file aside if it is long, and go on in the one of its name, which another process may have made."""
        ours = os.fstat(self._descriptor)
        if ours.st_size < self.rotate_bytes and self._inode() == ours.st_ino:
            return
        with self._locked():
            if self._inode() == ours.st_ino:
                for number in range(_OLD_FILES, 0, -1):
                    before = self.folder / (f"requests-{number - 1}.jsonl" if number > 1 else _NEWEST)
                    with suppress(FileNotFoundError):
                        before.replace(self.folder / f"requests-{number}.jsonl")
            fresh = self._opened()
        os.close(self._descriptor)
        self._descriptor = fresh

    def _inode(self) -> int:
        try:
            return (self.folder / _NEWEST).stat().st_ino
        except FileNotFoundError:
            return 0

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """While no other process sets the file aside."""
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


@define(eq=False)
class KeptRequest:
    """One request under way, and what has happened to it."""

    journals: RequestJournals
    hear: Hears
    moments: list[Moment] = field(factory=list)

    def brief(self, story: CommonStory) -> None:
        """Hear of a common story when it is over."""
        self.moments = story.moments()
        self.hear.brief(story)

    def __call__(self, moment: Moment) -> None:
        """Hear one event with the commands that it caused."""
        self.moments.append(moment)
        self.hear(moment)

    def write(self, job: Job, beside: Mapping[str, object]) -> None:
        """Write down what there is, the request being over."""
        if self.moments:
            self.journals.write(job, self.moments, beside)


def _line(event: Event, *, texts: bool) -> Line:
    line: dict[str, object] = {"v": JOURNAL_VERSION, **event_to_json(event)}
    match line:
        case {"reply": {"text": str(said), **rest}} if not texts and said.strip():
            raw = said.encode("utf-8", "surrogatepass")
            line["reply"] = {**rest, "text_bytes": len(raw), "text_sha256": sha256(raw).hexdigest()}
        case _:
            pass
    return line


# --- reading ----------------------------------------------------------------------------------------------------------


def request_record(folder: Path, request_id: str, notice: Callable[[str], None]) -> RunRecord | None:
    """The journal of one request; None where it is in none of the files. Raises InputError where it cannot be read."""
    for path in _files(folder):
        if lines := _journal_in(path, request_id, notice):
            return read_record(lines, partial(load_catalog, folder), str(path))
    return None


def last_request(folder: Path, *, since_ns: int = 0) -> str | None:
    """The request whose journal was written last; None where that was before this time, since 1970, or never."""
    for path in _files(folder):
        if path.stat().st_mtime_ns < since_ns:
            return None
        ids = [_id_of(line) for line in read_lines(path, unheard) if line.get("type") == "job"]
        if ids:
            return ids[-1]
    return None


def _files(folder: Path) -> Iterator[Path]:
    """Those that there are, the newest first."""
    names = (_NEWEST, *(f"requests-{number}.jsonl" for number in range(1, _OLD_FILES + 1)))
    return filter(Path.exists, map(folder.joinpath, names))


def _id_of(line: Line) -> str | None:
    job = line.get("job")
    return job.get("id") if isinstance(job, dict) else None


def _journal_in(path: Path, request_id: str, notice: Callable[[str], None]) -> list[Line]:
    found: list[Line] = []
    for line in read_lines(path, notice):
        if line.get("type") == "job":
            if found:
                break
            if _id_of(line) == request_id:
                found.append(line)
        elif found:
            found.append(line)
    return found

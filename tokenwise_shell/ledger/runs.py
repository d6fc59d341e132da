"""Each run's own journal: the job, then every event as it was delivered. Enough to replay the run, or to go on with it.

    <state dir>/runs/<run id>.jsonl          mode 0600, since tasks and replies are somebody's
    <state dir>/catalogs/<fingerprint>.json  the catalogue it decided on, written once for all the runs that share it

The first line is the job and when it started; each further line one event. Because the core repeats exactly, nothing
else needs to be kept: no command, no state. Lines are written as events happen and synced at the end; a run whose
process died has a journal that may end within a line, which reading skips with a notice.
"""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import orjson
from attrs import define, field

from tokenwise.budgets.ledger import Entry
from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError, Problem
from tokenwise.machine.messages import Event, Record
from tokenwise.machine.run import Job
from tokenwise.simulation.simulation import Moment
from tokenwise_shell.codec.journals import JOURNAL_VERSION, RunRecord, head_of, read_record
from tokenwise_shell.codec.messages import event_to_json, from_json, to_json
from tokenwise_shell.config.private import private
from tokenwise_shell.ledger.jsonl import LineFile, LinesUnwritable, encode_line, iso, read_lines, sync_directory

__all__ = ["RunJournal", "Story", "load_catalog", "new_run_id", "read_run", "run_file", "save_catalog"]

# Crockford's alphabet: no i, l, o, u, so an id can be read out, and none spells a word. It sorts as the numbers do.
_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS: Final = tuple([first + second for first in _DIGITS for second in _DIGITS])
_TIME_DIGITS: Final = 10  # 50 bits of milliseconds: until the year 37,648
_LEAST_RANDOM: Final = 5  # bytes; 2^40 ids a millisecond

# One or more parts of safe characters, joined by "/" as in the id of a planning call. No part begins with a dot.
_RUN_ID: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_LONGEST_ID: Final = 200  # file systems stop at 255 bytes a name, and ".jsonl" is to follow

_Notice = Callable[[str], None]
_NONE: Final[Mapping[str, object]] = {}


def new_run_id(now_ms: int, random_bytes: bytes) -> str:
    """An id that sorts by time: ten digits of base 32 for the millisecond, then the random bytes, five or more.

    >>> new_run_id(1_795_292_153_123, b"12345")
    '01m7zw0h9364s36d1n'
    """
    if len(random_bytes) < _LEAST_RANDOM:
        raise ValueError(f"{len(random_bytes)} random bytes; {_LEAST_RANDOM} are the least")
    random_digits = -(-8 * len(random_bytes) // 5)
    time = _second(now_ms >> 10) + _PAIRS[now_ms & 1023]
    return time + _base32(int.from_bytes(random_bytes, "big"), random_digits)


@lru_cache(maxsize=4)
def _second(number: int) -> str:
    """All but the last two digits of a time, which are the same for about a second."""
    return _base32(number, _TIME_DIGITS - 2)


def _base32(number: int, digits: int) -> str:
    """The last digits of a number, found two by two."""
    odd = digits % 2
    return "".join([_PAIRS[number >> place & 1023] for place in range(5 * (digits + odd - 2), -1, -10)])[odd:]


def run_file(state_dir: Path, run_id: str) -> Path:
    """Where a run's journal is. Raises InputError for an id that is none, such as one that leads out of the folder."""
    if len(run_id) > _LONGEST_ID or not _RUN_ID.fullmatch(run_id):
        raise InputError(Problem("run", f"{run_id!r:.80} is not a run id; expected letters, digits, '-', '_' and '.'"))
    return state_dir / "runs" / f"{run_id}.jsonl"


# --- writing ----------------------------------------------------------------------------------------------------------


@define(eq=False)
class RunJournal:
    """One run's journal being written. An event that cannot be written waits, and is tried again with the next."""

    file: LineFile

    @classmethod
    def create(cls, state_dir: Path, job: Job, *, at_ms: int, beside: Mapping[str, object] = _NONE) -> "RunJournal":
        """Begin the journal of a run that starts at `at_ms`, and keep its catalogue. Raises LinesUnwritable.

        `beside` is, as JSON, what is no part of the job but needed to go on with the run: its judge, its planning.
        Raises InputError where there is a journal of this id with something in it.
        """
        path = run_file(state_dir, job.id)
        save_catalog(state_dir, job.catalog)
        file = LineFile.open(path)
        if file.size:
            file.close()
            raise InputError(Problem("run", f"{job.id!r} has a journal already, {path}; resume it, or take another id"))
        file.append([encode_line({**head_of(job, iso(at_ms), at_ms), **beside})])
        if file.problem:
            raise file.problem
        return cls(file)

    @classmethod
    def resume(cls, state_dir: Path, run_id: str) -> "RunJournal":
        """Go on with the journal of a run that was interrupted. Raises InputError where there is none."""
        path = run_file(state_dir, run_id)
        if not path.exists():
            raise InputError(Problem("run", f"no journal of {run_id!r}: {path} does not exist"))
        return cls(LineFile.open(path))

    def record(self, event: Event) -> LinesUnwritable | None:
        """Append one event, as it is delivered. Never raises; what is returned says why it only waits in memory."""
        self.file.append([encode_line({"v": JOURNAL_VERSION, **event_to_json(event)})])
        return self.file.problem

    def close(self) -> None:
        """Sync and close. Raises LinesUnwritable where the disk took less than everything."""
        try:
            self.file.sync()
        except OSError as error:
            raise LinesUnwritable(self.file.path, error, 0) from error
        finally:
            self.file.close()


@define
class Story:
    """Writes each event into a run's journal, keeps what the books were told, and passes everything on."""

    journal: RunJournal
    listener: Callable[[Moment], None] | None
    kept: list[Entry] = field(factory=list)

    def hear(self, moment: Moment) -> None:
        """Take one event with the commands that it caused."""
        if moment.event is not None:
            self.journal.record(moment.event)
        self.kept += [command.entry for command in moment.commands if isinstance(command, Record)]
        if self.listener:
            self.listener(moment)


# --- reading ----------------------------------------------------------------------------------------------------------


def read_run(state_dir: Path, run_id: str, notice: _Notice) -> RunRecord:
    """Read a run's journal and its catalogue. Raises InputError with what is missing or wrong.

    A torn line is skipped with a notice: the run that died while writing it was resumed from before it, if it was.
    """
    path = run_file(state_dir, run_id)
    try:
        lines = list(read_lines(path, notice))
    except OSError as error:
        raise InputError(Problem("run", f"{run_id!r} cannot be read: {path}: {error.strerror}")) from error
    return read_record(lines, partial(load_catalog, state_dir), str(path))


# --- catalogues -------------------------------------------------------------------------------------------------------


def _catalog_file(state_dir: Path, fingerprint: str) -> Path:
    if not re.fullmatch(r"[0-9a-f]{16}", fingerprint):
        raise InputError(Problem("catalog", f"{fingerprint!r:.40} is not a fingerprint; expected 16 hex digits"))
    return state_dir / "catalogs" / f"{fingerprint}.json"


def save_catalog(state_dir: Path, catalog: Catalog) -> Path:
    """Keep a catalogue under its fingerprint, if it is not kept yet. Raises LinesUnwritable.

    It appears whole or not at all: written and synced under another name first.
    """
    path = _catalog_file(state_dir, catalog.fingerprint)
    if path.exists():
        return path
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(temporary, "xb", opener=private) as file:
            file.write(orjson.dumps(to_json(catalog)))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise LinesUnwritable(path, error, 0) from error
    return path


def load_catalog(state_dir: Path, fingerprint: str) -> Catalog:
    """The catalogue that was kept under this fingerprint. Raises InputError where it is missing, or is another."""
    path = _catalog_file(state_dir, fingerprint)
    try:
        catalog = from_json(Catalog, orjson.loads(path.read_bytes()), str(path))
    except OSError as error:
        raise InputError(Problem("catalog", f"{fingerprint} cannot be read: {path}: {error.strerror}")) from error
    except orjson.JSONDecodeError as error:
        raise InputError(Problem(str(path), f"not JSON: {error}")) from error
    if catalog.fingerprint != fingerprint:
        raise InputError(Problem(str(path), f"its content has the fingerprint {catalog.fingerprint}: it was changed"))
    return catalog

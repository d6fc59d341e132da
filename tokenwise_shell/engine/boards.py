"""Where the processes that share budgets tell each other which seller has a conversation warm: best effort, both ways.

    one machine       an SQLite file beside the ledger
    several machines  the Redis or Valkey server that keeps their budgets

A row is what one seller's model has counted of one beginning of a conversation (`prefixes.Count`), under the
beginning's digest. It lasts as long as the seller's cache, by Unix time, and there are so many at most. Whoever cannot
read or write one in time goes on without: a conversation that nobody knows of is decided as a new one, which costs what
one cold read costs. No money depends on it, so nothing here is repeated, synced or waited for.
"""

import sqlite3
import weakref
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import orjson
import trio
from attrs import define, field

from tokenwise.catalog.attachments import NOTHING_ATTACHED, Attachments
from tokenwise_shell.budgets.holder import Holder
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.config.values import LOCAL
from tokenwise_shell.engine.prefixes import Count, Row

if TYPE_CHECKING:
    from coredis import Redis

    from tokenwise_shell.budgets.shared import SharedHolder

__all__ = ["Board", "FileBoard", "ServerBoard", "board_of"]

# In the file: a day of several agents, of which most rows are gone by their time. A server forgets by itself.
_MOST_ROWS: Final = 20_000
_SWEPT_EVERY: Final = 256

# Longer than another process's row takes to be written.
_BUSY_S: Final = 0.01

# A server on the same network answers within one. After it did not, it is left alone for a while.
_PATIENCE_S: Final = 0.1
_SULK_S: Final = 5.0
_UNDER_WAY: Final = 64

_PREFIX: Final = "tokenwise:warm:"

_CREATED: Final = """
CREATE TABLE IF NOT EXISTS warm (
    end BLOB, provider TEXT, model TEXT, until_ms INTEGER, said BLOB, PRIMARY KEY (end, provider, model)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS until ON warm (until_ms);
"""
_KEEP: Final = "INSERT OR REPLACE INTO warm VALUES (?, ?, ?, ?, ?)"
_EXPIRED: Final = "DELETE FROM warm WHERE until_ms <= ?"
_TOO_MANY: Final = """
DELETE FROM warm WHERE until_ms < (SELECT until_ms FROM warm ORDER BY until_ms DESC LIMIT 1 OFFSET ?)
"""


class Board(Protocol):
    """Where rows are put up for others."""

    async def read(self, ends: Sequence[bytes], now_ms: int) -> Iterable[Row]:
        """What is known of these beginnings; nothing where that cannot be had at once."""
        ...

    def write(self, row: Row, now_ms: int) -> None:
        """Let others know of it, soon or not at all."""
        ...


@define(eq=False)
class FileBoard:
    """The file as one process sees it, opened when it is first needed. To be used by one thread.

    What has been looked for in vain is not looked for again until another process has written.
    """

    path: Path
    most_rows: int = _MOST_ROWS
    _opened: sqlite3.Connection | None = field(default=None, init=False)
    _written: int = field(default=0, init=False)
    _missing: set[bytes] = field(factory=set, init=False)
    _version: int = field(default=0, init=False)

    async def read(self, ends: Sequence[bytes], now_ms: int) -> Iterable[Row]:
        """See `Board`. It takes some microseconds, so nobody is let in between."""
        try:
            db = self._connection()
            (version,) = db.execute("PRAGMA data_version").fetchone()
            if version != self._version or len(self._missing) > self.most_rows:
                self._missing.clear()
                self._version = version
            elif self._missing.issuperset(ends):
                return ()
            marks = ", ".join("?" * len(ends))
            asked = f"SELECT end, provider, model, said FROM warm WHERE end IN ({marks}) AND until_ms > ?"  # noqa: S608 -- question marks
            found = db.execute(asked, (*ends, now_ms)).fetchall()
        except (sqlite3.Error, OSError):
            return ()
        self._missing.update(ends)
        self._missing.difference_update([end for end, *_ in found])
        return _rows((end, (provider, model), said) for end, provider, model, said in found)

    def write(self, row: Row, now_ms: int) -> None:
        """See `Board`."""
        end, seat, count = row
        try:
            db = self._connection()
            db.execute(_KEEP, (end, *seat, count.until_ms, _said(count)))
            self._missing.discard(end)
            self._written += 1
            if self._written % _SWEPT_EVERY == 1:
                db.execute(_EXPIRED, (now_ms,))
                db.execute(_TOO_MANY, (self.most_rows - 1,))
        except (sqlite3.Error, OSError):
            pass

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            db = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            weakref.finalize(self, db.close)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = OFF")
            db.executescript(_CREATED)
            self._opened = db
        return self._opened


@define(eq=False)
class ServerBoard:
    """The server as one replica sees it: a hash for each beginning, which expires with what lasts longest in it."""

    client: "Redis[str]"
    nursery: trio.Nursery
    patience_s: float = _PATIENCE_S
    _silent_until: float = field(default=-1.0, init=False)
    _writing: int = field(default=0, init=False)

    async def read(self, ends: Sequence[bytes], now_ms: int) -> Iterable[Row]:
        """See `Board`. One round trip, cut short where the server is slow."""
        if trio.current_time() < self._silent_until:
            return ()
        found: list[tuple[bytes, tuple[str, str], str]] = []

        async def ask(end: bytes) -> None:
            for seat, said in (await self.client.hgetall(f"{_PREFIX}{end.hex()}")).items():
                provider, _, model = str(seat).partition("\n")
                found.append((end, (provider, model), str(said)))

        await self._try([(ask, end) for end in ends])
        return [row for row in _rows(found) if row[2].until_ms > now_ms]

    def write(self, row: Row, now_ms: int) -> None:
        """See `Board`."""
        if self._writing < _UNDER_WAY and trio.current_time() >= self._silent_until:
            self._writing += 1
            self.nursery.start_soon(self._tell, row, max(1, row[2].until_ms - now_ms))

    async def _tell(self, row: Row, lasts_ms: int) -> None:
        end, seat, count = row
        key = f"{_PREFIX}{end.hex()}"

        async def tell(_: bytes) -> None:
            await self.client.hset(key, {"\n".join(seat): _said(count).decode()})
            await self.client.pexpire(key, lasts_ms)

        try:
            await self._try([(tell, end)])
        finally:
            self._writing -= 1

    async def _try(self, deeds: "Sequence[tuple[Callable[[bytes], Awaitable[None]], bytes]]") -> None:
        """Do these side by side, in time; where that fails, leave the server alone for a while."""
        from coredis.exceptions import RedisError

        done = False
        with trio.move_on_after(self.patience_s):
            try:
                async with trio.open_nursery() as nursery:
                    for deed, end in deeds:
                        nursery.start_soon(deed, end)
                done = True
            except* (RedisError, OSError):
                pass
        if not done:
            self._silent_until = trio.current_time() + _SULK_S


def board_of(settings: Settings, holder: "Holder | SharedHolder") -> Board | None:
    """The board of whoever shares budgets with this process; None where nobody does."""
    if isinstance(holder, Holder):
        ledger = settings.ledger_path
        return FileBoard(ledger.with_name(f"{ledger.name}.warm")) if settings.budget_store == LOCAL else None
    from tokenwise_shell.budgets.redis_store import RedisStore  # most processes share with nobody

    store = holder.slices.store
    return ServerBoard(store.client, holder.nursery) if isinstance(store, RedisStore) else None


def _said(count: Count) -> bytes:
    held = count.attachments
    return orjson.dumps(
        [
            count.tokens,
            [held.images, held.small_images, held.unmeasured],
            count.warm,
            count.until_ms,
            count.paused,
        ]
    )


def _rows(found: Iterable[tuple[bytes, tuple[str, str], bytes | str]]) -> list[Row]:
    """The rows that can be read: another version may have written another form."""
    rows: list[Row] = []
    for end, seat, said in found:
        try:
            tokens, held, warm, until_ms, paused = orjson.loads(said)
            attached = Attachments(*map(int, held)) if any(held) else NOTHING_ATTACHED
            rows.append((end, seat, Count(int(tokens), attached, int(warm), int(until_ms), bool(paused))))
        except (ValueError, TypeError):
            continue
    return rows

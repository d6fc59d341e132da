"""Budgets that replicas share: a Redis or Valkey server, one atomic script for each step.

    async with open_store("redis://host:6379/0") as store:
        await store.open("process 2026-11-21", limit)
        match await store.reserve(run_id, attempt, amount, scopes): ...
        store.settle(run_id, attempt, cost)

Every request carries its hold's name and may be repeated, so a connection that breaks between the deed and its answer
does no harm. `settle` never waits: it is delivered in the background and tried again until the server has taken it.
Where the server cannot be reached nothing is granted, unless the policy is to fail open; then everything is, and
`ungoverned` counts it.

The server must keep what it was told (`appendonly yes`, and `appendfsync always` against the loss of its power).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import trio
from attrs import define, field
from coredis import Redis
from coredis.commands.script import Script
from coredis.exceptions import RedisError

from tokenwise.budgets.backing import Backing
from tokenwise.budgets.budget import Budget, Hold, Short
from tokenwise.errors import InputError, Problem
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.answers import Granted, NotHeld, keep
from tokenwise_shell.budgets.local_store import Row
from tokenwise_shell.budgets.redis_scripts import (
    ADOPT,
    CORRECT,
    EXACT,
    MINT,
    OPEN,
    PREFIX,
    RESERVE,
    SETTLE,
    SHUT,
)

__all__ = ["HOLD_MS", "RedisStore", "open_store", "rows_at"]

HOLD_MS: Final = 15 * 60_000
"""A hold older than this is charged in full. Longer than any call may take; see `policy.timeout_ms`."""

_REMEMBERED_MS: Final = 60 * 60_000
_PATIENCE_S: Final = 2.0  # for one request; a caller waits no longer than that to hear that money cannot be had
_MOMENT_S: Final = 0.25
_PAUSE_S: Final = 0.05
_SULK_S: Final = 1.0  # after a request without an answer: so long nobody takes slices, and no queue forms behind that
_FORGOTTEN_MS: Final = 7 * 86_400_000  # a week after its window a budget's figures are of no use to anybody
_STOOD: Final = 4096  # budgets whose last figures are remembered
_CARRIERS: Final = 16  # settlements under way at the same time: one sync of the server's disk serves them all

_Place = tuple[str, AttemptId]
_NUMBERS: Final = ("limit", "spent", "held", "overrun")


@define(eq=False)
class RedisStore:
    """The store as one replica sees it. Get one from `open_store`.

    `stood` is how budgets stood when the server last said something of them: whenever it holds or settles.
    """

    client: "Redis[str]"
    fail_open: bool
    hold_ms: int
    patience_s: float
    ungoverned: int = 0
    undelivered: int = 0
    stood: dict[str, Budget] = field(factory=dict)
    _scripts: "dict[str, Script[str]]" = field(factory=dict)
    _send: "trio.MemorySendChannel[tuple[_Place, Nanodollars]]" = field(init=False)
    _asking: dict[_Place, trio.Event] = field(factory=dict)
    _unheld: dict[_Place, tuple[str, ...]] = field(factory=dict)
    _silent_until: float = -1.0
    _delivered: trio.Event = field(factory=trio.Event)

    async def open(
        self,
        scope: str,
        limit: Nanodollars,
        *,
        spent: Nanodollars = Nanodollars(0),  # noqa: B008 -- a NewType of int
        ends_ms: int | None = None,
    ) -> bool:
        """Set a budget's limit. `spent` counts only where no replica has opened it before. False without an answer.

        Raises InputError for a limit that the server cannot count exactly.
        """
        if max(limit, spent) >= EXACT:
            raise InputError(Problem(scope, f"a shared budget counts up to {EXACT} nano-dollars exactly"))
        forgotten = 0 if ends_ms is None else ends_ms + _FORGOTTEN_MS
        told = await self._run(OPEN, scope, limit, spent, forgotten, 0)
        self._hear((scope,), told or ())
        return told is not None

    async def raise_to(self, scope: str, limit: Nanodollars, *, spent: Nanodollars, ends_ms: int | None) -> bool:
        """Give a budget a higher limit, for everybody, until its window ends. False without an answer."""
        forgotten = 0 if ends_ms is None else ends_ms + _FORGOTTEN_MS
        return await self._run(OPEN, scope, 0, spent, forgotten, limit) is not None

    async def reserve(
        self, run_id: str, attempt: AttemptId, amount: Nanodollars, scopes: tuple[str, ...], *, share: int = 1
    ) -> Granted | NotHeld:
        """Hold the amount in all of these budgets, or in none. Raises KeyError for a scope that nobody has opened.

        It may be at most one part in `share` of what each has left.

        Cancelled, or without an answer, the hold is given back as soon as the server can be told.
        """
        place, scopes = (run_id, attempt), tuple(dict.fromkeys(scopes))
        self._asking[place] = trio.Event()
        over = False
        try:
            answer = await self._run(RESERVE, _name(place), amount, self.hold_ms, share, *scopes)
            over = answer is not None or self.fail_open  # then the call is made, and is settled at what it costs
        finally:
            self._asking.pop(place).set()
            if not over:
                self.settle(run_id, attempt, Nanodollars(0))
        return self._told(answer, place, amount, scopes)

    def _told(
        self, answer: list[Any] | None, place: _Place, amount: Nanodollars, scopes: tuple[str, ...]
    ) -> Granted | NotHeld:
        match answer:
            case None if self.fail_open:
                self.ungoverned += 1
                self._unheld[place] = scopes
                return Granted(Hold(amount), governed=False)
            case None:
                return NotHeld.unasked(amount)
            case [1, *numbers]:
                self._hear(scopes, numbers)
                return Granted(Hold(amount))
            case refusal:
                return NotHeld.of(_refused(refusal, amount, scopes), None)

    def _hear(self, scopes: Sequence[str], numbers: Sequence[Any]) -> None:
        """How these budgets stand, four numbers each, of which those that nobody has opened have none."""
        for index, scope in enumerate(scopes):
            if any(told := numbers[4 * index : 4 * index + 4]):
                keep(self.stood, scope, Budget(*(Nanodollars(int(number)) for number in told)), most=_STOOD)

    # --- budgets that stand on others --------------------------------------------------------------------------------

    async def mint(self, scope: str, amount: Nanodollars, backing: Backing) -> Short | None:
        """See `nested.Budgets.mint`. Raises KeyError for a parent that nobody has opened, TimeoutError."""
        ends_ms, parents = backing.expires_ms, backing.parents
        told = _answer(await self._run(MINT, scope, amount, ends_ms, ends_ms + _FORGOTTEN_MS, *parents))
        return None if told[0] == 1 else _refused(told, amount, parents)

    async def adopt(self, scope: str, begun: Budget, backing: Backing) -> None:
        """See `nested.Budgets.adopt`. Raises KeyError for a parent that nobody has opened, TimeoutError."""
        ends_ms, parents = backing.expires_ms, backing.parents
        terms = (scope, begun.limit, begun.spent, ends_ms, ends_ms + _FORGOTTEN_MS)
        told = _answer(await self._run(ADOPT, *terms, *parents))
        if told[0] != 1:
            raise KeyError(parents[int(told[1]) - 1])

    async def shut(self, scope: str) -> None:
        """Give back what is left of a voucher, and of all that is cut from it, by whom ever. Raises TimeoutError."""
        _answer(await self._run(SHUT, scope, scope.partition(" ")[0] + "."))

    async def backing(self, scope: str) -> Backing | None:
        """What a budget stands on; None where nobody has opened it. Raises TimeoutError."""
        asked = partial(self.client.hmget, f"{PREFIX}budget:{scope}", ["parents", "closed"])
        parents, closed = _answer(await self._asked(asked))
        return None if closed is None else Backing(tuple((parents or "").splitlines()), 0, closed == "1")

    async def _run(self, script: str, *arguments: object) -> list[Any] | None:
        """What a script answers, None where the server does not."""
        run = self._scripts.get(script) or self._scripts.setdefault(script, self.client.register_script(script))
        return await self._asked(lambda: run([f"{PREFIX}due"], [str(argument) for argument in arguments]))

    async def _asked(self, ask: Callable[[], Any]) -> list[Any] | None:
        """The server's answer; None if there was none in time, which is a moment where it was silent just before."""
        silent = trio.current_time() < self._silent_until
        with trio.move_on_after(_MOMENT_S if silent else self.patience_s):
            while True:
                try:
                    answer: list[Any] = await ask()
                except (RedisError, OSError):
                    await trio.sleep(_PAUSE_S)
                else:
                    self._silent_until = -1.0
                    return answer
        self._silent_until = trio.current_time() + _SULK_S
        return None

    def settle(self, run_id: str, attempt: AttemptId, cost: Nanodollars) -> None:
        """Close the attempt's hold at this cost, soon and surely. What was refused may be settled at no cost."""
        self.undelivered += 1
        self._send.send_nowait(((run_id, attempt), cost))

    async def delivered(self) -> None:
        """Return once the server has taken every settlement so far."""
        while self.undelivered:
            await self._delivered.wait()

    async def correct(self, name: str, scopes: tuple[str, ...], by: int, over: int) -> bool:
        """Book, once for this name, that a settled cost is stated anew; False without an answer. See `budget.correct`.

        Budgets that nobody has opened are left alone: whoever opens them knows what the ledger says.
        """
        return await self._run(CORRECT, f"correction/{name}", by, over, _REMEMBERED_MS, *scopes) is not None

    async def balance(self, scope: str) -> Budget:
        """How a budget stands. Raises KeyError for one that nobody has opened, RedisError without a server."""
        told = await self.client.hgetall(f"{PREFIX}budget:{scope}")
        return Budget(*(Nanodollars(int(told[name])) for name in _NUMBERS))

    async def available(self, scopes: tuple[str, ...]) -> Nanodollars:
        """What the tightest of these budgets has left, 0 where that cannot be found out; without any, 0 too."""
        if trio.current_time() < self._silent_until:
            return Nanodollars(0)
        with trio.move_on_after(self.patience_s):
            try:
                return min([(await self.balance(scope)).available for scope in scopes], default=Nanodollars(0))
            except (RedisError, OSError, KeyError):
                pass
        return Nanodollars(0)

    async def deliver(self, settlements: "trio.MemoryReceiveChannel[tuple[_Place, Nanodollars]]") -> None:
        """Take settlements to the server, one after the other, for as long as there may be any."""
        async for place, cost in settlements:
            if place in self._asking:
                await self._asking[place].wait()  # else the reserve might come after its own settlement
            while not await self._booked(place, cost):
                pass
            self.undelivered -= 1
            self._delivered.set()
            self._delivered = trio.Event()

    async def _booked(self, place: _Place, cost: Nanodollars) -> bool:
        told = await self._run(SETTLE, _name(place), cost, _REMEMBERED_MS, *self._unheld.get(place, ()))
        if told is None:
            return False
        self._unheld.pop(place, None)
        first, last = 2, 2 + int(told[1])
        self._hear(told[first:last], told[last:])
        return True


def _answer(told: list[Any] | None) -> list[Any]:
    if told is None:
        raise TimeoutError
    return told


def _refused(told: list[Any], amount: Nanodollars, scopes: tuple[str, ...]) -> Short:
    """A refusal of this amount, as scripts answer it. Raises KeyError for a scope that nobody has opened."""
    kind, index, *numbers = told
    scope = scopes[int(index) - 1]
    if kind == -1:
        raise KeyError(scope)
    left, held, limit, spent = (Nanodollars(int(number)) for number in numbers)
    return Short(amount, left, held, scope, limit=limit, spent=spent)


def _name(place: _Place) -> str:
    run_id, attempt = place
    return f"{run_id}/{attempt}"


@asynccontextmanager
async def open_store(
    url: str,
    *,
    fail_open: bool = False,
    hold_ms: int = HOLD_MS,
    patience_s: float = _PATIENCE_S,
    farewell_s: float = _PATIENCE_S,
) -> AsyncIterator[RedisStore]:
    """A store, while the block runs, whose server has `patience_s` seconds for each answer.

    At its end, settlements are delivered for `farewell_s` seconds at most. What is not delivered by then expires on the
    server and counts as spent in full. Raises InputError where the server cannot be reached at the start and the policy
    is not to fail open: a limit that cannot be enforced refuses to start.
    """
    address = url.replace("valkey://", "redis://", 1).replace("valkeys://", "rediss://", 1)
    send, receive = trio.open_memory_channel[tuple[_Place, Nanodollars]](float("inf"))
    client: Redis[str] = Redis.from_url(address, decode_responses=True)
    async with _reached(client, url, patience_s, needed=not fail_open), trio.open_nursery() as nursery:
        store = RedisStore(client, fail_open, hold_ms, patience_s)
        store._send = send  # noqa: SLF001 -- the channel belongs to the block
        for _ in range(_CARRIERS):
            nursery.start_soon(store.deliver, receive)
        try:
            yield store
        finally:
            with trio.move_on_after(farewell_s, shield=True):
                await store.delivered()
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def _reached(client: "Redis[str]", url: str, patience_s: float, *, needed: bool) -> AsyncIterator[None]:
    problem: Exception | None = None
    async with client:
        if needed:
            problem = await _problem_with(client, patience_s)
        if problem is None:
            yield
    if problem:  # raised here and not within, where the client would make a group of it
        # The address may hold a password, so no more of it is shown than where it leads.
        place = urlsplit(url)
        where = f"{place.hostname}:{place.port or 6379}"
        raise InputError(Problem("budget_store", f"{where} cannot be reached, or refuses to be asked")) from problem


async def _problem_with(client: "Redis[str]", patience_s: float) -> Exception | None:
    try:
        with trio.fail_after(patience_s):
            await client.ping()
    except (RedisError, OSError, trio.TooSlowError) as error:
        return error
    return None


def rows_at(url: str, notice: Callable[[str], None]) -> dict[str, Row]:
    """Every budget there, by scope, for people to see; nothing, with a notice, where the server cannot be asked."""
    start = f"{PREFIX}budget:"

    async def read() -> dict[str, Row]:
        found = {}
        async with open_store(url) as store:
            async for name in store.client.scan_iter(match=f"{start}*"):
                scope = str(name).removeprefix(start)
                found[scope] = Row(await store.balance(scope))
        return found

    try:
        return trio.run(read)
    except (InputError, RedisError, OSError) as error:
        notice(f"{error}; this is what the ledger says")
        return {}

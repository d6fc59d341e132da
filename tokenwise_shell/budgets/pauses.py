"""Calls that wait for somebody to raise a limit: `on_limit: pause`.

The run hears nothing meanwhile, so no status is sent to its client; it goes on as if nothing had been, or is refused
after all. One that leaves is forgotten. The store is asked again twice a second, so it does not matter which process
raises the limit, or whether the window ends first.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import trio
from attrs import define, evolve, field

from tokenwise.budgets.nested import Place
from tokenwise.money import format_usd
from tokenwise_shell.budgets.answers import Answer, Granted, NotHeld

__all__ = ["MOST_WAITING", "Board", "Pauses"]

MOST_WAITING: Final = 64
"""So many calls of one process wait at most; who comes then is refused, as without a pause."""

_EVERY_S: Final = 0.5

_LOG: Final = logging.getLogger("tokenwise.limits")


class Board(Protocol):
    """Where it stands for other processes to see that a call waits."""

    def waits(self, place: Place, refused: NotHeld, at_ms: int) -> None:
        """It waits from now on."""
        ...

    def goes_on(self, place: Place) -> None:
        """It waits no more."""
        ...


@define(eq=False)
class Pauses:
    """Those of one process. `board` shows them to others; `now_ms` is Unix time."""

    nursery: trio.Nursery
    timeout_s: float
    now_ms: Callable[[], int]
    board: Board | None = None
    most: int = MOST_WAITING
    waiting: dict[Place, NotHeld] = field(factory=dict)
    _scopes: dict[Place, trio.CancelScope] = field(factory=dict)
    _given_up: set[Place] = field(factory=set)

    def begin(
        self, place: Place, refused: NotHeld, ask: Callable[[], Awaitable[Granted | NotHeld]], answer: Answer
    ) -> None:
        """Answer once `ask` is granted something, refused by a limit that does not pause, or the time is over."""
        if len(self.waiting) >= self.most:
            answer(evolve(refused, pauses=False))
            return
        self.waiting[place], self._scopes[place] = refused, trio.CancelScope()
        if self.board:
            self.board.waits(place, refused, self.now_ms())
        _LOG.warning("%s", _said(refused, self.timeout_s))
        self.nursery.start_soon(self._wait, place, ask, answer)

    def leave(self, place: Place) -> bool:
        """Nobody wants this call any more. Say whether it was waiting; then it holds nothing, and hears nothing."""
        if not self.waiting or place not in self.waiting:
            return False
        self._scopes[place].cancel(reason="the client has left")
        self._end(place)
        return True

    def refuse(self, scope: str) -> None:
        """Somebody has been asked and will not raise this budget: what waits for it is refused within a moment."""
        self._given_up |= {place for place, told in self.waiting.items() if told.scope == scope}

    async def _wait(self, place: Place, ask: Callable[[], Awaitable[Granted | NotHeld]], answer: Answer) -> None:
        scope = self._scopes[place]
        told: Granted | NotHeld = self.waiting[place]
        with scope, trio.move_on_after(self.timeout_s):
            while isinstance(told, NotHeld) and told.pauses and place not in self._given_up:
                await trio.sleep(_EVERY_S)
                told = await ask()
        if scope.cancelled_caught or place not in self.waiting:
            return
        self._end(place)
        _LOG.warning("%s", _ended(told))
        answer(evolve(told, pauses=False) if isinstance(told, NotHeld) else told)

    def _end(self, place: Place) -> None:
        del self.waiting[place], self._scopes[place]
        self._given_up.discard(place)
        if self.board:
            self.board.goes_on(place)


def _said(refused: NotHeld, timeout_s: float) -> str:
    needed, left = format_usd(refused.needed), format_usd(refused.available)
    owner = refused.scope.rpartition(" ")[0]
    return (
        f"paused: the budget {refused.scope} has {left} left of the {needed} needed; "
        f"`tw limits raise {owner} --to USD` lets the call go on, else it is refused in {timeout_s:g} s"
    )


def _ended(told: Granted | NotHeld) -> str:
    return "a paused call goes on" if isinstance(told, Granted) else f"a paused call is refused: {told.scope}"

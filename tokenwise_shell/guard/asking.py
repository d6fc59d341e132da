"""`--on-limit ask`: a question on the terminal while a call waits, and the answer put in force.

A command that has the terminal to itself (raw mode) is stopped meanwhile, as a shell's job is, and told to draw anew.
"""

import os
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

import trio
from attrs import define, field

from tokenwise.errors import InputError
from tokenwise.money import Nanodollars, parse_usd
from tokenwise_shell.budgets.answers import NotHeld
from tokenwise_shell.budgets.changes.raising import write_down
from tokenwise_shell.budgets.pauses import Pauses
from tokenwise_shell.client import Client
from tokenwise_shell.guard.child import Child
from tokenwise_shell.guard.scopes import Scope
from tokenwise_shell.show.render import usd

__all__ = ["Asker"]

_LOOK_S: Final = 0.2
# Those who wait ask the store twice a second.
_HEARD_S: Final = 1.5

_LOCAL_MODES: Final = 3
"""Where termios has the flags of which ICANON is one."""


@define(eq=False)
class Asker:
    """Asks on one terminal, one question at a time."""

    child: Child
    terminal: int
    _usual: list[object] = field(init=False)

    @classmethod
    def on_terminal(cls, child: Child) -> "Asker":
        """One who asks on the terminal of this process. Raises OSError where there is none."""
        return cls(child, os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC))

    @_usual.default
    def _as_it_is(self) -> list[object]:
        return list(termios.tcgetattr(self.terminal))

    async def watch(self, client: Client, scope: Scope) -> None:
        """Ask whenever a call begins to wait for this cap, until cancelled."""
        pauses = client.holder.pauses
        assert pauses is not None, "a client that is open has somewhere to wait"
        while True:  # the one who waits says so to nobody but other processes
            await trio.sleep(_LOOK_S)
            waiting = [told for told in pauses.waiting.values() if told.scope == scope.terms.scope]
            if not waiting:
                continue
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_until_nobody_waits, pauses, scope, nursery.cancel_scope)
                to = await self._answer(scope, waiting[0])
                if to is None:
                    pauses.refuse(scope.terms.scope)
                else:
                    await self._raise(client, scope, to)
                await trio.sleep(_HEARD_S)  # or until nobody waits, having heard of it
                nursery.cancel_scope.cancel(reason="what is still waiting needs another answer")

    async def _raise(self, client: Client, scope: Scope, to: Nanodollars) -> None:
        name, ledger = scope.terms.scope, client.workspace.settings.ledger_path
        await trio.to_thread.run_sync(partial(write_down, ledger, name, to, client.interpreter.now_ms()))
        client.limits.raise_to(name, to)

    async def _answer(self, scope: Scope, told: NotHeld) -> Nanodollars | None:
        """The new cap; None where there is to be none."""
        with self._to_ourselves():
            spent, cap = usd(scope.tally.total.spent), usd(scope.budget)
            least = usd(max(scope.budget - told.available, 0) + told.needed)
            self._write(f"\ntw guard: {spent} of {cap} is spent, and a call waits that may cost {usd(told.needed)}.\n")
            while True:
                self._write(f"Raise the budget to how many dollars? ({least} will do; Enter refuses the call) ")
                said = await self._line()
                if not said or said.lower() in ("n", "no"):
                    return None
                try:
                    to = parse_usd(said)
                except InputError as error:
                    self._write(f"{error.problems[0].message}\n")
                    continue
                if to > scope.budget:
                    return to
                self._write(f"{usd(to)} is no more than there is\n")

    async def _line(self) -> str:
        await trio.lowlevel.wait_readable(self.terminal)
        return os.read(self.terminal, 4096).decode(errors="replace").strip()

    def _write(self, text: str) -> None:
        os.write(self.terminal, text.replace("\n", "\r\n").encode())

    @contextmanager
    def _to_ourselves(self) -> Iterator[None]:
        """Have the terminal read whole lines, and let nobody else read them who reads single keys."""
        before = termios.tcgetattr(self.terminal)
        raw = not before[_LOCAL_MODES] & termios.ICANON
        if raw:
            self.child.signal(signal.SIGSTOP)
            termios.tcsetattr(self.terminal, termios.TCSADRAIN, self._usual)  # type: ignore[arg-type] # as it was read
        try:
            yield
        finally:
            if raw:
                termios.tcsetattr(self.terminal, termios.TCSADRAIN, before)
                self.child.signal(signal.SIGCONT)
                self.child.signal(signal.SIGWINCH)


async def _until_nobody_waits(pauses: Pauses, scope: Scope, asking: trio.CancelScope) -> None:
    """A call may be refused, or its client leave, before anybody has answered."""
    while any(told.scope == scope.terms.scope for told in pauses.waiting.values()):  # noqa: ASYNC110 -- as above
        await trio.sleep(_LOOK_S)
    asking.cancel(reason="nobody waits for an answer any more")

"""The guarded command as a process, and a watchdog that lets nothing of it outlive the guard.

    guard ── watchdog ── command ── whatever that starts

The watchdog is forked before the guard has threads. It starts the command when it is told to, in the terminal's
foreground like any other, and reports how it ended. Once the guard is dead, by whatever cause, it ends the command and
all that descends from it: on Linux as a subreaper, which inherits every orphan below it (prctl(2),
PR_SET_CHILD_SUBREAPER); elsewhere the command alone. The command dies with the watchdog too (PR_SET_PDEATHSIG).
"""

import ctypes
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from attrs import define, field, frozen

__all__ = ["SIGNALS", "Child", "Ended", "Start"]

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""What would end a process that does not watch for it. The guard passes them on, and outlives its child."""

_GO: Final = b"G"
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36

# What the command has to end in order once the guard is dead: to give a terminal back its settings, for example.
_MERCY_S: Final = 1.0

# How often adopted orphans are buried, and where the system has no descriptor for a process, how late an end is seen.
_LOOK_S: Final = 0.5


@frozen
class Start:
    """What is to be started. `closing` are descriptors of the guard's that are not the watchdog's affair."""

    program: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    closing: tuple[int, ...] = ()


@frozen
class Ended:
    """How the command ended: its exit code, or -N for signal N; `trouble` where it could not be started at all."""

    code: int
    trouble: str = ""

    @property
    def exit_code(self) -> int:
        """As a shell has it: 128 and the signal's number; 126 for what cannot be started."""
        if self.trouble:
            return 126
        return 128 - self.code if self.code < 0 else self.code


@define
class Child:
    """The guard's end of the line to the watchdog."""

    _line: socket.socket
    watchdog: int
    _heard: bytes = b""

    @classmethod
    def fork(cls, start: Start) -> "Child":
        """Fork the watchdog. Signals are set aside first, and as they were for the command itself."""
        before: dict[int, object] = {number: signal.getsignal(number) for number in SIGNALS}
        for number in SIGNALS:
            signal.signal(number, _pass)
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            _watch(theirs, start, before)
        theirs.close()
        return cls(ours, pid)

    def go(self) -> None:
        """Start the command."""
        self._send(_GO)

    def signal(self, number: int) -> None:
        """Send the command this signal."""
        self._send(bytes([number]))

    def _send(self, word: bytes) -> None:
        with suppress(OSError):  # the watchdog has ended, and why it has is on the line
            self._line.sendall(word)

    async def ended(self) -> Ended:
        """Wait for its end."""
        import trio

        self._line.setblocking(False)
        while True:
            await trio.lowlevel.wait_readable(self._line)
            heard = self._line.recv(4096)
            if not heard:
                return self._read()
            self._heard += heard

    def wait(self) -> Ended:
        """Wait for its end, where no event loop runs."""
        while heard := self._line.recv(4096):
            self._heard += heard
        return self._read()

    def close(self) -> None:
        """End the line, and with it what may still run, and bury the watchdog."""
        self._line.close()
        with suppress(ChildProcessError):
            os.waitpid(self.watchdog, 0)

    def _read(self) -> Ended:
        if len(self._heard) < _WORD.size:
            return Ended(1, "the watchdog has died, and the command with it")
        (code,) = _WORD.unpack(self._heard[: _WORD.size])
        return Ended(code, self._heard[_WORD.size :].decode())


_WORD: Final = struct.Struct("!i")


def _pass(_number: int, _frame: object) -> None:
    """Until the event loop listens for signals, they are only not to end the guard."""


# --- the watchdog -----------------------------------------------------------------------------------------------------


def _watch(line: socket.socket, start: Start, before: Mapping[int, object]) -> NoReturn:
    """Start the command when told to, report its end; where the line breaks before that, end everything."""
    code = 1
    try:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for descriptor in start.closing:
            os.close(descriptor)
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        if line.recv(1) == _GO:
            _carry_out(line, start, before)
        code = 0
    finally:
        os._exit(code)  # nothing of the guard's own is to be ended here a second time


def _carry_out(line: socket.socket, start: Start, before: Mapping[int, object]) -> None:
    pid, trouble = _started(start, before)
    watched = _Watched(pid)
    while watched.code is None:
        if line in watched.wait(line):
            word = line.recv(1)
            if not word:
                _end_all(pid)
                return
            with suppress(ProcessLookupError):
                os.kill(pid, word[0])
        watched.look()
    line.sendall(_WORD.pack(watched.code) + trouble().encode())


def _started(start: Start, before: Mapping[int, object]) -> tuple[int, Callable[[], str]]:
    """The command's process, and what to ask, once it has ended, for why it could not be started."""
    reading, writing = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(start, before, parent, writing)
    os.close(writing)

    def trouble() -> str:
        with os.fdopen(reading, "rb") as said:
            return said.read().decode()

    return pid, trouble


def _become(start: Start, before: Mapping[int, object], parent: int, writing: int) -> NoReturn:
    try:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:  # else it died before the line above could hold
            for number in SIGNALS:
                ignored = before[number] is signal.SIG_IGN
                signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.execve(start.program, start.command, dict(start.environ))  # noqa: S606 -- the user's own command
    except OSError as error:
        os.write(writing, (error.strerror or str(error)).encode())
    finally:
        os._exit(126)


@define
class _Watched:
    """The command as the watchdog sees it. `code` is None while it runs."""

    pid: int
    code: int | None = None
    _descriptor: int | None = field(init=False)

    @_descriptor.default
    def _opened(self) -> int | None:
        try:
            return os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            return None

    def wait(self, line: socket.socket) -> list[socket.socket | int]:
        """What can be read: the line, the command's end; nothing after a moment."""
        watched: list[socket.socket | int] = [line] if self._descriptor is None else [line, self._descriptor]
        return select.select(watched, [], [], _LOOK_S)[0]

    def look(self) -> None:
        """Bury whoever has ended, adopted orphans too."""
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == self.pid:
                    self.code = os.waitstatus_to_exitcode(found[1])


def _end_all(pid: int) -> None:
    """End every descendant: those in order that can, and then all, those too that their parents leave behind."""
    _tell(signal.SIGTERM, pid)
    ends = time.monotonic() + _MERCY_S
    while _bury() and time.monotonic() < ends:
        time.sleep(0.02)
    while _bury():
        _tell(signal.SIGKILL, pid)
        time.sleep(0.005)


def _tell(number: int, pid: int) -> None:
    for each in {pid, *_children()}:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(each, number)


def _bury() -> bool:
    """Bury whoever has ended, and say whether there is anybody else. A process that is not buried keeps its number."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _children() -> list[int]:
    """The processes whose parent this is; none where the system does not show them so."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The second field is a name in brackets, with anything in it; the parent is the second one after it.
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                found.append(int(entry.parent.name))
    return found


def _prctl(option: int, value: int) -> None:
    """Tell the kernel, where it is one that can be told."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)

"""Several processes behind one port: who watches over them, replaces one that dies, and passes signals on.

They share the listening socket, so none is lost with a process that dies before it has accepted it; who has more
connections than others lets them go first (`Shares`). The watcher serves nothing and has no event loop: it waits for
signals and deaths. It forks, so the catalogue that was read at the start is in memory once.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from mmap import mmap
from typing import Final

from attrs import define, field

__all__ = ["Herd", "Shares", "has_terminal"]

_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)
_WATCHED: Final = (*_ENDINGS, signal.SIGCHLD, signal.SIGHUP)

# A worker that lives for less than this has failed at its start; the next one is given more time to be of use.
_SHORT_S: Final = 5.0
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0

# What a worker ends with where another would end likewise: bad input, nobody to call. See the exit codes of `tw`.
_HOPELESS: Final = (2, 5)


_NOBODY: Final = (1 << 32) - 1

# So many connections more than the least any has are no reason to wait.
_SLACK: Final = 1


def has_terminal() -> bool:
    """Whether this process has a terminal, and it is there. One that was closed sends SIGHUP, as who wants a reload."""
    with suppress(OSError):
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        return True
    return False


@define(eq=False)
class Herd:
    """The workers of one proxy.

    `work` is what each does, given a descriptor that becomes readable once the watcher is dead; it returns the exit
    code of its process. `told` hears, in words, of workers that died; `buried` of the id and the `place` of each that
    has ended: places are numbers from 0, which whoever takes over inherits. `ending` is called before they are told to
    end. `reloaded` says that what they were to serve by has been read anew since the start: a worker that is born then
    has to read it too.
    """

    size: int
    work: Callable[[int], int]
    told: Callable[[str], None]
    buried: Callable[[int, int], None]
    ending: Callable[[], None]
    reloaded: bool = field(default=False, init=False)
    place: int = field(default=-1, init=False)
    _places: dict[int, int] = field(factory=dict, init=False)
    _born_s: dict[int, float] = field(factory=dict, init=False)
    _due_s: list[float] = field(factory=list, init=False)
    _pause_s: float = field(default=_FIRST_PAUSE_S, init=False)
    _lifeline: tuple[int, int] = field(factory=os.pipe, init=False)

    def run(self) -> int:
        """Watch until a signal comes and all have ended; gives 0, 130 after Ctrl-C, or a worker's hopeless code.

        This returns in every process, as a fork does. In a worker it returns what `work` did, and `watching` is false.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        self._due_s = [time.monotonic()] * self.size
        from_terminal = has_terminal()
        while True:
            if self._start_due():
                return self._worker()
            came = self._next_signal()
            for pid, code, lived_s in self._ended():
                if code in _HOPELESS:
                    self._end()
                    return code
                self._replace(pid, code, lived_s)
            if came == signal.SIGHUP and (has_terminal() or not from_terminal):
                self.reloaded = True
                self._tell(signal.SIGHUP)  # each reads the configuration anew
            elif came in (*_ENDINGS, signal.SIGHUP):
                self._end()
                return 130 if came == signal.SIGINT else 0

    @property
    def watching(self) -> bool:
        """Whether this is the process that watches over the others."""
        return self._lifeline[1] >= 0

    # --- a worker -----------------------------------------------------------------------------------------------------

    def _worker(self) -> int:
        # Ctrl-C reaches every process of the terminal's group; workers hear of it from the watcher alone, and once.
        os.setpgid(0, 0)
        os.close(self._lifeline[1])
        self._lifeline = self._lifeline[0], -1
        # SIGHUP waits until there is somebody to hear it: by itself it would end the process.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {*_WATCHED} - {signal.SIGHUP})
        return self.work(self._lifeline[0])

    # --- the watcher --------------------------------------------------------------------------------------------------

    def _start_due(self) -> bool:
        """Start those whose time has come, and say whether this is one of them."""
        while self._due_s and self._due_s[0] <= time.monotonic():
            self._due_s.pop(0)
            self.place = min(set(range(self.size)) - {*self._places.values()})
            pid = os.fork()
            if pid == 0:
                return True
            self._places[pid], self._born_s[pid] = self.place, time.monotonic()
        return False

    def _next_signal(self) -> int | None:
        """Wait for a signal, or until a worker is due."""
        if not self._due_s:
            return signal.sigwaitinfo(_WATCHED).si_signo
        found = signal.sigtimedwait(_WATCHED, max(0.0, self._due_s[0] - time.monotonic()))
        return found.si_signo if found else None

    def _ended(self) -> Iterator[tuple[int, int, float]]:
        """Workers that have ended, each with its exit code, negative for a signal, and how long it lived."""
        while self._born_s:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self.buried(pid, self._places.pop(pid))
            lived_s = time.monotonic() - self._born_s.pop(pid)
            yield pid, os.waitstatus_to_exitcode(status), lived_s

    def _replace(self, pid: int, code: int, lived_s: float) -> None:
        self._pause_s = min(_LONGEST_PAUSE_S, 2 * self._pause_s) if lived_s < _SHORT_S else _FIRST_PAUSE_S
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        self.told(f"worker {pid} has ended {how}; another starts in {self._pause_s:g} s")
        self._due_s = sorted((*self._due_s, time.monotonic() + self._pause_s))

    def _end(self) -> None:
        """End all workers in order, and at once at a second signal."""
        self.ending()
        self._tell(signal.SIGTERM)
        while self._born_s:
            for _ in self._ended():
                pass
            if self._born_s and signal.sigwaitinfo(_WATCHED).si_signo in _ENDINGS:
                self._tell(signal.SIGTERM)

    def _tell(self, number: int) -> None:
        for pid in self._born_s:
            os.kill(pid, number)


@define(eq=False)
class Shares:
    """How many connections each of several processes has open, in memory that they share since before they were born.

    `place` is this one's. Who has more than others lets them accept what waits: whoever wakes first takes all else.
    """

    counts: memoryview
    place: int = 0

    @classmethod
    def of(cls, size: int) -> "Shares":
        """For so many, of whom nobody serves yet."""
        shares = cls(memoryview(mmap(-1, 4 * size)).cast("I"))
        for place in range(size):
            shares.end(place)
        return shares

    def begin(self) -> None:
        """This one serves from now on."""
        self.counts[self.place] = 0

    def end(self, place: int) -> None:
        """Whoever had this place serves no more."""
        self.counts[place] = _NOBODY

    def add(self, connections: int) -> None:
        """So many connections more, or less."""
        self.counts[self.place] += connections

    @property
    def has_more(self) -> bool:
        """Whether another should have the next one."""
        return self.counts[self.place] > min(self.counts) + _SLACK

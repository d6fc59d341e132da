"""The same pieces of work here, in several processes, or through dask, with the same result to the last byte.

A task is a piece of the workload under one seed: every variant is simulated on it, and its tallies are merged in the
order of the pieces. What a piece is does not depend on the engine, so neither does the result.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol, TypeVar

from attrs import frozen

from tokenwise.errors import InputError, Problem
from tokenwise.simulation.surveys import Group, Setting, simulate
from tokenwise.simulation.tally import Tally, merge
from tokenwise.simulation.workload import Variant
from tokenwise_shell.simulate.workload_files import Piece, Source

__all__ = ["CHUNK", "Cells", "Engine", "Result", "Task", "engine_of", "perform", "run_all", "tasks_of"]

CHUNK: Final = 50_000
"""Requests in a piece, where nothing else is said and no budget is shared: some seconds of work."""

# How many tasks may wait per worker: enough that none is idle, and few enough to keep in memory.
_AHEAD: Final = 3

_Tallies = dict[Group | None, Tally]
Result = tuple[_Tallies, ...]
"""The tallies of one task, by variant in the order given."""

Cells = dict[str, dict[int, _Tallies]]
"""Tallies by variant and seed."""

_T = TypeVar("_T")
_R = TypeVar("_R")


@frozen
class Task:
    """A piece of the workload, under one seed, for all variants."""

    piece: Piece
    seed: int
    variants: tuple[Variant, ...]
    setting: Setting


def perform(task: Task) -> Result:
    """Do one task. The requests are read once for each variant, and none is kept."""
    return tuple(simulate(task.piece.requests(), variant, task.setting, seed=task.seed) for variant in task.variants)


def tasks_of(
    source: Source, variants: tuple[Variant, ...], seeds: Iterable[int], setting: Setting, chunk: int | None
) -> Iterator[Task]:
    """The tasks of a simulation: piece by piece, and for each piece seed by seed."""
    seeds = tuple(seeds)
    for piece in source.pieces(chunk):
        for seed in seeds:
            yield Task(piece, seed, variants, setting)


class Engine(Protocol):
    """Whatever performs tasks and gives their results in the order of the tasks."""

    def __call__(self, tasks: Iterable[Task], /) -> Iterator[tuple[Task, Result]]:
        """Perform all of these."""
        ...


def run_all(tasks: Iterable[Task], engine: Engine) -> Cells:
    """The tallies of every variant and seed, merged as results come."""
    cells: Cells = {}
    for task, result in engine(tasks):
        for variant, tallies in zip(task.variants, result, strict=True):
            row = cells.setdefault(variant.name, {})
            known = row.get(task.seed)
            row[task.seed] = tallies if known is None else {g: merge((known[g], tallies[g])) for g in tallies}
    return cells


def engine_of(processes: int, address: str | None) -> Engine:
    """The engine for so many processes, or for `dask://HOST:PORT`. Raises InputError for an address of another kind."""
    if address is not None:
        if not address.startswith("dask://"):
            raise InputError(Problem("--engine", f"{address!r}: expected dask://HOST:PORT"))
        return _Dask(f"tcp://{address.removeprefix('dask://')}")
    return _here if processes == 1 else _Processes(processes)


def _here(tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
    return ((task, perform(task)) for task in tasks)


@frozen
class _Processes:
    count: int

    def __call__(self, tasks: Iterable[Task], /) -> Iterator[tuple[Task, Result]]:
        """See `Engine`. Whoever leaves before the end, by Ctrl-C or an error, leaves no worker behind."""
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        # Fresh interpreters rather than forks: a fork copies whatever threads and locks there are.
        context = multiprocessing.get_context("spawn")
        others = multiprocessing.active_children()
        pool = ProcessPoolExecutor(self.count, mp_context=context, initializer=_begin_work)
        finished = False
        try:
            yield from _ahead(tasks, lambda task: pool.submit(perform, task).result, _AHEAD * self.count)
            finished = True
        finally:
            for worker in multiprocessing.active_children():
                # A task takes its time, and the pool would wait for all that have been given out.
                if not finished and worker not in others:
                    worker.terminate()
            pool.shutdown(cancel_futures=True)


def _begin_work() -> None:
    """In a worker, before its first task. A terminal's Ctrl-C reaches every process, and it is the parent who stops."""
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed can tell nobody to stop, and a worker would wait for its next task for ever."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    assert parent is not None  # this runs in workers only
    parent.join()
    os._exit(1)


@frozen
class _Dask:
    address: str

    def __call__(self, tasks: Iterable[Task], /) -> Iterator[tuple[Task, Result]]:
        try:
            from distributed import Client
        except ImportError:
            needed = "needs dask.distributed; pip install '.[scale]'"
            raise InputError(Problem("--engine", needed)) from None
        try:
            client = Client(self.address, timeout="10s")  # type: ignore[no-untyped-call] # dask has few types
        except OSError as error:
            raise InputError(Problem("--engine", f"nobody answers at {self.address}: {error}")) from error
        with client:
            workers = max(1, len(client.scheduler_info()["workers"]))
            yield from _ahead(tasks, lambda task: client.submit(perform, task, pure=False).result, _AHEAD * workers)


def _ahead(tasks: Iterable[_T], begin: Callable[[_T], Callable[[], _R]], most: int) -> Iterator[tuple[_T, _R]]:
    """Begin tasks while earlier ones are under way, at most so many, and give the results in order."""
    waiting: deque[tuple[_T, Callable[[], _R]]] = deque()
    for task in tasks:
        waiting.append((task, begin(task)))
        if len(waiting) >= most:
            done, finish = waiting.popleft()
            yield done, finish()
    for done, finish in waiting:
        yield done, finish()

"""Cancels a task at a chosen step, so that a test can do so at every one."""

import trio


class Interrupt(trio.abc.Instrument):
    """Cancels a scope when the task in it is about to take its n-th step, or has just taken it."""

    def __init__(self, n: int, *, before: bool) -> None:
        self.left = n
        self.before = before
        self.task = None
        self.scope = None

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        if self.before:
            self._count(task)

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        if not self.before:
            self._count(task)

    def _count(self, task: trio.lowlevel.Task) -> None:
        if task is self.task:
            self.left -= 1
            if self.left == 0:
                self.scope.cancel()

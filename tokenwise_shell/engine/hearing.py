"""What has been heard of a stream so far, kept where a cancellation does not reach: for when nobody waits for more."""

from collections.abc import Callable
from typing import Final

import trio
from attrs import define, field

from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Left
from tokenwise.usage import CALL_FRAME, MESSAGE_FRAME, REPLY_FRAME
from tokenwise_shell.providers.wire import StreamParse

__all__ = ["Hearing"]

# What frames an answer and a call in it unseen, beside the texts.
_FRAMES: Final = REPLY_FRAME + MESSAGE_FRAME + CALL_FRAME


def _now_ms() -> int:
    return int(1000 * trio.current_time())


@define(eq=False)
class Hearing:
    """One call under way, from when it is made. `choices` are how many answers it was asked for.

    Once it has output it may take until its `ends`, in trio's time, if that is longer than its command says.
    """

    attempt: AttemptId
    now_ms: Callable[[], int] = _now_ms
    choices: int = 1
    ends: float = 0.0
    _stops: bool = field(default=False, init=False)
    _is_quiet: Callable[[], bool] | None = field(default=None, init=False)
    _parse: StreamParse | None = field(default=None, init=False)
    _at_ms: int = field(default=0, init=False)
    _came_at: Callable[[], float] = field(default=lambda: 0.0, init=False)

    def sent(self, *, stops: bool, is_quiet: Callable[[], bool]) -> None:
        """A stream is asked for now. `stops` and `is_quiet` are as in `Left`; the latter is asked when need be."""
        self._stops, self._is_quiet, self._at_ms = stops, is_quiet, self.now_ms()

    def reads(self, parse: StreamParse, came_at: Callable[[], float] = lambda: 0.0) -> None:
        """The answer has begun, and is read by this. `came_at` says when the last of it came, in trio's time."""
        self._parse, self._came_at = parse, came_at

    @property
    def left(self) -> Left | None:
        """What is known of it now; None where its output cannot be heard as it is made."""
        if self._is_quiet is None:
            return None
        parse = self._parse
        return Left(
            attempt=self.attempt,
            said_tokens=_FRAMES + (parse.heard_tokens if parse else 0),
            silent_ms=max(0, self.now_ms() - max(self._at_ms, int(1000 * self._came_at()))),
            stops=self._stops,
            quiet=self._is_quiet(),
            thought=parse.thinks if parse else False,
            counted=parse.counted if parse else None,
        )

"""Ctrl-C and SIGTERM as cancellation: what is under way is let go of in order, and the program says what it cost."""

import signal
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

__all__ = ["until_signal"]

T = TypeVar("T")

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


async def until_signal(
    work: Callable[[], Awaitable[T]], heard: Callable[[int], None] = lambda _: None
) -> tuple[T | None, int | None]:
    """Do the work and give its result, or cancel it and give the number of the signal that came, once that is `heard`.

    A second signal ends the process at once; the ledger then settles at its next opening what was left open.
    """
    import trio

    result: T | None = None
    came: int | None = None
    with trio.open_signal_receiver(*_SIGNALS) as signals:
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                nonlocal came
                came = await anext(aiter(signals))
                heard(came)
                for number in _SIGNALS:
                    signal.signal(number, signal.SIG_DFL)
                nursery.cancel_scope.cancel(reason=f"signal {came}")

            nursery.start_soon(watch)
            result = await work()
            nursery.cancel_scope.cancel()
    return result, came

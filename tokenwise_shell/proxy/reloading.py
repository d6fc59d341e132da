"""The configuration read anew at SIGHUP: whole or not at all, and no request fails for it.

Requests under way keep what they began with. What a running process cannot change (where it listens, where its ledger
and its store of budgets are) is named, and taken at the next start.
"""

import signal
from collections.abc import Callable, Iterator
from typing import Final

import trio
from attrs import evolve

from tokenwise.budgets.limit import Limit
from tokenwise.errors import InputError, Problem
from tokenwise_shell.budgets.limits import InForce, limits_of
from tokenwise_shell.client import Client
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.opening import endpoints_of
from tokenwise_shell.providers.names import catalog_ids
from tokenwise_shell.proxy.workers import has_terminal
from tokenwise_shell.workspace import Workspace

__all__ = ["reload", "reload_at_signal"]

_AT_START: Final = (
    "proxy", "ledger_path", "ledger_sync", "budget_store", "budget_store_fail_open", "time_zone", "pause_timeout",
    "limit_webhook", "offline",
)  # fmt: skip


async def reload_at_signal(
    client: Client, reread: Callable[[], Workspace], notice: Callable[[str], None], end: Callable[[], None]
) -> None:
    """Reload at every SIGHUP, until this is cancelled. Where it says that the terminal is gone, `end`."""
    from_terminal = has_terminal()
    with trio.open_signal_receiver(signal.SIGHUP) as signals:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})  # a worker is born with it blocked
        async for _ in signals:
            if from_terminal and not has_terminal():
                end()
                return
            await reload(client, reread, notice)


async def reload(client: Client, reread: Callable[[], Workspace], notice: Callable[[str], None]) -> None:
    """Read the configuration, and decide by it from now on; `notice` hears how that went."""
    try:
        found = await trio.to_thread.run_sync(reread)
        later = _take(client, found)
    except (InputError, OSError) as error:
        notice(f"the configuration stays as it was: {error}")
        return
    rest = f"; at the next start: {', '.join(later)}" if later else ""
    notice(f"the configuration was read anew{rest}")


def _take(client: Client, found: Workspace) -> tuple[str, ...]:
    """Put it in force, and name what waits for the next start. Raises InputError, with everything as it was."""
    old, new = client.workspace.settings, found.settings
    if not found.providers:
        raise InputError(Problem("providers", "none of them can be called"))
    later = tuple(name for name in _AT_START if getattr(old, name) != getattr(new, name))
    settings = evolve(new, **{name: getattr(old, name) for name in _AT_START})
    changes = tuple(_limits_changed(client.limits, old, settings))
    for change in changes:
        change()
    client.workspace = evolve(found, settings=settings)
    endpoints = {**client.caller.endpoints, **endpoints_of(client.workspace)}
    client.caller = evolve(client.caller, endpoints=endpoints, catalog_id=catalog_ids(found.catalog))
    client.interpreter = evolve(client.interpreter, place_call=client.caller.call)
    return later


def _limits_changed(limits: InForce, old: Settings, new: Settings) -> Iterator[Callable[[], None]]:
    """What must be done for the limits of the configuration to be these. Raises InputError where it cannot be."""
    before = {(limit.owner, limit.window): limit for limit in limits_of(old)}
    after = {(limit.owner, limit.window): limit for limit in limits_of(new)}
    for place in before.keys() | after.keys():
        was, now = before.get(place), after.get(place)
        if was == now:
            continue
        for limit in (was, now):
            if limit is not None and not limit.is_plain:
                why = "limits of sessions, users, models and the like begin, change and end with the process"
                raise InputError(Problem(limit.owner, f"{why}; start it anew"))
        if now is not None:
            yield _bound(limits.change, now)
        elif was is not None:
            yield _bound(limits.withdraw, was)


def _bound(act: Callable[[Limit], None], limit: Limit) -> Callable[[], None]:
    return lambda: act(limit)

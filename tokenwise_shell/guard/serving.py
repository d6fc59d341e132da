"""One guarded command from its start to its end: the proxy that it calls, the signals that come, and the account."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

import trio
from attrs import evolve, frozen

from tokenwise.budgets.limit import Limit
from tokenwise.policy import Policy
from tokenwise_shell.embedded import EmbeddedProvider
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.guard.account import account_of
from tokenwise_shell.guard.asking import Asker
from tokenwise_shell.guard.child import SIGNALS, Child, Ended
from tokenwise_shell.guard.doors import amount_of, guard_application
from tokenwise_shell.guard.scopes import Guarded, Scope
from tokenwise_shell.opening import open_client
from tokenwise_shell.proxy.admission.budgets import standings
from tokenwise_shell.proxy.admission.limits import Gate
from tokenwise_shell.proxy.http.swift import serve_clients
from tokenwise_shell.proxy.metrics import Metrics
from tokenwise_shell.proxy.refreshing import first_list, keep_fresh
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.workspace import Workspace

__all__ = ["Guard", "guard", "within"]

# Once the command has ended, those whom it left behind have this long for what they have asked.
_GRACE_S: Final = 2

# A whole tool call of an agent's, and more; and a half of what is left for each that asks for no length.
_LEAST: Final = 1000
_SHARE: Final = 2
_USUAL: Final = Policy()


def within(workspace: Workspace, scope: Scope) -> Workspace:
    """The workspace of a guard's proxy: on loopback alone, with the cap as a limit, which one request may fill.

    The cap is a tag's, so that inner guards have theirs beside it. A guard that refuses does not wait for other limits
    to be raised either: whoever started it is not watching them.
    """
    settings, terms = workspace.settings, scope.terms
    others = tuple(
        evolve(one, pauses=one.pauses and terms.pauses) if isinstance(one, Limit) else one for one in settings.limits
    )
    return evolve(
        workspace,
        settings=evolve(
            settings,
            default_budget=terms.budget,
            policy=_for_an_agent(settings.policy),
            limits=(*others, terms.limit),
            proxy=evolve(settings.proxy, host="127.0.0.1", port=0, workers=1, grace_s=_GRACE_S, origins=()),
        ),
    )


def _for_an_agent(policy: Policy) -> Policy:
    """What suits one agent near its cap, where nothing else is configured.

    An answer that is cut to 100 tokens ends its session with an error of its own, and a refusal says how to go on. And
    it shares with few.
    """
    least, share = policy.min_output_tokens, policy.fair_share
    return evolve(
        policy,
        min_output_tokens=_LEAST if least == _USUAL.min_output_tokens else least,
        fair_share=_SHARE if share == _USUAL.fair_share else share,
    )


@frozen
class Guard:
    """What is run, and with what. `notice` is told what people should know before the command has the terminal."""

    workspace: Workspace
    listener: socket.socket
    guarded: Guarded
    scope: Scope
    child: Child
    notice: Callable[[str], None]
    simulated: EmbeddedProvider | None = None
    asker: Asker | None = None


async def guard(work: Guard) -> tuple[Ended, dict[str, Any]]:
    """Serve the command until it has ended, and give how it did and what it spent.

    Raises LinesUnwritable for a ledger that cannot be written, before anything is started.
    """
    async with open_client(work.workspace, simulated=work.simulated) as client:
        await client.limits.prepare()
        settings = work.workspace.settings.proxy
        metrics = Metrics(lambda: standings(client.limits, wall_ms()))
        service = Service(client, work.guarded, Gate(settings), metrics)
        for notice in client.notices:
            work.notice(notice)
        await first_list(client, work.notice)
        work.scope.raised_to = partial(amount_of, client.limits, work.scope.terms)
        stop, ended = trio.Event(), Ended(1)
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                nonlocal ended
                ended = await work.child.ended()
                service.gate.closing = True
                stop.set()

            nursery.start_soon(_pass_signals_on, work.child)
            nursery.start_soon(keep_fresh, client, _unsaid)
            nursery.start_soon(watch)
            if work.asker is not None:
                nursery.start_soon(work.asker.watch, client, work.scope)
            service.tasks = nursery
            work.child.go()
            await serve_clients(guard_application(service, work.guarded, work.scope), settings, work.listener, stop)
            nursery.cancel_scope.cancel(reason="the command has ended")
        account = account_of(work.scope)
        for scope in work.guarded.scopes.values():
            client.limits.withdraw(scope.terms.limit)  # else each guard would leave a budget behind that nobody needs
    return ended, account


def _unsaid(_: str) -> None:
    """While the command has the terminal, nothing of the guard's is written there."""


async def _pass_signals_on(child: Child) -> None:
    with trio.open_signal_receiver(*SIGNALS) as signals:
        async for number in signals:
            if number not in (signal.SIGINT, signal.SIGQUIT) or not _typed():
                child.signal(number)


def _typed() -> bool:
    """Whether Ctrl-C comes from the terminal, which has told the whole foreground, the command too."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            return os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    return False

"""One process of the proxy: what it opens to serve, and how it ends.

SIGTERM and Ctrl-C end it in order: nothing new is taken, requests under way have `proxy.grace_s` to end by themselves,
and are then cancelled, which settles their money. A second signal ends the process at once; the ledger settles at its
next opening what was left open.
"""

import gc
import signal
import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import trio
from attrs import define, frozen

from tokenwise.budgets.voucher import Voucher
from tokenwise_shell.budgets.answers import NotHeld
from tokenwise_shell.budgets.limits import InForce
from tokenwise_shell.client import Client
from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.embedded import EmbeddedProvider
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.engine.request_journals import RequestJournals
from tokenwise_shell.opening import open_client
from tokenwise_shell.proxy.access_log import AccessLog
from tokenwise_shell.proxy.admission.access import Access, secret_in
from tokenwise_shell.proxy.admission.budgets import put_in_force, standings
from tokenwise_shell.proxy.admission.keys import KeyFile
from tokenwise_shell.proxy.admission.limits import Gate
from tokenwise_shell.proxy.admission.tokens import TOKEN, Seal
from tokenwise_shell.proxy.admission.webhook import Webhook
from tokenwise_shell.proxy.app import App, application
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.swift import serve_clients
from tokenwise_shell.proxy.metrics import Metrics
from tokenwise_shell.proxy.refreshing import first_list, keep_fresh
from tokenwise_shell.proxy.reloading import reload_at_signal
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.troubles import without_money
from tokenwise_shell.proxy.workers import Shares
from tokenwise_shell.workspace import Workspace

__all__ = ["Plan", "serve", "service_for"]

# A request makes a thousand objects and leaves next to no circles behind. By Python's own figures (700, 10, 10) the
# young ones would be looked through once for each request, most of them while they are still in use.
_COLLECT: Final = (20_000, 20, 20)

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@frozen
class Plan:
    """How one process serves: with what, on which socket, and whether keys are asked for. `ready` is called once.

    Where several processes serve, `figures` is the folder in which they count together, and `lifeline` a descriptor
    that becomes readable when the one that watches over them has died, and `shares` says who has how many connections.
    `reread` gives the configuration anew.
    """

    workspace: Workspace
    listener: socket.socket
    notice: Callable[[str], None]
    ready: Callable[[], None] = lambda: None
    no_auth: bool = False
    simulated: EmbeddedProvider | None = None
    figures: Path | None = None
    lifeline: int | None = None
    shares: Shares | None = None
    reread: Callable[[], Workspace] | None = None

    @property
    def settings(self) -> ProxySettings:
        """The proxy's own settings."""
        return self.workspace.settings.proxy


async def serve(plan: Plan) -> int | None:
    """Serve until a signal comes, and give its number; None where the lifeline was cut.

    Raises InputError for keys or limits that cannot be put in force, and LinesUnwritable for a ledger that cannot.
    """
    async with open_client(plan.workspace, simulated=plan.simulated) as client:
        await client.limits.prepare()
        service = service_for(client, plan.notice, no_auth=plan.no_auth, figures=plan.figures)
        for notice in client.notices:
            plan.notice(notice)
        await first_list(client, plan.notice)
        ending = _Ending(service.gate, trio.Event())
        gc.collect()
        gc.freeze()  # what start-up made stays; the collector need not look at it again
        gc.set_threshold(*_COLLECT)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ending.at_signal)
            nursery.start_soon(ending.with_lifeline, plan.lifeline)
            nursery.start_soon(keep_fresh, client, plan.notice)
            if plan.reread is not None:
                nursery.start_soon(reload_at_signal, client, plan.reread, plan.notice, ending.begin)
            service.tasks = nursery
            if address := plan.workspace.settings.limit_webhook:
                webhook = Webhook(address, client.caller.transport)
                client.holder.alerts.listeners.append(webhook.say)
                nursery.start_soon(webhook.deliver)
            plan.ready()
            await serve_clients(_application(service), plan.settings, plan.listener, ending.stop, plan.shares)
            nursery.cancel_scope.cancel(reason="every connection has ended")
    return ending.came


def service_for(
    client: Client,
    notice: Callable[[str], None],
    *,
    no_auth: bool = False,
    figures: Path | None = None,
) -> Service:
    """What requests find: this client, the keys beside its ledger with their budgets in force, and counters at zero.

    Raises InputError and OSError for keys that cannot be read, or whose budgets cannot be kept, and for a log or
    journals that cannot be written.
    """
    settings, limits, watch = client.workspace.settings, client.limits, client.interpreter.watch
    access = Access(
        KeyFile(settings.keys_path),
        lambda keys: put_in_force(limits, keys, settings),
        notice,
        ignored=no_auth,
        share=settings.proxy.workers,
        redeem=partial(_redeemed, Seal.beside(settings.ledger_path), limits),
    )
    metrics = Metrics(
        lambda: standings(limits, wall_ms()),
        lambda: watch.cooling(wall_ms()),
        figures,
    )
    log = AccessLog.open(settings.proxy.access_log) if settings.proxy.access_log else None
    proxy = settings.proxy
    kept = RequestJournals(proxy.journal, proxy.journal_sample, proxy.journal_texts) if proxy.journal else None
    service = Service(client, access, Gate(proxy), metrics, access_log=log, journals=kept)
    if settings.store_url:
        service.look_up = partial(_looked_up, Seal.beside(settings.ledger_path), limits)
    return service


def _redeemed(seal: Seal, limits: InForce, text: str) -> Voucher | str:
    """The voucher that a text is, or why it pays nothing."""
    voucher = seal.read(text)
    if voucher is None:
        return "this voucher was not minted here"
    return limits.vouchers.trouble_with(voucher) or voucher


async def _looked_up(seal: Seal, limits: InForce, headers: Mapping[str, str]) -> Trouble | None:
    """Ask the store for a voucher that somebody sends; why that cannot be done."""
    secret = secret_in(headers)
    if not secret.startswith(TOKEN) or (voucher := seal.read(secret)) is None:
        return None
    try:
        await limits.vouchers.look_up(voucher)
    except TimeoutError:
        return without_money("", None, NotHeld.unasked(voucher.amount))
    return None


def _application(service: Service) -> App:
    if not service.client.workspace.settings.tracing:
        return application(service)
    from tokenwise_shell.proxy.traced import traced_application

    return traced_application(service)


@define(eq=False)
class _Ending:
    """How serving ends, and by which signal."""

    gate: Gate
    stop: trio.Event
    came: int | None = None

    async def at_signal(self) -> None:
        with trio.open_signal_receiver(*_SIGNALS) as signals:
            self.came = await anext(aiter(signals))
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            self.begin()
            await trio.sleep_forever()  # leaving would give the signals back to whoever had them before

    async def with_lifeline(self, lifeline: int | None) -> None:
        if lifeline is not None:
            await trio.lowlevel.wait_readable(lifeline)
            self.begin()

    def begin(self) -> None:
        self.gate.closing = True
        self.stop.set()

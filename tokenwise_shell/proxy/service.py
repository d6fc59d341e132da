"""What one running proxy has for its requests: the client behind it, and the gates and meters in front of it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol, TypeVar

import trio
from attrs import define, evolve, field

from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import FREE
from tokenwise.policy import Policy
from tokenwise_shell.client import Client
from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.engine.boards import Board, board_of
from tokenwise_shell.engine.prefixes import Counts
from tokenwise_shell.engine.request_journals import RequestJournals
from tokenwise_shell.proxy.access_log import AccessLog
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.admission.bodies import Bodies
from tokenwise_shell.proxy.admission.budgets import emptied
from tokenwise_shell.proxy.admission.callers import foreign_caller
from tokenwise_shell.proxy.admission.limits import Gate
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import Request
from tokenwise_shell.proxy.made import MadeHere
from tokenwise_shell.proxy.memory import Memory
from tokenwise_shell.proxy.metrics import Metrics
from tokenwise_shell.proxy.page.seen import Seen
from tokenwise_shell.proxy.page.tail import Tail
from tokenwise_shell.proxy.troubles import budget_exceeded

__all__ = ["Doorkeeper", "Service"]

T = TypeVar("T")

# One for each strategy, made anew where a request names one.
_POLICIES: Final = 64

# One thread computes at a time whatever their number; the second is there for a short one beside a long one.
_DESKS: Final = 2


class Doorkeeper(Protocol):
    """Whoever lets clients in."""

    @property
    def required(self) -> bool:
        """Whether requests need a key now."""
        ...

    def refresh(self) -> None:
        """Look whether the keys have changed."""
        ...

    def admit(self, headers: Mapping[str, str], now_ms: int) -> Admitted | Trouble:
        """Whoever the headers (names in lower case) prove to be. `now_ms` is Unix time."""
        ...


@define(eq=False)
class Service:
    """One running proxy. `tasks` are those that outlast a request; without any, none may.

    `look_up` asks a store that several machines share for what the headers prove, or says why it cannot.
    """

    client: Client
    access: Doorkeeper
    gate: Gate
    metrics: Metrics
    tasks: trio.Nursery | None = None
    access_log: AccessLog | None = None
    journals: RequestJournals | None = None
    look_up: Callable[[Mapping[str, str]], Awaitable[Trouble | None]] | None = None
    memory: Memory = field(factory=Memory, init=False)
    bodies: Bodies = field(factory=Bodies, init=False)
    made: MadeHere = field(factory=MadeHere, init=False)
    counts: Counts = field(factory=Counts, init=False)
    board: Board | None = field(init=False)
    seen: Seen = field(init=False)
    _timed: dict[int, tuple[Policy, Policy]] = field(factory=dict, init=False)
    _desks: trio.CapacityLimiter = field(factory=lambda: trio.CapacityLimiter(_DESKS), init=False)

    def __attrs_post_init__(self) -> None:
        self.board = board_of(self.client.workspace.settings, self.client.holder)
        self.seen = Seen(Tail(self.client.workspace.settings.ledger_path))

    @property
    def settings(self) -> ProxySettings:
        """What the proxy takes of one request, and how long it waits."""
        return self.client.workspace.settings.proxy

    def within_time(self, policy: Policy) -> Policy:
        """The policy with the time of a request as its deadline, unless it has a shorter one."""
        known = self._timed.get(id(policy))
        if known is None or known[0] is not policy:
            limit_ms = 1000 * self.settings.request_timeout_s
            timed = evolve(policy, deadline_ms=min(policy.deadline_ms or limit_ms, limit_ms))
            if len(self._timed) >= _POLICIES:
                self._timed.clear()
            known = self._timed[id(policy)] = policy, timed
        return known[1]

    def foreign(self, request: Request) -> Trouble | None:
        """Why nobody may make this request from where it comes; None where it may be made."""
        trouble = foreign_caller(request.headers, self.settings, keyless=True)
        if trouble is None:  # nearly always, whether keys are asked for or not
            return None
        self.access.refresh()
        return foreign_caller(request.headers, self.settings, keyless=not self.access.required)

    def spent_out(self, admitted: Admitted) -> Trouble | None:
        """Why nothing that this client could ask for is paid for; None where something may be, as a free model is.

        For long bodies, which are then not read: everybody else is spared the work.
        """
        catalog = admitted.catalog(self.client.workspace.reachable)
        if admitted.voucher or _gives_away(catalog):
            return None
        empty = emptied(self.client.limits, admitted.account(), self.client.interpreter.now_ms())
        return budget_exceeded(f"the budget {empty} has nothing left") if empty else None

    def spent_models(self, admitted: Admitted) -> tuple[str, ...]:
        """Globs of models whose own limits have nothing left for this client: others may be chosen instead."""
        return self.client.limits.spent_models(admitted.name)

    async def aside(self, work: Callable[[], T]) -> T:
        """Do what takes a while in a thread, and serve everybody else meanwhile. At most two do so at a time.

        What the client no longer waits for is left to end by itself.
        """
        return await trio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._desks)

    def admit(self, request: Request) -> Admitted | Trouble:
        """Let the client in that makes this request, or say why not."""
        return self.access.admit(request.headers, self.client.interpreter.now_ms())


def _gives_away(catalog: Catalog) -> bool:
    """Whether somebody asks nothing for something. Worked out once for each catalogue."""
    return catalog.worked_out.of(
        "gives away", lambda: any(offer.price == FREE for model in catalog.models for offer in model.offers)
    )

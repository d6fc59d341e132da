"""TokenWise's imperative shell: configuration, providers, the ledger, `tw`. It performs, `tokenwise` decides.

Names load their module when they are first asked for: trio and httpx come in only with what needs them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenwise.errors import InputError
    from tokenwise_shell.asyncio_client import AsyncClient
    from tokenwise_shell.blocking import Executor, Planner, Router
    from tokenwise_shell.plans.completion import Completion
    from tokenwise_shell.plans.decision import Decision
    from tokenwise_shell.plans.planned import Execution, Planned, Unplanned
    from tokenwise_shell.plans.traces import RoutingTrace
    from tokenwise_shell.refusals import BudgetExceeded, NoCapableModel, RefusedError, RiskGateBlocked
    from tokenwise_shell.trio_client import TrioClient, open_client

__all__ = [
    "AsyncClient",
    "BudgetExceeded",
    "Completion",
    "Decision",
    "Execution",
    "Executor",
    "InputError",
    "NoCapableModel",
    "Planned",
    "Planner",
    "RefusedError",
    "RiskGateBlocked",
    "Router",
    "RoutingTrace",
    "TrioClient",
    "Unplanned",
    "open_client",
]

# Where each name lives, as in the core.
_HOMES = {
    "asyncio_client": "AsyncClient",
    "blocking": "Executor Planner Router",
    "plans.completion": "Completion",
    "plans.decision": "Decision",
    "plans.planned": "Execution Planned Unplanned",
    "plans.traces": "RoutingTrace",
    "refusals": "BudgetExceeded NoCapableModel RefusedError RiskGateBlocked",
    "trio_client": "TrioClient open_client",
    "tokenwise.errors": "InputError",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load the module a public name lives in (PEP 562)."""
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module 'tokenwise_shell' has no attribute {name!r}") from None
    value: object = getattr(import_module(home if home.startswith("tokenwise.") else f"tokenwise_shell.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

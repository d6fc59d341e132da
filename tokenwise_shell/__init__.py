"""TokenWise's imperative shell: configuration, providers, the ledger, `tw`. It performs, `tokenwise` decides.

Names load their module when they are first asked for: trio and httpx come in only with what needs them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenwise_shell.blocking import Executor, Planner, Router
    from tokenwise_shell.client import Client
    from tokenwise_shell.opening import open_client
    from tokenwise_shell.plans.completion import Completion
    from tokenwise_shell.plans.decision import Decision
    from tokenwise_shell.plans.planned import Execution, Planned, Unplanned

__all__ = [
    "Client",
    "Completion",
    "Decision",
    "Execution",
    "Executor",
    "Planned",
    "Planner",
    "Router",
    "Unplanned",
    "open_client",
]

_HOME = {
    "Client": "client",
    "Completion": "plans.completion",
    "Decision": "plans.decision",
    "Execution": "plans.planned",
    "Executor": "blocking",
    "Planned": "plans.planned",
    "Planner": "blocking",
    "Router": "blocking",
    "Unplanned": "plans.planned",
    "open_client": "opening",
}


def __getattr__(name: str) -> object:
    """Load the module a public name lives in (PEP 562)."""
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module 'tokenwise_shell' has no attribute {name!r}") from None
    value: object = getattr(import_module(f"tokenwise_shell.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

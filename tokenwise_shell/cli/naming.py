"""Which model a name means on the command line and in plan files: what the proxy makes of it, in the same words."""

from tokenwise.errors import InputError, Problem
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.request.names import unsold
from tokenwise_shell.proxy.request.names import wanted as meant
from tokenwise_shell.proxy.troubles import OFFLINE_REMEDY, REMEDY
from tokenwise_shell.workspace import Workspace

__all__ = ["model_called", "named"]


def named(name: str, workspace: Workspace, where: str) -> tuple[str, str | None]:
    """The catalogue's id that a name means, "" for `auto`, and the strategy that `auto:…` says. Raises InputError."""
    found = meant(name, workspace.catalog, workspace.settings.aliases)
    if isinstance(found, Trouble):
        raise InputError(Problem(where, _told(found, workspace)))
    return found.model, found.strategy


def model_called(name: str, workspace: Workspace, where: str) -> str:
    """The id of a model that can be called. Raises InputError: for a name of none, for one that nobody here sells."""
    model, _ = named(name, workspace, where)
    if not model:
        raise InputError(Problem(where, f"{name!r} leaves the choice open; expected one model"))
    if model not in workspace.reachable:
        raise InputError(Problem(where, _told(unsold(model, workspace.catalog), workspace)))
    return model


def _told(trouble: Trouble, workspace: Workspace) -> str:
    return trouble.message.replace(REMEDY, OFFLINE_REMEDY) if workspace.settings.offline else trouble.message

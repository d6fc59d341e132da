"""The proxy as a program: what it refuses to start with, one process or several, and what it says once it runs."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from tokenwise.errors import InputError, Problem
from tokenwise_shell.cli.edge import Exit, flush, show, tell, write, write_json
from tokenwise_shell.proxy.admission.keys import Key, KeyFile

if TYPE_CHECKING:
    from tokenwise_shell.embedded import EmbeddedProvider
    from tokenwise_shell.proxy.workers import Shares
    from tokenwise_shell.workspace import Workspace

__all__ = ["Serving", "Shown", "run_proxy"]

_OPEN_DOOR: Final = (
    "others can reach this, and there are no keys: make one with `tw keys create NAME`, listen on 127.0.0.1, or say "
    "--no-auth if whoever can reach it may spend your money"
)

# Prometheus' client decides by this variable, when it is first imported, whether several processes count together.
_COUNT_TOGETHER: Final = "PROMETHEUS_MULTIPROC_DIR"


@frozen
class Serving:
    """What is to be served, and how. `simulated` stands in for the offline models, with the faults that it plays.

    `reread` gives the workspace anew, as SIGHUP asks for.
    """

    workspace: "Workspace"
    no_auth: bool = False
    as_json: bool = False
    simulated: "EmbeddedProvider | None" = None
    reread: "Callable[[], Workspace] | None" = None

    @property
    def keys(self) -> tuple[Key, ...]:
        """Those that requests will be held against now. Raises InputError for a damaged file."""
        return () if self.no_auth else KeyFile(self.workspace.settings.keys_path).read()


def run_proxy(serving: Serving) -> int:
    """Serve until a signal comes, and give the exit code. Raises InputError for what cannot be served, or not so."""
    from tokenwise_shell.proxy.admission.budgets import limits_of_keys, refuse_unshared
    from tokenwise_shell.proxy.http.sockets import listen

    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[Shown()])
    settings, keys = serving.workspace.settings, serving.keys
    refuse_unshared(limits_of_keys(keys), settings)
    with listen(settings.proxy) as listener:
        _refuse_open_door(listener, serving, keys)
        _allow_many_connections()
        if settings.proxy.workers > 1:
            return _run_several(serving, listener)
        came = _run_one(serving, listener, announce=True)
    return Exit.INTERRUPTED if came == signal.SIGINT else Exit.DONE


class Shown(logging.Handler):
    """What is logged goes to stderr by the way of all else, which lets nothing steer a terminal or tell a password."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record."""
        show(f"{self.format(record)}\n")


def _refuse_open_door(listener: socket.socket, serving: Serving, keys: tuple[Key, ...]) -> None:
    from tokenwise_shell.proxy.http.sockets import reachable_by_others

    if reachable_by_others(listener) and not keys and not serving.no_auth:
        raise InputError(Problem(serving.workspace.settings.proxy.host, _OPEN_DOOR))


def _allow_many_connections() -> None:
    """A connection is a descriptor, and the usual allowance of them is a thousand."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _run_one(
    serving: Serving,
    listener: socket.socket,
    *,
    announce: bool,
    figures: Path | None = None,
    lifeline: int | None = None,
    shares: "Shares | None" = None,
) -> int | None:
    import trio

    from tokenwise_shell.proxy.server import Plan, serve

    plan = Plan(
        serving.workspace,
        listener,
        tell,
        ready=lambda: _announce(serving, listener) if announce else None,
        no_auth=serving.no_auth,
        simulated=serving.simulated,
        figures=figures,
        lifeline=lifeline,
        shares=shares,
        reread=serving.reread,
    )
    return trio.run(serve, plan)


# --- several processes ------------------------------------------------------------------------------------------------


def _run_several(serving: Serving, listener: socket.socket) -> int:
    """Watch over workers. In a worker, serve."""
    import shutil
    import tempfile

    from tokenwise_shell.proxy.workers import Herd, Shares

    folder = Path(tempfile.mkdtemp(prefix="tokenwise-"))
    os.environ[_COUNT_TOGETHER] = str(folder)

    size = serving.workspace.settings.proxy.workers
    shares = Shares.of(size)

    def work(lifeline: int) -> int:
        shares.place = herd.place
        own = _reread(serving) if herd.reloaded else serving
        came = _run_one(own, listener, announce=False, figures=folder, lifeline=lifeline, shares=shares)
        if came is None:  # the watcher is dead, and nobody else will
            shutil.rmtree(folder, ignore_errors=True)
        return Exit.DONE

    def buried(pid: int, place: int) -> None:
        shares.end(place)
        for file in folder.glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)

    _announce(serving, listener)
    herd = Herd(size, work, tell, buried, listener.close)
    code = herd.run()
    if herd.watching:
        shutil.rmtree(folder, ignore_errors=True)
    return code


def _reread(serving: Serving) -> Serving:
    """The same with the configuration as it is now, or as it was, where that is none."""
    if serving.reread is None:
        return serving
    try:
        return evolve(serving, workspace=serving.reread())
    except InputError as error:
        tell(f"the configuration stays as it was: {error}")
        return serving


# --- what it says -----------------------------------------------------------------------------------------------------


def _announce(serving: Serving, listener: socket.socket) -> None:
    """Where it is and how to point a client at it, on stdout; what it serves, on stderr."""
    from tokenwise_shell.proxy.http.sockets import origin_of

    origin, asked = origin_of(listener, serving.workspace.settings.proxy.host), bool(serving.keys)
    if serving.as_json:
        write_json(_document(serving, origin, asked=asked))
    else:
        key = "YOUR_KEY" if asked else "none"
        # Told first: whoever has read the address may end this at once.
        tell(
            f"calls go to {', '.join(serving.workspace.providers)}; {_who_may(serving, asked=asked)}",
            f"Anthropic's clients take ANTHROPIC_BASE_URL={origin}; Ctrl-C ends this",
        )
        write(f"{origin}/v1\nexport OPENAI_BASE_URL={origin}/v1 OPENAI_API_KEY={key}\n")
    flush()


def _who_may(serving: Serving, *, asked: bool) -> str:
    if serving.no_auth:
        return "nobody is asked for a key"
    if asked and all(key.revoked_ms is not None for key in serving.keys):
        return (
            "every request needs a key, and all keys are revoked: `tw keys create NAME` makes one, and once "
            "`tw keys delete NAME` has forgotten each, none is needed on loopback"
        )
    if asked:
        return "every request needs a key, as `tw keys create` makes them"
    return "no key is needed on loopback, until there is one: `tw keys create NAME`"


def _document(serving: Serving, origin: str, *, asked: bool) -> dict[str, object]:
    proxy = serving.workspace.settings.proxy
    return {
        "base_url": f"{origin}/v1",
        "anthropic_base_url": origin,
        "providers": list(serving.workspace.providers),
        "keys_required": asked,
        "workers": proxy.workers,
    }

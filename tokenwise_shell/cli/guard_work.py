"""What `tw guard` does once its options are read: a guard of its own, or a part of the one around it."""

import logging
import os
import sys
import termios
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePath
from typing import Any, Final

import orjson
from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import FREE
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars
from tokenwise_shell.cli.edge import Exit, columns, show, tell
from tokenwise_shell.cli.options import Common
from tokenwise_shell.cli.proxying import Shown
from tokenwise_shell.cli.running import unreachable
from tokenwise_shell.cli.serve_command import provider_playing
from tokenwise_shell.config.aliases import AUTO
from tokenwise_shell.config.private import write_private
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.guard.account import account_text
from tokenwise_shell.guard.asking import Asker
from tokenwise_shell.guard.child import Child, Ended, Start
from tokenwise_shell.guard.doors import guard_name
from tokenwise_shell.guard.inner import account_within, door_within, outer_door
from tokenwise_shell.guard.saving import Saved
from tokenwise_shell.guard.scopes import Guarded, Scope, Terms
from tokenwise_shell.guard.serving import Guard, guard, within
from tokenwise_shell.guard.surroundings import Door, command_within, environment_within, withheld
from tokenwise_shell.guard.words import going_on
from tokenwise_shell.proxy.http.sockets import listen, origin_of
from tokenwise_shell.workspace import Workspace

__all__ = ["Work", "perform"]

_LOOPBACK: Final = "127.0.0.1"
_REFUSE: Final = "refuse"
_ASK: Final = "ask"


@frozen(kw_only=True)
class Work:
    """What is to be guarded, checked. `program` is where the command was found."""

    command: tuple[str, ...]
    program: str
    budget: Nanodollars
    on_limit: str
    models: tuple[str, ...]
    route: bool
    keep: tuple[str, ...]
    summary: Path | None
    save: Path | None
    faults: Path | None


def perform(work: Work, common: Common, strategy: str | None, environ: Mapping[str, str]) -> int:
    """Guard the command, say what it spent, and give its exit code."""
    advice = going_on(work.command)
    terms = Terms(
        name=guard_name(wall_ms()),
        budget=work.budget,
        models=work.models,
        going_on=advice,
        pauses=work.on_limit != _REFUSE,
    )
    if (outer := outer_door(environ)) is not None:
        _refuse_within(work, strategy)
        return _inner(work, terms, outer, environ)
    workspace = common.workspace({"default_strategy": strategy})
    if unreachable(workspace):
        return Exit.OUT_OF_REACH
    _refuse_idle(workspace, work)
    if work.faults and not workspace.settings.offline:
        raise InputError(Problem("--faults", "are played by simulated models alone; add --offline"))
    if work.route:
        settings = workspace.settings
        aliases = {"*": f"{AUTO}:{settings.default_strategy.value}"}
        workspace = evolve(workspace, settings=evolve(settings, aliases=aliases))
    return _outermost(work, terms, workspace, environ)


def _refuse_within(work: Work, strategy: str | None) -> None:
    asked: dict[str, object] = {
        "--route": work.route,
        "--strategy": strategy,
        "--save": work.save,
        "--faults": work.faults,
    }
    asked["--on-limit ask"] = work.on_limit == _ASK
    if names := [name for name, said in asked.items() if said]:
        raise InputError(Problem(", ".join(names), "for the outermost guard to say, and this one is within another"))


def _refuse_idle(workspace: Workspace, work: Work) -> None:
    """Find out now that nothing could be called."""
    allowed = workspace.reachable
    if work.models:
        from tokenwise_shell.proxy.admission.keys import Key

        key = Key(name="guard", digest="0" * 64, created_ms=0, models=work.models)
        allowed = Catalog(tuple(model for model in allowed.models if key.may_use(model.id)))
        if not allowed.models:
            told = f"no model that can be called matches {' or '.join(map(repr, work.models))}; `tw models` lists them"
            raise InputError(Problem("--models", told))
    if not work.budget and not any(offer.price == FREE for model in allowed.models for offer in model.offers):
        raise InputError(Problem("--budget", "0 pays for no model that can be called; give at least a cent: 0.01"))


def _outermost(work: Work, terms: Terms, workspace: Workspace, environ: Mapping[str, str]) -> int:
    import trio

    # Who asks says it in a question; whoever only waits says so in a line.
    level = logging.ERROR if work.on_limit == _ASK else logging.WARNING
    logging.basicConfig(level=level, format="tw guard: %(message)s", handlers=[Shown()])
    simulated = provider_playing(work.faults) if work.faults else None
    guarded = Guarded(wall_ms)
    secret, scope = guarded.open(terms)
    workspace = within(workspace, scope)
    listener = listen(workspace.settings.proxy)
    door = Door(origin_of(listener, _LOOPBACK), secret)
    keys = [provider.api_key for provider in workspace.settings.providers.values()]
    with _saved(work, scope), _started(work, door, keys, environ, closing=(listener.fileno(),)) as child:
        asker = _asker(child) if work.on_limit == _ASK else None
        ended, account = trio.run(guard, Guard(workspace, listener, guarded, scope, child, tell, simulated, asker))
    return _told(work, ended, account)


def _inner(work: Work, terms: Terms, outer: Door, environ: Mapping[str, str]) -> int:
    door = door_within(outer, terms)
    with _started(work, door, (), environ) as child:
        child.go()
        ended = child.wait()
    return _told(work, ended, account_within(door))


def _asker(child: Child) -> Asker:
    try:
        return Asker.on_terminal(child)
    except OSError as error:
        told = f"ask: there is no terminal to ask on ({error.strerror}); expected refuse or pause"
        raise InputError(Problem("--on-limit", told)) from None


@contextmanager
def _saved(work: Work, scope: Scope) -> Iterator[None]:
    """Write the requests down where that was asked for."""
    if work.save is None:
        yield
        return
    saved = Saved(work.save, wall_ms())
    scope.followers.append(saved.listener)
    with closing(saved):
        yield


@contextmanager
def _started(
    work: Work, door: Door, keys: Collection[str], environ: Mapping[str, str], closing: tuple[int, ...] = ()
) -> Iterator[Child]:
    """The command, ready to go. However the block ends, nothing of it runs on that was to end with it."""
    without = withheld(environ, keys, work.keep)
    program = PurePath(work.command[0]).name
    handed = environment_within(environ, door, without=without, program=program)
    kept = {name: environ[name] for name in work.keep if name in environ}
    command = command_within(work.command, door)
    with _terminal_restored():
        child = Child.fork(Start(work.program, command, {**handed, **kept}, closing))
        try:
            yield child
        finally:
            child.close()


@contextmanager
def _terminal_restored() -> Iterator[None]:
    """Give a terminal back as it was: a command that was killed cannot do so itself."""
    before = None
    with suppress(OSError, ValueError, termios.error):
        before = termios.tcgetattr(sys.stdin.fileno())
    try:
        yield
    finally:
        if before is not None:
            with suppress(OSError, ValueError, termios.error):
                if os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp():
                    termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)


def _told(work: Work, ended: Ended, account: dict[str, Any]) -> int:
    if ended.trouble:
        tell(f"{work.command[0]}: {ended.trouble}")
    show(account_text(account, columns()))
    if work.summary is not None:
        document = {"command": list(work.command), "exit_code": ended.exit_code, **account}
        write_private(work.summary, orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return ended.exit_code

"""`tw config show`, `check`, `init` and `import`: what is in force and why, whether it is right, files to start from.

The result goes to stdout, everything else to stderr, and no secret to either. Each command is a thin function over one
that takes the environment as an argument.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from tokenwise.errors import InputError, Problem
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, tell, write, write_json
from tokenwise_shell.cli.options import Common
from tokenwise_shell.config.file import read_bytes
from tokenwise_shell.config.loading import load, which_file
from tokenwise_shell.config.private import private
from tokenwise_shell.config.settings import Origin, Settings
from tokenwise_shell.config.template import template
from tokenwise_shell.workspace import furnish

__all__ = ["bring", "check", "check_settings", "init", "init_file", "show", "show_settings"]

_COMMON = Common()


def show(*, common: Common = _COMMON) -> int:
    """Show the settings in force, and where each comes from. Keys are masked."""
    return show_settings(os.environ, common)


def check(*, common: Common = _COMMON) -> int:
    """Check environment, configuration file and models of your own, and name every problem."""
    return check_settings(os.environ, common, now_ms=time.time_ns() // 1_000_000)


def init(
    *,
    force: Annotated[bool, Parameter(help="Replace a file that is there.")] = False,
    common: Common = _COMMON,
) -> int:
    """Write a configuration file in which every key is explained, unless there is one."""
    return init_file(os.environ, common, force=force)


def bring(file: Path, *, common: Common = _COMMON) -> int:
    """Print a configuration made of another program's: LiteLLM's config.yaml, or TokenWise 0.5's.

    What has no counterpart is named on stderr, with what to do instead. No secret is copied.
    """
    from tokenwise_shell.config.importing.reading import as_file, imported_from

    try:
        found = imported_from(read_bytes(file), str(file))
    except FileNotFoundError:
        raise InputError(Problem(str(file), "no such file")) from None
    if common.json:
        write_json({"configuration": found.document, "notes": found.notes})
    else:
        write(as_file(found))
        tell(*found.notes)
    return Exit.DONE


def show_settings(environ: Mapping[str, str], common: Common) -> Exit:
    """Print one line per key: name, value, source; or one document, by key."""
    try:
        settings = _loaded(environ, common)
    except InputError as error:
        return _refused(environ, common, error.problems)
    tell(*settings.notices)
    if common.json:
        values = {origin.key: _value(origin, settings) for origin in settings.origins}
        write_json({"file": str(settings.file), "file_read": settings.file_read, "settings": values})
        return Exit.DONE
    rows = list(map(_row, settings.origins))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    write("".join(f"{key:{widths[0]}}  {text:{widths[1]}}  {source}\n" for key, text, source in rows))
    return Exit.DONE


def check_settings(environ: Mapping[str, str], common: Common, *, now_ms: int) -> Exit:
    """Print what was checked, or every problem. `now_ms` is Unix time."""
    try:
        settings = _loaded(environ, common)
        furnish(settings, now_ms=now_ms)
    except InputError as error:
        return _refused(environ, common, error.problems)
    tell(*settings.notices)
    if common.json:
        write_json({"ok": True, "file": str(settings.file), "file_read": settings.file_read, "problems": []})
    else:
        write(f"ok: {settings.file}{'' if settings.file_read else ' (there is no such file, which is fine)'}\n")
    return Exit.DONE


def init_file(environ: Mapping[str, str], common: Common, *, force: bool) -> Exit:
    """Write the template where the configuration is looked for, readable by its owner alone.

    An existing file stays, unless `force`; then it is replaced in one step, so that no half of it is ever seen.
    """
    try:
        path, _ = which_file(environ, common.config)
        _write_private(path, template(environ).encode(), force=force)
    except InputError as error:
        return _refused(environ, common, error.problems)
    except OSError as error:
        taken = isinstance(error, FileExistsError) and path.exists()  # else it is a folder's name that is taken
        fix = "exists and stays as it is; --force replaces it" if taken else f"cannot be written: {error.strerror}"
        return _refused(environ, common, (Problem(str(path), fix),))
    write_json({"file": str(path)}) if common.json else write(f"{path}\n")
    return Exit.DONE


def _loaded(environ: Mapping[str, str], common: Common) -> Settings:
    return load(environ=environ, flags={"offline": common.offline or None}, path=common.config)


def _write_private(path: Path, content: bytes, *, force: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not force:
        with open(path, "xb", opener=private) as file:
            file.write(content)
        return
    target = path.resolve()  # a link, as collections of dotfiles have them, stays a link
    temporary = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    try:
        with open(temporary, "xb", opener=private) as file:
            file.write(content)
        temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _refused(environ: Mapping[str, str], common: Common, problems: tuple[Problem, ...]) -> Exit:
    if common.json:
        told = [{"key": problem.path, "message": problem.message} for problem in problems]
        write_json({"ok": False, "file": _file_name(environ, common), "problems": told})
    else:
        tell(*map(str, problems))
    return Exit.BAD_INPUT


def _file_name(environ: Mapping[str, str], common: Common) -> str | None:
    try:
        return str(which_file(environ, common.config)[0])
    except InputError:  # without a home; the problems say so
        return None


def _row(origin: Origin) -> tuple[str, str, str]:
    return origin.key, origin.text or "(none)", origin.source


def _value(origin: Origin, settings: Settings) -> dict[str, object]:
    exact = {"value_nano": settings.default_budget} if origin.key == "default_budget" else {}
    return {"value": origin.plain, **exact, "source": origin.source}

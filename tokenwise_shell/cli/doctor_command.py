"""`tw doctor`: what would keep tokenwise from working here, each with its remedy. It changes nothing and pays nothing.

Findings are `ok`, `note` (works, and could be better) or `problem`. Whether a provider answers is asked by an injected
function, which opens a connection and sends no request.
"""

import enum
import importlib.util
import os
import stat
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from attrs import frozen

from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError
from tokenwise_shell.catalogs.loading import named
from tokenwise_shell.cli.edge import Exit, write, write_json
from tokenwise_shell.cli.options import Common
from tokenwise_shell.config.loading import load, usable_providers
from tokenwise_shell.config.settings import BUILT_IN, ProviderSettings, Settings
from tokenwise_shell.ledger.jsonl import read_lines
from tokenwise_shell.proxy.admission.keys import KeyFile
from tokenwise_shell.workspace import furnish

__all__ = ["Finding", "Probe", "Status", "connect", "doctor", "examine", "exit_code"]

_COMMON = Common()

Probe = Callable[[str], Awaitable[None]]
"""Connects to a base URL, or raises OSError."""

# Longer than a slow handshake on a bad line, and short enough to wait for.
_CONNECT_SECONDS: Final = 5

_PORTS: Final = {"http": 80, "https": 443, "redis": 6379, "rediss": 6379, "valkey": 6379, "valkeys": 6379}


class Status(enum.Enum):
    """How a finding is to be taken."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@frozen
class Finding:
    """One line of the result. `fix` is what to do about it, "" where nothing needs doing."""

    status: Status
    subject: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.status.value:8} {self.subject}: {self.message}{f' -- {self.fix}' if self.fix else ''}"


def doctor(*, common: Common = _COMMON) -> int:
    """Check keys, files, the catalogue and who can be reached, without paying for anything."""
    now_ms = time.time_ns() // 1_000_000
    findings = examine(os.environ, common.config, offline=common.offline, now_ms=now_ms, probe=connect)
    if common.json:
        write_json({"ok": not exit_code(findings), "findings": list(map(_as_json, findings))})
    else:
        write("".join(f"{finding}\n" for finding in findings))
    return exit_code(findings)


def examine(
    environ: Mapping[str, str], config: Path | None, *, offline: bool, now_ms: int, probe: Probe
) -> tuple[Finding, ...]:
    """All findings, in reading order. `now_ms` is Unix time. Nobody is probed offline."""
    try:
        settings = load(environ=environ, flags={"offline": True if offline else None}, path=config)
    except InputError as error:
        fix = "mend it; `tw config check` checks again"
        return tuple(Finding(Status.PROBLEM, "configuration", str(problem), fix) for problem in error.problems)
    return (
        *_configuration(settings),
        *_providers(settings),
        *_ledger(settings.ledger_path),
        _folder("cache", settings.cache_dir),
        *_catalogue(settings, now_ms),
        *_keys(settings, now_ms),
        *_store(settings.store_url),
        *_reached(settings, probe),
    )


def exit_code(findings: Iterable[Finding]) -> Exit:
    """What the command ends with. Where the configuration has a problem, nothing else was looked at."""
    subjects = {finding.subject for finding in findings if finding.status is Status.PROBLEM}
    if "configuration" in subjects:
        return Exit.BAD_INPUT
    return Exit.UNSUCCESSFUL if subjects else Exit.DONE


async def connect(base_url: str) -> None:
    """Open a connection to where this URL points, with TLS for https, and close it. Raises OSError."""
    import ssl

    import trio

    url = urlsplit(base_url)
    host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    with trio.move_on_after(_CONNECT_SECONDS):
        stream: trio.abc.Stream = await trio.open_tcp_stream(host, port)
        async with stream:
            if url.scheme == "https":
                secured = trio.SSLStream(stream, ssl.create_default_context(), server_hostname=host)
                try:
                    await secured.do_handshake()
                except trio.BrokenResourceError as error:
                    raise OSError(f"no TLS: {error.__cause__}") from error
        return
    raise TimeoutError(f"no connection within {_CONNECT_SECONDS} s")


# What is looked at


def _configuration(settings: Settings) -> Iterator[Finding]:
    subject = "configuration"
    if not settings.file_read:
        yield Finding(Status.OK, subject, f"no {settings.file}, so environment and defaults decide")
    elif _others_may_read(settings.file) and _holds_secrets(settings):
        fix = f"chmod 600 {settings.file}, or leave keys to the environment"
        yield Finding(Status.NOTE, subject, f"{settings.file} gives keys and others may read it", fix)
    else:
        yield Finding(Status.OK, subject, f"{settings.file} is in order")
    for notice in settings.notices:
        yield Finding(Status.NOTE, subject, notice, "unset or rename it")


def _providers(settings: Settings) -> Iterator[Finding]:
    usable = usable_providers(settings)
    if settings.offline:
        yield Finding(Status.OK, "providers", "offline: the embedded provider answers")
        return
    if not usable:
        keys = ", ".join(f"{name.upper()}_API_KEY" for name in BUILT_IN)
        fix = f"set one of {keys}, add a server of your own under `providers`, or use --offline"
        yield Finding(Status.PROBLEM, "providers", "no provider can be used", fix)
    for name in usable:
        yield _provider(settings.providers[name])


def _provider(provider: ProviderSettings) -> Finding:
    subject = f"provider {provider.name}"
    if provider.base_url.startswith("http:") and not provider.loopback and (provider.api_key or provider.headers):
        return Finding(Status.NOTE, subject, f"its key travels in the clear to {provider.base_url}", "use https")
    how = "has a key" if provider.api_key else "has headers of its own" if provider.headers else "needs no key"
    return Finding(Status.OK, subject, f"{how}; {provider.base_url}")


def _ledger(path: Path) -> Iterator[Finding]:
    """Whether the books can be kept and read; whether they balance is for `tw ledger --verify`."""
    yield _folder("ledger", path.parent)
    notices: list[str] = []
    try:
        lines = sum(1 for _ in read_lines(path, notices.append))
        private = not _others_may_read(path)
    except FileNotFoundError:
        return
    except OSError as error:
        fix = "make it a file that you may read, or set ledger_path to another"
        yield Finding(Status.PROBLEM, "ledger", f"{path} cannot be read: {_reason(error)}", fix)
        return
    yield Finding(Status.OK, "ledger", f"{path} can be read, {lines} lines")
    if notices:
        more = f", and {len(notices) - 1} more" if len(notices) > 1 else ""
        yield Finding(Status.NOTE, "ledger", notices[0] + more, "`tw ledger --verify` tells whether the books balance")
    if not private:
        yield Finding(Status.NOTE, "ledger", f"others may read {path}", f"chmod 600 {path}")


def _folder(subject: str, folder: Path) -> Finding:
    """Whether files can be made there: in the folder, or in the nearest one above it that exists."""
    nearest = next(place for place in (folder, *folder.parents) if os.access(place, os.F_OK))
    elsewhere = f"set {'ledger_path' if subject == 'ledger' else 'cache_dir'} to another place"
    if not nearest.is_dir():
        return Finding(Status.PROBLEM, subject, f"{nearest} is not a folder", elsewhere)
    if not os.access(nearest, os.W_OK | os.X_OK):
        fix = f"give yourself the right to write there, or {elsewhere}"
        return Finding(Status.PROBLEM, subject, f"{nearest} cannot be written to", fix)
    made = "" if nearest == folder else ", and is made when it is needed"
    return Finding(Status.OK, subject, f"{folder} can be written to{made}")


def _catalogue(settings: Settings, now_ms: int) -> Iterator[Finding]:
    try:
        loaded = furnish(settings, now_ms=now_ms).loaded
    except InputError as error:
        for problem in error.problems:
            yield Finding(Status.PROBLEM, "models", str(problem), "mend it in the file, or take the row out")
        return
    for notice in loaded.notices:
        yield Finding(Status.NOTE, "catalogue", notice, "`tw models --refresh` fetches the list anew")
    size = f"{len(loaded.catalog)} models"
    if settings.offline:
        yield Finding(Status.OK, "catalogue", f"{size}, those that are shipped")
    elif loaded.age_ms is None:
        fix = "`tw models --refresh` fetches current models and prices"
        yield Finding(Status.NOTE, "catalogue", f"{size}, those that are shipped", fix)
    elif loaded.stale:
        fix = "`tw models --refresh`, or wait: commands that use the network refresh it"
        yield Finding(Status.NOTE, "catalogue", f"{size}, fetched {loaded.age_ms // 60_000} minutes ago", fix)
    else:
        yield Finding(Status.OK, "catalogue", f"{size}, fetched {loaded.age_ms // 60_000} minutes ago")
    yield from _planner(settings, loaded.catalog)


def _planner(settings: Settings, catalog: Catalog) -> Iterator[Finding]:
    model = named(catalog, settings.planner_model)
    usable = usable_providers(settings)
    if model is None:
        message = f"no model {settings.planner_model!r} in the catalogue; the cheapest usable one plans instead"
        yield Finding(Status.NOTE, "planner", message, "set planner_model to one that `tw models` lists")
    elif usable and not any(offer.provider in usable for offer in model.offers):
        sellers = ", ".join(offer.provider for offer in model.offers) or "nobody"
        message = f"{model.id} is sold by {sellers}, of whom none is usable; the cheapest usable model plans instead"
        yield Finding(Status.NOTE, "planner", message, "set planner_model, or a key for one of them")


def _keys(settings: Settings, now_ms: int) -> Iterator[Finding]:
    """Whether `tw serve` would let anybody in."""
    file = KeyFile(settings.keys_path)
    try:
        keys = file.read()
        private = not keys or not _others_may_read(file.path)
    except InputError as error:
        fix = "restore the file, or move it away and create keys anew"
        yield Finding(Status.PROBLEM, "access keys", str(error), fix)
        return
    except OSError as error:
        yield Finding(Status.PROBLEM, "access keys", f"{file.path} cannot be read: {_reason(error)}", "see to the file")
        return
    active = sum(key.state(now_ms) == "active" for key in keys)
    if keys and not active:
        yield Finding(Status.NOTE, "access keys", "every key is revoked or has expired", "`tw keys create NAME`")
    elif keys:
        yield Finding(Status.OK, "access keys", f"{active} of {len(keys)} may be used")
    elif settings.proxy.host not in ("127.0.0.1", "::1", "localhost"):
        fix = "`tw keys create NAME`, or proxy.host: 127.0.0.1"
        yield Finding(Status.NOTE, "access keys", f"there are none, and {settings.proxy.host} needs them", fix)
    if not private:
        yield Finding(Status.NOTE, "access keys", f"others may read {file.path}", f"chmod 600 {file.path}")


def _store(url: str) -> Iterator[Finding]:
    if url and importlib.util.find_spec("coredis") is None:
        fix = "pip install '.[redis]', or unset budget_store"
        yield Finding(Status.PROBLEM, "budget store", "its client, coredis, is not installed", fix)


def _reached(settings: Settings, probe: Probe) -> tuple[Finding, ...]:
    """Probe all places at the same time; findings stand in the order of the settings."""
    if settings.offline:
        return ()
    places = {f"provider {name}": settings.providers[name].base_url for name in usable_providers(settings)}
    if settings.store_url:
        store = urlsplit(settings.store_url)
        places["budget store"] = f"{store.scheme}://{store.netloc.rpartition('@')[2]}"
    if not places:
        return ()
    import trio

    found: dict[str, Finding] = {}

    async def look(subject: str, url: str) -> None:
        try:
            await probe(url)
        except OSError as error:
            fix = "check the address, the network and the firewall, or use --offline"
            found[subject] = Finding(Status.PROBLEM, subject, f"{url} cannot be reached: {_reason(error)}", fix)
        else:
            found[subject] = Finding(Status.OK, subject, f"{url} can be reached")

    async def look_everywhere() -> None:
        async with trio.open_nursery() as nursery:
            for subject, url in places.items():
                nursery.start_soon(look, subject, url)

    trio.run(look_everywhere)
    return tuple(found[subject] for subject in places)


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _holds_secrets(settings: Settings) -> bool:
    secret = (".api_key", "budget_store") if settings.store_url else (".api_key",)
    return any(
        origin.source.startswith("file ") and (origin.key.endswith(secret) or ".headers." in origin.key)
        for origin in settings.origins
    )


def _others_may_read(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _as_json(finding: Finding) -> dict[str, str | None]:
    return {
        "status": finding.status.value,
        "subject": finding.subject,
        "message": finding.message,
        "fix": finding.fix or None,
    }

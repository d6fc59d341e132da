"""`tw serve`: the proxy; or, for programs that are to be tried without one, the simulated models alone."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from attrs import frozen

from tokenwise.errors import InputError, Problem
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import Exit, flush, tell, write, write_json
from tokenwise_shell.cli.options import Common
from tokenwise_shell.cli.proxying import Serving, run_proxy

if TYPE_CHECKING:
    from tokenwise_shell.config.settings import ProxySettings
    from tokenwise_shell.embedded import EmbeddedProvider

__all__ = ["Place", "provider_playing", "serve"]

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


@spread
@frozen(kw_only=True)
class Place:
    """Where to listen, and with how many processes."""

    host: Annotated[
        str | None, Parameter(metavar="HOST", help="The interface to listen on. Without it: proxy.host.")
    ] = None
    port: Annotated[
        str | None, Parameter(metavar="PORT", help="The port; 0 takes a free one. Without it: proxy.port.")
    ] = None
    workers: Annotated[
        str | None, Parameter(metavar="N", help="How many processes share the port. Without it: proxy.workers.")
    ] = None

    http: Annotated[
        str | None, Parameter(metavar="PARSER", help="What reads HTTP/1.1: httptools or h11. Without it: proxy.http.")
    ] = None

    journal: Annotated[
        str | None,
        Parameter(metavar="DIR", help="Keep a journal of each request here, for tw replay. Without it: proxy.journal."),
    ] = None
    journal_sample: Annotated[
        str | None, Parameter(metavar="SHARE", help="Of this share of requests alone, such as 0.1.")
    ] = None
    journal_texts: Annotated[
        bool | None, Parameter(help="With answers in full, not their lengths and hashes alone.", negative="")
    ] = None

    @property
    def flags(self) -> dict[str, object]:
        """These as settings."""
        names = ("host", "port", "workers", "http", "journal", "journal_sample")
        texts = None if self.journal_texts is None else str(self.journal_texts).lower()
        return {**{f"proxy.{name}": getattr(self, name) for name in names}, "proxy.journal_texts": texts}


_COMMON = Common()
_PLACE = Place()


def serve(
    *,
    place: Place = _PLACE,
    no_auth: Annotated[bool, Parameter(help="Ask nobody for a key, whoever can reach the proxy.")] = False,
    embedded: Annotated[bool, Parameter(help="Serve the simulated models themselves: no proxy, no books.")] = False,
    faults: Annotated[
        Path | None,
        Parameter(metavar="FILE", help="Faults for the simulated models to play, as docs/embedded.md describes them."),
    ] = None,
    common: Common = _COMMON,
) -> int:
    """Serve until interrupted. The address is on stdout, in a form to be pasted."""
    if embedded:
        settings = common.settings(place.flags)
        _refuse_reach(settings.proxy.host)
        return _serve_embedded(provider_playing(faults), settings.proxy, as_json=common.json)
    workspace = common.workspace(place.flags)
    if workspace.settings.offline:
        _refuse_reach(workspace.settings.proxy.host)
    elif faults:
        raise InputError(Problem("--faults", "are played by simulated models alone; add --offline, or --embedded"))
    if not workspace.providers:
        return Exit.OUT_OF_REACH  # a notice has said why, and what to do
    simulated = provider_playing(faults) if faults else None
    reread = partial(common.workspace, place.flags)
    return run_proxy(Serving(workspace, no_auth=no_auth, as_json=common.json, simulated=simulated, reread=reread))


def _refuse_reach(host: str) -> None:
    if host not in _LOOPBACK:
        raise InputError(Problem("--host", f"{host!r}: simulated models are served on loopback alone"))


def provider_playing(faults: Path | None) -> EmbeddedProvider:
    """Simulated models with the faults that this file scripts. Raises InputError, naming the file."""
    from tokenwise_shell.embedded import EmbeddedProvider, Script, load_script

    try:
        return EmbeddedProvider(script=load_script(faults) if faults else Script())
    except InputError as error:
        raise InputError(*(Problem(_joined(str(faults), one.path), one.message) for one in error.problems)) from None


def _joined(file: str, path: str) -> str:
    return path if path.startswith(file) else f"{file}: {path}" if path else file


# --- the simulated models alone ---------------------------------------------------------------------------------------


def _serve_embedded(provider: EmbeddedProvider, place: ProxySettings, *, as_json: bool) -> int:
    import trio

    from tokenwise_shell.cli.interruption import until_signal
    from tokenwise_shell.embedded import serve as serve_embedded

    async def forever() -> None:
        async with serve_embedded(provider, host=place.host, port=place.port) as address:
            _announce(str(address), as_json=as_json)
            await trio.sleep_forever()

    try:
        _, stopped_by = trio.run(until_signal, forever)
    except* OSError as errors:
        why = errors.exceptions[0]
        fix = "--port 0 takes a free one"
        raise InputError(Problem(f"{place.host}:{place.port}", f"cannot be listened on ({why}); {fix}")) from None
    # A supervisor's SIGTERM is how a server is meant to end.
    return Exit.INTERRUPTED if stopped_by == signal.SIGINT else Exit.DONE


def _announce(url: str, *, as_json: bool) -> None:
    if as_json:
        write_json({"base_url": url})
    else:
        write(f"{url}\nexport OPENAI_BASE_URL={url} OPENAI_API_KEY=offline\n")
        tell("simulated models, no key needed; Ctrl-C ends it")
    flush()

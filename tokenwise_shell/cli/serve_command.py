"""`tw serve --offline`: the embedded provider as a server, for programs that are to run without a network or a bill."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tokenwise.errors import InputError, Problem
from tokenwise_shell.cli.edge import Exit, flush, tell, write, write_json
from tokenwise_shell.cli.options import Common

if TYPE_CHECKING:
    from tokenwise_shell.embedded import EmbeddedProvider
    from tokenwise_shell.settings import ProxySettings

__all__ = ["serve"]

_COMMON = Common()
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

_NO_PROXY = (
    "the proxy to real providers is not part of this version; `tw serve --offline` serves simulated models in OpenAI's "
    "format"
)


def serve(
    *,
    host: Annotated[str | None, Parameter(help="The interface to listen on: loopback. Without it: proxy.host.")] = None,
    port: Annotated[str | None, Parameter(help="The port; 0 takes a free one. Without it: proxy.port.")] = None,
    faults: Annotated[
        Path | None, Parameter(help="A YAML file of faults to play, as docs/embedded.md describes them.")
    ] = None,
    common: Common = _COMMON,
) -> int:
    """Serve until interrupted. The address is on stdout, in a form to be pasted."""
    settings = common.settings({"proxy.host": host, "proxy.port": port})
    if not settings.offline:
        tell(_NO_PROXY)
        return Exit.BAD_INPUT
    place = settings.proxy
    if place.host not in _LOOPBACK:
        raise InputError(Problem("--host", f"{place.host!r}: offline, nothing but loopback is listened on"))
    return _serve(_provider(faults), place, as_json=common.json)


def _provider(faults: Path | None) -> "EmbeddedProvider":
    from tokenwise_shell.embedded import EmbeddedProvider, Script, load_script

    try:
        return EmbeddedProvider(script=load_script(faults) if faults else Script())
    except InputError as error:
        raise InputError(*(Problem(_joined(str(faults), one.path), one.message) for one in error.problems)) from None


def _joined(file: str, path: str) -> str:
    return path if path.startswith(file) else f"{file}: {path}" if path else file


def _serve(provider: "EmbeddedProvider", place: "ProxySettings", *, as_json: bool) -> int:
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

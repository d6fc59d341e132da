"""A client put together: the transport and the books opened, the embedded provider started where nothing may leave.

All of it is closed again when the block ends. Decisions that need nothing of it (`tw route`) are in `plans/decision`.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tokenwise_shell.budgets.opening import open_holder
from tokenwise_shell.client import Client
from tokenwise_shell.config.settings import HttpParser, ProviderKind, Settings
from tokenwise_shell.embedded import EmbeddedProvider, serve
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.engine.interpret import Interpreter
from tokenwise_shell.engine.watch import Watch
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.providers.names import catalog_ids
from tokenwise_shell.providers.wire import Endpoint
from tokenwise_shell.transport import open_transport
from tokenwise_shell.transport.reading import H11Answers, LlhttpAnswers
from tokenwise_shell.workspace import EMBEDDED, Workspace, open_workspace

__all__ = ["endpoints_of", "open_client"]


@asynccontextmanager
async def open_client(
    workspace: Workspace | None = None,
    *,
    config: Path | None = None,
    offline: bool | None = None,
    simulated: EmbeddedProvider | None = None,
) -> AsyncIterator[Client]:
    """A client, while the block runs. Without a workspace, the configuration and the environment are read.

    `simulated` answers offline, in place of an embedded provider without faults.
    Raises InputError for bad configuration and LinesUnwritable where the ledger cannot be written.
    """
    workspace = workspace or open_workspace(
        environ=os.environ, flags={"offline": offline}, path=config, now_ms=wall_ms()
    )
    settings, notices = workspace.settings, list(workspace.notices)
    workspace.counted(())  # a tokenizer that is wanted loads now, or is missed now, and not in the midst of a request
    async with AsyncExitStack() as stack:
        endpoints = endpoints_of(workspace)
        if settings.offline:
            address = await stack.enter_async_context(serve(simulated or EmbeddedProvider()))
            endpoints[EMBEDDED] = Endpoint(ProviderKind.OPENAI, str(address))
        plain = workspace.settings.proxy.http is HttpParser.H11
        transport = await stack.enter_async_context(open_transport(reading=H11Answers if plain else LlhttpAnswers))
        journal = Journal.open(settings.ledger_path, now_ms=wall_ms, sync=settings.ledger_sync)
        stack.callback(journal.close)
        notices += journal.notices
        opening = open_holder(settings, journal, notices.append)
        holder, limits = await stack.enter_async_context(opening)
        caller = Caller(transport, endpoints, catalog_id=catalog_ids(workspace.catalog))
        if settings.tracing:
            from tokenwise_shell.engine.tracing import TracedCaller, TracedInterpreter, open_tracer

            tracer = await stack.enter_async_context(open_tracer())
            caller = TracedCaller(transport, endpoints, catalog_id=catalog_ids(workspace.catalog), tracer=tracer)
            interpreter: Interpreter = TracedInterpreter(caller.call, holder, journal, Watch(), wall_ms, tracer=tracer)
        else:
            interpreter = Interpreter(caller.call, holder, journal, Watch(), wall_ms)
        yield Client(workspace, interpreter, journal, caller, holder, limits, notices)


def endpoints_of(workspace: Workspace) -> dict[str, Endpoint]:
    """Where the providers that can be called are, but for the embedded one, which has an address once it is started."""
    return {name: _endpoint(workspace.settings, name) for name in workspace.providers if name != EMBEDDED}


def _endpoint(settings: Settings, name: str) -> Endpoint:
    provider = settings.providers[name]
    return Endpoint(
        provider.kind,
        provider.base_url,
        provider.api_key,
        tuple(provider.headers.items()),
        cap_field=provider.cap_field,
        stream_usage=provider.stream_usage,
        responses=provider.responses,
        stops=provider.stops_when_left,
    )

"""A proxy that runs on gets a new catalogue whenever its own has grown old."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from attrs import evolve

from tokenwise.errors import InputError
from tokenwise_shell.catalogs.fetching import catalog_sources, fetched
from tokenwise_shell.catalogs.loading import Loaded, load
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.engine.clock import wall_ms

if TYPE_CHECKING:
    from tokenwise_shell.client import Client

__all__ = ["first_list", "keep_fresh", "take_over"]

_OPENROUTER: Final = "openrouter"

# After a failure the list is old already; a minute is long enough for whoever serves it to be left alone.
_AGAIN_MS: Final = 60_000
# A list of 1 MB comes within seconds; a proxy that does not start for want of it would be worse than an older list.
_FIRST_MS: Final = 10_000


async def first_list(client: "Client", notice: Callable[[str], None]) -> None:
    """Give a client the newest list before its first request, so that this is decided on what later ones are.

    Where the list does not come in ten seconds, `notice` hears that the first requests are decided on another one.
    """
    import trio

    if not _is_asked_for(client) or _fresh_for_ms(client.workspace.loaded, client.workspace.settings):
        return
    with trio.move_on_after(_FIRST_MS / 1000):
        await _renew(client, notice)
        return
    notice("OpenRouter's list has not come yet: until it does, requests are decided on the list at hand")


async def keep_fresh(client: "Client", notice: Callable[[str], None]) -> None:
    """Give a client a new catalogue whenever its own is older than `cache_ttl`, for as long as this is not cancelled.

    Where OpenRouter is not called, its list is not asked for either. Fetching and reading it is the work of a thread:
    400 rows take a moment, in which no request need wait. Requests under way keep the catalogue they began with. Where
    there is no newer list, everything stays as it is, and `notice` hears why.
    """
    import trio

    if not _is_asked_for(client):
        return
    while True:
        fresh_ms = _fresh_for_ms(client.workspace.loaded, client.workspace.settings)
        await trio.sleep(max(_AGAIN_MS, fresh_ms) / 1000)
        await _renew(client, notice)


def _is_asked_for(client: "Client") -> bool:
    return not client.workspace.settings.offline and _OPENROUTER in client.workspace.providers


async def _renew(client: "Client", notice: Callable[[str], None]) -> None:
    import trio

    try:
        loaded = await trio.to_thread.run_sync(trio.run, _renewed, client.workspace.settings, abandon_on_cancel=True)
    except InputError as error:  # of the user's own models, which were fine when the client began
        notice(f"the catalogue stays as it was: {error}")
        return
    if loaded.stale:
        notice(loaded.notices[0])
    else:
        take_over(client, loaded)


def take_over(client: "Client", loaded: Loaded) -> None:
    """Let the client decide by this catalogue from now on."""
    from tokenwise_shell.providers.names import catalog_ids

    client.workspace = client.workspace.with_catalog(loaded)
    client.caller = evolve(client.caller, catalog_id=catalog_ids(loaded.catalog))
    client.interpreter = evolve(client.interpreter, place_call=client.caller.call)


async def _renewed(settings: Settings) -> Loaded:
    """The list that another process has fetched meanwhile, or a new one."""
    loaded = load(catalog_sources(settings), now_ms=wall_ms())
    return await fetched(settings, now_ms=wall_ms()) if loaded.stale else loaded


def _fresh_for_ms(loaded: Loaded, settings: Settings) -> int:
    return 0 if loaded.age_ms is None else max(0, 1000 * settings.cache_ttl_s - loaded.age_ms)

"""OpenRouter's list fetched anew, over a transport of its own.

A list that cannot be had or read costs a notice; `loading.refresh` sees to that.
"""

from typing import Final

from tokenwise_shell.catalogs.loading import Loaded, Sources, refresh
from tokenwise_shell.config.settings import Settings

__all__ = ["catalog_sources", "fetched"]

# A list of 400 models is 1 MB; on a bad line that takes a while.
_FETCH_MS: Final = 60_000


async def fetched(settings: Settings, *, now_ms: int) -> Loaded:
    """The catalogue with OpenRouter's list as it is now, or as it was last had. Raises InputError as `load` does."""
    from tokenwise_shell.transport import open_transport
    from tokenwise_shell.transport.exchange import HttpRequest, TransportTrouble

    async with open_transport(trust_env=True) as transport:

        async def fetch(url: str) -> bytes:
            try:
                answer = await transport.send(HttpRequest("GET", url, ()), timeout_ms=_FETCH_MS)
            except (TransportTrouble, ValueError) as trouble:
                raise OSError(str(trouble)) from trouble
            if answer.status != 200:
                raise OSError(f"it answered with status {answer.status}")
            return answer.body

        return await refresh(fetch, catalog_sources(settings), now_ms=now_ms)


def catalog_sources(settings: Settings) -> Sources:
    """Where the catalogue comes from under these settings."""
    return Sources(
        cache_dir=settings.cache_dir,
        ttl_ms=settings.cache_ttl_s * 1000,
        local_path=settings.local_models,
        rows=settings.models,
        permitted=settings.permitted,
        models_url=f"{settings.providers['openrouter'].base_url}/models",
        offline=settings.offline,
    )

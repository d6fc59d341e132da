"""`tw models`: the catalogue, with prices, who would serve each model, and where each row comes from."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from attrs import evolve
from cyclopts import Parameter

from tokenwise.catalog import Capability, Model, Offer, Price, Rate, Tier
from tokenwise_shell.catalogs import Loaded
from tokenwise_shell.catalogs import refresh as refresh_catalog
from tokenwise_shell.cli.edge import Exit, columns, tell, write, write_json
from tokenwise_shell.cli.options import Common, count, one_of
from tokenwise_shell.cli.route_command import wanted
from tokenwise_shell.clock import wall_ms
from tokenwise_shell.workspace import Workspace, catalog_sources

__all__ = ["models"]

_COMMON = Common()

# A list of 400 models is 1 MB; on a bad line that takes a while.
_FETCH_MS = 60_000


def models(
    *,
    capability: Annotated[
        tuple[str, ...], Parameter(help="Only models with it: general, code, reasoning or math. May be repeated.")
    ] = (),
    tier: Annotated[str | None, Parameter(help="Only this tier: budget, mid or flagship.")] = None,
    provider: Annotated[str | None, Parameter(help="Only what this provider sells, at its prices.")] = None,
    limit: Annotated[str | None, Parameter(help="At most so many models.")] = None,
    refresh: Annotated[
        bool, Parameter(help="Fetch OpenRouter's list first. Where that fails, the list at hand is shown.")
    ] = False,
    common: Common = _COMMON,
) -> int:
    """Show the models that match all the options."""
    most = count(limit, "--limit")
    needed = wanted(capability) or Capability(0)
    tiers = _tiers(tier)
    workspace = common.workspace()
    if refresh:
        workspace = _refreshed(workspace)
    seller = provider and one_of(provider, _sellers(workspace), "--provider")
    rows = [row for row in _offered(workspace, seller) if row[0].tier in tiers and needed in row[0].capabilities][:most]
    if common.json:
        write_json(list(map(_as_json, rows)))
    elif rows:
        from tokenwise_shell.render import models_text

        write(models_text(rows, width=columns()))
    else:
        tell("no model matches")
    return Exit.DONE


def _tiers(name: str | None) -> frozenset[Tier]:
    by_name = {tier.name.lower(): tier for tier in Tier}
    return frozenset(Tier) if name is None else frozenset({by_name[one_of(name, tuple(by_name), "--tier")]})


def _sellers(workspace: Workspace) -> tuple[str, ...]:
    sellers = {offer.provider for model in workspace.catalog.models for offer in model.offers}
    return tuple(sorted(sellers | set(workspace.providers)))


def _offered(workspace: Workspace, seller: str | None) -> Iterator[tuple[Model, Offer | None]]:
    """Each model with the offer that would serve it, or with that of one seller, if one is named."""
    for model in workspace.catalog.models:
        if not seller:
            yield model, next(iter(workspace.reachable[model.id].offers), None)
        elif offer := model.offered_by.get(seller):
            yield model, offer


def _as_json(row: tuple[Model, Offer | None]) -> dict[str, object]:
    model, served = row
    shown = served or next(iter(model.offers), None)
    price = shown.price if shown else model.price
    rate = price.rates[0] if isinstance(price, Price) else None
    return {
        "id": model.id,
        "provider": served.provider if served else None,
        "tier": model.tier.name.lower(),
        "capabilities": list(model.capabilities.names),
        "features": list(model.features.names),
        "quality": model.quality,
        "context_tokens": model.context_tokens,
        "max_input_tokens": model.max_input_tokens,
        "max_output_tokens": model.max_output_tokens,
        "input_nano_per_mtok": rate and rate.input,
        "output_nano_per_mtok": rate and rate.output,
        "cached_input_nano_per_mtok": rate and rate.cache_read,
        "price_known": rate is not None,
        "long_input_prices": list(_longer(price.rates[1:])) if isinstance(price, Price) else [],
        "source": shown.source if shown else None,
        "sold_by": [offer.provider for offer in model.offers],
    }


def _longer(rates: Iterable[Rate]) -> Iterator[dict[str, int]]:
    for rate in rates:
        yield {
            "above_input_tokens": rate.above_input_tokens,
            "input_nano_per_mtok": rate.input,
            "output_nano_per_mtok": rate.output,
        }


# --- refreshing -------------------------------------------------------------------------------------------------------


def _refreshed(workspace: Workspace) -> Workspace:
    """The workspace with OpenRouter's list as it is now; as it was, with a notice, where that cannot be had."""
    if workspace.settings.offline:
        tell("--refresh fetches nothing when offline")
        return workspace
    import trio

    loaded = trio.run(_fetched, workspace)
    tell(*(notice for notice in loaded.notices if notice not in workspace.notices))
    reachable = loaded.catalog.only(workspace.providers) if workspace.providers else loaded.catalog
    return evolve(workspace, catalog=loaded.catalog, reachable=reachable, loaded=loaded)


async def _fetched(workspace: Workspace) -> Loaded:
    from tokenwise_shell.exchange import HttpRequest, TransportTrouble
    from tokenwise_shell.transport import open_transport

    async with open_transport(trust_env=True) as transport:

        async def fetch(url: str) -> bytes:
            try:
                answer = await transport.send(HttpRequest("GET", url, ()), timeout_ms=_FETCH_MS)
            except (TransportTrouble, ValueError) as trouble:
                raise OSError(str(trouble)) from trouble
            if answer.status != 200:
                raise OSError(f"it answered with status {answer.status}")
            return answer.body

        sources = catalog_sources(workspace.settings)
        url = f"{workspace.settings.providers['openrouter'].base_url}/models"
        return await refresh_catalog(fetch, evolve(sources, models_url=url), now_ms=wall_ms())

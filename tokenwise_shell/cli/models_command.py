"""`tw models`: the catalogue, with prices, who would serve each model, and where each row comes from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from attrs import frozen

from tokenwise.catalog.models import Model, Offer
from tokenwise.errors import InputError, Problem
from tokenwise.traits import Capability, Tier
from tokenwise_shell.catalogs.document import model_document
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import Exit, columns, tell, write, write_json
from tokenwise_shell.cli.options import Common, Flags, count, one_of
from tokenwise_shell.cli.route_command import wanted
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.workspace import Workspace

__all__ = ["Which", "models"]

_COMMON = Common()


@spread
@frozen(kw_only=True)
class Which:
    """Which models are shown; without any of it, those that a request may be routed to."""

    capability: Annotated[
        tuple[str, ...],
        Parameter(metavar="KIND", help="Only models with it: general, code, reasoning or math. May be repeated."),
    ] = ()
    tier: Annotated[str | None, Parameter(metavar="TIER", help="Only this tier: budget, mid or flagship.")] = None
    provider: Annotated[str | None, Parameter(metavar="NAME", help="Only what this provider sells, at its prices.")] = (
        None
    )
    limit: Annotated[str | None, Parameter(metavar="N", help="At most so many models.")] = None
    everything: Annotated[
        bool, Parameter(name="--all", help="Also those that nobody can be asked for here, or by their name alone.")
    ] = False


_WHICH = Which()


def models(
    *,
    which: Which = _WHICH,
    explain: Annotated[
        str | None,
        Parameter(metavar="MODEL", help="One model, by its id or a provider's name: where each figure comes from."),
    ] = None,
    refresh: Annotated[
        bool, Parameter(help="Fetch OpenRouter's list first. Where that fails, the list at hand is shown.")
    ] = False,
    common: Common = _COMMON,
) -> int:
    """Show the models that match all the options: those that a request may be routed to, unless all are asked for."""
    workspace, flags = common.workspace(), Flags()
    most = flags.of(count, which.limit, "--limit")
    needed = flags.of(wanted, which.capability) or Capability(0)
    tiers = flags.of(_tiers, which.tier)
    seller = flags.of(one_of, which.provider, _sellers(workspace), "--provider") if which.provider else None
    flags.check()
    if refresh:
        workspace = _refreshed(workspace)
    if explain is not None:
        return _explained(workspace, explain, as_json=common.json)
    rows = [row for row in _offered(workspace, seller) if row[0].tier in tiers and needed in row[0].capabilities]
    ready = [] if which.everything or seller else [row for row in rows if row[1] and not row[0].named_only]
    if common.json:
        write_json([model_document(*row) for row in rows[:most]])
    else:
        _show(rows, ready, most)
    return Exit.DONE


def _show(rows: list[tuple[Model, Offer | None]], ready: list[tuple[Model, Offer | None]], most: int | None) -> None:
    """Those that can be called, if there are any, else all; and how many more there are."""
    from tokenwise_shell.show.render import models_text

    if not rows:
        tell("no model matches")
        return
    write(models_text((ready or rows)[:most], width=columns()))
    if ready and len(ready) < len(rows):
        nobody, by_name = sum(not served for _, served in rows), sum(model.named_only for model, _ in rows)
        parts = ((by_name, "by their names alone"), (nobody, "nobody here sells"))
        told = ", ".join(f"{number} {how}" for number, how in parts if number)
        tell(f"{len(rows) - len(ready)} more ({told}): tw models --all")


def _explained(workspace: Workspace, name: str, *, as_json: bool) -> int:
    from tokenwise_shell.catalogs.origins import figures_of
    from tokenwise_shell.cli.naming import named

    found, _ = named(name, workspace, "--explain")
    if not found:
        raise InputError(Problem("--explain", f"{name!r} leaves the choice open; expected one model"))
    model = workspace.catalog[found]
    figures = figures_of(model, workspace.policy().free_models)
    if as_json:
        served = next(iter(workspace.reachable[model.id].offers), None)
        write_json({**model_document(model, served), "explained": dict(figures)})
    else:
        from tokenwise_shell.show.render import facts

        write(f"{model.id}\n\n{facts(figures, columns())}")
    return Exit.DONE


def _tiers(name: str | None) -> frozenset[Tier]:
    by_name = {tier.name.lower(): tier for tier in Tier}
    return frozenset(Tier) if name is None else frozenset({by_name[one_of(name, tuple(by_name), "--tier")]})


def _sellers(workspace: Workspace) -> tuple[str, ...]:
    sellers = {offer.provider for model in workspace.catalog.models for offer in model.offers}
    return tuple(sorted(sellers | set(workspace.providers)))


def _offered(workspace: Workspace, seller: str | None) -> Iterator[tuple[Model, Offer | None]]:
    """Each model with the offer that would serve it, or with that of one seller, if one is named.

    Those that are never chosen stand behind the others.
    """
    for model in sorted(workspace.catalog.models, key=lambda model: model.named_only):
        if not seller:
            yield model, next(iter(workspace.reachable[model.id].offers), None)
        elif offer := model.offered_by.get(seller):
            yield model, offer


def _refreshed(workspace: Workspace) -> Workspace:
    """The workspace with OpenRouter's list as it is now; as it was, with a notice, where that cannot be had."""
    if workspace.settings.offline:
        tell("--refresh fetches nothing when offline")
        return workspace
    import trio

    from tokenwise_shell.catalogs.fetching import fetched

    loaded = trio.run(partial(fetched, workspace.settings, now_ms=wall_ms()))
    tell(*(notice for notice in loaded.notices if notice not in workspace.notices))
    return workspace.with_catalog(loaded)

"""`tw audit`: logs that are there already, and what they say was spent, wasted and could be saved. Calls nobody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from attrs import evolve

from tokenwise.audit.audits import Audit
from tokenwise.audit.choices import EQUALS, Trial, equals
from tokenwise.audit.findings import findings
from tokenwise.audit.pricing import Prices
from tokenwise.errors import InputError, Problem
from tokenwise.money import MAX_USD, Nanodollars
from tokenwise.simulation.workload import Variant
from tokenwise_shell.audit.documents import document_of
from tokenwise_shell.audit.formats import FORMATS
from tokenwise_shell.audit.opening import Intake, calls_of, files_of
from tokenwise_shell.audit.pages import page_of
from tokenwise_shell.audit.texts import findings_text
from tokenwise_shell.audit.values import resolver
from tokenwise_shell.catalogs.fetching import catalog_sources
from tokenwise_shell.catalogs.loading import load
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, columns, tell, write, write_json
from tokenwise_shell.cli.options import Common, Flags, Spending, one_of, refuse_unwritable
from tokenwise_shell.config.loading import policy as policy_of
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.simulate.variant_files import read_variants

__all__ = ["audit"]

_ANYTHING: Final = Nanodollars(MAX_USD * 10**9)
_COMMON = Common()
_SPENDING = Spending()


def audit(
    *logs: Annotated[Path, Parameter(help="Files, folders or - (standard input); packed ones (gzip) too.")],
    policy: Annotated[
        tuple[Path, ...],
        Parameter(
            metavar="FILE", help="A policy to try, with its limits. May be repeated. Without it: the configured one."
        ),
    ] = (),
    format: Annotated[  # noqa: A002 -- as the option is called
        str | None,
        Parameter(metavar="NAME", help=f"One of {', '.join(FORMATS)}. Without it: by what stands in a file."),
    ] = None,
    html: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write a page with plots, which needs no network.")
    ] = None,
    spending: Spending = _SPENDING,
    common: Common = _COMMON,
) -> int:
    """Read, price, try and tell. Exit code 1 where a file that was named is no log."""
    flags = Flags()
    forced = format and flags.of(one_of, format, tuple(FORMATS), "--format")
    flags.of(refuse_unwritable, html, "--html")
    settings = flags.of(common.settings, spending.flags)
    files = flags.of(files_of, logs)
    if not logs:
        flags.of(_nothing_named)
    flags.check()
    whole = _audit(settings, policy, budgeted=spending.budget is not None)
    intake = Intake(frozenset(logs))
    for call in calls_of(files, intake, forced):
        whole.add(call)
    tell(*map(str, intake.shown), *intake.unrecognised)
    if inside := intake.left - len(intake.unrecognised):
        tell(f"files in folders that are no logs: {inside:,}")
    if intake.malformed > len(intake.shown):
        tell(f"and {intake.malformed - len(intake.shown):,} more lines that cannot be read")
    if not whole.total.calls:
        raise InputError(Problem(", ".join(map(str, logs)), "no calls were found in it"))
    found = findings(whole)
    if html:
        html.write_text(page_of(found, intake), encoding="utf-8")
    if common.json:
        write_json(document_of(found, intake))
    else:
        write(findings_text(found, intake, width=columns()))
    return Exit.UNSUCCESSFUL if intake.unrecognised else Exit.DONE


def _nothing_named() -> None:
    raise InputError(
        Problem("LOGS", "expected files or folders, such as ~/.claude/projects or spend.csv; - is standard input")
    )


def _audit(settings: Settings, files: Sequence[Path], *, budgeted: bool) -> Audit:
    """Prices of every seller, whoever can be reached: what was paid was paid. Offline, those that are shipped."""
    sources = catalog_sources(settings)
    fresh = None if settings.offline else sources.cache_dir
    catalog = load(evolve(sources, offline=False, cache_dir=fresh), now_ms=wall_ms()).catalog
    limit = settings.default_budget if budgeted else _ANYTHING
    policy = policy_of(settings, None)
    variants = read_variants(files, Variant(name=policy.strategy.value, policy=policy, limit=limit))
    if any(variant.name == EQUALS for variant in variants):
        raise InputError(Problem("--policy", f"{EQUALS!r} is the name of what is always tried; give it another"))
    trials = [Trial(variant, catalog) for variant in (equals(_ANYTHING), *variants)]
    return Audit(Prices(catalog, resolver(catalog)), trials, settings.zone)

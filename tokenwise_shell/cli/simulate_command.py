"""`tw simulate`: a workload under one policy or several, in virtual time and a world of its own. Nobody is called."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

from attrs import frozen

from tokenwise.errors import InputError, Problem
from tokenwise.simulation.differences import Differing, differing
from tokenwise.simulation.laws import Broken, Kept, judge_laws
from tokenwise.simulation.reports import Report, report
from tokenwise.simulation.surveys import EVERYTHING, Group, Setting
from tokenwise.simulation.tally import Tally
from tokenwise.simulation.workload import Variant
from tokenwise_shell.budgets.limits import limits_of
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import Exit, columns, tell, write, write_json
from tokenwise_shell.cli.options import Common, Spending, count
from tokenwise_shell.config.values import nearest
from tokenwise_shell.simulate.documents import csv_of, differing_json, document_of
from tokenwise_shell.simulate.engines import CHUNK, Engine, engine_of, run_all, tasks_of
from tokenwise_shell.simulate.law_files import read_laws
from tokenwise_shell.simulate.plots import check_plot, draw
from tokenwise_shell.simulate.tables import differing_text, laws_text, report_text
from tokenwise_shell.simulate.variant_files import read_variants
from tokenwise_shell.simulate.workload_files import Source, open_workload
from tokenwise_shell.simulate.workload_lines import Manner
from tokenwise_shell.simulate.world_files import read_world
from tokenwise_shell.workspace import Workspace

__all__ = ["AS_RECORDED", "Output", "Trial", "simulate"]

_MOST_SEEDS: Final = 10_000
_MOST_NAMED: Final = 20  # labels or keys, where one is mistyped
_MOST_PROCESSES: Final = 1024

AS_RECORDED: Final = "as recorded"
"""The column of what a ledger says of its own requests."""


@spread
@frozen(kw_only=True)
class Trial:
    """How the simulation is run."""

    seed: Annotated[str, Parameter(metavar="N", help="The first seed. Equal seeds give equal reports.")] = "0"
    repeat: Annotated[str, Parameter(metavar="N", help="How many seeds to run, for intervals: SEED, SEED + 1, …")] = "1"
    per_second: Annotated[str, Parameter(metavar="RATE", help="How fast requests come that do not say when.")] = "10"
    processes: Annotated[
        str, Parameter(metavar="N", help="How many processes to use, or `all`; the result is the same for any number.")
    ] = "1"
    engine: Annotated[str | None, Parameter(metavar="WHICH", help="dask://HOST:PORT, to use a cluster instead.")] = None
    chunk: Annotated[
        str | None,
        Parameter(
            metavar="N",
            help="Cut the workload into pieces of so many requests that do not meet: what is spread over processes. "
            f"Without it: {CHUNK}, and all in one piece where a policy has shared budgets.",
        ),
    ] = None

    @property
    def seeds(self) -> range:
        """The seeds to run."""
        first = count(self.seed, "--seed", least=0) or 0
        return range(first, first + (count(self.repeat, "--repeat", most=_MOST_SEEDS) or 1))

    @property
    def pace_ms(self) -> int:
        """Milliseconds between two requests that do not say when they come."""
        return max(1, 1000 // (count(self.per_second, "--per-second") or 1))

    def how(self) -> Engine:
        """Whatever does the work."""
        asked = self.processes.strip().lower()
        number = os.cpu_count() if asked == "all" else count(asked, "--processes", most=_MOST_PROCESSES)
        return engine_of(number or 1, self.engine)

    def chunk_for(self, variants: Sequence[Variant]) -> int | None:
        """Requests in a piece. Those that share money have to meet, so by default they stay together."""
        if self.chunk is not None:
            return count(self.chunk, "--chunk")
        return None if any(variant.shares_money for variant in variants) else CHUNK


@spread
@frozen(kw_only=True)
class Output:
    """What is to come of it."""

    csv: Annotated[bool, Parameter(help="Print the figures as CSV.")] = False
    assertions: Annotated[
        Path | None,
        Parameter(metavar="FILE", name="--assert", help="Laws that must hold; exit code 1 where one does not."),
    ] = None
    plot: Annotated[
        Path | None, Parameter(metavar="FILE", help="Draw the figures into this .html, .svg or .png file.")
    ] = None
    diff: Annotated[
        tuple[str, str] | None,
        Parameter(
            metavar="NAME", help="List the requests that two policies, by name or file, decide differently, with why."
        ),
    ] = None
    limit: Annotated[str, Parameter(metavar="N", help="How many of them to list.")] = "20"


_COMMON = Common()
_SPENDING = Spending()
_TRIAL = Trial()
_OUTPUT = Output()


def simulate(
    workload: Annotated[
        Path,
        Parameter(
            help="Requests as JSON lines, rows of recorded outcomes (JSON lines or CSV), a ledger, a folder of run "
            "journals, or made-up traffic (YAML)."
        ),
    ],
    /,
    *,
    policy: Annotated[
        tuple[Path, ...],
        Parameter(metavar="FILE", help="A policy to try. May be repeated. Without it: the configured one."),
    ] = (),
    world: Annotated[
        Path | None, Parameter(metavar="FILE", help="How providers behave: latency, faults, prices, quality.")
    ] = None,
    trial: Trial = _TRIAL,
    output: Output = _OUTPUT,
    spending: Spending = _SPENDING,
    common: Common = _COMMON,
) -> int:
    """Simulate and report. Exit code 1 where an asserted law is broken."""
    if output.plot:
        check_plot(output.plot)
    workspace = common.workspace(spending.flags)
    usual = _usual(workspace)
    laws = read_laws(output.assertions) if output.assertions else ()
    variants = read_variants(policy, usual)
    file = read_world(world)
    source = open_workload(workload, Manner(trial.pace_ms, file.recorded_as, _marks(variants)))
    groups = tuple(dict.fromkeys(law.group for law in laws if law.group))
    setting = Setting(
        catalog=file.narrowed(workspace.reachable), world=file.world, groups=groups, calendar=file.calendar
    )
    if output.diff:
        pair = _pair(output.diff, variants, usual)
        return _differ(source, pair, setting, trial.seeds[0], output, as_json=common.json)
    tasks = tasks_of(source, variants, trial.seeds, setting, trial.chunk_for(variants))
    cells = run_all(tasks, trial.how())
    if not cells:
        raise InputError(Problem(str(workload), "has no requests"))
    recorded = source.recorded()
    columns_of = {} if recorded is None else {AS_RECORDED: [(seed, recorded) for seed in trial.seeds]}
    columns_of |= {name: [(seed, row[seed][EVERYTHING]) for seed in trial.seeds] for name, row in cells.items()}
    _refuse_strangers(groups, cells.values(), source)
    told = report(columns_of)
    if recorded and (uncalled := recorded.sums["uncalled",]):
        tell(f"runs of the ledger that called nobody (refused, say): {uncalled:,}; no policy is tried on them")
    verdicts = tuple(itertools.chain.from_iterable(judge_laws(laws, name, row) for name, row in cells.items()))
    _show(told, verdicts, document_of(told, workload=workload.name, kind=source.kind, laws=verdicts), output, common)
    return Exit.UNSUCCESSFUL if any(isinstance(one, Broken) for one in verdicts) else Exit.DONE


def _refuse_strangers(
    groups: Sequence[Group], rows: Iterable[Mapping[int, Mapping[Group | None, Tally]]], source: Source
) -> None:
    """A law about a label or a key that no request has would pass whatever happens. Raises InputError with each."""
    tallies = [of for row in rows for of in row.values()]
    strangers = [one for one in groups if one.kind != "capability" and not any(of[one].sums for of in tallies)]
    if not strangers:
        return
    known: dict[str, set[str]] = {"label": set(), "key": set()}
    for asked in (request for piece in source.pieces(None) for request in piece.requests()):
        known["label"].update(asked.labels)
        known["key"] |= {asked.key} - {""}
    have = {kind: ", ".join(sorted(names)[:_MOST_NAMED]) or "none" for kind, names in known.items()}
    told = ((one, f"there are {have[one.kind]}{nearest(one.name, known[one.kind])}") for one in strangers)
    raise InputError(*(Problem(str(one), f"no request has this {one.kind}; {what}") for one, what in told))


def _marks(variants: Sequence[Variant]) -> tuple[str, ...]:
    """The columns of a workload by whose values some policy's limits hold requests."""
    names = (limit.each for variant in variants for limit in variant.limits)
    return tuple(dict.fromkeys(name for name in names if name not in (None, "key", "model")))


def _usual(workspace: Workspace) -> Variant:
    """What the configuration and the flags say, by the name of its strategy; limits with it."""
    policy, settings = workspace.policy(), workspace.settings
    name, held = policy.strategy.value, limits_of(settings)
    return Variant(name=name, policy=policy, limit=settings.request_budget(None), limits=held)


def _pair(names: tuple[str, str], variants: Sequence[Variant], usual: Variant) -> tuple[Variant, Variant]:
    """Two policies, each by the name of one that was given, or by a file of its own. Raises InputError."""
    known = {variant.name: variant for variant in (usual, *variants)}
    paths = [Path(name) for name in names if name not in known and Path(name).is_file()]
    known |= {str(path): read_variants((path,), usual)[0] for path in paths}
    if unknown := [name for name in names if name not in known]:
        accepted = ", ".join(known)
        told = (
            Problem("--diff", f"{name!r} is neither a policy's name nor a file; named are {accepted}")
            for name in unknown
        )
        raise InputError(*told)
    return known[names[0]], known[names[1]]


def _show(
    told: Report, verdicts: Sequence[Kept | Broken], document: dict[str, object], output: Output, common: Common
) -> None:
    if common.json:
        write_json(document)
    elif output.csv:
        write(csv_of(told))
    else:
        write(report_text(told, width=columns()))
        write(f"\n{laws_text(verdicts)}" if verdicts else "")
    if output.plot:
        draw(told, output.plot)


def _differ(
    source: Source, pair: tuple[Variant, Variant], setting: Setting, seed: int, output: Output, *, as_json: bool
) -> int:
    """List the first differing requests, and say how many there are."""
    limit = count(output.limit, "--limit") or 1
    names = [variant.name for variant in pair]
    shown: list[Differing] = []
    total = 0
    for piece in source.pieces(None):
        for one in differing(piece.requests(), *pair, setting, seed=seed):
            total += 1
            if len(shown) < limit:
                shown.append(one)
    if as_json:
        requests = [differing_json(one) for one in shown]
        write_json({"first": names[0], "second": names[1], "seed": seed, "differing": total, "requests": requests})
    else:
        write("".join(f"{differing_text(one)}\n" for one in shown))
        first = "the first one is shown" if limit == 1 else f"the first {limit} are shown"
        more = f"; {first}" if total > limit else ""
        write(f"{total} request{'' if total == 1 else 's'} decided differently by {names[0]} and {names[1]}{more}\n")
    return Exit.DONE

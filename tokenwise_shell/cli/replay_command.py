"""`tw replay`: a recorded run decided again, from its journal; and what another policy or catalogue would have done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from tokenwise.errors import InputError, Problem
from tokenwise.machine.run import Job
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy
from tokenwise.simulation.workload import Variant
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, columns, tell, write, write_json
from tokenwise_shell.cli.options import Common

__all__ = ["replay"]

_COMMON = Common()


def replay(
    run_id: Annotated[str, Parameter(help="The run or request, or `last`; a run's planning call is RUN_ID/planner.")],
    /,
    *,
    policy: Annotated[
        Path | None,
        Parameter(
            metavar="FILE", help="Show what this policy would have done: a YAML or JSON file, as for `tw simulate`."
        ),
    ] = None,
    catalog: Annotated[
        Path | None,
        Parameter(
            metavar="FILE", help="Show what these models would have done: a YAML of models, or a kept catalogue."
        ),
    ] = None,
    model: Annotated[
        str | None, Parameter(metavar="ID", help="Show what this model would have done, at every step.")
    ] = None,
    journal: Annotated[
        Path | None,
        Parameter(metavar="DIR", help="Where a proxy keeps journals of its requests. Without it: proxy.journal."),
    ] = None,
    common: Common = _COMMON,
) -> int:
    """Say whether the run is decided again as it was. 1 where it is not."""
    from tokenwise_shell.engine import replays  # loads the codec, which wrong options need not wait for
    from tokenwise_shell.engine.recent import LAST, known_run, newest_journal
    from tokenwise_shell.engine.request_journals import last_request, request_record
    from tokenwise_shell.show.replay import replay_text, what_if_text

    settings = common.books()
    folder = journal or settings.proxy.journal
    if folder and run_id == LAST:
        of_runs = newest_journal(settings.ledger_path)
        run_id = last_request(folder, since_ns=of_runs.stat().st_mtime_ns if of_runs else 0) or LAST
    kept = request_record(folder, run_id, tell) if folder else None
    run_id = run_id if kept else known_run(settings.ledger_path, run_id, journal=True)
    again = replays.replay_run(settings.ledger_path.parent, settings.ledger_path, run_id, kept=kept)
    tell(*again.notices)
    other = None
    if policy or catalog or model:
        job = again.record.job
        knobs, limit = _policy(policy, job)
        models = replays.read_catalog(catalog, job.catalog) if catalog else job.catalog
        other = replays.what_if(again, policy=knobs, catalog=models, limit=limit, model=model or "")
    if common.json:
        write_json({**again.as_json(), "what_if": other and other.as_json()})
    else:
        told = what_if_text(other, width=columns()) if other else ""
        write("\n".join(filter(None, (replay_text(again, width=columns()), told))))
    return Exit.DONE if again.identical else Exit.UNSUCCESSFUL


def _policy(path: Path | None, job: Job) -> tuple[Policy, Nanodollars]:
    """The policy of a file, and its budget where it has one; the run's own for what the file leaves out."""
    if path is None:
        return job.policy, job.limit
    from tokenwise_shell.simulate.variant_files import read_variants

    try:
        (variant,) = read_variants((path,), Variant(name="the run's own", policy=job.policy, limit=job.limit))
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    return variant.policy, variant.limit

"""`tw runs`: the newest runs, with how they ended and what they cost. Reads the ledger; disturbs no writer."""

from __future__ import annotations

from typing import Annotated

from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, columns, write, write_json
from tokenwise_shell.cli.options import Common, count
from tokenwise_shell.engine.recent import recent_runs
from tokenwise_shell.show.render import one_line, table, usd

__all__ = ["runs"]

_COMMON = Common()


def runs(
    *,
    limit: Annotated[str, Parameter(metavar="N", help="The newest so many runs.")] = "20",
    common: Common = _COMMON,
) -> int:
    """List the newest runs. `last` stands for the newest wherever a run's id is asked for."""
    most = count(limit, "--limit") or 20
    ledger = common.books().ledger_path
    found = recent_runs(ledger, limit=most) if ledger.exists() else ()
    if common.json:
        write_json({"runs": [each.as_json() for each in found]})
    elif not found:
        write(f"no run yet in {ledger}\n")
    else:
        rows = [("run", "when (UTC)", "status", "spent", "task or model")]
        rows += [
            (each.run, each.at[:16].replace("T", " "), each.status, usd(each.spent), _what(each.task, each.models))
            for each in found
        ]
        write(table(rows, right=(3,), width=columns(), cut=4))
    return Exit.DONE


def _what(task: str, models: list[str]) -> str:
    return one_line(task) or ", ".join(map(one_line, models)) or "nothing was asked"

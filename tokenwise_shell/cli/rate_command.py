"""`tw rate RUN good|bad`: what an answer was worth, for `tw calibrate`."""

from __future__ import annotations

import re
from typing import Annotated, Final

from tokenwise.errors import InputError, Problem
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, write, write_json
from tokenwise_shell.cli.options import Common, one_of
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.engine.recent import known_run
from tokenwise_shell.plans.outcomes import GOOD_OR_BAD, KEEP_NUMBERS, append_rating, is_described, outcomes_file

__all__ = ["rate"]

_COMMON = Common()
_RUN: Final = re.compile(r"[\w./:-]{1,200}")


def rate(
    run: Annotated[
        str, Parameter(metavar="RUN", help="The run: the request id of an answer, or as `tw ledger` shows it.")
    ],
    rating: Annotated[str, Parameter(help="good or bad.")],
    /,
    *,
    common: Common = _COMMON,
) -> int:
    """Say whether an answer was good or bad; `tw calibrate` learns from it. The last word counts."""
    if not _RUN.fullmatch(run):
        raise InputError(Problem("RUN", f"{run!r:.80} is no id of a run"))
    settings = common.books()
    good = one_of(rating, GOOD_OR_BAD, "RATING") == "good"
    run = known_run(settings.ledger_path, run)
    if not is_described(settings.ledger_path, run):
        told = f"the numbers of {run} were not kept, and a rating alone teaches nothing: {KEEP_NUMBERS}"
        raise InputError(Problem("RUN", told))
    append_rating(settings.ledger_path, run, "", good=good, at_ms=wall_ms())
    if common.json:
        write_json({"run": run, "good": good})
    else:
        write(f"{run} was {'good' if good else 'bad'}; kept in {outcomes_file(settings.ledger_path)}\n")
    return Exit.DONE

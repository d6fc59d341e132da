"""`tw route`: which model a query would get, why, and what that may cost. Loads nothing that could call anybody."""

from __future__ import annotations

from typing import Annotated

from tokenwise.routing.choosing import Refusal, Refused, Routed
from tokenwise.routing.request import Wishes
from tokenwise.scenario.risk import Blocked
from tokenwise.traits import Capability
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import AS_IF, Exit, columns, read_text, tell, write, write_json
from tokenwise_shell.cli.options import Common, Flags, Spending, count, one_of

__all__ = ["exit_of", "route", "wanted"]

_COMMON = Common()
_SPENDING = Spending()


def route(
    query: Annotated[str, Parameter(help="What is to be asked. `-` reads it from standard input.")],
    /,
    *,
    capability: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="KIND",
            help="general, code, reasoning or math, instead of what the text seems to need. May be repeated.",
        ),
    ] = (),
    max_output_tokens: Annotated[
        str | None, Parameter(metavar="N", help="The longest answer that is wanted, in tokens.")
    ] = None,
    best_effort: Annotated[
        bool, Parameter(help="Where no full answer fits the budget, take the model with the longest that does.")
    ] = False,
    verbose: Annotated[bool, Parameter(help="Name every model that was not chosen, with its reason.")] = False,
    spending: Spending = _SPENDING,
    common: Common = _COMMON,
) -> int:
    """Decide and show the decision. The exit code says whether there is one, or why not."""
    flags = Flags()
    text, kinds = flags.of(read_text, query, "QUERY"), flags.of(wanted, capability)
    longest = flags.of(count, max_output_tokens, "--max-output-tokens")
    workspace = flags.of(common.workspace, spending.flags)
    flags.check()
    wishes = Wishes(capabilities=kinds, max_output_tokens=longest)
    if not workspace.providers:
        tell(AS_IF)
    decision = workspace.decide(text, wishes=wishes, best_effort=best_effort)
    if common.json:
        write_json(decision.as_json())
    else:
        from tokenwise_shell.show.render import decision_text

        write(decision_text(decision, verbose=verbose, width=columns()))
    return exit_of(decision.outcome)


def wanted(names: tuple[str, ...]) -> Capability | None:
    """The capabilities that were asked for, None for none. Raises InputError for a name that is none."""
    known = {str(member.name).lower(): member for member in Capability}
    found = Capability(0)
    for name in names:
        found |= known[one_of(name, tuple(known), "--capability")]
    return found or None


def exit_of(outcome: Routed | Refused | Blocked) -> Exit:
    """The exit code that a decision stands for."""
    match outcome:
        case Routed():
            return Exit.DONE
        case Blocked():
            return Exit.RISK
        case Refused(code=Refusal.BUDGET):
            return Exit.OVER_BUDGET
        case Refused():
            return Exit.OUT_OF_REACH

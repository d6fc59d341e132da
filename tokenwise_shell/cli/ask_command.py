"""`tw ask`: one prompt, routed and answered within the budget; what it cost is said on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from attrs import evolve, frozen

from tokenwise.prompt import Message, Role
from tokenwise.routing.request import Wishes
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import read_text
from tokenwise_shell.cli.naming import named
from tokenwise_shell.cli.options import Common, Flags, Spending, count, refuse_unwritable
from tokenwise_shell.cli.route_command import wanted

__all__ = ["Asking", "ask"]


@spread
@frozen(kw_only=True)
class Asking:
    """Of whom, with what beside the prompt, and where the answer goes."""

    model: Annotated[
        str | None,
        Parameter(metavar="MODEL", help="This model and no other: an id, an alias, or a provider's name for it."),
    ] = None
    system: Annotated[str | None, Parameter(metavar="TEXT", help="What the model is told before the prompt.")] = None
    capability: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="KIND",
            help="general, code, reasoning or math, instead of what the text seems to need. May be repeated.",
        ),
    ] = ()
    max_output_tokens: Annotated[
        str | None, Parameter(metavar="N", help="The longest answer that is wanted, in tokens.")
    ] = None
    out: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write the answer to this file instead of to stdout.")
    ] = None


_COMMON = Common()
_ASKING = Asking()
_SPENDING = Spending()


def ask(
    prompt: Annotated[str, Parameter(help="What is to be answered. `-` reads it from standard input.")],
    /,
    *,
    asking: Asking = _ASKING,
    spending: Spending = _SPENDING,
    common: Common = _COMMON,
) -> int:
    """Answer one prompt. The answer goes to stdout, on a terminal as it comes; its cost to stderr."""
    flags = Flags()
    text = flags.of(read_text, prompt, "PROMPT")
    system = flags.of(read_text, asking.system, "--system") if asking.system is not None else None
    kinds = flags.of(wanted, asking.capability)
    longest = flags.of(count, asking.max_output_tokens, "--max-output-tokens")
    flags.of(refuse_unwritable, asking.out, "--out")
    workspace = flags.of(common.workspace, spending.flags)
    flags.check()
    before = (Message(Role.SYSTEM, system),) if system is not None else ()
    wishes = Wishes(capabilities=kinds, max_output_tokens=longest)
    name, strategy = named(asking.model, workspace, "--model") if asking.model is not None else ("", None)
    if strategy is not None and spending.strategy is None:
        workspace = common.workspace({**spending.flags, "default_strategy": strategy})
    from tokenwise_shell.cli.ask_work import Work, perform  # loads the client, which wrong options need not wait for

    conversation = (*before, Message(Role.USER, text)) if before else text
    return perform(workspace, Work(conversation, evolve(wishes, model=name), asking.out, as_json=common.json))

"""`tw ledger correct RUN SEQ --to USD --why TEXT`: what a call did cost, where the books have it wrong."""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

from tokenwise.budgets.windows import Zone
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.budgets.changes.correcting import Done, Kept, Wrong, correct_charge
from tokenwise_shell.budgets.limits import limits_of
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, tell, write, write_json
from tokenwise_shell.cli.options import Common, count
from tokenwise_shell.config.values import TEXT, USD, Form
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.engine.recent import run_called
from tokenwise_shell.ledger.spending import day_in
from tokenwise_shell.plans.decision import as_usd

__all__ = ["correct"]

_COMMON = Common()
_LONGEST_WHY: Final = 1_000

T = TypeVar("T")


def correct(
    run: Annotated[str, Parameter(metavar="RUN", help="The run, as `tw ledger` shows it, or `last`.")],
    seq: Annotated[str, Parameter(help="The number of the line in it that charged the call.")],
    /,
    *,
    to: Annotated[str, Parameter(metavar="USD", help="What the call did cost, in US dollars.")],
    why: Annotated[str, Parameter(metavar="TEXT", help="How you know; it stands in the ledger from then on.")],
    common: Common = _COMMON,
) -> int:
    """Put a wrong charge right, by one more line; nothing that was written is changed."""
    settings = common.books()
    number = count(seq, "SEQ", least=0)
    assert number is not None
    wrong = Wrong(run_called(settings.ledger_path, run), number, _read(USD, to, "--to"), _read(TEXT, why, "--why"))
    if len(wrong.why) > _LONGEST_WHY:
        raise InputError(Problem("--why", f"has {len(wrong.why)} characters; expected at most {_LONGEST_WHY}"))
    kept = Kept(settings.budget_store, limits_of(settings), settings.zone)
    done = correct_charge(settings.ledger_path, wrong, wall_ms(), tell, kept=kept)
    if common.json:
        write_json(_document(wrong, done))
    else:
        write(_text(wrong, done, settings.zone))
    if done.line and done.running and not done.told:
        tell(f"processes that write this ledger: {done.running}; their limits follow when they are started anew")
    return Exit.DONE


def _read(form: Form[T], text: str, flag: str) -> T:
    try:
        return form.read(text)
    except ValueError:
        raise InputError(Problem(flag, f"{text!r:.80}: expected {form.accepts}")) from None


def _document(wrong: Wrong, done: Done) -> dict[str, object]:
    return {
        "run": wrong.run,
        "seq": wrong.seq,
        "changed": done.line is not None,
        "was_nano": done.stated_nano,
        "amount_nano": wrong.nano,
        "amount_usd": as_usd(wrong.nano),
        "key": done.account.key,
        "tags": done.account.tags,
        "reserved_at": done.reserved_at,
        "why": wrong.why,
        "line": done.line,
    }


def _text(wrong: Wrong, done: Done, zone: Zone) -> str:
    was, amount = format_usd(Nanodollars(done.stated_nano)), format_usd(wrong.nano)
    place = f"run {wrong.run}, seq {wrong.seq}"
    if done.line is None:
        return f"{place} counts as {amount} already; nothing was written\n"
    return f"{place} counts as {amount} from now on, in the budgets of {day_in(zone, done.reserved_at)}; it was {was}\n"

"""A wrong charge put right: one more line in the ledger, and the budgets of processes that run told of it.

Nothing is edited. All of it happens under the lock under which processes open the ledger, so two corrections of one
call follow one another, and a process that comes meanwhile knows of it. Those that run already are told where they
share their budgets, on this machine or in a store; without one they go on with the sums that they began with.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from attrs import frozen

from tokenwise.budgets.ledger import Corrected
from tokenwise.budgets.limit import EVERYBODY, VOUCHER, Account, Limit
from tokenwise.budgets.windows import UTC, Window, Zone, span_of
from tokenwise.errors import InputError, Problem
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise_shell.budgets.changes.telling import tell_machine, tell_server
from tokenwise_shell.codec.messages import entry_to_json
from tokenwise_shell.config.values import ALONE, LOCAL
from tokenwise_shell.ledger.booking import account_of, line_head
from tokenwise_shell.ledger.corrections import CLOSINGS, CORRECTED, CORRECTIONS, Chain, facts_of, overrun_by, spent_by
from tokenwise_shell.ledger.jsonl import Line, append_line, ms_of
from tokenwise_shell.ledger.proof import what_is_wrong
from tokenwise_shell.ledger.segments import locked, read_ledger
from tokenwise_shell.ledger.writers import take_roll

__all__ = ["Done", "Kept", "Wrong", "correct_charge", "scopes_at"]


@frozen
class Wrong:
    """Which line of which run is wrong, what the call did cost, and how one knows."""

    run: str
    seq: int
    nano: Nanodollars
    why: str


@frozen
class Kept:
    """Where budgets are kept, by `budget_store`; and the limits of other owners than everybody, keys and tags."""

    store: str
    limits: tuple[Limit, ...] = ()
    zone: Zone = UTC


@frozen
class Done:
    """The line that was written, None where the call counted as this already; and who of those that run knows of it."""

    line: Line | None
    stated_nano: int
    account: Account
    reserved_at: str
    running: int = 0
    told: bool = False


def correct_charge(ledger: Path, wrong: Wrong, now_ms: int, notice: Callable[[str], None], *, kept: Kept) -> Done:
    """Write the correction durably, and book it in the budgets that running processes share.

    Raises InputError where there is no such run or line, or the line charges nothing, LinesUnwritable and OSError.
    """
    if not ledger.exists():
        raise InputError(Problem("RUN", f"{wrong.run!r} is in no ledger: there is no {ledger}"))
    with locked(ledger):
        chain, known = _looked_up(read_ledger(ledger, notice), wrong)
        assert chain.closing is not None
        account, facts = account_of(chain.closing), facts_of(chain.closing, chain.reservation)
        done = Done(None, chain.stated_nano, account, str(facts["reserved_at"]), len(take_roll(ledger).living))
        if chain.stated_nano == wrong.nano:
            return done
        seq = 1 + max((line["seq"] for line in known), default=-1)
        head = line_head(now_ms, wrong.run + CORRECTIONS, seq, CORRECTED, account)
        line = {**head, **entry_to_json(_entry(chain, wrong, facts))}
        append_line(ledger, line)
        told = kept.store == LOCAL and bool(done.running) and _tell_machine(ledger, line, kept, notice)
    if kept.store not in (LOCAL, ALONE):
        told = _tell_server(line, kept, notice)
    return Done(line, chain.stated_nano, account, done.reserved_at, done.running, told)


def _looked_up(lines: Iterable[Line], wrong: Wrong) -> tuple[Chain, list[Line]]:
    """The call that the line closed, as it is stated now, and all corrections of its run so far."""
    of_run = [line for line in lines if line.get("run") in (wrong.run, wrong.run + CORRECTIONS)]
    told = [line for line in of_run if line["run"] == wrong.run]
    if not told:
        raise InputError(Problem("RUN", f"{wrong.run!r} is not in this ledger; `tw ledger` shows what is"))
    whole = [line for line in told if not what_is_wrong(line)]
    closing = next((line for line in whole if line["seq"] == wrong.seq), None)
    if closing is None or closing["type"] not in CLOSINGS:
        charges = ", ".join(str(line["seq"]) for line in whole if line["type"] in CLOSINGS) or "there is none"
        what = "there is no such line" if closing is None else f"a line of type {closing['type']!r} charges nothing"
        raise InputError(Problem("SEQ", f"{wrong.seq}: {what}; lines of this run that charge: {charges}"))
    place = (closing["step"], closing["attempt"])
    reserved = (line for line in whole if line["type"] == "reserved" and (line["step"], line["attempt"]) == place)
    known = [line for line in of_run if line.get("type") == CORRECTED and not what_is_wrong(line)]
    of_line = {line["seq"]: line for line in known if line["corrects"] == wrong.seq}
    return Chain(closing, next(reserved, None), of_line), known


def _entry(chain: Chain, wrong: Wrong, facts: dict[str, object]) -> Corrected:
    assert chain.closing is not None
    return Corrected(
        attempt=AttemptId(chain.closing["step"], chain.closing["attempt"]),
        model=chain.closing["model"],
        provider=chain.closing["provider"],
        amount=wrong.nano,
        was=Nanodollars(chain.stated_nano),
        reserved=Nanodollars(int(str(facts["reserved_nano"]))),
        corrects=wrong.seq,
        charged_at=str(facts["charged_at"]),
        reserved_at=str(facts["reserved_at"]),
        outcome=str(facts["outcome"]),
        estimated=chain.estimated,
        why=wrong.why,
    )


def _tell_machine(ledger: Path, line: Line, kept: Kept, notice: Callable[[str], None]) -> bool:
    """Book the difference in the budgets that running processes share on this machine; False where that failed."""
    what = (_scopes_of(line, kept), spent_by(line), overrun_by(line))
    return tell_machine(ledger, f"correction-{line['at']}", lambda store: store.correct(*what), notice)


def _tell_server(line: Line, kept: Kept, notice: Callable[[str], None]) -> bool:
    """Book the difference in the store that replicas share; False where it cannot be reached."""
    what = (f"{line['run']}/{line['seq']}", _scopes_of(line, kept), spent_by(line), overrun_by(line))
    return tell_server(kept.store, lambda store: store.correct(*what), notice)


def _scopes_of(line: Line, kept: Kept) -> tuple[str, ...]:
    return scopes_at(line["reserved_at"], account_of(line), kept, model=str(line["model"]))


def scopes_at(reserved_at: str, account: Account, kept: Kept, *, model: str) -> tuple[str, ...]:
    """Every budget in which a call of this account to this model, reserved at that time, may have been held."""
    at_ms = ms_of(reserved_at)
    plain = (EVERYBODY, f"key:{account.key}", *(f"tag:{tag}" for tag in account.tags))
    if account.voucher:  # those that it is cut from follow
        plain = (f"{VOUCHER}:{account.voucher}",)
    windows = [span_of(window, at_ms, kept.zone).label for window in Window]
    stated = ((one.owner_of(account, model), span_of(one.window, at_ms, kept.zone).label) for one in kept.limits)
    named = [*((owner, label) for owner in plain for label in windows), *stated]
    return tuple(dict.fromkeys(f"{owner} {label}" for owner, label in named if owner is not None))

"""`tw ledger reconcile EXPORT.csv`: the books beside what a provider says it billed. Reads both; changes neither."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, tell, write, write_json
from tokenwise_shell.cli.options import Common
from tokenwise_shell.ledger.reconcile import Export, Residual, read_export, reconcile
from tokenwise_shell.ledger.segments import snapshot

__all__ = ["reconcile_export"]

_COMMON = Common()
_COLUMNS: Final = ("day", "booked", "billed", "difference", "model", "why")


def reconcile_export(
    export: Annotated[Path, Parameter(help="A CSV file of costs from OpenAI, Anthropic or OpenRouter.")],
    /,
    *,
    common: Common = _COMMON,
) -> int:
    """Compare by day and model. Exit code 1 where a difference has no reason that is known."""
    told = _read(export)
    ledger = common.books().ledger_path
    residuals = reconcile(snapshot(ledger).lines(tell), told)
    if common.json:
        write_json(_document(told, residuals))
    else:
        write(_text(residuals))
    return Exit.DONE if all(one.explained for one in residuals) else Exit.UNSUCCESSFUL


def _read(path: Path) -> Export:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return read_export(file, str(path))
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        raise InputError(Problem(str(path), "is not text in UTF-8; expected a CSV file")) from error


def _document(export: Export, residuals: tuple[Residual, ...]) -> dict[str, object]:
    names = ("day", "model", "booked_nano", "billed_nano", "estimated_nano", "calls", "why", "explained")
    return {
        "provider": export.provider,
        "booked_nano": sum(one.booked_nano for one in residuals),
        "billed_nano": sum(one.billed_nano for one in residuals),
        "residual_nano": sum(one.nano for one in residuals),
        "rows": [{name: getattr(one, name) for name in names} for one in residuals],
    }


def _text(residuals: tuple[Residual, ...]) -> str:
    total = Residual(
        day="all",
        model="",
        booked_nano=sum(one.booked_nano for one in residuals),
        billed_nano=sum(one.billed_nano for one in residuals),
        estimated_nano=0,
        calls=0,
        why="",
    )
    rows = [_COLUMNS, *map(_row, (*residuals, total))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join("  ".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in rows)


def _row(one: Residual) -> tuple[str, ...]:
    amounts = (format_usd(Nanodollars(nano)) for nano in (one.booked_nano, one.billed_nano, one.nano))
    return (one.day, *amounts, one.model, one.why)

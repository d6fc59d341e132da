"""Our own ledger: what each line added to what was spent."""

from collections.abc import Iterator

from tokenwise.audit.records import Call, Ending
from tokenwise.money import Nanodollars
from tokenwise.usage import Usage
from tokenwise_shell.audit.readers.simple import Read
from tokenwise_shell.audit.values import at_ms, model_name, safe_name
from tokenwise_shell.ledger.corrections import CLOSINGS, CORRECTED, spent_by
from tokenwise_shell.providers.fields import Fields, as_fields, count, text

__all__ = ["calls", "recognises"]

_CLASSES = (
    *("input_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("output_tokens", "reasoning_tokens", "cache_write_5m_tokens"),
)


def recognises(row: Fields) -> bool:
    """A line of some run."""
    return row.keys() >= {"run", "seq", "type", "at"}


def calls(row: Fields) -> Iterator[Read]:
    """A call that was charged or abandoned, or what a correction adds to one."""
    kind = text(row.get("type"))
    if kind not in CLOSINGS and kind != CORRECTED:
        return
    try:
        nano = spent_by(dict(row))
    except (KeyError, TypeError) as error:
        raise ValueError("has no amount") from error
    ended = kind == CORRECTED or row.get("outcome") == "ok"
    run = text(row.get("run"))
    yield (
        f"{run}/{row.get('seq')}",
        Call(
            model=model_name(row.get("model")),
            at_ms=at_ms(row.get("at")),
            usage=_usage(as_fields(row.get("usage"))),
            provider=_seller(text(row.get("provider"))),
            session=run.partition("/")[0] if run.isascii() and run.replace("/", "").isalnum() else safe_name(run),
            key=safe_name(row.get("key")),
            recorded=Nanodollars(nano),
            ending=Ending.DONE if ended else Ending.ABANDONED if kind == "abandoned" else Ending.FAILED,
        ),
    )


def _seller(name: str) -> str:
    return "" if name == "embedded" else name


def _usage(given: Fields) -> Usage | None:
    if not given:
        return None
    return Usage(*(count(given.get(name)) or 0 for name in _CLASSES))

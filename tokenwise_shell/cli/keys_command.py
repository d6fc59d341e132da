"""`tw keys`: access keys of the proxy. A secret is on stdout once, when it is made, and nowhere afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from attrs import frozen

from tokenwise.budgets.windows import Window, span_of
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.cli.declared import Parameter, spread
from tokenwise_shell.cli.edge import Exit, columns, tell, write, write_json
from tokenwise_shell.cli.options import Common, Flags, count, one_of
from tokenwise_shell.config.values import USD, span_ms
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.ledger.jsonl import iso
from tokenwise_shell.ledger.spending import Spending, load_spending
from tokenwise_shell.proxy.admission.keys import Key, KeyFile
from tokenwise_shell.show.render import table

__all__ = ["Limits", "amount", "create", "delete", "list_keys", "revoke", "span"]

_COMMON = Common()
_COLUMNS: Final = ("name", "state", "budget", "spent", "requests/min", "tokens/min", "models", "expires")


@spread
@frozen(kw_only=True)
class Limits:
    """What a key may do; what is left out is not limited."""

    budget: Annotated[
        str | None, Parameter(metavar="USD", help="The most that it may spend in each window, in US dollars.")
    ] = None
    window: Annotated[
        str | None,
        Parameter(metavar="WINDOW", help="When that is renewed: total (never; so without it), day, week or month."),
    ] = None
    models: Annotated[
        tuple[str, ...],
        Parameter(metavar="GLOB", help="A model it may use, or a pattern such as 'openai/*'; may be repeated."),
    ] = ()
    requests_per_minute: Annotated[
        str | None, Parameter(metavar="N", help="Requests that it may make in a minute.")
    ] = None
    tokens_per_minute: Annotated[
        str | None, Parameter(metavar="N", help="Tokens, in and out, that it may use in a minute.")
    ] = None
    expires_in: Annotated[
        str | None, Parameter(metavar="SPAN", help="How long it is good for, such as 12h, 30d or 8w.")
    ] = None
    owner: Annotated[bool, Parameter(help="Its holder is this proxy's owner: sees and raises every limit.")] = False
    expires: Annotated[
        str | None, Parameter(metavar="TIME", help="Until when: 2026-12-31, or 2026-12-31T18:00 (UTC).")
    ] = None

    def key(self, name: str, digest: str, now: datetime) -> Key:
        """The key with these limits. Raises InputError with every problem."""
        flags = Flags()
        budget = flags.of(_budget, self.budget)
        window = flags.of(self._window)
        requests = flags.of(count, self.requests_per_minute, "--requests-per-minute")
        tokens = flags.of(count, self.tokens_per_minute, "--tokens-per-minute")
        expires_ms = flags.of(_expiry, self.expires_in, self.expires, now)
        flags.check()
        return Key(
            name=name,
            digest=digest,
            created_ms=_ms(now),
            budget=budget,
            window=window,
            models=self.models,
            requests_per_minute=requests,
            tokens_per_minute=tokens,
            owner=self.owner,
            expires_ms=expires_ms,
        )

    def _window(self) -> Window:
        if self.window is not None and self.budget is None:
            raise InputError(Problem("--window", "says when a budget is renewed; give --budget too"))
        return Window(one_of(self.window or "total", tuple(one.value for one in Window), "--window"))


_NO_LIMITS = Limits()


_Name = Annotated[str, Parameter(help="What the key is called, in limits and in the ledger.")]


def create(name: _Name, /, *, limits: Limits = _NO_LIMITS, common: Common = _COMMON) -> int:
    """Make a key, and print its secret: on stdout, alone, and for the only time."""
    settings, now = common.settings(), datetime.now(UTC)
    key = limits.key(name, "0" * 64, now)  # before anything is written
    file = KeyFile(settings.keys_path)
    secret = file.create(lambda digest: limits.key(name, digest, now))
    if common.json:
        write_json({**_as_json(key, Nanodollars(0)), "secret": secret})
        return Exit.DONE
    write(f"{secret}\n")
    tell("this is the only time that the secret is shown; the proxy asks for keys from now on, on loopback too")
    return Exit.DONE


def list_keys(*, common: Common = _COMMON) -> int:
    """Show every key with its limits, and what was spent in its present window. Secrets are not kept, so not shown."""
    settings, now_ms = common.books(), wall_ms()
    keys = KeyFile(settings.keys_path).read()
    spending = load_spending(settings.ledger_path, tell, zone=settings.zone) if keys else Spending()
    spans = {key.name: span_of(key.window, now_ms, settings.zone) for key in keys}
    spent = {name: spending.spent(span, name) for name, span in spans.items()}
    raised = {name: spending.raised.get(f"key:{name} {span.label}") for name, span in spans.items()}
    if common.json:
        write_json([{**_as_json(key, spent[key.name]), "raised_to_nano": raised[key.name]} for key in keys])
    elif not keys:
        tell("there are no keys; `tw keys create NAME` makes one")
    else:
        write(
            table([_COLUMNS, *(_row(key, spent[key.name], raised[key.name], now_ms) for key in keys)], width=columns())
        )
    return Exit.DONE


def revoke(name: _Name, /, *, common: Common = _COMMON) -> int:
    """Withdraw a key: running proxies refuse it from the next request on."""
    key = KeyFile(common.settings().keys_path).revoke(name, wall_ms())
    if common.json:
        write_json({"name": key.name, "revoked_at": iso(key.revoked_ms or 0)})
    else:
        write(f"{key.name} is revoked\n")
    return Exit.DONE


def delete(name: _Name, /, *, common: Common = _COMMON) -> int:
    """Forget a key: it is refused as `revoke` has it, and its name is free. With none left, none is asked for."""
    file = KeyFile(common.settings().keys_path)
    file.delete(name)
    left = len(file.read())
    if common.json:
        write_json({"name": name, "keys_left": left})
        return Exit.DONE
    write(f"{name} is deleted\n")
    if not left:
        tell("no key is left: a proxy that is started now asks for none on loopback; one that runs goes on asking")
    return Exit.DONE


def _budget(text: str | None) -> Nanodollars | None:
    return None if text is None else amount(text, "--budget")


def amount(text: str, flag: str) -> Nanodollars:
    """An amount in US dollars. Raises InputError for what is none."""
    try:
        return USD.read(text)
    except ValueError:
        raise InputError(Problem(flag, f"{text!r}: expected {USD.accepts}")) from None


def _expiry(lasts: str | None, until: str | None, now: datetime) -> int | None:
    """When the key ends, in Unix ms. Raises InputError for what is no time, and for one that has passed."""
    if lasts is not None and until is not None:
        raise InputError(Problem("--expires and --expires-in", "cannot be used together"))
    if lasts is not None:
        return _ms(now) + span(lasts, "--expires-in")
    if until is None:
        return None
    try:
        at = datetime.fromisoformat(until.strip())
    except ValueError:
        expected = "expected a date or time such as 2026-12-31 or 2026-12-31T18:00"
        raise InputError(Problem("--expires", f"{until!r}: {expected}")) from None
    ends = at if at.tzinfo else at.replace(tzinfo=UTC)
    if ends <= now:
        raise InputError(Problem("--expires", f"{until!r} has passed; expected a time to come"))
    return _ms(ends)


def span(text: str, flag: str) -> int:
    """How long that is, in ms. Raises InputError for what is no such time."""
    lasts_ms = span_ms(text)
    if lasts_ms is None:
        raise InputError(Problem(flag, f"{text!r}: expected how long, such as 90m, 12h, 30d or 8w"))
    return lasts_ms


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _as_json(key: Key, spent: Nanodollars) -> dict[str, object]:
    times = {"created_at": key.created_ms, "expires_at": key.expires_ms, "revoked_at": key.revoked_ms}
    return {
        "name": key.name,
        "state": key.state(wall_ms()),
        "budget_nano": key.budget,
        "window": key.window.value,
        "spent_nano": spent,
        "models": key.models,
        "requests_per_minute": key.requests_per_minute,
        "tokens_per_minute": key.tokens_per_minute,
        "owner": key.owner,
        **{name: None if at_ms is None else iso(at_ms) for name, at_ms in times.items()},
    }


def _row(key: Key, spent: Nanodollars, raised: Nanodollars | None, now_ms: int) -> tuple[str, ...]:
    each = "" if key.window is Window.TOTAL else f" a {key.window.value}"
    budget = "-" if key.budget is None else f"{format_usd(key.budget)}{each}"
    if key.budget is not None and raised is not None and raised > key.budget:
        budget += f", raised to {format_usd(raised)}"
    rates = (str(rate or "-") for rate in (key.requests_per_minute, key.tokens_per_minute))
    expires = "-" if key.expires_ms is None else f"{iso(key.expires_ms)[:16]}Z"
    return (key.name, key.state(now_ms), budget, format_usd(spent), *rates, " ".join(key.models) or "all", expires)

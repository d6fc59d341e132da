"""The budgets of keys, put in force as keys come and go, and how every limit stands, for the figures."""

from collections.abc import Iterable, Iterator

from tokenwise.budgets.budget import begun
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import lasting, span_of
from tokenwise.errors import InputError, Problem
from tokenwise_shell.budgets.limits import InForce, limits_of
from tokenwise_shell.budgets.standings import Standing
from tokenwise_shell.config.settings import Settings
from tokenwise_shell.config.values import ALONE
from tokenwise_shell.proxy.admission.keys import Key

__all__ = ["emptied", "is_limited", "limits_of_keys", "put_in_force", "refuse_unshared", "standings"]


_EACH_ITS_OWN = (
    "several workers would each keep a budget of their own, and together spend it several times; set "
    "budget_store: local, so that they share it, or run one worker"
)


def limits_of_keys(keys: Iterable[Key]) -> tuple[Limit, ...]:
    """What these keys may spend, those that have been revoked left out."""
    live = (key for key in keys if key.revoked_ms is None)
    return tuple(Limit(key.budget, key.window, key=key.name) for key in live if key.budget is not None)


def put_in_force(limits: InForce, keys: Iterable[Key], settings: Settings) -> None:
    """Let these be the budgets of keys, and no others. Raises InputError where they cannot be kept together."""
    wanted = limits_of_keys(keys)
    refuse_unshared(wanted, settings)
    limits.limit_keys(wanted)


def refuse_unshared(limits: Iterable[Limit], settings: Settings) -> None:
    """Raises InputError where there are limits, those of the settings included, that several workers do not share."""
    if settings.proxy.workers > 1 and settings.budget_store == ALONE and (*limits_of(settings), *limits):
        raise InputError(Problem("proxy.workers", _EACH_ITS_OWN))


def is_limited(limits: InForce, account: Account, model: str) -> bool:
    """Whether any limit holds for a request of this account to this model."""
    return bool(account.voucher) or any(limit.owner_of(account, model) is not None for limit in limits)


def emptied(limits: InForce, account: Account, now_ms: int) -> str:
    """The budget, of everybody, of this key or of one of its tags, in which everything is spent; "" for none.

    Money that is held may come back, so it is not counted.
    """
    for one in () if limits.has_room(account) else standings(limits, now_ms, limits.doubtful(account)):
        if one.spent >= one.amount:
            return f"{one.limit.owner} {lasting(one.limit.window)}"
    return ""


def standings(limits: InForce, now_ms: int, only: Iterable[Limit] | None = None) -> Iterator[Standing]:
    """How each limit, or `only` these, stand in their present windows, as far as this process knows."""
    for limit in limits if only is None else only:
        if limit.each is not None:
            continue  # there may be any number of them: see `tw limits`
        span = span_of(limit.window, now_ms, limits.zone)
        scope, store = limit.scope(span), limits.store
        try:
            now = store[scope]
        except KeyError:
            now = begun(limit.amount, limits.spent(limit, limit.owner, span))
        yield Standing(limit, scope, now.limit, now.spent, now.held, span.ends_ms)

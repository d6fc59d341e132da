"""Policies as files: the fields of `tokenwise.policy.Policy`, the budget of each request, and budgets that are shared.

name: thrifty                    # the file's own name, where it is left out
strategy: cheapest
max_retries: 1
cascade: {agree: 2, accept_rate: {math: 0.8}}     # for `strategy: cascade`
budget: 0.05                     # US dollars for each request or plan
budgets:
  - {name: everybody, limit: 20.00, window: day}
  - {name: team, limit: 2.00, window: day, per_key: true}
limits:                          # as the configuration has them; `each` is a field of the workload's lines
  - {each: session, budget: 1.00}
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import evolve, fields

from tokenwise.budgets.limit import Limit
from tokenwise.budgets.limits import Limits
from tokenwise.budgets.nested import Budgets
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars
from tokenwise.policy import AcceptRates, Calibration, Cascading, Escalation, FreeModels, Policy, Strategy, Streams
from tokenwise.simulation.workload import Allowance, Variant
from tokenwise_shell.config.limits import FORMS, EachLimit, LimitRow, row_of
from tokenwise_shell.config.values import Form, choice, fraction, whole
from tokenwise_shell.simulate.yaml_forms import (
    AMOUNT,
    LENGTH,
    SWITCH,
    WORD,
    Reader,
    Reading,
    listed,
    mapped,
    read_file,
    record,
    scalar,
)

__all__ = ["read_variants"]

_OWN: Final[Mapping[str, Form[Any]]] = {
    "free_models": choice(FreeModels),
    "strategy": choice(Strategy),
    "escalation": choice(Escalation, {"monotonic": Escalation.STEPWISE, "flexible": Escalation.SAME_TIER_FIRST}),
}


_cascading: Final = record(
    Cascading,
    {
        "agree": scalar(whole(1, 2)),
        "accept_rate": record(AcceptRates, {spec.name: scalar(fraction(0.0, 1.0)) for spec in fields(AcceptRates)}),
        "least_saving": scalar(fraction(0.0, 1.0)),
        "first": WORD,
        "second": WORD,
        "strong": WORD,
        "streams": scalar(choice(Streams)),
    },
)


_ANY: Final = scalar(fraction(-1e9, 1e9))

_calibration: Final = record(
    lambda intercept, weights: Calibration(intercept=intercept, weights=tuple(weights.items())),
    {"intercept": _ANY, "weights": mapped(_ANY)},
    required=("intercept", "weights"),
)


def _form(name: str, kind: object) -> Reader:
    if name == "cascade":
        return _cascading
    if name == "calibration":
        return _calibration
    if name in _OWN:
        return scalar(_OWN[name])
    return scalar(fraction(0.0, 10.0) if kind is float else whole(0))


_POLICY: Final[Mapping[str, Reader]] = {spec.name: _form(spec.name, spec.type) for spec in fields(Policy)}

_allowance: Final = record(
    lambda name, limit, window=0, **more: Allowance(name, limit, window, **more),
    {"name": WORD, "limit": AMOUNT, "window": LENGTH, "per_key": SWITCH, "key": WORD},
    required=("name", "limit"),
)


_limit: Final = record(
    lambda **given: row_of(given), {name: scalar(form) for name, form in FORMS.items()}, required=("budget",)
)


def read_variants(paths: Iterable[Path], usual: Variant) -> tuple[Variant, ...]:
    """The variants of these files, by their order; `usual` alone where there is none, and for what a file leaves out.

    Raises InputError with every problem of a file, and for two variants of one name.
    """
    variants = tuple(_read_variant(path, usual) for path in paths) or (usual,)
    names = [variant.name for variant in variants]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(
            *(Problem("--policy", f"two policies are named {name!r}; give each its own name") for name in twice)
        )
    return variants


def _together(allowances: Iterable[Allowance], limits: Iterable[Limit]) -> None:
    """Raises ValueError where two are of one kind and window."""
    limits_in_force = Limits(Budgets())
    for limit in (*(one.limit_of_runs for one in allowances), *limits):
        limits_in_force.add(limit)


def _read_variant(path: Path, usual: Variant) -> Variant:
    def build(
        name: str = path.stem,
        budget: Nanodollars = usual.limit,
        budgets: tuple[Allowance, ...] = usual.allowances,
        limits: tuple[LimitRow, ...] = usual.limits,
        *,
        best_effort: bool = usual.best_effort,
        **knobs: object,
    ) -> Variant:
        policy = evolve(usual.policy, **knobs)  # type: ignore[arg-type] # the table above reads each as its field's type
        held = tuple(row for row in limits if isinstance(row, Limit))
        most = min([budget, *(row.budget for row in limits if isinstance(row, EachLimit))])
        _together(budgets, held)
        return Variant(name=name, policy=policy, limit=most, best_effort=best_effort, allowances=budgets, limits=held)

    shared = {"budgets": listed(_allowance), "limits": listed(_limit)}
    own = {"name": WORD, "budget": AMOUNT, "best_effort": SWITCH, **shared}
    reader = record(build, {**own, **_POLICY})

    def read(raw: object, where: str, reading: Reading) -> Variant | None:
        return reader(raw, where, reading)

    variant = read_file(path, read)
    assert variant is not None  # else there was a problem, and it was raised
    return variant

"""Policies as files: the fields of `tokenwise.policy.Policy`, the budget of each request, and budgets that are shared.

name: thrifty                    # the file's own name, where it is left out
strategy: cheapest
max_retries: 1
cascade: {agree: 2, accept_rate: {math: 0.8}}     # for `strategy: cascade`
budget: 0.05                     # US dollars for each request or plan
budgets:
  - {name: everybody, limit: 20.00, window: day}
  - {name: team, limit: 2.00, window: day, per_key: true}
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import evolve, fields

from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars
from tokenwise.policy import AcceptRates, Calibration, Cascading, Escalation, FreeModels, Policy, Strategy, Streams
from tokenwise.simulation.workload import Allowance, Variant
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


def _read_variant(path: Path, usual: Variant) -> Variant:
    def build(
        name: str = path.stem,
        budget: Nanodollars = usual.limit,
        budgets: tuple[Allowance, ...] = usual.allowances,
        *,
        best_effort: bool = usual.best_effort,
        **knobs: object,
    ) -> Variant:
        policy = evolve(usual.policy, **knobs)  # type: ignore[arg-type] # the table above reads each as its field's type
        return Variant(name=name, policy=policy, limit=budget, best_effort=best_effort, allowances=budgets)

    own = {"name": WORD, "budget": AMOUNT, "budgets": listed(_allowance), "best_effort": SWITCH}
    reader = record(build, {**own, **_POLICY})

    def read(raw: object, where: str, reading: Reading) -> Variant | None:
        return reader(raw, where, reading)

    variant = read_file(path, read)
    assert variant is not None  # else there was a problem, and it was raised
    return variant

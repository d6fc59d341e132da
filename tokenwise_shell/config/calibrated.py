"""A policy file that `tw calibrate` wrote, laid over the policy of the settings: cuts, weights, a cascade's facts."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import evolve, fields

from tokenwise.errors import InputError, Problem
from tokenwise.policy import AcceptRates, Calibration, Cascading, Policy

__all__ = ["calibrated"]

_CUTS: Final = ("mid_from", "flagship_from")
_NAMES: Final = ("first", "second", "strong")
_RATES: Final = tuple(spec.name for spec in fields(AcceptRates))


def calibrated(policy: Policy, path: Path) -> Policy:
    """The policy with the file's cuts and weights. Raises InputError with every problem."""
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    except ValueError as error:
        raise InputError(Problem(str(path), f"is not JSON: {error}; expected what `tw calibrate` writes")) from error
    if problems := tuple(_problems(str(path), document)):
        raise InputError(*problems)
    mid_from, flagship_from = (float(document.get(name, getattr(policy, name))) for name in _CUTS)
    learned = document.get("calibration")
    weights = tuple((str(name), float(weight)) for name, weight in learned["weights"].items()) if learned else ()
    found = Calibration(intercept=learned["intercept"], weights=weights) if learned else None
    cascade = _laid_over(policy.cascade, document.get("cascade", {}))
    return evolve(policy, mid_from=mid_from, flagship_from=flagship_from, calibration=found, cascade=cascade)


def _laid_over(cascade: Cascading, told: Mapping[str, Any]) -> Cascading:
    rates = evolve(cascade.accept_rate, **told.get("accept_rate", {}))
    return evolve(cascade, accept_rate=rates, **{name: told[name] for name in _NAMES if name in told})


def _problems(path: str, document: object) -> Iterator[Problem]:
    if not isinstance(document, dict) or not document.keys() <= {*_CUTS, "calibration", "cascade"}:
        yield Problem(path, f"expected an object with {', '.join((*_CUTS, 'calibration', 'cascade'))}")
        return
    for name in _CUTS:
        if name in document and not _is_number(document[name], least=0.0):
            yield Problem(f"{path}: {name}", "expected a number from 0")
    learned = document.get("calibration")
    if learned is not None and not _is_learned(learned):
        yield Problem(f"{path}: calibration", "expected `intercept`, a number, and `weights`, numbers by name")
    if not _is_cascade(document.get("cascade", {})):
        yield Problem(f"{path}: cascade", f"expected {', '.join(_NAMES)} and `accept_rate`, shares from 0 to 1 by kind")


def _is_learned(learned: object) -> bool:
    if not isinstance(learned, Mapping) or not isinstance(weights := learned.get("weights"), Mapping):
        return False
    return all(map(_is_number, (learned.get("intercept"), *weights.values())))


def _is_cascade(told: object) -> bool:
    if not isinstance(told, Mapping) or not told.keys() <= {*_NAMES, "accept_rate"}:
        return False
    rates = told.get("accept_rate", {})
    named = all(isinstance(told.get(name, ""), str) for name in _NAMES)
    shares = isinstance(rates, Mapping) and rates.keys() <= {*_RATES}
    return named and shares and all(_is_number(rate, least=0.0) and rate <= 1 for rate in rates.values())


def _is_number(value: object, least: float = -math.inf) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= least

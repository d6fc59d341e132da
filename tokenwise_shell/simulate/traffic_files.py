"""Made-up traffic as a file: how many requests, at which rate, of which kinds.

requests: 100000
rate: {shape: diurnal, per_hour: 600, peak_per_hour: 3000}   # or {shape: steady, …}, {shape: burst, …}, or stretches
kinds:
  - {name: chat, weight: 7, input_tokens: {p50: 200, p99: 4000}, max_output_tokens: 800}
  - {name: code, weight: 3, capabilities: [code], difficulty: {p0: 0.2, p100: 0.9}, judged: true}
keys: [web, batch]
seed: 1
even: false                                                  # true: no minute is more crowded than the rate says
"""

import functools
import math
import operator
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tokenwise.simulation.traffic import Kind, Stretch, Traffic
from tokenwise.simulation.workload import Asked
from tokenwise.simulation.worlds import Spread
from tokenwise.traits import Capability
from tokenwise_shell.config.values import Form, whole
from tokenwise_shell.simulate.yaml_forms import (
    AMOUNT,
    LENGTH,
    SPREAD_COUNT,
    SPREAD_SHARE,
    SWITCH,
    WORD,
    Reader,
    Reading,
    listed,
    read_file,
    record,
    scalar,
)

__all__ = ["read_traffic"]

_HOUR_MS: Final = 3_600_000
_HOURS: Final = 24
_CAPABILITIES: Final = {str(one.name).lower(): one for one in Capability}


def _capability(text: str) -> Capability:
    if text.strip().lower() not in _CAPABILITIES:
        raise ValueError(text)
    return _CAPABILITIES[text.strip().lower()]


def _steady(per_hour: int) -> tuple[Stretch, ...]:
    return (Stretch(_HOUR_MS, per_hour),)


def _burst(per_hour: int, peak_per_hour: int, every: int = _HOUR_MS, lasting: int = 60_000) -> tuple[Stretch, ...]:
    """A quiet rate with one burst at the end of each period."""
    if lasting >= every:
        raise ValueError("a burst is shorter than the time from one to the next")
    return Stretch(every - lasting, per_hour), Stretch(lasting, peak_per_hour)


def _diurnal(per_hour: int, peak_per_hour: int) -> tuple[Stretch, ...]:
    """A day in 24 steps along a cosine: the quiet rate around hour 3, the peak around hour 15."""
    swing = [(1 - math.cos(2 * math.pi * (hour - 3) / _HOURS)) / 2 for hour in range(_HOURS)]
    return tuple(Stretch(_HOUR_MS, per_hour + round((peak_per_hour - per_hour) * part)) for part in swing)


def _stretched(lasting: int, per_hour: int) -> Stretch:
    return Stretch(lasting, per_hour)


_COUNT: Final = scalar(whole(0, 10**9))
_SHAPES: Final[Mapping[str, Reader]] = {
    "steady": record(_steady, {"per_hour": _COUNT}, required=("per_hour",)),
    "burst": record(
        _burst,
        {"per_hour": _COUNT, "peak_per_hour": _COUNT, "every": LENGTH, "lasting": LENGTH},
        required=("per_hour", "peak_per_hour"),
    ),
    "diurnal": record(_diurnal, {"per_hour": _COUNT, "peak_per_hour": _COUNT}, required=("per_hour", "peak_per_hour")),
}
_stretch: Final = record(
    _stretched,
    {"lasting": LENGTH, "per_hour": _COUNT},
    required=("lasting", "per_hour"),
)


def _rate(raw: object, path: str, reading: Reading) -> object:
    """A shape by name with its figures, or a list of stretches."""
    if isinstance(raw, list):
        return listed(_stretch)(raw, path, reading)
    shape = str(raw.get("shape", "steady")) if isinstance(raw, dict) else ""
    if not isinstance(raw, dict) or shape not in _SHAPES:
        reading.report(path, f"expected a list of stretches, or `shape` as one of {', '.join(_SHAPES)}")
        return None
    return _SHAPES[shape]({name: value for name, value in raw.items() if name != "shape"}, path, reading)


def _kind(
    name: str,
    capabilities: tuple[Capability, ...] = (Capability.GENERAL,),
    budget: int | None = None,
    weight: int = 1,
    input_tokens: Spread | None = None,
    difficulty: Spread | None = None,
    **fixed: int | str | bool,
) -> Kind:
    needed = functools.reduce(operator.or_, capabilities)
    pattern = Asked(id=name, capabilities=needed, limit=budget, **fixed)  # type: ignore[arg-type] # see the table below
    spreads = {"input_tokens": input_tokens, "difficulty_per_mille": difficulty}
    given = {place: spread for place, spread in spreads.items() if spread is not None}
    return Kind(name=name, weight=weight, pattern=pattern, **given)


_kinds: Final = record(
    _kind,
    {
        "name": WORD,
        "weight": scalar(whole(1, 10**6)),
        "capabilities": listed(scalar(Form(f"one of {', '.join(_CAPABILITIES)}", _capability))),
        "input_tokens": SPREAD_COUNT,
        "difficulty": SPREAD_SHARE,
        "max_output_tokens": scalar(whole(1)),
        "output_tokens": scalar(whole(1)),
        "model": WORD,
        "budget": AMOUNT,
        "judged": SWITCH,
        "streamed": SWITCH,
    },
    required=("name",),
)

_traffic: Final = record(
    lambda requests, rate, kinds, **more: Traffic(requests=requests, stretches=rate, kinds=kinds, **more),
    {
        "requests": scalar(whole(0)),
        "rate": _rate,
        "kinds": listed(_kinds),
        "keys": listed(WORD),
        "seed": scalar(whole(0)),
        "even": SWITCH,
    },
    required=("requests", "rate", "kinds"),
)


def read_traffic(path: Path) -> Traffic:
    """The traffic that a file describes. Raises InputError with every problem."""
    traffic = read_file(path, _traffic)
    assert traffic is not None  # else there was a problem, and it was raised
    return traffic

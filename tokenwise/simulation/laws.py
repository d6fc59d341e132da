"""Policy tests: laws that a team writes about its workload, as sentences, and whether a simulation keeps them.

    max cost <= $0.05                           no request costs more
    success >= 95%                              so many complete
    share of tier flagship <= 10%               of the calls
    misplaced calls for capability=code = 0     no code request goes to a model without code
    p95 latency for label=chat <= 4 s

A measure of `report.MEASURES`, or a share of the calls; a group, if it is about some of the requests only; a comparison
with an amount. A law holds if it holds under every seed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from tokenwise.errors import InputError, Problem
from tokenwise.simulation.reports import MEASURES
from tokenwise.simulation.surveys import Group
from tokenwise.simulation.tally import Tally

__all__ = ["Broken", "Kept", "Law", "judge_laws", "parse_law"]

_FORM: Final = re.compile(
    r"(?P<measure>[a-z0-9 ]+?)"
    r"(?: of (?P<kind>tier|model|provider) (?P<name>\S+))?"
    r"(?: for (?P<group>label|key|capability)=(?P<value>\S+))?"
    r"\s*(?P<sign><=|>=|==|=|<|>)\s*(?P<bound>\$?[0-9][0-9_.]*)\s*(?P<unit>%|ms|s|usd)?"
)
_SIGNS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<=": lambda value, bound: value <= bound,
    ">=": lambda value, bound: value >= bound,
    "=": lambda value, bound: value == bound,
    "==": lambda value, bound: value == bound,
    "<": lambda value, bound: value < bound,
    ">": lambda value, bound: value > bound,
}
_FACTORS: Final = {"%": 0.01, "s": 1000.0}
_UNITS: Final = {"usd": ("", "usd"), "share": ("", "%"), "ms": ("ms", "s"), "count": ("",)}
_CAPABILITIES: Final = ("general", "code", "reasoning", "math")


@frozen
class Law:
    """A sentence, and what it means. `share_of` is a kind and a name with `*` for anything, where it is about calls."""

    text: str
    measure: str
    sign: str
    bound: float
    group: Group | None = None
    share_of: tuple[str, str] | None = None

    def value(self, tally: Tally) -> float | None:
        """What the law is about, in one tally; None where there is nothing that it could be about."""
        if self.share_of is None:
            return MEASURES[self.measure].of(tally)
        calls = tally.sums.get(("calls",), 0)
        return _calls_of(*self.share_of, tally) / calls if calls else None

    def allows(self, value: float) -> bool:
        """Whether this value keeps the law."""
        return _SIGNS[self.sign](value, self.bound)

    def example(self, tally: Tally) -> str:
        """The request that the measure is taken from, where it is from one."""
        peaks = {"max cost": ("cost_nano",), "max latency": ("latency_ms",)}
        place = peaks.get(self.measure)
        return tally.peaks[place][1] if place in tally.peaks else ""


@frozen
class Kept:
    """The law holds; `value` is the one nearest to its bound, None where it was about nothing."""

    law: Law
    variant: str
    value: float | None


@frozen
class Broken:
    """The law does not hold: the worst value, its seed, and the request it comes from, if it comes from one."""

    law: Law
    variant: str
    value: float
    seed: int
    example: str = ""


def parse_law(text: str, path: str = "law") -> Law:
    """Read a sentence. Raises InputError, saying what could stand there."""
    found = _FORM.fullmatch(" ".join(text.split()))
    if found is None:
        raise InputError(Problem(path, f"{text!r} is no law; expected such as `max cost <= $0.05` or `success >= 95%`"))
    share = (found["kind"], found["name"]) if found["kind"] else None
    measure = found["measure"]
    if problem := _problem(measure, share, found["group"], found["value"]) or _unit_problem(found, share):
        raise InputError(Problem(path, f"{text!r}: {problem}"))
    try:
        bound = float(found["bound"].removeprefix("$").replace("_", "")) * _FACTORS.get(found["unit"] or "", 1.0)
    except ValueError:
        raise InputError(Problem(path, f"{text!r}: {found['bound']} is not a number")) from None
    group = Group(found["group"], found["value"]) if found["group"] else None
    return Law(text, measure, found["sign"], bound, group, share)


def _problem(measure: str, share: tuple[str, str] | None, group: str | None, name: str | None) -> str:
    if share and measure != "share":
        return "only a `share` is `of` a tier, a model or a provider"
    if not share and measure not in MEASURES:
        return (
            f"{measure!r} is not measured; expected one of {', '.join(MEASURES)}, or `share of tier|model|provider …`"
        )
    if group == "capability" and name not in _CAPABILITIES:
        return f"{name!r} is no capability; expected one of {', '.join(_CAPABILITIES)}"
    return ""


def _unit_problem(found: re.Match[str], share: tuple[str, str] | None) -> str:
    unit = "share" if share else MEASURES[found["measure"]].unit
    written = "usd" if found["bound"].startswith("$") else found["unit"] or ""
    if unit == "share" and not written and float(found["bound"].replace("_", "").rstrip(".") or 0) > 1:
        return f"{found['bound']} % is written {found['bound']}%"
    if written in _UNITS[unit]:
        return ""
    return f"a bound in {written} does not suit {found['measure']!r}, which is a {unit}"


def judge_laws(
    laws: Iterable[Law], variant: str, seeds: Mapping[int, Mapping[Group | None, Tally]]
) -> Iterator[Kept | Broken]:
    """Whether each law holds under every seed. Tallies are by seed, and by group as `simulate` gives them."""
    for law in laws:
        values = [
            (seed, value) for seed, tallies in seeds.items() if (value := law.value(tallies[law.group])) is not None
        ]
        broken = [(seed, value) for seed, value in values if not law.allows(value)]
        if not broken:
            yield Kept(law, variant, _nearest(law, [value for _, value in values]))
            continue
        seed, value = max(broken, key=lambda pair: (abs(pair[1] - law.bound), -pair[0]))
        yield Broken(law, variant, value, seed, law.example(seeds[seed][law.group]))


def _nearest(law: Law, values: list[float]) -> float | None:
    return min(values, key=lambda value: abs(value - law.bound), default=None)


def _calls_of(kind: str, name: str, tally: Tally) -> int:
    wanted = re.compile(".*".join(map(re.escape, name.split("*"))))
    return sum(tally.sums[kind, one, "calls"] for one in tally.names(kind) if wanted.fullmatch(one))

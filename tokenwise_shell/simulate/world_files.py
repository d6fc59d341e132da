"""Worlds as files, by the names of `tokenwise.simulation.worlds`: shares as fractions or percentages, times as `90s`.

    usual: {latency_ms: {p50: 500, p95: 2s, p99: 6s}, token_us: 8000}
    places:
      openai: {requests_per_minute: 500}
      anthropic/claude-haiku-5-5:
        troubles:
          - {fault: unreachable, from: 9h, until: 10h, every: day}
          - {fault: cut_stream, share: 1%}
        prices: [{from: 12h, factor: 1.5}]
    quality:
      - {tier: budget, capability: code, easy: 0.9, hard: 0.3}
    noticed: 0.5
    alike: 0.2
    leaves: {share: 2%, after: {p50: 5s, p95: 30s}}
    recorded_as: {gpt-4-1106-preview: openai/gpt-5.5}
    only: [openai/gpt-5.5, anthropic/claude-haiku-5-5]

A place has what `usual` has, save what it says itself. `recorded_as` says which model stands for one that outcomes were
recorded of; `only` names the models that there are, in place of the whole catalogue.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from tokenwise.budgets.windows import UTC, Zone
from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError, Problem
from tokenwise.faults import Fault
from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Quality, Repriced, Trouble
from tokenwise.traits import Capability, Tier
from tokenwise_shell.config.values import ZONE, Form, choice, fraction, whole
from tokenwise_shell.config.zones import zone_named
from tokenwise_shell.simulate.yaml_forms import (
    LENGTH,
    SHARE,
    SPREAD_MS,
    SPREAD_SHARE,
    WORD,
    Reader,
    Reading,
    listed,
    mapped,
    read_file,
    record,
    scalar,
)

__all__ = ["WorldFile", "read_world"]


@frozen
class WorldFile:
    """A world, under which catalogue ids recorded outcomes count, and which models there are (none named: all).

    By its `calendar` the windows of limits begin.
    """

    world: ModelledWorld = field(factory=ModelledWorld)
    recorded_as: Mapping[str, str] = field(factory=dict)
    only: tuple[str, ...] = ()
    calendar: Zone = UTC

    def narrowed(self, catalog: Catalog) -> Catalog:
        """The models of the catalogue that this world has. Raises InputError for a name that none of them has."""
        if not self.only:
            return catalog
        if strange := [name for name in self.only if name not in catalog]:
            raise InputError(
                *(Problem(f"only: {name}", "is not in the catalogue; see `tw models`") for name in strange)
            )
        return Catalog(catalog[name] for name in dict.fromkeys(self.only))


def _named(kind: type[Tier] | type[Capability]) -> Reader:
    members: dict[str, Any] = {str(one.name).lower(): one for one in kind}

    def read(text: str) -> object:
        if text.strip().lower() not in members:
            raise ValueError(text)
        return members[text.strip().lower()]

    return scalar(Form(f"one of {', '.join(members)}", read, names=tuple(members)))


_share: Final = scalar(SHARE)

_MOMENT: Final = Form("a time of the world's zone such as 2026-11-30T08:00", datetime.fromisoformat)

_trouble: Final = record(
    lambda fault, share=1000, until=None, retry_after=None, **times: Trouble(
        fault=fault,
        per_mille=share,
        until_ms=until,
        retry_after_ms=retry_after,
        **{f"{name}_ms": at_ms for name, at_ms in times.items()},
    ),
    {
        "fault": scalar(choice(Fault)),
        "share": _share,
        "from": LENGTH,
        "until": LENGTH,
        "every": LENGTH,
        "retry_after": LENGTH,
    },
    required=("fault",),
)

_repriced: Final = record(
    lambda **given: Repriced(given["from"], given["factor"]),
    {
        "from": LENGTH,
        "factor": scalar(Form("a factor such as 1.5", lambda text: round(1000 * fraction(0, 1000).read(text)))),
    },
    required=("from", "factor"),
)

_BEHAVIOUR: Final[Mapping[str, Reader]] = {
    "latency_ms": SPREAD_MS,
    "token_us": scalar(whole(0, 10**9)),
    "length": SPREAD_SHARE,
    "troubles": listed(_trouble),
    **{name: scalar(whole(0)) for name in ("requests_per_minute", "tokens_per_minute", "concurrency", "queue")},
    "prices": listed(_repriced),
    "unreported": _share,
    "overbilled": _share,
    "cache": LENGTH,
}
_CORE_NAMES: Final = {
    "length": "length_per_mille",
    "unreported": "unreported_per_mille",
    "overbilled": "overbilled_per_mille",
    "cache": "cache_ms",
}


def _behaviour(usual: Behaviour) -> Reader:
    return record(
        lambda **given: evolve(usual, **{_CORE_NAMES.get(name, name): it for name, it in given.items()}), _BEHAVIOUR
    )


_quality: Final = record(
    Quality,
    {"tier": _named(Tier), "capability": _named(Capability), "easy": _share, "hard": _share},
    required=("tier", "capability", "easy", "hard"),
)

_leaves: Final = record(
    lambda share, after=None: {"leaves_per_mille": share} | ({"leaves_after_ms": after} if after else {}),
    {"share": _share, "after": SPREAD_MS},
    required=("share",),
)


def read_world(path: Path | None) -> WorldFile:
    """The world of a file; the usual one where there is none. Raises InputError with every problem."""
    return WorldFile() if path is None else read_file(path, _read)


def _read(raw: object, path: str, reading: Reading) -> WorldFile:
    first = raw.get("usual", {}) if isinstance(raw, dict) else {}
    usual = _behaviour(Behaviour())(first or {}, "usual", Reading()) or Behaviour()

    def build(**given: Any) -> WorldFile:  # noqa: ANN401 -- read by the table below
        recorded_as, only = given.pop("recorded_as", {}), given.pop("only", ())
        for name in ("noticed", "alike"):
            if name in given:
                given[f"{name}_per_mille"] = given.pop(name)
        given |= given.pop("leaves", {})
        calendar = _calendar(given.pop("begins", None), given.pop("time_zone", "UTC"))
        return WorldFile(ModelledWorld(**given), recorded_as, only, calendar)

    reader = record(
        build,
        {
            "usual": _behaviour(Behaviour()),
            "places": mapped(_behaviour(usual)),
            "quality": listed(_quality),
            "noticed": _share,
            "alike": _share,
            "leaves": _leaves,
            "recorded_as": mapped(WORD),
            "only": listed(WORD),
            "begins": scalar(_MOMENT),
            "time_zone": scalar(ZONE),
        },
    )
    return reader(raw, path, reading) or WorldFile()


def _calendar(begins: datetime | None, name: str) -> Zone:
    """The clocks of a world whose time begins then; without a beginning, at midnight of the first of a month."""
    if begins is None:
        return UTC
    at = begins if begins.tzinfo else begins.replace(tzinfo=ZoneInfo(name))
    zone = UTC if name == "UTC" else zone_named(name)
    return zone.since(int(at.timestamp() * 1000))

"""A recorded run looked at again: whether the machine still decides as the ledger says, and what else it could do.

The journal of a run has its events, the ledger what was decided. Lines that recovery wrote for a process that died are
not the machine's and are left out; so a run that was killed and resumed is compared as one run.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import orjson
from attrs import evolve, frozen

from tokenwise.budgets.ledger import Entry
from tokenwise.catalog.models import Catalog
from tokenwise.errors import InputError, Problem, ProtocolViolation
from tokenwise.money import Nanodollars, format_usd
from tokenwise.planner.assignment import Unassignable
from tokenwise.policy import Policy
from tokenwise.routing.choosing import Refused, decision_id
from tokenwise.simulation.hindsight import Hindsight, Rechosen, asking_only, reconsider
from tokenwise.simulation.replaying import Divergence, Replayed, first_divergence, replay
from tokenwise_shell.catalogs.local_models import read_local_models
from tokenwise_shell.codec.journals import RunRecord
from tokenwise_shell.codec.messages import entry_from_json, entry_to_json, from_json
from tokenwise_shell.ledger.runs import read_run
from tokenwise_shell.ledger.segments import read_ledger

__all__ = ["Replay", "WhatIf", "read_catalog", "replay_run", "what_if"]


@frozen
class Replay:
    """A recorded run decided again. `violation` says which event cannot follow in it, "" where all can."""

    run_id: str
    record: RunRecord
    recorded: tuple[Entry, ...]
    replayed: Replayed | None
    divergence: Divergence | None
    violation: str = ""
    notices: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether every line in the ledger is decided again, and no other, by a decision of the same name."""
        return self.replayed is not None and self.divergence is None and self.decision_id in ("", self.recorded_id)

    @property
    def recorded_id(self) -> str:
        """The name of the decision that a request's journal has; "" where it has none, as that of a plan."""
        return str(self.record.beside.get("decision_id") or "")

    @cached_property
    def decision_id(self) -> str:
        """That name worked out again from the job; "" where none was recorded."""
        job, decided = self.record.job, self.record.beside.get("decided")
        if job.request is None or not self.recorded_id or not isinstance(decided, Mapping):
            return ""
        policy = evolve(job.policy, deadline_ms=decided.get("deadline_ms", 0))
        effort = bool(decided.get("best_effort"))
        return decision_id(job.request, job.catalog, policy, job.limit, best_effort=effort)

    def as_json(self) -> dict[str, object]:
        """The document."""
        return {
            "run_id": self.run_id,
            "identical": self.identical,
            "events": len(self.record.events),
            "decisions": len(self.recorded),
            "decision_id": self.decision_id or None,
            "recorded_decision_id": self.recorded_id or None,
            "divergence": _divergence(self.divergence),
            "violation": self.violation or None,
        }


@frozen
class WhatIf:
    """What would have been chosen under another policy or catalogue, within `limit`."""

    outcome: Hindsight | Unassignable | Refused
    policy: Policy
    catalog: Catalog
    limit: Nanodollars

    @property
    def refusal(self) -> str:
        """Why nothing would have been chosen, "" where something would."""
        match self.outcome:
            case Refused(message=message):
                return message
            case Unassignable(smallest_limit=int() as least):
                return f"the cheapest plan may cost {format_usd(least)}, {format_usd(self.limit)} is given"
            case Unassignable(steps=steps):
                return f"no model could do {', '.join(steps) or 'this'}"
            case Hindsight():
                return ""

    def as_json(self) -> dict[str, object]:
        """The document."""
        common = {"strategy": self.policy.strategy.value, "limit_nano": self.limit, "refusal": self.refusal or None}
        if not isinstance(self.outcome, Hindsight):
            return {**common, "steps": []}
        least, most, alike = self.outcome.least, self.outcome.most, self.outcome.alike
        costs = {"least_cost_nano": least, "most_cost_nano": most, "same_tokens_nano": alike}
        return {**common, **costs, "steps": [_rechosen(each, self.catalog) for each in self.outcome.steps]}


def replay_run(state_dir: Path, ledger: Path, run_id: str, *, kept: RunRecord | None = None) -> Replay:
    """Decide a recorded run again and compare. Raises InputError where its journal or the ledger cannot be read.

    `kept` is its journal where that has been read already: a request's, from a proxy's folder.
    """
    notices: list[str] = []
    record = kept or read_run(state_dir, run_id, notices.append)
    recorded = _entries_of(ledger, run_id, notices)
    try:
        again = replay(record.job, record.at_ms, record.events)
    except ProtocolViolation as violation:
        return Replay(run_id, record, recorded, None, None, str(violation), tuple(notices))
    return Replay(run_id, record, recorded, again, first_divergence(recorded, again.entries), notices=tuple(notices))


def what_if(replay: Replay, *, policy: Policy, catalog: Catalog, limit: Nanodollars, model: str = "") -> WhatIf | None:
    """Choose again for the run, or let one `model` do it; None where it could not be replayed to its end.

    Raises InputError for a model that is not in the catalogue.
    """
    if replay.replayed is None:
        return None
    if model and model not in catalog:
        raise InputError(Problem("--model", f"{model!r} is not in the catalogue; `tw models` lists it"))
    run = asking_only(replay.replayed.run, model) if model else replay.replayed.run
    outcome = reconsider(run, replay.recorded, policy=policy, catalog=catalog, limit=limit)
    return WhatIf(outcome, policy, catalog, limit)


def read_catalog(path: Path, known: Catalog) -> Catalog:
    """A catalogue as it was kept for a run (JSON), or `known` with a YAML file's models in it. Raises InputError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read: {error.strerror}")) from error
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        models, problems = read_local_models(raw.decode("utf-8", "replace"), str(path), known)
        if problems:
            raise InputError(*problems) from None
        return known.merged(models)
    return from_json(Catalog, document, str(path))


def _entries_of(ledger: Path, run_id: str, notices: list[str]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    try:
        for line in read_ledger(ledger, notices.append):
            if line.get("run") == run_id and not line.get("recovered"):
                read = entry_from_json(line)
                notices += read.notices
                entries += [read.entry] if read.entry else []
    except OSError as error:
        raise InputError(Problem(str(ledger), f"cannot be read: {error.strerror}")) from error
    return tuple(entries)


def _divergence(divergence: Divergence | None) -> Mapping[str, object] | None:
    if divergence is None:
        return None
    sides = {"recorded": divergence.recorded, "derived": divergence.derived}
    shown = {name: entry and entry_to_json(entry) for name, entry in sides.items()}
    return {"place": divergence.place, **shown}


def _rechosen(each: Rechosen, catalog: Catalog) -> dict[str, object]:
    return {
        "id": each.step,
        "recorded_model": each.model or None,
        "recorded_cost_nano": each.cost,
        "model": each.other.model,
        "tier": catalog[each.other.model].tier.name.lower(),
        "worst_cost_nano": each.other.worst,
        "least_cost_nano": each.least,
        "most_cost_nano": each.most,
        "same_tokens_nano": each.alike,
    }

"""The findings as JSON. `*_nano` are integer nano-dollars; the fields are documented in docs/audit.md."""

from collections.abc import Mapping

from attrs import asdict

from tokenwise.audit.findings import Findings, Policied
from tokenwise.audit.holdings import Refusals
from tokenwise.audit.intervals import Share
from tokenwise.audit.sessions import Session
from tokenwise.audit.sums import Sum
from tokenwise_shell.audit.opening import Intake
from tokenwise_shell.ledger.jsonl import iso

__all__ = ["document_of"]

_MONEY = frozenset({"cost", "assumed", "as_recorded", "recorded", "repriced"})


def document_of(found: Findings, intake: Intake) -> dict[str, object]:
    """All that was found, and what it was read from."""
    return {
        "files": dict(sorted(intake.files.items())),
        "formats": dict(sorted(intake.calls.items())),
        "repeated": intake.repeated,
        "malformed": intake.malformed,
        "unrecognised": intake.left,
        "undated": found.undated,
        "unordered": found.unordered,
        "total": _sum(found.total),
        "by_model": _sums(found.by_model),
        "by_day": _sums(found.by_day),
        "by_agent": _sums(found.by_agent),
        "sessions": found.sessions,
        "dearest_sessions": [_session(one) for one in found.dearest],
        "policies": [_policied(one) for one in found.policies],
        "bought_nothing": {kind: {"calls": calls, "cost_nano": nano} for kind, (calls, nano) in found.nothing.items()},
        "stops": [
            {
                "each": stop.kind,
                "budget_nano": stop.amount,
                "worst": stop.name,
                "spent_nano": stop.spent,
                "stopped_at": _at(stop.at_ms),
                "touched": stop.touched,
                "of": stop.of,
            }
            for stop in found.stops
        ],
        "subscriptions": [
            {
                "name": one.name,
                "window_minutes": one.minutes,
                "windows": one.seen,
                "cost_nano": one.cost,
                "whole_window_least_nano": one.least,
                "whole_window_most_nano": one.most,
            }
            for one in found.windows
        ],
        "dearest_five_hours": found.five_hours and {"from": iso(found.five_hours[0]), "cost_nano": found.five_hours[1]},
    }


def _sum(one: Sum) -> dict[str, int]:
    return {f"{name}_nano" if name in _MONEY else name: value for name, value in asdict(one).items()}


def _sums(sums: Mapping[str, Sum]) -> dict[str, dict[str, int]]:
    return {name: _sum(one) for name, one in sums.items()}


def _session(one: Session) -> dict[str, object]:
    agents = dict(sorted(one.agents.items(), key=lambda row: (-row[1].cost, row[0])))
    return {
        "session": one.name,
        "first_at": _at(one.first_ms),
        "last_at": _at(one.last_ms),
        "bought_nothing_nano": one.nothing,
        **_sum(one.sum),
        "by_agent": _sums(agents),
    }


def _policied(one: Policied) -> dict[str, object]:
    return {
        "policy": one.name,
        "calls": one.calls,
        "cost_nano": one.base,
        "alike_nano": one.alike,
        "easy_nano": one.easy,
        "cold_nano": one.cold,
        "refused": one.refused,
        "refused_cost_nano": one.refused_cost,
        "saved": _share(one.saved),
        "models": dict(one.models),
        "limits": [
            {
                "limit": paid.limit,
                "budget_nano": paid.amount,
                "of_what_was_paid": _refusals(paid),
                "of_what_it_would_pay": _refusals(instead),
            }
            for paid, instead in one.limits
        ],
    }


def _refusals(one: Refusals) -> dict[str, object]:
    return {
        "windows": one.windows,
        "windows_over": one.over,
        "least_nano": one.least,
        "most_nano": one.most,
        "first_at": _at(one.first_ms),
    }


def _share(one: Share | None) -> dict[str, float | None] | None:
    return None if one is None else asdict(one)


def _at(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso(at_ms)

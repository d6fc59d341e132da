"""TokenWise's pure core: routes, plans and budgets LLM calls, and decides every step of carrying them out, as data.

No I/O, no clock, no randomness of its own. Everything here can be used alone, without the shell that performs.

Names load their module when they are first asked for, so `import tokenwise` costs a millisecond or two.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenwise.budgets.budget import Budget, Hold, Short, release, reserve, settle
    from tokenwise.budgets.ledger import (
        Abandoned,
        Charged,
        Downgraded,
        Entry,
        Escalated,
        Finished,
        Overran,
        Released,
        Reservation,
        Retried,
        Seconded,
        StepEnded,
        Upgraded,
    )
    from tokenwise.budgets.limit import Account, Limit
    from tokenwise.budgets.windows import Span, Window, span_of
    from tokenwise.catalog.embedded_models import embedded_catalog
    from tokenwise.catalog.models import Catalog, Model, Offer
    from tokenwise.catalog.prices import FREE, UNKNOWN, Price, Rate, Unknown
    from tokenwise.errors import Blamed, InputError, Problem, ProtocolViolation, TokenwiseError
    from tokenwise.faults import RULES, Fault, Remedy, Rule
    from tokenwise.ids import AttemptId
    from tokenwise.machine.machine import start, step
    from tokenwise.machine.messages import (
        AbandonCall,
        CallFailed,
        CallModel,
        CallSucceeded,
        Cancelled,
        Command,
        Event,
        Finish,
        FirstToken,
        Left,
        Lost,
        ModelsCooling,
        Record,
        Reserve,
        Reserved,
        ReserveRefused,
        Settle,
        Wait,
        Woke,
        call_ended,
    )
    from tokenwise.machine.run import Choice, Job, Outcome, Run
    from tokenwise.money import Nanodollars, NanoPerMtok, format_usd, parse_price, parse_usd
    from tokenwise.plan import Check, CheckKind, Plan, Step
    from tokenwise.planner.allocation import Allocation, Downgrade, Infeasible, Option, allocate
    from tokenwise.planner.assignment import Assigned, Unassignable, assign
    from tokenwise.planner.decompose import Malformed, planning_messages, read_plan
    from tokenwise.planner.rules.splitting import decompose_by_rules
    from tokenwise.planner.scheduling import Schedule, schedule
    from tokenwise.policy import AcceptRates, Calibration, Cascading, Escalation, Policy, Strategy, Streams
    from tokenwise.prompt import Message, Role
    from tokenwise.routing.bid import Bid, Counted, Need
    from tokenwise.routing.cascade import Cascade, Forecast
    from tokenwise.routing.choosing import Refusal, Refused, Routed, decision_id, route
    from tokenwise.routing.fitting import Unaffordable, fit
    from tokenwise.routing.health import ANY_MODEL, Health, Seat, cooling_seats, observe
    from tokenwise.routing.ladder import Climb, Failed, Retry, Stop, climb
    from tokenwise.routing.losers import Rejected, explain
    from tokenwise.routing.ranking import rungs
    from tokenwise.routing.request import Request, Wishes, read_request
    from tokenwise.routing.verdicts import Failure, FinishReason, Reply, verdict
    from tokenwise.scenario.detector import Complexity, Scenario, Signal, detect
    from tokenwise.scenario.risk import Blocked, Passed, RiskGate, judge
    from tokenwise.simulation.differences import differing
    from tokenwise.simulation.laws import judge_laws, parse_law
    from tokenwise.simulation.replaying import Divergence, Replayed, first_divergence, replay
    from tokenwise.simulation.reports import Report, report
    from tokenwise.simulation.simulation import Moment
    from tokenwise.simulation.surveys import EVERYTHING, Setting, simulate, trace
    from tokenwise.simulation.tally import Tally
    from tokenwise.simulation.traffic import Kind, Stretch, Traffic
    from tokenwise.simulation.transcripts import transcript
    from tokenwise.simulation.workload import Allowance, Asked, Recorded, Variant, asked_in_words
    from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Spread, Trouble
    from tokenwise.traits import Capability, Feature, Tier
    from tokenwise.usage import TokenCount, Usage, count_messages, count_text

__all__ = [
    "ANY_MODEL",
    "EVERYTHING",
    "FREE",
    "RULES",
    "UNKNOWN",
    "AbandonCall",
    "Abandoned",
    "AcceptRates",
    "Account",
    "Allocation",
    "Allowance",
    "Asked",
    "Assigned",
    "AttemptId",
    "Behaviour",
    "Bid",
    "Blamed",
    "Blocked",
    "Budget",
    "Calibration",
    "CallFailed",
    "CallModel",
    "CallSucceeded",
    "Cancelled",
    "Capability",
    "Cascade",
    "Cascading",
    "Catalog",
    "Charged",
    "Check",
    "CheckKind",
    "Choice",
    "Climb",
    "Command",
    "Complexity",
    "Counted",
    "Divergence",
    "Downgrade",
    "Downgraded",
    "Entry",
    "Escalated",
    "Escalation",
    "Event",
    "Failed",
    "Failure",
    "Fault",
    "Feature",
    "Finish",
    "FinishReason",
    "Finished",
    "FirstToken",
    "Forecast",
    "Health",
    "Hold",
    "Infeasible",
    "InputError",
    "Job",
    "Kind",
    "Left",
    "Limit",
    "Lost",
    "Malformed",
    "Message",
    "Model",
    "ModelledWorld",
    "ModelsCooling",
    "Moment",
    "NanoPerMtok",
    "Nanodollars",
    "Need",
    "Offer",
    "Option",
    "Outcome",
    "Overran",
    "Passed",
    "Plan",
    "Policy",
    "Price",
    "Problem",
    "ProtocolViolation",
    "Rate",
    "Record",
    "Recorded",
    "Refusal",
    "Refused",
    "Rejected",
    "Released",
    "Remedy",
    "Replayed",
    "Reply",
    "Report",
    "Request",
    "Reservation",
    "Reserve",
    "ReserveRefused",
    "Reserved",
    "Retried",
    "Retry",
    "RiskGate",
    "Role",
    "Routed",
    "Rule",
    "Run",
    "Scenario",
    "Schedule",
    "Seat",
    "Seconded",
    "Setting",
    "Settle",
    "Short",
    "Signal",
    "Span",
    "Spread",
    "Step",
    "StepEnded",
    "Stop",
    "Strategy",
    "Streams",
    "Stretch",
    "Tally",
    "Tier",
    "TokenCount",
    "TokenwiseError",
    "Traffic",
    "Trouble",
    "Unaffordable",
    "Unassignable",
    "Unknown",
    "Upgraded",
    "Usage",
    "Variant",
    "Wait",
    "Window",
    "Wishes",
    "Woke",
    "allocate",
    "asked_in_words",
    "assign",
    "call_ended",
    "climb",
    "cooling_seats",
    "count_messages",
    "count_text",
    "decision_id",
    "decompose_by_rules",
    "detect",
    "differing",
    "embedded_catalog",
    "explain",
    "first_divergence",
    "fit",
    "format_usd",
    "judge",
    "judge_laws",
    "observe",
    "parse_law",
    "parse_price",
    "parse_usd",
    "planning_messages",
    "read_plan",
    "read_request",
    "release",
    "replay",
    "report",
    "reserve",
    "route",
    "rungs",
    "schedule",
    "settle",
    "simulate",
    "span_of",
    "start",
    "step",
    "trace",
    "transcript",
    "verdict",
]

# Where each name lives, by wings, as docs/api.md has them. The imports above say the same to type checkers, and a test
# holds the two together.
_HOMES = {
    # vocabulary
    "errors": "Blamed InputError Problem ProtocolViolation TokenwiseError",
    "faults": "RULES Fault Remedy Rule",
    "ids": "AttemptId",
    "money": "NanoPerMtok Nanodollars format_usd parse_price parse_usd",
    "plan": "Check CheckKind Plan Step",
    "policy": "AcceptRates Calibration Cascading Escalation Policy Strategy Streams",
    "prompt": "Message Role",
    "traits": "Capability Feature Tier",
    "usage": "TokenCount Usage count_messages count_text",
    # catalogue
    "catalog.embedded_models": "embedded_catalog",
    "catalog.models": "Catalog Model Offer",
    "catalog.prices": "FREE UNKNOWN Price Rate Unknown",
    # budgets
    "budgets.budget": "Budget Hold Short release reserve settle",
    "budgets.ledger": "Abandoned Charged Downgraded Entry Escalated Finished Overran Released Reservation Retried "
    "Seconded StepEnded Upgraded",
    "budgets.limit": "Account Limit",
    "budgets.windows": "Span Window span_of",
    # scenario
    "scenario.detector": "Complexity Scenario Signal detect",
    "scenario.risk": "Blocked Passed RiskGate judge",
    # routing
    "routing.bid": "Bid Counted Need",
    "routing.cascade": "Cascade Forecast",
    "routing.choosing": "Refusal Refused Routed decision_id route",
    "routing.fitting": "Unaffordable fit",
    "routing.health": "ANY_MODEL Health Seat cooling_seats observe",
    "routing.ladder": "Climb Failed Retry Stop climb",
    "routing.losers": "Rejected explain",
    "routing.ranking": "rungs",
    "routing.request": "Request Wishes read_request",
    "routing.verdicts": "Failure FinishReason Reply verdict",
    # machine
    "machine.machine": "start step",
    "machine.messages": "AbandonCall CallFailed CallModel CallSucceeded Cancelled Command Event Finish FirstToken "
    "Left Lost ModelsCooling Record Reserve ReserveRefused Reserved Settle Wait Woke call_ended",
    "machine.run": "Choice Job Outcome Run",
    # planner
    "planner.allocation": "Allocation Downgrade Infeasible Option allocate",
    "planner.assignment": "Assigned Unassignable assign",
    "planner.decompose": "Malformed planning_messages read_plan",
    "planner.rules.splitting": "decompose_by_rules",
    "planner.scheduling": "Schedule schedule",
    # simulation
    "simulation.differences": "differing",
    "simulation.laws": "judge_laws parse_law",
    "simulation.replaying": "Divergence Replayed first_divergence replay",
    "simulation.reports": "Report report",
    "simulation.simulation": "Moment",
    "simulation.surveys": "EVERYTHING Setting simulate trace",
    "simulation.tally": "Tally",
    "simulation.traffic": "Kind Stretch Traffic",
    "simulation.transcripts": "transcript",
    "simulation.workload": "Allowance Asked Recorded Variant asked_in_words",
    "simulation.worlds": "Behaviour ModelledWorld Spread Trouble",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load the module a public name lives in (PEP 562)."""
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module 'tokenwise' has no attribute {name!r}") from None
    value: object = getattr(import_module(f"tokenwise.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__

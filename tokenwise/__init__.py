"""TokenWise's pure core: routes, plans and budgets LLM calls, and decides every step of carrying them out, as data.

No I/O, no clock, no randomness of its own. Everything here can be used alone, without the shell that performs.

Names load their module when they are first asked for, so `import tokenwise` costs a millisecond or two.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenwise.budgets.budget import Budget, Hold, Short, release, reserve, settle
    from tokenwise.catalog.embedded_models import embedded_catalog
    from tokenwise.catalog.models import Catalog, Model, Offer
    from tokenwise.catalog.prices import FREE, UNKNOWN, Price, Rate, Unknown
    from tokenwise.errors import InputError, Problem, ProtocolViolation, TokenwiseError
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
        ModelsCooling,
        Record,
        Reserve,
        Reserved,
        ReserveRefused,
        Settle,
        Wait,
        Woke,
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
    from tokenwise.routing.health import Health, observe
    from tokenwise.routing.ladder import Climb, Failed, Retry, Stop, climb, rungs
    from tokenwise.routing.losers import Rejected, explain
    from tokenwise.routing.request import Request, Wishes, read_request
    from tokenwise.routing.verdicts import Failure, FinishReason, Reply, verdict
    from tokenwise.scenario.detector import Complexity, Scenario, Signal, detect
    from tokenwise.scenario.risk import Blocked, Passed, RiskGate, judge
    from tokenwise.simulation.differences import differing
    from tokenwise.simulation.laws import judge_laws, parse_law
    from tokenwise.simulation.reports import Report, report
    from tokenwise.simulation.simulation import (
        Answer,
        Arrival,
        Moment,
        RandomWorld,
        ScriptedWorld,
        Simulated,
        Simulation,
        World,
        simulate,
    )
    from tokenwise.simulation.surveys import EVERYTHING, Setting, survey, trace
    from tokenwise.simulation.tally import Tally
    from tokenwise.simulation.transcripts import transcript
    from tokenwise.simulation.workload import Allowance, Asked, Recorded, Variant, asked_in_words
    from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Spread, Trouble
    from tokenwise.traits import Capability, Feature, Tier
    from tokenwise.usage import TokenCount, Usage, count_messages, count_text

__all__ = [
    "EVERYTHING",
    "FREE",
    "RULES",
    "UNKNOWN",
    "AbandonCall",
    "AcceptRates",
    "Allocation",
    "Allowance",
    "Answer",
    "Arrival",
    "Asked",
    "Assigned",
    "AttemptId",
    "Behaviour",
    "Bid",
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
    "Check",
    "CheckKind",
    "Choice",
    "Climb",
    "Command",
    "Complexity",
    "Counted",
    "Downgrade",
    "Escalation",
    "Event",
    "Failed",
    "Failure",
    "Fault",
    "Feature",
    "Finish",
    "FinishReason",
    "FirstToken",
    "Forecast",
    "Health",
    "Hold",
    "Infeasible",
    "InputError",
    "Job",
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
    "Passed",
    "Plan",
    "Policy",
    "Price",
    "Problem",
    "ProtocolViolation",
    "RandomWorld",
    "Rate",
    "Record",
    "Recorded",
    "Refusal",
    "Refused",
    "Rejected",
    "Remedy",
    "Reply",
    "Report",
    "Request",
    "Reserve",
    "ReserveRefused",
    "Reserved",
    "Retry",
    "RiskGate",
    "Role",
    "Routed",
    "Rule",
    "Run",
    "Scenario",
    "Schedule",
    "ScriptedWorld",
    "Setting",
    "Settle",
    "Short",
    "Signal",
    "Simulated",
    "Simulation",
    "Spread",
    "Step",
    "Stop",
    "Strategy",
    "Streams",
    "Tally",
    "Tier",
    "TokenCount",
    "TokenwiseError",
    "Trouble",
    "Unaffordable",
    "Unassignable",
    "Unknown",
    "Usage",
    "Variant",
    "Wait",
    "Wishes",
    "Woke",
    "World",
    "allocate",
    "asked_in_words",
    "assign",
    "climb",
    "count_messages",
    "count_text",
    "decision_id",
    "decompose_by_rules",
    "detect",
    "differing",
    "embedded_catalog",
    "explain",
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
    "report",
    "reserve",
    "route",
    "rungs",
    "schedule",
    "settle",
    "simulate",
    "start",
    "step",
    "survey",
    "trace",
    "transcript",
    "verdict",
]

# Where each name lives. The imports above say the same to type checkers, and a test holds the two together.
_HOMES = {
    "planner.allocation": "Allocation Downgrade Infeasible Option allocate",
    "planner.assignment": "Assigned Unassignable assign",
    "routing.bid": "Bid Counted Need",
    "budgets.budget": "Budget Hold Short release reserve settle",
    "catalog.models": "Catalog Model Offer",
    "catalog.prices": "FREE UNKNOWN Price Rate Unknown",
    "traits": "Capability Feature Tier",
    "planner.decompose": "Malformed planning_messages read_plan",
    "simulation.differences": "differing",
    "catalog.embedded_models": "embedded_catalog",
    "errors": "InputError Problem ProtocolViolation TokenwiseError",
    "faults": "RULES Fault Remedy Rule",
    "routing.fitting": "Unaffordable fit",
    "routing.health": "Health observe",
    "ids": "AttemptId",
    "routing.ladder": "Climb Failed Retry Stop climb rungs",
    "simulation.laws": "judge_laws parse_law",
    "machine.machine": "start step",
    "machine.messages": "AbandonCall CallFailed CallModel CallSucceeded Cancelled Command Event Finish FirstToken "
    "ModelsCooling Record Reserve ReserveRefused Reserved Settle Wait Woke",
    "money": "NanoPerMtok Nanodollars format_usd parse_price parse_usd",
    "plan": "Check CheckKind Plan Step",
    "policy": "AcceptRates Calibration Cascading Escalation Policy Strategy Streams",
    "prompt": "Message Role",
    "simulation.reports": "Report report",
    "routing.request": "Request Wishes read_request",
    "scenario.risk": "Blocked Passed RiskGate judge",
    "routing.cascade": "Cascade Forecast",
    "routing.choosing": "Refusal Refused Routed decision_id route",
    "routing.losers": "Rejected explain",
    "planner.rules.splitting": "decompose_by_rules",
    "machine.run": "Choice Job Outcome Run",
    "scenario.detector": "Complexity Scenario Signal detect",
    "planner.scheduling": "Schedule schedule",
    "simulation.simulation": "Answer Arrival Moment RandomWorld ScriptedWorld Simulated Simulation World simulate",
    "simulation.surveys": "EVERYTHING Setting survey trace",
    "simulation.tally": "Tally",
    "simulation.transcripts": "transcript",
    "usage": "TokenCount Usage count_messages count_text",
    "routing.verdicts": "Failure FinishReason Reply verdict",
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

"""TokenWise's pure core: routes, plans and budgets LLM calls, and decides every step of carrying them out, as data.

No I/O, no clock, no randomness of its own. Everything here can be used alone, without the shell that performs.

Names load their module when they are first asked for, so `import tokenwise` costs a millisecond or two.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenwise.allocation import Allocation, Downgrade, Infeasible, Option, allocate
    from tokenwise.assignment import Assigned, Unassignable, assign
    from tokenwise.bid import Bid, Counted, Need
    from tokenwise.budget import Budget, Hold, Short, release, reserve, settle
    from tokenwise.catalog import FREE, UNKNOWN, Capability, Catalog, Feature, Model, Offer, Price, Rate, Tier, Unknown
    from tokenwise.decompose import Malformed, planning_messages, read_plan
    from tokenwise.differences import differing
    from tokenwise.embedded_models import embedded_catalog
    from tokenwise.errors import InputError, Problem, ProtocolViolation, TokenwiseError
    from tokenwise.faults import RULES, Fault, Remedy, Rule
    from tokenwise.fitting import Unaffordable, fit
    from tokenwise.health import Health, observe
    from tokenwise.ids import AttemptId
    from tokenwise.ladder import Climb, Failed, Retry, Stop, climb, rungs
    from tokenwise.laws import judge_laws, parse_law
    from tokenwise.machine import start, step
    from tokenwise.messages import (
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
    from tokenwise.money import Nanodollars, NanoPerMtok, format_usd, parse_price, parse_usd
    from tokenwise.plan import Check, CheckKind, Plan, Step
    from tokenwise.policy import Escalation, Policy, Strategy
    from tokenwise.prompt import Message, Role
    from tokenwise.reports import Report, report
    from tokenwise.request import Request, Wishes, read_request
    from tokenwise.risk import Blocked, Passed, RiskGate, judge
    from tokenwise.routing import Refusal, Refused, Rejected, Routed, decision_id, explain, route
    from tokenwise.rules import decompose_by_rules
    from tokenwise.run import Choice, Job, Outcome, Run
    from tokenwise.scenario import Complexity, Scenario, Signal, detect
    from tokenwise.scheduling import Schedule, schedule
    from tokenwise.simulation import (
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
    from tokenwise.surveys import EVERYTHING, Setting, survey, trace
    from tokenwise.tally import Tally
    from tokenwise.transcripts import transcript
    from tokenwise.usage import TokenCount, Usage, count_messages, count_text
    from tokenwise.verdicts import Failure, FinishReason, Reply, verdict
    from tokenwise.workload import Allowance, Asked, Recorded, Variant, asked_in_words
    from tokenwise.worlds import Behaviour, ModelledWorld, Spread, Trouble

__all__ = [
    "EVERYTHING",
    "FREE",
    "RULES",
    "UNKNOWN",
    "AbandonCall",
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
    "CallFailed",
    "CallModel",
    "CallSucceeded",
    "Cancelled",
    "Capability",
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
    "allocation": "Allocation Downgrade Infeasible Option allocate",
    "assignment": "Assigned Unassignable assign",
    "bid": "Bid Counted Need",
    "budget": "Budget Hold Short release reserve settle",
    "catalog": "FREE UNKNOWN Capability Catalog Feature Model Offer Price Rate Tier Unknown",
    "decompose": "Malformed planning_messages read_plan",
    "differences": "differing",
    "embedded_models": "embedded_catalog",
    "errors": "InputError Problem ProtocolViolation TokenwiseError",
    "faults": "RULES Fault Remedy Rule",
    "fitting": "Unaffordable fit",
    "health": "Health observe",
    "ids": "AttemptId",
    "ladder": "Climb Failed Retry Stop climb rungs",
    "laws": "judge_laws parse_law",
    "machine": "start step",
    "messages": "AbandonCall CallFailed CallModel CallSucceeded Cancelled Command Event Finish FirstToken "
    "ModelsCooling Record Reserve ReserveRefused Reserved Settle Wait Woke",
    "money": "NanoPerMtok Nanodollars format_usd parse_price parse_usd",
    "plan": "Check CheckKind Plan Step",
    "policy": "Escalation Policy Strategy",
    "prompt": "Message Role",
    "reports": "Report report",
    "request": "Request Wishes read_request",
    "risk": "Blocked Passed RiskGate judge",
    "routing": "Refusal Refused Rejected Routed decision_id explain route",
    "rules": "decompose_by_rules",
    "run": "Choice Job Outcome Run",
    "scenario": "Complexity Scenario Signal detect",
    "scheduling": "Schedule schedule",
    "simulation": "Answer Arrival Moment RandomWorld ScriptedWorld Simulated Simulation World simulate",
    "surveys": "EVERYTHING Setting survey trace",
    "tally": "Tally",
    "transcripts": "transcript",
    "usage": "TokenCount Usage count_messages count_text",
    "verdicts": "Failure FinishReason Reply verdict",
    "workload": "Allowance Asked Recorded Variant asked_in_words",
    "worlds": "Behaviour ModelledWorld Spread Trouble",
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

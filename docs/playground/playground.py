"""What the playground's page asks, as functions from JSON to JSON: the very core, without a server.

    models   the price list
    decide   a prompt, prices, a strategy and a budget: the model, why, and why not the others
    plan     the same prompt as a plan: its steps with their models, and what other budgets would buy
    sample   that plan carried out in a made-up world, as a run's journal
    story    a journal decided again, event by event; and beside it what another price or limit would have done

A prompt with its settings is `{prompt, strategy, budget_usd, prices, without}`: `prices` gives models `[input, output]`
in US dollars per million tokens, prices for caches and long inputs keep their proportion; `without` names models that
there are not. Amounts in answers are nano-dollars. What cannot be read comes back as `{"problems": [...]}`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from attrs import evolve

from tokenwise import (
    Catalog,
    Fault,
    InputError,
    Job,
    Model,
    Moment,
    Nanodollars,
    NanoPerMtok,
    Plan,
    Policy,
    Price,
    Problem,
    ProtocolViolation,
    Rate,
    Refused,
    Replayed,
    Run,
    Step,
    Strategy,
    Unassignable,
    assign,
    decompose_by_rules,
    embedded_catalog,
    format_usd,
    parse_price,
    parse_usd,
    replay,
    transcript,
)
from tokenwise.routing.worth import quality, strength
from tokenwise.simulation.answers import RandomWorld
from tokenwise.simulation.hindsight import choose_again, reconsider
from tokenwise.simulation.replaying import altered
from tokenwise.simulation.simulation import Arrival, Driver
from tokenwise_shell.codec.journals import RunRecord, head_of, read_record
from tokenwise_shell.codec.messages import event_to_json, from_json, to_json
from tokenwise_shell.plans.decision import decide as decided

Json = dict[str, Any]

BUDGETS = 12  # of which the frontier tells: enough for a line, few enough for a slider
PLENTY = Nanodollars(10**15)  # a million dollars
TROUBLES = {Fault.OVERLOADED: 80, Fault.EMPTY: 60, Fault.TRUNCATED: 60}  # of a thousand calls of a sample
SAMPLED_AT = "1970-01-01T00:00:00.000Z"


def answer(asked: str, document: str) -> str:
    """The answer to one of the five questions, both as JSON."""
    try:
        found = QUESTIONS[asked](json.loads(document))
    except InputError as error:
        found = {"problems": [f"{each.path}: {each.message}" if each.path else each.message for each in error.problems]}
    except (ProtocolViolation, ValueError) as error:
        found = {"problems": [str(error)]}
    return json.dumps(found, separators=(",", ":"))


# --- a prompt ---------------------------------------------------------------------------------------------------------


def models(_: Json) -> Json:
    catalog = embedded_catalog()
    return {
        "fingerprint": catalog.fingerprint,
        "strategies": [each.value for each in Strategy],
        "models": [_row(model) for model in catalog.models if isinstance(model.price, Price) and not model.named_only],
    }


def _row(model: Model) -> Json:
    assert isinstance(model.price, Price)
    rate = model.price.rates[0]
    prices = [format_usd(Nanodollars(price)).removeprefix("$") for price in (rate.input, rate.output)]
    return {"id": model.id, "tier": model.tier.name.lower(), "quality": model.quality, "usd": prices}


def decide(asked: Json) -> Json:
    return decided(asked["prompt"], catalog=_catalog(asked), policy=_policy(asked), budget=_budget(asked)).as_json()


def plan(asked: Json) -> Json:
    made, catalog, policy, limit = decompose_by_rules(asked["prompt"]), _catalog(asked), _policy(asked), _budget(asked)
    assigned, steps = assign(made, catalog, policy, limit), made.steps
    told: Json = {"steps": [{"id": step.id, "what": step.description, "after": list(step.after)} for step in steps]}
    if isinstance(assigned, Unassignable):
        least = assigned.smallest_limit
        told["refusal"] = (
            f"no model could do {', '.join(assigned.steps) or 'this'}"
            if least is None
            else f"the cheapest plan may cost {format_usd(least)}, {format_usd(limit)} is given"
        )
    else:
        before = {each.menu: each.from_key for each in assigned.downgrades}
        rows = zip(told["steps"], steps, assigned.choices, assigned.expected, strict=True)
        for place, (row, step, choice, expected) in enumerate(rows):
            model = catalog[choice.model]
            row |= {"model": model.id, "tier": model.tier.name.lower(), "worst_nano": choice.worst}
            row |= {"expected_nano": expected, "points": _points(model, step) / 1000, "instead_of": before.get(place)}
        told |= {"worst_nano": assigned.worst, "expected_nano": sum(assigned.expected)}
        told["optimality_gap_nano"] = assigned.optimality_gap
        least = getattr(assign(made, catalog, policy, Nanodollars(0)), "smallest_limit", Nanodollars(0))
    frontier = [] if least is None else list(_frontier(made, catalog, policy, least))
    return {**told, "smallest_nano": least, "frontier": frontier}


def _frontier(made: Plan, catalog: Catalog, policy: Policy, least: Nanodollars) -> Iterator[Json]:
    """What budgets buy, from the least that pays a plan to the last that changes anything, closer together below."""
    unbound = assign(made, catalog, policy, PLENTY)
    assert not isinstance(unbound, Unassignable)
    told: list[str] = []
    for place in range(BUDGETS):
        limit = Nanodollars(least + max(0, unbound.worst - least) * place**2 // (BUDGETS - 1) ** 2)
        assigned = assign(made, catalog, policy, limit)
        assert not isinstance(assigned, Unassignable)
        names = [choice.model for choice in assigned.choices]
        if names != told:
            points = [_points(catalog[name], step) for name, step in zip(names, made.steps, strict=True)]
            costs = {"expected_nano": sum(assigned.expected), "worst_nano": assigned.worst}
            yield {"budget_nano": limit, **costs, "points": sum(points) // len(points) / 1000, "models": names}
        told = names


def _points(model: Model, step: Step) -> int:
    """How often, of a hundred thousand times, this model's answer to the step will do, as routing assumes it.

    Whole, since Python 3.12 adds up floats otherwise than 3.11.
    """
    return quality(strength(model, step.required.value), step.difficulty)


def sample(asked: Json) -> Json:
    made, catalog, policy, limit = decompose_by_rules(asked["prompt"]), _catalog(asked), _policy(asked), _budget(asked)
    assigned = assign(made, catalog, policy, limit)
    if isinstance(assigned, Unassignable):
        return {"problems": ["there is no plan within this budget"]}
    seed = int(asked.get("seed", 0))
    job = Job(
        id=f"sample-{seed}", plan=made, choices=assigned.choices, catalog=catalog, policy=policy, limit=limit, seed=seed
    )
    moments: list[Moment] = []
    driver = Driver(lambda _, __, moment: moments.append(moment))
    driver.admit(Arrival(job, world=RandomWorld(seed, TROUBLES)))
    driver.finish()
    events = [{"v": 1, **event_to_json(moment.event)} for moment in moments if moment.event]
    lines: list[Json] = [head_of(job, SAMPLED_AT, 0), *events]
    if catalog != embedded_catalog():
        lines.append(to_json(catalog))
    return {"journal": "".join(json.dumps(line) + "\n" for line in lines)}


def _policy(asked: Mapping[str, Any]) -> Policy:
    return Policy(strategy=Strategy(asked.get("strategy") or "balanced"))


def _budget(asked: Mapping[str, Any]) -> Nanodollars:
    return parse_usd(str(asked["budget_usd"]))


def _catalog(asked: Mapping[str, Any]) -> Catalog:
    return _ours(_prices(asked), tuple(sorted(asked.get("without") or ())))


@lru_cache(maxsize=32)
def _ours(prices: tuple[tuple[str, str, str], ...], without: tuple[str, ...]) -> Catalog:
    """The embedded catalogue as it was changed; kept, and with it what was worked out of it."""
    catalog = _repriced(embedded_catalog(), prices)
    return Catalog(model for model in catalog.models if model.id not in without) if without else catalog


def _prices(asked: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    return tuple(sorted((name, str(usd[0]), str(usd[1])) for name, usd in (asked.get("prices") or {}).items()))


def _repriced(catalog: Catalog, prices: tuple[tuple[str, str, str], ...]) -> Catalog:
    if missing := [name for name, *_ in prices if name not in catalog]:
        raise InputError(*(Problem("prices", f"there is no model {name}") for name in missing))
    rows = [_at_price(catalog[name], parse_price(given), parse_price(gets)) for name, given, gets in prices]
    return catalog.merged(rows) if rows else catalog


def _at_price(model: Model, given: NanoPerMtok, gets: NanoPerMtok) -> Model:
    def at_price(price: Any) -> Price:
        if not isinstance(price, Price):
            return Price((Rate(given, gets, given, given),))
        first = price.rates[0]
        return evolve(price, rates=tuple(_scaled(rate, first, given, gets) for rate in price.rates))

    return evolve(model, offers=tuple(evolve(offer, price=at_price(offer.price)) for offer in model.offers))


def _scaled(rate: Rate, first: Rate, given: NanoPerMtok, gets: NanoPerMtok) -> Rate:
    """A row whose first is to cost so much: other rows, and what a cache costs, in proportion."""
    sent = rate.times(given, first.input) if first.input else Rate(given, gets, given, given, rate.above_input_tokens)
    output = -(-rate.output * gets // first.output) if first.output else gets
    return evolve(sent, output=NanoPerMtok(output))


# --- a journal --------------------------------------------------------------------------------------------------------


def story(asked: Json) -> Json:
    """`{journal, change}`, where a change has `limit_usd`, `strategy` and `prices`, or fewer."""
    record = _record(asked["journal"])
    again = replay(record.job, record.at_ms, record.events)
    job = record.job
    told: Json = {
        "run": job.id,
        "task": job.plan.task,
        "strategy": job.policy.strategy.value,
        "limit_nano": job.limit,
        "models": [_priced(job.catalog[name]) for name in sorted(_asked_models(again))],
        "original": _told(again),
    }
    change = {name: value for name, value in (asked.get("change") or {}).items() if value}
    if change:
        told["changed"] = _changed(record, again, change)
    return told


def _priced(model: Model) -> Json:
    return _row(model) if isinstance(model.price, Price) else {"id": model.id, "usd": ["", ""]}


def _asked_models(again: Replayed) -> set[str]:
    commands = (command for moment in again.moments for command in moment.commands)
    return {choice.model for choice in again.run.job.choices} | {
        model for command in commands if (model := getattr(command, "model", ""))
    }


def _changed(record: RunRecord, again: Replayed, change: Json) -> Json:
    job = record.job
    catalog = _repriced(job.catalog, _prices(change))
    policy = evolve(job.policy, strategy=Strategy(change.get("strategy", job.policy.strategy.value)))
    limit = parse_usd(str(change["limit_usd"])) if "limit_usd" in change else job.limit
    choices = choose_again(job, policy, catalog, limit)
    if not isinstance(choices, tuple):
        return {"refusal": _refusal(choices, limit)}
    other = evolve(job, catalog=catalog, policy=policy, limit=limit, choices=choices)
    found = altered(other, again)
    hindsight = reconsider(again.run, again.entries, policy=policy, catalog=catalog, limit=limit)
    alike = getattr(hindsight, "alike", None)
    return {**_told(found.replayed), "departs": found.departs, "same_tokens_nano": alike, "limit_nano": limit}


def _refusal(refused: Unassignable | Refused, limit: Nanodollars) -> str:
    if isinstance(refused, Refused):
        return refused.message
    least = refused.smallest_limit
    return "no model could do this" if least is None else f"{format_usd(least)} is the least, {format_usd(limit)} given"


def _told(again: Replayed) -> Json:
    """Every event with what it caused and how the run stood after it."""
    pairs = zip(again.moments, again.runs, strict=True)
    moments = [_moment(moment, run, again.moments[0].at_ms) for moment, run in pairs]
    return {"moments": moments, "status": again.run.status, "spent_nano": again.run.books.spent}


def _moment(moment: Moment, run: Run, began_ms: int) -> Json:
    happened, *caused = transcript([evolve(moment, at_ms=moment.at_ms - began_ms)]).splitlines()
    return {
        "after_ms": moment.at_ms - began_ms,
        "event": happened.partition(" ms  ")[2],
        "commands": [line.strip().removeprefix("-> ") for line in caused],
        "spent_nano": run.books.spent,
        "held_nano": run.books.held,
        "left_nano": run.books.available,
        "steps": [
            {"id": spec.id, "state": _state(each.state), "model": each.model, "spent_nano": each.spent}
            for spec, each in zip(run.job.plan.steps, run.steps, strict=True)
        ],
    }


def _state(state: object) -> str:
    outcome = getattr(state, "outcome", None)
    return outcome.value if outcome else type(state).__name__.lower()


@lru_cache(maxsize=4)
def _record(text: str) -> RunRecord:
    """The last journal in a text, and in any place the catalogue that it ran on, if that is not the embedded one."""
    lines, catalogs = [], {}
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            continue
        try:
            line = json.loads(raw)
        except ValueError:
            continue  # torn, by a process that died while writing it
        if not isinstance(line, dict):
            raise InputError(Problem(f"line {number}", "expected an object"))
        if line.get("type") == "job":
            lines.clear()  # of several journals, as a proxy writes them, the last
        if "models" in line and "type" not in line:
            catalog = from_json(Catalog, line, f"line {number}")
            catalogs[catalog.fingerprint] = catalog
        else:
            lines.append(line)

    def found(fingerprint: str) -> Catalog:
        ours = embedded_catalog()
        if fingerprint in catalogs or fingerprint == ours.fingerprint:
            return catalogs.get(fingerprint, ours)
        raise InputError(Problem("catalog", f"add the file catalogs/{fingerprint}.json, which lies beside runs/"))

    return read_record(lines, found, "the journal")


QUESTIONS: dict[str, Callable[[Json], Json]] = {
    "models": models,
    "decide": decide,
    "plan": plan,
    "sample": sample,
    "story": story,
}

"""What is written can be read, and is the same. Values of every class are drawn by the types of its fields."""

import enum
import math
import types
import typing

import attrs
import orjson
import pytest
from attrs import evolve
from hypothesis import event as noted
from hypothesis import given
from hypothesis import strategies as st

from tokenwise.budgets import ledger
from tokenwise.budgets.limit import Account
from tokenwise.catalog.models import Catalog, Model
from tokenwise.catalog.prices import Price, Rate, Unknown
from tokenwise.errors import InputError
from tokenwise.ids import AttemptId
from tokenwise.machine import messages
from tokenwise.machine.run import Choice, Job
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.plan import Plan, Step
from tokenwise.policy import Cascading, Policy
from tokenwise.routing.bid import Need
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount, Usage
from tokenwise_shell.codec.messages import (
    ENTRY_TYPES,
    EVENT_TYPES,
    entry_from_json,
    entry_to_json,
    event_from_json,
    event_to_json,
    from_json,
    job_from_json,
    job_to_json,
    to_json,
)
from tokenwise_shell.ledger.booking import booking_of, short_line
from tokenwise_shell.ledger.jsonl import encode_line, expanded, ms_of
from tokenwise_shell.plans.codec import PlanFile, plan_from_json, plan_to_json

TEXTS = st.text(min_size=1, max_size=20)
AMOUNTS = st.integers(0, 10**18)
PRICES_PER_MTOK = st.integers(0, 10**13)


def drawn(kind):
    """Values of a type: by the table below, else by what the type is made of."""
    if kind in MADE:
        return MADE[kind]()
    if isinstance(kind, type) and issubclass(kind, enum.Flag):
        return st.lists(st.sampled_from(list(kind)), max_size=3).map(lambda some: joined(kind, some))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return st.sampled_from(list(kind))
    parts = typing.get_args(kind)
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return st.one_of(*map(drawn, parts))
    if parts and parts[-1] is Ellipsis:
        return st.lists(drawn(parts[0]), max_size=3).map(tuple)
    if parts:
        return st.tuples(*map(drawn, parts))
    return instances(kind)


def instances(kind, **given_fields):
    by_field = {
        spec.name: drawn(spec.type) for spec in attrs.fields(kind) if spec.init and spec.name not in given_fields
    }
    return st.builds(kind, **by_field, **given_fields)


def joined(kind, members):
    flags = kind(0)
    for member in members:
        flags |= member
    return flags


def usages():
    return st.lists(st.integers(0, 10**9), min_size=5, max_size=5).map(lambda n: Usage(*n[:3], max(n[3:]), min(n[3:])))


def token_counts():
    return st.lists(st.integers(0, 10**9), min_size=2, max_size=2).map(lambda n: TokenCount(min(n), max(n)))


@st.composite
def prices(draw):
    thresholds = [0, *sorted(draw(st.sets(st.integers(1, 10**6), max_size=2)))]
    rates = [Rate(*draw(st.tuples(*[PRICES_PER_MTOK] * 4)), threshold) for threshold in thresholds]
    return Price(tuple(rates))


@st.composite
def plans(draw):
    names = draw(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4, unique=True))
    steps = []
    for index, name in enumerate(names):
        after = draw(st.lists(st.sampled_from(names[:index]), unique=True)) if index else []
        steps.append(draw(instances(Step, id=st.just(name), after=st.just(tuple(after)))))
    return Plan(draw(TEXTS), tuple(steps))


def catalogs():
    return st.lists(instances(Model), max_size=3, unique_by=lambda model: model.id).map(Catalog)


@st.composite
def jobs(draw):
    plan = draw(plans())
    choices = draw(st.lists(instances(Choice), min_size=len(plan.steps), max_size=len(plan.steps)))
    return draw(instances(Job, plan=st.just(plan), choices=st.just(tuple(choices))))


MADE = {
    int: lambda: st.integers(1, 2**53),
    float: lambda: st.floats(0, 1),
    str: lambda: TEXTS,
    bool: st.booleans,
    type(None): st.none,
    Nanodollars: lambda: AMOUNTS,
    NanoPerMtok: lambda: PRICES_PER_MTOK,
    Usage: usages,
    TokenCount: token_counts,
    Price: prices,
    Plan: plans,
    Catalog: catalogs,
    Job: jobs,
    Cascading: lambda: instances(Cascading, agree=st.sampled_from([1, 2])),
}


def through_json(document):
    return orjson.loads(orjson.dumps(document))


ROUND_TRIPPED = [Plan, Step, Choice, Policy, Need, Catalog, Model]


class TestRoundTrip:
    """A value that was written to disk is read back equal, whatever its fields hold."""

    @pytest.mark.parametrize("name", ENTRY_TYPES)
    @given(data=st.data())
    def test_every_entry(self, name, data):
        entry = data.draw(drawn(ENTRY_TYPES[name]))
        line = through_json(entry_to_json(entry))
        assert line["type"] == name
        read = entry_from_json(line)
        assert (read.entry, read.notices) == (entry, ())

    @pytest.mark.parametrize("name", EVENT_TYPES)
    @given(data=st.data())
    def test_every_event(self, name, data):
        event = data.draw(drawn(EVENT_TYPES[name]))
        line = through_json(event_to_json(event))
        assert line["type"] == name
        assert event_from_json(line) == event

    @pytest.mark.slow  # draws whole plans and catalogues
    @pytest.mark.parametrize("kind", ROUND_TRIPPED)
    @given(data=st.data())
    def test_every_other_class(self, kind, data):
        value = data.draw(drawn(kind))
        assert from_json(kind, through_json(to_json(value))) == value

    @pytest.mark.slow  # draws whole plans and catalogues
    @given(job=jobs())
    def test_a_job_with_its_catalogue_kept_apart(self, job):
        document = through_json(job_to_json(job))
        assert document["catalog"] == job.catalog.fingerprint
        assert job_from_json(document, job.catalog) == job

    @pytest.mark.slow  # draws whole plans and catalogues
    @given(plan=plans(), budget=st.none() | AMOUNTS, data=st.data())
    def test_a_plan_file(self, plan, budget, data):
        some = st.lists(instances(Choice), min_size=len(plan.steps), max_size=len(plan.steps)).map(tuple)
        file = PlanFile(plan, budget, data.draw(st.none() | some))
        if file.choices:  # what is pinned is what is chosen
            pairs = zip(file.choices, plan.steps, strict=True)
            file = attrs.evolve(file, choices=tuple(attrs.evolve(c, model=s.model or c.model) for c, s in pairs))
        assert plan_from_json(through_json(plan_to_json(file))) == file

    def test_an_endless_threshold(self):
        policy = Policy(flagship_from=math.inf)
        assert from_json(Policy, through_json(to_json(policy))) == policy

    @pytest.mark.parametrize("flags", [Capability(0), Feature(0), ~Feature.NONE], ids=str)
    def test_no_flag_and_all_of_them(self, flags):
        model = Model("m", Tier.MID, Capability.CODE, 10, 5, ())
        name = "features" if isinstance(flags, Feature) else "capabilities"
        changed = attrs.evolve(model, **{name: flags})
        assert from_json(Model, through_json(to_json(changed))) == changed


class TestUnions:
    """Every entry and every event has its name on disk; a new one fails here until it is given one."""

    def test_all_entries_are_named(self):
        assert set(ENTRY_TYPES.values()) == set(typing.get_args(ledger.Entry))

    def test_all_events_are_named(self):
        assert set(EVENT_TYPES.values()) == set(typing.get_args(messages.Event))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def problems_of(kind, document):
    """What is wrong with a document, None if it is a value of this class."""
    try:
        value = from_json(kind, document, "here")
    except InputError as error:
        return error.problems
    assert isinstance(value, kind)
    return None


class TestStrictness:
    """What is no value of a class is refused with problems that name their places, and never raises anything else."""

    @pytest.mark.parametrize("kind", ROUND_TRIPPED)
    @given(junk=JSON)
    def test_junk_is_refused_as_input(self, kind, junk):
        problems = problems_of(kind, junk)
        assert problems is None or problems
        assert all(problem.path.startswith("here") for problem in problems or ())

    @given(policy=drawn(Policy), data=st.data())
    def test_one_field_of_another_type_is_named(self, policy, data):
        written = to_json(policy)
        name = data.draw(
            st.sampled_from(sorted(set(written) - {"calibration", "cascade"}))
        )  # which have fields of their own
        wrong = data.draw(st.sampled_from([None, "x", [], {}, True]))
        with pytest.raises(InputError) as caught:
            from_json(Policy, {**written, name: wrong}, "policy")
        assert [problem.path for problem in caught.value.problems] == [f"policy.{name}"]

    @given(price=st.from_regex(r"-?[0-9]{1,5}", fullmatch=True))
    def test_a_number_as_text_is_no_number(self, price):
        with pytest.raises(InputError, match="expected a whole number"):
            from_json(Choice, {"model": "m", "worst_nano": price, "floor_nano": 0})

    @given(reason=TEXTS)
    def test_an_unknown_price_stays_unknown_and_is_not_zero(self, reason):
        offer = {"provider": "p", "native_id": "n", "price": {"unknown": reason}}
        model = {"id": "m", "tier": "mid", "capabilities": ["code"], "context_tokens": 9, "max_output_tokens": 9}
        assert from_json(Model, {**model, "offers": [offer]}).price == Unknown(reason)


@st.composite
def batches(draw):
    """Entries as a request writes them together, of which one may say something else."""
    attempt, model, nano = AttemptId("answer", 0), draw(st.sampled_from(["a/m", "b/m"])), Nanodollars(draw(AMOUNTS))
    rest = draw(st.sampled_from([None, ledger.Released, ledger.Overran]))
    other = draw(AMOUNTS)
    over = Nanodollars(other if rest is ledger.Overran else 0)
    usage = draw(st.none() | st.builds(Usage, *[st.integers(0, 9)] * 4, st.just(0), st.integers(0, 9)))
    charged = evolve(draw(instances(ledger.Charged)), attempt=attempt, amount=nano, usage=usage)
    before = (
        ledger.Routed(attempt, model, "seller", draw(st.sampled_from(Tier)), nano),
        ledger.Reservation(attempt, model, "seller", nano, 10, 20),
    )
    behind = (
        evolve(charged, asked=draw(st.sampled_from([charged.model, charged.asked]))),
        *((rest(attempt, Nanodollars(other)),) if rest else ()),
        ledger.StepEnded("answer", "ok", nano, ""),
        ledger.Finished("completed", nano, over),
    )
    batch = list(draw(st.sampled_from([before, behind])))
    if draw(st.booleans()):
        place = draw(st.integers(0, len(batch) - 1))
        batch[place] = draw(instances(type(batch[place])))
    return tuple(batch)


AT = "2026-11-21T20:15:53.123Z"


class TestShortLines:
    """'Readers get the entries, one line each, as if they had been written so'."""

    @given(batches(), st.integers(0, 99), st.booleans())
    def test_stand_for_the_very_lines(self, batch, seq, tagged):
        account = Account("k", ("t",), (("user", "u"),)) if tagged else Account("k")
        short = short_line(batch, ms_of(AT), "r", seq, account, "w")
        noted(f"short: {short is not None}")
        if short is not None:
            head = {"v": 1, "at": AT, "run": "r", **booking_of(account)}
            who = [{"writer": "w"} if isinstance(one, ledger.Reservation) else {} for one in batch]
            lines = [
                {**head, "seq": seq + place, **entry_to_json(one), **who[place]} for place, one in enumerate(batch)
            ]
            read = expanded(orjson.loads(short))
            assert list(read) == [orjson.loads(encode_line(line)) for line in lines]
            assert [entry_from_json(line).entry for line in read] == list(batch)

"""The audit's own sums: prices of a day, money by time, limits by window, shares with intervals, waste."""

import random

import pytest
from attrs import evolve

from tokenwise.audit.audits import Audit
from tokenwise.audit.choices import Trial, equals
from tokenwise.audit.findings import findings
from tokenwise.audit.holdings import Holding
from tokenwise.audit.intervals import share_of
from tokenwise.audit.pricing import Grounds, Prices
from tokenwise.audit.records import Allotment, Call
from tokenwise.audit.timelines import Timeline
from tokenwise.audit.waste import Last, again, cold, lone
from tokenwise.budgets.limit import Account, Limit
from tokenwise.budgets.windows import Window
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy, Strategy
from tokenwise.simulation.workload import Variant
from tokenwise.usage import Usage

CATALOG = embedded_catalog()
PRICES = Prices(CATALOG, lambda _, name: name)
NANO = 10**9
DAY_MS = 86_400_000
NOVEMBER_22 = 1_795_305_600_000
MILLION = Usage(1_000_000, 0, 0, 1_000_000)
LONG = Usage(300_000, 0, 0, 1_000)


def call(model: str, usage: Usage | None = MILLION, at_ms: int | None = NOVEMBER_22, **more: object) -> Call:
    return Call(model=model, usage=usage, at_ms=at_ms, **more)


def day(text: str) -> int:
    year, month, number = map(int, text.split("-"))
    days = sum(366 if one % 4 == 0 else 365 for one in range(1970, year))
    lengths = (31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return (days + sum(lengths[: month - 1]) + number - 1) * DAY_MS


PRICED = (
    # model, day, usage, more, dollars (None: as below), grounds, why
    ("openai/o3", "2025-06-09", MILLION, {}, 50, Grounds.KNOWN, "before the day on which it fell to a fifth"),
    ("openai/o3", "2025-06-10", MILLION, {}, 10, Grounds.KNOWN, "from that day on"),
    ("anthropic/claude-opus-4-6", "2026-03-12", LONG, {}, 3.0375, Grounds.KNOWN, "long inputs were dearer then"),
    ("anthropic/claude-opus-4-6", "2026-03-13", LONG, {}, 1.525, Grounds.KNOWN, "and are not any more"),
    ("google/gemini-4-argon", "2026-11-30", MILLION, {}, 12, Grounds.KNOWN, "until the price that is announced"),
    ("google/gemini-4-argon", "2026-12-01", MILLION, {}, 24, Grounds.KNOWN, "the announced one"),
    ("openai/gpt-4.1-mini", "2025-05-01", MILLION, {}, 2, Grounds.KNOWN, "never changed"),
    ("openai/gpt-4.1-mini", "2026-11-22", MILLION, {"provider": "azure"}, 2, Grounds.ASSUMED, "another seller's price"),
    ("openai/gpt-4.1-mini", "2026-11-22", MILLION, {"tier": "priority"}, 3.5, Grounds.KNOWN, "7/4 of the list"),
    ("openai/gpt-4.1-mini", "2026-11-22", MILLION, {"tier": "batch"}, 2, Grounds.ASSUMED, "no price published for it"),
    ("openai/gpt-oss-120b", "2026-09-01", MILLION, {"provider": "openrouter"}, 0.6, Grounds.ASSUMED, "not yet read"),
    ("openai/gpt-oss-120b", "2026-11-22", MILLION, {"provider": "openrouter"}, 0.6, Grounds.KNOWN, "a reseller's"),
    (
        "openai/gpt-oss-120b",
        "2026-11-22",
        MILLION,
        {},
        0.6,
        Grounds.ASSUMED,
        "of weights that anybody sells, by somebody",
    ),
    ("openai/gpt-4.1-mini", "2026-11-22", MILLION, {"gratis": True}, 0, Grounds.KNOWN, "from the gateway's cache"),
    ("nobody/knows", "2026-11-22", MILLION, {"recorded": Nanodollars(7 * NANO)}, 7, Grounds.RECORDED, "the log's word"),
    ("nobody/knows", "2026-11-22", MILLION, {}, None, Grounds.UNKNOWN, "never 0"),
    ("openai/gpt-4.1-mini", "2026-11-22", None, {}, None, Grounds.UNKNOWN, "nobody counted"),
)


@pytest.mark.parametrize(("model", "when", "usage", "more", "dollars", "grounds", "why"), PRICED)
def test_a_call_costs_what_it_cost_on_its_day(model, when, usage, more, dollars, grounds, why) -> None:
    costing = PRICES.costing(call(model, usage, day(when), **more))
    assert costing.grounds is grounds, why
    assert costing.cost == (None if dollars is None else round(dollars * NANO)), why


def test_without_a_date_a_price_is_assumed() -> None:
    assert PRICES.costing(call("openai/gpt-4.1-mini", at_ms=None)).grounds is Grounds.ASSUMED


def test_timelines_keep_the_sum_whatever_the_order_and_merge() -> None:
    dice = random.Random(3)
    told = [(dice.randrange(10**10), dice.randrange(1000)) for _ in range(500)]
    whole, parts = Timeline(), [Timeline(), Timeline()]
    for nth, (at_ms, nano) in enumerate(told):
        whole.add(at_ms, nano)
        parts[nth % 2].add(at_ms, nano)
    parts[0].merge(parts[1])
    assert parts[0] == whole
    assert sum(whole.slots.values()) == sum(nano for _, nano in told)
    assert len(whole.slots) <= whole.most
    half = sum(nano for _, nano in told) // 2
    exact, spent = 0, 0
    for at_ms, nano in sorted(told):
        exact, spent = at_ms, spent + nano
        if spent >= half:
            break
    assert 0 <= whole.reached(half) - exact <= whole.width_ms


def test_a_finer_timeline_is_told_to_a_coarser_one_at_its_own_times() -> None:
    coarse, fine = Timeline(most=2), Timeline()
    for at_ms in (0, 60_000, 120_000):
        coarse.add(at_ms, 1)
    fine.add(600_000, 5)
    coarse.merge(fine)
    assert (coarse.reached(3), coarse.reached(4)) == (240_000, 720_000)  # minutes 2 and 10, in slots of four
    assert coarse.width_ms == 240_000


def test_a_window_that_spends_its_limit_whole_refuses_nothing() -> None:
    holding = Holding(Limit(Nanodollars(50), Window.DAY))
    holding.spend(Account(), "m", NOVEMBER_22, 50)
    assert (holding.refusals().over, holding.refusals().most) == (0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_a_limit_refuses_between_its_bounds_in_whatever_order_calls_are_told(seed: int) -> None:
    """The truth by the law of docs/budgets.md, in order of time: a call that does not fit is not made."""
    dice = random.Random(seed)
    calls = sorted((NOVEMBER_22 + dice.randrange(3 * DAY_MS), dice.randrange(1, 400)) for _ in range(200))
    limit = Limit(Nanodollars(5_000), Window.DAY, each="session")
    spent, refused = {}, 0
    for at_ms, nano in calls:
        window = at_ms // DAY_MS
        if spent.get(window, 0) + nano > limit.amount:
            refused += nano
        else:
            spent[window] = spent.get(window, 0) + nano
    dice.shuffle(calls)
    holding = Holding(limit)
    for at_ms, nano in calls:
        holding.spend(Account(marks=(("session", "s"),)), "m", at_ms, nano)
    told = holding.refusals()
    assert told.least <= refused <= told.most
    assert (told.windows, told.over) == (len(spent), len(spent))


def test_shares_carry_as_far_as_they_say() -> None:
    """93 to 97 of 100 intervals hold the share of the whole traffic: 600 samples, by seeds, of uneven sessions."""
    kinds = {0: lambda dice: dice.betavariate(2, 3), 1: lambda dice: 1.0 if dice.random() < 0.5 else 0.2}
    held = total = 0
    for kind, draw in kinds.items():
        dice = random.Random(kind)

        def session(dice=dice, draw=draw) -> tuple[int, int]:
            paid = int(10**6 * dice.lognormvariate(0, 1))
            return paid, int(paid * draw(dice))

        truth = {0: 0.4, 1: 0.6}[kind]  # the mean of what is drawn, which the size has no part in
        for _ in range(300):
            share = share_of([session() for _ in range(60)])
            held += share.low <= truth <= share.high
            total += 1
    assert 0.93 <= held / total <= 0.97


def test_a_share_of_few_or_of_one_that_is_all_has_no_interval() -> None:
    assert share_of([]) is None
    assert share_of([(0, 0)] * 9) is None
    assert share_of([(5, 1)] * 4).low is None
    assert share_of([(10, 1), *[(0, 0)] * 9]).low is None


WARM = Usage(10, 0, 0, 5, 0, 100_000)


@pytest.mark.parametrize(
    ("usage", "after_ms", "lost", "why"),
    [
        (Usage(10, 0, 0, 5, 0, 101_000), 300_001, 100_000, "all that was cached is written again"),
        (Usage(10, 100_000, 0, 5, 0, 1_000), 300_001, 0, "it was still there"),
        (Usage(10, 0, 0, 5, 0, 101_000), 300_000, 0, "it had not expired: the beginning has changed"),
        (Usage(10, 40_000, 0, 5, 0, 50_000), 900_000, 50_000, "no more than was written"),
    ],
)
def test_a_cold_cache_costs_writing_above_reading(usage: Usage, after_ms: int, lost: int, why: str) -> None:
    one, other = (
        call("anthropic/claude-opus-5-5", WARM),
        call("anthropic/claude-opus-5-5", usage, NOVEMBER_22 + after_ms),
    )
    pair = [Last(each, PRICES.costing(each)) for each in (one, other)]
    assert cold(*pair) == lost * (5_000 - 200), why  # $5.00 to write, $0.20 to read a million


def test_what_is_asked_again_at_once_and_what_is_trivial() -> None:
    first = call("openai/gpt-5.5", Usage(100, 0, 0, 50), asked="d")
    second = evolve(first, at_ms=NOVEMBER_22 + 600_000)
    pair = [Last(each, PRICES.costing(each)) for each in (first, second)]
    assert again(*pair) == pair[0].costing.cost
    assert again(pair[0], evolve(pair[1], call=evolve(second, at_ms=NOVEMBER_22 + 600_001))) == 0
    assert lone(first, pair[0].costing, 1_000, 0.35) == ("trivial", pair[0].costing.cost - 1_000)
    assert lone(evolve(first, tools=True), pair[0].costing, 1_000, 0.35) is None
    assert lone(evolve(first, difficulty=0.9), pair[0].costing, 1_000, 0.35) is None


def audited(calls, **policy) -> Audit:
    limit = Nanodollars(10**6 * NANO)
    variant = Variant(name="tried", policy=Policy(**policy), limit=limit)
    audit = Audit(PRICES, [Trial(equals(limit), CATALOG), Trial(variant, CATALOG)])
    for each in calls:
        audit.add(each)
    return audit


def test_an_equal_is_of_the_tier_and_costs_no_more() -> None:
    found = findings(audited([call("openai/gpt-5.5", Usage(5_000, 0, 0, 500), session="s")]))
    equal, tried = found.policies
    assert equal.alike < equal.base == found.total.cost
    assert tried.easy <= tried.alike <= tried.cold


@pytest.mark.parametrize("model", ["openai/gpt-5.5", "anthropic/claude-sonnet-5-5", "google/gemini-3.8-flash"])
def test_the_tier_that_was_asked_for_is_the_tier_that_is_had(model: str) -> None:
    one = call(model, Usage(5_000, 0, 0, 500))
    equal, balanced = (
        Trial(variant, CATALOG).would(one, PRICES.costing(one))
        for variant in (equals(Nanodollars(10**15)), Variant(name="b", policy=Policy(), limit=Nanodollars(10**15)))
    )
    assert CATALOG[equal.model].tier >= CATALOG[model].tier
    assert CATALOG[equal.model].quality >= CATALOG[model].quality - CATALOG[model].margin
    assert CATALOG[balanced.model].tier >= CATALOG[model].tier


def test_what_is_assumed_is_told_apart_and_what_is_refused_is_no_saving() -> None:
    usage = Usage(5_000, 0, 0, 500)
    calls = [call("openai/gpt-5.5", usage, session=str(nth), provider="azure") for nth in range(9)]
    tiny = Variant(name="tiny", policy=Policy(), limit=Nanodollars(1))
    audit = Audit(PRICES, [Trial(tiny, CATALOG)])
    for each in calls:
        audit.add(each)
    found = findings(audit)
    assert found.total.assumed == found.total.cost > 0
    assert (found.policies[0].refused, found.policies[0].refused_cost) == (9, found.total.cost)
    assert found.policies[0].saved is None


def test_the_cheapest_stays_with_the_cheapest() -> None:
    model = "inclusionai/ling-3.0-tiny"
    calls = [call(model, Usage(5_000, 20_000, 0, 500), session=str(nth)) for nth in range(9)]
    tried = findings(audited(calls, strategy=Strategy.CHEAPEST)).policies[1]
    assert tried.easy == tried.alike == tried.cold == tried.base
    assert tried.saved.share == 0


def test_what_no_other_model_has_room_for_stays_and_a_small_budget_refuses() -> None:
    huge = call("openai/gpt-5.5", Usage(5_000_000, 0, 0, 500))
    assert Trial(equals(Nanodollars(10**15)), CATALOG).would(huge, PRICES.costing(huge)).model == "openai/gpt-5.5"
    small = call("openai/gpt-5.5", Usage(5_000, 0, 0, 500))
    assert Trial(equals(Nanodollars(1)), CATALOG).would(small, PRICES.costing(small)).refused


@pytest.mark.slow  # more sessions than are remembered
def test_sessions_beyond_those_remembered_are_pooled_and_the_dearest_are_named() -> None:
    sizes = [nth % 97 for nth in range(6_000)]
    sizes[777] = 700
    usages = [Usage(1_000 * (1 + size), 0, 0, 100) for size in sizes]
    calls = (call("openai/gpt-4.1-mini", usage, session=f"{nth}") for nth, usage in enumerate(usages))
    audit = audited(calls)
    found = findings(audit)
    assert found.sessions == 6_000
    assert found.dearest[0].name == "777"
    assert {int(one.name) % 97 for one in found.dearest[1:]} == {96}
    assert sum(one for one, _ in audit.sessions.pairs(1, 1)) == found.total.cost
    stop = found.stops[0]
    assert (stop.kind, stop.name, stop.of) == ("session", "777", 6_000)
    assert stop.touched <= 0.05 * 6_000


def test_a_window_of_a_subscription_is_worth_what_its_calls_cost_for_their_part_of_it() -> None:
    model, usage = "openai/gpt-5.5", Usage(100_000, 0, 0, 0)  # half a dollar
    calls = [
        call(model, usage, NOVEMBER_22 + nth, session="s", allotments=(Allotment("codex", 300, 10**9, 2.0 * nth),))
        for nth in range(41)
    ]
    (window,) = findings(audited(calls)).windows
    assert window.least < 25 * NANO < window.most  # 40 calls, 20 dollars, 80 percent
    assert window.cost == 20 * NANO

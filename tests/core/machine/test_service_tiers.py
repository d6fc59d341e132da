"""What a call costs at the tier of service that was asked for, and at the one that answered."""

import pytest
from attrs import evolve

from tokenwise.budgets import ledger
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import FREE
from tokenwise.catalog.service_tiers import price_at
from tokenwise.faults import Fault
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import CallFailed, CallSucceeded, Record, Reserved
from tokenwise.machine.run import Choice, Job
from tokenwise.money import parse_usd
from tokenwise.plan import Plan, Step
from tokenwise.policy import Policy
from tokenwise.routing.bid import Need, make_bid
from tokenwise.routing.choosing import Refusal, Refused, Routed, route
from tokenwise.routing.verdicts import FinishReason, Reply
from tokenwise.traits import Capability
from tokenwise.usage import TokenCount, Usage

SOL = embedded_catalog().only(["openai"])["openai/gpt-6-sol"]
SHARED = embedded_catalog()["openai/gpt-6-sol"]
LUNA = evolve(SOL, id="openai/gpt-4.1-luna")  # a name for which nobody publishes another tier
NEED = Need(Capability.GENERAL, TokenCount(100, 400), max_output_tokens=500, output_tokens=200, model=SOL.id)
USED = Usage(input_tokens=300, cache_read_tokens=50, output_tokens=400)
LISTED = SOL.price.cost(USED)


def settled(*, asked="", answered="", model=SOL, failed=False, usage=USED, cost=None):
    """The entries about money of one call."""
    need = evolve(NEED, tier=asked, model=model.id)
    plan = Plan("hello", (Step("answer", "hello"),))
    choice = Choice(model.id, parse_usd("0"), parse_usd("0"))
    job = Job(
        id="r", plan=plan, choices=(choice,), catalog=Catalog([model]), policy=Policy(), limit=parse_usd("10"),
        request=need,
    )  # fmt: skip
    run, (*_, reserve) = start(job, at_ms=0)
    run, _ = step(run, Reserved(reserve.attempt, 1))
    reply = Reply("Rain.", FinishReason.STOP, usage, tier=answered, reported_cost=cost)
    cut = CallFailed(reserve.attempt, 2, Fault.CUT_STREAM, usage=usage, tier=answered)
    _, commands = step(run, cut if failed else CallSucceeded(reserve.attempt, 2, reply))
    entries = [command.entry for command in commands if isinstance(command, Record)]
    return next(entry for entry in entries if isinstance(entry, ledger.Charged)), entries, reserve.amount


class TestWhatServed:
    @pytest.mark.parametrize(
        ("asked", "answered", "times", "why"),
        [
            ("", "", 1, "nothing is said of a tier"),
            ("", "default", 1, "the listed one, by its name"),
            ("", "flex", 0.5, "half, by OpenAI's page"),
            ("", "priority", 2, "a project's default, of which the request knew nothing"),
            ("priority", "priority", 2, "as it was asked"),
            ("priority", "PRIORITY ", 2, "whatever the case"),
            ("priority", "default", 1, "OpenAI serves so what comes too fast, and bills it so"),
            ("priority", "", 2, "an answer that says nothing was served as asked"),
            ("", "standard", 1, "Anthropic's word"),
            ("", "on_demand", 1, "Groq's and Google's word"),
        ],
    )
    def test_is_what_is_paid(self, asked, answered, times, why):
        charged, *_ = settled(asked=asked, answered=answered)
        assert (charged.amount, charged.notice) == (LISTED * times, ""), why

    @pytest.mark.parametrize("tier", ["scale", "ultrafast", "priority_2"])
    def test_a_tier_without_a_price_is_recorded(self, tier):
        charged, *_ = settled(answered=tier)
        assert (charged.amount, charged.notice) == (
            LISTED, f"served at the tier {tier!r}, and priced at the listed one"
        )  # fmt: skip

    def test_so_is_one_that_is_published_for_other_models(self):
        charged, *_ = settled(answered="priority", model=LUNA)
        assert charged.amount == LISTED
        assert "'priority'" in charged.notice

    def test_a_project_s_default_is_an_overrun_where_it_is_above_the_hold(self):
        charged, entries, held = settled(answered="priority", usage=Usage(input_tokens=400, output_tokens=500))
        assert charged.amount > held
        (over,) = [entry for entry in entries if isinstance(entry, ledger.Overran)]
        assert over.amount == charged.amount - held

    def test_what_a_priority_call_may_cost_is_held(self):
        charged, entries, held = settled(
            asked="priority", answered="priority", usage=Usage(input_tokens=400, output_tokens=500)
        )
        assert charged.amount <= held
        assert not [entry for entry in entries if isinstance(entry, ledger.Overran)]

    def test_a_stream_that_was_cut_is_paid_at_its_tier_too(self):
        charged, *_ = settled(answered="flex", failed=True)
        assert charged.amount == LISTED / 2

    def test_the_provider_s_own_figure_counts_where_it_is_more(self):
        charged, *_ = settled(answered="flex", cost=LISTED)
        assert charged.amount == LISTED

    def test_without_a_usage_the_hold_stands(self):
        charged, _, held = settled(answered="flex", usage=None)
        assert (charged.amount, charged.estimated) == (held, True)


class TestWhoCanBeAsked:
    def test_who_publishes_the_price_and_nobody_else(self):
        asked, plenty = evolve(NEED, tier="priority"), parse_usd("10")
        assert isinstance(routed := route(asked, Catalog([SOL]), Policy(), plenty), Routed)
        assert routed.bid.amount == make_bid(SOL, SOL.offers[0], asked, output_tokens=500).amount
        assert routed.bid.amount == 2 * make_bid(SOL, SOL.offers[0], NEED, output_tokens=500).amount
        unknown = evolve(asked, model=LUNA.id)
        assert isinstance(refused := route(unknown, Catalog([LUNA]), Policy(), plenty), Refused)
        assert (refused.code, "service_tier" in refused.message) == (Refusal.UNPRICED, True)

    def test_not_in_the_place_of_each_other_when_one_was_decided_before(self):
        catalog, plenty = Catalog([SOL, LUNA]), parse_usd("10")
        free = evolve(NEED, model="")
        for tier, able in (("", {SOL.id, LUNA.id}), ("priority", {SOL.id}), ("", {SOL.id, LUNA.id})):
            assert route(evolve(free, tier=tier), catalog, Policy(), plenty).model.id in able


@pytest.mark.parametrize(
    ("model", "provider", "tier", "times"),
    [
        ("openai/gpt-4o", "openai", "priority", (17, 10)),
        ("openai/gpt-4o-2024-08-06", "openai", "priority", (17, 10)),
        ("openai/gpt-4o-2024-05-13", "openai", "priority", (7, 4)),
        ("openai/gpt-4o-mini", "openrouter", "priority", (5, 3)),
        ("openai/gpt-4o", "openai", "flex", (1, 1)),  # not sold there: what answers so is billed at the listed price
        ("openai/gpt-5", "openai", "flex", (1, 2)),
        ("openai/gpt-5", "azure", "priority", None),  # another vendor's prices
        ("openai/gpt-5-chat", "openai", "priority", None),  # a name that only begins like one
        ("anthropic/claude-sonnet-4.5", "anthropic", "batch", (1, 2)),
        ("anthropic/claude-sonnet-4.5", "anthropic", "priority", None),  # paid for beforehand, by contract
        ("acme/gpt-5", "openai", "priority", None),  # another's model of that name
    ],
)
def test_a_multiple_is_that_model_s_at_that_provider(model, provider, tier, times):
    found = price_at(SOL.price, tier, model=model, provider=provider)
    assert found == (times and SOL.price.times(*times))
    assert price_at(FREE, tier, model=model, provider=provider) == FREE


def test_all_who_sell_the_model_are_looked_at():
    assert {offer.provider for offer in SHARED.offers} >= {"openai", "openrouter"}
    routed = route(evolve(NEED, tier="priority"), Catalog([SHARED]), Policy(), parse_usd("10"))
    assert isinstance(routed, Routed)

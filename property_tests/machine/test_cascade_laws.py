"""Laws of cascades, over jobs and worlds drawn at random, and over forecasts. See docs/machine.md."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import jobs, plain_needs, telling_amounts, worlds
from tests.core.simulated import only, play
from tokenwise.budgets import ledger
from tokenwise.catalog.models import Catalog, Model, Offer
from tokenwise.catalog.prices import Price, Rate
from tokenwise.machine.messages import CallModel, CallSucceeded, Record
from tokenwise.machine.opinions import choice_of
from tokenwise.machine.run import Choice, Ended, Job, Outcome
from tokenwise.money import Nanodollars, NanoPerMtok
from tokenwise.plan import Plan, Step
from tokenwise.policy import AcceptRates, Cascading, Policy, Strategy
from tokenwise.routing.bid import Need, cap, make_bid
from tokenwise.routing.cascade import Cascade
from tokenwise.routing.choosing import Routed, route
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Capability, Feature, Tier
from tokenwise.usage import TokenCount


def calls_of(story, step):
    commands = (command for moment in story.moments for command in moment.commands)
    return [command for command in commands if isinstance(command, CallModel) and command.attempt.step == step]


def replies_of(story):
    return {
        moment.event.attempt: moment.event.reply for moment in story.moments if isinstance(moment.event, CallSucceeded)
    }


@st.composite
def ladders(draw):
    """A catalogue in which a cascade may well pay: cheap models, a dear one, and some between."""
    able, price = ~Capability(0), st.sampled_from([50_000_000, 100_000_000, 400_000_000]).map(NanoPerMtok)

    def model(name, tier, dear):
        rate = NanoPerMtok(draw(price) * dear)
        offers = (Offer("direct", name, Price((Rate(rate, rate, rate, rate),))),)
        return Model(name, tier, able, 100_000, 8_000, offers, Feature.TOOLS, draw(st.sampled_from([0, 1300, 1400])))

    cheap = [model(f"vendor{n}/small", Tier.BUDGET, 1) for n in range(draw(st.integers(1, 3)))]
    between = [model("vendor0/mid", Tier.MID, 3)] if draw(st.booleans()) else []
    return Catalog([*cheap, *between, model("vendor0/large", Tier.FLAGSHIP, draw(st.sampled_from([1, 10])))])


@st.composite
def cascades(draw):
    """A job of one step that asks two cheap models and may climb, with money for all of it or for some."""
    limit = draw(st.sampled_from([10_000_000, 100_000_000, 1_000_000_000]))
    catalog, step = draw(ladders()), Step("s", "Do it.", Capability.GENERAL, max_output_tokens=500, output_tokens=200)
    second = draw(st.sampled_from([model.id for model in catalog.models if model.tier is Tier.BUDGET] + [""]))
    strong = catalog["vendor0/large"]
    choice = Choice("vendor0/small", Nanodollars(0), Nanodollars(0), cascade=Cascade(second, strong.id, Nanodollars(0)))
    policy = Policy(max_attempts=draw(st.integers(1, 6)), max_retries=draw(st.integers(0, 1)), backoff_ms=0)
    return Job(
        id="run", plan=Plan("t", (step,)), choices=(choice,), catalog=catalog, policy=policy, limit=Nanodollars(limit)
    )


both = st.one_of(cascades(), cascades(), jobs())


class TestSecondOpinions:
    """'Nobody is asked twice except by a retry, or for the one second opinion of a cascade'."""

    @given(both, worlds())
    def test_no_seat_is_asked_twice_but_by_a_retry_or_once_beside_its_own_answer(self, job, world):
        story = only(play([Arrival(job)], world))
        retried = {entry.attempt for entry in story.entries if isinstance(entry, ledger.Retried)}
        for spec in job.plan.steps:
            asked, seconds = set(), 0
            before = None
            for call in calls_of(story, spec.id):
                seat = (call.provider, call.model)
                again = before in retried
                seconds += seat in asked and not again
                assert seat not in asked or again or call.beside is not None
                asked.add(seat)
                before = call.attempt
            assert seconds <= 1

    @given(both, worlds())
    def test_what_is_compared_is_held_and_belongs_to_a_cascade_with_a_second_model(self, job, world):
        story = only(play([Arrival(job)], world))
        for spec, choice in zip(job.plan.steps, job.choices, strict=True):
            for call in calls_of(story, spec.id):
                assert not call.held or (choice.cascade and call.model != choice.cascade.strong)
                assert call.beside is None or (call.held and choice.cascade.second)


class TestAcceptance:
    """'A cheap answer is accepted where another one agrees, or the books say that it is unconfirmed'."""

    @given(both, worlds())
    def test_a_cheap_answer_is_confirmed_or_said_to_be_unconfirmed(self, job, world):
        story = only(play([Arrival(job)], world))
        replies = replies_of(story)
        for spec, choice, each in zip(job.plan.steps, job.choices, story.run.steps, strict=True):
            ended = each.state
            assert isinstance(ended, Ended)
            if ended.outcome is not Outcome.OK or not choice.cascade or not choice.cascade.second or each.answered:
                continue
            call = next(call for call in calls_of(story, spec.id) if call.attempt == ended.by)
            confirmed = call.beside is not None and replies[ended.by].agrees is True
            assert not call.held or confirmed or ended.why.startswith("unconfirmed: ")

    @given(both, worlds())
    def test_whoever_ended_well_has_the_text_of_the_answer_that_is_named(self, job, world):
        story = only(play([Arrival(job)], world))
        replies = replies_of(story)
        for each in story.run.steps:
            if each.state.outcome is Outcome.OK:
                assert each.state.text == replies[each.state.by].text

    @given(both, worlds())
    def test_a_step_without_a_cascade_is_what_it_was(self, job, world):
        plain = evolve(job, choices=tuple(evolve(choice, cascade=None) for choice in job.choices))
        story = only(play([Arrival(plain)], world))
        assert not any(isinstance(entry, ledger.Seconded) for entry in story.entries)
        assert not any(
            isinstance(command, Record) and getattr(command.entry, "why", "").startswith("unconfirmed")
            for moment in story.moments
            for command in moment.commands
        )


rates = st.one_of(st.floats(0.0, 1.0, allow_nan=False), st.floats(0.8, 1.0))


# Mostly what may be compared and deserves more than a cheap model: else hardly any cascade would be begun.
comparable = st.builds(
    Need,
    capabilities=st.just(Capability.MATH),
    input=st.sampled_from([TokenCount(10, 40), TokenCount(1_000, 4_000)]),
    max_output_tokens=st.sampled_from([80, 1_000]),
    output_tokens=st.sampled_from([50, 80]),
    difficulty=st.sampled_from([0.5, 0.9]),
)
asked = st.one_of(comparable, comparable, comparable, plain_needs())


def money(need, catalog):
    """Amounts at which something may turn, and plenty, since a cascade needs more than any model by itself."""
    return st.one_of(telling_amounts(need, catalog), st.integers(10**6, 10**9).map(Nanodollars))


def cascading(rate, saving=0.1):
    some = AcceptRates(general=rate, code=rate, math=rate, reasoning=rate)
    return Policy(strategy=Strategy.CASCADE, cascade=Cascading(accept_rate=some, least_saving=saving))


class TestForecasts:
    """'All of a cascade's calls fit the money before the first is made; where it does not pay it is declined'."""

    @given(asked, ladders(), rates, st.data())
    def test_its_calls_fit_the_money_together_and_it_saves_what_is_asked(self, need, catalog, rate, data):
        available = data.draw(money(need, catalog))
        decision = route(need, catalog, cascading(rate), available)
        if not isinstance(decision, Routed) or decision.strong is None:
            return
        forecast = decision.forecast
        assert forecast.worst <= available
        assert choice_of(decision).worst == forecast.worst
        assert forecast.expected <= forecast.straight - round(0.1 * forecast.straight)
        assert decision.bid.amount + decision.strong.amount <= forecast.worst

    @given(asked, ladders(), rates, st.data())
    def test_declined_it_is_the_decision_of_balanced(self, need, catalog, rate, data):
        available = data.draw(money(need, catalog))
        decision = route(need, catalog, cascading(rate), available)
        if isinstance(decision, Routed) and decision.strong:
            return
        straight = route(need, catalog, Policy(), available)
        told = evolve(decision, forecast=None) if isinstance(decision, Routed) else decision
        assert told == straight

    @given(asked, ladders(), rates, rates)
    def test_a_better_forecast_never_turns_taken_into_declined(self, need, catalog, one, other):
        low, high = sorted((one, other))
        plenty = Nanodollars(10**15)
        worse, better = (route(need, catalog, cascading(rate), plenty) for rate in (low, high))
        assert not (isinstance(worse, Routed) and worse.strong) or better.strong

    @given(asked, ladders(), rates, st.data())
    def test_the_strong_model_is_bid_for_in_full(self, need, catalog, rate, data):
        decision = route(need, catalog, cascading(rate), data.draw(money(need, catalog)))
        if isinstance(decision, Routed) and decision.strong:
            model = catalog[decision.strong.model]
            assert decision.strong == make_bid(model, model.offers[0], need, output_tokens=cap(model, need))

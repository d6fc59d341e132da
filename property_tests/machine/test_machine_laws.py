"""Laws of the machine, over jobs, worlds and cancellations drawn at random. See docs/machine.md."""

from contextlib import suppress

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from property_tests.strategies import jobs, worlds
from tests.core.simulated import only, play
from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Budget
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import NOTHING_WRITTEN, Price
from tokenwise.errors import ProtocolViolation
from tokenwise.machine.machine import TRANSITIONS, start, step
from tokenwise.machine.messages import (
    CallFailed,
    CallModel,
    CallSucceeded,
    Finish,
    Record,
    Reserve,
    Reserved,
    Settle,
)
from tokenwise.machine.run import Ended, Outcome
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import EVERYTHING_WRITTEN
from tokenwise.simulation.answers import RandomWorld
from tokenwise.simulation.replaying import Altered, altered, replay
from tokenwise.simulation.simulation import Arrival
from tokenwise.simulation.transcripts import transcript

cancellations = st.one_of(st.none(), st.integers(0, 25))


def at_percent(catalog, percent):
    """The catalogue with every price at so many percent."""

    def again(offer):
        return evolve(offer, price=offer.price.times(percent, 100)) if isinstance(offer.price, Price) else offer

    return Catalog(evolve(model, offers=tuple(map(again, model.offers))) for model in catalog.models)


def commands_of(story):
    return [command for moment in story.moments for command in moment.commands]


def runs_of(story):
    """Every intermediate run: the law must hold in each, not only at the end."""
    run, _ = start(story.run.job, at_ms=story.moments[0].at_ms)
    yield run
    for moment in story.moments[1:]:
        run, _ = step(run, moment.event)
        yield run


class TestTheBudgetLaw:
    """'spent + held <= limit + overruns, for every driver, at every step of every run'."""

    @given(jobs(), worlds(), cancellations)
    def test_holds_at_every_step(self, job, world, cancel_after):
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        for run in runs_of(story):
            assert run.books.spent + run.books.held <= job.limit + run.books.overrun

    @given(jobs(), worlds(), cancellations)
    def test_nothing_is_held_at_the_end(self, job, world, cancel_after):
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        assert story.run.books.held == 0

    @given(jobs(), worlds(), cancellations)
    def test_holds_as_the_commands_tell_it_too(self, job, world, cancel_after):
        """Counted by an outsider from Reserve and Settle alone, without looking into the run."""
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        holds, spent, overrun = {}, 0, 0
        for command in commands_of(story):
            match command:
                case Reserve(attempt=attempt, amount=amount):
                    assert attempt not in holds
                    holds[attempt] = amount
                case Settle(attempt=attempt, cost=cost):
                    overrun += max(0, cost - holds[attempt])
                    spent += cost
                    del holds[attempt]
            assert spent + sum(holds.values()) <= job.limit + overrun
        assert not holds
        assert spent == story.run.books.spent

    @given(st.lists(jobs(), min_size=2, max_size=3), worlds(), st.integers(0, 300_000_000))
    def test_runs_that_share_a_budget_never_jointly_exceed_it(self, some, world, limit):
        from attrs import evolve

        named = [Arrival(evolve(job, id=f"run{index}"), at_ms=index * 50) for index, job in enumerate(some)]
        simulation = play(named, world, budget=Budget(Nanodollars(limit)))
        spent = sum(story.run.books.spent for story in simulation.runs.values())
        overrun = sum(story.run.books.overrun for story in simulation.runs.values())
        assert simulation.budget.held == 0
        assert simulation.budget.spent == spent <= limit + overrun


class TestCalls:
    """'A call is made only after its worst case is held, and the max_output_tokens counted is the one sent'."""

    @given(jobs(), worlds(), cancellations)
    def test_every_call_was_reserved_for_its_own_price_and_cap(self, job, world, cancel_after):
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        reserved = {}
        for command in commands_of(story):
            match command:
                case Reserve(attempt=attempt, amount=amount):
                    reserved[attempt] = amount
                case CallModel():
                    model = job.catalog[command.model]
                    worst = model.offered_by[command.provider].price.worst(
                        input_tokens=command.input_tokens,
                        output_tokens=command.max_output_tokens,
                        writes=EVERYTHING_WRITTEN if model.writes_unasked else NOTHING_WRITTEN,
                    )
                    assert reserved[command.attempt] == worst

    @given(jobs(), worlds())
    def test_a_called_model_has_every_required_capability(self, job, world):
        story = only(play([Arrival(job)], world))
        for command in commands_of(story):
            if isinstance(command, CallModel):
                required = job.plan[command.attempt.step].capabilities
                assert not required & ~job.catalog[command.model].capabilities

    @given(jobs(), worlds())
    def test_no_more_calls_per_step_than_the_attempt_budget(self, job, world):
        story = only(play([Arrival(job)], world))
        for each in story.run.steps:
            assert each.calls <= job.policy.max_attempts

    @given(jobs(), worlds())
    def test_never_more_at_once_than_the_parallelism(self, job, world):
        story = only(play([Arrival(job)], world))
        for run in runs_of(story):
            assert run.busy <= job.policy.parallelism


class TestTheEnd:
    """'No deadlock, nothing held at the end, exactly one Finish'."""

    @given(jobs(), worlds(), cancellations)
    def test_exactly_one_finish_and_it_comes_last(self, job, world, cancel_after):
        commands = commands_of(only(play([Arrival(job, cancel_after=cancel_after)], world)))
        assert [isinstance(command, Finish) for command in commands].count(True) == 1
        assert isinstance(commands[-1], Finish)

    @given(jobs(), worlds(), cancellations)
    def test_every_step_has_ended(self, job, world, cancel_after):
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        assert all(isinstance(each.state, Ended) for each in story.run.steps)

    @given(jobs(), worlds(), cancellations)
    def test_the_books_balance(self, job, world, cancel_after):
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        assert list(ledger.check(story.entries)) == []

    @given(jobs(), worlds(), st.randoms())
    def test_the_books_balance_in_any_order(self, job, world, random):
        entries = list(only(play([Arrival(job)], world)).entries)
        random.shuffle(entries)
        assert list(ledger.check(entries)) == []


class TestThePlan:
    """'No child before its parents; a failed dependency ends its dependents unpaid'."""

    @given(jobs(), worlds())
    def test_no_step_is_called_before_its_parents_ended_well(self, job, world):
        story = only(play([Arrival(job)], world))
        done = set()
        for command in commands_of(story):
            match command:
                case Record(entry=ledger.StepEnded(step=name, outcome="ok")):
                    done.add(name)
                case CallModel(attempt=attempt):
                    assert set(job.plan[attempt.step].after) <= done

    @given(jobs(), worlds(), cancellations)
    def test_orphans_are_unpaid(self, job, world, cancel_after):
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        for each in story.run.steps:
            if each.state.outcome is Outcome.UPSTREAM_FAILED:
                assert each.spent == 0
                assert each.calls == 0


class TestTheLadder:
    """'Escalation never descends: each model comes from a tier at least as strong, by the policy's order'."""

    @given(jobs(), worlds())
    def test_an_escalation_never_leads_below_the_tier_the_step_set_out_from(self, job, world):
        story = only(play([Arrival(job)], world))
        base = {each.attempt.step: each.tier for each in story.entries if isinstance(each, ledger.Routed)}
        for entry in story.entries:
            if isinstance(entry, ledger.Escalated):
                assert job.catalog[entry.to].tier >= base[entry.attempt.step]


class TestDeterminism:
    """'Same job and same events give the same commands, byte for byte'."""

    @given(jobs(), worlds(), cancellations)
    def test_a_replay_of_the_events_gives_identical_commands(self, job, world, cancel_after):
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        run, commands = start(story.run.job, at_ms=story.moments[0].at_ms)
        replayed = [commands]
        for moment in story.moments[1:]:
            run, commands = step(run, moment.event)
            replayed.append(commands)
        assert replayed == [moment.commands for moment in story.moments]
        assert run == story.run

    @given(jobs(), worlds())
    def test_a_simulation_repeats(self, job, world):
        once, again = (only(play([Arrival(job)], world)) for _ in range(2))
        assert transcript(once.moments) == transcript(again.moments)

    @given(jobs(), worlds(), cancellations)
    def test_a_record_altered_by_nothing_is_the_record(self, job, world, cancel_after):
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        record = replay(story.run.job, story.moments[0].at_ms, [moment.event for moment in story.moments[1:]])
        assert altered(story.run.job, record) == Altered(record, None)

    @given(jobs(), worlds(), st.integers(1, 400), st.integers(1, 300))
    def test_a_record_with_other_prices_and_another_limit_keeps_the_law_and_ends(self, job, world, dearer, limit):
        story = only(play([Arrival(job)], world))
        record = replay(story.run.job, story.moments[0].at_ms, [moment.event for moment in story.moments[1:]])
        other = evolve(
            story.run.job, catalog=at_percent(job.catalog, dearer), limit=Nanodollars(job.limit * limit // 100)
        )
        found = altered(other, record)
        shared = found.departs or len(found.replayed.moments)
        assert [moment.at_ms for moment in found.replayed.moments[:shared]] == [
            moment.at_ms for moment in record.moments[:shared]
        ]
        for run in found.replayed.runs:
            assert run.books.spent + run.books.held <= other.limit + run.books.overrun
        assert found.replayed.run.finished
        assert found.replayed.run.books.held == 0


class TestTheContract:
    """'Late answers are ignored; any other unexpected pair raises ProtocolViolation'."""

    @given(jobs(), worlds(), st.data())
    def test_events_after_the_end_change_nothing(self, job, world, data):
        story = only(play([Arrival(job)], world))
        event = data.draw(st.sampled_from([moment.event for moment in story.moments if moment.event] or [None]))
        if event is not None:
            assert step(story.run, event) == (story.run, ())

    @given(jobs(), st.integers(0, 3))
    def test_an_event_for_an_attempt_that_was_never_made_is_refused(self, job, seed):
        run, _ = start(job)
        if run.finished:
            return
        from tokenwise.ids import AttemptId

        with pytest.raises(ProtocolViolation):
            step(run, Reserved(AttemptId("nobody", seed), 0))
        with pytest.raises(ProtocolViolation):
            step(run, Reserved(AttemptId(job.plan.steps[0].id, 100), 0))

    @given(jobs(), worlds())
    def test_an_event_delivered_twice_is_late_or_a_violation_and_never_moves_money(self, job, world):
        story = only(play([Arrival(job)], world))
        run, _ = start(story.run.job, at_ms=story.moments[0].at_ms)
        for moment in story.moments[1:]:
            run, _ = step(run, moment.event)
            if isinstance(moment.event, Reserved):
                with suppress(ProtocolViolation):
                    assert step(run, moment.event) == (run, ())
            elif isinstance(moment.event, CallSucceeded | CallFailed):  # the end of a call is late from then on
                assert step(run, moment.event) == (run, ())

    @given(jobs(), worlds())
    def test_only_the_transitions_of_the_table_are_seen(self, job, world):
        story = only(play([Arrival(job)], world))
        run, _ = start(story.run.job, at_ms=story.moments[0].at_ms)
        for moment in story.moments[1:]:
            before = run
            run, _ = step(run, moment.event)
            attempt = getattr(moment.event, "attempt", None)
            if attempt is None or before.finished:
                continue
            index = job.plan.position[attempt.step]
            was, now = before.steps[index].state, run.steps[index].state
            current = getattr(was, "attempt", None)
            if current is not None and current.id == attempt:
                assert type(now) in TRANSITIONS[type(was), type(moment.event)]


def test_a_thousand_seeded_plans():
    """One thousand seeded plans under faults, cancellations and latencies: the same laws, outside hypothesis."""
    from property_tests.seeded import seeded_job

    for seed in range(1000):
        job = seeded_job(seed)
        world = RandomWorld(seed, seeded_faults(seed), most_ms=1 + seed * 7 % 5000)
        cancel_after = seed % 23 if seed % 3 == 0 else None
        story = only(play([Arrival(job, cancel_after=cancel_after)], world))
        for run in runs_of(story):
            assert run.books.spent + run.books.held <= job.limit + run.books.overrun
        assert story.run.books.held == 0
        assert sum(isinstance(command, Finish) for command in commands_of(story)) == 1
        assert list(ledger.check(story.entries)) == []


def seeded_faults(seed):
    from tokenwise.faults import Fault

    every = list(Fault)
    return {every[(seed + offset) % len(every)]: 60 * (1 + seed % 4) for offset in range(seed % 5)}

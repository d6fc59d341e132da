"""A recorded run is decided again: from its job and its events alone, cancelled and gone on with or not."""

import pytest
from attrs import evolve

from tests.core.simulated import only, play
from tests.core.worlds import CATALOG, MID, MINI, empty, job, ok, price, step
from tokenwise.budgets.ledger import Charged, Escalated, Finished, Routed
from tokenwise.catalog.models import Catalog
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import Lost
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.replaying import altered, first_divergence, replay
from tokenwise.simulation.simulation import Arrival

WORLD = ScriptedWorld(ok(), by_model={"mini": empty()})


def told(work, *, cancel_after=None):
    return only(play([Arrival(work, cancel_after=cancel_after)], WORLD))


def events_of(story):
    return tuple(moment.event for moment in story.moments if moment.event)


def test_the_same_events_give_the_same_entries_and_the_same_run():
    story = told(job(step("a"), step("b", "a")))
    again = replay(story.run.job, 0, events_of(story))
    assert any(isinstance(entry, Escalated) for entry in again.entries)
    assert first_divergence(story.entries, again.entries) is None
    assert again.run == again.resumable == story.run


def test_a_cancellation_is_replayed_and_the_run_goes_on_from_before_it():
    story = told(job(step("a"), step("b", "a")), cancel_after=1)
    events = events_of(story)
    again = replay(story.run.job, 0, events)
    assert again.run.status == "cancelled"
    assert again.resumable.status is None
    assert first_divergence(story.entries, again.entries) is None
    on = replay(story.run.job, 0, (*events, Lost(AttemptId("a", 0), 9_000)))
    assert on.entries[: len(story.entries)] == story.entries
    assert isinstance(story.entries[-1], Finished)
    assert len(on.entries) > len(story.entries)
    assert on.run.status is None


def test_another_price_is_where_the_replay_first_differs():
    story = told(job(step("a")))
    dearer = evolve(MID, offers=(evolve(MID.offers[0], price=CATALOG["big"].price),))
    work = evolve(story.run.job, catalog=Catalog([CATALOG["mini"], dearer, CATALOG["big"]]))
    found = first_divergence(story.entries, replay(work, 0, events_of(story)[:4]).entries)
    assert isinstance(found.recorded, type(found.derived))
    assert found.place == next(place for place, each in enumerate(story.entries) if getattr(each, "model", "") == "mid")


def test_what_one_side_lacks_is_a_divergence_at_its_place():
    story = told(job(step("a")))
    found = first_divergence(story.entries, story.entries[:-1])
    assert (found.place, found.recorded, found.derived) == (len(story.entries) - 1, story.entries[-1], None)
    found = first_divergence((), story.entries)
    assert (found.place, found.recorded) == (0, None)
    assert isinstance(found.derived, Routed)


def test_a_changed_amount_is_found_where_it_stands():
    story = told(job(step("a")))
    place, entry = next((at, each) for at, each in enumerate(story.entries) if isinstance(each, Charged))
    changed = (*story.entries[:place], evolve(entry, amount=entry.amount + 1), *story.entries[place + 1 :])
    assert first_divergence(changed, story.entries).place == place


DEAR_MINI = CATALOG.merged([evolve(MINI, offers=tuple(evolve(each, price=price(2, 4)) for each in MINI.offers))])


@pytest.mark.parametrize(
    ("changes", "departs", "spent"),
    [
        # mini: 60 tokens in at $1 a million and an empty answer of 1 at $2; mid: 60 at $3 and 200 at $9
        ({}, None, 62_000 + 1_980_000),
        ({"catalog": DEAR_MINI}, None, 124_000 + 1_980_000),  # as recorded, at twice mini's price
        ({"choices": "mid"}, 1, 1_980_000),  # whom the record has later: as it answered then
        ({"choices": "big"}, 1, 60 * 5_000 + 200 * 25_000),  # whom it has not: in as many tokens as the last answer
        ({"limit": 100_000}, 1, 0),  # not even mini can be held for: it is over at once
    ],
)
def test_a_record_says_what_another_job_would_have_come_to(changes, departs, spent):
    story = told(job(step("a")))
    record = replay(story.run.job, 0, events_of(story))
    if isinstance(name := changes.get("choices"), str):
        changes = {"choices": (evolve(story.run.job.choices[0], model=name),)}
    found = altered(evolve(story.run.job, **changes), record)
    assert (found.departs, found.replayed.run.books.spent) == (departs, spent)

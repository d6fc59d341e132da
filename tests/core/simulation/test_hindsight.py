"""A recorded run under another policy or catalogue: known costs stay known, unknown ones are ranges."""

from attrs import evolve

from tests.core.simulated import only, play
from tests.core.worlds import BIG, CATALOG, MINI, empty, job, ok, price, step
from tokenwise.budgets.ledger import Charged, Reservation
from tokenwise.catalog.models import Catalog
from tokenwise.money import Nanodollars, parse_usd
from tokenwise.planner.assignment import Unassignable
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Need
from tokenwise.simulation.answers import ScriptedWorld
from tokenwise.simulation.hindsight import reconsider
from tokenwise.simulation.simulation import Arrival
from tokenwise.traits import Capability
from tokenwise.usage import TokenCount, Usage

PLENTY = parse_usd("1")
CHEAPEST, BEST = Policy(strategy=Strategy.CHEAPEST), Policy(strategy=Strategy.BEST_QUALITY)


def told(*steps, world=None, **more):
    return only(play([Arrival(job(*steps, **more))], world or ScriptedWorld(ok())))


def reconsidered(story, policy, catalog=CATALOG, limit=PLENTY):
    return reconsider(story.run, story.entries, policy=policy, catalog=catalog, limit=limit)


def test_the_same_model_costs_what_it_cost_failed_calls_included():
    story = told(step("a"), world=ScriptedWorld(ok(), by_model={"mini": empty()}))
    (row,) = reconsidered(story, CHEAPEST).steps
    assert (row.model, row.other.model) == ("mini", "mini")
    assert row.least == row.most == row.cost == story.run.books.spent > 0


def test_another_model_is_a_range_from_one_token_to_the_whole_cap():
    story = told(step("a"))
    (row,) = reconsidered(story, BEST).steps
    assert (row.model, row.other.model) == ("mini", "big")
    assert row.least == BIG.price.cost(Usage(input_tokens=60, output_tokens=1))  # the world reports 60
    (held,) = (entry for entry in story.entries if isinstance(entry, Reservation))
    assert held.input_tokens > 60  # its bound, which is all that is sure of what another tokenizer would have counted
    assert row.most == BIG.price.worst(input_tokens=held.input_tokens, output_tokens=row.other.max_output_tokens)
    assert row.least < row.most <= row.other.worst
    said = next(entry.usage for entry in story.entries if isinstance(entry, Charged))
    alike = BIG.price.cost(Usage(input_tokens=said.prompt_tokens, output_tokens=said.output_tokens))
    assert row.least < row.alike == alike < row.most
    assert reconsidered(story, BEST).alike == alike


def test_the_same_model_at_another_price_is_priced_again():
    story = told(step("a"))
    dearer = evolve(MINI, offers=tuple(evolve(offer, price=price(2, 4)) for offer in MINI.offers))
    hindsight = reconsidered(story, CHEAPEST, Catalog([dearer]))
    assert hindsight.least == hindsight.most == 2 * story.run.books.spent


def test_a_step_that_asked_nobody_could_have_cost_anything_up_to_its_worst():
    story = told(step("a"), step("b", "a"), world=ScriptedWorld(empty()))
    row = reconsidered(story, CHEAPEST).steps[1]
    assert (row.model, row.cost, row.least, row.most) == ("", 0, 0, row.other.worst)


def test_the_sums_are_of_all_steps():
    hindsight = reconsidered(told(step("a"), step("b", "a")), BEST)
    assert hindsight.least == sum(row.least for row in hindsight.steps)
    assert hindsight.most == sum(row.most for row in hindsight.steps)


def test_too_little_money_is_said_with_the_least_that_would_do():
    refused = reconsidered(told(step("a")), CHEAPEST, limit=Nanodollars(1))
    assert isinstance(refused, Unassignable)
    assert refused.smallest_limit > 1


def test_a_request_that_came_as_it_is_is_routed_again():
    need = Need(Capability.CODE, TokenCount(50, 200), max_output_tokens=300, output_tokens=100)
    work = evolve(job(step("a")), request=need)
    story = only(play([Arrival(work)], ScriptedWorld(ok())))
    (row,) = reconsidered(story, BEST).steps
    assert row.other.model == "big"
    assert row.other.max_output_tokens == 300

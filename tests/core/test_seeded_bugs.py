"""The laws, checked themselves: each of these bugs is seeded into a copy of the project, and each must be caught.

A law that no bug breaks is decoration. A bug is a piece of a module's text, which must stand there exactly once, the
text in its place, and the tests that are expected to fail; most of these bugs were met somewhere, several in this very
project. A test that fails is meant by "caught": a copy that cannot even be imported or collected proves nothing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).resolve().parents[2]
TESTS_FAILED = 1  # pytest's exit code where tests ran and some failed; 2 and above mean that they did not run

# A hunt needs neither the smallest example nor another one each time.
PROFILE = """
from hypothesis import HealthCheck, Phase, settings

def load_profile():
    settings.register_profile(
        "hunt",
        max_examples=100,
        phases=[Phase.explicit, Phase.generate],
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("hunt")
"""


@frozen
class Bug:
    """What is wrong, where, and who should notice."""

    what: str
    module: str
    right: str
    wrong: str
    caught_by: str


BUGS = (
    Bug(
        "an agreement that nobody has seen is taken for one",
        "machine/machine",
        "if fault is None and not reply.agrees and beside(",
        "if fault is None and reply.agrees is False and beside(",
        "tests/core/machine/test_cascades.py::TestWhoIsAsked",
    ),
    Bug(
        "a cascade begins without the money for its end",
        "routing/cascade",
        "for bid in (*made, strong)",
        "for bid in made",
        "property_tests/machine/test_cascade_laws.py::TestForecasts",
    ),
    Bug(
        "a stream that broke off falls back on an answer that its reader has not seen",
        "machine/machine",
        "state=Streaming(attempt), opinion=None)",
        "state=Streaming(attempt))",
        "tests/core/machine/test_cascades.py::TestWhatItFallsBackOn",
    ),
    Bug(
        "an answer that nobody confirmed passes for a confirmed one",
        "machine/opinions",
        "and each.opinion is None and not each.answered",
        "and each.opinion is not None and not each.answered",
        "property_tests/machine/test_cascade_laws.py::TestAcceptance",
    ),
    Bug(
        "money is rounded down",
        "money",
        "-(-token_nanos // _TOKENS_PER_PRICE)",
        "token_nanos // _TOKENS_PER_PRICE",
        "property_tests/test_money_laws.py::TestRounding",
    ),
    Bug(
        "a limit is rounded by decimal's context before it is cut",
        "money",
        "int(usd.quantize(_NANO, rounding=rounding) * _NANO_PER_USD)",
        "int((usd * _NANO_PER_USD).to_integral_value(rounding=rounding))",
        "property_tests/test_money_laws.py::TestReading",
    ),
    Bug(
        "the growth of characters under NFC is forgotten",
        "usage",
        "3 * len(_GROWS_BY_3.findall(text))",
        "len(_GROWS_BY_3.findall(text))",
        "property_tests/test_usage_laws.py::TestTheBound",
    ),
    Bug(
        "the worst case leaves out cache writes",
        "catalog/prices",
        "long, short = max(self.unwritten, self.cache_write), max(self.unwritten, self.cache_write_5m)",
        "long, short = self.unwritten, self.unwritten",
        "property_tests/catalog/test_catalog_price_laws.py::TestTheWorstCase",
    ),
    Bug(
        "writes for five minutes are held for where those for an hour are",
        "catalog/prices",
        "hour * long + minutes * short + (tokens",
        "hour * short + minutes * short + (tokens",
        "property_tests/catalog/test_catalog_price_laws.py::TestTheWorstCase",
    ),
    Bug(
        "a seller's count of a conversation bounds what others bill",
        "routing/bid",
        "(known.provider, known.model) == (provider, model.id)",
        "known.model == model.id",
        "tests/core/routing/test_bid.py::TestWhatASellerHasCounted",
    ),
    Bug(
        "what a stream is charged leaves out what was made until its provider noticed",
        "machine/leaving",
        "(left.silent_ms + NOTICED_MS)",
        "left.silent_ms",
        "property_tests/machine/test_leaving_laws.py",
    ),
    Bug(
        "a model that thinks unseen is charged what was heard",
        "machine/leaving",
        "(thinks(model) and not left.quiet)",
        "False",
        "property_tests/machine/test_leaving_laws.py",
    ),
    Bug(
        "one token more than the money pays",
        "catalog/prices",
        "left // rate.output if rate.output",
        "-(-left // rate.output) if rate.output",
        "property_tests/catalog/test_catalog_price_laws.py::TestTheAffordableOutput",
    ),
    Bug(
        "the long-context row is left out of the reservation",
        "catalog/prices",
        "for rate in self.rates_within(input_tokens)\n",
        "for rate in self.rates_within(input_tokens)[:1]\n",
        "property_tests/catalog/test_catalog_price_laws.py::TestTheWorstCase",
    ),
    Bug(
        "money that others hold is given out again",
        "budgets/budget",
        "if amount * share > budget.available:",
        "if amount * share > budget.limit - budget.spent:",
        "property_tests/budgets/test_budget_laws.py",
    ),
    Bug(
        "an excess is not booked as overrun",
        "budgets/budget",
        "return cost, -held, max(0, cost - held)",
        "return cost, -held, 0",
        "property_tests/budgets/test_budget_laws.py",
    ),
    Bug(
        "a step may wait for one further down",
        "plan",
        "if parent not in above:",
        "if parent not in everyone:",
        "property_tests/test_plan_laws.py",
    ),
    Bug(
        "what is given away is chosen unasked",
        "routing/shortlist",
        "model.gratis and policy.free_models is FreeModels.NEVER",
        "model.gratis and policy.free_models is None",
        "property_tests/routing/test_routing_laws.py::TestWhatIsGivenAway",
    ),
    Bug(
        "a guess empties the list",
        "routing/shortlist",
        "for lacks in (False, True):",
        "for lacks in (False,):",
        "property_tests/routing/test_routing_laws.py::TestGuesses",
    ),
    Bug(
        "a shortlist is kept without the features it was made for",
        "routing/shortlist",
        "        need.features._value_,\n        least,",
        "        least,",
        "property_tests/routing/test_routing_laws.py",
    ),
    Bug(
        "who lies on the line between two others is left off the shelf",
        "routing/shelves",
        "_above(left, row, hull[at + 1]) > 0",
        "_above(left, row, hull[at + 1]) >= 0",
        "property_tests/routing/test_routing_laws.py::TestTheShortlist",
    ),
    Bug(
        "a shelf is kept without the room that its models have",
        "routing/shelves",
        "        room,\n        bisect",
        "        bisect",
        "property_tests/routing/test_routing_laws.py::TestTheShortlist",
    ),
    Bug(
        "a plan's step passes over whoever does not list what its words seem to need",
        "planner/menus",
        "place * A_GUESS",
        "-place * A_GUESS",
        "property_tests/planner/test_assignment_laws.py::TestOneMeaning",
    ),
    Bug(
        "the shelves forget that thoughts are paid for",
        "routing/shelves",
        "likely, wanted = likely_output(need, thinks=thinks)",
        "likely, wanted = likely_output(need, thinks=False)",
        "property_tests/routing/test_routing_laws.py::TestTheShortlist",
    ),
    Bug(
        "the shelves look at input prices alone",
        "routing/shelves",
        "[less + read * r + written * w for less",
        "[less + read * r for less",
        "property_tests/routing/test_routing_laws.py::TestTheShortlist",
    ),
    Bug(
        "several answers are held for as one",
        "routing/bid",
        "output_tokens=output_tokens * need.choices, writes=writes)",
        "output_tokens=output_tokens, writes=writes)",
        "property_tests/routing/test_weight_laws.py::TestTheMoney",
    ),
    Bug(
        "many images are held for as one",
        "catalog/attachments",
        "yield self.images * large",
        "yield large",
        "property_tests/routing/test_weight_laws.py::TestTheMoney",
    ),
    Bug(
        "a model may cost a nano-dollar more than there is",
        "routing/choosing",
        "if offered.amount <= available else",
        "if offered.amount <= available + 1 else",
        "property_tests/routing/test_routing_laws.py::TestConstraints",
    ),
    Bug(
        "a downgrade may lead to a stronger model",
        "routing/fitting",
        "model is not favourite and model.tier <= favourite.tier",
        "model is not favourite",
        "property_tests/routing/test_fitting_laws.py::TestTheModel",
    ),
    Bug(
        "the money for several answers is spent on one",
        "routing/bid",
        "affordable // need.choices)",
        "affordable)",
        "property_tests/routing/test_fitting_laws.py::TestShortening",
    ),
    Bug(
        "one free seller makes all sellers free",
        "routing/shortlist",
        "any(offer.price != FREE for offer in model.offers)",
        "all(offer.price != FREE for offer in model.offers)",
        "property_tests/routing/test_fitting_laws.py::TestWhatNoPriceCovers",
    ),
    Bug(
        "an escalation may stay at its tier",
        "routing/ladder",
        "if tier > place.at.tier)",
        "if tier >= place.at.tier)",
        "property_tests/routing/test_ladder_laws.py::TestClimbing",
    ),
    Bug(
        "a fault of the seat leads up at once",
        "routing/ladder",
        "(tier for tier in Tier if tier >= place.at.tier)\n    if policy",
        "(tier for tier in Tier if tier > place.at.tier)\n    if policy",
        "property_tests/routing/test_ladder_laws.py::TestClimbing",
    ),
    Bug(
        "who has had a chance is forgotten",
        "machine/propose",
        "before.tried | {(bid.provider, bid.model)}",
        "frozenset({(bid.provider, bid.model)})",
        "property_tests/machine/test_path_laws.py::TestThePath",
    ),
    Bug(
        "the tier that a step set out from rises with each rung",
        "machine/propose",
        "if isinstance(aim, First) else before.base",
        "if True else before.base",
        "property_tests/machine/test_path_laws.py::TestStrongestFirst",
    ),
    Bug(
        "the tiers that have had their chance are forgotten",
        "routing/ladder",
        "if tier > place.base and tier not in spent)",
        "if tier > place.base)",
        "property_tests/machine/test_path_laws.py::TestStrongestFirst",
    ),
    Bug(
        "answers that could not be used count as calls lost to sellers",
        "routing/ladder",
        "lost = failed.calls - failed.answered",
        "lost = failed.calls",
        "tests/core/routing/test_ladder.py::TestTheEnd",
    ),
    Bug(
        "one attempt too many",
        "routing/ladder",
        "failed.calls >= policy.max_attempts",
        "failed.calls > policy.max_attempts",
        "property_tests/routing/test_ladder_laws.py::TestTheEnd",
    ),
    Bug(
        "cooling never doubles",
        "routing/health",
        "_BASE_MS << min(failures - 1, 20)",
        "_BASE_MS",
        "property_tests/routing/test_health_laws.py::TestCooling",
    ),
    Bug(
        "books that show more charged than was held balance",
        "budgets/ledger",
        "elif balances[attempt]:",
        "elif balances[attempt] > 0:",
        "property_tests/budgets/test_ledger_check_laws.py",
    ),
    Bug(
        "thoughts cost nothing",
        "routing/worth",
        "return need.output_tokens + thoughts(need, thinks=thinks)",
        "return need.output_tokens",
        "property_tests/routing/test_worth_laws.py::TestCost",
    ),
    Bug(
        "what is warm is read at the price of what is not",
        "routing/bid",
        "read * min(rate.cache_read, rate.input)",
        "read * rate.input",
        "tests/core/routing/test_warmth.py",
    ),
    Bug(
        "a shelf's cold first keeps a warm model from being looked at",
        "routing/shelves",
        "return (*found, *apart) if apart else found",
        "return found",
        "property_tests/routing/test_routing_laws.py::TestWarmth",
    ),
    Bug(
        "whoever reads cheaply from a cache is left out for whoever reads anew as cheaply",
        "routing/shelves",
        "rate.input, rate.cache_read, rate.cache_write",
        "rate.input, rate.input, rate.cache_write",
        "property_tests/routing/test_routing_laws.py::TestWarmth",
    ),
    Bug(
        "what the turns ahead will read is not counted",
        "routing/worth",
        "kept * read + new * fresh",
        "new * fresh",
        "tests/core/simulation/test_sessions.py",
    ),
    Bug(
        "each choice is not paid for",
        "routing/worth",
        "return read + output_tokens * need.choices * rate.output",
        "return read + output_tokens * rate.output",
        "property_tests/routing/test_worth_laws.py::TestCost",
    ),
    Bug(
        "a band begins a point too low",
        "routing/worth",
        "left.items() if rating[0] >= least}",
        "left.items() if rating[0] >= least - 1}",
        "property_tests/routing/test_worth_laws.py::TestBands",
    ),
    Bug(
        "a step may be given any tier above the one it deserves",
        "routing/worth",
        "if model.tier > deserved + 1 and",
        "if model.tier > deserved + 2 and",
        "property_tests/planner/test_assignment_laws.py::TestTheStrategies",
    ),
    Bug(
        "models are compared although one of them thinks",
        "planner/menus",
        "else (model.tier, thinks(model))",
        "else (model.tier,)",
        "property_tests/planner/test_assignment_laws.py::TestTheMenus",
    ),
    Bug(
        "a model without the room is compared with one that has it",
        "planner/menus",
        "return room >= self.max_output_tokens",
        "return room >= 0",
        "property_tests/planner/test_assignment_laws.py::TestTheMenus",
    ),
    Bug(
        "the last menu's dearest options are not looked at",
        "planner/search",
        "bisect_right(rising, room - option.cost, key=_cost)",
        "bisect_right(rising, room - option.cost - 1, key=_cost)",
        "property_tests/planner/test_allocate_laws.py::TestOptimality",
    ),
    Bug(
        "what an earlier menu cut is forgotten",
        "planner/search",
        "        missed = cut",
        "        missed = None",
        "property_tests/planner/test_allocate_laws.py::TestOptimality",
    ),
    Bug(
        "a child waits for everybody above it, not for its parents",
        "planner/scheduling",
        "(finishes[parent] for parent in parents)",
        "finishes",
        "property_tests/planner/test_scheduling_laws.py::TestStarts",
    ),
    Bug(
        "a failed call without a report costs nothing",
        "machine/books",
        "Nanodollars(0) if known_free else bid.amount",
        "Nanodollars(0)",
        "tests/core/machine/test_machine.py::TestCharges",
    ),
    Bug(
        "one step's escalation spends another's floor",
        "machine/run",
        "self.books.held - kept",
        "self.books.held",
        "tests/core/machine/test_machine.py::TestMoneyOfSiblings",
    ),
    Bug(
        "a step refused by a budget outside asks again at once",
        "machine/machine",
        "(run, out) if isinstance(run.steps[index].state, Parked)",
        "(run, out) if isinstance(run.steps[index].state, Pending)",
        "tests/core/machine/test_machine.py::TestMoneyOfSiblings",
    ),
    Bug(
        "a broken stream is continued by somebody else",
        "machine/machine",
        "return _break_off(run, index, attempt, event)",
        "return _fail(run, index, attempt, event)",
        "tests/core/machine/test_machine.py::TestTheLadder",
    ),
    Bug(
        "a woken step takes a place that is not free",
        "machine/machine",
        "case Parked(intent) if run.busy < run.job.policy.parallelism:",
        "case Parked(intent):",
        "tests/core/machine/test_machine.py::TestMoneyOfSiblings",
    ),
)


CORE = ("tokenwise", "property_tests", "tests/core")


def copied(folder, parts=CORE):
    """These parts of the project. File times are kept, so that Python need not compile them again."""
    for name in parts:
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "tests/__init__.py", "tests/conftest.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / "property_tests" / "profiles.py").write_text(PROFILE, encoding="utf-8")
    return folder


def exit_code(folder, tests):
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", tests]
    return subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False, timeout=120).returncode


def this_time(bugs):
    """All of them where TOKENWISE_HUNT is set, as every night; else one in six, for each is a run of pytest."""
    return bugs if os.environ.get("TOKENWISE_HUNT") else bugs[::6]


def hunted(bug, folder, package="tokenwise", parts=CORE):
    """The exit code of the tests that should notice the bug; its module is named within the package."""
    path = copied(folder, parts) / package / f"{bug.module}.py"
    path.write_text(path.read_text(encoding="utf-8").replace(bug.right, bug.wrong), encoding="utf-8")
    return exit_code(folder, bug.caught_by)


def hunts(bugs, laws, parts):
    """Three tests of bugs that a file of laws lists: that each has its place, that all are listed, and the hunt."""

    @pytest.mark.parametrize("bug", bugs, ids=lambda bug: bug.what)
    def is_there(bug):
        assert (ROOT / f"{bug.module}.py").read_text(encoding="utf-8").count(bug.right) == 1

    def are_listed():
        listed = (ROOT / laws).read_text(encoding="utf-8")
        assert [bug.what for bug in bugs if bug.what not in listed] == []

    @pytest.mark.slow  # each starts another pytest
    @pytest.mark.parametrize("bug", this_time(bugs), ids=lambda bug: bug.what)
    def is_caught(bug, tmp_path):
        assert hunted(bug, tmp_path, "", parts) == TESTS_FAILED

    return is_there, are_listed, is_caught


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.what)
def test_the_place_of_each_bug_is_still_there(bug):
    text = (ROOT / "tokenwise" / f"{bug.module}.py").read_text(encoding="utf-8")
    assert text.count(bug.right) == 1


@pytest.mark.slow  # each starts another pytest
@pytest.mark.parametrize("bug", this_time(BUGS), ids=lambda bug: bug.what)
def test_each_bug_is_caught(bug, tmp_path):
    assert hunted(bug, tmp_path) == TESTS_FAILED


@pytest.mark.slow  # starts another pytest
def test_a_copy_without_a_bug_passes(tmp_path):
    assert exit_code(copied(tmp_path / "copy"), "tests/core/budgets/test_budget.py") == 0

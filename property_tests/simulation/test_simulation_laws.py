"""Laws of the simulation, in worlds drawn by a seed, and the check that these laws catch bugs. See docs/simulate.md."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property_tests.both_ways import check_requests
from property_tests.strategies import jobs, worlds
from property_tests.swarm import check_seed, drawn_world
from tests.core.simulated import play
from tokenwise import embedded_catalog
from tokenwise.budgets.budget import Budget
from tokenwise.money import Nanodollars
from tokenwise.simulation.simulation import Arrival
from tokenwise.simulation.surveys import EVERYTHING, Setting, simulate, trace
from tokenwise.simulation.tally import Handled, Tally, coarse, merge, percentile
from tokenwise.simulation.workload import Allowance, Asked, Variant
from tokenwise.simulation.worlds import ModelledWorld, Spread
from tokenwise.traits import Capability
from tokenwise.usage import TokenCount

ROOT = Path(__file__).resolve().parent.parent.parent

# How many worlds a run of the tests visits, by profile; a build is to be quick, a release is not.
SEEDS = {"ci": 300, "dev": 50, "long": 100_000, "longest": 1_000_000}[os.environ.get("HYPOTHESIS_PROFILE", "ci")]


class TestTheSwarm:
    """'Worlds drawn by a seed keep every law; a seed reproduces a failure alone'."""

    @pytest.mark.slow  # three hundred simulations, or a hundred thousand
    def test_every_law_holds_in_every_world(self):
        for seed in range(SEEDS):
            check_seed(seed)


class TestTheCommonStory:
    """'A law holds what is told here against the machine, entry by entry'."""

    def test_requests_told_briefly_are_those_that_the_machine_tells(self):
        briefly = sum(check_requests(seed, drawn_world(seed)) for seed in range(max(16, SEEDS // 25)))
        briefly += sum(check_requests(seed, ModelledWorld()) for seed in range(max(16, SEEDS // 25)))
        assert briefly > 60


# Each is a bug that somebody could write: the file, the line as it is, and the line as it would be.
BUGS = {
    "a call goes out though the money is not there": (
        "simulation/simulation.py",
        "return ReserveRefused(attempt, self.now_ms, short.available, short.held, models, whole=short.limit)",
        "return None",
    ),
    "a shared hold is never given back": (
        "budgets/nested.py",
        "{scope: settle(of(scope), held.hold, cost) for scope in held.scopes}",
        "{scope: of(scope) for scope in held.scopes}",
    ),
    "the smallest limit does not count": ("budgets/nested.py", "if short else taken", "if len(short) > 1 else taken"),
    "a failed call is settled twice": (
        "machine/books.py",
        "return run, (Settle(attempt.id, entry.amount), Record(entry)",
        "return run, (Settle(attempt.id, entry.amount), Settle(attempt.id, entry.amount), Record(entry)",
    ),
    "silence is taken for free": (
        "machine/books.py",
        "return Nanodollars(0) if known_free else bid.amount",
        "return Nanodollars(0)",
    ),
    "an overrun has no line": ("machine/books.py", "if over > 0:", "if over > 10**15:"),
    "siblings' holds are forgotten": (
        "machine/run.py",
        "- self.books.spent - self.books.held - kept",
        "- self.books.spent",
    ),
    "children do not wait": (
        "machine/machine.py",
        "if not all(isinstance(parent, Ended) for parent in parents)",
        "if False",
    ),
    "orphans go on": (
        "machine/machine.py",
        "parent.outcome is not Outcome.OK for parent in parents",
        "parent.outcome is None for parent in parents",
    ),
    "attempts are not counted": ("routing/ladder.py", "failed.calls >= policy.max_attempts", "failed.calls >= 99"),
    "the ladder descends": (
        "routing/ranking.py",
        "for tier in Tier if tier > place.at.tier",
        "for tier in Tier if tier < place.at.tier",
    ),
    "a cancelled call is free": (
        "machine/books.py",
        "run = _settled(run, index, attempt, bid.amount)",
        "run = _settled(run, index, attempt, Nanodollars(0))",
    ),
}


@pytest.mark.slow  # a fresh interpreter for each bug
@pytest.mark.parametrize("bug", BUGS)
def test_the_laws_find_a_seeded_bug(bug, tmp_path):
    """The core is copied, the bug is written into the copy, and the swarm is let loose on it."""
    name, right, wrong = BUGS[bug]
    shutil.copytree(ROOT / "tokenwise", tmp_path / "tokenwise")
    shutil.copytree(ROOT / "property_tests", tmp_path / "property_tests")
    place = tmp_path / "tokenwise" / name
    source = place.read_text(encoding="utf-8")
    assert source.count(right) == 1, f"{name} no longer says {right!r}; seed this bug anew"
    place.write_text(source.replace(right, wrong), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "property_tests.swarm", "0", "2000"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, f"{bug}: not found in 2,000 worlds\n{done.stdout}{done.stderr}"
    assert "seed" in done.stdout


CATALOG = embedded_catalog()


@st.composite
def workloads(draw):
    gaps = draw(st.lists(st.integers(0, 5_000), max_size=12))
    return tuple(
        Asked(
            id=f"r{index}",
            at_ms=sum(gaps[: index + 1]),
            key=draw(st.sampled_from(["web", "batch"])),
            labels=draw(st.sampled_from([(), ("chat",)])),
            input=TokenCount(50, 200),
            capabilities=draw(st.sampled_from([Capability.GENERAL, Capability.CODE])),
            difficulty=draw(st.sampled_from([0.1, 0.5, 0.9])),
            max_output_tokens=400,
            judged=draw(st.booleans()),
        )
        for index in range(len(gaps))
    )


limits = st.integers(0, 50_000_000).map(Nanodollars)


def handled_in(workload, variant, **more):
    return [one for one in trace(workload, variant, Setting(catalog=CATALOG, **more)) if isinstance(one, Handled)]


class TestSurveys:
    """'Every request is decided and forgotten; what it was is in the sums'."""

    @given(workloads(), limits)
    def test_every_request_ends_exactly_once(self, workload, limit):
        stories = handled_in(workload, Variant(name="v", limit=limit))
        assert sorted(one.asked.id for one in stories) == sorted(asked.id for asked in workload)

    @given(workloads(), limits, st.integers(1, 20_000))
    def test_shared_budgets_are_never_exceeded(self, workload, shared, window_ms):
        variant = Variant(
            name="v", allowances=(Allowance("all", shared, window_ms), Allowance("key", shared, 0, per_key=True))
        )
        tally = simulate(workload, variant, Setting(catalog=CATALOG))[EVERYTHING]
        for name in tally.names("scope"):
            sums = tally.below("scope", name)
            assert sums["spent_nano"] <= sums["limit_nano"] + sums["overrun_nano"]

    @given(workloads(), st.integers(0, 3))
    def test_equal_seeds_give_equal_tallies(self, workload, seed):
        variant, setting = Variant(name="v"), Setting(catalog=CATALOG)
        assert simulate(workload, variant, setting, seed=seed) == simulate(workload, variant, setting, seed=seed)

    @given(workloads(), limits)
    def test_no_request_costs_more_than_its_limit_where_nobody_overbills(self, workload, limit):
        assert all(one.spent <= limit for one in handled_in(workload, Variant(name="v", limit=limit)))


def _tally(pairs):
    tally = Tally()
    for name, value in pairs:
        tally.sums[name,] += value
        tally.spread(name, value)
        tally.peak((name,), value, f"r{value % 7}")
    return tally


tallies = st.builds(_tally, st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 10**6)), max_size=5))


class TestMerging:
    """'It does not matter in which order or on which machine the parts were counted'."""

    @given(tallies, tallies, tallies)
    def test_is_associative_and_commutative(self, a, b, c):
        assert merge((merge((a, b)), c)) == merge((a, merge((b, c)))) == merge((c, b, a))

    @given(st.lists(st.integers(0, 10**7), min_size=1), st.integers(1, 1000))
    def test_a_percentile_of_coarse_values_is_the_coarse_percentile(self, values, per_mille):
        exact = sorted(values)[-(-len(values) * per_mille // 1000) - 1]
        histogram = {}
        for value in values:
            histogram[coarse(value)] = histogram.get(coarse(value), 0) + 1
        assert percentile(histogram, per_mille) == coarse(exact)
        assert exact - coarse(exact) <= exact / 64


class TestSpreads:
    """'Values at points of probability, linear between'."""

    @given(st.lists(st.integers(0, 10**6), min_size=2, max_size=6).map(sorted), st.data())
    def test_a_larger_draw_never_gives_less(self, values, data):
        places = [
            0,
            *sorted(data.draw(st.sets(st.integers(1, 999), min_size=len(values) - 2, max_size=len(values) - 2))),
            1000,
        ]
        spread = Spread(tuple(zip(places, values, strict=True)))
        low, high = sorted(data.draw(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))))
        assert values[0] <= spread.at(low) <= spread.at(high) <= values[-1]


class TestArrivals:
    """'Jobs may be given in any order: they arrive by time'."""

    @given(st.lists(jobs(), min_size=2, max_size=3), worlds())
    def test_the_order_in_which_arrivals_are_listed_does_not_matter(self, some, world):
        from attrs import evolve

        named = [Arrival(evolve(job, id=f"run{index}"), at_ms=index * 70) for index, job in enumerate(some)]
        budget = Budget(Nanodollars(100_000_000))
        forwards, backwards = play(named, world, budget=budget), play(named[::-1], world, budget=budget)
        assert forwards.runs == backwards.runs
        assert forwards.budget == backwards.budget

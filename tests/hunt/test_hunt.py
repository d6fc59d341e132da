"""A few of the seeded bugs, hunted in CI; `python -m tests.hunt` hunts them all."""

from pathlib import Path

import pytest

from tests.hunt.seeding import BUGS, PASSED, ROOT, TESTS_FAILED, copied, exit_code, hunted
from tests.shell.redis_server import SERVER

HERE = [bug for bug in BUGS if SERVER or "redis" not in bug.file]


def test_the_place_of_each_bug_is_still_there():
    counts = {bug.what: (ROOT / bug.file).read_text(encoding="utf-8").count(bug.right) for bug in BUGS}
    assert {what: count for what, count in counts.items() if count != 1} == {}


def test_each_bug_changes_something_and_names_laws_that_there_are():
    assert [bug.what for bug in BUGS if bug.right == bug.wrong or not bug.laws] == []
    assert [law for bug in BUGS for law in bug.laws if not (ROOT / law.partition("::")[0]).exists()] == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    return copied(tmp_path_factory.mktemp("hunt") / "copy")


@pytest.mark.slow  # starts another pytest
def test_a_copy_without_a_bug_passes(copy):
    assert exit_code(copy, ("tests/core/budgets/test_budget.py",)) == PASSED


@pytest.mark.slow  # each starts another pytest
@pytest.mark.parametrize("bug", HERE[::12], ids=lambda bug: bug.what)
def test_a_bug_is_caught(bug, copy):
    assert hunted(bug, copy) == TESTS_FAILED

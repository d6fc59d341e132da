"""Bugs as text, and what comes of one that is seeded into a copy of the project.

A law that no bug breaks is decoration. A bug is a piece of a module's text, which must stand there exactly once, the
text in its place, and the tests that are expected to fail; many of these bugs were met somewhere, several in this very
project. A test that fails is meant by "caught": a copy that cannot even be imported or collected proves nothing, and
nor does one that hangs.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("tokenwise", "tokenwise_shell", "property_tests", "tests")
PASSED, TESTS_FAILED, HUNG = 0, 1, -1  # pytest's exit codes; 2 and above mean that tests did not run
STUCK_S = 900

# A hunt needs neither the smallest example nor another one each time.
PROFILE = """
from hypothesis import HealthCheck, Phase, settings

def load_profile():
    settings.register_profile(
        "hunt",
        max_examples=60,
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
    """What is wrong, in which file, whose tests should notice, and the text that is right and wrong there."""

    what: str
    file: str
    laws: tuple[str, ...]
    right: str
    wrong: str


def read_bugs(text: str) -> tuple[Bug, ...]:
    """Bugs as the files in `bugs` have them: name, place and laws, then old lines with `- `, new ones with `+ `."""
    return tuple(map(_bug, re.split(r"^## ", text, flags=re.MULTILINE)[1:]))


def _bug(block: str) -> Bug:
    what, place, *lines = block.rstrip("\n").split("\n")
    file, _, laws = place.partition(": ")
    right, wrong = ("\n".join(line[2:] for line in lines if line[:1] == sign) for sign in "-+")
    return Bug(what, file, tuple(laws.split()), right, wrong)


BUGS = tuple(
    bug for path in sorted((ROOT / "tests/hunt/bugs").glob("*.txt")) for bug in read_bugs(path.read_text("utf-8"))
)


def copied(folder: Path) -> Path:
    """The project, where bugs are seeded. File times are kept, so that Python need not compile it again."""
    for name in PARTS:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy2(ROOT / "pyproject.toml", folder)
    (folder / "property_tests" / "profiles.py").write_text(PROFILE, encoding="utf-8")
    return folder


def exit_code(folder: Path, laws: tuple[str, ...]) -> int:
    """What pytest says of these laws there."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", *laws]
    # The compiled form of a seeded module must not outlive it.
    environ = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return subprocess.run(
            command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, check=False, timeout=STUCK_S
        ).returncode
    except subprocess.TimeoutExpired:
        return HUNG


def hunted(bug: Bug, folder: Path) -> int:
    """The exit code of the laws that should notice the bug. The copy is as before afterwards."""
    path = folder / bug.file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
    try:
        return exit_code(folder, bug.laws)
    finally:
        shutil.copy2(ROOT / bug.file, path)

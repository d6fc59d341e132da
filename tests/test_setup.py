"""The set-up: the README's commands install what the locks say, with any pip, whatever is published later."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conformance.fetching import wheels
from tests.locking import DEVELOPMENT, PIPS, PROJECT, ROOT, RUNTIME, TOOLS, blocks, name_of

LOCKS = (RUNTIME, DEVELOPMENT, TOOLS, PIPS)
# The steps of each command, and the lock that it installs.
COMMANDS = {
    re.findall(r"-r (\S+)", line)[0]: line.split(" && ")
    for line in re.findall(r"^python3 -m venv \.venv && .*$", (ROOT / "README.md").read_text(), re.MULTILINE)
}
SOURCES = ("pyproject.toml", "README.md", "LICENSE", RUNTIME.name, DEVELOPMENT.name, "tokenwise", "tokenwise_shell")
PIP_VERSIONS = [re.findall(r"==([\d.]+)", block)[0] for block in blocks(PIPS)]

# What a release may break in its next line is bounded. attrs promises to break nothing without a year's warning, and
# is the core's only dependency: a bound would stand in the way of whoever embeds it, and save nobody.
UNBOUNDED = {"attrs"}


def project() -> dict[str, list[str]]:
    """Each list of requirements that pyproject.toml declares, by its name."""
    read = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    fixed = {"runtime": read["project"]["dependencies"], "build": read["build-system"]["requires"]}
    return fixed | read["project"]["optional-dependencies"] | {"dev": read["dependency-groups"]["dev"]}


def declared(*lists: str) -> list[Requirement]:
    return [Requirement(text) for name, texts in project().items() if name in lists or not lists for text in texts]


def locked(lock: Path) -> dict[str, str]:
    """The version of each package that a lock has for this platform and this Python."""
    asked = (Requirement(re.split(r" *\\?\n", block, maxsplit=1)[0]) for block in blocks(lock))
    wanted = (one for one in asked if one.marker is None or one.marker.evaluate())
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in wanted}


def pins(lock: Path) -> set[str]:
    """`name==version` of each block, for whatever platform it is."""
    return {block.split()[0] for block in blocks(lock)}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address_and_hashes_everything(lock: Path) -> None:
    assert re.findall(r"\w+://|file:|^-.*$", lock.read_text(encoding="utf-8"), re.MULTILINE) == []
    assert [block for block in blocks(lock) if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize(("lock", "lists"), [(RUNTIME, ("runtime", "build")), (DEVELOPMENT, ())], ids=["tw", "dev"])
def test_a_lock_holds_every_declared_dependency(lock: Path, lists: tuple[str, ...]) -> None:
    versions = locked(lock)
    unmet = [str(one) for one in declared(*lists) if versions.get(canonicalize_name(one.name), "") not in one.specifier]
    assert unmet == []


def test_what_users_run_is_what_is_tested() -> None:
    assert pins(RUNTIME) <= pins(DEVELOPMENT)


def test_tools_add_to_the_development_environment_and_replace_nothing() -> None:
    assert {name_of(block) for block in blocks(TOOLS)} & {name_of(block) for block in blocks(DEVELOPMENT)} == set()


def test_what_a_release_may_break_is_bounded() -> None:
    shipped = declared(*(name for name in project() if name != "dev"))
    free = {one.name for one in shipped if not any(bound.operator in {"<", "=="} for bound in one.specifier)}
    assert free == UNBOUNDED


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="what a clone holds can only be asked in a clone")
def test_a_source_distribution_can_be_tested_and_read_and_a_wheel_holds_the_packages_alone(tmp_path: Path) -> None:
    code = "import sys, pdm.backend as b; print(b.build_sdist(sys.argv[1]), b.build_wheel(sys.argv[1]))"
    built = subprocess.run(
        (sys.executable, "-c", code, str(tmp_path)), cwd=ROOT, capture_output=True, text=True, check=True
    )
    source, wheel = built.stdout.split()[-2:]
    with tarfile.open(tmp_path / source) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames()}
    with zipfile.ZipFile(tmp_path / wheel) as archive:
        shipped = {name.split("/", 1)[0] for name in archive.namelist()}
    tracked = subprocess.run(("git", "ls-files"), cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    shown = [name for name in tracked if not Path(name).name.startswith(".") and not name.startswith(".")]
    assert [name for name in shown if name not in held] == []
    assert [name for name in held if "__pycache__" in name] == []
    assert shipped == {"tokenwise", "tokenwise_shell", f"{source.removesuffix('.tar.gz')}.dist-info"}


def test_this_environment_is_the_development_lock() -> None:
    """The command that the tests were started by has installed it; on a laptop there may be more."""
    here = {canonicalize_name(one.metadata["Name"]): one.version for one in distributions()}
    assert {name: here.get(name) for name in locked(DEVELOPMENT)} == locked(DEVELOPMENT)
    assert subprocess.run((sys.executable, "-m", "pip", "check"), cwd=ROOT, check=False).returncode == 0


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a command needs of the repository, and an environment with nothing in it."""
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"), check=True)
    return tmp_path


@pytest.mark.slow  # installs what `tw` needs, and looks up all the rest; the first downloads it
@pytest.mark.parametrize("version", PIP_VERSIONS)
def test_the_commands_install_their_locks(version: str, checkout: Path) -> None:
    """By the oldest pip that came with Python 3.11 and by the newest, where each package has a newer release.

    The packages of the development lock are found, chosen and checked against their hashes, and not unpacked once more.
    """
    found = wheels(DEVELOPMENT.read_text(), *blocks(PIPS))
    use_pip(checkout, next(found.glob(f"pip-{version}-*.whl")))
    places = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{found.as_uri()} {published_later(checkout).as_uri()}"}
    (_, all_of_it, in_place, _), (_, packages, ours, try_it) = (COMMANDS[lock.name] for lock in (DEVELOPMENT, RUNTIME))

    run(all_of_it, checkout, **places, PIP_DRY_RUN="1", PIP_REPORT="report.json")
    chosen = [one["metadata"] for one in json.loads((checkout / "report.json").read_text())["install"]]
    assert {canonicalize_name(one["name"]): one["version"] for one in chosen} == locked(DEVELOPMENT)

    version_of_ours = tomllib.loads(PROJECT.read_text())["project"]["version"]
    run(packages, checkout, **places)
    for way in (in_place, ours):
        run(way, checkout, **places)
        assert installed(checkout) == locked(RUNTIME) | {"tokenwise-control": version_of_ours}
    run(".venv/bin/pip check", checkout)
    run(try_it, checkout)


def use_pip(checkout: Path, wheel: Path) -> None:
    """Make `.venv/bin/pip` this one, which runs from its wheel and so does not count as installed."""
    script = checkout / ".venv" / "bin" / "pip"
    script.write_text(f'#!/bin/sh\nexec "$(dirname "$0")/python" "{wheel}/pip" "$@"\n')
    script.chmod(0o755)


def published_later(checkout: Path) -> Path:
    """A directory with an empty release of every package, newer than the locked one and within most bounds for it."""
    later = checkout / "later"
    later.mkdir()
    for name, version in locked(DEVELOPMENT).items():
        newer = f"{Version(version).base_version}.0.1"
        about = f"{name.replace('-', '_')}-{newer}"
        with zipfile.ZipFile(later / f"{about}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{about}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {newer}\n")
            wheel.writestr(f"{about}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}.dist-info/RECORD", "")
    return later


def installed(checkout: Path) -> dict[str, str]:
    """The version of each package in the environment."""
    code = "from importlib.metadata import distributions as d; print(*(f'{x.name}=={x.version}' for x in d()))"
    pairs = (one.split("==") for one in run(f'.venv/bin/python -c "{code}"', checkout).split())
    return {canonicalize_name(name): version for name, version in pairs}


def run(step: str, checkout: Path, **environ: str) -> str:
    """One step of a command, at home in the checkout, without what this machine has configured."""
    alien = ("PIP_", "PYTHON", "TOKENWISE_", "XDG_")
    known = {name: value for name, value in os.environ.items() if not name.startswith(alien)}
    # By pip's rule for options with a "no" in them, it is a falsy value that sets the first.
    quick = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_COMPILE": "no", "PIP_NO_CACHE_DIR": "1"}
    homely = known | quick | environ | {"HOME": str(checkout)}
    done = subprocess.run(step, shell=True, cwd=checkout, env=homely, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{step}\n{done.stdout}{done.stderr}"
    return done.stdout

"""The house as docs/design.md draws it: every folder stands in the tree, and says what is decided in it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("tokenwise", "tokenwise_shell")
FOLDERS = sorted(path.parent for package in PACKAGES for path in ROOT.glob(f"{package}/**/__init__.py"))

# A folder that a reader can take in at a glance; `cli` has one module a command, and a format has its own vocabulary.
MOST_MODULES = 16
BY_COMMAND = {"tokenwise_shell/cli"}


def name_of(folder: Path) -> str:
    return folder.relative_to(ROOT).as_posix()


def drawn() -> set[str]:
    """The folders of the tree in docs/design.md, read by their indentation."""
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    tree = re.search(r"```text\n(tokenwise/.*?)```", page, re.DOTALL)
    assert tree is not None
    found, above = set(), {}
    for line in tree[1].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        for name in re.findall(r"^ *((?:[a-z_]+/ ?)+)", line)[:1]:
            for one in name.split():
                above[depth] = one.rstrip("/")
                found.add("/".join(above[level] for level in range(depth + 1)))
    return found


def test_the_tree_in_the_docs_has_exactly_the_folders_that_there_are() -> None:
    assert drawn() == {name_of(folder) for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_folder_says_in_its_docstring_what_it_is_for(folder: Path) -> None:
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    assert said is not None
    assert len(said.split(". ")) + said.count(".\n") >= 2, "two sentences: what is decided here, and what is not"


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_no_folder_is_crowded(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert name_of(folder) in BY_COMMAND or len(modules) <= MOST_MODULES


def test_the_tests_of_the_core_lie_in_its_wings() -> None:
    wings = {path.parent.name for path in (ROOT / "tokenwise").glob("*/__init__.py")}
    laid = {path.name for path in (ROOT / "tests" / "core").iterdir() if path.is_dir() and any(path.glob("test_*.py"))}
    assert laid == wings

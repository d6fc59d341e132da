"""The measures of docs/conventions.md that a program can take: lengths, documentation, names, and how tests are made.

What ruff checks already (order of `__all__`, complexity, argument counts, blind excepts) is not repeated here.
"""

import ast
import importlib
import math
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = sorted(ROOT.glob("tokenwise/**/*.py"))
SHELL = sorted(ROOT.glob("tokenwise_shell/**/*.py"))

# Data, not decisions: one row a line, as long as there are rows. Each is named here, so no module becomes a table by
# being given a table's name.
TABLES = {"embedded_models.py", "lexicon.py", "weights.py", "risk_lexicon.py"}
FRONT_DOOR = "tokenwise/__init__.py"  # the public names, one a line

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.ClassDef)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions_in(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, FUNCTIONS))


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, source: list[str]) -> int:
    """Lines of the body that hold code: neither docstring, nor comment, nor blank."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    lines = source[body[0].lineno - 1 : body[-1].end_lineno] if body else []
    return sum(1 for line in lines if line.strip() and not line.lstrip().startswith("#"))


def lengths(paths: list[Path]) -> dict[str, int]:
    sources = {path: path.read_text(encoding="utf-8").splitlines() for path in paths}
    return {
        f"{name_of(path)}:{function.lineno} {function.name}": code_lines(function, source)
        for path, source in sources.items()
        for function in functions_in(path)
    }


def longer_than(limit: int, paths: list[Path]) -> dict[str, int]:
    return {name: length for name, length in lengths(paths).items() if length > limit}


def test_functions_of_the_core_are_short_as_a_rule() -> None:
    ordered = sorted(lengths(CORE).values())
    assert statistics.median(ordered) <= 6
    assert ordered[math.ceil(0.9 * len(ordered)) - 1] <= 20


def test_no_function_of_the_core_is_over_40_lines() -> None:
    assert longer_than(40, CORE) == {}


def test_no_function_of_the_shell_is_over_60_lines() -> None:
    assert longer_than(60, SHELL) == {}


def test_no_module_of_the_core_is_over_350_lines_unless_it_is_a_named_table() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in CORE if path.name not in TABLES}
    assert {name: size for name, size in sizes.items() if size > 350 and name != FRONT_DOOR} == {}


def test_the_core_has_no_any() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in CORE
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Name | ast.Attribute | ast.alias)
        and "Any" in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", ""))
    ]
    assert found == []


def undocumented(scope: ast.Module | ast.ClassDef, where: str) -> Iterator[str]:
    """Public modules, classes, functions and methods without a docstring. What is local to a function is nobody's."""
    if ast.get_docstring(scope) is None:
        yield where
    for node in scope.body:
        if not isinstance(node, SCOPES) or node.name.startswith("_") or is_overload(node):
            continue
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node, f"{where}:{node.name}")
        elif ast.get_docstring(node) is None:
            yield f"{where}:{node.name}"


def is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether this only says a type again: an `@overload`, or the setter of a documented property."""
    named = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(named & {"overload", "setter"})


@pytest.mark.parametrize("path", [*CORE, *SHELL], ids=name_of)
def test_everything_public_says_what_its_signature_cannot(path: Path) -> None:
    assert list(undocumented(tree_of(path), name_of(path))) == []


def public_names(tree: ast.Module) -> set[str]:
    return {name for node in tree.body for name in bound_by(node) if not name.startswith("_")}


def bound_by(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "ParamSpec"))):
            return  # a type variable is part of the signatures that use it
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.If(body=body, orelse=orelse):
            yield from (name for inner in (*body, *orelse) for name in bound_by(inner))
        case _:
            return


def exported_by(path: Path) -> list[str]:
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return list(getattr(importlib.import_module(dotted), "__all__", []))


def modules(paths: list[Path]) -> list[Path]:
    return [path for path in paths if not path.name.startswith("__")]


@pytest.mark.parametrize("path", [*modules(CORE), *modules(SHELL)], ids=name_of)
def test_all_names_exactly_what_is_public(path: Path) -> None:
    exported = exported_by(path)
    assert set(exported) == public_names(tree_of(path))
    assert len(exported) == len(set(exported))


@pytest.mark.parametrize("package", ["tokenwise", "tokenwise_shell"])
def test_everything_that_a_package_exports_can_be_imported_from_it(package: str) -> None:
    path = ROOT / package / "__init__.py"
    if not path.exists():
        pytest.skip(f"{package} has no module yet")
    module = importlib.import_module(package)
    assert [name for name in exported_by(path) if not hasattr(module, name)] == []
    assert public_names(tree_of(path)) <= set(exported_by(path))


# Where a test must not touch what it tests: the core is pure, so nothing has to be replaced to test it.
PURE_TESTS = [*sorted(ROOT.glob("tests/core/**/*.py")), *sorted(ROOT.glob("property_tests/**/*.py"))]
ALL_TESTS = [*sorted(ROOT.glob("tests/**/*.py")), *sorted(ROOT.glob("property_tests/**/*.py"))]


def words_of(path: Path) -> set[str]:
    """Every name, dotted name, imported module and parameter in a file."""
    words = set()
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Import(names=names):
                words |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names):
                words |= {module, *(f"{module}.{alias.name}" for alias in names)}
            case ast.arg(arg=name) | ast.Name(id=name):
                words.add(name)
            case ast.Attribute():
                words.add(ast.unparse(node))
            case _:
                continue
    return words


@pytest.mark.parametrize("path", PURE_TESTS, ids=name_of)
def test_tests_of_the_core_replace_nothing_and_wait_for_nothing(path: Path) -> None:
    banned = {"monkeypatch", "mocker", "unittest.mock", "unittest", "mock", "asyncio", "time", "threading"}
    assert words_of(path) & banned == set()


@pytest.mark.parametrize("path", ALL_TESTS, ids=name_of)
def test_no_test_patches_a_client_or_sleeps(path: Path) -> None:
    banned = {"monkeypatch.setattr", "mocker", "unittest.mock", "mock", "time.sleep"}
    assert words_of(path) & banned == set()

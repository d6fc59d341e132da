"""The boundaries that import-linter cannot draw: which standard modules, which builtins, and when an import happens.

The contracts between our own modules, and with the libraries, are in pyproject.toml under `tool.importlinter`.
"""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = sorted(ROOT.glob("tokenwise/**/*.py"))
SHELL = sorted(ROOT.glob("tokenwise_shell/**/*.py"))
COMMANDS = sorted(ROOT.glob("tokenwise_shell/cli/**/*.py")) or sorted(ROOT.glob("tokenwise_shell/cli.py"))
FOLDERS = ("tokenwise", "tokenwise_shell", "tests", "property_tests", "docs")
EVERYTHING = [path for folder in FOLDERS for path in sorted(ROOT.glob(f"{folder}/**/*.py"))]

# What the core may import beside itself. None of it reads a clock, a file, the environment or a random number.
ALLOWED = {
    "attrs",
    "bisect",
    "collections",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "math",
    "operator",
    "re",
    "typing",
}

# The front door alone looks its names up when they are first asked for, so that importing it costs nothing.
FRONT_DOOR = "tokenwise/__init__.py"

# Builtins that reach outside, or whose answer differs from one process to the next.
IMPURE = {"__import__", "breakpoint", "eval", "exec", "hash", "id", "input", "open", "print"}

# Slow to import, so that only the commands that need one of them pay for it.
HEAVY = {"cattrs", "httpx", "hypercorn", "rich", "trio"}

# The outermost edges: one request, one connection, one command. Each may catch everything once, to log it and answer.
EDGES = {
    "tokenwise_shell/cli/entry.py",
    "tokenwise_shell/proxy/app.py",
    "tokenwise_shell/proxy/http/connections.py",
    "tokenwise_shell/proxy/http/swift.py",
    "tokenwise_shell/proxy/serving.py",  # a run that outlasts its request
    "tokenwise_shell/transport/flowing.py",  # what is raised there is raised to the task that it was done for
}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_by(nodes: Iterable[ast.AST]) -> set[str]:
    """The top-level names of the packages that these nodes import."""
    found = set()
    for node in nodes:
        match node:
            case ast.Import(names=names):
                found |= {alias.name.partition(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module), level=0):
                found.add(module.partition(".")[0])
            case _:
                continue
    return found


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_core_imports_attrs_and_the_allow_list(path: Path) -> None:
    allowed = ALLOWED | {"tokenwise"} | ({"importlib"} if name_of(path) == FRONT_DOOR else set())
    assert imported_by(ast.walk(tree_of(path))) <= allowed


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_core_calls_nothing_impure_and_changes_no_global(path: Path) -> None:
    nodes = list(ast.walk(tree_of(path)))
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called & IMPURE == set()
    assert not any(isinstance(node, ast.Global | ast.AsyncFunctionDef | ast.Await) for node in nodes)


@pytest.mark.parametrize("path", EVERYTHING, ids=name_of)
def test_nothing_imports_asyncio_but_the_face_for_its_programs(path: Path) -> None:
    assert "asyncio" not in imported_by(ast.walk(tree_of(path))) or path.stem.endswith(("asyncio_client", "_asyncio"))


def at_module_level(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when a module is imported: everything outside functions and `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from at_module_level(child)


@pytest.mark.parametrize("path", COMMANDS, ids=name_of)
def test_commands_import_what_is_heavy_where_they_need_it(path: Path) -> None:
    assert imported_by(at_module_level(tree_of(path))) & HEAVY == set()


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Whether it catches all exceptions and keeps them; one that only cleans up and raises again is no edge."""
    caught = {name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name)} if handler.type else set()
    raises_again = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    return (handler.type is None or bool(caught & {"Exception", "BaseException"})) and not raises_again


@pytest.mark.parametrize("path", [*CORE, *SHELL], ids=name_of)
def test_only_an_outermost_edge_catches_everything_and_only_once(path: Path) -> None:
    handlers = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ExceptHandler)]
    assert sum(map(catches_everything, handlers)) <= (1 if name_of(path) in EDGES else 0)


def loaded_by(program: str, *, given: str = "") -> set[str]:
    """The modules that a fresh interpreter loads to run this program, beyond those it has after importing `given`."""
    first = f"import {given or 'sys'}\nimport sys\nbefore = set(sys.modules)\n"
    last = "\nprint('\\n', *(set(sys.modules) - before))"
    command = [sys.executable, "-c", first + program + last]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def roots(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.slow  # starts an interpreter
def test_importing_the_core_loads_nothing_beyond_attrs_and_the_allow_list() -> None:
    core = ", ".join(dotted(path) for path in CORE if not path.stem.startswith("__"))
    assert roots(loaded_by(f"import {core}", given=", ".join(sorted(ALLOWED)))) == {"tokenwise"}


@pytest.mark.slow  # starts an interpreter
def test_importing_the_core_loads_no_event_loop_no_socket_and_no_log() -> None:
    effects = {"anyio", "asyncio", "httpx", "logging", "random", "socket", "ssl", "subprocess", "trio", "yaml"}
    assert roots(loaded_by("import tokenwise")) & effects == set()


HAS_CLI = any((ROOT / "tokenwise_shell" / name).exists() for name in ("cli.py", "cli/__init__.py"))
needs_cli = pytest.mark.skipif(not HAS_CLI, reason="the command line is not written yet")


@needs_cli
@pytest.mark.slow  # starts an interpreter
def test_the_command_line_starts_without_anything_heavy() -> None:
    assert roots(loaded_by("import tokenwise_shell.cli")) & HEAVY == set()


# cattrs may read the configuration; the rest is for commands that talk to somebody.
ROUTE = """
from tokenwise_shell.cli import main
sys.argv = ["tw", "route", "hi", "--offline", "--json"]
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
"""


@needs_cli
@pytest.mark.slow  # starts an interpreter
def test_routing_loads_neither_the_event_loop_nor_a_client_nor_a_server() -> None:
    assert roots(loaded_by(ROUTE)) & (HEAVY - {"cattrs"}) == set()


@pytest.mark.parametrize("package", ["tokenwise", "tokenwise_shell"])
def test_each_package_ships_its_types(package: str) -> None:
    assert (ROOT / package / "py.typed").exists()


@pytest.mark.parametrize("package", ["tokenwise", "tokenwise_shell"])
def test_no_exported_name_is_also_a_module(package: str) -> None:
    """A package attribute cannot be both: whichever is loaded last would win."""
    modules = {path.stem for path in (ROOT / package).iterdir()}
    assert modules.isdisjoint(importlib.import_module(package).__all__)

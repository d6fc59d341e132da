"""The documentation keeps its word: its examples run, its commands end as it says, its links lead somewhere.

A block that starts with three backticks and `python` is executed, all of a file's blocks in one namespace. A block
`console` is read for its lines `$ tw …`, which must end with exit code 0, or with the code N that the fence names
(`console exit=N`). One of `sh run` is a script; those of a page run in one directory, in their order. Another in `sh`
has lines that `tw` can read, and `yaml` is what some reader of ours takes. Everything runs offline, in a directory of
its own, without anybody's keys.
"""

import doctest
import importlib
import itertools
import os
import re
import runpy
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from cyclopts import CycloptsError

from tests.conformance.fetching import tools
from tokenwise import InputError, embedded_catalog
from tokenwise_shell.catalogs.local_models import read_local_models
from tokenwise_shell.cli import main, parser
from tokenwise_shell.cli.commands import BELOW
from tokenwise_shell.config.loading import load
from tokenwise_shell.embedded import read_script
from tokenwise_shell.simulate.law_files import read_laws
from tokenwise_shell.simulate.traffic_files import read_traffic
from tokenwise_shell.simulate.world_files import read_world

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
FETCHED = {"answer_from_fastapi.py"}  # needs what the development environment has not; see tests/conformance
SIZED = ROOT / "docs" / "examples" / "choose_a_policy.py"  # its page shows a thousand requests
EXAMPLES = sorted(path for path in ROOT.glob("docs/examples/*.py") if path.name not in {*FETCHED, SIZED.name})
NOTEBOOKS = sorted(ROOT.glob("docs/examples/*.ipynb"))
CORE = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted(ROOT.glob("tokenwise/**/*.py"))
    if not path.stem.startswith("__")
]

FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)  # `route` is documented; the word route in a sentence is not
WORD = re.compile(r"\w+")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)(?P<target>[^)\s#]+)")

# What a developer's own shell may set, and a reader's does not.
PERSONAL = re.compile(r"^TOKENWISE_|_API_KEY$|_BASE_URL$")

# A documented command that takes longer than this is stuck; `tw serve`, which never ends, belongs in another block.
STUCK_SECONDS = 30


class Block(NamedTuple):
    """One fenced block: the words after the backticks, the text, and the line of the page where the text begins."""

    info: list[str]
    text: str
    line: int


def blocks(page: Path, kind: str) -> Iterator[Block]:
    content = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(content):
        info = found["info"].split()
        if info[:1] == [kind]:
            yield Block(info, textwrap.dedent(found["text"]), content.count("\n", 0, found.start("text")) + 1)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def pages_with(kind: str) -> list[Path]:
    return [page for page in PAGES if any(blocks(page, kind))]


@pytest.fixture
def nobodys_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to work in, an empty home, the offline switch, and no key."""
    for name in [name for name in os.environ if PERSONAL.search(name)]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("TOKENWISE_OFFLINE", "1")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


@pytest.mark.parametrize("module", CORE)
def test_the_examples_in_docstrings_are_true(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


@pytest.mark.slow  # an example may start the event loop and a server on loopback
@pytest.mark.usefixtures("nobodys_machine")
@pytest.mark.parametrize("page", pages_with("python"), ids=name_of)
def test_the_python_blocks_of_a_page_run(page: Path) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page, "python"):
        # Blank lines put the block where it stands in the page, so that a traceback names the page's own line.
        exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), namespace)


@pytest.mark.slow  # likewise
@pytest.mark.usefixtures("nobodys_machine")
@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_runs(example: Path) -> None:
    runpy.run_path(str(example), run_name="__main__")


@pytest.mark.slow  # simulates some two thousand requests
@pytest.mark.usefixtures("nobodys_machine")
def test_the_example_of_a_choice_runs() -> None:
    runpy.run_path(str(SIZED))["choose"](requests=120)


@pytest.mark.slow  # likewise
@pytest.mark.usefixtures("nobodys_machine")
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name_of)
def test_the_cells_of_a_notebook_run_in_a_loop_and_show_something(notebook: Path) -> None:
    """As Jupyter runs them: cell by cell in one namespace, in a loop that runs already, a last expression shown."""
    program = textwrap.dedent("""
        import ast, asyncio, json, sys

        async def cell(text, space):
            tree = ast.parse(text)
            shown = isinstance(tree.body[-1], ast.Expr) and ast.Expression(tree.body.pop().value)
            for part, mode in ((tree, "exec"), (shown, "eval")):
                value = part and eval(compile(part, "cell", mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), space)
                value = await value if asyncio.iscoroutine(value) else value
            return value

        async def main(cells):
            space = {}
            for each in cells:
                value = await cell("".join(each["source"]), space)
                print(value._repr_html_() if hasattr(value, "_repr_html_") else repr(value))

        cells = json.loads(sys.stdin.read())["cells"]
        asyncio.run(main([each for each in cells if each["cell_type"] == "code"]))
    """)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=notebook.read_text(encoding="utf-8"), capture_output=True, text=True, check=False, timeout=STUCK_SECONDS,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout
    assert all(word in shown for word in ("ladder", "at most</th>", "<p><b>completed", "[Decimal("))


@pytest.mark.slow  # fetches FastAPI once, and is skipped where that cannot be had
@pytest.mark.usefixtures("nobodys_machine")
def test_the_service_on_fastapi_answers_refuses_and_is_typed() -> None:
    program = textwrap.dedent("""
        from answer_from_fastapi import app
        from fastapi.testclient import TestClient

        with TestClient(app) as client:
            for budget in ("0.01", "0.0000001"):
                told = client.get("/answer", params={"q": "What is rain?", "budget": budget})
                print(told.status_code, sorted(told.json()))
    """)
    found = os.pathsep.join(map(str, (ROOT, ROOT / "docs" / "examples", tools())))
    environ = {**os.environ, "PYTHONPATH": found, "MYPYPATH": str(tools())}
    ran, typed = (
        subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )
        for words in (("-c", program), ("-m", "mypy", "docs/examples/answer_from_fastapi.py"))
    )  # fmt: skip
    assert ran.stdout == "200 ['answer', 'cost_usd', 'model']\n402 ['detail']\n", ran.stderr
    assert typed.returncode == 0, typed.stdout


PREDECESSORS = """
from tokenwise import Router, Planner, Executor

# Route a single query (with structured trace)
router = Router()
model, trace = router.route_with_trace("Explain quantum computing", strategy="balanced", budget=0.10)
print(f"{model.id} (${model.input_price}/M input)")
print(f"Request: {trace.request_id}, state: {trace.termination_state.value}")

# Plan and execute a complex task
planner = Planner()
plan = planner.plan(task="Build a REST API for a todo app", budget=0.50)

executor = Executor()
result = executor.execute(plan)
print(f"Cost: ${result.total_cost:.4f}, success: {result.success}")
"""


@pytest.mark.slow  # likewise
@pytest.mark.usefixtures("nobodys_machine")
def test_the_example_of_version_0_5_runs_but_for_its_import(capsys: pytest.CaptureFixture[str]) -> None:
    """The Python example of the README of tokenwise-llm 0.5.0, whose older ones asked `route` for the same names."""
    program = PREDECESSORS.replace("from tokenwise import", "from tokenwise_shell import")
    exec(program + 'assert router.route("Explain quantum computing").id == model.id', {})
    said = capsys.readouterr().out
    assert re.search(
        r"^\S+/\S+ \(\$[0-9.]+/M input\)\nRequest: \w+, state: completed\nCost: \$0\.\d{4}, success: True$", said
    )


@pytest.mark.slow  # reads the whole project's types, which a run of mypy before this one has kept
def test_what_a_reader_pastes_is_typed(tmp_path: Path) -> None:
    """The Python of the pages about Python passes `mypy --strict`; that of docs/examples is in mypy's own list."""
    for page in (ROOT / "README.md", ROOT / "docs" / "api.md", ROOT / "docs" / "embedding.md"):
        pasted = "\n".join(block.text for block in blocks(page, "python"))
        (tmp_path / f"{page.stem}_page.py").write_text(pasted, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *sorted(map(str, tmp_path.iterdir()))], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def commands(block: Block) -> list[str]:
    """The `$ tw …` lines of a block, each joined with the lines that its backslashes continue it on."""
    lines = block.text.replace("\\\n", " ").splitlines()
    return [line.strip().removeprefix("$ ") for line in lines if line.strip().startswith("$ tw ")]


def expected_exit(block: Block) -> int:
    return next((int(word.removeprefix("exit=")) for word in block.info if word.startswith("exit=")), 0)


def environment_with_tw(home: Path) -> dict[str, str]:
    """This environment with a `tw` first on its path that is the one of this tree, installed or not."""
    program = "import sys; from tokenwise_shell.cli import main; sys.argv[0] = 'tw'; sys.exit(main())"
    script = home / "bin" / "tw"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{program}" "$@"\n')
    script.chmod(0o755)
    return {**os.environ, "PATH": f"{script.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


# What a shell must read. `guard` starts a process of its own, and becomes its reaper.
SHELL_WORDS = re.compile(r"[<>|&;`]|\$\(|^tw guard ")


@pytest.mark.slow  # starts a shell for some, and a provider on loopback
@pytest.mark.parametrize("page", pages_with("console"), ids=name_of)
def test_the_commands_of_a_page_end_as_it_says(
    page: Path, nobodys_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = environment_with_tw(nobodys_machine)
    for block in blocks(page, "console"):
        for command in commands(block):
            if not SHELL_WORDS.search(command):
                code = main(shlex.split(command, comments=True)[1:])
                assert code == expected_exit(block), f"{name_of(page)}:{block.line}: {command}\n{capsys.readouterr()}"
                continue
            done = subprocess.run(
                ["bash", "-c", command], env=environment, capture_output=True, text=True, check=False,
                stdin=subprocess.DEVNULL, timeout=STUCK_SECONDS,
            )  # fmt: skip
            told = f"{name_of(page)}:{block.line}: {command}\n{done.stdout}{done.stderr}"
            assert done.returncode == expected_exit(block), told


def read_yaml(text: str, place: Path) -> object:
    """Have the block read by whoever reads such files, who raises for what they do not take."""
    said = yaml.safe_load(text)
    keys = set(said) if isinstance(said, dict) else set()
    place.write_text(text, encoding="utf-8")
    if isinstance(said, list):
        _, problems = read_local_models(text, str(place), embedded_catalog())
        assert problems == ()
    elif keys == {"scrape_configs"}:  # Prometheus's
        pass
    elif keys == {"rules"}:
        read_script(said)
    elif "requests" in keys:
        read_traffic(place)
    elif keys & {"usual", "quality"}:
        read_world(place)
    elif keys == {"laws"}:
        read_laws(place)
    else:
        load(environ={"GROQ_API_KEY": "any"}, path=place)


@pytest.mark.usefixtures("nobodys_machine")
@pytest.mark.parametrize("page", pages_with("yaml"), ids=name_of)
def test_the_yaml_of_a_page_is_taken_by_whoever_reads_such_files(page: Path, tmp_path: Path) -> None:
    for block in blocks(page, "yaml"):
        try:
            read_yaml(block.text, tmp_path / "block.yaml")
        except InputError as problem:
            pytest.fail(f"{name_of(page)}:{block.line}: {problem}")


def test_the_commands_in_shell_blocks_are_lines_that_tw_can_read() -> None:
    """They are not run: they serve, call providers or change limits. A flag that is gone is found all the same."""
    unread = []
    for page in pages_with("sh"):
        for block in blocks(page, "sh"):
            if "run" in block.info:
                continue
            for line in block.text.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] != ["tw"]:
                    continue
                words = list(itertools.takewhile(lambda word: word not in {"|", ">", "&&", "&"}, words[1:]))
                joined = " ".join(words[:2])
                words = [joined, *words[2:]] if tuple(words[:2]) in BELOW else words
                try:
                    parser._build().parse_args(words, print_error=False, exit_on_error=False)
                except CycloptsError as error:
                    unread.append(f"{name_of(page)}:{block.line}: {line}: {error}")
    assert unread == []


def scripts(page: Path) -> list[Block]:
    return [block for block in blocks(page, "sh") if "run" in block.info]


@pytest.mark.slow  # likewise
@pytest.mark.parametrize("page", [page for page in PAGES if scripts(page)], ids=name_of)
def test_the_scripts_of_a_page_end_as_it_says(page: Path, nobodys_machine: Path) -> None:
    environment = environment_with_tw(nobodys_machine)
    for block in scripts(page):
        done = subprocess.run(
            ["bash", "-euc", block.text], env=environment, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, timeout=4 * STUCK_SECONDS,
        )  # fmt: skip
        assert done.returncode == expected_exit(block), f"{name_of(page)}:{block.line}:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("package", ["tokenwise", "tokenwise_shell"])
def test_every_exported_name_is_documented(package: str) -> None:
    if not (ROOT / package / "__init__.py").exists():
        pytest.skip(f"{package} has no module yet")
    words = {
        word for page in PAGES for code in CODE.findall(page.read_text(encoding="utf-8")) for word in WORD.findall(code)
    }
    exported = getattr(importlib.import_module(package), "__all__", [])
    assert [name for name in exported if name not in words] == []


def without_blocks(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_lead_somewhere(page: Path) -> None:
    targets = [found["target"] for found in LINK.finditer(without_blocks(page))]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.slow  # fetches the generator once, and writes thirty pages
def test_the_pages_make_a_site_whose_links_and_anchors_all_lead_somewhere(tmp_path: Path) -> None:
    build = ["-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs/maintenance", "-d", str(tmp_path / "trees")]
    done = subprocess.run(
        [sys.executable, *build, "docs", str(tmp_path / "site")], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tools())}, timeout=20 * STUCK_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "tutorial.html").exists()

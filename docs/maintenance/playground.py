"""The playground as a folder that any static server can serve: `python docs/maintenance/playground.py OUT`.

The page, Pyodide as the lock in `tests/conformance/node` has it (fetched once, as for the tests), and a zip of the pure
core, of what reads journals, and of their pure dependencies as they are installed here. Nothing in it names an address.
"""

import shutil
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.conformance.fetching import node_modules  # noqa: E402 -- where the tests lie

HERE = ROOT / "docs" / "playground"
STYLE = ROOT / "tokenwise_shell" / "proxy" / "page" / "static"
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json", "README.md")
DEPENDENCIES = ("attr", "attrs", "cattrs", "typing_extensions")
OURS = ("tokenwise", "tokenwise_shell/codec")
ALSO = ("__init__.py", "plans/__init__.py", "plans/decision.py", "plans/pages.py")  # of the shell
SAME_TIME = (1980, 1, 1, 0, 0, 0)  # so that equal sources give equal bytes


def build(out: Path) -> None:
    """Write the whole folder; what else is in it stays."""
    (out / "pyodide").mkdir(parents=True, exist_ok=True)
    for file in (
        *HERE.glob("*.html"),
        *HERE.glob("*.css"),
        *HERE.glob("*.js"),
        STYLE / "page.css",
        STYLE / "elements.js",
    ):
        shutil.copy(file, out)
    for name in PYODIDE:
        shutil.copy(node_modules() / "node_modules" / "pyodide" / name, out / "pyodide")
    with zipfile.ZipFile(out / "core.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in sorted(packed()):
            archive.writestr(zipfile.ZipInfo(name, SAME_TIME), file.read_bytes(), zipfile.ZIP_DEFLATED)


def packed() -> Iterator[tuple[str, Path]]:
    """Each file of the zip: its name there, and where it is."""
    yield "playground.py", HERE / "playground.py"
    for name in ALSO:
        yield f"tokenwise_shell/{name}", ROOT / "tokenwise_shell" / name
    for name in OURS:
        yield from ((file.relative_to(ROOT).as_posix(), file) for file in (ROOT / name).rglob("*.py"))
    for name in DEPENDENCIES:
        found = find_spec(name)
        assert found is not None
        assert found.origin is not None
        origin = Path(found.origin)
        if origin.name != "__init__.py":
            yield origin.name, origin
            continue
        for file in origin.parent.rglob("*.py"):
            yield file.relative_to(origin.parent.parent).as_posix(), file


if __name__ == "__main__":
    build(Path(sys.argv[1]))

"""The core on another machine altogether: Pyodide's Python in WebAssembly, fetched once, under Node.

32 bits, another release of Python, no compiled package: what is decided there is what is decided here.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import attr
import attrs
import pytest

from tests.conformance.fetching import node_modules, unavailable

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STUCK_SECONDS = 300


@pytest.mark.slow  # Pyodide takes seconds to start
def test_the_core_decides_in_webassembly_as_it_does_here() -> None:
    if shutil.which("node") is None:
        unavailable("node is not installed")
    program, runner = HERE / "core_anywhere.py", shutil.copy(HERE / "on_pyodide.mjs", node_modules())
    packages = [ROOT / "tokenwise", *(Path(module.__file__).parent for module in (attr, attrs))]
    here, there = (
        json.loads(
            subprocess.run(
                command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
                timeout=STUCK_SECONDS,
            ).stdout
        )
        for command in ([sys.executable, program], ["node", runner, program, *packages])
    )  # fmt: skip
    assert (here["on"], there["on"]) == (sys.platform, "emscripten")
    assert (there["said"], there["hash"]) == (here["said"], here["hash"])

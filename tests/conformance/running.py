"""A vendor's own tests against an address, in a process of their own, and which of them passed."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
import trio
from attrs import frozen

from tests.conformance.fetching import suite, tools

# The suites set options for pytest-xdist, and the plugins of our own environment have no business there.
FLAGS = (
    "-q",
    "-rp",
    "--tb=no",
    "-o",
    "addopts=",
    "-p",
    "no:trio",
    "-p",
    "no:hypothesispytest",
    "-p",
    "no:cacheprovider",
)

# The suites of both clients name their models in the tests, and here and there in a list.
NAMED = re.compile(r'\bmodel="([^"]+)"')


@frozen
class Suite:
    """Test files of a client's source distribution. `base` is what its client expects after the origin."""

    client: str
    files: tuple[str, ...]
    base: str = ""
    plugins: tuple[str, ...] = ()

    @property
    def paths(self) -> list[Path]:
        return [suite(self.client) / "tests" / "api_resources" / name for name in self.files]

    @property
    def models(self) -> set[str]:
        """The models that the tests ask for."""
        return {name for path in self.paths for name in NAMED.findall(path.read_text())}

    async def passed(self, origin: str) -> set[str]:
        """The names of the tests that pass against this server."""
        flags = [*FLAGS, *(flag for plugin in self.plugins for flag in ("-p", plugin))]
        output = await in_process(
            [sys.executable, "-m", "pytest", *flags, *map(str, self.paths)],
            folder=suite(self.client),
            TEST_API_BASE_URL=origin + self.base,
        )
        return set(re.findall(r"^PASSED (\S+)", output, re.MULTILINE))


async def complied(origin: str, form: str, flags: Sequence[str] = ()) -> dict[str, str]:
    """What llm-comply makes of a server that speaks this format: the status of each of its tests by name."""
    code = "import sys; from llm_comply.cli import main; sys.exit(main())"
    asked = ["--json", "--format", form, "--base-url", f"{origin}/v1", "--api-key", "any", "--model", "model", *flags]
    output = await in_process([sys.executable, "-c", code, *asked], folder=tools())
    return {each["id"]: each["status"] for each in orjson.loads(output)["results"]}


async def in_process(command: list[str], *, folder: Path, **environ: str) -> str:
    """Run a command to its end, whatever that is, and give what it printed."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "HYPOTHESIS_"))}
    ran = await trio.run_process(
        command,
        cwd=folder,
        env={**known, "PYTHONPATH": str(tools()), **environ},
        capture_stdout=True,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return ran.stdout.decode()

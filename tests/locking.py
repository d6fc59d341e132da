"""`python -m tests.locking`: writes every lock anew from pyproject.toml and tools.in, and keeps the versions they have.

`--upgrade` takes the newest versions instead, `--upgrade-package NAME` those of one package. It needs uv, in this
environment or on the PATH. The locks pin by hash, for all platforms and versions of Python at once, are complete, so
that `pip install --no-deps` needs nothing beside them, and name no address, so that they install from any index.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
# What `tw` needs, and what builds it.
RUNTIME = ROOT / "requirements.txt"
# The same, every extra, and what checks and tests the project.
DEVELOPMENT = ROOT / "requirements-dev.txt"
# What a deployed proxy needs: the first, and the client of a store that several machines share.
DEPLOYED = ROOT / "docs" / "deploy" / "requirements.txt"
# What some tests fetch while they run, and the development environment must not hold.
TOOLS = ROOT / "tests" / "conformance" / "tools.txt"
# The oldest pip that came with a Python 3.11, and the newest.
PIPS = ROOT / "tests" / "pips.txt"
OLDEST_PIP = "pip==22.3"

COMPILE = ("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes")
BARE = ("--no-header", "--no-annotate", "--no-emit-index-url")


def main() -> None:
    """Write the locks, the development environment's first: the others take their versions from it."""
    flags = sys.argv[1:]
    builds = "\n".join(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["build-system"]["requires"])
    versions = ("--constraint", str(DEVELOPMENT))
    compiled(DEVELOPMENT, builds, str(PROJECT), "--all-extras", "--group", "dev", *flags)
    compiled(RUNTIME, builds, str(PROJECT), *versions)
    compiled(DEPLOYED, builds, str(PROJECT), "--extra", "redis", *versions)
    compiled(TOOLS, TOOLS.with_suffix(".in").read_text(encoding="utf-8"), *versions, *flags)
    installed = {name_of(block) for block in blocks(DEVELOPMENT)}
    TOOLS.write_text("".join(block for block in blocks(TOOLS) if name_of(block) not in installed), encoding="utf-8")
    compiled(PIPS, "pip", "--upgrade")
    newest = PIPS.read_text(encoding="utf-8")
    compiled(PIPS, OLDEST_PIP, "--upgrade")
    PIPS.write_text(PIPS.read_text(encoding="utf-8") + newest, encoding="utf-8")


def compiled(lock: Path, asked: str, *arguments: str) -> None:
    """Have uv choose versions for these requirements, and for those of the files among the arguments."""
    command = (*uv(), *COMPILE, *BARE, "--output-file", str(lock), "-", *arguments)
    subprocess.run(command, input=asked, cwd=ROOT, text=True, stdout=subprocess.DEVNULL, check=True)


def uv() -> tuple[str, ...]:
    if find_spec("uv"):
        return (sys.executable, "-m", "uv")
    if not (found := shutil.which("uv")):
        sys.exit("uv chooses the versions, and is not here: .venv/bin/pip install uv")
    return (found,)


def blocks(lock: Path) -> list[str]:
    """One requirement each, with its hashes."""
    text = lock.read_text(encoding="utf-8")
    return re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9#]|\Z)", text, re.MULTILINE | re.DOTALL)


def name_of(block: str) -> str:
    return re.split(r"[\[= ;]", block, maxsplit=1)[0].lower()


if __name__ == "__main__":
    main()

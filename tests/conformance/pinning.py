"""`python -m tests.conformance.pinning`: writes tools.txt from tools.in, less what requirements-dev.txt has already."""

import re
import subprocess
import sys

from tests.conformance.fetching import HERE, PINS, TOOLS


def main() -> None:
    """Have uv choose versions that go with those of the development environment, and keep what that lacks."""
    command = ("-m", "uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--no-annotate")
    versions = ("--universal", "--python-version", "3.11", "--constraint", str(PINS), str(HERE / "tools.in"))
    chosen = subprocess.run((sys.executable, *command, *versions), capture_output=True, text=True, check=True).stdout
    known = {name_of(block) for block in blocks(PINS.read_text())}
    TOOLS.write_text("".join(block for block in blocks(chosen) if name_of(block) not in known))


def blocks(requirements: str) -> list[str]:
    """One requirement each, with its hashes."""
    return re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9#]|\Z)", requirements, re.MULTILINE | re.DOTALL)


def name_of(block: str) -> str:
    return re.split(r"[\[= ;]", block, maxsplit=1)[0].lower()


if __name__ == "__main__":
    main()

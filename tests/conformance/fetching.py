"""The vendors' own tests, fetched once: the source distributions of the very clients that are installed here.

Everything comes from the package index that pip is configured for, is checked against the hashes of
requirements-dev.txt and tools.txt, and stays in a cache directory. Where it cannot be had, a build machine (`CI` is
set) fails, and a laptop skips the tests and says so.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PINS = HERE.parents[1] / "requirements-dev.txt"
TOOLS = HERE / "tools.txt"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tokenwise-conformance"


def tools() -> Path:
    """A directory to put on the path: what the suites import and we do not."""
    digest = hashlib.sha256(TOOLS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    target = CACHE / f"tools-{digest}"
    with having(target) as missing:
        if missing:
            pip("install", "--target", str(target), "--requirement", str(TOOLS))
    return target


def suite(client: str) -> Path:
    """The root of a client's source distribution, unpacked: its tests are below `tests`."""
    root, built_with = CACHE / f"{client}-{version(client)}", tools()
    with having(root) as missing:
        if missing:
            pins = CACHE / f"{root.name}.txt"
            pins.write_text(pinned(client))
            # pip reads a source's metadata by its build backend; in isolation it would fetch that anew each time.
            source = ("--no-binary", client, "--no-build-isolation", "--dest", str(CACHE), "--requirement", str(pins))
            pip("download", *source, PYTHONPATH=str(built_with))
            with tarfile.open(CACHE / f"{root.name}.tar.gz") as archive:
                archive.extractall(CACHE, filter="data")
    return root


def pinned(client: str) -> str:
    """The line of requirements-dev.txt for this client, with its hashes, of which one is the source's."""
    found = re.search(rf"^{client}==.*?(?=^\S|\Z)", PINS.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"{client} is not in {PINS.name}"
    return found[0]


@contextmanager
def having(place: Path) -> Iterator[bool]:
    """Whether this place must still be filled, while no other process does it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    done = place.with_name(f"{place.name}.done")
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = not done.exists()
        yield missing
        done.touch()


def pip(*arguments: str, **environ: str) -> None:
    """Run pip, without a second look at what is installed. Fails on a build machine, and skips elsewhere."""
    command = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    ran = subprocess.run(
        (*command, *arguments, "--no-deps", "--require-hashes"),
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        why = f"what the vendors test with cannot be fetched: {ran.stderr.strip()[-400:]}"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)

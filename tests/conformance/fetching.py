"""All that tests fetch while they run, once: the vendors' own tests, the tools that these need, wheels of the locks.

Everything comes from the package index that pip is configured for, is checked against the hashes of the locks, and
stays in a cache directory. The vendors' tests are those of the very clients that are installed here. Where something
cannot be had, a build machine (`CI` is set) fails, and a laptop skips the tests and says so.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

import pytest

from tests.locking import DEVELOPMENT, TOOLS, blocks, name_of

NODE = Path(__file__).parent / "node"
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
    """The client's part of the lock, with its hashes, of which one is the source's."""
    return next(block for block in blocks(DEVELOPMENT) if name_of(block) == client)


def node_modules() -> Path:
    """A folder with the clients in JavaScript that the lock in `node` names; a program finds them from there."""
    files = [NODE / name for name in ("package.json", "package-lock.json")]
    target = CACHE / f"node-{hashlib.sha256(b''.join(file.read_bytes() for file in files)).hexdigest()[:12]}"
    with having(target) as missing:
        if missing:
            target.mkdir(exist_ok=True)
            for file in files:
                shutil.copy(file, target)
            try:
                fetch("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=target)
            except FileNotFoundError:
                unavailable("npm is not installed")
    return target


def wheels(*locks: str) -> Path:
    """A directory that holds these locked packages, and others. Each lock may name a package once."""
    target = CACHE / "wheels"
    for lock in locks:
        digest = hashlib.sha256((lock + sys.version).encode()).hexdigest()[:12]
        with having(CACHE / f"wheels-{digest}") as missing:
            if missing:
                listed = CACHE / f"wheels-{digest}.txt"
                listed.write_text(lock)
                pip("download", "--only-binary", ":all:", "--dest", str(target), "--requirement", str(listed))
    return target


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
    fetch(*command, *arguments, "--no-deps", "--require-hashes", **environ)


def fetch(*command: str, folder: Path | None = None, **environ: str) -> None:
    """Run what fetches something. Fails on a build machine, and skips elsewhere."""
    ran = subprocess.run(
        command, env={**os.environ, **environ}, cwd=folder, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        unavailable(ran.stderr.strip()[-400:])


def unavailable(why: str) -> NoReturn:
    """Fail on a build machine, and skip elsewhere: what a test needs cannot be had."""
    why = f"what this test needs cannot be fetched: {why}"
    pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)

"""All that tests fetch while they run, once: the vendors' own tests, the tools that these need, wheels of the locks.

Everything comes from the package index that pip is configured for, is checked against the hashes of the locks, and
stays in a cache directory. The vendors' tests are those of the very clients that are installed here. Where something
cannot be had, a build machine (`CI` is set) fails, and a laptop skips the tests and says so.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.locking import DEVELOPMENT, TOOLS, blocks, name_of

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
    ran = subprocess.run(
        (*command, *arguments, "--no-deps", "--require-hashes"),
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        why = f"what this test needs cannot be fetched: {ran.stderr.strip()[-400:]}"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)

"""Files for their owner alone: they hold keys, prompts, or what was spent."""

import os
from pathlib import Path

__all__ = ["private", "write_private"]


def private(path: str, flags: int) -> int:
    """The opener of such a file, for `open`."""
    return os.open(path, flags, 0o600)


def write_private(path: Path, content: bytes) -> None:
    """Write such a file, in place of what it held. Raises OSError."""
    with open(path, "wb", opener=private) as file:
        file.write(content)

"""The one place where the shell reads the clock."""

import time

__all__ = ["wall_ms"]


def wall_ms() -> int:
    """Unix time in ms."""
    return time.time_ns() // 1_000_000

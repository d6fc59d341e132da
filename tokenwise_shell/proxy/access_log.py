"""A line of JSON per answered request, for whoever keeps such: when, what, how it ended. Never what was said in it."""

import os
from contextlib import suppress
from pathlib import Path

import orjson
from attrs import frozen

from tokenwise_shell.ledger.jsonl import iso
from tokenwise_shell.proxy.http.asgi import Answer, Request

__all__ = ["AccessLog"]


@frozen
class AccessLog:
    """A file that lines are appended to, each by one write, so that several processes may share it."""

    descriptor: int

    @classmethod
    def open(cls, path: Path) -> "AccessLog":
        """Open or create it, readable by its owner alone. Raises OSError."""
        return cls(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def note(self, request: Request, answer: Answer, *, at_ms: int, seconds: float) -> None:
        """Write the line of a request. A disk that takes nothing more is no reason to answer nobody.

        `request_id` is the run in the ledger, where key, models and cost stand. Status 0: the client left before an
        answer had begun. The path has no query, which may hold a key.
        """
        line = {
            "at": iso(at_ms),
            "method": request.method,
            "path": request.path,
            "status": answer.status,
            "ms": round(1000 * seconds, 1),
            "request_id": answer.extra.get("x-request-id", ""),
            "error": answer.error,
        }
        with suppress(OSError):
            os.write(self.descriptor, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

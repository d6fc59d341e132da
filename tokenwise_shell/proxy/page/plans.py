"""The newest plans that run or ran, by their journals, with where each step is by the ledger."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from tokenwise_shell.engine.recent import job_at_head
from tokenwise_shell.proxy.page.tail import Call, RunSeen

__all__ = ["plans_of"]

_MOST: Final = 3
_NO_CALL: Final = Call("", "", "", 0)


def plans_of(state_dir: Path, runs: Iterable[RunSeen]) -> list[dict[str, object]]:
    """The newest of these runs that have a plan of several steps, as what is drawn of them."""
    found: list[dict[str, object]] = []
    for seen in runs:
        if len(found) == _MOST:
            break
        job = job_at_head(state_dir, seen.run)
        if job is not None and len(job["plan"]["steps"]) > 1:
            found.append(_drawn(seen, job))
    return found


def _drawn(seen: RunSeen, job: Mapping[str, Any]) -> dict[str, object]:
    newest = {call.step: call for (run, _, _), call in seen.calls.items() if run == seen.run}
    spent = {step: sum(call.spent for call in seen.calls.values() if call.step == step) for step in newest}
    steps = []
    for step, choice in zip(job["plan"]["steps"], job["choices"], strict=True):
        call = newest.get(step["id"], _NO_CALL)
        steps.append(
            {
                "id": step["id"],
                "after": step["after"],
                "model": call.model or choice["model"],
                "state": seen.ends.get(step["id"]) or ("running" if call.held else "waiting"),
                "held_nano": call.held,
                "spent_nano": spent.get(step["id"], 0),
            }
        )
    return {"run": seen.run, "status": seen.status, "task": job["plan"]["task"], "steps": steps}

"""Other files as workloads: our ledger, our run journals, and wide tables of recorded outcomes.

What such a file cannot know is not guessed: a ledger has no words, so its requests come as general work of medium
difficulty, with the tokens that were counted and billed.
"""

import csv
import heapq
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from attrs import define, evolve

from tokenwise.budgets.limit import NONE
from tokenwise.errors import InputError, Problem
from tokenwise.routing.bid import Need
from tokenwise.simulation.tally import Tally, coarse
from tokenwise.simulation.workload import REQUEST, Asked
from tokenwise.usage import TokenCount
from tokenwise_shell.ledger.corrections import overrun_by, spent_by
from tokenwise_shell.ledger.jsonl import Line, ms_of
from tokenwise_shell.simulate.workload_lines import Manner, asked_of_line

__all__ = ["as_recorded", "from_journals", "from_ledger", "from_table"]

# After so long without an end a call is taken for one whose process died: it is passed on without its tokens.
_PATIENCE_MS: Final = 3_600_000

# The classes of a reported usage that make up the prompt.
_PROMPT: Final = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens")


# --- our ledger -------------------------------------------------------------------------------------------------------


@define
class _Call:
    """A step's first call in the ledger, which attempt it was, and whether its end has been seen."""

    asked: Asked
    attempt: int
    closed: bool = False


def from_ledger(lines: Iterable[Line]) -> Iterator[Asked]:
    """A request for each step's first call, in order of time; further attempts are what a policy would decide anew.

    That call may have any number: one that waited for a budget has asked before. `input_tokens` of the reservation is
    the bound; what was reported with the charge is how many there really were. Times count from the first reservation.
    The model that was called is a label; the session is the one that a limit of each `session` counted it under.
    Of runs that called nobody nothing is known: `as_recorded` counts them.
    """
    began: int | None = None
    calls: dict[tuple[str, str], _Call] = {}
    queue: list[tuple[int, str, str]] = []
    called: dict[str, set[str]] = {}
    for line in lines:
        kind, run = line.get("type"), str(line.get("run") or "")
        if kind == "finished":
            called.pop(run, None)
        if kind not in ("reserved", "charged", "abandoned") or not run:
            continue
        now_ms, step = ms_of(str(line["at"])), line["step"]
        if kind == "reserved" and step not in called.setdefault(run, set()):
            began = now_ms if began is None else began
            called[run].add(step)
            calls[run, step] = _Call(_reserved(line, max(0, now_ms - began)), line["attempt"])
            heapq.heappush(queue, (calls[run, step].asked.at_ms, run, step))
        elif kind != "reserved" and (call := calls.get((run, step))) and line["attempt"] == call.attempt:
            calls[run, step] = _Call(_charged(call.asked, line), call.attempt, closed=True)
        yield from _ready(queue, calls, now_ms - (began or now_ms))
    yield from (calls.pop((run, step)).asked for _, run, step in sorted(queue))


def _ready(queue: list[tuple[int, str, str]], calls: dict[tuple[str, str], _Call], now_ms: int) -> Iterator[Asked]:
    """The earliest calls as far as their ends are known, since requests have to come in order."""
    while queue:
        at_ms, run, step = queue[0]
        if not calls[run, step].closed and now_ms - at_ms < _PATIENCE_MS:
            return
        heapq.heappop(queue)
        yield calls.pop((run, step)).asked


def _reserved(line: Line, at_ms: int) -> Asked:
    bound = int(line["input_tokens"])
    return Asked(
        id=f"{line['run']}/{line['step']}",
        at_ms=at_ms,
        key=str(line.get("key", "")),
        labels=(f"model:{line['model']}",),
        input=TokenCount(-(-bound // 4), bound),
        max_output_tokens=max(1, int(line["max_output_tokens"])),
        session=_session(line),
    )


def _session(line: Line) -> str:
    """The conversation that a limit of each `session` has counted this under; "" where there is none."""
    session = str(line.get("each", {}).get("session", NONE))
    return session if session != NONE and line["step"] == REQUEST.steps[0].id else ""


def _charged(asked: Asked, line: Line) -> Asked:
    usage = line.get("usage")
    if not isinstance(usage, dict):
        return asked
    real = sum(int(usage.get(name, 0)) for name in _PROMPT)
    known = TokenCount(real, max(real, asked.input.bound))
    said = int(usage.get("output_tokens", 0)) - int(usage.get("reasoning_tokens", 0))
    return evolve(asked, input=known, output_tokens=max(1, said))


def as_recorded(lines: Iterable[Line]) -> Tally:
    """What the ledger itself says of its requests: every line that costs counts, corrections and abandoned calls too.

    A request is a step that called somebody, or a run that called nobody (`refused`, say), which no policy is tried on.
    Times are those of the clock, from a step's first reservation to its last charge. Of quality nothing is recorded.
    """
    tally = Tally()
    under_way: dict[str, dict[str, _Past]] = {}
    for line in lines:
        kind, run = line.get("type"), str(line.get("run") or "")
        if not run or kind not in ("reserved", "charged", "abandoned", "corrected", "overran", "finished"):
            continue
        tally.sums["overrun_nano",] += overrun_by(line)
        if kind == "finished":
            _conclude(tally, run, under_way.pop(run, {}), str(line["status"]))
        if kind in ("finished", "overran"):
            continue
        tally.sums["spent_nano",] += (cost := spent_by(line))
        if kind == "reserved":
            under_way.setdefault(run, {}).setdefault(line["step"], _Past(ms_of(str(line["at"]))))
            continue
        tally.sums["model", line["model"], "spent_nano"] += cost
        if kind == "corrected":
            continue
        tally.sums["calls",] += 1
        tally.sums["model", line["model"], "calls"] += 1
        tally.sums["provider", line["provider"], "calls"] += 1
        if line.get("outcome") != "ok":
            tally.sums["wasted_nano",] += cost
        if past := under_way.get(run, {}).get(line["step"]):
            past.ends_ms, past.spent = ms_of(str(line["at"])), past.spent + cost
    for run, steps in under_way.items():
        _conclude(tally, run, steps, "unfinished")
    return tally


@define
class _Past:
    """What a step has come to so far."""

    begun_ms: int
    ends_ms: int = 0
    spent: int = 0


def _conclude(tally: Tally, run: str, steps: Mapping[str, _Past], status: str) -> None:
    tally.sums["requests",] += max(1, len(steps))
    tally.sums["outcome", status] += max(1, len(steps))
    if not steps:
        tally.sums["uncalled",] += 1
    for step, past in steps.items():
        tally.spread("cost_nano", coarse(past.spent))
        tally.peak(("cost_nano",), past.spent, f"{run}/{step}")
        if status == "completed":
            took_ms = past.ends_ms - past.begun_ms
            tally.spread("latency_ms", coarse(took_ms))
            tally.peak(("latency_ms",), took_ms, f"{run}/{step}")


# --- our journals -----------------------------------------------------------------------------------------------------


def from_journals(folder: Path) -> Iterator[Asked]:
    """The jobs of a folder of run journals (`runs/` of the state directory), in order of their start.

    Each has its plan or its need in full, so this loses less than the ledger. Raises InputError for a folder of none.
    """
    heads = sorted(_heads(folder), key=lambda head: (head["at_ms"], str(head["job"].get("id"))))
    if not heads:
        raise InputError(Problem(str(folder), "has no run journals; expected files such as 01m7zw0h9364s36d1n.jsonl"))
    yield from (_job(head, head["at_ms"] - heads[0]["at_ms"]) for head in heads)


def _heads(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open("rb") as file:
            first = file.readline()
        try:
            head = orjson.loads(first)
        except orjson.JSONDecodeError:
            continue  # torn before it had begun
        if isinstance(head, dict) and head.get("type") == "job" and isinstance(head.get("job"), dict):
            yield head


def _job(head: dict[str, Any], at_ms: int) -> Asked:
    from tokenwise_shell.codec.messages import from_json  # cattrs, which no other workload needs
    from tokenwise_shell.plans.codec import plan_from_json

    job = head["job"]
    asked = Asked(id=str(job["id"]), at_ms=at_ms, limit=job.get("limit_nano"), judged=bool(job.get("judged", True)))
    if job.get("request") is None:
        return evolve(asked, plan=plan_from_json(job["plan"], f"{asked.id}: plan").plan)
    need = from_json(Need, job["request"], f"{asked.id}: request")
    return evolve(
        asked,
        input=need.input,
        capabilities=need.wanted,
        guessed=bool(need.likely),
        difficulty=need.difficulty,
        max_output_tokens=need.max_output_tokens,
        features=need.features,
        model=need.model,
    )


# --- tables -----------------------------------------------------------------------------------------------------------

_PROMPTS: Final = ("prompt", "question", "input")
_IDS: Final = ("id", "sample_id", "question_id")
_LABELS: Final = ("eval_name", "bench", "dataset", "subject", "group", "category")


def from_table(path: Path, manner: Manner) -> Iterator[Asked]:
    """The rows of a CSV table with a prompt and one column of scores per model, as RouterBench and RouteLLM have them.

    A score is True, False or a number from 0 to 1. Columns named `MODEL|…` (costs, responses) are not scores.
    """
    csv.field_size_limit(2**24)  # a prompt may be a document
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        names = rows.fieldnames or ()
        prompt = next((name for name in _PROMPTS if name in names), None)
        if prompt is None:
            raise InputError(Problem(str(path), f"no column of prompts; expected one of {', '.join(_PROMPTS)}"))
        for number, row in enumerate(rows):
            yield asked_of_line(_row(row, number, prompt), number, manner)


def _row(row: Mapping[str, Any], number: int, prompt: str) -> dict[str, object]:
    known = {prompt, *_IDS, *_LABELS}
    scores = {name: _score(text) for name, text in row.items() if name and name not in known and "|" not in name}
    return {
        "id": next((row[name] for name in _IDS if row.get(name)), f"r{number}"),
        "prompt": row[prompt],
        "labels": [row[name] for name in _LABELS if row.get(name)],
        "outcomes": {name: score for name, score in scores.items() if score is not None},
    }


def _score(text: object) -> float | None:
    words = {"true": 1.0, "false": 0.0}
    try:
        score = words.get(str(text).strip().lower())
        score = float(str(text)) if score is None else score
    except ValueError:
        return None
    return score if 0 <= score <= 1 else None

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

from tokenwise.errors import InputError, Problem
from tokenwise.routing.bid import Need
from tokenwise.simulation.workload import Asked
from tokenwise.usage import TokenCount
from tokenwise_shell.ledger.jsonl import Line, ms_of
from tokenwise_shell.simulate.workload_lines import Manner, asked_of_line

__all__ = ["from_journals", "from_ledger", "from_table"]

# After so long without an end a call is taken for one whose process died: it is passed on without its tokens.
_PATIENCE_MS: Final = 3_600_000


# --- our ledger -------------------------------------------------------------------------------------------------------


@define
class _Call:
    """A step's first call in the ledger, and whether its end has been seen."""

    asked: Asked
    closed: bool = False


def from_ledger(lines: Iterable[Line]) -> Iterator[Asked]:
    """A request for each step's first call, in order of time; further attempts are what a policy would decide anew.

    `input_tokens` of the reservation is the bound; what was reported with the charge is how many there really were.
    Times count from the first reservation. The model that was called is a label.
    """
    began: int | None = None
    calls: dict[tuple[str, str], _Call] = {}
    queue: list[tuple[int, str, str]] = []
    for line in lines:
        if line.get("type") not in ("reserved", "charged", "abandoned") or not line.get("run"):
            continue
        now_ms = ms_of(str(line["at"]))
        place = (line["run"], line["step"])
        if line["type"] == "reserved" and line["attempt"] == 0:
            began = now_ms if began is None else began
            calls[place] = _Call(_reserved(line, max(0, now_ms - began)))
            heapq.heappush(queue, (calls[place].asked.at_ms, *place))
        elif line["attempt"] == 0 and place in calls:
            calls[place] = _Call(_charged(calls[place].asked, line), closed=True)
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
    )


def _charged(asked: Asked, line: Line) -> Asked:
    usage = line.get("usage")
    if not isinstance(usage, dict):
        return asked
    real = sum(int(usage.get(name, 0)) for name in ("input_tokens", "cache_read_tokens", "cache_write_tokens"))
    known = TokenCount(real, max(real, asked.input.bound))
    return evolve(asked, input=known, output_tokens=max(1, int(usage.get("output_tokens", 0))))


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

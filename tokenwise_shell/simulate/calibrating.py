"""What `tw calibrate` reads: requests with their numbers, and what became of them, from a workload or from the log.

    {"prompt" or "messages": …, "outcomes": {model: score}}      both models known: `--cheap` and `--strong` name them,
                                                                or the row's own `pair`; scores from 0 to 1, as `q` too
    {"prompt" or "messages": …, "rating": score}                what the cheap model's answer was worth
    … "answers": {model: text or hash}, "cost_usd": {model: …}  beside `outcomes`: whose answers agree, and at what cost
    {"type": "described" …}, {"type": "rated" …}                the log that is kept beside the ledger

An answer of a run that went on to a stronger model because of it was bad, rated or not; a cascade's was not accepted.
"""

import gzip
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import orjson
from attrs import frozen

from tokenwise.calibration.accepting import Compared
from tokenwise.calibration.evidence import Outcome
from tokenwise.errors import InputError, Problem
from tokenwise.faults import RULES, Fault
from tokenwise.policy import Policy
from tokenwise.prompt import Message, Role
from tokenwise.routing.bid import Need
from tokenwise.routing.request import expected_output
from tokenwise.scenario.detector import detect
from tokenwise.scenario.numbers import NUMBERS, numbers_of
from tokenwise.traits import Capability
from tokenwise.usage import TokenCount, count_messages
from tokenwise_shell.ledger.jsonl import Line, unheard
from tokenwise_shell.ledger.segments import read_ledger
from tokenwise_shell.plans.outcomes import KEEP_NUMBERS, logged

__all__ = ["Pair", "Seen", "kind_of", "need_at", "outcomes_of", "read_seen"]

_FLAGSHIP: Final = "flagship"


@frozen
class Pair:
    """The models whose outcomes count: the cheap one's answers, and what the strong one would have won. "" is open."""

    cheap: str = ""
    strong: str = ""


@frozen
class Seen:
    """A request: its numbers, its tokens, and what became of it, None where nobody knows.

    `compared` are the answers of several models; `accepted` is whether a cascade took its cheap answer.
    """

    numbers: tuple[float, ...]
    input: TokenCount
    outcome: Outcome | None
    compared: Compared | None = None
    accepted: bool | None = None

    @property
    def kind(self) -> Capability:
        """What the request needs, by its numbers."""
        return kind_of(self.numbers)


def kind_of(numbers: Sequence[float]) -> Capability:
    """What a request with these numbers needs."""
    told = dict(zip(NUMBERS, numbers, strict=True))
    found = Capability(0)
    for kind in Capability:
        if told.get(kind.names[0]):
            found |= kind
    return found or Capability.GENERAL


def read_seen(path: Path, pair: Pair, *, ledger: Path | None = None) -> tuple[Seen, ...]:
    """The requests of a workload or a log, in order. Raises InputError for what is neither, and OSError."""
    lines = tuple(_lines(path)) if ledger is None or path.exists() else ()
    if any(line.get("type") == "described" for line in lines):
        return tuple(_of_log(path, frozenset(_unusable(ledger)) if ledger and ledger.exists() else frozenset()))
    if ledger is not None:
        raise InputError(Problem(str(path), f"has no request's numbers yet: {KEEP_NUMBERS}; or name a WORKLOAD file"))
    found = tuple(_of_row(f"{path}: line {number}", line, pair) for number, line in enumerate(lines, 1))
    if not found:
        raise InputError(Problem(str(path), "has no requests; expected one JSON object a line"))
    return found


def _lines(path: Path) -> Iterator[Line]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                line = orjson.loads(raw) if raw.strip() else None
            except orjson.JSONDecodeError as error:
                raise InputError(Problem(f"{path}: line {number}", f"is not JSON: {error}")) from None
            if isinstance(line, dict):
                yield line


def need_at(seen: Seen, difficulty: float, policy: Policy) -> Need:
    """What this request needs if it is so difficult."""
    longest = policy.default_output_tokens
    # The length of an answer follows from what its words say, whatever they are worth.
    likely = min(longest, expected_output(seen.numbers[NUMBERS.index("difficulty")]))
    return Need(Capability(0), seen.input, longest, likely, difficulty, open_ended=True)


def _of_log(path: Path, unusable: frozenset[str]) -> Iterator[Seen]:
    for one in logged(path):
        numbers = tuple(one.numbers.get(name, 0.0) for name in NUMBERS)
        fell = one.good is False if one.step else one.run in unusable
        bad = True if fell else None if one.good is None else not one.good
        outcome = None if bad is None or one.tier == _FLAGSHIP else Outcome(numbers, float(bad))
        accepted = not fell if one.tried else None
        yield Seen(numbers, TokenCount(one.input_tokens, 4 * one.input_tokens), outcome, accepted=accepted)


def _unusable(ledger: Path) -> Iterator[str]:
    """Runs whose first answer could not be used: the step went on to another model, and not because of a seat."""
    for line in read_ledger(ledger, unheard):
        if line.get("type") == "escalated" and _of_answer(str(line.get("why"))):
            yield str(line["run"])


def _of_answer(why: str) -> bool:
    known = {fault.value for fault in Fault if not RULES[fault].of_seat} - {Fault.CONTEXT_TOO_LONG.value}
    return why in known


def _of_row(place: str, line: Line, pair: Pair) -> Seen:
    words = line.get("prompt", line.get("messages"))
    if isinstance(words, str):
        said: str | tuple[Message, ...] = words
    elif isinstance(words, list) and words:
        said = tuple(_turn(place, turn) for turn in words)
    else:
        raise InputError(Problem(place, "expected `prompt` or `messages`, and `outcomes` or `rating`"))
    texts = (said,) if isinstance(said, str) else tuple(message.text for message in said)
    numbers = numbers_of(said, detect(said))
    outcome, compared = _outcome(place, line, numbers, pair), _compared(place, line, numbers)
    return Seen(numbers, count_messages(texts), outcome, compared)


def _compared(place: str, line: Line, numbers: tuple[float, ...]) -> Compared | None:
    answers, costs, scores = (line.get(name) for name in ("answers", "cost_usd", "outcomes"))
    if answers is None or costs is None or scores is None:
        return None
    if not all(isinstance(table, dict) for table in (answers, costs, scores)):
        raise InputError(Problem(place, "expected `answers`, `cost_usd` and `outcomes` by model"))
    return Compared(
        kind=kind_of(numbers),
        answers={model: str(answer or "") for model, answer in answers.items()},
        scores={model: _score(f"{place}: {model}", score) for model, score in scores.items()},
        costs={model: _cost(f"{place}: {model}", cost) for model, cost in costs.items()},
    )


def _cost(place: str, raw: object) -> float:
    if not isinstance(raw, int | float) or not 0 <= raw < math.inf:
        raise InputError(Problem(place, "expected a cost in US dollars"))
    return float(raw)


def _turn(place: str, turn: object) -> Message:
    if isinstance(turn, dict) and isinstance(turn.get("content"), str) and turn.get("role") in _ROLES:
        return Message(_ROLES[turn["role"]], turn["content"])
    raise InputError(Problem(place, "expected messages of `role` and a `content` of text"))


_ROLES: Final = {role.value: role for role in Role}


def _outcome(place: str, line: Line, numbers: tuple[float, ...], pair: Pair) -> Outcome | None:
    if "rating" in line:
        return Outcome(numbers, 1.0 - _score(f"{place}: rating", line["rating"]))
    scores = line.get("outcomes", line.get("q"))
    if not isinstance(scores, dict) or not scores:
        return None
    cheap, strong = _named(place, line, scores, pair)
    weak = _score(f"{place}: {cheap}", scores[cheap])
    gain = _score(f"{place}: {strong}", scores[strong]) - weak if strong in scores else None
    return Outcome(numbers, 1.0 - weak, gain)


def _named(place: str, line: Line, scores: Mapping[str, object], pair: Pair) -> tuple[str, str]:
    stated = line.get("pair")
    own = tuple(map(str, stated)) if isinstance(stated, list) and len(stated) == 2 else ("", "")
    cheap, strong = pair.cheap or own[0], pair.strong or own[1]
    if not cheap and len(scores) == 1:
        cheap = next(iter(scores))
    if cheap not in scores:
        raise InputError(Problem(place, "has no outcome of the cheap model; name it with --cheap and --strong"))
    return cheap, strong


def _score(place: str, raw: object) -> float:
    if isinstance(raw, dict):
        raw = raw.get("quality")
    if not isinstance(raw, int | float) or not 0 <= raw <= 1:
        raise InputError(Problem(place, "expected a score from 0 to 1"))
    return float(raw)


def outcomes_of(seen: Iterable[Seen]) -> tuple[Outcome, ...]:
    """What is known of them."""
    return tuple(one.outcome for one in seen if one.outcome)

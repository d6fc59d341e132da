"""Scenario: what kinds of work a request is, how hard it is, and what in its text says so.

An additive score: every feature of a text (see `scenario_features`) and every known word gives points to each
capability and to difficulty, and the points of the messages are added by how much each message counts. All arithmetic
is on integers, so every machine and every Python version gives the same answer. Which model follows from it is for
`route` to decide.

The whole conversation is the input. The last request of the user counts most, but only as far as it says anything:
"ok, go on" has few words, and what it does not use of its share passes to the request before it. The system prompt, the
assistant's last turn and the last tool result count a sixteenth each, so an agent's loop that ends in a tool's "ok" is
as hard as the task that began it.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from operator import mul
from typing import Final, NamedTuple

from attrs import Factory, field, frozen

from tokenwise.prompt import Message, Role
from tokenwise.scenario.blocks import is_context
from tokenwise.scenario.features import Reading, known, read
from tokenwise.scenario.vocabulary import Vocabulary
from tokenwise.scenario.weights import BASE, DAMPING, FEATURE_POINTS, Points, points_of, word_rows
from tokenwise.traits import Capability

__all__ = ["MAX_REQUESTS", "MAX_SIGNALS", "Complexity", "Scenario", "Signal", "detect"]

MAX_SIGNALS: Final = 8
"""Signals kept in a scenario: as many as a person reads."""

# The order of the first four points in a row of `scenario_weights`.
_ORDER: Final = (Capability.GENERAL, Capability.CODE, Capability.MATH, Capability.REASONING)

# A capability this close to the strongest and this far ahead of GENERAL, in hundredths of a log-odd, is needed as well.
# So one in fifty prompts of benchmarks that were not learned from gets a second one; nearly all of these need only one.
_MARGIN: Final = 350
_AHEAD: Final = 800

# Shares are in 256ths. A request of n words keeps n / (n + 5) of what is left and passes on the rest.
_WHOLE: Final = 256
_PATIENCE: Final = 5
_BACKGROUND: Final = _WHOLE // 16

MAX_REQUESTS: Final = 6
"""Requests of the user that are read, newest first; of everybody else, what was said last is."""

_FINE: Final = 1024
_UNIT: Final = _WHOLE * _FINE
_AUDIBLE: Final = 10  # a tenth of a log-odd: below it an observation explains nothing

_MODERATE, _COMPLEX = 1 / 3, 2 / 3


class Complexity(enum.Enum):
    """Difficulty in three words: simple below 1/3, complex from 2/3, moderate between."""

    SIMPLE = "simple"
    MODERATE = "moderate"
    COMPLEX = "complex"


@frozen
class Signal:
    """One observation that moved the score: its name, and the points it gave (positive for, negative against)."""

    name: str
    capability: Capability
    points: float


def _first(scenario: "Scenario") -> Capability:
    return next(iter(scenario.capabilities))


@frozen
class Scenario:
    """What a request needs: one or several capabilities, how hard it is (0 trivial … 1 very hard), and why.

    `capabilities` is GENERAL alone, or whatever of CODE, REASONING and MATH is needed. `primary` is the one with most
    points.
    """

    capabilities: Capability
    difficulty: float = field()
    _readings: "Sequence[tuple[int, _Weighed]]" = field(default=(), eq=False, repr=False)
    primary: Capability = Factory(_first, takes_self=True)

    @difficulty.validator
    def _is_share(self, _: object, value: float) -> None:
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"difficulty is {value}; expected 0 to 1")

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """The strongest observations for and against `primary`, in hundredths of a log-odd. Worked out on demand."""
        return _signals(self._readings, _ORDER.index(self.primary))

    @property
    def complexity(self) -> Complexity:
        """Difficulty in one word."""
        if self.difficulty < _MODERATE:
            return Complexity.SIMPLE
        return Complexity.MODERATE if self.difficulty < _COMPLEX else Complexity.COMPLEX


class _Said(bytes):
    """The digest of a text to be read, with its words. It forgets them then: what people said is not kept."""

    text: str


def _said(text: str) -> _Said:
    said = _Said(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest())
    said.text = text
    return said


class _Weighed(NamedTuple):
    """What is known of a text: what it shows, and its points, packed.

    All points are in 1,024ths, so that words can be damped by the text's length without unpacking their sum.
    """

    reading: Reading
    packed: int


_NOTHING: Final = Scenario(Capability.GENERAL, 0.0)


def detect(conversation: str | Sequence[Message]) -> Scenario:
    """Say what a request needs. A text is read as one user message. Never fails; an empty text is simple GENERAL work.

    Greetings, thanks, signatures, context blocks and wishes for the form of the answer change nothing. Of what is asked
    the first 1,000 and the last 500 characters are read, and at most six requests, newest first.

    >>> detect("Prove the Cayley-Hamilton theorem over a ring").complexity.value
    'complex'
    """
    if isinstance(conversation, str) or len(conversation) == 1:
        # What is said alone is seldom said again, so that it is not kept.
        alone = _weigh(conversation if isinstance(conversation, str) else _asked(conversation[0]))
        readings: Sequence[tuple[int, _Weighed]] = ((_WHOLE, alone),)
        packed = _WHOLE * alone.packed
    else:
        readings = tuple(_shared(conversation))
        packed = sum([share * weighed.packed for share, weighed in readings])
    if not readings[0][1].reading.levels and not [each for _, each in readings if each.reading.levels]:
        return _NOTHING
    raised = packed + _RAISED
    *totals, hardness = [(raised >> shift & _MASK) - _LOWERED for shift in _UNITS]
    best = totals.index(max(totals))
    difficulty = min(max(hardness, 0), 1000) / 1000
    return Scenario(_needed(totals, best), difficulty, readings, _ORDER[best])


def _needed(totals: Sequence[int], best: int) -> Capability:
    """The strongest capability, and whatever comes close to it and is far above GENERAL."""
    needed: Capability = _ORDER[best]
    floor = max(totals[best] - _MARGIN, totals[0] + _AHEAD)
    if sorted(totals)[-2] < floor:  # nearly always
        return needed
    for kind, points in zip(_ORDER, totals, strict=True):
        if points >= floor and kind is not needed:
            needed |= kind
    return needed


def _shared(messages: Sequence[Message]) -> Iterator[tuple[int, _Weighed]]:
    """The user's requests newest first with their shares, then the background; without a user, all are requests.

    Behind a request that asks nothing stands no background: a greeting is a greeting whoever it is said to.
    """
    spoken = [message for message in messages if message.text and not message.text.isspace()]
    asking = [message for message in spoken if message.role is Role.USER]
    requests = [_asked(message) for message in reversed((asking or spoken)[-MAX_REQUESTS:])]
    readings = list(_shares([_read(_said(text)) for text in requests or [""]]))
    yield from readings
    if asking and any(weighed.reading.levels for _, weighed in readings):
        last = {message.role: message.text for message in spoken if message.role is not Role.USER}
        yield from ((_BACKGROUND, _read(_said(text))) for text in last.values())


def _asked(message: Message) -> str:
    """The last block of a message that is not context; what a client puts before and behind it is background."""
    if not message.blocks:
        return message.text
    ends = (*message.blocks[1:], len(message.text))
    blocks = [message.text[start:end] for start, end in zip(message.blocks, ends, strict=False)]
    return next((block for block in reversed(blocks) if not is_context(block)), message.text)


def _shares(newest_first: Sequence[_Weighed]) -> Iterator[tuple[int, _Weighed]]:
    """Requests with their shares. What the oldest one read leaves over is its own, so shares always sum to a whole."""
    left = _WHOLE
    for place, weighed in enumerate(newest_first, start=1):
        size = weighed.reading.size
        share = left if place == len(newest_first) else left * size // (size + _PATIENCE)
        yield share, weighed
        left -= share


# Five signed sums at once: a row of points is packed into one integer, 40 bits a column, so that adding two rows is one
# addition. No sum comes near 2 ** 39: the rows of a text sum to less than 2 ** 17, and a unit is 2 ** 18.
_COLUMN: Final = 40
_SHIFTS: Final = tuple(_COLUMN * place for place in range(len(BASE)))
_UNITS: Final = tuple(shift + _UNIT.bit_length() - 1 for shift in _SHIFTS)
_MASK: Final = (1 << _COLUMN) // _UNIT - 1
_LOWERED: Final = (_MASK + 1) // 2
_RAISED: Final = sum((base + _LOWERED) * _UNIT << shift for base, shift in zip(BASE, _SHIFTS, strict=True))


def _pack(points: Points) -> int:
    return sum(value << shift for value, shift in zip(points, _SHIFTS, strict=True))


@cache
def _tables() -> tuple[Mapping[str, int], Vocabulary]:
    """The packed points of features at one level, and of words. Made when first asked for: it takes milliseconds."""
    features = {name: _pack(points) for name, points in FEATURE_POINTS.items()}
    return features, known(_packed_words())


def _packed_words() -> Mapping[str, int]:
    """`_pack(points_of(row))` for each word's row, which is linear in what its four characters stand for."""
    a, b, c, d = [_pack(points_of(row)) for row in (b"POOO", b"OPOO", b"OOPO", b"OOOP")]
    none = ord("O") * (a + b + c + d)
    return {word: row[0] * a + row[1] * b + row[2] * c + row[3] * d - none for word, row in _word_rows().items()}


_word_rows: Final = cache(word_rows)


# A conversation comes again with each of its turns, of which a few are read each time and one is new.
@lru_cache(maxsize=256)
def _read(said: _Said) -> _Weighed:
    weighed = _weigh(said.text)
    said.text = ""
    return weighed


def _weigh(text: str) -> _Weighed:
    features, vocabulary = _tables()
    reading = read(text, vocabulary)
    shown = sum(map(mul, map(features.__getitem__, reading.levels), reading.levels.values()))
    return _Weighed(reading, shown * _FINE + reading.worth * _damping(reading.size))


def _damping(size: int) -> int:
    return _FINE * DAMPING // (DAMPING + size)


def _signals(readings: Iterable[tuple[int, _Weighed]], column: int) -> tuple[Signal, ...]:
    heard = [signal for share, weighed in readings for signal in _heard(share, weighed.reading, column)]
    heard.sort(reverse=True)
    return tuple([Signal(name, _ORDER[column], points) for _, name, points in heard[:MAX_SIGNALS]])


def _heard(share: int, reading: Reading, column: int) -> Iterator[tuple[int, str, int]]:
    """Weight, name and points of every observation that is worth telling."""
    for name, level in reading.levels.items():
        points = FEATURE_POINTS[name][column] * level * share // _WHOLE
        if abs(points) >= _AUDIBLE:
            yield abs(points), name, points
    weight = share * _damping(reading.size)
    for word in reading.terms & _word_rows().keys():
        points = points_of(_word_rows()[word])[column] * weight // _UNIT
        if abs(points) >= _AUDIBLE:
            yield abs(points), f'"{word}"', points

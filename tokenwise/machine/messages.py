"""What the machine hears and what it asks for: events in the past tense, commands in the imperative. Closed unions.

The contract with a driver: every Reserve, CallModel and Wait is answered by exactly one event, unless it was abandoned
or settled first; commands are performed in order, and none of them blocks; late answers may still be delivered and are
ignored. Times are integer milliseconds on the driver's clock.

One word goes through five modules, each in the form of what it is there: `Reserve` asks for money (a command), the step
is `Reserving` (a state of `run`), `Reserved` or `ReserveRefused` answers (events), and what the books then say is a
`Reservation` (an entry of the ledger).
"""

from attrs import frozen

from tokenwise.budgets.ledger import Entry
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.money import Nanodollars
from tokenwise.plan import Check
from tokenwise.prompt import Message
from tokenwise.routing.health import Seat
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage

__all__ = [
    "AbandonCall",
    "CallFailed",
    "CallModel",
    "CallSucceeded",
    "Cancelled",
    "Command",
    "Event",
    "Finish",
    "FirstToken",
    "Left",
    "Lost",
    "ModelsCooling",
    "Record",
    "Reserve",
    "ReserveRefused",
    "Reserved",
    "Settle",
    "Wait",
    "Woke",
    "call_ended",
]


@frozen
class Reserved:
    """The money for this attempt is held in every budget that applies."""

    attempt: AttemptId
    at_ms: int


@frozen
class ReserveRefused:
    """A budget outside the run would not hold it: what the tightest one has left, and what others hold there.

    `models` is the glob of those that it limits, "" where it limits all. Where it `pauses`, somebody may raise it.
    `whole` is all of that budget, None where that is not known.
    """

    attempt: AttemptId
    at_ms: int
    available: Nanodollars
    held: Nanodollars
    models: str = ""
    pauses: bool = False
    whole: Nanodollars | None = None


@frozen
class FirstToken:
    """Output has reached the client. From here on nobody else may be asked: text is out."""

    attempt: AttemptId
    at_ms: int


@frozen
class CallSucceeded:
    """A whole reply arrived. Whether it is acceptable is still open."""

    attempt: AttemptId
    at_ms: int
    reply: Reply


@frozen
class CallFailed:
    """No whole reply. `usage` is what the provider reported all the same; None is not zero."""

    attempt: AttemptId
    at_ms: int
    fault: Fault
    message: str = ""
    usage: Usage | None = None
    retry_after_ms: int | None = None
    reported_cost: Nanodollars | None = None
    notice: str = ""
    tier: str = ""
    hosted: tuple[tuple[str, int], ...] | None = None


@frozen
class Lost:
    """The process that had this attempt in hand is dead. The ledger has closed its reservation, if there was one.

    Delivered when a run is resumed, once for every step that was reserving, calling or streaming. `cost` is what the
    ledger has booked for the attempt; where it is None, a call counts in full, and a reserve as never answered.
    """

    attempt: AttemptId
    at_ms: int
    cost: Nanodollars | None = None


@frozen
class Woke:
    """The pause before a retry is over."""

    attempt: AttemptId
    at_ms: int


@frozen
class ModelsCooling:
    """These seats are to be left alone, each until its time. The whole list, not a difference."""

    at_ms: int
    until_ms: tuple[tuple[Seat, int], ...]


@frozen
class Left:
    """What is known of a call whose answer nobody waits for any more: one that is still `unsent`, or a stream.

    At most `said_tokens` were heard, the last of them `silent_ms` ago, or else the call was made then. `stops` says
    that this provider makes and bills no more once it notices, `quiet` that the model was told not to think,
    `thought` that it did, for all that was heard. `counted` is what was counted so far, its input at least, if the
    provider has said so.
    """

    attempt: AttemptId
    said_tokens: int
    silent_ms: int
    stops: bool = False
    quiet: bool = False
    thought: bool = False
    unsent: bool = False
    counted: Usage | None = None


@frozen
class Cancelled:
    """The run is no longer wanted. `left` are those of its calls of which more is known than that they were made."""

    at_ms: int
    left: tuple[Left, ...] = ()


Event = Reserved | ReserveRefused | FirstToken | CallSucceeded | CallFailed | Lost | Woke | ModelsCooling | Cancelled


@frozen
class Reserve:
    """Hold this much for an attempt at this model, if it is at most one part in `share` of what each has left.

    Where it is `patient`, hold it as soon as somebody has raised the limit that refused it, or refuse it once more.
    """

    attempt: AttemptId
    amount: Nanodollars
    share: int = 1
    model: str = ""
    patient: bool = False


@frozen
class CallModel:
    """Send the request. `prompt` is None where it arrived already written, and the driver has it.

    `reply_format` is JSON or a JSON schema where the model's interface takes it; the reply is judged by `checks`. One
    that is `held` must not reach a client before the run has ended well. `beside` is an answer that the reply is to be
    compared with: the driver says in `Reply.agrees` whether the two say the same.
    """

    attempt: AttemptId
    model: str
    provider: str
    native_id: str
    prompt: tuple[Message, ...] | None
    checks: tuple[Check, ...]
    input_tokens: int
    max_output_tokens: int
    timeout_ms: int
    reply_format: Check | None = None
    held: bool = False
    beside: str | None = None


@frozen
class AbandonCall:
    """Stop the call; its answer no longer matters."""

    attempt: AttemptId


@frozen
class Wait:
    """Wake the attempt after this pause."""

    attempt: AttemptId
    ms: int


@frozen
class Settle:
    """Close the attempt's hold at this cost. Where its Reserve is still unanswered, this withdraws it."""

    attempt: AttemptId
    cost: Nanodollars


@frozen
class Record:
    """Append this entry to the books, in order, before any later CallModel is performed."""

    entry: Entry


@frozen
class Finish:
    """The run is over. `outcomes` are (step, outcome) in plan order."""

    status: str
    outcomes: tuple[tuple[str, str], ...]
    spent: Nanodollars
    overrun: Nanodollars


Command = Reserve | CallModel | AbandonCall | Wait | Settle | Record | Finish


def call_ended(attempt: AttemptId, at_ms: int, outcome: Reply | Failure) -> CallSucceeded | CallFailed:
    """The event for what came back from a call."""
    match outcome:
        case Reply():
            return CallSucceeded(attempt, at_ms, outcome)
        case Failure() as failure:
            return CallFailed(
                attempt,
                at_ms,
                failure.fault,
                message=failure.message,
                usage=failure.usage,
                retry_after_ms=failure.retry_after_ms,
                reported_cost=failure.reported_cost,
                notice=failure.notice,
                tier=failure.tier,
                hosted=failure.hosted,
            )

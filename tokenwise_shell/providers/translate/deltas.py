"""What an event of a streamed answer adds, in no vendor's terms. `choice` is which alternative it adds to."""

from attrs import frozen

from tokenwise.faults import Fault
from tokenwise.money import Nanodollars
from tokenwise.routing.verdicts import FinishReason
from tokenwise.usage import Usage

__all__ = [
    "Argues",
    "Broke",
    "Calls",
    "Counted",
    "Declined",
    "Delta",
    "Opened",
    "Over",
    "Shows",
    "Stopped",
    "Thinks",
    "Wrote",
]


@frozen
class Opened:
    """The answer has begun, by this model, which may have `counted` its input already."""

    id: str
    model: str
    counted: Usage | None = None


@frozen
class Wrote:
    """Text."""

    text: str
    choice: int = 0


@frozen
class Declined:
    """Text of a refusal, where a format tells it from an answer."""

    text: str
    choice: int = 0


@frozen
class Thinks:
    """Reasoning that is shown, or its signature, or a piece of it that is sealed."""

    text: str = ""
    signature: str = ""
    sealed: str = ""
    choice: int = 0


@frozen
class Shows:
    """Output that only clients of the provider's own format can make use of: sound, a picture."""

    choice: int = 0


@frozen
class Calls:
    """A call of a tool begins. `place` numbers the calls of one answer from 0."""

    place: int
    id: str
    name: str
    signature: str = ""
    choice: int = 0


@frozen
class Argues:
    """More of the arguments of the call at this place, as JSON."""

    place: int
    text: str
    choice: int = 0


@frozen
class Stopped:
    """Why this alternative ended, and at which sequence, if it was one."""

    finish: FinishReason
    choice: int = 0
    stopped_at: str = ""


@frozen
class Counted:
    """The usage so far, and what the provider says it costs. The last one, when all have ended, is the bill.

    `notice` is what is wrong with it, in words for the books; with a count that contradicts itself the usage is None.
    `tier` is the tier of service that answered, `hosted` how often tools were called that the provider runs.
    """

    usage: Usage | None
    cost: Nanodollars | None = None
    notice: str = ""
    tier: str = ""
    hosted: tuple[tuple[str, int], ...] | None = None


@frozen
class Broke:
    """The answer says of itself that there is none: a prompt that was blocked, a call that makes no sense."""

    fault: Fault
    message: str


@frozen
class Over:
    """Nothing more will come."""


Delta = Opened | Wrote | Declined | Thinks | Shows | Calls | Argues | Stopped | Counted | Broke | Over

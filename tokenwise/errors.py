"""The whole error tree. Everything expected is a return value; these are for bugs and for bad input.

TokenwiseError
├── InputError          the caller's data is not usable; carries every problem found, each with its path
└── ProtocolViolation   the contract between machine and driver is broken; `blame` says by whom
"""

import enum

from attrs import field, frozen

__all__ = ["Blamed", "InputError", "Problem", "ProtocolViolation", "TokenwiseError"]


@frozen
class Problem:
    """One thing wrong with some input: where (`steps[2].after[0]`), and what, with what was expected."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class TokenwiseError(Exception):
    """Base of every exception that tokenwise raises on purpose."""


@frozen(init=False, eq=False, str=False)
class InputError(TokenwiseError):
    """Bad input, with all of its problems at once, so that one correction round is enough."""

    problems: tuple[Problem, ...] = field(factory=tuple)

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        object.__setattr__(self, "problems", problems)

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


class Blamed(enum.Enum):
    """Whose bug a broken contract is, as h11 tells its local and remote errors apart."""

    DRIVER = "driver"
    """An event came that no command asked for, or came twice."""

    MACHINE = "machine"
    """A command came that its own earlier commands rule out."""


class ProtocolViolation(TokenwiseError):  # noqa: N818 -- named for what happened, like trio's and h11's
    """What cannot follow the state it met: an event (the driver's fault) or a command (the machine's). Carries both.

    The message names types and the attempt alone: events and states hold what people wrote.
    """

    def __init__(self, state: object, event: object, *, blame: Blamed = Blamed.DRIVER) -> None:
        attempt = getattr(event, "attempt", None)
        where = f" of attempt {attempt}" if attempt is not None else ""
        super().__init__(
            f"{type(event).__name__}{where} cannot follow {type(state).__name__}: a bug in the {blame.value}"
        )
        self.state = state
        self.event = event
        self.blame = blame

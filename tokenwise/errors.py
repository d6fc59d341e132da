"""The whole error tree. Everything expected is a return value; these are for bugs and for bad input.

TokenwiseError
├── InputError          the caller's data is not usable; carries every problem found, each with its path
└── ProtocolViolation   a driver broke the machine's contract: a bug in the driver or in the machine
"""

from attrs import field, frozen

__all__ = ["InputError", "Problem", "ProtocolViolation", "TokenwiseError"]


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


class ProtocolViolation(TokenwiseError):  # noqa: N818 -- named for what happened, like trio's and h11's
    """An event that cannot follow the state it met. Carries both."""

    def __init__(self, state: object, event: object) -> None:
        super().__init__(f"{type(event).__name__} cannot follow {type(state).__name__}: {event!r} met {state!r}")
        self.state = state
        self.event = event

"""The caps of a guard: its own, and one for each guard that was started within it.

A cap is a limit of a tag, and a request is booked under the tags of its guard and of all around it. So one reserve has
to fit into every cap at once, whatever the inner guards were given, by the same law as every other budget.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from attrs import define, evolve, field, frozen

from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window, span_of
from tokenwise.machine.run import Job
from tokenwise.money import Nanodollars
from tokenwise.simulation.simulation import Moment
from tokenwise_shell.engine.interpret import Listener
from tokenwise_shell.guard.tally import Tally, agent_of
from tokenwise_shell.proxy.admission.access import Admitted, secret_in
from tokenwise_shell.proxy.admission.keys import Key, digest_of, new_secret
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.troubles import unauthorized

__all__ = ["Guarded", "Scope", "Terms"]

_DEEPEST: Final = 16
"""Guards within guards; nobody nests deeper but by a mistake, and each is one more limit for every request."""


@frozen(kw_only=True)
class Terms:
    """What a guard was started with: its name, how much may be spent, on which models (globs; none is all).

    `going_on` is the command line that goes on with more money, as its users are told. Where it `pauses`, a call for
    which too little is left waits for somebody to raise the cap.
    """

    name: str
    budget: Nanodollars
    models: tuple[str, ...] = ()
    going_on: str = ""
    pauses: bool = False

    @property
    def limit(self) -> Limit:
        """The cap as a limit."""
        return Limit(self.budget, Window.TOTAL, tag=self.name, pauses=self.pauses)

    @property
    def scope(self) -> str:
        """The name of the cap's budget."""
        return self.limit.scope(span_of(Window.TOTAL, 0))


@define(eq=False)
class Scope:
    """A guard in force: its terms, what was spent under it, and the guard around it. `followers` hear its runs too."""

    terms: Terms
    outer: "Scope | None"
    admitted: Admitted
    tally: Tally = field(factory=Tally)
    followers: list[Callable[[str, Job], Listener]] = field(factory=list)
    raised_to: Callable[[], Nanodollars | None] = field(default=lambda: None)

    @property
    def budget(self) -> Nanodollars:
        """The cap as it is now."""
        return self.raised_to() or self.terms.budget

    @property
    def line(self) -> tuple["Scope", ...]:
        """This one and all around it, innermost first."""
        return (self, *(self.outer.line if self.outer else ()))

    def listener(self, agent: str, job: Job) -> Listener:
        """Hears one run, for this guard and all around it."""
        tallies = [scope.tally.listener(agent, job) for scope in self.line]
        hearing = (*tallies, *(follow(agent, job) for scope in self.line for follow in scope.followers))

        def hear(moment: Moment) -> None:
            for each in hearing:
                each(moment)

        return hear


@define(eq=False)
class Guarded:
    """Who may come in, by the digests of their keys: the guarded command, and those of inner guards."""

    now_ms: Callable[[], int]
    scopes: dict[str, Scope] = field(factory=dict)
    required: bool = True

    def open(self, terms: Terms, outer: Scope | None = None) -> tuple[str, Scope]:
        """Make a guard's key, and let requests in that have it. Gives the secret. Raises ValueError when too deep."""
        if outer and len(outer.line) >= _DEEPEST:
            raise ValueError(f"guards are {_DEEPEST} deep here already")
        secret, now_ms = new_secret(), self.now_ms()
        key = Key(name=terms.name, digest=digest_of(secret), created_ms=now_ms, models=terms.models)
        tags = (terms.name, *(scope.terms.name for scope in outer.line)) if outer else (terms.name,)
        scope = Scope(terms, outer, Admitted.alone(key, tags, outer.admitted if outer else None))
        self.scopes[key.digest] = scope
        return secret, scope

    def refresh(self) -> None:
        """Nothing outside changes these keys."""

    def scope_of(self, headers: Mapping[str, str]) -> Scope | None:
        """The guard whose key this is."""
        return self.scopes.get(digest_of(secret_in(headers)))

    def admit(self, headers: Mapping[str, str], now_ms: int) -> Admitted | Trouble:  # noqa: ARG002 -- the door's protocol
        """Whoever the headers prove to be, as the agent that they say."""
        scope = self.scope_of(headers)
        if scope is None:
            return unauthorized(
                "this is a guard, and the key is not its own: whoever sent this has a key from somewhere else than "
                "the environment that the guard gave"
            )
        return evolve(scope.admitted, follow=partial(scope.listener, agent_of(headers)))

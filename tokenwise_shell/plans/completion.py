"""One prompt answered: a decision carried out as a job of one step, and what came of it as a document.

The machine, the money and the books are those of a plan. An answer is judged like a step's result, and asked for anew
elsewhere where it cannot be used, until the first of its text has been passed on.
"""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Final

from attrs import define, field, frozen

from tokenwise.budgets.ledger import Entry, Reservation
from tokenwise.machine.messages import CallModel
from tokenwise.machine.opinions import choice_of
from tokenwise.machine.run import Ended, Job, Run
from tokenwise.money import Nanodollars, format_usd
from tokenwise.plan import Plan, Step
from tokenwise.prompt import Message, Role
from tokenwise.routing.choosing import Routed
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.plans.decision import Conversation, Decision, as_usd, in_usd
from tokenwise_shell.plans.pages import page
from tokenwise_shell.plans.planned import Refusal, escalations
from tokenwise_shell.transport.sse import SseEvent, SseRun

__all__ = ["Aloud", "Completion", "Hear", "job_of", "messages_of"]

Hear = Callable[[str], Awaitable[None]]
"""Takes the text of an answer as it comes, piece by piece."""

_STEP: Final = "answer"

# The words arrive beside the job, as those of a request to the proxy do.
_PLAN: Final = Plan("", (Step(_STEP, "the prompt"),))

_NOTHING: Final = Nanodollars(0)


@frozen(repr=False)
class Completion:
    """A decision that was carried out. `refusal` is the last that it met in budgets outside its own.

    `governed` is False where it was called while the store of shared budgets could not be asked.
    """

    decision: Decision
    run: Run
    entries: tuple[Entry, ...]
    refusal: Refusal | None = None
    governed: bool = True

    @property
    def run_id(self) -> str:
        """Its name in the ledger."""
        return self.run.job.id

    @property
    def status(self) -> str:
        """`completed`, `failed`, `exhausted` or `cancelled`."""
        return self.run.status or "unfinished"

    @property
    def success(self) -> bool:
        """Whether there is an answer."""
        return self.status == "completed"

    @property
    def total_cost(self) -> Decimal:
        """What it cost in US dollars, all attempts together."""
        return in_usd(self.spent_nano)

    def __repr__(self) -> str:
        """In short; `as_json` has the rest."""
        return f"<Completion: {self.status} by {self.model}, {format_usd(self.spent_nano)}, run {self.run_id}>"

    def _repr_html_(self) -> str:
        cost = f"{format_usd(self.spent_nano)} spent, {format_usd(self.held_nano)} held at most"
        facts = (("status", self.status), ("cost", cost), ("run", self.run_id))
        return page(f"{self.model} at {self.provider}", facts, text=self.output or self.why)

    @property
    def held(self) -> Decimal:
        """`held_nano` in US dollars."""
        return in_usd(self.held_nano)

    @property
    def output(self) -> str:
        """The answer, verbatim; "" where there is none."""
        return self._ended.text

    @property
    def why(self) -> str:
        """Why there is no answer, with the words of the limit that said no; "" where there is one."""
        beyond = self.refusal.message if self.refusal and self.status != "completed" else ""
        return "; ".join(filter(None, (self._ended.why, beyond)))

    @property
    def model(self) -> str:
        """Who was asked last, or would have been."""
        return self.run.steps[0].model or self._routed.model.id

    @property
    def provider(self) -> str:
        """Whom that was asked of."""
        asked = [entry.provider for entry in self.entries if isinstance(entry, Reservation)]
        return asked[-1] if asked else self._routed.bid.provider

    @property
    def spent_nano(self) -> Nanodollars:
        """What it cost, all attempts together."""
        return self.run.books.spent

    @property
    def held_nano(self) -> Nanodollars:
        """The most that was held for it at one time."""
        return max((entry.amount for entry in self.entries if isinstance(entry, Reservation)), default=_NOTHING)

    def as_json(self) -> dict[str, object]:
        """The decision's document with the run in it."""
        return {**self.decision.as_json(), "run": self.run_json()}

    def run_json(self) -> dict[str, object]:
        """The run alone."""
        return {
            "run_id": self.run_id,
            "status": self.status,
            "model": self.model,
            "provider": self.provider,
            "attempts": self.run.steps[0].calls,
            "held_nano": self.held_nano,
            "spent_nano": self.spent_nano,
            "spent_usd": as_usd(self.spent_nano),
            "overrun_nano": self.run.books.overrun,
            "remaining_nano": max(0, self.decision.budget_nano - self.spent_nano),
            "refusal": self.refusal and {"code": self.refusal.code, "message": self.refusal.message},
            "governed": self.governed,
            "why": self.why,
            "escalations": escalations(_STEP, self.entries),
            "output": self.output,
        }

    @property
    def _ended(self) -> Ended:
        state = self.run.steps[0].state
        assert isinstance(state, Ended), "a run is given out when it is over"
        return state

    @property
    def _routed(self) -> Routed:
        assert isinstance(self.decision.outcome, Routed)
        return self.decision.outcome


def job_of(decision: Decision, routed: Routed, run_id: str) -> Job:
    """The decision as a job. An answer whose length was settled beforehand is not judged: it may well be cut off."""
    settled = decision.best_effort or not decision.request.need.open_ended
    return Job(
        id=run_id,
        plan=_PLAN,
        choices=(choice_of(routed),),
        catalog=decision.catalog,
        policy=decision.policy,
        limit=decision.budget_nano,
        request=decision.request.need,
        judged=not settled,
    )


def messages_of(conversation: Conversation) -> tuple[Message, ...]:
    """The turns of a conversation; one text is the user's."""
    return (Message(Role.USER, conversation),) if isinstance(conversation, str) else tuple(conversation)


@define(eq=False)
class Aloud:
    """Makes calls whose answers are passed on as they are streamed. `heard` once any of it has been."""

    caller: Caller
    hear: Hear
    heard: bool = field(default=False, init=False)

    async def place(self, call: CallModel, /, *, first_token: Callable[[], None]) -> Reply | Failure:
        """Send one call. An answer that comes in one piece all the same is not heard here: nobody has judged it yet."""
        if call.held:
            return await self.caller.call(call)
        return await self.caller.call(call, first_token=first_token, relay=self._relay)

    async def _relay(self, events: Sequence[tuple[SseEvent | SseRun, str]]) -> None:
        if text := "".join(text for _, text in events):
            self.heard = True
            await self.hear(text)

"""An order carried out: its job is run, its calls are made with the client's own request, and its end is delivered."""

import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final, assert_never

import trio
from attrs import define, field

from tokenwise.budgets.ledger import Charged
from tokenwise.faults import Fault
from tokenwise.ids import AttemptId
from tokenwise.machine.messages import CallFailed, CallModel, CallSucceeded, Left, Record
from tokenwise.machine.opinions import choice_of
from tokenwise.machine.run import Ended, Job, Outcome, Run
from tokenwise.money import Nanodollars
from tokenwise.plan import Plan, Step
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.simulation.simulation import Moment
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import OnLeave
from tokenwise_shell.engine.calls import NOTHING_SAID, Said
from tokenwise_shell.engine.hearing import Hearing
from tokenwise_shell.engine.interpret import CommonStory, Interpreter, Listener
from tokenwise_shell.engine.watch import Watch
from tokenwise_shell.ledger.jsonl import LinesUnwritable
from tokenwise_shell.plans.outcomes import describe
from tokenwise_shell.providers.own import OwnFormat
from tokenwise_shell.proxy import troubles
from tokenwise_shell.proxy.answer.bill import Bill, facts_of
from tokenwise_shell.proxy.answer.delivery import Delivery
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.metrics import Metrics
from tokenwise_shell.proxy.request.deciding import Order, learn
from tokenwise_shell.proxy.request.work import Work
from tokenwise_shell.proxy.service import Service

__all__ = ["Carrier"]

_PLAN: Final = Plan("the request", (Step("answer", "the request"),))
"""What every request is: a plan of one step, whose words arrive already written."""


@define(eq=False)
class Carrier:
    """One order under way. `call` is the call made last, of `attempts` in all.

    `_held` are answers that a cascade has still to accept, whole, with the calls that brought them.
    """

    service: Service
    id: str
    order: Order
    delivery: Delivery
    work: Work
    attempts: int = field(default=0, init=False)
    call: CallModel | None = field(default=None, init=False)
    handed_over: trio.Event | None = field(default=None, init=False)
    _held: dict[AttemptId, tuple[CallModel, bytes]] = field(factory=dict, init=False)
    _told: Failure | None = field(default=None, init=False)
    _hearing: Hearing | None = field(default=None, init=False)
    _ends_s: float = field(default=math.inf, init=False)
    _was_governed: bool = field(default=True, init=False)

    async def carry_out(self) -> None:
        """Run the job, and end the answer as the run has ended. Cancelling this settles everything that was called."""
        client, admitted, asked = self.service.client, self.order.admitted, self.order.asked
        account = admitted.account((*client.workspace.settings.tags, *asked.options.tags), asked.marks)
        client.journal.book(self.id, account)
        if client.workspace.settings.ledger_numbers and not asked.model:
            self._describe()
        self.service.seen.decided.keep(self.id, admitted.name, self.order.decision)
        watch = client.interpreter.watch if self.work.watched else Watch()
        common = client.interpreter  # written out rather than left to `evolve`, which takes five times as long
        interpreter = Interpreter(self.place_call, common.money, common.books, watch, common.now_ms, self._left)
        job = interpreter.known_cooling(self.job)
        follow = admitted.follow(job) if admitted.follow is not None else None
        heard = _Heard(self.service.metrics, admitted.name, follow)
        if asked.stream:
            self._ends_s = trio.current_time() + self._limit_ms / 1000
        kept = self.service.journals.keeping(self.id, heard) if self.service.journals is not None else None
        listener, brief, decided = kept or heard, kept.brief if kept else heard.brief, self.order.routed.bid
        try:
            run = await interpreter.request(job, brief, decided=decided, listener=listener)
        finally:
            if kept is not None:
                kept.write(job, self._beside())
        self._was_governed = not self.order.ungoverned and client.holder.governed(self.id)
        if not self._was_governed:
            self.service.metrics.ungoverned()
        if self.call and heard.charged and heard.charged.usage and heard.charged.model == self.call.model:
            learn(self.service, self.order, self.call, heard.charged.usage, own=self.delivery.own is not None)
        if heard.tokens is not None:
            admitted.give_back(max(0, self.order.tokens - heard.tokens))
        if run is None:  # the common story: its one call was answered
            assert heard.charged is not None
            await self.delivery.finish(self._bill(heard.charged.amount))
            return
        self._take_up(run)
        if trouble := self._trouble(run, heard):
            await self.delivery.fail(trouble, self._bill(run.books.spent))
        else:
            await self.delivery.finish(self._bill(run.books.spent))

    def _beside(self) -> dict[str, object]:
        """What a journal says of the request beside its job: by which name it was decided, and on which body."""
        decision, asked = self.order.decision, self.order.asked
        told: dict[str, object] = {
            "decision_id": self.order.decision_id,
            "decided": {"deadline_ms": decision.policy.deadline_ms, "best_effort": decision.best_effort},
            "body_blake2b": asked.mark.hex(),
        }
        journals = self.service.journals
        return {**told, "asked": dict(asked.fields)} if journals is not None and journals.texts else told

    def _describe(self) -> None:
        """Keep the request's numbers. That they cannot be kept keeps nobody from an answer."""
        client, order = self.service.client, self.order
        with suppress(LinesUnwritable):
            describe(
                client.workspace.settings.ledger_path,
                self.id,
                order.admitted.name,
                decision=order.decision,
                words=self.work.words(order.asked.fields, whole=False),
                at_ms=client.interpreter.now_ms(),
            )

    @property
    def job(self) -> Job:
        """The order as a plan of one step, whose reply is passed on unjudged."""
        decision, routed = self.order.decision, self.order.routed
        return Job(
            id=self.id,
            plan=_PLAN,
            choices=(choice_of(routed),),
            catalog=decision.catalog,
            policy=self.service.within_time(decision.policy),
            limit=decision.budget_nano,
            request=decision.request.need,
            judged=False,
        )

    @property
    def _limit_ms(self) -> int:
        client = self.service.client
        pause_s = client.workspace.settings.pause_timeout if client.limits.pauses else 0
        return 1000 * (self.service.settings.request_timeout_s + pause_s)  # while it is paused, nothing happens to it

    async def place_call(self, call: CallModel, /, *, first_token: Callable[[], None]) -> Reply | Failure:
        """Send the client's own request where the machine says, and let its output out.

        A stream has the call's time until it has output, and the request's from then on: a long answer is no hang.
        """
        if self.delivery.unheard:
            return Failure(Fault.REJECTED, "the client has left, and nobody would hear another answer")
        self.attempts += 1
        self._attempt(call)
        relayed = self.order.asked.stream and not call.held
        self._hearing = Hearing(call.attempt, ends=self._ends_s) if relayed else None
        outcome = await self._sent(call, first_token)
        self._told = outcome if isinstance(outcome, Failure) else None
        if self.delivery.pending and not relayed and self._told is None and self.lasting:
            return await self._made_later(call, self.delivery.pending, first_token)
        return outcome

    def _attempt(self, call: CallModel) -> None:
        self.call, order, holder = call, self.order, self.service.client.holder
        self.delivery.attempt(
            facts_of(
                model=call.model,
                provider=call.provider,
                decision_id=order.decision_id,
                attempts=self.attempts,
                governed=not order.ungoverned and holder.governed(self.id),
                near=holder.alerts.near(self.id),
            )
        )

    def _take_up(self, run: Run) -> None:
        """Deliver the answer that the run has ended with, where another call has come after it."""
        ended = run.steps[0].state
        if (
            self._held
            and isinstance(ended, Ended)
            and ended.by in self._held
            and self.call
            and self.call.attempt != ended.by
        ):
            call, completion = self._held[ended.by]
            self._attempt(call)
            self.delivery.own = self._own(call)
            self.delivery.keep(completion)

    def _own(self, call: CallModel) -> OwnFormat | None:
        """The format in which this call's answer passes as it is; None where what is held may yet be streamed."""
        asked, caller = self.order.asked, self.service.client.caller
        if asked.own is None or (call.held and asked.stream):
            return None
        return asked.own.format if caller.own_wire(call, asked.own) else None

    @property
    def lasting(self) -> bool:
        """Whether the run may outlast its request: what a provider makes in its own time costs money only then."""
        asked = self.order.asked
        return (self.drains if asked.stream else asked.background) and self.service.tasks is not None

    @property
    def drains(self) -> bool:
        """Whether its stream is read to its end though its client has left."""
        return self.order.asked.stream and self.service.settings.on_leave is OnLeave.DRAIN

    async def _made_later(self, call: CallModel, id_: str, first_token: Callable[[], None]) -> Reply | Failure:
        """Hand the answer over, and hold the money until the response is made."""
        self._begin(first_token)
        await self.delivery.hand_over()
        if self.handed_over is not None:
            self.handed_over.set()
        maker = self.service.made.maker(id_)
        return await self.service.client.caller.followed(call, id_, maker.news if maker else trio.Event())

    def _sent(self, call: CallModel, first_token: Callable[[], None]) -> Awaitable[Reply | Failure]:
        asked, caller = self.order.asked, self.service.client.caller
        said = NOTHING_SAID
        if asked.own is not None or asked.stream or asked.betas:
            key, provider = self.order.admitted.who, call.provider
            made = self.service.made  # not by `self`, which holds on to the delivery
            self.delivery.made = lambda id_: made.remember(id_, provider, key)
            self.delivery.own = self._own(call)
            passes = asked.own if self.delivery.own is not None or not call.held else None
            said = Said(passes, asked.betas, self._hearing)
        return self.work.place(
            caller,
            call,
            written=asked.fields,
            first_token=partial(self._begin, first_token),
            relay=self.delivery.relay if asked.stream and not call.held else None,
            whole=partial(self._keep, call),
            said=said,
        )

    def _keep(self, call: CallModel, completion: bytes) -> None:
        if call.held:
            self._held[call.attempt] = (call, completion)
        self.delivery.keep(completion)

    def _left(self) -> tuple[Left, ...]:
        """What is known of the call under way, whose answer nobody waits for any more."""
        left = self._hearing.left if self._hearing else None
        return (left,) if left else ()

    def _begin(self, first_token: Callable[[], None]) -> None:
        """Output is about to reach the client: from now on nobody else can be asked, and the machine must know."""
        self.delivery.begun = True
        first_token()

    def _bill(self, cost: Nanodollars) -> Bill:
        return Bill(
            request_id=self.id,
            decision_id=self.order.decision_id,
            model=self.call.model if self.call else self.order.routed.model.id,
            provider=self.call.provider if self.call else self.order.routed.bid.provider,
            attempts=self.attempts,
            cost=cost,
            governed=self._was_governed,
        )

    def _trouble(self, run: Run, heard: "_Heard") -> Trouble | None:
        """Why the run came to nothing; None where it did not."""
        ended = run.steps[0].state
        assert isinstance(ended, Ended)
        match ended.outcome:
            case Outcome.OK:
                return None
            case Outcome.BUDGET_EXHAUSTED:
                refused = self.service.client.holder.refusal(self.id)
                return troubles.without_money(ended.why, ended.lack, refused)
            case Outcome.NO_MODEL:
                return troubles.bad_request(ended.why, code="no_capable_model")
            case Outcome.DEADLINE_PASSED:
                return troubles.upstream(Failure(Fault.TIMED_OUT, ended.why))
            case Outcome.FAILED | Outcome.UPSTREAM_FAILED | Outcome.CANCELLED:
                return self._failed(heard.failure, ended.why)
            case _:
                assert_never(ended.outcome)

    def _failed(self, failure: CallFailed | None, why: str) -> Trouble:
        """What the last provider said, in its own words."""
        if failure is None:
            return troubles.upstream(Failure(Fault.SERVER_ERROR, why))
        # Where nothing was sent, the books could not be written.
        said = self._told or Failure(failure.fault, failure.message)
        return troubles.upstream(said if self.order.admitted.owner else troubles.discreet(said))


@define(eq=False)
class _Heard:
    """What a run's events tell and its end no longer does: how the last call failed, how many tokens were used.

    `tokens` is None once a call has not said how many; `charged` is what an answer was paid. Everything is passed on
    to whoever counts or follows.
    """

    metrics: Metrics
    key: str
    follow: Listener | None
    failure: CallFailed | None = None
    tokens: int | None = 0
    charged: Charged | None = None
    _count: Listener | None = None

    def brief(self, story: CommonStory) -> None:
        """Hear of a common story when it is over."""
        charged, reply = story.charged, story.reply
        assert charged is not None
        assert reply is not None
        self.metrics.paid(self.key, story.attempt.bid, charged)
        self.charged, usage = charged, reply.usage
        self.tokens = None if usage is None else usage.prompt_tokens + usage.output_tokens
        if self.follow is not None:
            for moment in story.moments():
                self.follow(moment)

    def __call__(self, moment: Moment) -> None:
        """Hear one moment of any other."""
        if self._count is None:
            self._count = self.metrics.listener(self.key)
        self._count(moment)
        if self.follow is not None:
            self.follow(moment)
        match moment.event:
            case CallFailed(usage=usage) as failure:
                self.failure = failure
                self._add(usage)
            case CallSucceeded(reply=reply):
                self._add(reply.usage)
                for command in moment.commands:
                    if isinstance(command, Record) and isinstance(command.entry, Charged):
                        self.charged = command.entry if command.entry.outcome == "ok" else self.charged
            case _:
                pass

    def _add(self, usage: Usage | None) -> None:
        if usage is None or self.tokens is None:
            self.tokens = None
        else:
            self.tokens += usage.prompt_tokens + usage.output_tokens

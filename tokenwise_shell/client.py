"""TokenWise put together: one object that plans and executes, for programs and for the `tw` command alike.

`open_client` opens the transport and the books, starts the embedded provider where nothing may leave the machine, and
closes it all again. Decisions that need nothing of that (`tw route`) are in `decision`.
"""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import define, evolve, frozen

from tokenwise.machine.run import Job, Run
from tokenwise.money import Nanodollars
from tokenwise.planner.assignment import Unassignable, assign
from tokenwise.planner.synthesis import synthesized
from tokenwise.policy import Policy, Strategy
from tokenwise.prompt import Message
from tokenwise.routing.request import Wishes
from tokenwise.scenario.risk import Blocked, judge
from tokenwise.simulation.replaying import replay
from tokenwise_shell.budgets.accounts import Accounts, Limit, told
from tokenwise_shell.budgets.purses import open_purse
from tokenwise_shell.budgets.treasury import Purse
from tokenwise_shell.config.settings import HttpParser, ProviderKind, Settings
from tokenwise_shell.embedded import EmbeddedProvider, serve
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.engine.clock import wall_ms
from tokenwise_shell.engine.interpret import Interpreter, Listener
from tokenwise_shell.engine.watch import Watch
from tokenwise_shell.ledger.booking import Account
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import LinesUnwritable
from tokenwise_shell.ledger.past import past_of
from tokenwise_shell.ledger.runs import RunJournal, Story, new_run_id, read_run
from tokenwise_shell.plans.decision import Conversation, Decision
from tokenwise_shell.plans.judging import Judge, Judging, judge_named, judging_by
from tokenwise_shell.plans.planned import Execution, Planned, Refusal, Unplanned, planned_again
from tokenwise_shell.plans.planning import Decomposition, Planner, by_rules
from tokenwise_shell.providers.names import catalog_ids
from tokenwise_shell.providers.wire import Endpoint
from tokenwise_shell.transport import open_transport
from tokenwise_shell.transport.reading import H11Answers, LlhttpAnswers
from tokenwise_shell.workspace import EMBEDDED, Workspace, gate_of, open_workspace

if TYPE_CHECKING:
    from tokenwise_shell.budgets.shared import SharedPurse

__all__ = ["MAX_STEPS", "Client", "Extras", "open_client"]

MAX_STEPS = 12
"""How many steps a plan has at most, unless the caller says otherwise."""


@frozen
class Extras:
    """What a plan may have besides its steps: a last step that joins the results, and a model that judges each."""

    synthesize: bool = False
    judge: str = ""


_NO_EXTRAS: Final = Extras()


@define
class Client:
    """Plans and executes within budgets. Get one from `open_client`."""

    workspace: Workspace
    interpreter: Interpreter
    journal: Journal
    caller: Caller
    purse: "Purse | SharedPurse"
    accounts: Accounts
    _said: list[str]

    @property
    def notices(self) -> tuple[str, ...]:
        """What people should know. More may come while the client works."""
        return tuple(self._said)

    @property
    def state_dir(self) -> Path:
        """Where this machine's ledger and run journals are."""
        return self.workspace.settings.ledger_path.parent

    @property
    def ungoverned(self) -> int:
        """How many calls were made while the store of shared budgets could not be asked."""
        return self.purse.ungoverned

    async def limit_keys(self, limits: Iterable[Limit]) -> None:
        """From now on these are the limits of keys, and no others, with what the ledger says was spent under each."""
        await self.accounts.prepare()
        self.accounts.limit_keys(limits)

    def route(
        self,
        conversation: Conversation,
        *,
        strategy: Strategy | None = None,
        budget: Nanodollars | None = None,
        wishes: Wishes | None = None,
        best_effort: bool = False,
    ) -> Decision:
        """Which model would get this conversation, and why. Calls nobody."""
        return self.workspace.decide(
            conversation, strategy=strategy, budget=budget, wishes=wishes, best_effort=best_effort
        )

    async def plan(
        self,
        task: str,
        *,
        budget: Nanodollars | None = None,
        strategy: Strategy | None = None,
        max_steps: int = MAX_STEPS,
        planner: str = "llm",
        extras: Extras = _NO_EXTRAS,
        listener: Listener | None = None,
    ) -> Planned | Unplanned | Blocked:
        """Decompose a task and give each step its model, all within the budget.

        `planner` "llm" asks a model, and falls back to the rules with the reason noted; "rules" asks nobody.
        `listener` hears the planning calls.
        """
        verdict = judge(task, gate_of(self.workspace.settings))
        if isinstance(verdict, Blocked):
            return verdict
        if extras.judge:
            judge_named(extras.judge, self.workspace.reachable)  # before anything is spent
        run_id = new_run_id(self.interpreter.now_ms(), os.urandom(8))
        budget, policy = self.workspace.budget(budget), self.workspace.policy(strategy)
        self.journal.enrol(run_id, tags=self.workspace.settings.tags)
        asking = None if planner == "rules" else self._planner(policy, max_steps, listener)
        found = await self._decompose(task, run_id, budget, max_steps, asking)
        if extras.synthesize:
            found = evolve(found, plan=synthesized(found.plan))
        reachable = self.workspace.reachable
        judging = judging_by(extras.judge, found.plan, reachable, policy) if extras.judge else None
        return self.assigned(found, run_id=run_id, budget=budget, policy=policy, judging=judging)

    def assigned(
        self,
        found: Decomposition,
        *,
        run_id: str,
        budget: Nanodollars,
        policy: Policy,
        judging: Judging | None = None,
    ) -> Planned | Unplanned:
        """Models for the steps of a plan, within what planning and judging leave of the budget."""
        kept = judging.kept if judging else Nanodollars(0)
        limit = Nanodollars(max(0, budget - found.report.cost - kept))
        assigned = assign(found.plan, self.workspace.reachable, policy, limit)
        if isinstance(assigned, Unassignable):
            return Unplanned(found.plan, assigned, budget, found.report, run_id, kept)
        return Planned(found.plan, assigned, self.workspace.reachable, policy, budget, found.report, run_id, judging)

    async def execute(self, planned: Planned, *, listener: Listener | None = None) -> Execution:
        """Run a plan. Cancelling this lets go of all money and calls, writes that down, and re-raises."""
        job = self.interpreter.known_cooling(
            Job(
                id=planned.run_id,
                plan=planned.plan,
                choices=planned.assigned.choices,
                catalog=planned.catalog,
                policy=planned.policy,
                limit=planned.limit,
            )
        )
        at_ms = self.interpreter.now_ms()
        self.journal.enrol(planned.run_id, tags=self.workspace.settings.tags)
        story = Story(RunJournal.create(self.state_dir, job, at_ms=at_ms), listener)
        judge = self._judge(planned, listener) if planned.judging else None
        interpreter = evolve(self.interpreter, place_call=judge) if judge else self.interpreter
        with closing(story.journal):
            run = await interpreter.run(job, at_ms=at_ms, listener=story.hear)
        executed = await self._executed(planned, run, story)
        return evolve(executed, opinions=Nanodollars(judge.spent), unjudged=judge.unjudged) if judge else executed

    async def _executed(self, planned: Planned, run: Run, story: Story) -> Execution:
        """What came of a run, when its books are safe."""
        await self._secure()
        refused, governed = self.purse.refusal(planned.run_id), self.purse.governed(planned.run_id)
        if refused and (lack := next((ending.lack for ending in run.endings if ending.lack), None)):
            refused = refused.for_want_of(lack.least)
        refusal = Refusal(refused.code, told(refused)) if refused else None
        return Execution(planned, run, tuple(story.kept), refusal=refusal, governed=governed)

    def _judge(self, planned: Planned, listener: Listener | None) -> Judge:
        assert planned.judging is not None
        return Judge(
            run_id=planned.run_id,
            plan=planned.plan,
            judging=planned.judging,
            catalog=planned.catalog,
            policy=planned.policy,
            place_call=self.interpreter.place_call,
            run_job=partial(self._run_unrecorded, listener=listener),
            left=planned.judging.kept,
        )

    async def resume(self, run_id: str, *, listener: Listener | None = None) -> Execution:
        """Go on with a run that was killed or cancelled. Finished steps are not paid again; dead calls are written off.

        Raises InputError where there is no journal of such a run.
        """
        record = read_run(self.state_dir, run_id, _unheard)
        before = replay(record.job, record.at_ms, record.events)
        planned = planned_again(record.job)
        if before.resumable.finished:
            return Execution(planned, before.resumable, before.entries)
        past = past_of(self.journal.file.path, run_id)
        account = past.account or Account(tags=self.workspace.settings.tags)
        self.journal.enrol(run_id, key=account.key, tags=account.tags, seq=past.next_seq)
        story = Story(RunJournal.resume(self.state_dir, run_id), listener, list(before.entries))
        with closing(story.journal):
            run = await self.interpreter.resume(before.resumable, past.booked, listener=story.hear)
        return await self._executed(planned, run, story)

    async def _secure(self) -> None:
        """Make a finished run's books survive a power loss. If the disk refuses, the run has succeeded all the same."""
        try:
            await self.journal.synced()
        except LinesUnwritable as problem:
            self._said.append(str(problem))

    def _planner(self, policy: Policy, max_steps: int, listener: Listener | None) -> Planner:
        return Planner(
            model=self.workspace.settings.planner_model,
            catalog=self.workspace.reachable,
            policy=policy,
            max_steps=max_steps,
            run=partial(self._run_given, listener=listener),
        )

    async def _decompose(
        self, task: str, run_id: str, budget: Nanodollars, max_steps: int, asking: Planner | None
    ) -> Decomposition:
        if asking is None:
            return by_rules(task, max_steps=max_steps)
        if not self.workspace.providers:
            return by_rules(task, max_steps=max_steps, problem="no provider can be called")
        return await asking.decompose(task, run_id=run_id, limit=budget)

    async def _run_given(self, job: Job, given: tuple[Message, ...], *, listener: Listener | None) -> Run:
        """Run a job whose request is written already. Its journal has no prompt, and is enough to decide it again."""
        job, at_ms = self.interpreter.known_cooling(job), self.interpreter.now_ms()
        story = Story(RunJournal.create(self.state_dir, job, at_ms=at_ms), listener)
        with closing(story.journal):
            return await self.interpreter.run(job, at_ms=at_ms, given=given, listener=story.hear)

    async def _run_unrecorded(self, job: Job, given: tuple[Message, ...], *, listener: Listener | None) -> Run:
        """Run a job in the midst of a call, where no file may be in the way: the ledger has it, and no journal."""
        return await self.interpreter.run(self.interpreter.known_cooling(job), given=given, listener=listener)


@asynccontextmanager
async def open_client(
    workspace: Workspace | None = None,
    *,
    config: Path | None = None,
    offline: bool | None = None,
    simulated: EmbeddedProvider | None = None,
) -> AsyncIterator[Client]:
    """A client, while the block runs. Without a workspace, the configuration and the environment are read.

    `simulated` answers offline, in place of an embedded provider without faults.
    Raises InputError for bad configuration and LinesUnwritable where the ledger cannot be written.
    """
    workspace = workspace or open_workspace(
        environ=os.environ, flags={"offline": offline}, path=config, now_ms=wall_ms()
    )
    settings, notices = workspace.settings, list(workspace.notices)
    workspace.counted(())  # a tokenizer that is wanted loads now, or is missed now, and not in the midst of a request
    async with AsyncExitStack() as stack:
        endpoints = {name: _endpoint(settings, name) for name in workspace.providers if name != EMBEDDED}
        if settings.offline:
            address = await stack.enter_async_context(serve(simulated or EmbeddedProvider()))
            endpoints[EMBEDDED] = Endpoint(ProviderKind.OPENAI, str(address))
        plain = workspace.settings.proxy.http is HttpParser.H11
        transport = await stack.enter_async_context(open_transport(reading=H11Answers if plain else LlhttpAnswers))
        journal = Journal.open(settings.ledger_path, now_ms=wall_ms, sync=settings.ledger_sync)
        stack.callback(journal.close)
        notices += journal.notices
        opening = open_purse(settings, journal, notices.append)
        purse, accounts = await stack.enter_async_context(opening)
        caller = Caller(transport, endpoints, catalog_id=catalog_ids(workspace.catalog))
        interpreter = Interpreter(caller.call, purse, journal, Watch(), wall_ms)
        yield Client(workspace, interpreter, journal, caller, purse, accounts, notices)


def _endpoint(settings: Settings, name: str) -> Endpoint:
    provider = settings.providers[name]
    return Endpoint(
        provider.kind,
        provider.base_url,
        provider.api_key,
        tuple(provider.headers.items()),
        cap_field=provider.cap_field,
        stream_usage=provider.stream_usage,
        responses=provider.responses,
    )


def _unheard(_: str) -> None:
    """For notices that opening the ledger has given already."""

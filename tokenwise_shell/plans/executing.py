"""Plans and single prompts run: begun, written down, judged where asked for, gone on with after an interruption."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from tokenwise.budgets.limit import Account
from tokenwise.machine.run import Job, Run
from tokenwise.money import Nanodollars
from tokenwise.prompt import Message
from tokenwise.simulation.replaying import replay
from tokenwise_shell.budgets.answers import told
from tokenwise_shell.budgets.holder import Holder
from tokenwise_shell.engine.interpret import Interpreter, Listener
from tokenwise_shell.ledger.journal import Journal
from tokenwise_shell.ledger.jsonl import LinesUnwritable, unheard
from tokenwise_shell.ledger.recovery import past_of
from tokenwise_shell.ledger.runs import RunJournal, Story, read_run
from tokenwise_shell.plans.completion import Aloud, Completion
from tokenwise_shell.plans.decision import Decision
from tokenwise_shell.plans.judging import Judge, Judging, opinions_booked
from tokenwise_shell.plans.planned import Execution, Planned, Refusal, planned_again

if TYPE_CHECKING:
    from tokenwise_shell.budgets.shared import SharedHolder

__all__ = ["PlanExecutor"]


@frozen
class PlanExecutor:
    """What running a plan takes: who performs, the books, the money, and where journals are. `said` hears notices."""

    interpreter: Interpreter
    journal: Journal
    holder: "Holder | SharedHolder"
    state_dir: Path
    tags: tuple[str, ...]
    said: Callable[[str], None]

    async def execute(self, planned: Planned, listener: Listener | None) -> Execution:
        """Run a plan. Cancelling this lets go of all money and calls, writes that down, and re-raises."""
        job = self.interpreter.known_cooling(
            Job(
                id=planned.run_id,
                plan=planned.plan,
                choices=planned.assigned.choices,
                catalog=planned.catalog,
                policy=planned.policy,
                limit=planned.limit_nano,
            )
        )
        at_ms = self.interpreter.now_ms()
        self.journal.enrol(planned.run_id, tags=self.tags)
        story = Story(RunJournal.create(self.state_dir, job, at_ms=at_ms, beside=planned.beside()), listener)
        judge = self._judge(planned, planned.judging, listener)
        with closing(story.journal):
            run = await self._performing(judge).run(job, at_ms=at_ms, listener=story.hear)
        return await self._executed(planned, run, story, judge)

    async def answer(
        self,
        decision: Decision,
        job: Job,
        given: tuple[Message, ...],
        *,
        aloud: Aloud | None = None,
        listener: Listener | None = None,
    ) -> Completion:
        """Carry out the job of one decision, whose words are given; `aloud` passes its answer on as it comes."""
        self.journal.enrol(job.id, tags=self.tags)
        performing = evolve(self.interpreter, place_call=aloud.place) if aloud else self.interpreter
        job, at_ms = performing.known_cooling(job), performing.now_ms()
        story = Story(RunJournal.create(self.state_dir, job, at_ms=at_ms), listener)
        with closing(story.journal):
            run = await performing.run(job, at_ms=at_ms, given=given, listener=story.hear)
        await self._secure()
        done = Completion(decision, run, tuple(story.kept), self._refusal(run), self.holder.governed(job.id))
        if aloud and not aloud.heard and done.output:
            await aloud.hear(done.output)
        return done

    async def resume(self, run_id: str, listener: Listener | None) -> Execution:
        """Go on with a run that was interrupted, with its judge and what is left of the money for opinions.

        Raises InputError where there is no journal of such a run.
        """
        record = read_run(self.state_dir, run_id, unheard)
        before = replay(record.job, record.at_ms, record.events)
        planned = planned_again(record.job, record.beside)
        judging = planned.judging
        past = past_of(self.journal.file.path, run_id)
        booked = opinions_booked(self.journal.file.path, run_id) if judging else Nanodollars(0)
        if before.resumable.finished:
            return Execution(planned, before.resumable, before.entries, opinions_nano=booked)
        account = past.account or Account(tags=self.tags)
        self.journal.enrol(run_id, key=account.key, tags=account.tags, seq=past.next_seq)
        story = Story(RunJournal.resume(self.state_dir, run_id), listener, list(before.entries))
        judge = self._judge(planned, judging, listener, booked)
        with closing(story.journal):
            run = await self._performing(judge).resume(before.resumable, past.booked, listener=story.hear)
        return await self._executed(planned, run, story, judge)

    async def run_given(self, job: Job, given: tuple[Message, ...], *, listener: Listener | None) -> Run:
        """Run a job whose request is written already. Its journal has no prompt, and is enough to decide it again."""
        job, at_ms = self.interpreter.known_cooling(job), self.interpreter.now_ms()
        story = Story(RunJournal.create(self.state_dir, job, at_ms=at_ms), listener)
        with closing(story.journal):
            return await self.interpreter.run(job, at_ms=at_ms, given=given, listener=story.hear)

    async def _run_unrecorded(self, job: Job, given: tuple[Message, ...], *, listener: Listener | None) -> Run:
        """Run a job in the midst of a call, where no file may be in the way: the ledger has it, and no journal."""
        return await self.interpreter.run(self.interpreter.known_cooling(job), given=given, listener=listener)

    async def _executed(self, planned: Planned, run: Run, story: Story, judge: Judge | None) -> Execution:
        """What came of a run, when its books are safe."""
        await self._secure()
        governed = self.holder.governed(planned.run_id)
        executed = Execution(planned, run, tuple(story.kept), refusal=self._refusal(run), governed=governed)
        return evolve(executed, opinions_nano=Nanodollars(judge.spent), unjudged=judge.unjudged) if judge else executed

    def _refusal(self, run: Run) -> Refusal | None:
        """The last refusal of a budget outside the run, by the least that would have done."""
        refused = self.holder.refusal(run.job.id)
        if refused and (lack := next((ending.lack for ending in run.endings if ending.lack), None)):
            refused = refused.for_want_of(lack.least)
        return Refusal(refused.code, told(refused)) if refused else None

    async def _secure(self) -> None:
        """Make a finished run's books survive a power loss. If the disk refuses, the run has succeeded all the same."""
        try:
            await self.journal.synced()
        except LinesUnwritable as problem:
            self.said(str(problem))

    def _performing(self, judge: Judge | None) -> Interpreter:
        return evolve(self.interpreter, place_call=judge) if judge else self.interpreter

    def _judge(
        self, planned: Planned, judging: Judging | None, listener: Listener | None, booked: int = 0
    ) -> Judge | None:
        """Who judges this run, if anybody does. `booked` is what opinions before an interruption have cost."""
        if judging is None:
            return None
        return Judge(
            run_id=planned.run_id,
            plan=planned.plan,
            judging=judging,
            catalog=planned.catalog,
            policy=planned.policy,
            place_call=self.interpreter.place_call,
            run_job=partial(self._run_unrecorded, listener=listener),
            left=max(0, judging.kept - booked),
            spent=booked,
        )

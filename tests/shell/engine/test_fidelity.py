"""What is simulated is what happens: the shell against the embedded provider, and the simulator in the same world.

One side is everything that runs in production save the sockets: interpreter, caller, wire formats, transport, and the
provider's own connections, over streams in memory and under a mock clock. The other is `simulate` with a world that
asks a second provider of the same script and seed. Both must give the same moments: events, commands, times, money.
"""

import itertools
from collections import Counter

import pytest
import trio
import trio.testing
from attrs import evolve

from property_tests.seeded import draw, seeded_job
from tests.core.simulated import only, play
from tests.shell.embedded_world import FAR_MS, Distant, EmbeddedWorld, hurried
from tests.shell.engine.test_interpret import Notebook, now_ms
from tests.shell.loopback import in_memory
from tokenwise.budgets import ledger
from tokenwise.faults import Fault
from tokenwise.machine.messages import FirstToken, ModelsCooling, Reserved, ReserveRefused, Woke
from tokenwise.machine.run import Outcome
from tokenwise.plan import Check, CheckKind
from tokenwise.simulation.simulation import Arrival
from tokenwise.simulation.transcripts import transcript
from tokenwise_shell.budgets.holder import Holder
from tokenwise_shell.budgets.process_store import ProcessStore
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.embedded import Chance, Every, First, Limits, Pace, Script
from tokenwise_shell.embedded.faults.script_files import read_header_fault
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.engine.interpret import Interpreter
from tokenwise_shell.engine.watch import Watch
from tokenwise_shell.providers import Endpoint
from tokenwise_shell.transport import open_transport

JOBS = 300

FAULTS = (
    *("400", "401", "402", "404", "408", "413", "429", "500", "503", "529", "redirect", "reset", "garbage-bytes"),
    '{"fault": "status", "code": 429, "headers": {"Retry-After": "2"}}',
    '{"fault": "status", "code": 503, "headers": {"Retry-After": "45"}}',
    *("hang:2000", "hang:600000", "slow-first-byte:4000", "slow-first-byte:130000", "stall:0", "dribble:97"),
    *("cut-stream:0", "cut-stream:3", "error-event-mid-stream:2", "malformed-json", "malformed-sse"),
    *("empty-reply", "truncated", "content-filter", "blocked-prompt", "context-too-long", "refusal"),
    *("no-usage", "wrong-model", '{"fault": "report-usage", "prompt_tokens": 9000, "completion_tokens": 90000}'),
)
# In a plain answer these would strike after its last byte. Then they hold up whoever is given the connection next, and
# a simulated world knows of calls only, not of connections.
FAULTS_OF_STREAMS = ("stall:3", '{"fault": "stall", "after_chunks": 3, "ms": 150000}')
CHECKS = ((), (), (Check(CheckKind.MIN_CHARS, "20"),), (Check(CheckKind.CONTAINS, "zebra"),))

# Nobody is out of reach in memory, these books take everything, and every format has words for a step's prompt.
NEVER = {Fault.UNREACHABLE.value, Fault.MISDIRECTED.value, Fault.BOOKS_UNWRITABLE.value, Fault.UNSUPPORTED.value}
NEVER.add(Fault.DISPUTED.value)  # the observation of a cascade's driver, and none of these jobs is one
OUTCOMES = {Outcome.OK, Outcome.FAILED, Outcome.UPSTREAM_FAILED, Outcome.BUDGET_EXHAUSTED, Outcome.DEADLINE_PASSED}

# Follow from another event in the same instant, in an order that both sides fix; all others come by themselves.
CAUSED_AT_ONCE = (Reserved, ReserveRefused, ModelsCooling)


class Case:
    """One job and the script that its calls meet, drawn from the seed; latencies and patience are drawn from the salt.

    Where calls are made one at a time, the provider has a script and counts them. Where several leave in one instant
    they reach a provider in any order, so each asks for its fault in a header, by its attempt.
    """

    def __init__(self, seed, salt):
        self.seed, self.salt = seed, salt
        self.stream = seed % 3 == 2
        job = seeded_job(seed, size=1 + draw(seed, "steps", 5), limit=10 ** (6 + draw(seed, "money", 3)))
        steps = (evolve(step, checks=CHECKS[draw(seed, step.id, 3)], max_output_tokens=400) for step in job.plan.steps)
        policy = evolve(job.policy, deadline_ms=(0, 3_000, 5_000, 15_000)[draw(seed, "late", 3)])
        self.job = evolve(job, plan=evolve(job.plan, steps=tuple(steps)), policy=policy)
        self.one_at_a_time = job.policy.parallelism == 1
        self.share = (0, 20, 50)[draw(seed, "share", 2)]

    def fault(self, name):
        faults = FAULTS + FAULTS_OF_STREAMS * self.stream
        return faults[draw(self.seed, f"fault {name}", len(faults) - 1)]

    def script(self):
        if not self.one_at_a_time or not self.share:
            return Script()
        first, second, third, fourth = (read_header_fault(self.fault(rule)) for rule in range(4))
        return Script([First([first, None, second]), Every(3, third, "m[0-4]"), Chance(self.share / 100, fourth)])

    def provider(self):
        return Distant(
            seed=self.seed,
            script=self.script(),
            pace=Pace(FAR_MS, 1000),
            limits=Limits(idle_ms=10**9),
            salt=self.salt,
        )

    def endpoint(self, call):
        kind = list(ProviderKind)[draw(self.seed, call.provider, len(ProviderKind) - 1)]
        struck = not self.one_at_a_time and draw(self.seed, f"struck {call.attempt}", 99) < self.share
        headers = (("x-tokenwise-fault", self.fault(call.attempt)),) if struck else ()
        return Endpoint(kind, "http://embedded/v1", "any-key", headers)

    def simulated(self):
        """The story by the simulator, and whether anything in it might as well have happened in another order."""
        world = EmbeddedWorld(self.provider(), self.endpoint, self.stream, self.salt)
        story = only(play([Arrival(self.job)], world))
        events = (moment for moment in story.moments if moment.event and not isinstance(moment.event, CAUSED_AT_ONCE))
        moments_of = Counter(at_ms for at_ms, _ in {(moment.at_ms, moment.event.attempt) for moment in events})
        return story, world.close_calls > 0 or max(moments_of.values(), default=0) > 1

    async def performed(self):
        """The run and its moments by the shell."""
        moments = []
        provider = self.provider()
        async with in_memory(provider.converse) as server, open_transport(connect=server.connect) as transport:

            async def place_call(call, *, first_token):
                caller = Caller(transport, {call.provider: self.endpoint(call)}, unix_ms=lambda: 0)
                relay = {"relay": relayed, "first_token": first_token} if self.stream else {}
                return await caller.call(hurried(call, self.salt), **relay)

            holder = Holder(ProcessStore(), scopes_of=lambda *_: ())
            shell = Interpreter(place_call, holder, Notebook(), Watch(), now_ms)
            run = await shell.run(self.job, listener=moments.append)
        return run, moments


async def relayed(_events):
    await trio.lowlevel.checkpoint()


def without_ties(seed):
    """The seed's case with the first salt under which no two things happen at once, and its story."""
    told = ((case, *case.simulated()) for case in (Case(seed, salt) for salt in itertools.count()))
    return next((case, story) for case, story, tied in told if not tied)


def compare(seed):
    """Both stories of one seed. Raises AssertionError where they differ; gives the story where they do not."""
    case, story = without_ties(seed)
    run, moments = trio.run(case.performed, clock=trio.testing.MockClock(autojump_threshold=0))
    assert transcript(moments) == transcript(story.moments), f"seed {seed}"
    assert tuple(moments) == story.moments, f"seed {seed}"
    assert run == story.run, f"seed {seed}"
    return story


class TestFidelity:
    """'Jobs run through the shell and through the simulator give identical commands, spend and outcomes.'"""

    def test_a_few_jobs_go_as_they_were_simulated(self):
        for seed in range(3):
            compare(seed)

    @pytest.mark.slow  # three hundred whole runs, each in its own trio.run
    def test_three_hundred_jobs_go_as_they_were_simulated(self):
        stories = [compare(seed) for seed in range(JOBS)]
        assert len(stories) == JOBS
        charged = {entry.outcome for story in stories for entry in story.entries if isinstance(entry, ledger.Charged)}
        assert charged == {"ok", *(fault.value for fault in Fault)} - NEVER
        assert {ending.outcome for story in stories for ending in story.run.endings} >= OUTCOMES
        events = {type(moment.event) for story in stories for moment in story.moments}
        assert events >= {FirstToken, ModelsCooling, Woke}

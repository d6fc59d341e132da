"""Swarm testing: worlds drawn by a seed, each with its own pattern of faults, and every law checked in each.

`python -m property_tests.swarm FIRST COUNT` runs so many seeds and names the first that breaks a law; exit code 1 then.
A seed reproduces its failure alone: `python -m property_tests.swarm SEED 1`.
"""

import sys

from attrs import evolve

from property_tests.both_ways import check_requests
from property_tests.seeded import draw, seeded_job
from tokenwise.budgets import ledger
from tokenwise.budgets.limit import Limit
from tokenwise.budgets.windows import Window
from tokenwise.catalog.prices import NOTHING_WRITTEN
from tokenwise.errors import ProtocolViolation
from tokenwise.faults import RULES, Billing, Fault
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import CallModel, Finish, Record, Reserve, ReserveRefused, Settle
from tokenwise.machine.run import Ended, Outcome
from tokenwise.money import Nanodollars
from tokenwise.routing.bid import EVERYTHING_WRITTEN
from tokenwise.simulation.facing import Facing, Servers
from tokenwise.simulation.simulation import Arrival, Driver
from tokenwise.simulation.workload import Asked
from tokenwise.simulation.worlds import Behaviour, ModelledWorld, Spread, Trouble

FAULTS = [fault for fault in Fault if fault is not Fault.BOOKS_UNWRITABLE]


def drawn_behaviour(seed, place):
    """Fault patterns: nothing at all, one storm, an outage that comes back, a mixture; and bills that surprise."""

    def one(name, upto):
        return draw(seed, f"{place}/{name}", upto)

    def trouble(index):
        lasts = one(f"lasts{index}", 3)
        return Trouble(
            fault=FAULTS[one(f"fault{index}", len(FAULTS) - 1)],
            per_mille=(30, 150, 500, 1000)[one(f"rate{index}", 3)],
            from_ms=one(f"from{index}", 3_000),
            until_ms=4_000 if lasts else None,
            every_ms=10_000 if lasts == 1 else 0,
            retry_after_ms=(None, 700)[one(f"after{index}", 1)],
        )

    slow = 1 + one("slow", 9_000)
    return Behaviour(
        latency_ms=Spread(((0, 0), (500, slow), (1000, 4 * slow))),
        token_us=(0, 2_000)[one("pace", 1)],
        troubles=tuple(map(trouble, range(one("troubles", 3)))),
        requests_per_minute=(0, 0, 2)[one("limit", 2)],
        unreported_per_mille=(0, 300)[one("unreported", 1)],
        overbilled_per_mille=(0, 200)[one("overbilled", 1)],
    )


def drawn_world(seed):
    places = {name: drawn_behaviour(seed, name) for name in ("direct", "openrouter", "vendor/m4")}
    return ModelledWorld(
        usual=drawn_behaviour(seed, "usual"),
        places=places,
        noticed_per_mille=draw(seed, "seen", 1000),
        leaves_per_mille=(0, 0, 300)[draw(seed, "leaves", 2)],
    )


def drawn_arrivals(seed, servers):
    for index in range(1 + draw(seed, "jobs", 2)):
        job = seeded_job(seed, size=1 + draw(seed, f"size{index}", 4))
        attempts = 1 + draw(seed, f"attempts{index}", 5)
        policy = evolve(job.policy, max_attempts=attempts, max_retries=draw(seed, f"retries{index}", 3))
        job = evolve(job, id=f"run{index}", policy=policy, catalog=servers.catalog)
        asked = Asked(id=job.id, plan=job.plan, streamed=bool(draw(seed, f"streamed{index}", 1)))
        cancel_after = draw(seed, f"cancel{index}", 12) if draw(seed, f"cancelled{index}", 3) == 0 else None
        yield Arrival(job, index * 400, cancel_after, Facing(servers, asked))


class Witness:
    """Hears every moment of a simulation and holds it against the laws. Knows nothing of how the machine decides."""

    def __init__(self, seed):
        self.seed = seed
        self.stories = {}

    def hear(self, arrival, run, moment):
        story = self.stories.setdefault(arrival.job.id, Story(self.seed))
        story.take(run, moment)


class Story:
    def __init__(self, seed):
        self.seed = seed
        self.holds, self.spent, self.overrun = {}, 0, 0
        self.entries, self.moments, self.base, self.done = [], [], {}, set()
        self.finishes, self.reserved = 0, {}
        self.run = None

    def demand(self, kept, law):
        assert kept, f"seed {self.seed}: {law}"

    def take(self, run, moment):
        self.run = run
        self.moments.append(moment)
        if isinstance(moment.event, ReserveRefused):
            self.holds.pop(moment.event.attempt, None)
        for command in moment.commands:
            self.demand(not self.finishes, "nothing follows the end")
            self.command(run.job, command)
        books, limit = run.books, run.job.limit
        self.demand(books.spent + books.held <= limit + books.overrun, "spent + held <= limit + overruns")
        self.demand(self.spent + sum(self.holds.values()) <= limit + self.overrun, "likewise, counted from outside")
        self.demand(books.spent == self.spent, "the books say what was settled")
        self.demand(run.busy <= run.job.policy.parallelism, "no more steps at once than allowed")

    def command(self, job, command):
        match command:
            case Reserve(attempt=attempt, amount=amount):
                self.demand(attempt not in self.holds, "an attempt is reserved once")
                self.holds[attempt] = amount
            case Settle(attempt=attempt, cost=cost):
                self.demand(attempt in self.holds, "only what is held is settled")
                self.overrun += max(0, cost - self.holds.pop(attempt))
                self.spent += cost
            case CallModel():
                self.call(job, command)
            case Record(entry=entry):
                self.entries.append(entry)
                self.entry(job, entry)
            case Finish():
                self.finishes += 1

    def call(self, job, call):
        model, spec = job.catalog[call.model], job.plan[call.attempt.step]
        price = model.offered_by[call.provider].price
        writes = EVERYTHING_WRITTEN if model.writes_unasked else NOTHING_WRITTEN
        worst = price.worst(input_tokens=call.input_tokens, output_tokens=call.max_output_tokens, writes=writes)
        self.demand(self.holds.get(call.attempt) == worst, "a call's worst case is held before it leaves")
        self.demand(not spec.capabilities & ~model.capabilities, "a called model can do the work")
        self.demand(set(spec.after) <= self.done, "no step is called before its parents ended well")
        self.demand(not spec.model or spec.model == call.model, "a pinned step gets its model")

    def entry(self, job, entry):
        match entry:
            case ledger.Routed(attempt=attempt, tier=tier):
                self.base[attempt.step] = tier
            case ledger.Escalated(attempt=attempt, to=to):
                self.demand(job.catalog[to].tier >= self.base[attempt.step], "escalation never descends")
            case ledger.StepEnded(step=name, outcome="ok"):
                self.done.add(name)
            case ledger.Reservation(attempt=attempt, amount=amount):
                self.reserved[attempt] = amount
            case ledger.Charged(attempt=attempt, usage=None, outcome=outcome, amount=amount, estimated=estimated):
                free = outcome != "ok" and RULES[Fault(outcome)].billing is Billing.FREE
                self.demand(amount == (0 if free else self.reserved[attempt]), "silence costs what was held")
                self.demand(estimated == (not free and amount > 0), "what nobody reported is an estimate")
            case ledger.Retried(after_ms=after_ms):
                self.demand(after_ms >= 0, "time does not run backwards")

    def conclude(self):
        run = self.run
        self.demand(self.finishes == 1, "exactly one end")
        self.demand(not self.holds and run.books.held == 0, "nothing is held at the end")
        self.demand(all(isinstance(each.state, Ended) for each in run.steps), "every step has ended")
        self.demand(list(ledger.check(self.entries)) == [], "the entries balance")
        for each in run.steps:
            self.demand(each.calls <= run.job.policy.max_attempts, "no more calls than attempts allowed")
            orphan = each.state.outcome is Outcome.UPSTREAM_FAILED
            self.demand(not orphan or each.calls == each.spent == 0, "orphans are unpaid")
        self.replay()

    def replay(self):
        run, commands = start(self.run.job, at_ms=self.moments[0].at_ms)
        for moment in self.moments[1:]:
            self.demand(bool(commands) or moment.event is not None, "a silent start")
            run, commands = step(run, moment.event)
            self.demand(commands == moment.commands, "a replay gives the same commands")
        self.demand(run == self.run, "a replay ends in the same run")


def check_seed(seed):
    """Every law in the world of one seed. Raises AssertionError, or what the code under test raises."""
    catalog, limit = seeded_job(seed).catalog, Nanodollars(10 ** (6 + draw(seed, "shared", 4)))
    servers, witness = Servers(drawn_world(seed), catalog, seed), Witness(seed)
    driver = Driver(witness.hear)
    driver.limits.add(Limit(limit, (Window.TOTAL, 5_000)[draw(seed, "window", 1)]))
    for arrival in drawn_arrivals(seed, servers):
        driver.admit(arrival)
    driver.finish()
    for story in witness.stories.values():
        story.conclude()
    closed = driver.budgets.finish()
    settled = sum(story.spent for story in witness.stories.values())
    assert sum(one.budget.spent for one in closed) == settled, f"seed {seed}: shared budgets say what was settled"
    for one in closed:
        assert one.budget.held == 0, f"seed {seed}: nothing is held at the end"
        assert one.budget.spent <= limit + one.budget.overrun, f"seed {seed}: a shared budget is never exceeded"
    if seed % 10 == 0:
        check_requests(seed, drawn_world(seed))


def main(first, count):
    """Check so many seeds; the exit code."""
    for seed in range(first, first + count):
        try:
            check_seed(seed)
        except (AssertionError, ProtocolViolation, ValueError, KeyError) as error:
            sys.stdout.write(f"seed {seed}: {type(error).__name__}: {error}\n")
            return 1
    sys.stdout.write(f"{count} worlds from seed {first}: every law held\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))

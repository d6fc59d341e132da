"""Jobs through the simulator's driver against any world, each told from its first moment to its last.

Programs ask by `simulate` and `trace`; tests of the machine want worlds of their own, and every event.
"""

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from tokenwise.budgets import ledger
from tokenwise.budgets.budget import Budget
from tokenwise.machine.messages import Record
from tokenwise.machine.run import Run
from tokenwise.simulation.answers import World
from tokenwise.simulation.simulation import Arrival, Driver, Moment

__all__ = ["Simulated", "Simulation", "only", "play"]


@frozen
class Simulated:
    """One job's whole story and where it ended."""

    run: Run
    moments: tuple[Moment, ...]

    @property
    def entries(self) -> tuple[ledger.Entry, ...]:
        """What the run wrote into the books, in order."""
        commands = (command for moment in self.moments for command in moment.commands)
        return tuple(command.entry for command in commands if isinstance(command, Record))


@frozen
class Simulation:
    """All the jobs' stories by run id, the shared budget's end, and the virtual time it took."""

    runs: Mapping[str, Simulated]
    budget: Budget | None
    ended_ms: int


def play(arrivals: Iterable[Arrival], world: World, *, budget: Budget | None = None) -> Simulation:
    """Run these jobs against this world. They share health and, if one is given, a budget outside their own limits.

    Repeats exactly for equal arguments. Raises ProtocolViolation only for a bug in the machine.
    """
    told: dict[str, tuple[Run, list[Moment]]] = {}

    def hear(arrival: Arrival, run: Run, moment: Moment) -> None:
        _, moments = told.get(arrival.job.id, (run, []))
        told[arrival.job.id] = (run, moments)
        moments.append(moment)

    driver, shared = Driver(hear), ""
    if budget is not None:
        shared = driver.limits.adopt("shared", budget)
    for arrival in sorted(arrivals, key=lambda arrival: arrival.at_ms):
        driver.admit(evolve(arrival, world=arrival.world or world))
    driver.finish()
    stories = {run_id: Simulated(run, tuple(moments)) for run_id, (run, moments) in told.items()}
    return Simulation(stories, driver.budgets[shared] if budget else None, driver.now_ms)


def only(simulation: Simulation) -> Simulated:
    """The story of the one job that was simulated."""
    (story,) = simulation.runs.values()
    return story

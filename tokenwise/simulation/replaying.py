"""A recorded run, decided again: the same job and the same events give the same run, on every machine.

A journal holds what happened, not what was decided; the decisions follow. What the books say of the run shows whether
the machine that recorded it decided as this one does.

A run that was cancelled can be gone on with. Its events then stand behind the cancellation: what that wrote into the
books stays written, and the run goes on from before it.
"""

from collections.abc import Iterable, Sequence

from attrs import frozen

from tokenwise.budgets.ledger import Entry
from tokenwise.machine.machine import start, step
from tokenwise.machine.messages import Cancelled, Event, Record
from tokenwise.machine.run import Job, Run
from tokenwise.simulation.simulation import Moment

__all__ = ["Divergence", "Replayed", "first_divergence", "replay"]


@frozen
class Replayed:
    """Where the events lead, and what was commanded on the way. `resumable` is the run without a last cancellation."""

    run: Run
    moments: tuple[Moment, ...]
    resumable: Run

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the run wrote into the books, in order."""
        commands = (command for moment in self.moments for command in moment.commands)
        return tuple(command.entry for command in commands if isinstance(command, Record))


@frozen
class Divergence:
    """The first place where the books and the replay differ. None stands for an entry that one of them lacks."""

    place: int
    recorded: Entry | None
    derived: Entry | None


def replay(job: Job, at_ms: int, events: Iterable[Event]) -> Replayed:
    """Decide a recorded run again. Raises ProtocolViolation where an event cannot follow, as in a cut journal."""
    run, commands = start(job, at_ms=at_ms)
    resumable, moments = run, [Moment(at_ms, None, commands)]
    for event in events:
        run, commands = step(resumable, event)
        moments.append(Moment(run.now_ms, event, commands))
        if not isinstance(event, Cancelled):
            resumable = run
    return Replayed(run, tuple(moments), resumable)


def first_divergence(recorded: Sequence[Entry], derived: Sequence[Entry]) -> Divergence | None:
    """The first entry that differs between the books and a replay; None if the two are identical."""
    for place in range(max(len(recorded), len(derived))):
        ours = recorded[place] if place < len(recorded) else None
        theirs = derived[place] if place < len(derived) else None
        if ours != theirs:
            return Divergence(place, ours, theirs)
    return None

"""The requests of a guarded command as a workload for `tw simulate`: sizes, needs and lengths, and nobody's words.

A line is written as its request ends, so that what came before a kill is kept.
"""

from pathlib import Path
from typing import IO, Final

import orjson
from attrs import define, field

from tokenwise.budgets.ledger import Charged, StepEnded
from tokenwise.machine.messages import Record
from tokenwise.machine.run import Job
from tokenwise.routing.bid import Need
from tokenwise.simulation.simulation import Moment
from tokenwise.traits import Capability, Feature
from tokenwise.usage import Usage
from tokenwise_shell.engine.interpret import Listener

__all__ = ["Saved"]

_CAPABILITIES: Final = tuple((one, str(one.name).lower()) for one in Capability)


@define(eq=False)
class Saved:
    """A workload in the making. `began_ms` is when its time begins."""

    path: Path
    began_ms: int
    _file: IO[bytes] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin the file anew, readable by its owner alone. Raises OSError."""
        self._file = self.path.open("wb", buffering=0)
        self.path.chmod(0o600)

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def listener(self, agent: str, job: Job) -> Listener:
        """Hears one run, and writes its line at its end."""
        begun: list[int] = []
        usages: list[Usage | None] = []

        def hear(moment: Moment) -> None:
            begun.append(moment.at_ms)
            for command in moment.commands:
                match command:
                    case Record(entry=Charged(usage=usage)):
                        usages.append(usage)
                    case Record(entry=StepEnded()) if job.request is not None:
                        self._write(agent, job.id, job.request, begun[0], usages[-1] if usages else None)
                    case _:
                        pass

        return hear

    def _write(self, agent: str, run: str, need: Need, at_ms: int, usage: Usage | None) -> None:
        if need.features & Feature.EMBEDDINGS:
            return  # a workload is of answers
        wanted = [name for one, name in _CAPABILITIES if one in need.wanted]
        line = {
            "id": run,
            "at_ms": max(0, at_ms - self.began_ms),
            "input_tokens": usage.prompt_tokens if usage else need.input.expected,
            "input_tokens_bound": need.input.bound,
            "difficulty": need.difficulty,
            "max_output_tokens": need.max_output_tokens,
            **({"capabilities": wanted} if wanted else {}),
            **({"model": need.model} if need.model else {}),
            **({"output_tokens": usage.output_tokens} if usage else {}),
            **({"labels": [agent]} if agent else {}),
            "streamed": need.streamed,
        }
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

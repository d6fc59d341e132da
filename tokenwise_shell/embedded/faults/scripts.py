"""Which calls meet which fault: rules over the order of calls, and their playback.

A call is shown to the rules in their order until one gives it a fault; each rule counts the calls it was shown and
whose model it names. Nothing depends on the clock, so the same order of calls meets the same faults.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TypeAlias

from attrs import define, field, frozen
from attrs.validators import ge, instance_of, le

from tokenwise_shell.embedded.draws import Draw
from tokenwise_shell.embedded.faults.faults import ScriptedFault

__all__ = ["Chance", "Every", "First", "Playback", "Rule", "Script"]


def _faults(faults: Iterable[ScriptedFault | None]) -> tuple[ScriptedFault | None, ...]:
    return tuple(faults)


@frozen
class First:
    """The first calls to a model meet these faults in order, None being none; later ones are fine."""

    faults: tuple[ScriptedFault | None, ...] = field(converter=_faults)
    model: str = field(default="*", validator=instance_of(str))

    def at(self, call: int, _: Draw) -> ScriptedFault | None:
        """The fault of the call with this number, counted from 1."""
        return self.faults[call - 1] if call <= len(self.faults) else None


@frozen
class Every:
    """Every k-th call to a model meets the fault: with k = 5 the fifth, the tenth and so on."""

    k: int = field(validator=ge(1))
    fault: ScriptedFault
    model: str = field(default="*", validator=instance_of(str))

    def at(self, call: int, _: Draw) -> ScriptedFault | None:
        """The fault of the call with this number, counted from 1."""
        return None if call % self.k else self.fault


@frozen
class Chance:
    """Each call to a model meets the fault with this probability, drawn from the seed and the call's number."""

    probability: float = field(validator=[ge(0.0), le(1.0)])
    fault: ScriptedFault
    model: str = field(default="*", validator=instance_of(str))

    def at(self, call: int, draw: Draw) -> ScriptedFault | None:
        """The fault of the call with this number, counted from 1."""
        return self.fault if draw.chance(call) < self.probability else None


Rule: TypeAlias = First | Every | Chance


def _rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(rules)


@frozen
class Script:
    """Rules in order of precedence. `model` in a rule is a glob (`openai/*`), case-sensitive."""

    rules: tuple[Rule, ...] = field(default=(), converter=_rules)


@define
class Playback:
    """A script being played: how many calls each rule has been shown so far."""

    script: Script
    seed: int = 0
    _shown: dict[int, int] = field(factory=dict, init=False)

    def next_fault(self, model: str) -> ScriptedFault | None:
        """The fault of the next call, to this model."""
        for place, rule in enumerate(self.script.rules):
            if not fnmatchcase(model, rule.model):
                continue
            call = self._shown[place] = self._shown.get(place, 0) + 1
            if (fault := rule.at(call, Draw.of(self.seed, f"rule {place}".encode()))) is not None:
                return fault
        return None

"""What a `corrected` line says: from which amount to which the cost of an earlier line is stated anew.

Corrections of run R are numbered in a run of their own, `R/corrections`, from 0: whoever goes on with R need not know
of them, and nobody waits. What R itself did and decided stays as it was, its `finished` too; only sums follow.
"""

from typing import Final

from attrs import define, field

from tokenwise_shell.ledger.jsonl import Line

__all__ = ["CLOSINGS", "CORRECTED", "CORRECTIONS", "Chain", "estimated_in", "facts_of", "overrun_by", "spent_by"]

CORRECTED: Final = "corrected"
"""The type of such a line."""

CORRECTIONS: Final = "/corrections"
"""How the runs end under which corrections are numbered; what stands before is the run that they correct."""

CLOSINGS: Final = frozenset({"charged", "abandoned"})
"""The types of which each reserved attempt has exactly one line. Their amounts are what was spent."""


def spent_by(line: Line) -> int:
    """What a line adds to what was spent, in nano-dollars; less than 0 for a correction downwards."""
    if line["type"] in CLOSINGS:
        return int(line["amount_nano"])
    return int(line["amount_nano"] - line["was_nano"]) if line["type"] == CORRECTED else 0


def overrun_by(line: Line) -> int:
    """What a line adds to what providers billed above what was reserved; less than 0 where that was put right."""
    if line["type"] == "overran":
        return int(line["amount_nano"])
    if line["type"] != CORRECTED:
        return 0
    now, before = (int(line[name]) - int(line["reserved_nano"]) for name in ("amount_nano", "was_nano"))
    return max(0, now) - max(0, before)


def estimated_in(line: Line) -> bool:
    """Whether what this line charges, or what it takes the place of, is an estimate."""
    return line["type"] == "abandoned" or bool(line["estimated"])


def facts_of(closing: Line, reservation: Line | None) -> dict[str, object]:
    """What a correction repeats of the call that it corrects: the line that closed it, and the one that reserved."""
    return {
        **{name: closing[name] for name in ("step", "attempt", "model", "provider")},
        "reserved_nano": reservation["amount_nano"] if reservation else 0,
        "charged_at": closing["at"],
        "reserved_at": (reservation or closing)["at"],
        "outcome": closing.get("outcome", ""),
    }


@define
class Chain:
    """One call's cost as it is stated: what closed the call, and the corrections of that by their numbers."""

    closing: Line | None = None
    reservation: Line | None = None
    corrections: dict[int, Line] = field(factory=dict)

    @property
    def stated_nano(self) -> int:
        """What the call counts as now. Raises ValueError where nothing has closed it."""
        if self.closing is None:
            raise ValueError("no line closes this call")
        last = self.corrections[max(self.corrections)] if self.corrections else self.closing
        return int(last["amount_nano"])

    @property
    def estimated(self) -> bool:
        """Whether that is still an estimate: a correction is somebody's word."""
        return not self.corrections and self.closing is not None and estimated_in(self.closing)

    def problems(self) -> list[tuple[Line, str]]:
        """Each correction that does not follow from what stands before it, and why."""
        if self.closing is None:
            return [(line, f"corrects seq {line['corrects']}, which charges nothing") for line in self._ordered()]
        facts, found, known = facts_of(self.closing, self.reservation), [], Chain(self.closing)
        for line in self._ordered():
            told = {"was_nano": known.stated_nano, "estimated": known.estimated, **facts}
            wrong = [
                f"{name} {line[name]!r:.40} where it is {told[name]!r:.40}" for name in told if line[name] != told[name]
            ]
            found += [(line, f"says {', '.join(wrong)}")] if wrong else []
            known.corrections[line["seq"]] = line
        return found

    def _ordered(self) -> list[Line]:
        return [line for _, line in sorted(self.corrections.items())]

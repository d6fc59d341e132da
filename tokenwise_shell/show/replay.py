"""What people are shown of a run that was decided again. Prints nothing."""

from collections.abc import Iterator

from tokenwise.budgets.ledger import Entry
from tokenwise.simulation.hindsight import Hindsight, Rechosen
from tokenwise.simulation.replaying import Divergence
from tokenwise_shell.codec.messages import entry_to_json
from tokenwise_shell.engine.replays import Replay, WhatIf
from tokenwise_shell.show.render import facts, one_line, table, usd

__all__ = ["replay_text", "what_if_text"]


def replay_text(replay: Replay, *, width: int | None = None) -> str:
    """Whether the run is decided again as it was, and where it first is not."""
    if replay.violation:
        return facts([("diverges", f"an event cannot follow: {one_line(replay.violation)}")], width)
    if replay.divergence:
        return facts(_sides(replay.divergence), width)
    if not replay.identical:
        ids = (("recorded decision", replay.recorded_id), ("derived decision", replay.decision_id))
        return facts([("diverges", "the decision has another name"), *ids], width)
    return f"identical: {len(replay.record.events)} events, {len(replay.recorded)} decisions\n"


def _sides(divergence: Divergence) -> Iterator[tuple[str, str]]:
    yield "diverges", f"at decision {divergence.place + 1} of the run"
    yield "recorded", _shown(divergence.recorded)
    yield "derived", _shown(divergence.derived)


def _shown(entry: Entry | None) -> str:
    if entry is None:
        return "nothing"
    line = entry_to_json(entry)
    return one_line(" ".join((str(line.pop("type")), *(f"{name}={value}" for name, value in line.items()))))


def what_if_text(what_if: WhatIf, *, width: int | None = None) -> str:
    """What would have been chosen, step by step, and what it would have cost: a range where nobody can know."""
    if not isinstance(what_if.outcome, Hindsight):
        return f"refused then: {what_if.refusal}\n"
    rows = [_row(each) for each in what_if.outcome.steps]
    spent = sum(each.cost for each in what_if.outcome.steps)
    alike = what_if.outcome.alike
    tokens = "" if alike is None else f", {usd(alike)} with the recorded tokens"
    sums = f"{usd(spent)} was spent; {_span(what_if.outcome.least, what_if.outcome.most)} would have been{tokens}"
    heading = ("step", "asked", "spent", "would ask", "same tokens", "would cost")
    return f"{table((heading, *rows), right=(2, 4), width=width, cut=3)}\n{facts([('cost', sums)], width)}"


def _row(each: Rechosen) -> tuple[str, ...]:
    asked = each.model or "nobody"
    alike = "–" if each.alike is None else usd(each.alike)
    return one_line(each.step), asked, usd(each.cost), each.other.model, alike, _span(each.least, each.most)


def _span(least: int, most: int) -> str:
    return usd(least) if least == most else f"{usd(least)} to {usd(most)}"

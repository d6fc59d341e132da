"""The state diagram and the transcript in docs/machine.md are made from the code. `--regold` writes them anew."""

from pathlib import Path

from tokenwise.machine.machine import TRANSITIONS
from tokenwise.machine.messages import Cancelled
from tokenwise.machine.run import Ended, Parked, Pending, Reserving

PAGE = Path(__file__).parents[3] / "docs" / "machine.md"
TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"


def diagram():
    edges = {
        (was.__name__, now.__name__, event.__name__) for (was, event), nexts in TRANSITIONS.items() for now in nexts
    }
    # These follow from what another step did, not from an event of the step's own.
    edges |= {(Pending.__name__, state.__name__, "its parents ended") for state in (Reserving, Parked, Ended)}
    edges |= {(Parked.__name__, state.__name__, "money came back") for state in (Reserving, Ended)}
    lines = [f"    {was} --> {now}: {event}" for was, now, event in sorted(edges)]
    note = f"    note right of Ended: {Cancelled.__name__} leads here from every state"
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> Pending", *lines, "    Ended --> [*]", note, "```"])


def shown_transcript(name):
    return f"```text\n{(TRANSCRIPTS / name).read_text(encoding='utf-8')}```"


def with_block(page, name, block):
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = page.split(start)
    return f"{before}{start}\n{block}\n{end}{rest.split(end)[1]}"


def test_the_page_shows_what_the_code_does(regold):
    page = PAGE.read_text(encoding="utf-8")
    fresh = with_block(page, "diagram", diagram())
    for name in ("escalation", "dispute"):
        fresh = with_block(fresh, name, shown_transcript(f"{name}.txt"))
    if regold:
        PAGE.write_text(fresh, encoding="utf-8")
    assert fresh == PAGE.read_text(encoding="utf-8")

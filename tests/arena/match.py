"""One contestant through the rounds: the clients, the kills, and what is measured by the upstream's own count."""

from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import orjson
import trio
from attrs import define, field, frozen

from tests.arena.contestants import Contestant
from tests.arena.rounds import DEMAND, Round, Size
from tests.arena.upstream import INPUT_NANO, LONGEST, OUTPUT_NANO, Greedy
from tests.shell.plain_http import Connection, ServerLeft, post
from tokenwise_shell.embedded import Pace, Script, serve

# How often one request is repeated where the gateway says "come again" or cannot be reached.
TRIES = 8
# A gateway that answers nothing for so long has lost that request.
PATIENCE_S = 180
# What is under way at the upstream when the last client has its answer; books may be written behind.
QUIET_S, BOOKS_S = 0.3, 8


@frozen
class Result:
    """A round's outcome, in nano-dollars where money is meant. `books` is None where nobody keeps any."""

    round: str
    cap: int
    billed: int
    books: int | None
    owned_up: int  # what the books call overrun
    statuses: dict[str, int]
    wrongly: int

    @property
    def over(self) -> int:
        """What the upstream billed above the cap."""
        return max(0, self.billed - self.cap)

    @property
    def used(self) -> float:
        """The share of the cap that could be used."""
        return min(1.0, self.billed / self.cap)


@frozen
class Refusal:
    """A refusal for good: what the upstream had billed by then, how many calls ran there, and who else was waiting."""

    billed: int
    running: int
    open: frozenset[int]
    most: int


@define
class Match:
    """The clients of one round, which share its demand."""

    contestant: Contestant
    upstream: Greedy
    round: Round
    size: Size
    cap: int
    since: int
    left: int
    chance: Random = field(factory=lambda: Random(1))
    statuses: Counter[str] = field(factory=Counter)
    refusals: list[Refusal] = field(factory=list)
    open: set[int] = field(factory=set)  # requests without their last answer
    refused: set[int] = field(factory=set)
    up: trio.Event = field(factory=trio.Event)

    async def play(self) -> None:
        self.up.set()
        async with trio.open_nursery() as nursery:
            if self.round.kills:
                nursery.start_soon(self.killer, nursery.cancel_scope)
            async with trio.open_nursery() as clients:
                for _ in range(self.size.clients):
                    clients.start_soon(self.client)
            nursery.cancel_scope.cancel()
        await trio.sleep(QUIET_S)

    async def killer(self, scope: trio.CancelScope) -> None:
        """Kill the gateway after a third and after two thirds of what the cap pays has been begun."""
        for kill in range(1, self.round.kills + 1):
            while len(self.upstream.calls) - self.since < kill * self.size.answers / (self.round.kills + 1):  # noqa: ASYNC110
                await trio.sleep(0.01)
            self.up = trio.Event()
            with trio.CancelScope(shield=True):
                await self.contestant.restart()
            self.up.set()

    async def client(self) -> None:
        while self.left > 0:
            self.left -= 1
            number = self.left
            self.open.add(number)
            with trio.move_on_after(PATIENCE_S) as patience:
                await self.ask(number, self.round.fields(self.size, self.chance))
            self.open.discard(number)
            self.statuses["none"] += patience.cancelled_caught

    async def ask(self, number: int, fields: dict) -> None:
        """One request, again where that is what the gateway asks for."""
        fields = {"model": self.round.model, "stream": self.round.stream} | fields
        for _ in range(TRIES):
            try:
                status, again_s = await self.once(self.contestant.request(self.round, fields))
            except (OSError, trio.BrokenResourceError, ServerLeft, ValueError):
                await self.up.wait()
                status, again_s = "lost", 0.2 if self.round.kills else None
            self.statuses[status] += 1
            if again_s is None:
                if status[0] == "4":
                    self.note_refusal(number, fields)
                return
            await trio.sleep(min(1.0, again_s))

    async def once(self, fields: dict) -> tuple[str, float | None]:
        """The status, and after how many seconds to come again; None where this was final."""
        place = urlsplit(self.contestant.url)
        connection = await Connection.open(place.hostname, place.port)
        headers = self.contestant.headers(self.round)
        try:
            body = orjson.dumps(fields)
            path = f"{place.path}/chat/completions"
            answer = await connection.ask(post(path, body, host=place.netloc, headers=headers))
            if answer.status == 200 and self.round.stream and self.chance.random() < self.round.leaves:
                for _ in range(self.chance.randrange(1, 6)):
                    await connection.chunk()
                return "left", None
            await connection.body(answer)
        finally:
            await connection.aclose()
        come_again = answer.status in (429, 503) and "retry-after" in answer.headers
        return str(answer.status), float(answer.headers["retry-after"]) if come_again else None

    def note_refusal(self, number: int, fields: dict) -> None:
        output = fields.get("max_tokens") or LONGEST
        text = sum(len(str(message["content"]).encode()) for message in fields["messages"])
        most = (text + 600) * INPUT_NANO + output * OUTPUT_NANO
        billed, running = self.upstream.billed_nano(self.since, over=True), self.upstream.running(self.since)
        self.refused.add(number)
        self.refusals.append(Refusal(billed, running, frozenset(self.open - {number}), most))

    @property
    def wrongly(self) -> int:
        """Refusals although the money was there: for all that had been admitted by then, in full, and for this one."""
        return sum(
            one.billed + (1 + max(one.running, len(one.open - self.refused))) * one.most <= self.cap
            for one in self.refusals
        )


def cap_nano(turn: Round, size: Size) -> int:
    """So much that the money pays `size.answers` usual answers."""
    output = LONGEST if turn.open_ended else size.tokens
    return size.answers * (output * OUTPUT_NANO + 40 * INPUT_NANO)


async def bout(contestant: Contestant, upstream: Greedy, turn: Round, size: Size) -> Result:
    """One round, against a gateway that runs."""
    upstream.plays(turn.faults)
    since, cap = len(upstream.calls), cap_nano(turn, size)
    match = Match(contestant, upstream, turn, size, cap, since, left=DEMAND * size.answers)
    await match.play()
    upstream.plays(Script())
    billed = upstream.billed_nano(since)
    books, owned_up = await contestant.settled_books(turn, billed, BOOKS_S)
    wrongly = 0 if turn.model not in contestant.priced else match.wrongly
    return Result(turn.name, cap, billed, books, owned_up, dict(match.statuses), wrongly)


async def fight(contestant: Contestant, rounds: tuple[Round, ...], size: Size, *, port: int = 0, tell=None):
    """All rounds, in one life of the gateway where it has a budget for each key, else in a life for each.

    With `tell`, each result is printed in its words as it comes.
    """
    results = []
    caps = {each.name: cap_nano(each, size) for each in rounds}
    upstream = Greedy(pace=Pace(latency_ms=20, token_us=1000))
    async with serve(upstream, port=port) as address:
        for some in (rounds,) if contestant.keyed else [(each,) for each in rounds]:
            with TemporaryDirectory(prefix="arena-", ignore_cleanup_errors=True) as folder:
                await contestant.start(Path(folder), str(address), {each.name: caps[each.name] for each in some})
                try:
                    for each in some:
                        results.append(await bout(contestant, upstream, each, size))
                        if tell:
                            print(tell(results[-1]), flush=True)
                finally:
                    with trio.CancelScope(shield=True):
                        await contestant.stop()
    return results

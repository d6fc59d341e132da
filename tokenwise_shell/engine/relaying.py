"""A streamed answer on its way from its provider to whoever hears it: read, and passed on as it comes.

What comes together leaves together. Events that differ in nothing but text are not read one by one (see
`StreamParse.alike`).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import trio
from attrs import define, field

from tokenwise_shell.providers.fields import as_json
from tokenwise_shell.providers.openai.usage import is_usage_alone
from tokenwise_shell.providers.wire import StreamParse
from tokenwise_shell.transport import HttpStream
from tokenwise_shell.transport.exchange import TransportTrouble, TroubleKind
from tokenwise_shell.transport.flowing import Nothing
from tokenwise_shell.transport.sse import SseEvent, SseReader, SseRun

__all__ = ["Relay", "Relaying"]

Relay = Callable[[Sequence[tuple[SseEvent | SseRun, str]]], Awaitable[None] | None]
"""Takes the events of a stream in OpenAI's format, as they came if they came so, each with the text that it adds.

They are those of one read, so that what came together can leave together. It gives what is left to wait for, None where
that is nothing; until then nothing more is read.
"""

# Long enough for a last word that is under way; nobody notices it behind an answer.
_GRACE_S: Final = 1.0

_NOTHING: Final = Nothing()

_END: Final = b"\n\n"

_Heard = list[tuple[SseEvent | SseRun, str]]


@define(eq=False)
class Relaying:
    """One stream. `first_token` is called once, before the first event with output is passed on.

    Without `usage`, the chunk that holds it and no choice is kept, which only those who asked for it expect.
    """

    parse: StreamParse
    first_token: Callable[[], None]
    relay: Relay
    usage: bool = True
    reader: SseReader = field(factory=SseReader)

    async def carry(self, start: bytes, answer: HttpStream) -> TransportTrouble | None:
        """Read the stream to its end and pass it on; the trouble it ended with. `start` was read already."""
        try:
            rest: Awaitable[None] | None = self.take(start) or _NOTHING
            while rest is not None:
                await rest
                if self.reader.overflowed:
                    return TransportTrouble(TroubleKind.TOO_LARGE, "an event of the stream is too large to be one")
                rest = await self._more(answer)
            if (rest := self._passed_on(self._read(_last_of(self.reader, self.parse)))) is not None:
                await rest
        except TransportTrouble as trouble:
            return trouble
        if (rest := self._passed_on(self._wanted([(said, "") for said in self.parse.closing]))) is not None:
            await rest
        return None

    async def _more(self, answer: HttpStream) -> Awaitable[None] | None:
        """Go on with the stream until something is to be waited for; None at its end.

        One that owes nothing any more and yet stays open is over after a moment.
        """
        if self.parse.over:
            return None
        if not self.parse.owes_nothing:
            return await answer.flow(self.take)
        with trio.move_on_after(_GRACE_S):
            if chunk := await answer.receive():
                return self.take(chunk) or _NOTHING
        return None

    def take(self, chunk: bytes) -> Awaitable[None] | None:
        """Take what has come, and pass it on; what is to be waited for before there is more, None to go on."""
        rest = self._passed_on(self._heard(chunk))
        if rest is not None or not (self.parse.over or self.parse.owes_nothing or self.reader.overflowed):
            return rest
        return _NOTHING

    def _passed_on(self, together: Sequence[tuple[SseEvent | SseRun, str]]) -> Awaitable[None] | None:
        return self.relay(together) if together else None

    def _heard(self, chunk: bytes) -> _Heard:
        """What has come amounts to this for a client."""
        parse, reader = self.parse, self.reader
        kept = reader.given_back() if parse.has_runs else None
        if kept is None:
            return self._read(reader.feed(chunk))
        chunk = kept + chunk if kept else chunk
        whole, ends, rest = chunk.rpartition(_END)
        if not ends:
            return self._read(reader.feed(chunk))
        together, said = _Heard(), whole.split(_END)
        while said:
            count, text = parse.alike(said)
            if count:
                together.append((SseRun(_END.join((*said[:count], b""))), text))
            else:
                together += self._read(reader.one(said[0]))
            said = said[count or 1 :]
        return together + self._read(reader.feed(rest)) if rest else together

    def _read(self, events: Sequence[SseEvent]) -> _Heard:
        parse, read = self.parse, _Heard()
        for event in events:
            told, text = parse.begun, parse.feed(event)
            if parse.begun and not told:
                self.first_token()
            for said in parse.chunks:
                read.append((said, text))
                text = ""
        return self._wanted(read)

    def _wanted(self, read: _Heard) -> _Heard:
        return read if self.usage else [each for each in read if each[1] or not is_usage_alone(each[0].data)]


def _last_of(reader: SseReader, parse: StreamParse) -> tuple[SseEvent, ...]:
    """The last event of a stream that is whole though the line that ends it has not come, as clients read it."""
    rest = None if parse.over else reader.rest()
    is_whole = rest is not None and (rest.data == b"[DONE]" or as_json(rest.data) is not None)
    return (rest,) if rest is not None and is_whole else ()

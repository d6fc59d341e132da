"""A client with no manners of its own: one request on a stream, and everything that came back, torn or whole.

`Dialect` puts one question in each of the three wire formats and finds the text and the bill in the answer.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import h11
import orjson
import trio
import trio.testing
from attrs import define, field, frozen

from tokenwise_shell.embedded import EmbeddedProvider, HttpRequest, Pace

INSTANT = Pace(latency_ms=0, token_us=0)


@frozen
class Answer:
    """One answer. `whole` is false where the connection ended before the answer did; status 0 is no answer at all."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool

    @property
    def json(self):
        return orjson.loads(self.body)

    @property
    def events(self) -> list[bytes]:
        """The data of a stream's events, in order."""
        parts = self.body.replace(b"\r\n", b"\n").split(b"\n\n")
        return [part[part.find(b"data: ") + 6 :] for part in parts if part]

    @property
    def text(self) -> str:
        """The text of a streamed answer."""
        chunks = [orjson.loads(event) for event in self.events if event != b"[DONE]"]
        return "".join(c["delta"].get("content") or "" for chunk in chunks for c in chunk.get("choices", ()))


@define
class Client:
    """The client's side of one connection."""

    stream: trio.abc.Stream
    http: h11.Connection = field(init=False, factory=lambda: h11.Connection(h11.CLIENT))

    async def send(self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        lines = {"host": "embedded", "content-length": str(len(body)), **(headers or {})}
        head = h11.Request(method=method, target=target, headers=list(lines.items()))
        parts = [self.http.send(head), self.http.send(h11.Data(data=body)), self.http.send(h11.EndOfMessage())]
        await self.stream.send_all(b"".join(parts))

    async def receive(self) -> Answer:
        status, headers, body = 0, {}, b""
        try:
            while True:
                event = self.http.next_event()
                match event:
                    case h11.NEED_DATA:
                        self.http.receive_data(bytes(await self.stream.receive_some(65536)))
                    case h11.Response(status_code=status, headers=raw):
                        headers = {name.decode(): value.decode() for name, value in raw}
                    case h11.Data(data=data):
                        body += bytes(data)
                    case h11.EndOfMessage():
                        break
                    case _:
                        return Answer(status, headers, body, whole=False)
        except (h11.RemoteProtocolError, trio.BrokenResourceError):
            return Answer(status, headers, body, whole=False)
        if self.http.our_state is h11.DONE and self.http.their_state is h11.DONE:
            self.http.start_next_cycle()
        return Answer(status, headers, body, whole=True)

    async def call(self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        await self.send(method, target, body, headers)
        return await self.receive()

    async def chat(self, content: str = "What is rain?", *, fault: str | None = None, **fields: object) -> Answer:
        body = chat_body(content, **fields)
        headers = {} if fault is None else {"x-tokenwise-fault": fault}
        return await self.call("POST", "/v1/chat/completions", body, headers)


def chat_body(content: str = "What is rain?", **fields: object) -> bytes:
    return orjson.dumps({"model": "m", "messages": [{"role": "user", "content": content}], **fields})


def connect(nursery: trio.Nursery, provider: EmbeddedProvider) -> Client:
    """A connection to the provider in memory."""
    ours, theirs = trio.testing.memory_stream_pair()
    nursery.start_soon(provider.converse, theirs)
    return Client(ours)


async def ask(provider: EmbeddedProvider, content: str = "What is rain?", **fields: object) -> Answer:
    """One completion on a connection of its own, in memory."""
    async with trio.open_nursery() as nursery:
        client = connect(nursery, provider)
        answer = await client.chat(content, **fields)
        await client.stream.aclose()
    return answer


@frozen(kw_only=True)
class Dialect:
    """One wire format, as a client without an SDK speaks it.

    `asked` is the request for an answer to one message by the model `m`, with this cap. `pieces` finds the text in an
    answer or in one event of a stream; `bill` the input and output tokens, cached and thinking ones included.
    """

    target: str
    stream_target: str
    stream_fields: Mapping[str, Any] = field(factory=dict)
    headers: Mapping[str, str] = field(factory=dict)
    asked: Callable[[str, int], dict[str, Any]]
    pieces: Callable[[Any], Iterator[str]]
    bill: Callable[[Any], tuple[int, int] | None]

    def request(self, content: str, *, stream: bool = False, cap: int = 400, **fields: object) -> HttpRequest:
        """The request, without a connection."""
        body = self.asked(content, cap) | (dict(self.stream_fields) if stream else {}) | fields
        target = self.stream_target if stream else self.target
        return HttpRequest("POST", target, tuple(self.headers.items()), orjson.dumps(body))

    async def ask(
        self, provider: EmbeddedProvider, content: str = "What is rain?", *, fault: str | None = None, **fields: Any
    ) -> Answer:
        """One completion on a connection of its own, in memory."""
        request = self.request(content, **fields)
        headers = dict(self.headers) | ({"x-tokenwise-fault": fault} if fault else {})
        async with trio.open_nursery() as nursery:
            client = connect(nursery, provider)
            answer = await client.call("POST", request.target, request.body, headers)
            await client.stream.aclose()
        return answer

    def said(self, answer: Answer) -> str:
        """The text of an answer, streamed or not."""
        return "".join(piece for part in self.parts(answer) for piece in self.pieces(part))

    def billed(self, answer: Answer) -> tuple[int, int] | None:
        """What an answer reports: in a stream, the last word counts."""
        return next(filter(None, map(self.bill, reversed(self.parts(answer)))), None)

    def parts(self, answer: Answer) -> list[Any]:
        """The JSON of an answer, or of each event of a stream."""
        if not answer.headers["content-type"].startswith("text/event-stream"):
            return [answer.json]
        return [orjson.loads(event) for event in answer.events if event != b"[DONE]"]


def _messages(content: str, cap: int) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], "max_tokens": cap}


def _contents(content: str, cap: int) -> dict[str, Any]:
    return {"contents": [{"parts": [{"text": content}]}], "generationConfig": {"maxOutputTokens": cap}}


def _openai_pieces(answer: Any) -> Iterator[str]:
    for choice in answer.get("choices", ()):
        yield choice.get("message", choice.get("delta")).get("content") or ""


def _anthropic_pieces(answer: Any) -> Iterator[str]:
    yield answer.get("delta", {}).get("text", "")
    yield from (block.get("text", "") for block in answer.get("content", ()))


def _google_pieces(answer: Any) -> Iterator[str]:
    for candidate in answer.get("candidates", ()):
        yield from (part.get("text", "") for part in candidate["content"].get("parts", ()))


def _openai_bill(answer: Any) -> tuple[int, int] | None:
    usage = answer.get("usage")
    return usage and (usage["prompt_tokens"], usage["completion_tokens"])


def _anthropic_bill(answer: Any) -> tuple[int, int] | None:
    usage = answer.get("usage")
    cached = usage and usage["cache_read_input_tokens"] + usage["cache_creation_input_tokens"]
    return usage and (usage["input_tokens"] + cached, usage["output_tokens"])


def _google_bill(answer: Any) -> tuple[int, int] | None:
    usage = answer.get("usageMetadata")
    output = usage and usage["candidatesTokenCount"] + usage.get("thoughtsTokenCount", 0)
    return usage and (usage["promptTokenCount"], output)


DIALECTS = {
    "openai": Dialect(
        target="/v1/chat/completions",
        stream_target="/v1/chat/completions",
        stream_fields={"stream": True, "stream_options": {"include_usage": True}},
        asked=_messages,
        pieces=_openai_pieces,
        bill=_openai_bill,
    ),
    "anthropic": Dialect(
        target="/v1/messages",
        stream_target="/v1/messages",
        stream_fields={"stream": True},
        headers={"anthropic-version": "2026-10-21"},
        asked=_messages,
        pieces=_anthropic_pieces,
        bill=_anthropic_bill,
    ),
    "google": Dialect(
        target="/v1beta/models/m:generateContent",
        stream_target="/v1beta/models/m:streamGenerateContent?alt=sse",
        asked=_contents,
        pieces=_google_pieces,
        bill=_google_bill,
    ),
}

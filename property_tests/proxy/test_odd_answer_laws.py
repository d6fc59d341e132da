"""However an answer is dressed, every door's client hears the same answer.

What is varied are shapes met in recorded answers of vendors and servers: labels, compression, events without a meaning,
the places of usage, the words for absence, the forms of calls. What was meant is the same throughout.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
import trio
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.loopback import chunk, in_memory, saying
from tests.shell.provider_contract import command
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.engine.calls import Caller
from tokenwise_shell.providers import Endpoint
from tokenwise_shell.proxy.answer.chunks import chunks_of
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.doors.responses.door import ResponsesFront
from tokenwise_shell.proxy.fronts import Front
from tokenwise_shell.transport import open_transport
from tokenwise_shell.transport.sse import SseEvent

Json = Mapping[str, Any]


@frozen
class Meant:
    """What a model means to say: text, then calls of tools."""

    text: tuple[str, ...]
    calls: tuple[tuple[str, Json], ...]


@frozen
class Dress:
    """How it is said. `noise` are events that mean nothing, `at` where they stand among the others."""

    streamed: bool
    label: bytes
    squeeze: str
    newline: bytes
    noise: tuple[bytes, ...]
    at: int
    cut: int
    absent: Any
    usage: str
    done: bool
    as_object: bool
    late_name: bool
    says_stop: bool


@frozen
class Heard:
    """What a client makes of an answer."""

    text: str
    calls: tuple[tuple[str, Json], ...]


MEANT = st.builds(
    Meant,
    st.lists(st.text(min_size=1, max_size=6).filter(str.strip), min_size=1, max_size=3).map(tuple),
    st.lists(
        st.tuples(
            st.sampled_from(("look_up", "send")), st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=2)
        ),
        max_size=2,
    ).map(tuple),
)
NOISE = (
    b"data:",
    b"data: ",
    b": ping",
    b"data: {}",
    b"event: ping\ndata: {}",
    b"event: keepalive\ndata: alive",
    b"data: null",
)
DRESSES = st.builds(
    Dress,
    streamed=st.booleans(),
    label=st.sampled_from((b"text/event-stream", b"application/json", b"text/plain", b"")),
    squeeze=st.sampled_from(("", "gzip", "deflate")),
    newline=st.sampled_from((b"\n", b"\r\n", b"\r")),
    noise=st.lists(st.sampled_from(NOISE), max_size=2).map(tuple),
    at=st.integers(0, 5),
    cut=st.integers(1, 400),
    absent=st.sampled_from((None, "", "null")),
    usage=st.sampled_from(("alone", "beside", "finish", "null", "absent")),
    done=st.booleans(),
    as_object=st.booleans(),
    late_name=st.booleans(),
    says_stop=st.booleans(),
)
DOORS: Mapping[str, Callable[[], Front]] = {"chat": Chat, "messages": MessagesFront, "responses": ResponsesFront}


# --- how each upstream says it ---------------------------------------------------------------------------------------

USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def openai_events(meant: Meant, dress: Dress) -> Iterator[Json]:
    def piece(delta: Json, finish: Any = dress.absent) -> dict[str, Any]:
        return {**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield piece({"role": "assistant", "content": ""})
    yield from (piece({"content": said}) for said in meant.text)
    for index, (name, arguments) in enumerate(meant.calls):
        given = arguments if dress.as_object else orjson.dumps(arguments).decode()
        opened = {"index": index, "id": f"call-{index}", "type": "function"}
        if dress.late_name:
            yield piece({"tool_calls": [{**opened, "function": {}}]})
            opened = {"index": index}
        yield piece({"tool_calls": [{**opened, "function": {"name": name, "arguments": given}}]})
    last = piece({}, "tool_calls" if meant.calls and not dress.says_stop else "stop")
    yield {**last, "usage": USAGE} if dress.usage == "finish" else last
    if dress.usage == "beside":
        yield {**piece({"role": "assistant", "content": ""}), "usage": USAGE}
    elif dress.usage != "finish":
        none = {"alone": {"choices": []}, "null": {"choices": None}, "absent": {}}[dress.usage]
        yield {**HEAD, **none, "usage": USAGE}


def openai_whole(meant: Meant, dress: Dress) -> Json:
    calls = [
        {
            "id": f"call-{index}",
            "type": "function",
            "function": {"name": name, "arguments": arguments if dress.as_object else orjson.dumps(arguments).decode()},
        }
        for index, (name, arguments) in enumerate(meant.calls)
    ]
    message = {"role": "assistant", "content": "".join(meant.text), **({"tool_calls": calls} if calls else {})}
    finish = "tool_calls" if calls and not dress.says_stop else "stop"
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}


def anthropic_events(meant: Meant, dress: Dress) -> Iterator[Json]:
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
    yield {"type": "message_start", "message": {**message, "usage": {"input_tokens": 9, "output_tokens": 1}}}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for said in meant.text:
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": said}}
    yield {"type": "content_block_stop", "index": 0}
    for index, (name, arguments) in enumerate(meant.calls, 1):
        block = {"type": "tool_use", "id": f"call-{index}", "name": name, "input": arguments if dress.as_object else {}}
        yield {"type": "content_block_start", "index": index, "content_block": block}
        if not dress.as_object:
            said = {"type": "input_json_delta", "partial_json": orjson.dumps(arguments).decode()}
            yield {"type": "content_block_delta", "index": index, "delta": said}
        yield {"type": "content_block_stop", "index": index}
    reason = "tool_use" if meant.calls and not dress.says_stop else "end_turn"
    yield {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 4}}
    if dress.done:
        yield {"type": "message_stop"}


def anthropic_whole(meant: Meant, dress: Dress) -> Json:
    calls = [
        {"type": "tool_use", "id": f"call-{index}", "name": name, "input": arguments}
        for index, (name, arguments) in enumerate(meant.calls)
    ]
    return {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "".join(meant.text), "citations": None}, *calls],
        "stop_reason": "tool_use" if calls and not dress.says_stop else "end_turn",
        "usage": {"input_tokens": 9, "output_tokens": 4},
    }


def google_events(meant: Meant, _: Dress) -> Iterator[Json]:
    counted = {"usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13}}
    parts: list[Json] = [{"text": said} for said in meant.text]
    parts += [{"functionCall": {"name": name, "args": arguments}} for name, arguments in meant.calls]
    for place, part in enumerate(parts, 1):
        finish = {"finishReason": "STOP"} if place == len(parts) else {}
        yield {"candidates": [{"content": {"parts": [part]}, **finish}], **counted}


def google_whole(meant: Meant, dress: Dress) -> Json:
    events = list(google_events(meant, dress))
    parts = [part for event in events for part in event["candidates"][0]["content"]["parts"]]
    return {**events[-1], "candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}


UPSTREAMS = {
    ProviderKind.OPENAI: (openai_events, openai_whole),
    ProviderKind.ANTHROPIC: (anthropic_events, anthropic_whole),
    ProviderKind.GOOGLE: (google_events, google_whole),
}


def dressed(meant: Meant, dress: Dress, kind: ProviderKind) -> bytes:
    """The upstream's answer as it goes over the wire."""
    events, once = UPSTREAMS[kind]
    if dress.streamed:
        said = [b"data: " + orjson.dumps(event) for event in events(meant, dress)]
        said[dress.at : dress.at] = dress.noise
        said += [b"data: [DONE]"] if dress.done and kind is ProviderKind.OPENAI else []
        body = b"".join(part.replace(b"\n", dress.newline) + 2 * dress.newline for part in said)
    else:
        body = orjson.dumps(once(meant, dress))
    body = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress}[dress.squeeze](body)
    headers = b"content-type: %b\r\n" % dress.label if dress.label else b""
    headers += b"content-encoding: deflate\r\n" if dress.squeeze == "deflate" else b""
    sent = b"".join(chunk(part) for part in (body[: dress.cut], body[dress.cut :]) if part)
    return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n" + headers + b"\r\n" + sent + b"0\r\n\r\n"


# --- what each client makes of it ------------------------------------------------------------------------------------


async def said_to(
    meant: Meant, dress: Dress, kind: ProviderKind, door: str, asks_for_stream: bool
) -> tuple[Reply | Failure, Heard | None]:
    """What a call comes to, and what the client of a door hears of it."""
    front, chunks, bodies = DOORS[door](), [], []

    async def relay(told: Sequence[tuple[SseEvent, str]]) -> None:
        chunks.extend(event for event, _ in told)

    async with (
        in_memory(saying(dressed(meant, dress, kind))) as server,
        open_transport(connect=server.connect) as transport,
    ):
        caller = Caller(transport, {"p": Endpoint(kind, "http://p/v1", "sk-test-0123456789abcdef")}, unix_ms=lambda: 0)
        outcome = await caller.call(command("p"), relay=relay if asks_for_stream else None, whole=bodies.append)
    if isinstance(outcome, Failure):
        return outcome, None
    if not asks_for_stream:
        return outcome, WHOLE[door](orjson.loads(front.answer(bodies[0])))
    writer = front.open_stream({})
    chunks += chunks_of(bodies[0], usage=True) if bodies else ()
    told = [event for each in chunks for event in writer.write(each)]
    return outcome, STREAMED[door]([orjson.loads(event.data) for event in told if event.data != b"[DONE]"])


def read(arguments: Any) -> Json:
    return arguments if isinstance(arguments, dict) else orjson.loads(arguments or "{}")


def of_completion(body: Json) -> Heard:
    message = body["choices"][0]["message"]
    calls = [call["function"] for call in message.get("tool_calls") or ()]
    return Heard(message["content"] or "", tuple((call["name"], read(call["arguments"])) for call in calls))


def of_chunks(events: list[Json]) -> Heard:
    deltas = [choice["delta"] for event in events for choice in event.get("choices") or ()]
    calls: dict[int, dict[str, Any]] = {}
    for piece in (piece for delta in deltas for piece in delta.get("tool_calls") or ()):
        call, function = calls.setdefault(piece["index"], {"name": "", "arguments": ""}), piece["function"]
        call["name"] += function.get("name") or ""
        call["arguments"] = _more(call["arguments"], function.get("arguments"))
    return Heard(
        "".join(delta.get("content") or "" for delta in deltas),
        tuple((call["name"], read(call["arguments"])) for call in calls.values()),
    )


def _more(before: Any, piece: Any) -> Any:
    return piece if isinstance(piece, dict) else before + (piece or "") if isinstance(before, str) else before


def of_message(body: Json) -> Heard:
    if any(block["type"] == "tool_use" for block in body["content"]):
        assert body["stop_reason"] == "tool_use"
    return Heard(
        "".join(block["text"] for block in body["content"] if block["type"] == "text"),
        tuple((block["name"], block["input"]) for block in body["content"] if block["type"] == "tool_use"),
    )


def of_message_events(events: list[Json]) -> Heard:
    blocks: list[dict[str, Any]] = []
    for event in events:
        if event["type"] == "content_block_start":
            blocks.append({**event["content_block"], "said": ""})
        elif event["type"] == "content_block_delta":
            blocks[-1]["said"] += event["delta"].get("text") or event["delta"].get("partial_json") or ""
    whole = [
        {**block, **({"text": block["said"]} if block["type"] == "text" else {"input": read(block["said"])})}
        for block in blocks
    ]
    stopped = next(event["delta"]["stop_reason"] for event in events if event["type"] == "message_delta")
    return of_message({"content": whole, "stop_reason": stopped})


def of_response(body: Json) -> Heard:
    items = body["output"]
    parts = [part for item in items if item["type"] == "message" for part in item["content"]]
    return Heard(
        "".join(part["text"] for part in parts),
        tuple((item["name"], read(item["arguments"])) for item in items if item["type"] == "function_call"),
    )


def of_response_events(events: list[Json]) -> Heard:
    return of_response(events[-1]["response"])


WHOLE = {"chat": of_completion, "messages": of_message, "responses": of_response}
STREAMED = {"chat": of_chunks, "messages": of_message_events, "responses": of_response_events}


class TestEveryDoor:
    """An answer is judged by its first bytes; what can hold no text is passed over; a tool runs with its arguments."""

    @given(
        MEANT,
        DRESSES,
        st.sampled_from(sorted(UPSTREAMS, key=lambda kind: kind.value)),
        st.sampled_from(sorted(DOORS)),
        st.booleans(),
    )
    def test_the_same_is_heard_whatever_the_dress(self, meant, dress, kind, door, asks_for_stream):
        outcome, heard = trio.run(said_to, meant, dress, kind, door, asks_for_stream)
        assert isinstance(outcome, Reply), outcome
        assert outcome.text == "".join(meant.text)
        assert outcome.usage == Usage(9, output_tokens=4)
        assert outcome.calls_tools is bool(meant.calls)
        assert heard == Heard("".join(meant.text), meant.calls)

"""However an answer is dressed, every door's client hears the same answer.

What is varied are shapes met in recorded answers of vendors and servers: labels, compression, events without a meaning,
the places of usage, the words for absence, the forms of calls and of reasoning, and the fields and blocks that stand
beside what is said (`recorded_shapes`). What was meant is the same throughout.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
import trio
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.loopback import chunk, in_memory, saying
from tests.shell.provider_contract import command
from tests.shell.recorded_shapes import (
    ANTHROPIC_AROUND,
    ANTHROPIC_BESIDE,
    CHAT_BESIDE,
    GOOGLE_AROUND,
    GOOGLE_BESIDE,
    RESPONSES_AROUND,
    RESPONSES_BESIDE,
    some_of,
)
from tokenwise.routing.verdicts import Failure, Reply
from tokenwise.usage import Usage
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.engine.calls import Caller, Said
from tokenwise_shell.providers import Endpoint
from tokenwise_shell.providers.own import Own, OwnFormat
from tokenwise_shell.proxy.answer.chunks import chunks_of
from tokenwise_shell.proxy.doors.chat import Chat
from tokenwise_shell.proxy.doors.messages.front import MessagesFront
from tokenwise_shell.proxy.doors.responses.door import ResponsesFront
from tokenwise_shell.proxy.fronts import Front
from tokenwise_shell.transport import open_transport
from tokenwise_shell.transport.sse import SseEvent, SseRun

Json = Mapping[str, Any]


@frozen
class Meant:
    """What a model means to say: reasoning, if it shows any, text, then calls of tools."""

    thought: str
    text: tuple[str, ...]
    calls: tuple[tuple[str, Json], ...]


@frozen
class Dress:
    """How it is said. `noise` are events that mean nothing, `at` where they stand among the others.

    `thinks` is how reasoning is written, `beside` has the fields that stand beside what is said by their place, and
    `around` the blocks, parts or items that only the vendor and its own clients understand.
    """

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
    thinks: str
    beside: Mapping[str, Json]
    around: tuple[Json, ...]


@frozen
class Heard:
    """What a client makes of an answer."""

    thought: str
    text: str
    calls: tuple[tuple[str, Json], ...]


MEANT = st.builds(
    Meant,
    st.sampled_from(("", "Hm.")),
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
BESIDE = {
    ProviderKind.OPENAI: (CHAT_BESIDE, st.nothing()),
    ProviderKind.ANTHROPIC: (ANTHROPIC_BESIDE, ANTHROPIC_AROUND),
    ProviderKind.GOOGLE: (GOOGLE_BESIDE, GOOGLE_AROUND),
    None: (RESPONSES_BESIDE, RESPONSES_AROUND),
}
"""By the format that is spoken; None is OpenAI's Responses."""

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
    usage=st.sampled_from(("alone", "beside", "finish", "null", "absent", "x_groq")),
    done=st.booleans(),
    as_object=st.booleans(),
    late_name=st.booleans(),
    says_stop=st.booleans(),
    thinks=st.sampled_from(("reasoning", "reasoning_content", "reasoning_details", "content")),
    beside=st.just({}),
    around=st.just(()),
)


def dressed_for(kind: ProviderKind | None) -> st.SearchStrategy[Dress]:
    """A dress with what this vendor's answers were seen to have."""
    beside, around = BESIDE[kind]
    fields = st.fixed_dictionaries({place: some_of(shape) for place, shape in beside.items()})
    blocks = st.just(()) if around.is_empty else st.lists(around, max_size=2).map(tuple)
    return st.builds(lambda dress, f, b: evolve(dress, beside=f, around=b), DRESSES, fields, blocks)


DOORS: Mapping[str, Callable[[], Front]] = {"chat": Chat, "messages": MessagesFront, "responses": ResponsesFront}


# --- how each upstream says it ---------------------------------------------------------------------------------------

USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def openai_events(meant: Meant, dress: Dress) -> Iterator[Json]:
    def piece(delta: Json, finish: Any = dress.absent) -> dict[str, Any]:
        choice = {**dress.beside["choice"], "index": 0, "delta": delta, "finish_reason": finish}
        return {**dress.beside[""], **HEAD, "choices": [choice]}

    usage = {**dress.beside["usage"], **USAGE}
    yield piece({"role": "assistant", "content": "", **dress.beside["message"]})
    if meant.thought:
        yield piece(thinking(meant.thought, dress))
    yield from (piece({"content": said}) for said in meant.text)
    for index, (name, arguments) in enumerate(meant.calls):
        given = arguments if dress.as_object else orjson.dumps(arguments).decode()
        opened = {"index": index, "id": f"call-{index}", "type": "function"}
        if dress.late_name:
            yield piece({"tool_calls": [{**opened, "function": {}}]})
            opened = {"index": index}
        yield piece({"tool_calls": [{**opened, "function": {"name": name, "arguments": given}}]})
    last = piece({}, "tool_calls" if meant.calls and not dress.says_stop else "stop")
    if dress.usage == "x_groq":
        last["x_groq"] = {"id": "r", "usage": usage}
    yield {**last, "usage": usage} if dress.usage == "finish" else last
    if dress.usage == "beside":
        yield {**piece({"role": "assistant", "content": ""}), "usage": usage}
    elif dress.usage not in ("finish", "x_groq"):
        none = {"alone": {"choices": []}, "null": {"choices": None}, "absent": {}}[dress.usage]
        yield {**dress.beside[""], **HEAD, **none, "usage": usage}


def thinking(thought: str, dress: Dress) -> Json:
    """Reasoning as a message or a piece of one has it."""
    match dress.thinks:
        case "reasoning_details":
            return {"reasoning_details": [{"type": "reasoning.text", "text": thought, "format": None, "index": 0}]}
        case "content":
            return {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": thought}]}]}
        case name:
            return {name: thought}


def openai_whole(meant: Meant, dress: Dress) -> Json:
    calls = [
        {
            "id": f"call-{index}",
            "type": "function",
            "function": {"name": name, "arguments": arguments if dress.as_object else orjson.dumps(arguments).decode()},
        }
        for index, (name, arguments) in enumerate(meant.calls)
    ]
    thought = thinking(meant.thought, dress) if meant.thought else {}
    said: Any = "".join(meant.text)
    content = [*thought["content"], {"type": "text", "text": said}] if "content" in thought else said
    message = {**dress.beside["message"], "role": "assistant", **thought, "content": content}
    message |= {"tool_calls": calls} if calls else {}
    finish = "tool_calls" if calls and not dress.says_stop else "stop"
    choice = {**dress.beside["choice"], "index": 0, "message": message, "finish_reason": finish}
    usage = {**dress.beside["usage"], **USAGE}
    return {**dress.beside[""], **HEAD, "object": "chat.completion", "choices": [choice], "usage": usage}


def anthropic_blocks(meant: Meant, dress: Dress) -> list[Json]:
    said = {**dress.beside["text"], "type": "text", "text": "".join(meant.text)}
    calls = [
        {**dress.beside["call"], "type": "tool_use", "id": f"call-{index}", "name": name, "input": arguments}
        for index, (name, arguments) in enumerate(meant.calls)
    ]
    thought = [{"type": "thinking", "thinking": meant.thought, "signature": "s"}] if meant.thought else []
    return [*thought, *dress.around, said, *calls]


def anthropic_events(meant: Meant, dress: Dress) -> Iterator[Json]:
    message = {**dress.beside[""], "id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
    usage = {**dress.beside["usage"], "input_tokens": 9, "output_tokens": 1}
    yield {"type": "message_start", "message": {**message, "usage": usage}}
    for index, block in enumerate(anthropic_blocks(meant, dress)):
        begun, pieces = block, []
        match block["type"]:
            case "text":
                begun, pieces = {**block, "text": ""}, [{"type": "text_delta", "text": each} for each in meant.text]
            case "thinking":
                begun = {**block, "thinking": "", "signature": ""}
                pieces = [{"type": "thinking_delta", "thinking": meant.thought}]
                pieces += [{"type": "signature_delta", "signature": "s"}]
            case "tool_use" if not dress.as_object:
                said = orjson.dumps(block["input"]).decode()
                begun, pieces = {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": said}]
        yield {"type": "content_block_start", "index": index, "content_block": begun}
        yield from ({"type": "content_block_delta", "index": index, "delta": each} for each in pieces)
        yield {"type": "content_block_stop", "index": index}
    reason = "tool_use" if meant.calls and not dress.says_stop else "end_turn"
    delta = {**dress.beside[""], "stop_reason": reason}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 4}}
    if dress.done:
        yield {"type": "message_stop"}


def anthropic_whole(meant: Meant, dress: Dress) -> Json:
    return {
        **dress.beside[""],
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": anthropic_blocks(meant, dress),
        "stop_reason": "tool_use" if meant.calls and not dress.says_stop else "end_turn",
        "usage": {**dress.beside["usage"], "input_tokens": 9, "output_tokens": 4},
    }


def google_events(meant: Meant, dress: Dress) -> Iterator[Json]:
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13}
    counted = {**dress.beside[""], "usageMetadata": {**dress.beside["usage"], **usage}}
    parts: list[Json] = [{"text": meant.thought, "thought": True}] if meant.thought else []
    parts += [*dress.around, *({"text": said} for said in meant.text)]
    parts += [
        {**dress.beside["part"], "functionCall": {"name": name, "args": arguments}} for name, arguments in meant.calls
    ]
    for place, part in enumerate(parts, 1):
        finish = {**dress.beside["candidate"], "finishReason": "STOP"} if place == len(parts) else {}
        yield {"candidates": [{"content": {"parts": [part]}, **finish}], **counted}


def google_whole(meant: Meant, dress: Dress) -> Json:
    events = list(google_events(meant, dress))
    parts = [part for event in events for part in event["candidates"][0]["content"]["parts"]]
    return {**events[-1], "candidates": [{**events[-1]["candidates"][0], "content": {"parts": parts}}]}


def responses_whole(meant: Meant, dress: Dress) -> Json:
    part = {**dress.beside["text"], "type": "output_text", "text": "".join(meant.text)}
    said = {**dress.beside["message"], "type": "message", "id": "m", "role": "assistant", "content": [part]}
    calls = [
        {"type": "function_call", "id": f"fc-{place}", "call_id": f"call-{place}", "name": name}
        | {"arguments": orjson.dumps(arguments).decode(), "status": "completed"}
        for place, (name, arguments) in enumerate(meant.calls)
    ]
    thought = {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": meant.thought}]}
    usage = {**dress.beside["usage"], "input_tokens": 9, "output_tokens": 4, "total_tokens": 13}
    told = {**dress.beside[""], "id": "resp_1", "object": "response", "status": "completed", "model": "m"}
    return {**told, "output": [thought, *dress.around, said, *calls], "usage": usage}


def responses_events(meant: Meant, dress: Dress) -> Iterator[Json]:
    response = responses_whole(meant, dress)
    yield {"type": "response.created", "response": {**response, "status": "in_progress", "output": [], "usage": None}}
    for place, item in enumerate(response["output"]):
        yield {"type": "response.output_item.added", "output_index": place, "item": item}
        if item["type"] == "message":
            for said in meant.text:
                yield {"type": "response.output_text.delta", "output_index": place, "item_id": "m", "delta": said}
        yield {"type": "response.output_item.done", "output_index": place, "item": item}
    yield {"type": "response.completed", "response": response}


UPSTREAMS = {
    ProviderKind.OPENAI: (openai_events, openai_whole),
    ProviderKind.ANTHROPIC: (anthropic_events, anthropic_whole),
    ProviderKind.GOOGLE: (google_events, google_whole),
    None: (responses_events, responses_whole),
}


def dressed(meant: Meant, dress: Dress, kind: ProviderKind | None) -> bytes:
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

    async def relay(told: Sequence[tuple[SseEvent | SseRun, str]]) -> None:
        chunks.extend(each for event, _ in told for each in event.events)

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
    named = tuple((call["name"], read(call["arguments"])) for call in calls)
    return Heard(thought_in(message), text_in(message.get("content")), named)


def text_in(content: Any) -> str:
    parts = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
    return "".join(part["text"] for part in parts if part["type"] == "text")


def thought_in(message: Json) -> str:
    """Reasoning in a message or a piece of one, in whichever form it came."""
    parts = message["content"] if isinstance(message.get("content"), list) else ()
    told = [text_in(part["thinking"]) for part in parts if part["type"] == "thinking"]
    told += [each["text"] for each in message.get("reasoning_details") or ()]
    return "".join(told) or message.get("reasoning") or message.get("reasoning_content") or ""


def of_chunks(events: list[Json]) -> Heard:
    deltas = [choice["delta"] for event in events for choice in event.get("choices") or ()]
    calls: dict[int, dict[str, Any]] = {}
    for piece in (piece for delta in deltas for piece in delta.get("tool_calls") or ()):
        call, function = calls.setdefault(piece["index"], {"name": "", "arguments": ""}), piece["function"]
        call["name"] += function.get("name") or ""
        call["arguments"] = _more(call["arguments"], function.get("arguments"))
    return Heard(
        "".join(map(thought_in, deltas)),
        "".join(text_in(delta.get("content")) for delta in deltas),
        tuple((call["name"], read(call["arguments"])) for call in calls.values()),
    )


def _more(before: Any, piece: Any) -> Any:
    return piece if isinstance(piece, dict) else before + (piece or "") if isinstance(before, str) else before


def of_message(body: Json) -> Heard:
    if any(block["type"] == "tool_use" for block in body["content"]):
        assert body["stop_reason"] == "tool_use"
    return Heard(
        "".join(block["thinking"] for block in body["content"] if block["type"] == "thinking"),
        "".join(block["text"] for block in body["content"] if block["type"] == "text"),
        tuple((block["name"], block["input"]) for block in body["content"] if block["type"] == "tool_use"),
    )


def of_message_events(events: list[Json]) -> Heard:
    blocks: list[dict[str, Any]] = []
    for event in events:
        if event["type"] == "content_block_start":
            blocks.append({**event["content_block"], "said": ""})
        elif event["type"] == "content_block_delta":
            delta = event["delta"]
            blocks[-1]["said"] += delta.get("text") or delta.get("partial_json") or delta.get("thinking") or ""
    whole = [{**block, FILLED[block["type"]]: block["said"]} for block in blocks]
    whole = [{**block, "input": read(block["input"])} if block["type"] == "tool_use" else block for block in whole]
    stopped = next(event["delta"]["stop_reason"] for event in events if event["type"] == "message_delta")
    return of_message({"content": whole, "stop_reason": stopped})


FILLED = {"text": "text", "thinking": "thinking", "tool_use": "input"}


def of_response(body: Json) -> Heard:
    items = body["output"]
    parts = [part for item in items if item["type"] == "message" for part in item["content"]]
    thoughts = [part for item in items if item["type"] == "reasoning" for part in item["content"]]
    return Heard(
        "".join(part["text"] for part in thoughts),
        "".join(part["text"] for part in parts),
        tuple((item["name"], read(item["arguments"])) for item in items if item["type"] == "function_call"),
    )


def of_response_events(events: list[Json]) -> Heard:
    return of_response(events[-1]["response"])


WHOLE = {"chat": of_completion, "messages": of_message, "responses": of_response}
STREAMED = {"chat": of_chunks, "messages": of_message_events, "responses": of_response_events}


CASES = st.sampled_from(list(ProviderKind)).flatmap(lambda kind: st.tuples(st.just(kind), dressed_for(kind)))
AS_THEY_ARE = {
    ProviderKind.ANTHROPIC: (Endpoint(ProviderKind.ANTHROPIC, "http://p", "k"), OwnFormat.MESSAGES),
    None: (Endpoint(ProviderKind.OPENAI, "http://p/v1", "k", responses=True), OwnFormat.RESPONSES),
}
OWN_CASES = st.sampled_from(list(AS_THEY_ARE)).flatmap(lambda kind: st.tuples(st.just(kind), dressed_for(kind)))


async def passed_on(meant: Meant, dress: Dress, kind: ProviderKind | None) -> tuple[Reply | Failure, list[Json]]:
    """What a call in the provider's own format comes to, and what is passed on of the answer: events, or the whole."""
    endpoint, format_ = AS_THEY_ARE[kind]
    events, bodies = [], []

    async def relay(told: Sequence[tuple[SseEvent | SseRun, str]]) -> None:
        events.extend(each.data for event, _ in told for each in event.events)

    async with (
        in_memory(saying(dressed(meant, dress, kind))) as server,
        open_transport(connect=server.connect) as transport,
    ):
        said = Said(Own(format_, {}, alone=True))
        caller = Caller(transport, {"p": endpoint}, unix_ms=lambda: 0)
        taken = relay if dress.streamed else None
        outcome = await caller.call(command("p"), relay=taken, whole=bodies.append, said=said)
    return outcome, list(map(orjson.loads, events or bodies))


class TestEveryDoor:
    """An answer is judged by its first bytes; what can hold no text is passed over; a tool runs with its arguments."""

    @given(MEANT, CASES, st.sampled_from(sorted(DOORS)), st.booleans())
    def test_the_same_is_heard_whatever_the_dress(self, meant, case, door, asks_for_stream):
        kind, dress = case
        outcome, heard = trio.run(said_to, meant, dress, kind, door, asks_for_stream)
        assert isinstance(outcome, Reply), outcome
        assert outcome.text == "".join(meant.text)
        assert outcome.usage == Usage(9, output_tokens=4)
        assert outcome.calls_tools is bool(meant.calls)
        assert heard == Heard(meant.thought, "".join(meant.text), meant.calls)


class TestAsItCame:
    """Between a client and a provider of one format everything passes, and the books know what it was."""

    @given(MEANT, OWN_CASES)
    def test_whatever_a_vendor_says_reaches_its_own_client(self, meant, case):
        kind, dress = case
        outcome, told = trio.run(passed_on, meant, evolve(dress, noise=()), kind)
        events, once = UPSTREAMS[kind]
        assert told == (list(events(meant, dress)) if dress.streamed else [once(meant, dress)])
        assert isinstance(outcome, Reply), outcome
        assert outcome.text == "".join(meant.text)
        assert outcome.usage == Usage(9, output_tokens=4)
        assert outcome.calls_tools is bool(meant.calls)

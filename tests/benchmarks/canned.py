"""An upstream that answers every chat completion with the same bytes: `python -m tests.benchmarks.canned`.

As fast as a trio loop is, so that what a benchmark measures is what stands in front of it. Prints its port. A request
whose body says `"stream":true` gets a stream of `TOKENS` events; any other gets JSON.
"""

import re
from functools import partial

import orjson
import trio

TOKENS = 64

_USAGE = {"prompt_tokens": 12, "completion_tokens": TOKENS, "total_tokens": 12 + TOKENS}
_TEXT = "tide " * TOKENS
_COMPLETION = {
    "id": "chatcmpl-canned", "object": "chat.completion", "created": 1_795_292_153, "model": "canned",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": _TEXT}, "finish_reason": "stop"}],
    "usage": _USAGE,
}  # fmt: skip

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _event(**fields: object) -> bytes:
    chunk = {"id": "chatcmpl-canned", "object": "chat.completion.chunk", "created": 1_795_292_153, "model": "canned"}
    return b"data: " + orjson.dumps({**chunk, **fields}) + b"\n\n"


def _delta(delta: dict[str, str], finish: str | None = None) -> bytes:
    return _event(choices=[{"index": 0, "delta": delta, "finish_reason": finish}])


def _whole() -> bytes:
    body = orjson.dumps(_COMPLETION)
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def _stream() -> list[bytes]:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    events = [
        _delta({"role": "assistant", "content": ""}),
        *[_delta({"content": "tide "})] * TOKENS,
        _delta({}, "stop"),
    ]
    events += [_event(choices=[], usage=_USAGE), b"data: [DONE]\n\n"]
    return [head, *[b"%x\r\n%b\r\n" % (len(event), event) for event in events], b"0\r\n\r\n"]


WHOLE, STREAM = _whole(), _stream()


async def converse(stream: trio.abc.Stream) -> None:
    """Answer request after request on one connection."""
    buffer = b""
    async with stream:
        while True:
            while (end := buffer.find(b"\r\n\r\n")) < 0:
                if not (more := await stream.receive_some(65536)):
                    return
                buffer += more
            stated = _LENGTH.search(buffer[:end])
            size = end + 4 + int(stated[1] if stated else 0)
            while len(buffer) < size:
                buffer += await stream.receive_some(65536)
            asked, buffer = buffer[:size], buffer[size:]
            if re.search(rb'"stream": ?true', asked):
                for piece in STREAM:
                    await stream.send_all(piece)
            else:
                await stream.send_all(WHOLE)


async def main() -> None:
    """Serve until killed."""
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, _quietly, 0, host="127.0.0.1"))
        print(listeners[0].socket.getsockname()[1], flush=True)


async def _quietly(stream: trio.abc.Stream) -> None:
    try:
        await converse(stream)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return


if __name__ == "__main__":
    trio.run(main)

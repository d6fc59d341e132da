"""How fast server-sent events are read: large ones, and the small ones of a completion."""

import time

from tokenwise_shell.transport.sse import SseReader

TOKEN = b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,'
TOKEN += b'"delta":{"content":" rain"},"logprobs":null,"finish_reason":null}]}\n\n'


def main() -> None:
    """Print the throughput for each size of event, fed in reads of 64 KiB as a socket gives them."""
    for name, event in {
        "events of 1 MiB": b"data: " + b"x" * 1_048_576 + b"\n\n",
        "events of 16 KiB": b"data: " + b"x" * 16_384 + b"\n\n",
        f"a token an event ({len(TOKEN)} bytes)": TOKEN,
    }.items():
        stream = event * (32_000_000 // len(event))
        best = min(seconds_to_read(stream) for _ in range(5))
        each_us = best * 1e6 * len(event) / len(stream)
        print(f"{name:32} {len(stream) / best / 1e6:7.0f} MB/s  {each_us:8.2f} us/event")


def seconds_to_read(stream: bytes) -> float:
    reader = SseReader()
    chunks = [stream[at : at + 65_536] for at in range(0, len(stream), 65_536)]
    started = time.perf_counter()
    for chunk in chunks:
        reader.feed(chunk)
    return time.perf_counter() - started

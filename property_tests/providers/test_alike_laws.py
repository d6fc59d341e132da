"""A stream's events that differ in text alone are not read: what becomes of the stream is as if each had been."""

import orjson
from hypothesis import event as noted
from hypothesis import given
from hypothesis import strategies as st

from tokenwise_shell.engine.calls import _heard
from tokenwise_shell.providers.openai.chat import open_stream
from tokenwise_shell.transport.sse import SseEvent

# Words that stand elsewhere in a chunk too, that JSON escapes, or that end a text.
ODD_TEXTS = ["index", "content", "m", "", "\n", '"', "\\", '\\"}]}', "日本", "e\u0301", "\u2028", "\x7f"]
TEXTS = st.one_of(*[st.sampled_from(["tide ", "a", "é"])] * 6, st.sampled_from(ODD_TEXTS), st.text(max_size=4))


def chunk(text, **more):
    delta = {"content": text, **more.pop("delta", {})}
    choice = {"index": 0, "delta": delta, "finish_reason": None, **more.pop("choice", {})}
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **more}


ODD = st.sampled_from(
    [
        {"model": "n"},
        {"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}},
        {"usage": None},
        {"choice": {"finish_reason": "stop"}},
        {"choice": {"index": 1}},
        {"delta": {"role": "assistant"}},
        {"delta": {"refusal": "no"}},
        {"error": {"message": "gone"}},
        {"choices": []},
        {"obfuscation": "content"},
        {"system_fingerprint": {"content": "a"}},
    ]
)


@st.composite
def written(draw):
    """One event: nearly always a chunk with some text, which a few servers write in their own way."""
    if draw(st.integers(0, 40)) == 40:
        return SseEvent(draw(st.sampled_from([b"[DONE]", b"{", b'{"content":"a"}', b"\xff", b"null"])))
    said = chunk(draw(TEXTS), **(draw(ODD) if draw(st.integers(0, 7)) == 7 else {}))
    data = orjson.dumps(said)
    if draw(st.integers(0, 15)) == 15:
        spoilt = data.replace(b"tide", b"\x01")
        data = draw(st.sampled_from([data.replace(b":", b": "), data[:-1], spoilt, b" " + data]))
    return SseEvent(data, draw(st.sampled_from([""] * 30 + ["message", "error", "ping"])))


def said_by(parse, batches, *, alike):
    """What a client is told, batch by batch, and what the reader has made of it all."""
    if not alike:
        parse.alike = lambda *_: []
    first = []
    told = [_heard(parse, batch, lambda: first.append(parse.begun)) for batch in batches]
    return told, first, parse.heard_tokens, parse.thinks, parse.over, parse.end()


class Read:
    """A reader that may be told to read everything."""

    def __init__(self):
        self.parse = open_stream(native_id="m")

    def __getattr__(self, name):
        return getattr(self.parse, name)


class TestAlike:
    """'what `feed` would make of them is known'."""

    @given(st.lists(st.lists(written(), min_size=2, max_size=12), max_size=4))
    def test_what_is_not_read_is_known(self, batches):
        short, long = Read(), Read()
        taken = []

        def alike(events, start):
            taken.extend(found := short.parse.alike(events, start))
            return found

        short.alike = alike
        assert said_by(short, batches, alike=True) == said_by(long, batches, alike=False)
        noted(f"not read: {min(len(taken), 3)}")

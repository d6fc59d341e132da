"""A stream's events that differ in text alone are not read: what becomes of the stream is as if each had been."""

from itertools import pairwise

import orjson
from attrs import evolve
from hypothesis import event as noted
from hypothesis import example, given
from hypothesis import strategies as st

from tokenwise_shell.engine.relaying import Relaying
from tokenwise_shell.providers.anthropic.messages import open_stream as open_message
from tokenwise_shell.providers.openai.chat import open_stream
from tokenwise_shell.providers.own import AsItCame
from tokenwise_shell.proxy.http.asgi import event_bytes
from tokenwise_shell.transport.sse import SseEvent, SseRun

# Words that stand elsewhere in a chunk too, that JSON escapes, or that end a text.
ODD_TEXTS = ["index", "content", "m", "", "\n", '"', "\\", '\\"}]}', "日本", "e\u0301", "\u2028", "\x7f"]
USUAL = ["tide ", "a", "é"] * 12
TEXTS = st.sampled_from([*USUAL, *ODD_TEXTS]) | st.sampled_from(USUAL) | st.text(max_size=4)


def chunk(text, **more):
    delta = {"content": text, **more.pop("delta", {})}
    choice = {"index": 0, "delta": delta, "finish_reason": None, **more.pop("choice", {})}
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **more}


ODD = st.sampled_from(
    [
        {"model": "n"},
        {"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}},
        {"usage": None},
        *[{"choice": {"finish_reason": "stop"}}] * 3,
        {"choice": {"index": 1}},
        {"delta": {"role": "assistant"}},
        {"delta": {"refusal": "no"}},
        {"error": {"message": "gone"}},
        {"error": "gone"},
        {"choices": []},
        {"choices": [chunk("a")["choices"][0]] * 2},
        {"obfuscation": "content"},
        {"obfuscation": "a b"},
        {"service_tier": "default", "provider": "p"},
        {"choice": {"logprobs": None, "native_finish_reason": "stop", "stop_reason": None}},
        *[{"choice": {"content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}}}] * 3,
        {"choice": {"finish_reason": "null"}},
        {"choice": {"finish_reason": 1}},
        {"choice": {"index": False}},
        {"delta": {"content": None}},
        {"delta": {"content": [{"type": "text", "text": "parts"}]}},
        {"delta": {"reasoning_content": None, "tool_calls": None}},
        {"delta": {"reasoning_content": "why"}},
        {"delta": {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{}"}}]}},
        {"object": "error"},
        {"model": None},
        {"system_fingerprint": {"content": "a"}},
    ]
)


@st.composite
def written(draw, *, padded):
    """One event: nearly always a chunk with some text, which a few servers write in their own way."""
    if draw(st.integers(0, 20)) == 1:
        others = [b"[DONE]", b"[DONE]", b"{", b'{"content":"a"}', b"\xff", b"null"]
        return SseEvent(draw(st.sampled_from(others)))
    odd = draw(st.integers(0, 5)) == 0
    said = chunk(draw(TEXTS), **(draw(ODD) if odd else {}))
    if padded:
        said["obfuscation"] = draw(st.text("abXY09", max_size=3))
    if odd:
        said = {name: said[name] for name in draw(st.permutations(sorted(said)))}
    data = orjson.dumps(said)
    if draw(st.integers(0, 15)) == 1:
        spoilt = [data.replace(b"tide", byte) for byte in (b"\x01", b"\0", b"\xc3", b"\\u007f", b"\\ud83d", b"")]
        data = draw(st.sampled_from([data.replace(b":", b": "), data[:-1], *spoilt, b" " + data]))
    return SseEvent(data, draw(st.sampled_from([""] * 30 + ["message", "error", "ping"])))


@st.composite
def cut(draw):
    """A stream as it comes: its events' bytes, cut anywhere, some of them ended in other ways."""
    said = b""
    for event in draw(st.lists(written(padded=draw(st.booleans())), min_size=4, max_size=20)):
        data = event_bytes(event)
        if draw(st.integers(0, 30)) == 30:
            data = draw(st.sampled_from([data.replace(b"\n", b"\r\n"), b": ping\n\n" + data, data[5:], data[:-1]]))
        said += data
    places = sorted(draw(st.lists(st.integers(0, len(said)), max_size=6)))
    return [said[a:b] for a, b in pairwise([0, *places, len(said)]) if a < b]


def came(*said):
    """These chunks in one piece, or bytes in place of one."""
    return [b"".join(b"data: %b\n\n" % (each if isinstance(each, bytes) else orjson.dumps(each)) for each in said)]


STOPPED = chunk("", choice={"finish_reason": "stop"})
PADDED = chunk("a", obfuscation="x")
FAR_FETCHED = [
    came(PADDED, PADDED, PADDED | {"error": "gone"}),
    came(*[{"system_fingerprint": {"content": each}, **chunk("a")} for each in ("a", "b")]),
    came(*[chunk("a")] * 2, orjson.dumps(chunk("a")).replace(b'"a"', b'"\\u007f"')),
    came(chunk("a"), b"[DONE]", chunk("a"), STOPPED, b"[DONE]"),
    came(chunk("a"), chunk("a", delta={"refusal": "no"}), STOPPED),
]


class Reader:
    """Reads pieces of a stream, and keeps what a client is told; `shortly` where it may pass over what is alike."""

    def __init__(self, *, shortly, opened=open_stream):
        self.shortly, self.parse = shortly, opened(native_id="m")
        self.told, self.not_read, self.first = [], 0, []

    def __getattr__(self, name):
        return getattr(self.parse, name)

    @property
    def has_runs(self):
        return self.shortly

    def alike(self, said):
        count, text = self.parse.alike(said)
        self.not_read += count
        return count, text

    def relay(self, events):
        for event, text in events:
            single = event.events if isinstance(event, SseRun) else [event]
            self.told += [event_bytes(each) for each in single]
            self.told.append(text)

    def read(self, pieces):
        """The words in one text, since those of a run are, and the events one by one; what has become of the stream."""
        relaying = Relaying(self, lambda: self.first.append(len(self.told)), self.relay)
        for piece in pieces:
            relaying.take(piece)
        data = [each for each in self.told if isinstance(each, bytes)]
        words = "".join(each for each in self.told if isinstance(each, str))
        said = self.heard_tokens, self.thinks, self.over, self.owes_nothing, self.closing
        return data, words, self.first, said, self.end()


def far_fetched(law):
    """With what is seldom drawn."""
    for pieces in FAR_FETCHED:
        law = example(pieces)(law)
    return law


DELTAS = st.sampled_from(
    [
        {"type": "text_delta", "citations": [{"text": "a"}]},
        {"type": "citations_delta", "text": "a"},
        {"type": "thinking_delta", "thinking": "hm"},
        {"type": "input_json_delta", "partial_json": "{"},
    ]
)
AROUND = [
    {"type": "message_start", "message": {"id": "1", "model": "m", "usage": {"input_tokens": 3}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "t", "name": "f"}},
    {"type": "ping"},
    {"type": "error", "error": {"type": "overloaded_error", "message": "gone"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"},
]


@st.composite
def messages_cut(draw):
    """A stream of Anthropic's, cut anywhere."""
    said = event_bytes(SseEvent(orjson.dumps(AROUND[0]), "message_start"))
    for _ in range(draw(st.integers(3, 20))):
        delta, kind = {"type": "text_delta", "text": draw(TEXTS)}, draw(st.integers(0, 11))
        told = {"type": "content_block_delta", "index": 0, "delta": delta}
        if kind == 0:
            told = draw(st.sampled_from(AROUND))
        elif kind == 1:
            told = draw(st.sampled_from([{**told, "more": "text"}, {**told, "index": 1}, {"text": "a", **told}]))
        elif kind == 2:
            told = {**told, "delta": {**delta, **draw(DELTAS)}}
        name = draw(st.sampled_from([told["type"]] * 12 + ["", "ping", "error"]))
        data = event_bytes(SseEvent(orjson.dumps(told), name))
        spoilt = [data[:-1], data.replace(b"\n", b"\r\n"), data.replace(b"data: {", b"data:{"), b"id: 1\n" + data]
        said += draw(st.sampled_from([data] * 12 + spoilt))
    places = sorted(draw(st.lists(st.integers(0, len(said)), max_size=6)))
    return [said[a:b] for a, b in pairwise([0, *places, len(said)]) if a < b]


def as_it_came(*, native_id):
    return AsItCame(open_message(native_id=native_id))


class TestAlike:
    """'what `feed` would make of them is known'; and what the long way would find of a plain event."""

    @far_fetched
    @given(cut())
    def test_what_is_not_read_is_known(self, pieces):
        short, long = Reader(shortly=True), Reader(shortly=False)
        assert short.read(pieces) == long.read(pieces)
        noted(f"not read: {min(short.not_read, 3)}")

    @given(messages_cut())
    def test_what_is_not_read_of_what_passes_as_it_came_is_known(self, pieces):
        short, long = (Reader(shortly=shortly, opened=as_it_came) for shortly in (True, False))
        assert short.read(pieces) == long.read(pieces)
        noted(f"not read: {min(short.not_read, 3)}")

    @far_fetched
    @given(cut())
    def test_what_is_plain_is_read_as_the_rest_is(self, pieces):
        short, long = Reader(shortly=False), Reader(shortly=False)
        long.parse.dialect = evolve(long.parse.dialect, plain=None)
        assert short.read(pieces) == long.read(pieces)

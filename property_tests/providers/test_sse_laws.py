"""Laws of the reader of server-sent events."""

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from tokenwise_shell.transport.sse import SseEvent, SseReader

# Streams that look like streams: fields, comments, marks and every kind of line end, in any order.
TOKENS = (
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"data:",
    b"data: ",
    b"data",
    b"event: ",
    b"id: ",
    b": ping",
    b"retry: 3",
    b"x",
    b" ",
    b"\0",
    b"\xef\xbb\xbf",
    "é✓".encode(),
    b"\xff",
    b"{}",
)
streams = st.lists(st.sampled_from(TOKENS), max_size=30).map(b"".join) | st.binary(max_size=200)
cuts = st.lists(st.integers(0, 220), max_size=8)


def read(pieces: list[bytes], cap: int = 1000) -> tuple[list[SseEvent], bool]:
    reader = SseReader(cap)
    return [event for piece in pieces for event in reader.feed(piece)], reader.overflowed


def split(data: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(bounds)]


class TestReader:
    """Whatever the bytes and however they are cut, the reader gives the same events and never raises."""

    @given(streams, cuts, st.integers(1, 60))
    @example(b"\xef\xbb\xbfdata: a\r\n\r\n", [1, 2], 1000)
    @example(b"data: a\r\n\r\n", [8, 9, 10], 1000)
    def test_cutting_the_bytes_anywhere_changes_nothing(self, data, places, cap):
        assert read(split(data, places), cap) == read([data], cap)

    @given(streams, st.integers(1, 60))
    def test_feeding_single_bytes_changes_nothing(self, data, cap):
        assert read([bytes([byte]) for byte in data], cap) == read([data], cap)

    @given(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=20), min_size=1))
    def test_what_is_written_is_what_is_read(self, lines):
        written = "".join(f"data: {line}\n" for line in lines) + "\n"
        assert read([written.encode()], 10_000) == ([SseEvent("\n".join(lines).encode())], False)

    @given(streams, st.sampled_from([b"\r", b"\r\n"]))
    def test_every_line_end_means_the_same(self, data, end):
        lines = data.splitlines()
        assert read([end.join(lines) + end]) == read([b"\n".join(lines) + b"\n"])

    @given(streams, streams, st.integers(1, 60))
    def test_no_event_is_larger_than_the_cap_and_none_comes_after_one_that_is(self, before, after, cap):
        events, overflowed = read([before, b"\ndata: " + b"x" * cap + b"\n\n", after], cap)
        assert overflowed
        assert events == read([before, b"\n"], cap)[0]
        assert all(len(event.data) <= cap for event in events)

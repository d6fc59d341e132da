"""The event-stream format, by the examples of the HTML standard and the ways in which providers write it."""

import pytest

from tokenwise_shell.transport.sse import SseEvent, SseReader


def events_of(*chunks: bytes) -> list[SseEvent]:
    reader = SseReader()
    return [event for chunk in chunks for event in reader.feed(chunk)]


def test_lines_of_data_are_joined_by_line_feeds():
    assert events_of(b"data: YHOO\ndata: +2\ndata: 10\n\n") == [SseEvent(b"YHOO\n+2\n10")]


def test_comments_names_and_ids():
    stream = b": test stream\n\ndata: first event\nid: 1\n\nevent: add\ndata:second event\nid\n\ndata:  third event\n\n"
    assert events_of(stream) == [
        SseEvent(b"first event", id="1"),
        SseEvent(b"second event", name="add"),
        SseEvent(b" third event"),
    ]


def test_a_field_without_a_colon_is_empty_and_an_event_without_data_is_none():
    assert events_of(b"data\n\ndata\ndata\n\nevent: ping\n\ndata:") == [SseEvent(b""), SseEvent(b"\n")]


def test_the_id_stays_until_another_comes_and_one_with_a_zero_byte_is_ignored():
    assert [event.id for event in events_of(b"id: a\ndata: 1\n\nid: \0\ndata: 2\n\ndata: 3\n\n")] == ["a", "a", "a"]


def test_the_name_belongs_to_one_event():
    assert [event.name for event in events_of(b"event: a\n\ndata: 1\n\nevent: b\ndata: 2\n\n")] == ["", "b"]


@pytest.mark.parametrize("chunks", [[b"\xef\xbb\xbfdata: a\n\n"], [b"\xef", b"\xbb", b"\xbfdata: a\n\n"]])
def test_a_byte_order_mark_at_the_start_is_dropped(chunks):
    assert events_of(*chunks) == [SseEvent(b"a")]


def test_a_byte_order_mark_later_on_is_part_of_the_line():
    assert events_of(b"data: \xef\xbb\xbf\n\n") == [SseEvent(b"\xef\xbb\xbf")]


def test_a_carriage_return_ends_the_event_without_waiting_for_its_line_feed():
    reader = SseReader()
    assert reader.feed(b"data: a\r\n\r") == [SseEvent(b"a")]
    assert reader.feed(b"\ndata: b\r\n\r\n") == [SseEvent(b"b")]


def test_an_event_that_the_end_cuts_short_is_no_event():
    assert events_of(b"data: a\n\ndata: b\n") == [SseEvent(b"a")]


def test_separators_of_unicode_do_not_end_a_line():
    data = "a\u2028b\u0085c\x0bd\x1ce".encode()
    assert events_of(b"data: " + data + b"\n\n") == [SseEvent(data)]


@pytest.mark.parametrize("stream", [b"data\n" * 12, b"data: 123\ndata: 12", b": " + b"x" * 10, b"id: 12345678\n"])
def test_whatever_grows_beyond_the_cap_is_noticed_as_it_does(stream):
    reader = SseReader(max_event_bytes=11)
    reader.feed(stream)
    assert reader.overflowed


def test_an_event_beyond_the_cap_ends_the_reading():
    reader = SseReader(max_event_bytes=10)
    assert reader.feed(b"data: a\n\ndata: ") == [SseEvent(b"a")]
    assert reader.feed(b"0123456789") == []
    assert reader.overflowed
    assert reader.feed(b"\n\ndata: b\n\n") == []

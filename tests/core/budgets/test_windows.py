"""Windows of the UTC calendar."""

import datetime as dt

import pytest

from tokenwise.budgets.windows import UTC, Span, Window, Zone, day_of, span_of, spent_in


def ms(text):
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("window", "at", "label", "first", "after"),
    [
        (Window.DAY, "2026-11-21T23:59:59", "2026-11-21", "2026-11-21", "2026-11-22"),
        (Window.DAY, "2028-02-29T12:00:00", "2028-02-29", "2028-02-29", "2028-03-01"),
        (Window.WEEK, "2026-11-22T23:59:59", "2026-W47", "2026-11-16", "2026-11-23"),
        (Window.WEEK, "2026-11-23T00:00:00", "2026-W48", "2026-11-23", "2026-11-30"),
        (Window.WEEK, "2027-01-01T00:00:00", "2026-W53", "2026-12-28", "2027-01-04"),
        (Window.WEEK, "2024-12-30T00:00:00", "2025-W01", "2024-12-30", "2025-01-06"),
        (Window.MONTH, "2026-12-31T23:59:59", "2026-12", "2026-12-01", "2027-01-01"),
        (Window.MONTH, "2027-02-01T00:00:00", "2027-02", "2027-02-01", "2027-03-01"),
    ],
)
def test_the_window_that_a_moment_falls_into(window, at, label, first, after):
    assert span_of(window, ms(at)) == Span(label, first, after, ms(f"{after}T00:00:00"))


def test_a_total_holds_every_day_and_never_ends():
    span = span_of(Window.TOTAL, ms("2026-11-21T00:00:00"))
    assert (span.label, span.ends_ms) == ("total", None)
    assert "1970-01-01" in span
    assert "9999-12-31" in span


def test_the_calendar_is_the_one_everybody_has():
    """Over 400 years, after which it repeats."""
    for number in range(0, 146_097, 5):
        assert day_of(number * 86_400_000) == (dt.date(1970, 1, 1) + dt.timedelta(days=number)).isoformat()


def test_weeks_are_numbered_as_iso_says():
    for number in range(3, 40_000, 73):  # some five days of each year, at all distances from its first
        day = dt.date(1970, 1, 1) + dt.timedelta(days=number)
        year, week, _ = day.isocalendar()
        assert span_of(Window.WEEK, number * 86_400_000).label == f"{year}-W{week:02d}"


def test_what_was_spent_in_a_window_is_the_sum_of_its_days():
    days = {"2026-11-15": 1, "2026-11-16": 20, "2026-11-22": 300, "2026-11-23": 4000}
    assert spent_in(span_of(Window.WEEK, ms("2026-11-18T00:00:00")), days) == 320


def test_a_window_is_over_at_its_end_and_not_before():
    span = span_of(Window.DAY, 0)
    assert [span.is_over(at_ms) for at_ms in (span.ends_ms - 1, span.ends_ms, span.ends_ms + 1)] == [False, True, True]


def test_a_day_begins_once_though_clocks_are_set_back_over_its_midnight():
    """At half past midnight they go back an hour: what was said to be tomorrow is today again."""
    day_ms, hour_ms = 86_400_000, 3_600_000
    zone = Zone("back", ((0, hour_ms), (10 * day_ms - hour_ms // 2, 0)))
    days = [zone.day(9 * day_ms + nth * hour_ms // 4) for nth in range(4 * 26)]
    assert days == sorted(days)
    assert zone.begins_ms(10) == 10 * day_ms


# Berlin's: an hour ahead in winter, two in summer.
BERLIN = Zone("Berlin", tuple((ms(at), hours * 3_600_000) for at, hours in (
    ("2026-01-01T00:00:00", 1), ("2026-03-29T01:00:00", 2), ("2026-10-25T01:00:00", 1), ("2027-03-28T01:00:00", 2),
)))  # fmt: skip


@pytest.mark.parametrize("zone", [UTC, BERLIN])
@pytest.mark.parametrize("window", [Window.DAY, Window.WEEK, Window.MONTH, Window.TOTAL])
@pytest.mark.parametrize("begins", ["2026-03-28T22:30:00", "2026-10-24T07:00:00", "2026-12-31T23:59:59"])
def test_time_that_counts_from_a_moment_has_the_windows_of_that_zones_calendar(zone, window, begins):
    start, since = ms(begins), zone.since(ms(begins))
    for hours in range(0, 24 * 200, 5):
        at_ms = 3_600_000 * hours
        true, virtual = span_of(window, start + at_ms, zone), span_of(window, at_ms, since)
        assert (virtual.label, virtual.first, virtual.after) == (true.label, true.first, true.after)
        assert virtual.ends_ms == (None if true.ends_ms is None else true.ends_ms - start)

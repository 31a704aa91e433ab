"""Calendar events: recorded next moments, and texts that are none."""

from __future__ import annotations

import pytest

from fakes.pve.calendar import CalendarError, parse_calendar_event

NEW_YEAR_2026 = 1767225600


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("daily", 1767308400),
        ("weekly", 1767567600),
        ("yearly", 1798758000),
        ("mon..fri 02:30", 1767231000),
        ("*:0/15", 1767226500),
        ("*-1 03:00", 1767232800),
        ("*-2-29", 1835391600),
        ("minutely", 1767225660),
        ("*:*:0/20", 1767225620),
    ],
)
def test_the_next_moment_is_the_recorded_one(text: str, moment: int) -> None:
    assert parse_calendar_event(text).next_after(NEW_YEAR_2026, "Europe/Vienna") == moment


def test_a_number_beyond_the_hours_is_a_minute() -> None:
    event = parse_calendar_event("25:00")

    assert (event.hours, event.minutes, event.seconds) == (tuple(range(24)), (25,), (0,))


def test_a_bare_number_is_a_minute() -> None:
    assert parse_calendar_event("*/15").minutes == (0, 15, 30, 45)


def test_days_are_named_short_or_whole() -> None:
    assert parse_calendar_event("Sat,monday 04:00").weekdays == {0, 5}


def test_a_day_that_never_comes_has_no_moment() -> None:
    assert parse_calendar_event("2-30").next_after(NEW_YEAR_2026, "UTC") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nope", "unable to parse calendar event at 'nope' - Context(\"weekday\")"),
        ("never ever", "unable to parse calendar event at 'never' - Context(\"weekday\")"),
        ("mon-fri", "unable to parse calendar event at '-fri' - Nom(Eof)"),
        ("21:00x", "unable to parse calendar event at 'x' - Nom(Eof)"),
    ],
)
def test_the_place_that_cannot_be_read_is_named(text: str, problem: str) -> None:
    with pytest.raises(CalendarError) as caught:
        parse_calendar_event(text)

    assert str(caught.value) == problem

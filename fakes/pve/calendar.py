"""Calendar events such as ``mon..fri 02:30`` or ``*:0/15``: reading them and finding their next moment.

Source: the calendar events of Proxmox VE 8.4 (like those of systemd), checked against recorded schedules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED = {
    "minutely": "*:*:00",
    "hourly": "*:00:00",
    "daily": "00:00:00",
    "weekly": "mon 00:00:00",
    "monthly": "*-1 00:00:00",
    "yearly": "1-1 00:00:00",
    "annually": "1-1 00:00:00",
    "quarterly": "1,4,7,10-1 00:00:00",
    "semiannually": "1,7-1 00:00:00",
    "semi-annually": "1,7-1 00:00:00",
}
_ITEM = r"(?:\d+(?:\.\.\d+)?(?:/\d+)?)"
_PART = rf"(?:\*(?:/\d+)?|{_ITEM}(?:,{_ITEM})*)"
_DATES = re.compile(rf"(?:({_PART})-)?({_PART})-({_PART})(?=\s|$)")
_LONGEST_SEARCH_DAYS = 366 * 41
_YEARS = range(2200)


class CalendarError(ValueError):
    """A text that is no calendar event; the message has Proxmox's words without the newline at its end."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """When something is due; None stands for every value. Weekdays count from Monday = 0."""

    weekdays: frozenset[int] | None = None
    years: frozenset[int] | None = None
    months: frozenset[int] | None = None
    days: frozenset[int] | None = None
    hours: tuple[int, ...] = (0,)
    minutes: tuple[int, ...] = (0,)
    seconds: tuple[int, ...] = (0,)

    def falls_on(self, day: datetime) -> bool:
        """True where the event happens on that day."""
        return (
            (self.weekdays is None or day.weekday() in self.weekdays)
            and (self.years is None or day.year in self.years)
            and (self.months is None or day.month in self.months)
            and (self.days is None or day.day in self.days)
        )

    def next_after(self, now: float, timezone: str) -> int | None:
        """The first moment after `now` (seconds since the epoch) in a time zone, None where there is none."""
        zone = ZoneInfo(timezone)
        start = datetime.fromtimestamp(int(now), zone).replace(tzinfo=None)
        day = start.replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(_LONGEST_SEARCH_DAYS):
            if self.falls_on(day):
                for moment in self._moments(day, start):
                    stamp = int(moment.replace(tzinfo=zone).timestamp())
                    if stamp > now:
                        return stamp
            day += timedelta(days=1)
        return None

    def _moments(self, day: datetime, start: datetime) -> list[datetime]:
        """The moments of a day from the hour of `start` on, in order."""
        first_hour = start.hour - 1 if day.date() == start.date() else 0
        return [
            day.replace(hour=hour, minute=minute, second=second)
            for hour in self.hours
            if hour >= first_hour
            for minute in self.minutes
            for second in self.seconds
        ]


@cache
def parse_calendar_event(text: str) -> CalendarEvent:
    """Read a calendar event; CalendarError names the place that could not be read."""
    rest = _NAMED.get(text, text)
    weekdays: frozenset[int] | None = None
    if rest[:1].isascii() and rest[:1].isalpha():
        weekdays, rest = _weekdays(rest)
    years = months = days = None
    found = _DATES.match(rest)
    if found and (dates := _date_values(found)) is not None:
        years, months, days = dates
        rest = rest[found.end() :].lstrip()
    has_date = weekdays is not None or found is not None
    hours, minutes, seconds, rest = _time(rest)
    if minutes is None:
        if not has_date:
            raise _unreadable(rest, 'Context("date or time specification")')
        hours, minutes, seconds = (0,), (0,), (0,)
    if rest:
        raise _unreadable(rest, "Nom(Eof)")
    return CalendarEvent(weekdays, years, months, days, hours or tuple(range(24)), minutes, seconds)


def _unreadable(where: str, why: str) -> CalendarError:
    return CalendarError(f"unable to parse calendar event at '{where}' - {why}")


def _weekdays(text: str) -> tuple[frozenset[int], str]:
    chosen: set[int] = set()
    while True:
        first, text = _weekday(text)
        last = first
        if text.startswith(".."):
            last, text = _weekday(text[2:])
            if last < first:
                raise _unreadable(text, 'Context("weekday range")')
        chosen.update(range(first, last + 1))
        if not text.startswith(","):
            return frozenset(chosen), text.lstrip()
        text = text[1:]


def _weekday(text: str) -> tuple[int, str]:
    word = re.match(r"[A-Za-z]*", text)
    name = word[0].lower() if word else ""
    for number, day in enumerate(_DAYS):
        if name in (day, day[:3]):
            return number, text[len(name) :]
    raise _unreadable(text[: len(name)] or text, 'Context("weekday")')


Dates = tuple[frozenset[int] | None, frozenset[int] | None, frozenset[int] | None]


def _date_values(found: re.Match[str]) -> Dates | None:
    values: list[frozenset[int] | None] = []
    for text, allowed in zip(found.groups(), (_YEARS, range(1, 13), range(1, 32)), strict=True):
        numbers = _numbers(text or "*", allowed)
        if numbers is None:
            return None
        values.append(None if text in (None, "*") else frozenset(numbers))
    return values[0], values[1], values[2]


def _time(text: str) -> tuple[tuple[int, ...], tuple[int, ...] | None, tuple[int, ...], str]:
    """Hours, minutes, seconds and what is left; minutes None where there is no time. No hour means every hour."""
    parts: list[str] = []
    rest = text
    while len(parts) < 3 and (found := re.match(_PART, rest)):
        parts.append(found[0])
        rest = rest[found.end() :]
        if not rest.startswith(":") or len(parts) == 3:
            break
        rest = rest[1:]
    if not parts:
        return (), None, (), text
    hours = _numbers(parts[0], range(24)) if len(parts) > 1 else None
    # A first number that is no hour is a minute: 25:00 is minute 25 of every hour.
    clock = parts[1:] if hours is not None else parts
    minutes = _numbers(clock[0], range(60))
    seconds = _numbers(clock[1], range(60)) if len(clock) > 1 else (0,)
    if minutes is None or seconds is None or len(clock) > 2:
        return (), None, (), text
    return hours or (), minutes, seconds, rest


def _numbers(text: str, allowed: range) -> tuple[int, ...] | None:
    """The values of a list such as ``1,5..7,0/15``; None where one is out of bounds."""
    if text.startswith("*"):
        return tuple(range(allowed.start, allowed.stop, int(text[2:] or 1) or 1))
    chosen: set[int] = set()
    for item in text.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("..")
        numbers = [int(number) for number in (first, last, step) if number]
        if int(first) not in allowed or any(number >= allowed.stop for number in numbers):
            return None
        stop = int(last) if last else allowed.stop - 1 if step else int(first)
        if stop < int(first):
            return None
        chosen.update(range(int(first), stop + 1, int(step or 1) or 1))
    return tuple(sorted(chosen))

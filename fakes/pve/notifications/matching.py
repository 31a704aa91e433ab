"""What a matcher can ask for: severities, fields and times, with the words of Proxmox's notification library."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fakes.pve.http import ApiError

_SEVERITIES = frozenset({"info", "notice", "warning", "error", "unknown"})
_DAY = r"(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_DAYS = re.compile(rf"{_DAY}(?:\.\.{_DAY})?(?:,{_DAY}(?:\.\.{_DAY})?)*\s*", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}(?::\d{1,2})?")
_FIELD = re.compile(r"(exact|regex):([A-Za-z0-9_-]+)=(.*)", re.DOTALL)


def check_severities(texts: Iterable[str]) -> None:
    for text in texts:
        for severity in text.split(","):
            if severity.strip() not in _SEVERITIES:
                raise ApiError(500, f"error: invalid severity {severity.strip()}")


def check_fields(texts: Iterable[str]) -> None:
    for text in texts:
        found = _FIELD.fullmatch(text)
        if not found:
            raise ApiError(500, f"error: could not apply filter: invalid match-field statement: {text}")
        problem = regex_problem(found[3]) if found[1] == "regex" else None
        if problem is not None:
            raise ApiError(500, f"error: could not apply filter: invalid regex: {problem}")


def check_calendars(texts: Iterable[str]) -> None:
    for text in texts:
        problem = daily_duration_problem(text)
        if problem is not None:
            raise ApiError(500, f"error: could not parse schedule: {problem}")


def regex_problem(pattern: str) -> str | None:
    """What is wrong with a regular expression and where, None where nothing is."""
    found = _first_fault(pattern)
    if found is None:
        return None
    position, length, words = found
    return f"regex parse error:\n    {pattern}\n    {' ' * position}{'^' * length}\nerror: {words}"


def _first_fault(pattern: str) -> tuple[int, int, str] | None:
    opened: list[int] = []
    position = 0
    may_repeat = False
    while position < len(pattern):
        letter = pattern[position]
        if letter == "\\":
            if position + 1 == len(pattern):
                return position, 1, "incomplete escape sequence, reached end of pattern prematurely"
            position, may_repeat = position + 2, True
            continue
        if letter == "[":
            end = pattern.find("]", position + (3 if pattern[position + 1 : position + 2] == "^" else 2))
            if end < 0:
                return position, 1, "unclosed character class"
            position, may_repeat = end + 1, True
            continue
        if letter == "(":
            opened.append(position)
            skip = re.match(r"\(\?(?:P?<\w+>|[a-z]*:)", pattern[position:])
            position, may_repeat = position + (skip.end() if skip else 1), False
            continue
        if letter == ")":
            if not opened:
                return position, 1, "unopened group"
            opened.pop()
        elif letter in "*+?" and not may_repeat:
            return position, 1, "repetition operator missing expression"
        may_repeat = letter not in "|"
        position += 1
    return (opened[-1], 1, "unclosed group") if opened else None


def daily_duration_problem(text: str) -> str | None:
    """What is wrong with a daily duration such as ``mon..fri 8:00-17:00``, None where nothing is."""
    rest = text
    if rest[:1].isalpha():
        days = _DAYS.match(rest)
        if not days:
            word = re.match(r"[A-Za-z]*", rest)
            where = word[0] if word else rest
            return f"unable to parse daily duration at '{where}' - Context(\"weekday\")"
        rest = rest[days.end() :]
    for part in ("start", "end"):
        time = _TIME.match(rest)
        if not time:
            return f"unable to parse daily duration at '{rest}' - Nom(Digit)"
        rest = rest[time.end() :].lstrip()
        if part == "start":
            if not rest.startswith("-"):
                return f"unable to parse daily duration at '{rest}' - Nom(Tag)"
            rest = rest[1:].lstrip()
    return f"unable to parse daily duration at '{rest}' - Nom(Eof)" if rest else None

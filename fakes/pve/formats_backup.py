"""Formats of backup jobs: calendar events, and what property strings need beyond their schema."""

from __future__ import annotations

from typing import Any

from fakes.pve.calendar import CalendarError, parse_calendar_event
from fakes.pve.formats import checker
from fakes.pve.propertystrings import EXTRA_CHECKS, PropertyError


@checker("pve-calendar-event")
def check_schedule(text: str) -> str | None:
    """What is wrong with a schedule, or None."""
    try:
        parse_calendar_event(text)
    except CalendarError as error:
        return f"invalid calendar event '{text}' - {error}\n"
    return None


def check_fleecing(properties: dict[str, Any]) -> None:
    """PropertyError where fleecing is on and has no storage to go to."""
    if properties.get("enabled") and not properties.get("storage"):
        raise PropertyError("'storage' parameter is required when 'enabled' is set\n")


def check_retention(properties: dict[str, Any]) -> None:
    """PropertyError where everything is to be kept and something is not."""
    counts = [value for name, value in properties.items() if name != "keep-all"]
    if properties.get("keep-all") and any(counts):
        raise PropertyError("keep-all cannot be set together with other options.\n")


EXTRA_CHECKS["backup-fleecing"] = check_fleecing
EXTRA_CHECKS["prune-backups"] = check_retention

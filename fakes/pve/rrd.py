"""The time steps of statistics: how far back and how fine each time frame is."""

from __future__ import annotations

STEPS = {"hour": 60, "day": 1800, "week": 10800, "month": 43200, "year": 604800}
ROWS = 70


def times(timeframe: str, now: float) -> list[int]:
    """The times of the rows of a time frame (hour … year), oldest first, whole steps up to now."""
    step = STEPS[timeframe]
    last = int(now) // step * step
    return [last - step * back for back in range(ROWS - 1, -1, -1)]

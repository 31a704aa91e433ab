"""The time steps of statistics: how far back and how fine each time frame is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STEPS = {"hour": 60, "day": 1800, "week": 10800, "month": 43200, "year": 604800}
ROWS = 70
# What an idle guest moves in a second, in bytes.
_TRAFFIC = {"netin": 310, "netout": 120, "diskread": 900, "diskwrite": 4100}


def times(timeframe: str, now: float) -> list[int]:
    """The times of the rows of a time frame (hour … year), oldest first, whole steps up to now."""
    step = STEPS[timeframe]
    last = int(now) // step * step
    return [last - step * back for back in range(ROWS - 1, -1, -1)]


def guest_rows(
    timeframe: str, *, now: float, since: float, started: float | None, status: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One row per step: limits from when the guest was there (`since`), usage from when it was `started`."""
    limits = {"maxcpu": status["cpus"], **{key: status[key] for key in ("maxmem", "maxdisk", "disk")}}
    usage = {"cpu": status["cpu"], "mem": status["mem"], **_TRAFFIC}
    rows: list[dict[str, Any]] = []
    for time in times(timeframe, now):
        row: dict[str, Any] = {"time": time}
        if time >= since:
            row.update(limits)
        if started is not None and time >= started:
            row.update(usage)
        rows.append(row)
    return rows

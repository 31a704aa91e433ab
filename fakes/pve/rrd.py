"""The time steps of statistics: how far back and how fine each time frame is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from fakes.pve.http import ApiError
from fakes.pve.params import split_list

STEPS = {"hour": 60, "day": 1800, "week": 10800, "month": 43200, "year": 604800}
ROWS = 70
_FOLDER = "/var/lib/rrdcached/db"
_LIMITS = ("maxcpu", "maxmem", "maxdisk", "disk")
# What an idle guest moves in a second, in bytes.
_TRAFFIC = {"netin": 310, "netout": 120, "diskread": 900, "diskwrite": 4100}


def times(timeframe: str, now: float) -> list[int]:
    """The times of the rows of a time frame (hour … year), oldest first, whole steps up to now."""
    step = STEPS[timeframe]
    last = int(now) // step * step
    return [last - step * back for back in range(ROWS - 1, -1, -1)]


def picture(database: str, sources: str, known: Collection[str]) -> dict[str, str]:
    """The file that a node would draw a list of data sources into; ApiError where its database has not all of them.

    `database` is named as below the daemon's folder, e.g. ``pve2-vm/101``.
    """
    path, wanted = f"{_FOLDER}/{database}", split_list(sources)
    for source in wanted:
        if source not in known:
            raise ApiError(500, f"No DS called '{source}' in '{path}'")
    return {"filename": f"{path}_{'_'.join(wanted)}.png"}


def guest_picture(vmid: int, sources: str) -> dict[str, str]:
    """The same for the statistics of a guest."""
    return picture(f"pve2-vm/{vmid}", sources, (*_LIMITS, "cpu", "mem", *_TRAFFIC))


def guest_rows(
    timeframe: str, *, now: float, since: float, started: float | None, status: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One row per step: limits from when the guest was there (`since`), usage from when it was `started`."""
    limits = {key: status["cpus" if key == "maxcpu" else key] for key in _LIMITS}
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

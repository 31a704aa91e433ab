"""The clock of a node and its time zone."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ParameterError, route
from fakes.pve.node import Node

TIMEZONE = "etc/timezone"


def timezone_of(node: Node) -> str:
    """The name of the zone a node lives in."""
    return (node.files.read(TIMEZONE) or "").strip() or "UTC"


@route("GET", "/nodes/{node}/time")
def time(call: Call) -> dict[str, Any]:
    now = call.datacenter.clock.now()
    zone = timezone_of(call.node)
    offset = datetime.fromtimestamp(now, UTC).astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()
    # Not a moment but what the clock on the wall shows, counted as if it were UTC.
    return {"time": int(now), "localtime": int(now + (offset.total_seconds() if offset else 0)), "timezone": zone}


@route("PUT", "/nodes/{node}/time")
def set_time(call: Call) -> None:
    zone: str = call.params["timezone"]
    if zone not in zoneinfo.available_timezones():
        raise ParameterError({"timezone": "No such timezone"})
    call.node.files.write(TIMEZONE, f"{zone}\n")

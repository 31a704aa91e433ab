"""The system log of a node, paged and filtered, and its journal with cursors."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from typing import Any

from fakes.pve.api.node.time import timezone_of
from fakes.pve.call import Call
from fakes.pve.http import Paged, route
from fakes.pve.syslog import Entry, entries

_DEFAULT_LINES = 50


@route("GET", "/nodes/{node}/syslog")
def syslog(call: Call) -> Paged:
    zone = zoneinfo.ZoneInfo(timezone_of(call.node))
    since, until = (_moment(call.get(name), zone) for name in ("since", "until"))
    service = str(call.get("service") or "").removesuffix(".service")
    lines = [
        entry.line(call.node.name, zone)
        for entry in entries(call.node)
        if _is_between(entry, since, until) and service in ("", entry.unit)
    ]
    start, limit = call.get("start", 0), call.get("limit", _DEFAULT_LINES)
    chosen = lines[start : start + limit] if limit else lines[start:]
    return Paged([{"n": start + number, "t": line} for number, line in enumerate(chosen, 1)], total=len(lines))


@route("GET", "/nodes/{node}/journal")
def journal(call: Call) -> list[str]:
    """The lines between a cursor at the beginning and one at the end, to go on from."""
    zone = zoneinfo.ZoneInfo(timezone_of(call.node))
    since, until = call.get("since"), call.get("until")
    numbered: list[tuple[int, Any]] = list(enumerate(entries(call.node)))
    chosen = [
        (number, entry)
        for number, entry in numbered
        if _is_between(entry, since, until)
        and number > _position(call.get("startcursor"), -1)
        and number < _position(call.get("endcursor"), len(numbered))
    ]
    last = call.get("lastentries")
    if last is not None:
        chosen = chosen[-last:] if last else []
    if not chosen:
        return []
    lines = [entry.line(call.node.name, zone) for _, entry in chosen]
    return [_cursor(chosen[0][0]), *lines, _cursor(chosen[-1][0])]


def _is_between(entry: Entry, since: float | None, until: float | None) -> bool:
    return (since is None or entry.time >= since) and (until is None or entry.time <= until)


def _moment(text: str | None, zone: zoneinfo.ZoneInfo) -> float | None:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() if text else None


def _cursor(number: int) -> str:
    return f"s=labctl;i={number:x}"


def _position(cursor: str | None, otherwise: int) -> int:
    _, found, number = (cursor or "").rpartition(";i=")
    try:
        return int(number, 16) if found else otherwise
    except ValueError:
        return otherwise

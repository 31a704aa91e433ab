"""The cluster log: what was done on all nodes, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import route
from fakes.pve.node import Node
from fakes.pve.syslog import Entry, task_entries

_KEPT = 500


@route("GET", "/cluster/log")
def log(call: Call) -> list[dict[str, Any]]:
    """Tasks of the caller; those of everybody with the right to read the system log."""
    sees_all = call.allowed("/", "Sys.Syslog")
    rows: list[dict[str, Any]] = []
    for node in call.datacenter.nodes.values():
        found = sorted(_entries(node), key=lambda entry: entry.time)
        rows += [_row(entry, uid, node.name) for uid, entry in enumerate(found, 1)]
    caller = call.user.partition("!")[0]
    visible = [row for row in rows if sees_all or row["user"].partition("!")[0] == caller]
    visible.sort(key=lambda row: (-row["time"], -row["uid"]))
    return visible[: call.get("max") or _KEPT]


def _entries(node: Node) -> Iterator[Entry]:
    yield Entry(int(node.boot_time), "cluster", 1, "starting cluster log")
    for task in list(node.tasks.tasks.values())[-_KEPT:]:
        yield from task_entries(task)


def _row(entry: Entry, uid: int, node: str) -> dict[str, Any]:
    return {
        "uid": uid,
        "id": f"{uid}:{node}",
        "node": node,
        "time": entry.time,
        "pri": entry.priority,
        "tag": entry.unit,
        "pid": entry.pid,
        "user": entry.user,
        # The user is a field of its own here.
        "msg": entry.text.removeprefix(f"<{entry.user}> "),
    }

"""The journal of a node: what its daemons would have written about its boot, its tasks and its services."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fakes.pve.node import Node
from fakes.pve.tasks import Task

_DAEMON = "pvedaemon"
_DAEMON_PID = 1000
_INFO, _ERROR = 6, 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: time in seconds since the epoch, who wrote it, and its priority (6 is information, 3 an error)."""

    time: int
    unit: str
    pid: int
    text: str
    user: str = "root"
    priority: int = _INFO

    def line(self, host: str, zone: zoneinfo.ZoneInfo) -> str:
        """The line as journalctl prints it."""
        return f"{datetime.fromtimestamp(self.time, zone):%b %d %H:%M:%S} {host} {self.unit}[{self.pid}]: {self.text}"


def entries(node: Node) -> list[Entry]:
    """All entries since the node's start, oldest first."""
    since = int(node.boot_time)
    found = [
        Entry(since, "kernel", 0, f"Linux version {node.facts.kernel}"),
        Entry(since + 1, "systemd", 1, "Started pve-cluster.service - The Proxmox VE cluster filesystem."),
        Entry(since + 2, "systemd", 1, "Started pvedaemon.service - PVE API Daemon."),
        Entry(since + 2, "systemd", 1, "Started pveproxy.service - PVE API Proxy Server."),
    ]
    for task in node.tasks.tasks.values():
        found.extend(task_entries(task))
    return sorted(found, key=lambda entry: entry.time)


def task_entries(task: Task) -> Iterator[Entry]:
    """What the API daemon writes about a task: its start and its end."""
    user = task.user
    yield Entry(task.starttime, _DAEMON, _DAEMON_PID, f"<{user}> starting task {task.upid}", user)
    if task.exitstatus is not None and task.endtime is not None:
        is_fine = task.exitstatus == "OK" or task.exitstatus.startswith("WARNINGS")
        text = f"<{user}> end task {task.upid} {task.exitstatus}"
        yield Entry(task.endtime, _DAEMON, _DAEMON_PID, text, user, _INFO if is_fine else _ERROR)

"""The traces of tasks below /var/log/pve/tasks, in Proxmox's own form.

One log file per UPID in a folder named after the last digit of its start time; `index` with a line per ended task,
rotated to `index.1`; `active` with the running tasks and the latest ended ones, newest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FOLDER = "var/log/pve/tasks"
INDEX = f"{FOLDER}/index"
OLD_INDEX = f"{FOLDER}/index.1"
ACTIVE = f"{FOLDER}/active"
UNEXPECTED = "unexpected status"
_NODE = r"[a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?"
_UPID = re.compile(
    rf"UPID:({_NODE}):([0-9A-Fa-f]{{8}}):([0-9A-Fa-f]{{8,9}}):([0-9A-Fa-f]{{8}}):([^:\s]+):([^:\s]*):([^:\s]+):"
)
_INDEX_LINE = re.compile(r"(\S+)(?:\s([0-9A-Za-z]{8})(?:\s(\S.*))?)?")


def make_upid(node: str, pid: int, pstart: int, starttime: int, kind: str, subject: str, user: str) -> str:
    """The name of a task."""
    return f"UPID:{node}:{pid:08X}:{pstart:08X}:{starttime:08X}:{kind}:{subject}:{user}:"


def split_upid(text: str) -> tuple[str, int, int, int, str, str, str] | None:
    """Node, pid, pstart, starttime, type, id and user of a UPID; None where the text is none."""
    found = _UPID.fullmatch(text)
    if not found:
        return None
    pid, pstart, starttime = (int(found[number], 16) for number in (2, 3, 4))
    return found[1], pid, pstart, starttime, found[5], found[6], found[7]


def log_path(upid: str) -> str:
    """The log file of a task."""
    return f"{FOLDER}/{upid.split(':')[4][-1]}/{upid}"


def index_line(upid: str, endtime: int, status: str) -> str:
    """The line of an ended task."""
    return f"{upid} {endtime:08X} {status}\n"


def parse_index(text: str) -> dict[str, tuple[int, str]]:
    """End time and status by UPID, in the order the tasks ended."""
    ended: dict[str, tuple[int, str]] = {}
    for line in text.splitlines():
        found = _INDEX_LINE.fullmatch(line)
        if found and found[2]:
            ended[found[1]] = int(found[2], 16), found[3] or ""
    return ended


def active_line(upid: str, endtime: int, status: str) -> str:
    """The line of an ended task in `active`."""
    return f"{upid} 1 {endtime:08X} {status}\n"


def format_active(running: Iterable[str], ended: Iterable[str]) -> str:
    """The text of `active`: running tasks first, then the lines of ended ones."""
    return "".join([*(f"{upid} 0\n" for upid in running), *ended])


def last_status(log: str) -> str:
    """How a task ended according to the last line of its log."""
    last = log.rstrip("\n").rpartition("\n")[2]
    if last == "TASK OK":
        return "OK"
    for pattern in (r"TASK ERROR: (.+)", r"TASK (WARNINGS: \d+)"):
        found = re.fullmatch(pattern, last)
        if found:
            return found[1]
    return UNEXPECTED


def status_kind(status: str) -> str:
    """What a status counts as in filters: ok, warning, error or unknown."""
    if not status:
        return "unknown"
    if status == "OK":
        return "ok"
    return "warning" if re.fullmatch(r"WARNINGS: \d+", status) else "error"


def one_line(text: str) -> str:
    """An error as exit status: one newline at its end is taken off, every other one becomes a blank."""
    return text.removesuffix("\n").replace("\n", " ")

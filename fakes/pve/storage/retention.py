"""Which backups a retention such as ``keep-last=3,keep-daily=7`` keeps."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

_STANDARD = re.compile(
    r"(vzdump-(?:lxc|openvz|qemu)-\d+-\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d)\.(tgz|(?:tar|vma)(?:\.(?:gz|lzo|zst|bz2))?)"
)
_PERIODS: tuple[tuple[str, Callable[[datetime], str]], ...] = (
    ("keep-hourly", lambda time: time.strftime("%H/%d/%m/%Y")),
    ("keep-daily", lambda time: time.strftime("%d/%m/%Y")),
    ("keep-weekly", lambda time: time.strftime("%V/%G")),
    ("keep-monthly", lambda time: time.strftime("%m/%Y")),
    ("keep-yearly", lambda time: time.strftime("%Y")),
)


@dataclass(frozen=True)
class Backup:
    """One backup; `mark` is keep, remove, protected or renamed (a name that Proxmox did not give is never pruned)."""

    volid: str
    ctime: int
    type: str
    vmid: int | None
    is_protected: bool = False
    is_standard: bool = True
    mark: str = ""

    def row(self) -> dict[str, Any]:
        """The backup as the API's preview shows it."""
        row: dict[str, Any] = {"volid": self.volid, "ctime": self.ctime, "type": self.type, "mark": self.mark}
        return row if self.vmid is None else {**row, "vmid": self.vmid}


def stem(filename: str) -> str | None:
    """The name of an archive without its extension, None where Proxmox did not name it."""
    found = _STANDARD.fullmatch(filename)
    return found[1] if found else None


def marked(backups: list[Backup], keep: Mapping[str, Any], timezone: str) -> list[Backup]:
    """The backups with their marks, grouped by guest, oldest first. Without any keep option all are kept."""
    groups: dict[tuple[str, int | None], list[Backup]] = defaultdict(list)
    result: list[Backup] = []
    for backup in backups:
        if backup.is_protected:
            result.append(replace(backup, mark="protected"))
        elif not backup.is_standard:
            result.append(replace(backup, mark="renamed"))
        else:
            groups[backup.type, backup.vmid].append(backup)
    for group in groups.values():
        result += _group(group, keep, ZoneInfo(timezone))
    return sorted(result, key=lambda one: (one.type, one.vmid or 0, one.ctime))


def _group(backups: list[Backup], keep: Mapping[str, Any], zone: ZoneInfo) -> list[Backup]:
    newest_first = sorted(backups, key=lambda one: one.ctime, reverse=True)
    counts = {name: int(value) for name, value in keep.items() if name != "keep-all"}
    if keep.get("keep-all") or not any(counts.values()):
        return [replace(one, mark="keep") for one in backups]
    kept = {one.volid for one in newest_first[: counts.get("keep-last", 0)]}
    for name, period in _PERIODS:
        kept |= _by_period(newest_first, counts.get(name, 0), kept, period, zone)
    return [replace(one, mark="keep" if one.volid in kept else "remove") for one in backups]


def _by_period(
    newest_first: list[Backup], count: int, kept: set[str], period: Callable[[datetime], str], zone: ZoneInfo
) -> set[str]:
    """The newest backup of each period that has none yet, for so many periods."""

    def of(backup: Backup) -> str:
        return period(datetime.fromtimestamp(backup.ctime, zone))

    covered = {of(one) for one in newest_first if one.volid in kept}
    chosen: dict[str, str] = {}
    for backup in newest_first:
        name = of(backup)
        if backup.volid in kept or name in covered or name in chosen:
            continue
        if len(chosen) >= count:
            break
        chosen[name] = backup.volid
    return set(chosen.values())

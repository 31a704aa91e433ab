"""The disks of a node and what is on them.

The first disk carries the installed system; `facts.disks` says what else the hardware brought. What was done to a disk
since is in ``FOLDER/<name>.json``: ``{"use": "LVM", "holder": "vg1", "gpt": 1}``, an empty `use` for a wiped disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from fakes.pve.http import ApiError
from fakes.pve.node import Node

FOLDER = "var/lib/labctl/disks"
MIB = 1024**2
SYSTEM_GROUP = "pve"
_BOOT_BYTES, _EFI_BYTES = 1007 * 1024, 1024 * MIB


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a disk."""

    path: str
    size: int
    use: str


@dataclass(frozen=True, slots=True)
class NodeDisk:
    """One disk; `use` as the API names it, `holder` the volume group, pool or folder that is made of it."""

    path: str
    kind: str
    size: int
    model: str
    serial: str
    use: str = ""
    holder: str = ""
    has_gpt: bool = False
    partitions: tuple[Partition, ...] = ()

    @property
    def name(self) -> str:
        return self.path.removeprefix("/dev/")

    @property
    def is_used(self) -> bool:
        return bool(self.use)

    @property
    def volume(self) -> str:
        """The path of what holds LVM on it: the disk itself, or its last partition."""
        return self.partitions[-1].path if self.partitions else self.path


def disks_of(node: Node) -> dict[str, NodeDisk]:
    """The disks of a node by their paths."""
    found = (_disk(node, row, is_system=number == 0) for number, row in enumerate(node.facts.disks))
    return {disk.path: disk for disk in found}


def _disk(node: Node, row: Any, *, is_system: bool) -> NodeDisk:
    disk = NodeDisk(row["devpath"], row["type"], row["size"], row["model"], row["serial"])
    if is_system:
        return replace(
            disk, use="BIOS boot", holder=SYSTEM_GROUP, has_gpt=True, partitions=tuple(_system_partitions(disk))
        )
    state = json.loads(node.files.read(f"{FOLDER}/{disk.name}.json") or "null")
    if state is None:
        # A disk that the hardware brought with a volume group on it.
        group = row.get("group", "")
        return replace(disk, use="LVM" if group else "", holder=group)
    return replace(disk, use=state["use"], holder=state["holder"], has_gpt=bool(state["gpt"]))


def _system_partitions(disk: NodeDisk) -> Iterator[Partition]:
    stem = f"{disk.path}p" if disk.name.startswith("nvme") else disk.path
    yield Partition(f"{stem}1", _BOOT_BYTES, "BIOS boot")
    yield Partition(f"{stem}2", _EFI_BYTES, "EFI")
    yield Partition(f"{stem}3", disk.size - _EFI_BYTES - 2 * MIB, "LVM")


def note_use(node: Node, disk: NodeDisk, use: str, holder: str = "", *, gpt: bool = False) -> None:
    """Write down what a disk is used for now."""
    state = {"use": use, "holder": holder, "gpt": int(gpt)}
    node.files.write(f"{FOLDER}/{disk.name}.json", json.dumps(state))


def held_by(node: Node, holder: str, use: str) -> list[NodeDisk]:
    """The disks that a volume group, pool or folder is made of."""
    return [disk for disk in disks_of(node).values() if disk.holder == holder and disk.use == use]


def named_disk(node: Node, path: str) -> NodeDisk:
    """The whole disk at a path; ApiError where there is none."""
    disks = disks_of(node)
    if path in disks:
        return disks[path]
    if any(part.path == path for disk in disks.values() for part in disk.partitions):
        raise ApiError(500, f"{path} is a partition")
    raise ApiError(500, "not a valid block device")


def unused_disk(node: Node, path: str) -> NodeDisk:
    """A disk that nothing is on; ApiError for any other."""
    disk = disks_of(node).get(path)
    if disk is None:
        raise ApiError(500, "not a valid block device")
    if disk.is_used:
        raise ApiError(500, f"device '{path}' is already in use")
    return disk

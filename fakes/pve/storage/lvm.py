"""Thick and thin LVM: volume groups, their free extents, and the volumes in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from fakes.pve.node import Node
from fakes.pve.storage.names import VolumeName
from fakes.pve.storage.plugin import Log, Plugin, Row, Space, StorageError, Volume
from fakes.pve.storage.shelf import Record, Shelf

EXTENT = 4 * 1024**2
GROUPS = "var/lib/labctl/lvm"
KIB = 1024
GIB = 1024**3


@dataclass(frozen=True)
class VolumeGroup:
    """A volume group; sizes in bytes, thin pools by name."""

    name: str
    size: int
    pools: Mapping[str, int] = field(default_factory=dict)


def volume_groups(node: Node) -> dict[str, VolumeGroup]:
    """The volume groups of a node: those it was installed with and those in `GROUPS`, ``{"size": …, "pools": …}``."""
    found = {name: VolumeGroup(name, size, _pools(node, name)) for name, size in node.facts.volume_groups.items()}
    for file in node.files.list(GROUPS):
        values = json.loads(node.files.read(f"{GROUPS}/{file}") or "{}")
        name = file.removesuffix(".json")
        found[name] = VolumeGroup(name, values.get("size", 0), values.get("pools", {}))
    return {name: group for name, group in found.items() if group.size}


def write_volume_group(node: Node, group: VolumeGroup) -> None:
    """Make or change a volume group; size 0 removes one that the node was installed with."""
    text = json.dumps({"size": group.size, "pools": dict(group.pools)})
    node.files.write(f"{GROUPS}/{group.name}.json", text)


def _pools(node: Node, group: str) -> dict[str, int]:
    return {
        name.partition("/")[2]: size for name, size in node.facts.thin_pools.items() if name.partition("/")[0] == group
    }


def thick_free(node: Node, shelf: Shelf, group: VolumeGroup) -> int:
    """The free bytes of a volume group: what pools, volumes and the system's own volumes leave."""
    system = node.facts.root_bytes if group.name == "pve" else 0
    return max(0, group.size - sum(group.pools.values()) - system - shelf.used(f"lvm/{group.name}"))


def in_extents(size: int) -> int:
    """A size rounded up to whole extents."""
    return -(-size // EXTENT) * EXTENT


class LvmPlugin(Plugin):
    """Thick volumes of one volume group."""

    features: ClassVar[Mapping[str, tuple[str, ...]]] = {"copy": ("base", "current"), "rename": ("current",)}

    @cached_property
    def vg(self) -> str:
        return self.config.text("vgname")

    @cached_property
    def group(self) -> str:
        """The group that its volumes take space from."""
        return f"lvm/{self.vg}"

    def activate(self) -> None:
        """Volumes are activated one by one, so that a missing group goes unnoticed here."""

    def space(self) -> Space | None:
        group = volume_groups(self.node).get(self.vg)
        if group is None:
            return None
        return Space(group.size, group.size - thick_free(self.node, self.shelf, group))

    def place(self, name: VolumeName) -> str:
        return f"lvm/{self.vg}/{name.vmid}/{name.name}"

    def owner_folder(self, vmid: int) -> str:
        return f"lvm/{self.vg}/{vmid}"

    def path(self, name: VolumeName, snapshot: str | None = None) -> str:
        if snapshot:
            raise StorageError("lvm snapshot is not implemented")
        return f"/dev/{self.vg}/{name.name}"

    def missing(self, name: VolumeName) -> StorageError:
        lv = f"{self.vg}/{name.name}"
        return StorageError(f"can't activate LV '/dev/{lv}':   Failed to find logical volume \"{lv}\"")

    def allocate(self, vmid: int, form: str, name: str | None, size_kib: int, log: Log) -> str:
        group, own = self._checked(vmid, form, name)
        size = in_extents(size_kib * KIB)
        free = thick_free(self.node, self.shelf, group)
        if size > free:
            extents = f"({free // EXTENT} extents): {size // EXTENT} required."
            raise StorageError(
                f"lvcreate '{self.vg}/{own}' error:   Volume group \"{self.vg}\" has insufficient free space {extents}"
            )
        self._create(vmid, own, size, log, used=size)
        return own

    def _checked(self, vmid: int, form: str, name: str | None) -> tuple[VolumeGroup, str]:
        if form != "raw":
            raise StorageError(
                f"unsupported format '{form}' at /usr/share/perl5/PVE/Storage/{self.config.kind.plugin}.pm "
                f"line {self._format_line}."
            )
        if name and not name.startswith(f"vm-{vmid}-"):
            raise StorageError(f"illegal name '{name}' - should be 'vm-{vmid}-*'")
        group = volume_groups(self.node).get(self.vg)
        if group is None:
            raise StorageError(f"no such volume group '{self.vg}'")
        own = name or self.free_name(vmid, form)
        if self.shelf.get(f"{self.owner_folder(vmid)}/{own}") is not None:
            raise StorageError(
                f"lvcreate '{self.vg}/{own}' error:   Logical volume \"{own}\" already exists "
                f'in volume group "{self.vg}"'
            )
        return group, own

    _format_line = 408

    def _create(self, vmid: int, name: str, size: int, log: Log, *, used: int) -> None:
        self.shelf.new(f"{self.owner_folder(vmid)}/{name}", "raw", size, self.group, used=used)
        log(f'  Logical volume "{name}" created.')

    def free(self, name: VolumeName, log: Log) -> None:
        record = self.record(name)
        if record is None:
            return
        for snapshot in record.snapshots:
            log(f'  Logical volume "snap_{name.name}_{snapshot}" successfully removed.')
        super().free(name, log)
        log(f'  Logical volume "{name.name}" successfully removed.')

    def resize(self, name: VolumeName, size: int, log: Log) -> int:
        record = self.needed(name)
        new = in_extents(size)
        self._room_for(name, new - record.size)
        self.shelf.change(self.place(name), size=new, **self._grown(new))
        lv = f"{self.vg}/{name.name}"
        log(f"  Size of logical volume {lv} changed from {_extents(record.size)} to {_extents(new)}.")
        log(f"  Logical volume {lv} successfully resized.")
        return new

    def _grown(self, size: int) -> dict[str, object]:
        return {"used": size}

    def _room_for(self, name: VolumeName, more: int) -> None:
        group = volume_groups(self.node).get(self.vg)
        free = thick_free(self.node, self.shelf, group) if group else 0
        if more > free:
            raise StorageError(
                f"error resizing volume '{self.path(name)}':   Insufficient free space: "
                f"{more // EXTENT} extents needed, but only {free // EXTENT} available"
            )

    def rename(self, name: VolumeName, vmid: int, log: Log) -> str:
        self.needed(name)
        new = self.free_name(vmid, "raw")
        self._move(name, vmid, new, log)
        return new

    def _move(self, name: VolumeName, vmid: int, new: str, log: Log) -> None:
        self.shelf.move(self.place(name), f"{self.owner_folder(vmid)}/{new}")
        log(f'  Renamed "{name.name}" to "{new}" in volume group "{self.vg}"')

    def images(self, vmid: int | None = None) -> Iterator[Volume]:
        owners = [str(vmid)] if vmid is not None else self.shelf.names(f"lvm/{self.vg}")
        for owner in owners:
            for own in self.shelf.names(f"lvm/{self.vg}/{owner}"):
                record = self.shelf.get(f"lvm/{self.vg}/{owner}/{own}")
                if record is not None and record.group == self.group:
                    yield self._volume(own, int(owner), record)

    def _volume(self, name: str, vmid: int, record: Record) -> Volume:
        return Volume(
            volid=f"{self.config.id}:{name}",
            storage=self.config.id,
            name=name,
            content="images",
            format="raw",
            size=record.size,
            ctime=record.ctime,
            path=f"/dev/{self.vg}/{name}",
            vmid=vmid,
            used=record.used,
        )

    def row(self, volume: Volume) -> Row:
        return {
            "volid": volume.volid,
            "content": volume.content,
            "format": "raw",
            "size": volume.size,
            "vmid": volume.vmid,
            # LVM gives text here, unlike directories.
            "ctime": str(volume.ctime),
        }


def _extents(size: int) -> str:
    return f"{size / GIB:.2f} GiB ({size // EXTENT} extents)"

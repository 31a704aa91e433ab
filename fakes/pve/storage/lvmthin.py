"""Thin volumes: snapshots and linked clones of one thin pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from fakes.pve.storage.lvm import KIB, LvmPlugin, in_extents, volume_groups
from fakes.pve.storage.names import VolumeName
from fakes.pve.storage.plugin import Log, Space, StorageError
from fakes.pve.storage.shelf import Saved


class LvmThinPlugin(LvmPlugin):
    """Thin volumes of one pool; they take only what is written to them."""

    features: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "snapshot": ("current",),
        "clone": ("base", "snap"),
        "template": ("current",),
        "copy": ("base", "current", "snap"),
        "sparseinit": ("base", "current"),
        "rename": ("current",),
    }
    _format_line = 88

    @cached_property
    def pool(self) -> str:
        return self.config.text("thinpool")

    @cached_property
    def group(self) -> str:
        return f"thin/{self.vg}/{self.pool}"

    def space(self) -> Space | None:
        group = volume_groups(self.node).get(self.vg)
        size = group.pools.get(self.pool) if group else None
        return Space(size, min(size, self.shelf.used(self.group))) if size else None

    def path(self, name: VolumeName, snapshot: str | None = None) -> str:
        return f"/dev/{self.vg}/{_snapshot_volume(name, snapshot) if snapshot else name.name}"

    def missing(self, name: VolumeName) -> StorageError:
        return StorageError(f"no such logical volume {self.vg}/{name.name}")

    def allocate(self, vmid: int, form: str, name: str | None, size_kib: int, log: Log) -> str:
        _, own = self._checked(vmid, form, name)
        self._pool_ready(own)
        self._create(vmid, own, in_extents(size_kib * KIB), log, used=0)
        return own

    def _pool_ready(self, name: str) -> None:
        space = self.space()
        if space is None:
            raise StorageError(
                f"lvcreate '{self.vg}/{name}' error:   Thin pool {self.pool} not found in volume group {self.vg}"
            )
        if not space.free:
            raise StorageError(
                f"lvcreate '{self.vg}/{name}' error:   Cannot create new thin volume, free space in thin pool "
                f"{self.vg}/{self.pool} reached threshold."
            )

    def _grown(self, size: int) -> dict[str, object]:
        return {}

    def _room_for(self, name: VolumeName, more: int) -> None:
        """A thin volume may grow beyond its pool."""

    def to_base(self, name: VolumeName, log: Log) -> str:
        if name.is_base:
            raise StorageError("create_base not possible with base image")
        self.needed(name)
        assert name.vmid is not None
        new = f"base-{name.name.removeprefix('vm-')}"
        self._move(name, name.vmid, new, log)
        log(f"  Logical volume {self.vg}/{new} changed.")
        return new

    def clone(self, name: VolumeName, vmid: int, snapshot: str | None, log: Log) -> str:
        if not name.is_base and not snapshot:
            raise StorageError("clone_image only works on base images or snapshots")
        record = self.needed(name)
        saved = self._saved(name, snapshot) if snapshot else None
        new = self.free_name(vmid, "raw")
        self._pool_ready(new)
        source = saved or record
        self._create(vmid, new, source.size, log, used=0)
        self.shelf.change(f"{self.owner_folder(vmid)}/{new}", source=source.source)
        return new

    def snapshot(self, name: VolumeName, snapshot: str, log: Log) -> None:
        record = self.needed(name)
        volume = _snapshot_volume(name, snapshot)
        if snapshot in record.snapshots:
            raise StorageError(
                f"lvcreate snapshot '{self.vg}/{volume}' error:   Logical volume \"{volume}\" already exists "
                f'in volume group "{self.vg}"'
            )
        self._pool_ready(volume)
        # A new snapshot shares all its blocks with the volume.
        saved = Saved(record.size, 0, int(self.shelf.now()), record.source)
        self.shelf.put(self.place(name), replace(record, snapshots={**record.snapshots, snapshot: saved}))
        log(f'  Logical volume "{volume}" created.')

    def delete_snapshot(self, name: VolumeName, snapshot: str, log: Log) -> None:
        record = self.needed(name)
        volume = _snapshot_volume(name, snapshot)
        if snapshot not in record.snapshots:
            raise StorageError(
                f"lvremove snapshot '{self.vg}/{volume}' error:   Failed to find logical volume \"{self.vg}/{volume}\""
            )
        left = {key: saved for key, saved in record.snapshots.items() if key != snapshot}
        self.shelf.put(self.place(name), replace(record, snapshots=left))
        log(f'  Logical volume "{volume}" successfully removed.')

    def rollback(self, name: VolumeName, snapshot: str, log: Log) -> None:
        record = self.needed(name)
        saved = self._saved(name, snapshot)
        log(f'  Logical volume "{name.name}" successfully removed.')
        now = int(self.shelf.now())
        self.shelf.put(self.place(name), replace(record, size=saved.size, ctime=now, source=saved.source))
        log(f'  Logical volume "{name.name}" created.')

    def _saved(self, name: VolumeName, snapshot: str) -> Saved:
        saved = self.needed(name).snapshots.get(snapshot)
        if saved is None:
            raise StorageError(f"no such logical volume {self.vg}/{_snapshot_volume(name, snapshot)}")
        return saved


def _snapshot_volume(name: VolumeName, snapshot: str) -> str:
    return f"snap_{name.name}_{snapshot}"

"""ZFS pools: volumes and subvolumes, with linked clones that know their base."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from fakes.pve.storage.names import VolumeName
from fakes.pve.storage.plugin import Log, Plugin, Row, Space, StorageError, Volume
from fakes.pve.storage.shelf import Saved

POOLS = "var/lib/labctl/zfs"
KIB = 1024
MIB = 1024**2


class ZfsPoolPlugin(Plugin):
    """Volumes below one dataset; pools are ``POOLS/<pool>.json`` with a size in bytes."""

    features: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "snapshot": ("current", "snap"),
        "clone": ("base",),
        "template": ("current",),
        "copy": ("base", "current"),
        "sparseinit": ("base", "current"),
        "replicate": ("base", "current"),
        "rename": ("current",),
    }

    @property
    def dataset(self) -> str:
        return self.config.text("pool")

    @property
    def pool(self) -> str:
        return self.dataset.partition("/")[0]

    def activate(self) -> None:
        if self._size() is None:
            raise StorageError(
                f"could not activate storage '{self.config.id}', zfs error: cannot import '{self.pool}': "
                "no such pool available"
            )

    def _size(self) -> int | None:
        text = self.node.files.read(f"{POOLS}/{self.pool}.json")
        return int(json.loads(text)["size"]) if text else None

    def space(self) -> Space | None:
        size = self._size()
        return None if size is None else Space(size, min(size, self.shelf.used(f"zfs/{self.pool}")))

    def owner_folder(self, vmid: int) -> str:
        return f"zfs/{self.dataset}/{vmid}"

    def place(self, name: VolumeName) -> str:
        return f"{self.owner_folder(name.vmid or 0)}/{name.name}"

    def path(self, name: VolumeName, snapshot: str | None = None) -> str:
        tail = f"@{snapshot}" if snapshot else ""
        if name.format == "subvol":
            return f"/{self.dataset}/{name.name}{tail}"
        return f"/dev/zvol/{self.dataset}/{name.name}{tail}"

    def full_name(self, name: VolumeName) -> str:
        return f"{name.base_name}/{name.name}" if name.base_name else name.name

    def missing(self, name: VolumeName) -> StorageError:
        return StorageError(f"zfs error: cannot open '{self.dataset}/{name.name}': dataset does not exist")

    def allocate(self, vmid: int, form: str, name: str | None, size_kib: int, log: Log) -> str:
        if form not in ("raw", "subvol"):
            raise StorageError(f"unsupported format '{form}'")
        prefix = "subvol" if form == "subvol" else "vm"
        if name and not name.startswith(f"{prefix}-{vmid}-"):
            raise StorageError(f"illegal name '{name}' - should be '{prefix}-{vmid}-*'")
        own = name or self.free_name(vmid, form)
        place = f"{self.owner_folder(vmid)}/{own}"
        if self.shelf.get(place) is not None:
            raise StorageError(f"zfs error: cannot create '{self.dataset}/{own}': dataset already exists")
        size = -(-size_kib * KIB // MIB) * MIB
        used = 0 if self.config.options.get("sparse") or form == "subvol" else size
        space = self.space()
        if space is None or used > space.free:
            raise StorageError(f"zfs error: cannot create '{self.dataset}/{own}': out of space")
        self.shelf.new(place, form, size, f"zfs/{self.pool}", used=used)
        return own

    def to_base(self, name: VolumeName, log: Log) -> str:
        if name.is_base:
            raise StorageError("create_base not possible with base image")
        self.needed(name)
        own = name.name.replace("subvol-", "basevol-", 1) if name.format == "subvol" else f"base-{name.name[3:]}"
        new = replace(name, name=own, is_base=True)
        self.shelf.move(self.place(name), self.place(new))
        self.snapshot(new, "__base__", log)
        return self.full_name(new)

    def clone(self, name: VolumeName, vmid: int, snapshot: str | None, log: Log) -> str:
        if snapshot or not name.is_base:
            raise StorageError("clone_image only works on base images")
        record = self.needed(name)
        own = self.free_name(vmid, name.format)
        place = f"{self.owner_folder(vmid)}/{own}"
        self.shelf.new(place, name.format, record.size, record.group, base=self.place(name))
        return f"{name.name}/{own}"

    def rename(self, name: VolumeName, vmid: int, log: Log) -> str:
        self.needed(name)
        new = replace(name, name=self.free_name(vmid, name.format), vmid=vmid)
        self.shelf.move(self.place(name), self.place(new))
        return self.full_name(new)

    def snapshot(self, name: VolumeName, snapshot: str, log: Log) -> None:
        record = self.needed(name)
        saved = Saved(record.size, 0, int(self.shelf.now()), record.source)
        self.shelf.put(self.place(name), replace(record, snapshots={**record.snapshots, snapshot: saved}))

    def delete_snapshot(self, name: VolumeName, snapshot: str, log: Log) -> None:
        record = self.needed(name)
        left = {key: saved for key, saved in record.snapshots.items() if key != snapshot}
        self.shelf.put(self.place(name), replace(record, snapshots=left))

    def rollback(self, name: VolumeName, snapshot: str, log: Log) -> None:
        record = self.needed(name)
        saved = record.snapshots.get(snapshot)
        if saved is None:
            raise StorageError(
                f"zfs error: cannot open '{self.dataset}/{name.name}@{snapshot}': dataset does not exist"
            )
        self.shelf.put(self.place(name), replace(record, size=saved.size, source=saved.source))

    def images(self, vmid: int | None = None) -> Iterator[Volume]:
        folder = f"zfs/{self.dataset}"
        owners = [str(vmid)] if vmid is not None else self.shelf.names(folder)
        for owner in owners:
            for own in self.shelf.names(f"{folder}/{owner}") if owner.isdigit() else ():
                name = self.parse(own)
                record = self.shelf.get(f"{folder}/{owner}/{own}")
                if record is None:
                    continue
                base = record.base.rsplit("/", 1)[-1] if record.base else None
                full = f"{base}/{own}" if base else own
                yield Volume(
                    volid=f"{self.config.id}:{full}",
                    storage=self.config.id,
                    name=full,
                    content="images",
                    format=record.format,
                    size=record.size,
                    ctime=record.ctime,
                    path=self.path(name),
                    vmid=int(owner),
                    used=record.used,
                    parent=f"{base}@__base__" if base else None,
                )

    def row(self, volume: Volume) -> Row:
        row: Row = {
            "volid": volume.volid,
            "content": volume.content,
            "format": volume.format,
            "size": volume.size,
            "vmid": volume.vmid,
            "ctime": str(volume.ctime),
        }
        return {**row, "parent": volume.parent} if volume.parent else row

"""Images in directories: raw, qcow2 and vmdk files on the root file system or on a mounted share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from fakes.pve.storage.contentfiles import FileContent
from fakes.pve.storage.names import VolumeName, image_name
from fakes.pve.storage.plugin import Log, Row, StorageError, Volume
from fakes.pve.storage.shelf import Record, Saved

KIB = 1024
CLUSTER = 65536
_FORMATS = frozenset(("raw", "qcow2", "vmdk"))
_QCOW2 = frozenset(("qcow2",))
_FEATURES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "snapshot": {"current": _QCOW2, "snap": _QCOW2},
    "clone": {"base": _FORMATS},
    "template": {"current": _FORMATS | {"subvol"}},
    "copy": {"base": _FORMATS, "current": _FORMATS, "snap": _QCOW2},
    "sparseinit": {"base": _FORMATS, "current": _FORMATS},
    "rename": {"current": _FORMATS},
}


class DirectoryPlugin(FileContent):
    """A file based storage."""

    def place(self, name: VolumeName) -> str:
        return f"{self.owner_folder(name.vmid or 0)}/{name.name}"

    def owner_folder(self, vmid: int) -> str:
        return f"dir{self.config.folder('images')}/{vmid}"

    def path(self, name: VolumeName, snapshot: str | None = None) -> str:
        if snapshot and name.format != "qcow2":
            raise StorageError("can't snapshot this image format")
        if name.content == "images":
            return f"{self.config.folder('images')}/{name.vmid}/{name.name}"
        return f"{self.config.folder(name.content)}/{name.name}"

    def full_name(self, name: VolumeName) -> str:
        if name.content != "images":
            return f"{name.content}/{name.name}"
        base = f"{name.base_vmid}/{name.base_name}/" if name.base_name else ""
        return f"{base}{name.vmid}/{name.name}"

    def free_number(self, vmid: int, form: str) -> int:
        if "subvol" in self.config.kind.formats:
            return super().free_number(vmid, form)
        # Where there are no subvolumes numbers are counted per format.
        pattern = re.compile(rf"(?:vm|base)-{vmid}-disk-(\d+)\.{form}")
        taken = {int(found[1]) for one in self.shelf.names(self.owner_folder(vmid)) if (found := pattern.match(one))}
        return next(number for number in range(len(taken) + 1) if number not in taken)

    def free_name(self, vmid: int, form: str) -> str:
        return f"{super().free_name(vmid, form)}.{form}"

    def allocate(self, vmid: int, form: str, name: str | None, size_kib: int, log: Log) -> str:
        own = name or self.free_name(vmid, form)
        extension = image_name(own).format
        if extension != form:
            raise StorageError(f"illegal name '{own}' - wrong extension for format ('{extension} != '{form}')")
        place = f"{self.owner_folder(vmid)}/{own}"
        path = f"{self.config.folder('images')}/{vmid}/{own}"
        if self.shelf.get(place) is not None:
            raise StorageError(f"disk image '{path}' already exists")
        size = size_kib * KIB
        used = _metadata_bytes(size) if form == "qcow2" else 0
        if used > (space.free if (space := self.space()) else 0):
            raise StorageError(f"unable to create image: qemu-img: {path}: Could not write: No space left on device")
        self.shelf.new(place, form, size, self.group, used=used)
        log(_formatting(path, form, size))
        return f"{vmid}/{own}"

    def free(self, name: VolumeName, log: Log) -> None:
        if name.content != "images":
            self.free_file(name, log)
        elif self.record(name) is None:
            log(f"disk image '{self.path(name)}' does not exist")
        else:
            super().free(name, log)

    def exists(self, name: VolumeName) -> bool:
        return self.has_file(name) if name.content != "images" else super().exists(name)

    def has_feature(self, feature: str, name: VolumeName, snapshot: str | None) -> bool:
        where = "snap" if snapshot else "base" if name.is_base else "current"
        return name.format in _FEATURES.get(feature, {}).get(where, ())

    def to_base(self, name: VolumeName, log: Log) -> str:
        if name.is_base:
            raise StorageError("create_base not possible with base image")
        self.needed(name)
        new = replace(name, name=re.sub(r"^vm-", "base-", name.name), is_base=True)
        self.shelf.move(self.place(name), self.place(new))
        return self.full_name(new)

    def clone(self, name: VolumeName, vmid: int, snapshot: str | None, log: Log) -> str:
        if snapshot:
            raise StorageError("this storage type does not support clone_image on snapshot")
        if not name.is_base:
            raise StorageError("clone_image only works on base images")
        record = self.needed(name)
        new = self.free_name(vmid, "qcow2")
        backing = f"../{name.vmid}/{name.name}"
        log(f"clone {self.full_name(name)}: images, {new}, {vmid} to {new} (base={backing})")
        self.shelf.new(
            f"{self.owner_folder(vmid)}/{new}",
            "qcow2",
            record.size,
            self.group,
            used=3 * CLUSTER,
            base=self.place(name),
        )
        path = f"{self.config.folder('images')}/{vmid}/{new}"
        log(_formatting(path, "qcow2", record.size, backing, name.format))
        return f"{name.vmid}/{name.name}/{vmid}/{new}"

    def resize(self, name: VolumeName, size: int, log: Log) -> int:
        grown = super().resize(name, size, log)
        log("Image resized.")
        return grown

    def rename(self, name: VolumeName, vmid: int, log: Log) -> str:
        self.needed(name)
        new = replace(name, name=self.free_name(vmid, name.format), vmid=vmid)
        self.shelf.move(self.place(name), self.place(new))
        return self.full_name(new)

    def snapshot(self, name: VolumeName, snapshot: str, log: Log) -> None:
        if name.format != "qcow2":
            super().snapshot(name, snapshot, log)
        record = self.needed(name)
        saved = Saved(record.size, 0, int(self.shelf.now()), record.source)
        self.shelf.put(self.place(name), replace(record, snapshots={**record.snapshots, snapshot: saved}))

    def delete_snapshot(self, name: VolumeName, snapshot: str, log: Log) -> None:
        if name.format != "qcow2":
            super().delete_snapshot(name, snapshot, log)
        record = self.needed(name)
        left = {key: saved for key, saved in record.snapshots.items() if key != snapshot}
        self.shelf.put(self.place(name), replace(record, snapshots=left))

    def rollback(self, name: VolumeName, snapshot: str, log: Log) -> None:
        if name.format != "qcow2":
            super().rollback(name, snapshot, log)
        record = self.needed(name)
        saved = record.snapshots.get(snapshot)
        if saved is None:
            path = self.path(name)
            raise StorageError(f"qemu-img: Could not apply snapshot '{snapshot}': snapshot not found in '{path}'")
        self.shelf.put(self.place(name), replace(record, size=saved.size, source=saved.source))

    def images(self, vmid: int | None = None) -> Iterator[Volume]:
        folder = f"dir{self.config.folder('images')}"
        owners = [str(vmid)] if vmid is not None else self.shelf.names(folder)
        for owner in owners:
            for own in self.shelf.names(f"{folder}/{owner}"):
                record = self.shelf.get(f"{folder}/{owner}/{own}")
                if record is not None and owner.isdigit():
                    yield self._image(own, int(owner), record)

    def _image(self, own: str, vmid: int, record: Record) -> Volume:
        parts = record.base.rsplit("/", 2)[-2:] if record.base else []
        base = "/".join(parts) + "/" if parts else ""
        return Volume(
            volid=f"{self.config.id}:{base}{vmid}/{own}",
            storage=self.config.id,
            name=f"{base}{vmid}/{own}",
            content="images",
            format=record.format,
            size=record.size,
            ctime=record.ctime,
            path=f"{self.config.folder('images')}/{vmid}/{own}",
            vmid=vmid,
            used=record.used,
            parent=f"../{parts[0]}/{parts[1]}" if parts else None,
        )

    def row(self, volume: Volume) -> Row:
        if volume.content not in ("images", "rootdir"):
            return self.file_row(volume)
        return {
            "volid": volume.volid,
            "content": volume.content,
            "format": volume.format,
            "size": volume.size,
            "used": volume.used,
            "vmid": volume.vmid,
            "ctime": volume.ctime,
            "parent": volume.parent,
        }


def _metadata_bytes(size: int) -> int:
    """What an empty qcow2 file of a size takes with its tables allocated."""
    clusters = -(-size // CLUSTER)
    tables = sum(-(-clusters * width // CLUSTER) * CLUSTER for width in (8, 2))
    return tables + 2 * CLUSTER + 4 * KIB


def _formatting(path: str, form: str, size: int, backing: str | None = None, backing_format: str = "") -> str:
    if form == "qcow2":
        middle = "" if backing else "preallocation=metadata "
        tail = f" backing_file={backing} backing_fmt={backing_format}" if backing else ""
        return (
            f"Formatting '{path}', fmt=qcow2 cluster_size={CLUSTER} extended_l2=off {middle}"
            f"compression_type=zlib size={size}{tail} lazy_refcounts=off refcount_bits=16"
        )
    if form == "vmdk":
        return f"Formatting '{path}', fmt=vmdk size={size} compat6=off hwversion=undefined"
    return f"Formatting '{path}', fmt={form} size={size} preallocation=off"

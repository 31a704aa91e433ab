"""The volumes of a node by volume id: the one interface through which guests, backups and the API use storages.

Operations that print on a real node take `log`, a callable that gets each line.
"""

from __future__ import annotations

from dataclasses import replace

from fakes.pve.datacenter import Datacenter
from fakes.pve.http import ApiError
from fakes.pve.node import Node
from fakes.pve.storage.contentfiles import FileContent
from fakes.pve.storage.lvm import LvmPlugin
from fakes.pve.storage.names import VolumeName, split_volid
from fakes.pve.storage.plugin import Log, Plugin, Row, StorageError, Volume, silent
from fakes.pve.storage.shelf import Record, Saved
from fakes.pve.storage.storages import Storages

CONTENT_ORDER = ("rootdir", "images", "vztmpl", "iso", "backup", "snippets", "import")
KIB = 1024

Listing = list[Volume]
Rows = list[Row]
Found = list[tuple[Volume, Plugin]]


class VolumesOfNodes:
    """The volumes of every node."""

    def __init__(self, datacenter: Datacenter) -> None:
        self.of_node = {name: Volumes(datacenter, node) for name, node in datacenter.nodes.items()}


def volumes(datacenter: Datacenter, node: Node) -> Volumes:
    """The volumes that a node can reach."""
    return datacenter.part(VolumesOfNodes).of_node[node.name]


class Volumes(Storages):
    """All volumes of one node."""

    def parse(self, volid: str) -> VolumeName:
        """The parts of a volume id's name."""
        return self._find(volid)[1]

    def path(self, volid: str, snapshot: str | None = None) -> str:
        """The file or device of a volume; it need not exist."""
        plugin, name = self._find(volid)
        return plugin.path(name, snapshot)

    def exists(self, volid: str) -> bool:
        """True where the volume is there."""
        plugin, name = self._find(volid)
        return plugin.exists(name)

    def activate(self, volid: str) -> None:
        """Make a volume usable; where it is missing, the error that a real node gives."""
        plugin, name = self._active(volid)
        if not plugin.exists(name):
            raise plugin.missing(name)

    def info(self, volid: str) -> Volume:
        """All about one volume; 500 where it is missing. `format` and `size` are what a guest sees."""
        plugin, name = self._find(volid)
        found = self._look(plugin, name)
        if found is None:
            raise self._no_info(plugin, name, volid)
        if isinstance(plugin, FileContent) and name.content not in ("images", "rootdir"):
            size, form = plugin.virtual_size(name) if name.content in ("iso", "import") else (found.size, "raw")
            return _seen(found, size, "raw" if name.content == "iso" else form)
        return found

    def _look(self, plugin: Plugin, name: VolumeName) -> Volume | None:
        if isinstance(plugin, FileContent) and name.content not in ("images", "rootdir"):
            return plugin.file_volume(name)
        if plugin.record(name) is None:
            return None
        return next((one for one in plugin.images(name.vmid) if one.name.rpartition("/")[2] == name.name), None)

    @staticmethod
    def _no_info(plugin: Plugin, name: VolumeName, volid: str) -> ApiError:
        if isinstance(plugin, FileContent):
            return StorageError(f"volume_size_info on '{volid}' failed - no format")
        if isinstance(plugin, LvmPlugin):
            path = plugin.path(name)
            lv = path.removeprefix("/dev/")
            return StorageError(f"can't get size of '{path}':   Failed to find logical volume \"{lv}\"")
        return plugin.missing(name)

    def record(self, volid: str) -> Record | None:
        """The state of an image: its snapshots, what it was made from."""
        plugin, name = self._find(volid)
        return plugin.record(name)

    def list(self, storeid: str, content: str | None = None, vmid: int | None = None) -> Listing:
        """The volumes of a storage, of the content types it is configured for, sorted by volume id."""
        return [volume for volume, _ in self._listed(storeid, content, vmid)]

    def rows(self, storeid: str, content: str | None = None, vmid: int | None = None) -> Rows:
        """The same as rows of the API."""
        return [plugin.row(volume) for volume, plugin in self._listed(storeid, content, vmid)]

    def _listed(self, storeid: str, content: str | None, vmid: int | None) -> Found:
        configured = self.config(storeid).content
        wanted = [kind for kind in ((content,) if content else CONTENT_ORDER) if kind in configured]
        plugin = self.active(storeid)
        found: Found = []
        if "images" in wanted or "rootdir" in wanted:
            images = (_owned(volume, self._datacenter) for volume in plugin.images(vmid))
            found += [(volume, plugin) for volume in images if volume.content in wanted]
        for kind in wanted:
            if kind not in ("images", "rootdir"):
                found += [(volume, plugin) for volume in plugin.files(kind, vmid)]
        return sorted(found, key=lambda pair: pair[0].volid.lower())

    def allocate(
        self, storeid: str, vmid: int, form: str | None, name: str | None, size_bytes: int, *, log: Log = silent
    ) -> str:
        """Make an image of at least so many bytes; `form` None is the storage's default. Returns its volume id."""
        plugin = self.active(storeid)
        own = plugin.allocate(vmid, form or plugin.config.default_format, name, -(-size_bytes // KIB), log)
        return f"{storeid}:{own}"

    def free(self, volid: str, *, log: Log = silent) -> None:
        """Remove a volume; a missing one is no error, a base that linked clones use is."""
        plugin, name = self._active(volid)
        if self.is_base_in_use(volid):
            raise StorageError(f"base volume '{split_volid(volid)[1]}' is still in use by linked clones")
        plugin.free(name, log)

    def is_base_in_use(self, volid: str) -> bool:
        """True where a base has linked clones that depend on it."""
        plugin, name = self._find(volid)
        return name.is_base and plugin.shelf.clones(plugin.place(name)) > 0

    def resize(self, volid: str, size_bytes: int, *, log: Log = silent) -> int:
        """Change an image's size; returns what it is then."""
        plugin, name = self._active(volid)
        return plugin.resize(name, size_bytes, log)

    def rename(self, volid: str, new_vmid: int, *, log: Log = silent) -> str:
        """Give an image to another guest; returns its new volume id."""
        plugin, name = self._active(volid)
        return f"{plugin.config.id}:{plugin.rename(name, new_vmid, log)}"

    def to_base(self, volid: str, *, log: Log = silent) -> str:
        """Make an image the base of linked clones; returns its new volume id."""
        plugin, name = self._active(volid)
        return f"{plugin.config.id}:{plugin.to_base(name, log)}"

    def clone(self, volid: str, vmid: int, snapshot: str | None = None, *, log: Log = silent) -> str:
        """A linked clone for another guest; returns its volume id."""
        plugin, name = self._active(volid)
        return f"{plugin.config.id}:{plugin.clone(name, vmid, snapshot, log)}"

    def copy(
        self,
        volid: str,
        storeid: str,
        vmid: int,
        form: str | None = None,
        snapshot: str | None = None,
        *,
        name: str | None = None,
        size_bytes: int | None = None,
        log: Log = silent,
    ) -> str:
        """A full copy of an image (or of its snapshot, or of an image file) for a guest; returns its volume id.

        The copy is as large as its source unless `size_bytes` says otherwise.
        """
        plugin, source = self._active(volid)
        size, used, origin = self._content(plugin, source, snapshot, volid)
        copied = self.allocate(storeid, vmid, form, name, size_bytes or size, log=log)
        self.fill_from(copied, used_bytes=used, source=origin)
        return copied

    def fill_from(self, volid: str, *, used_bytes: int, source: str) -> None:
        """Note that so many bytes of an image were written, and what they were made from."""
        plugin, name = self._find(volid)
        record = plugin.needed(name)
        plugin.shelf.change(plugin.place(name), used=max(record.used, used_bytes), source=source)

    @staticmethod
    def _content(plugin: Plugin, name: VolumeName, snapshot: str | None, volid: str) -> tuple[int, int, str]:
        if isinstance(plugin, FileContent) and name.content not in ("images", "rootdir"):
            if not plugin.has_file(name):
                raise plugin.missing(name)
            size, _ = plugin.virtual_size(name)
            return size, min(size, plugin.shelf.files.size(plugin.file(name))), volid
        record: Record | Saved = plugin.needed(name)
        if snapshot and isinstance(record, Record):
            if snapshot not in record.snapshots:
                raise StorageError(f"snapshot '{snapshot}' does not exist")
            record = record.snapshots[snapshot]
        return record.size, record.used, record.source

    def snapshot(self, volid: str, name: str, *, log: Log = silent) -> None:
        """Keep the present state of an image under a name."""
        plugin, own = self._active(volid)
        plugin.snapshot(own, name, log)

    def delete_snapshot(self, volid: str, name: str, *, log: Log = silent) -> None:
        """Drop a kept state."""
        plugin, own = self._active(volid)
        plugin.delete_snapshot(own, name, log)

    def rollback(self, volid: str, name: str, *, log: Log = silent) -> None:
        """Go back to a kept state."""
        plugin, own = self._active(volid)
        plugin.rollback(own, name, log)

    def has_feature(self, feature: str, volid: str, snapshot: str | None = None, *, running: bool = False) -> bool:
        """True where a volume offers a feature: snapshot, clone, template, copy, rename, sparseinit, replicate."""
        plugin, name = self._find(volid)
        return plugin.has_feature(feature, name, snapshot)

    def write_file(self, storeid: str, content: str, filename: str, data: bytes) -> str:
        """Put an ISO image, a snippet, … into a storage; returns its volume id."""
        plugin = self.active(storeid)
        if not isinstance(plugin, FileContent):
            raise StorageError(f"can't upload to storage type '{plugin.config.type}'")
        return f"{storeid}:{plugin.write(content, filename, data)}"

    def read_bytes(self, volid: str) -> bytes:
        """The content of a file that is no disk image; 500 where it is missing."""
        plugin, name = self._find(volid)
        if not isinstance(plugin, FileContent) or not plugin.has_file(name):
            raise plugin.missing(name)
        return plugin.shelf.files.read_bytes(plugin.file(name)) or b""

    def _find(self, volid: str) -> tuple[Plugin, VolumeName]:
        storeid, name = split_volid(volid)
        plugin = self.plugin(storeid)
        return plugin, plugin.parse(name)

    def _active(self, volid: str) -> tuple[Plugin, VolumeName]:
        storeid, name = split_volid(volid)
        self.config(storeid)
        plugin = self.active(storeid)
        return plugin, plugin.parse(name)


def _owned(volume: Volume, datacenter: Datacenter) -> Volume:
    """An image of a container counts as rootdir."""
    place = datacenter.guests.find(volume.vmid) if volume.vmid is not None else None
    if place is None or place.kind != "lxc":
        return volume
    return _with(volume, content="rootdir")


def _seen(volume: Volume, size: int, form: str) -> Volume:
    return _with(volume, size=size, format=form, used=volume.size)


def _with(volume: Volume, **values: object) -> Volume:
    return replace(volume, **values)  # type: ignore[arg-type]

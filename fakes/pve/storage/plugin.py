"""What every kind of storage can do with volumes; the kinds differ in names, places, formats and refusals.

Operations take the parsed name; what the command line tools of a real node print goes to `log`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from fakes.pve.http import ApiError
from fakes.pve.node import Node
from fakes.pve.storage.config import StorageConfig
from fakes.pve.storage.names import PARSERS, VolumeName
from fakes.pve.storage.shelf import Record, Shelf

Log = Callable[[str], None]
Row = dict[str, str | int | None]
MAX_VOLUMES_PER_GUEST = 1024
_DISK_NAME = re.compile(r"([a-z]+)-(\d+)-disk-(\d+)")
_DISK_KINDS = frozenset(("vm", "base"))
_SUBVOL_KINDS = _DISK_KINDS | {"subvol", "basevol"}


def silent(_line: str) -> None:
    """A log that keeps nothing."""


class StorageError(ApiError):
    """A failure of a storage; 500 with Proxmox's words."""

    def __init__(self, message: str) -> None:
        super().__init__(500, message)


@dataclass(frozen=True, slots=True)
class Space:
    """Size and fill of a storage in bytes."""

    total: int
    used: int

    @property
    def free(self) -> int:
        return max(0, self.total - self.used)


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume as the API shows it; sizes in bytes, `ctime` in seconds since the epoch.

    `parent` is how an image names its backing file (``../103/base-103-disk-0.qcow2``).
    """

    volid: str
    storage: str
    name: str
    content: str
    format: str
    size: int
    ctime: int
    path: str
    vmid: int | None = None
    used: int | None = None
    parent: str | None = None
    notes: str | None = None
    protected: bool = False
    subtype: str | None = None


class Plugin(ABC):
    """The volumes of one storage on one node. `features` maps a feature to where it works: current, base, snap."""

    features: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(self, node: Node, config: StorageConfig, shelf: Shelf) -> None:
        self.node = node
        self.config = config
        self.shelf = shelf

    def parse(self, volname: str) -> VolumeName:
        """The parts of a volume's name; ApiError with Proxmox's words."""
        return PARSERS[self.config.type](volname)

    @abstractmethod
    def activate(self) -> None:
        """Make the storage usable; StorageError where that fails."""

    @abstractmethod
    def space(self) -> Space | None:
        """Size and fill, None where the storage is not active."""

    @abstractmethod
    def place(self, name: VolumeName) -> str:
        """Where the state of a volume is kept."""

    @abstractmethod
    def owner_folder(self, vmid: int) -> str:
        """The folder of places that holds one guest's volumes."""

    @abstractmethod
    def path(self, name: VolumeName, snapshot: str | None = None) -> str:
        """The device or file of a volume; it need not exist."""

    @abstractmethod
    def allocate(self, vmid: int, form: str, name: str | None, size_kib: int, log: Log) -> str:
        """Make an image; returns its name."""

    @abstractmethod
    def images(self, vmid: int | None = None) -> Iterator[Volume]:
        """The images of one guest or of all."""

    @abstractmethod
    def row(self, volume: Volume) -> Row:
        """A volume as a row of the content list."""

    def files(self, content: str, vmid: int | None = None) -> Iterator[Volume]:
        """The volumes of a content type other than images."""
        return iter(())

    def record(self, name: VolumeName) -> Record | None:
        """The state of an image, None where it does not exist."""
        return self.shelf.get(self.place(name))

    def exists(self, name: VolumeName) -> bool:
        return self.record(name) is not None

    def needed(self, name: VolumeName) -> Record:
        """The state of an image that must be there."""
        record = self.record(name)
        if record is None:
            raise self.missing(name)
        return record

    def missing(self, name: VolumeName) -> StorageError:
        """What a real node says when it tries to use an image that is not there."""
        return StorageError(f"volume '{self.config.id}:{self.full_name(name)}' does not exist")

    def full_name(self, name: VolumeName) -> str:
        """The name within the storage that stands in a volume id."""
        return name.name

    def free(self, name: VolumeName, log: Log) -> None:
        """Remove a volume; a missing one is only logged."""
        if self.record(name) is not None:
            self.shelf.drop(self.place(name))

    def free_number(self, vmid: int, form: str) -> int:
        """The lowest disk number a guest has not used yet."""
        kinds = _SUBVOL_KINDS if "subvol" in self.config.kind.formats else _DISK_KINDS
        found = (_DISK_NAME.match(one) for one in self.shelf.names(self.owner_folder(vmid)))
        taken = {int(one[3]) for one in found if one and one[1] in kinds and int(one[2]) == vmid}
        number = next((number for number in range(MAX_VOLUMES_PER_GUEST) if number not in taken), None)
        if number is None:
            raise StorageError(f"unable to allocate an image name for VM {vmid} in storage '{self.config.id}'")
        return number

    def free_name(self, vmid: int, form: str) -> str:
        """The next name for a disk of a guest."""
        return f"{'subvol' if form == 'subvol' else 'vm'}-{vmid}-disk-{self.free_number(vmid, form)}"

    def has_feature(self, feature: str, name: VolumeName, snapshot: str | None) -> bool:
        """True where a volume (or its snapshot) can be cloned, copied, renamed, snapshotted, …"""
        where = "snap" if snapshot else "base" if name.is_base else "current"
        return where in self.features.get(feature, ())

    def to_base(self, name: VolumeName, log: Log) -> str:
        raise StorageError("not implemented")

    def clone(self, name: VolumeName, vmid: int, snapshot: str | None, log: Log) -> str:
        raise StorageError(f"can't clone images in storage type '{self.config.type}'")

    def rename(self, name: VolumeName, vmid: int, log: Log) -> str:
        raise StorageError(f"not implemented in storage plugin '{self.config.kind.plugin}'")

    def resize(self, name: VolumeName, size: int, log: Log) -> int:
        """Give an image another size in bytes; returns the size it has then."""
        self.needed(name)
        self.shelf.change(self.place(name), size=size)
        return size

    def snapshot(self, name: VolumeName, snapshot: str, log: Log) -> None:
        raise StorageError("can't snapshot this image format")

    def delete_snapshot(self, name: VolumeName, snapshot: str, log: Log) -> None:
        raise StorageError("can't delete snapshot for this image format")

    def rollback(self, name: VolumeName, snapshot: str, log: Log) -> None:
        raise StorageError("can't rollback snapshot for this image format")

    def notes_problem(self) -> StorageError:
        return StorageError(
            f"volume notes are not supported for PVE::Storage::{self.config.kind.plugin} "
            "at /usr/share/perl5/PVE/Storage/Plugin.pm line 1125."
        )

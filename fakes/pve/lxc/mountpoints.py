"""Mount points of containers: the text of ``rootfs`` and ``mpN``.

Source: observed configurations of PVE 8.4.1; the volume first, then ``mp``, the other keys sorted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from fakes.pve.drives import format_size, is_unused_key, parse_size
from fakes.pve.guestkeys import Value
from fakes.pve.lxc.formats import incomplete, properties_of, values_of
from fakes.pve.params import MISSING
from fakes.pve.propertystrings import format_properties

COUNT = 256
KEYS = ("rootfs", *(f"mp{number}" for number in range(COUNT)))
_POSITION = {key: position for position, key in enumerate(KEYS)}
_NEW = re.compile(r"([^/:\s]+):(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class MountPoint:
    """One mount point; `size` in bytes, None where the text has none; `options` as texts, booleans "1" or "0"."""

    key: str
    volume: str
    options: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None

    @property
    def kind(self) -> Literal["volume", "device", "bind"]:
        """What is mounted: a volume of a storage, a block device, or a folder of the node."""
        if not self.volume.startswith("/"):
            return "volume"
        return "device" if self.volume.startswith("/dev/") else "bind"

    @property
    def is_volume(self) -> bool:
        return self.kind == "volume"

    @property
    def storage(self) -> str:
        """The storage of its volume."""
        return self.volume.partition(":")[0]

    @property
    def path(self) -> str:
        """Where it is mounted in the container."""
        return "/" if self.key == "rootfs" else self.options.get("mp", "")

    @property
    def wants(self) -> tuple[str, float] | None:
        """Storage and size in GiB where a new volume is asked for (``local-lvm:8``), else None."""
        found = _NEW.fullmatch(self.volume)
        return (found[1], float(found[2])) if found else None

    @property
    def backup_reason(self) -> str:
        """Why backups have it or not: ``rootfs`` and ``enabled`` are in, ``disabled`` and ``not a volume`` are out."""
        if self.key == "rootfs":
            return "rootfs"
        if not self.is_volume:
            return "not a volume"
        return "enabled" if self.options.get("backup") == "1" else "disabled"

    @property
    def is_backed_up(self) -> bool:
        return self.backup_reason in ("rootfs", "enabled")

    def with_volume(self, volume: str, size: int | None) -> MountPoint:
        """The same mount point with another volume of a size in bytes."""
        return replace(self, volume=volume, size=size)


def is_mount_key(key: str) -> bool:
    """True for rootfs and mp0 … mp255."""
    return key in _POSITION


def parse_mount(key: str, text: Value | None) -> MountPoint:
    """Read a mount point such as ``local-lvm:vm-200-disk-1,mp=/data,size=1G``; unusedN is a bare volume.

    ApiError in Proxmox's words where the volume or the place is missing.
    """
    if is_unused_key(key):
        if not text:
            raise incomplete({"volume": MISSING})
        return MountPoint(key, str(text).partition(",")[0])
    options = values_of(key, str(text or ""))
    required = [name for name, spec in properties_of(key).items() if not spec.get("optional")]
    missing = [name for name in required if name not in options]
    if missing:
        raise incomplete(dict.fromkeys(missing, MISSING))
    volume, size = options.pop("volume"), options.pop("size", None)
    return MountPoint(key, volume, options, parse_size(size) if size else None)


def format_mount(mount: MountPoint) -> str:
    """The text of a mount point as Proxmox prints it."""
    values = {"volume": mount.volume, **mount.options}
    if mount.size is not None:
        values["size"] = format_size(mount.size)
    return format_properties(properties_of(mount.key), values)


def mounts(section: Mapping[str, Value], *, unused: bool = False) -> Iterator[MountPoint]:
    """The mount points of a section, the root first; with `unused` followed by unused0, unused1, …"""
    for key in sorted((key for key in section if key in _POSITION), key=_POSITION.__getitem__):
        yield parse_mount(key, section[key])
    if unused:
        for key in sorted((key for key in section if is_unused_key(key)), key=lambda name: int(name[6:])):
            yield parse_mount(key, section[key])

"""Volumes of containers: made with a file system in them, copied, asked for features, destroyed.

Source: recorded task logs of creations, clones and moves.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace

from fakes.pve.datacenter import Datacenter
from fakes.pve.guestconf import GuestConfig, Section
from fakes.pve.http import ApiError
from fakes.pve.lxc.mountpoints import MountPoint, mounts
from fakes.pve.node import Node
from fakes.pve.storage.volumes import Volumes, volumes

Log = Callable[[str], None]
KIB = 1024
MIB = 1024**2
_BLOCK = 4096
_INODE_EVERY = 16384
_GROUP_BLOCKS = 32768


class VolumeMaker:
    """Makes the volumes of one container's mount points; `made` is what would have to go after a failure."""

    def __init__(self, datacenter: Datacenter, node: Node, vmid: int, log: Log) -> None:
        self._store = volumes(datacenter, node)
        self._vmid = vmid
        self._log = log
        self.made: list[str] = []

    def make(self, wanted: Iterable[MountPoint]) -> dict[str, MountPoint]:
        """The mount points by key, those that ask for a new volume with one; on an error nothing is left."""
        results: dict[str, MountPoint] = {}
        try:
            for mount in wanted:
                results[mount.key] = self._made(mount)
        except ApiError:
            self.undo()
            raise
        return results

    def _made(self, mount: MountPoint) -> MountPoint:
        if not mount.is_volume or mount.wants is None:
            return mount
        storage, size_gib = mount.wants
        size = int(size_gib * KIB) * MIB
        return mount.with_volume(self.allocate(storage, size), size)

    def allocate(self, storage: str, size_bytes: int) -> str:
        """A volume with an empty file system in it; its volume id."""
        config = self._store.config(storage)
        if "rootdir" not in config.content:
            raise ApiError(500, f"content type 'rootdir' is not available or configured on storage '{storage}'")
        form = "subvol" if config.type in ("zfspool", "btrfs") else "raw"
        volid = self._store.allocate(storage, self._vmid, form, None, size_bytes, log=self._log)
        self.made.append(volid)
        if form == "raw":
            _log_mkfs(self._log, size_bytes)
        return volid

    def copy(self, mount: MountPoint, storage: str, snapshot: str | None) -> str:
        """A volume with the content of a mount point's volume (or of its snapshot); its volume id."""
        size = mount.size or self._store.info(mount.volume).size
        record = self._store.record(mount.volume)
        if record is None:
            self._store.activate(mount.volume)
        volid = self.allocate(storage, size)
        if record is not None:
            kept = record.snapshots.get(snapshot) if snapshot else record
            self._store.fill_from(volid, used_bytes=(kept or record).used, source=(kept or record).source)
            self._log(f"total size is {record.used:,}  speedup is 1.00")
        return volid

    def undo(self) -> None:
        """Remove every volume that was made; one that cannot be removed is only complained about."""
        while self.made:
            try:
                self._store.free(self.made.pop(), log=self._log)
            except ApiError as error:
                self._log(error.message)


def _log_mkfs(log: Log, size_bytes: int) -> None:
    """What mkfs.ext4 says about a new file system."""
    blocks = size_bytes // _BLOCK
    log(f"Creating filesystem with {blocks} 4k blocks and {size_bytes // _INODE_EVERY} inodes")
    log(f"Filesystem UUID: {uuid.uuid4()}")
    groups = sorted({base**power for base in (3, 5, 7) for power in range(20)})
    backups = [str(group * _GROUP_BLOCKS) for group in groups if group * _GROUP_BLOCKS < blocks]
    if backups:
        log("Superblock backups stored on blocks: ")
        log("\t" + ", ".join(backups))


def rescanned(store: Volumes, mount: MountPoint, log: Log) -> MountPoint:
    """The mount point with the present size of its volume; a missing volume is only complained about."""
    try:
        return replace(mount, size=store.info(mount.volume).size)
    except ApiError as error:
        log(f"Could not rescan volume size - {error.message}")
        return mount


def has_feature(
    store: Volumes, section: Section, wanted: str, *, snapshot: str | None = None, keys: Iterable[str] | None = None
) -> bool:
    """True where every mount point (or those of `keys`) can be snapshotted, cloned or copied."""
    chosen = None if keys is None else set(keys)
    return all(
        offers(store, wanted, mount, snapshot) for mount in mounts(section) if chosen is None or mount.key in chosen
    )


def offers(store: Volumes, wanted: str, mount: MountPoint, snapshot: str | None = None) -> bool:
    """True where a mount point's volume has a feature; folders and devices have none."""
    if not mount.is_volume:
        return False
    # Linked clones in directories are qcow2 files, which no container can use.
    if wanted == "clone" and store.config(mount.storage).path is not None:
        return False
    return store.has_feature(wanted, mount.volume, snapshot=snapshot)


def own_volumes(store: Volumes, config: GuestConfig, vmid: int, log: Log) -> list[str]:
    """The volumes a container's configuration and its snapshots name, without those of other guests."""
    found: dict[str, None] = {}
    for name, section in config.sections():
        for mount in mounts(section, unused=not name):
            if not mount.is_volume or mount.volume in found:
                continue
            if store.parse(mount.volume).vmid == vmid:
                found[mount.volume] = None
            else:
                log(f"ignore deletion of '{mount.volume}', CT {vmid} isn't the owner")
    return list(found)


def is_used(config: GuestConfig, volume: str, *, in_snapshots_only: bool = False) -> bool:
    """True where a mount point of the container or of one of its snapshots uses a volume."""
    sections = [section for name, section in config.sections() if name or not in_snapshots_only]
    if not in_snapshots_only:
        sections.append(config.pending)
    return any(mount.volume == volume for section in sections for mount in mounts(section))

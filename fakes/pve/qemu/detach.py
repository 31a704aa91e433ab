"""Drives that leave a virtual machine: kept as unusedN, or destroyed where nothing uses their volume any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import Drive, add_unused, drives
from fakes.pve.guestconf import GuestConfig
from fakes.pve.http import ApiError
from fakes.pve.node import Node
from fakes.pve.storage.volumes import volumes

Log = Callable[[str], None]


class Permits(Protocol):
    """Raises ForbiddenError where privileges are missing."""

    def at(self, path: str, *privileges: str, any_of: bool = False) -> None: ...

    def guest(self, *privileges: str, any_of: bool = False) -> None: ...


class Unlimited:
    """Rights of the node itself, which carries out what was allowed before."""

    def at(self, path: str, *privileges: str, any_of: bool = False) -> None:
        del path, privileges, any_of

    def guest(self, *privileges: str, any_of: bool = False) -> None:
        del privileges, any_of


def owns_volume(datacenter: Datacenter, node: Node, vmid: int, volume: str) -> bool:
    """True where a volume belongs to a guest; not for paths, nor on a storage that is gone."""
    if volume.startswith("/") or ":" not in volume:
        return False
    try:
        return volumes(datacenter, node).parse(volume).vmid == vmid
    except ApiError:
        return False


def is_volume_in_use(config: GuestConfig, volume: str, *, besides: str) -> bool:
    """True where another drive than `besides`, or a snapshot, uses a volume."""
    for name, section in config.sections():
        for drive in drives(section):
            if drive.file == volume and not drive.is_cdrom and (name or drive.key != besides):
                return True
    return False


def let_go(datacenter: Datacenter, node: Node, vmid: int, config: GuestConfig, drive: Drive, log: Log) -> None:
    """Keep the volume of a drive that was replaced or taken out as unusedN; a cloud-init image is removed."""
    if drive.is_cloudinit:
        try:
            volumes(datacenter, node).free(drive.file, log=log)
        except ApiError as error:
            log(error.message)
        config.cloudinit.clear()
    elif not drive.is_cdrom and owns_volume(datacenter, node, vmid, drive.file):
        add_unused(config.main, drive.file)


def destroy(
    datacenter: Datacenter, node: Node, vmid: int, config: GuestConfig, drive: Drive, permits: Permits, log: Log
) -> None:
    """Destroy the volume of a drive that goes away for good; ApiError where a snapshot still uses it.

    CD drives and other guests' volumes are only forgotten.
    """
    if drive.is_cdrom and not drive.is_cloudinit:
        return
    if not owns_volume(datacenter, node, vmid, drive.file):
        return
    permits.at(f"/storage/{drive.storage}", "Datastore.AllocateSpace")
    if is_volume_in_use(config, drive.file, besides=drive.key):
        raise ApiError(500, f"unable to delete '{drive.file}' - volume is still in use (snapshot?)")
    volumes(datacenter, node).free(drive.file, log=log)


def remove_drive(
    datacenter: Datacenter,
    node: Node,
    vmid: int,
    config: GuestConfig,
    drive: Drive,
    permits: Permits,
    log: Log,
    *,
    force: bool,
) -> None:
    """Carry out the removal of a drive: destroyed with `force`, else kept as unusedN."""
    if force:
        permits.guest("VM.Config.Disk")
        destroy(datacenter, node, vmid, config, drive, permits, log)
    else:
        let_go(datacenter, node, vmid, config, drive, log)

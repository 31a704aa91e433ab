"""What `qm` does with disks by itself: importing images and finding volumes again that no configuration names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fakes.commands.qmown import VMID
from fakes.commands.session import Session
from fakes.pve.drives import add_unused, drives, format_drive, format_size
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.qemu.progress import log_transfer
from fakes.pve.schema import Spec
from fakes.pve.storage.images import image_size
from fakes.pve.storage.plugin import Volume
from fakes.pve.storage.volumes import volumes

_STORAGE: Mapping[str, Spec] = {"storage": {"type": "string", "format": "pve-storage-id"}}
_FORMAT: Mapping[str, Spec] = {"format": {"type": "string", "enum": ["raw", "qcow2", "vmdk"], "optional": 1}}
RESCAN: Mapping[str, Spec] = {
    "vmid": {**VMID["vmid"], "optional": 1},
    "dryrun": {"type": "boolean", "optional": 1},
}
IMPORT_DISK: Mapping[str, Spec] = {
    **VMID,
    "source": {"type": "string"},
    **_STORAGE,
    **_FORMAT,
    "target-disk": {"type": "string", "format": "pve-qm-bootdisk", "optional": 1},
}
IMPORT_OVF: Mapping[str, Spec] = {
    **VMID,
    "manifest": {"type": "string"},
    **_STORAGE,
    **_FORMAT,
    "dryrun": {"type": "boolean", "optional": 1},
}
IMPORT: Mapping[str, Spec] = {
    **VMID,
    "source": {"type": "string", "format": "pve-volume-id"},
    **_STORAGE,
    **_FORMAT,
    "delete-unused": {"type": "boolean", "optional": 1},
    "dryrun": {"type": "boolean", "optional": 1},
    "live-import": {"type": "boolean", "optional": 1},
}


def import_disk(session: Session, given: dict[str, Any]) -> None:
    """Copy an image file into a new volume of a guest, as an unused disk or where it was asked for."""
    vmid, storeid, source = given["vmid"], given["storage"], str(given["source"])
    datacenter, node = session.api.datacenter, session.node
    node_volumes = volumes(datacenter, node)
    storage = node_volumes.usable(storeid)
    config = load(datacenter, vmid, node=node.name)
    target = given.get("target-disk")
    if target in config.main:
        raise ParameterError({"target-disk": f"cannot import to {target} - already exists"})
    content = node.files.read_bytes(source.lstrip("/"))
    if content is None:
        raise ApiError(500, f"{source}: non-existent or non-regular file")
    if not node_volumes.supports(storeid, "images"):
        raise ApiError(500, f"storage {storeid} does not support content type images")
    config.check_lock()
    size = image_size(content, "raw")[0]
    wanted = given.get("format")
    form = wanted if wanted in storage.kind.formats else storage.default_format
    session.say(f"importing disk '{source}' to VM {vmid} ...")
    volid = node_volumes.allocate(storeid, vmid, form, None, size, log=session.say)
    node_volumes.fill_from(volid, used_bytes=len(content), source=source)
    log_transfer(session.say, size)
    key = target or add_unused(config.main, volid)
    config.main[str(key)] = volid
    save(datacenter, vmid, config, node=node.name)
    session.say(f"{key}: successfully imported disk '{volid}'")


def import_ovf(session: Session, given: dict[str, Any]) -> None:
    """Import a guest from the manifest of another hypervisor's export."""
    if session.read_file(str(given["manifest"])) is None:
        raise ApiError(500, f"{given['manifest']}: non-existent or non-regular file")
    raise ApiError(501, "the import of OVF exports is not simulated", bare=True)


def import_guest(session: Session, given: dict[str, Any]) -> None:
    """Import a guest from a volume that holds another hypervisor's guest."""
    storeid = str(given["source"]).partition(":")[0]
    session.get("/nodes/{node}/storage/{storage}/import-metadata", storage=storeid, volume=given["source"])
    raise ApiError(501, "the import of guests is not simulated", bare=True)


def rescan(session: Session, given: dict[str, Any]) -> None:
    """Note the real size of every disk, and volumes that no configuration names as unused disks."""
    if given.get("dryrun"):
        session.say("NOTE: running in dry-run mode, won't write changes out!")
    session.say("rescan volumes...")
    datacenter, node = session.api.datacenter, session.node
    wanted = given.get("vmid")
    vmids = [wanted] if wanted is not None else datacenter.guests.on(node.name, "qemu")
    found = list(_images(session))
    for vmid in vmids:
        config = load(datacenter, vmid, node=node.name)
        own = {volume.volid: volume for volume in found if volume.vmid == vmid}
        if _updated(session, vmid, config, own) and not given.get("dryrun"):
            save(datacenter, vmid, config, node=node.name)


def _images(session: Session) -> Iterator[Volume]:
    node_volumes = volumes(session.api.datacenter, session.node)
    for storeid, storage in node_volumes.configs.items():
        if node_volumes.is_usable(storage) and "images" in storage.content:
            yield from node_volumes.list(storeid, "images")


def _updated(session: Session, vmid: int, config: GuestConfig, own: Mapping[str, Volume]) -> bool:
    """Bring a configuration up to date with its volumes; True where it changed."""
    has_changed = False
    used = {drive.file for drive in drives(config.main)}
    for drive in list(drives(config.main)):
        volume = own.get(drive.file)
        if volume is None or drive.is_cdrom or drive.size == volume.size:
            continue
        before, after = format_size(drive.size) if drive.size else "0T", format_size(volume.size)
        session.say(f"VM {vmid} ({drive.key}): size of disk '{drive.file}' updated from {before} to {after}")
        config.main[drive.key] = format_drive(drive.with_file(drive.file, volume.size))
        has_changed = True
    for drive in list(drives(config.main, unused=True)):
        if drive.key.startswith("unused") and drive.file in used:
            session.say(f"VM {vmid} remove entry '{drive.key}', its volume '{drive.file}' is in use")
            del config.main[drive.key]
            has_changed = True
        used.add(drive.file)
    for volid in sorted(own):
        if volid in used or f"vm-{vmid}-state-" in volid:
            continue
        key = add_unused(config.main, volid)
        session.say(f"VM {vmid} add unreferenced volume '{volid}' as '{key}' to config")
        has_changed = True
    return has_changed

"""Drives as a client sends them: read, checked, and brought into the form the configuration keeps.

Source: BEHAVIOUR, "Creating a guest".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fakes.pve.call import Call
from fakes.pve.drives import Drive, format_drive, is_drive_key, parse_drive
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.qemu.rights import Rights
from fakes.pve.storage.config import StorageConfig
from fakes.pve.storage.volumes import Volumes, volumes

_NEW = re.compile(r"(?:([^/:\s]+):)?(\d+(?:\.\d+)?)")
_NOT_WITH_CDROM = ("snapshot", "trans", "format", "heads", "secs", "cyls")
_CONFLICTS = (("mbps_rd", "mbps"), ("mbps_wr", "mbps"), ("iops_rd", "iops"), ("iops_wr", "iops"))


def new_disk(drive: Drive) -> tuple[str | None, float] | None:
    """Storage and size in GiB where a drive asks for a new volume (``local-lvm:32``), else None."""
    found = _NEW.fullmatch(drive.file)
    return (found[1], float(found[2])) if found else None


def wants_cloudinit(drive: Drive) -> bool:
    """True where a drive asks for a new cloud-init image (``local-lvm:cloudinit``)."""
    return drive.file.partition(":")[2] == "cloudinit"


def resolve_cdrom(values: dict[str, Any]) -> None:
    """Replace the alias `cdrom` by ide2."""
    text = values.pop("cdrom", None)
    if text:
        values["ide2"] = text if "media=" in str(text) else f"{text},media=cdrom"


def drives_of(values: Mapping[str, Any]) -> Iterator[Drive]:
    """The drives among parameters, in alphabetical order; those that contradict themselves are left out."""
    for key in sorted(values):
        if is_drive_key(key) and values[key] is not None:
            drive = parse_drive(key, values[key])
            if not contradicts_itself(drive):
                yield drive


def contradicts_itself(drive: Drive) -> bool:
    """True for options that exclude each other, or that a CD drive cannot have."""
    options = drive.options
    if any(one in options and other in options for one, other in _CONFLICTS):
        return True
    return drive.is_cdrom and (drive.interface == "virtio" or any(key in options for key in _NOT_WITH_CDROM))


def settle_drives(call: Call, values: dict[str, Any]) -> None:
    """Reprint the drives among parameters as Proxmox does; ParameterError where one cannot be read."""
    shelf = volumes(call.datacenter, call.node)
    for key in sorted(key for key in values if is_drive_key(key)):
        if values[key] is None:
            continue
        drive = parse_drive(key, values[key])
        if contradicts_itself(drive) or not drive.file:
            raise ParameterError({key: "unable to parse drive options"})
        if "import-from" in drive.options:
            _check_import(drive)
        values[key] = format_drive(_with_volume(drive, shelf))


def _check_import(drive: Drive) -> None:
    wanted = new_disk(drive)
    if wanted is None or wanted[1] != 0:
        raise ParameterError(
            {
                drive.key: "'import-from' requires special syntax - use <storage ID>:0,import-from=<source>",
            }
        )
    required = {"efidisk": ("efitype", "pre-enrolled-keys"), "tpmstate": ("version",)}.get(drive.interface, ())
    for name in required:
        if name not in drive.options:
            raise ParameterError({drive.key: f"need to specify '{name}' when using 'import-from'"})


def _with_volume(drive: Drive, shelf: Volumes) -> Drive:
    """The drive with a file's path replaced by the volume it is, where it lies on a storage."""
    file = drive.file
    if file in ("cdrom", "none"):
        return drive if "media" in drive.options else drive.with_options(media="cdrom")
    if file.startswith("/dev/") or not file.startswith("/"):
        return drive
    for config in shelf.configs.values():
        found = _volume_of_path(config, file)
        if found:
            content, volid = found
            media = drive.options.get("media") or ("cdrom" if content == "iso" else None)
            _check_media(drive.key, content, media)
            return drive.with_options(media=media).with_file(volid, drive.size)
    raise ParameterError({drive.key: f"unable to associate path '{file}' to any storage"})


def _volume_of_path(config: StorageConfig, path: str) -> tuple[str, str] | None:
    if config.path is None:
        return None
    for content, prefix in (("images", ""), ("iso", "iso/")):
        folder = f"{config.folder(content)}/"
        if path.startswith(folder) and content in config.content:
            return content, f"{config.id}:{prefix}{path[len(folder) :]}"
    return None


def _check_media(key: str, content: str, media: str | None) -> None:
    if media == "cdrom" and content != "iso":
        raise ParameterError({key: f"unexpected media type ({content} != iso)"})
    if media != "cdrom" and content != "images":
        raise ParameterError({key: f"unexpected media type ({content} != images)"})


def check_storages(call: Call, rights: Rights, values: Mapping[str, Any], default_storage: str | None = None) -> None:
    """ApiError where the volumes that drives name do not fit, or the caller may not use them."""
    shelf = volumes(call.datacenter, call.node)
    for drive in drives_of(values):
        if drive.file and drive.file != "none" and not wants_cloudinit(drive):
            _check_source(shelf, rights, drive, default_storage)
        source = drive.options.get("import-from")
        if source:
            _check_import_source(shelf, rights, drive.key, source)
    if values.get("vmstatestorage") is not None:
        rights.at(f"/storage/{values['vmstatestorage']}", "Datastore.AllocateSpace")


def _check_source(shelf: Volumes, rights: Rights, drive: Drive, default_storage: str | None) -> None:
    wanted = new_disk(drive)
    if drive.is_cdrom and drive.file == "cdrom":
        rights.at("/", "Sys.Console")
    elif not drive.is_cdrom and wanted is not None:
        storeid = wanted[0] or default_storage
        if not storeid:
            raise ApiError(500, "no storage ID specified (and no default storage)")
        rights.at(f"/storage/{storeid}", "Datastore.AllocateSpace")
        if "images" not in shelf.config(storeid).content:
            raise ParameterError({"storage": f"storage '{storeid}' does not support vm images"})
    elif drive.file.startswith("/"):
        rights.path()
    else:
        name = shelf.parse(drive.file)
        rights.volume(drive.file, name.content, name.vmid)
        if name.content == "iso" and not drive.is_cdrom:
            raise ParameterError({drive.key: "explicit 'media=cdrom' is required for iso images"})
        if name.content not in ("images", "iso"):
            raise ParameterError({drive.key: "content type needs to be 'images' or 'iso'"})


def _check_import_source(shelf: Volumes, rights: Rights, key: str, source: str) -> None:
    if source.startswith("/"):
        rights.path()
        return
    name = shelf.parse(source)
    if name.content not in ("images", "import"):
        raise ParameterError({key: f"{source} has wrong type '{name.content}' - needs to be 'images' or 'import'"})
    if name.vmid is not None:
        rights.at(f"/vms/{name.vmid}", "VM.Clone")
    else:
        rights.volume(source, name.content, name.vmid)

"""What a volume's name says: content type, owner, format, base. One parser per family of storage.

Each raises VolumeNameError with Proxmox's words. Source: Proxmox VE 8.4 volume names, BEHAVIOUR sections 3 and 8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fakes.pve.http import ApiError

_SAFE = r"[a-zA-Z0-9\-.+=_]"
_SAFE_OR_BLANK = r"[ a-zA-Z0-9\-.+=_]"
ISO_NAME = re.compile(r"[^/]+\.(?:iso|img)", re.IGNORECASE)
TEMPLATE_NAME = re.compile(r"[^/]+\.tar\.(gz|xz|zst|bz2)", re.IGNORECASE)
BACKUP_NAME = re.compile(r"[^/]+\.(tgz|(?:tar|vma)(?:\.(?:gz|lzo|zst|bz2))?)")
IMPORT_NAME = re.compile(rf"{_SAFE}+\.(ova|ovf|qcow2|raw|vmdk)", re.IGNORECASE)
UPLOAD_IMPORT_NAME = re.compile(rf"{_SAFE}+\.(ova|qcow2|raw|vmdk)")
ARCHIVE_NAME = re.compile(r"vzdump-(openvz|lxc|qemu)-(\d+)-.+")
_IN_OVA = re.compile(rf"({_SAFE_OR_BLANK}+\.ova/{_SAFE_OR_BLANK}+\.(qcow2|raw|vmdk))")
_IMAGE = re.compile(r"((base-)?[^/\s]+\.(raw|qcow2|vmdk|subvol))")
_LVM = re.compile(r"[a-z0-9][a-z0-9\-_.]*[a-z0-9]", re.IGNORECASE)


class VolumeNameError(ApiError):
    """A name that cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__(500, message)


@dataclass(frozen=True, slots=True)
class VolumeName:
    """The parts of a volume's name; `vmid` is its owner, `base_name` and `base_vmid` are set for a linked clone."""

    content: str
    name: str
    vmid: int | None = None
    format: str = "raw"
    is_base: bool = False
    base_name: str | None = None
    base_vmid: int | None = None


def split_volid(volid: str) -> tuple[str, str]:
    """Storage and name of a volume id such as ``local:iso/debian.iso``."""
    found = re.fullmatch(r"([a-z][a-z0-9\-_.]*[a-z0-9]):(.+)", volid, re.IGNORECASE | re.DOTALL)
    if not found:
        raise VolumeNameError(f"unable to parse volume ID '{volid}'")
    return found[1], found[2]


def image_name(name: str) -> VolumeName:
    """The parts of an image's file name; its owner is not in it."""
    found = _IMAGE.fullmatch(name)
    if not found:
        raise VolumeNameError(f"unable to parse volume filename '{name}'")
    return VolumeName("images", found[1], None, found[3], found[2] is not None)


def directory_name(name: str) -> VolumeName:
    """The parts of ``103/vm-103-disk-0.qcow2``, ``103/base-103-disk-0.raw/230/vm-230-disk-0.qcow2``, ``iso/x.iso``."""
    found = re.fullmatch(r"(\d+)/(\S+)/(\d+)/(\S+)", name)
    if found:
        image_name(found[2])
        own = image_name(found[4])
        return VolumeName("images", own.name, int(found[3]), own.format, own.is_base, found[2], int(found[1]))
    found = re.fullmatch(r"(\d+)/(\S+)", name)
    if found:
        own = image_name(found[2])
        return VolumeName("images", own.name, int(found[1]), own.format, own.is_base)
    folder, _, file = name.partition("/")
    if folder == "iso" and ISO_NAME.fullmatch(file):
        return VolumeName("iso", file)
    if folder == "vztmpl" and TEMPLATE_NAME.fullmatch(file):
        return VolumeName("vztmpl", file)
    if folder == "rootdir" and file.isdigit():
        return VolumeName("rootdir", file, int(file))
    if folder == "backup" and BACKUP_NAME.fullmatch(file):
        archive = ARCHIVE_NAME.match(file)
        return VolumeName("backup", file, int(archive[2]) if archive else None)
    if folder == "snippets" and file and "/" not in file:
        return VolumeName("snippets", file)
    if folder == "import":
        packed = _IN_OVA.fullmatch(file)
        if packed:
            return VolumeName("import", packed[1], None, f"ova+{packed[2]}")
        plain = UPLOAD_IMPORT_NAME.fullmatch(file)
        if plain:
            return VolumeName("import", file, None, plain[1])
    raise VolumeNameError(f"unable to parse directory volume name '{name}'")


def _lvm_checked(name: str) -> None:
    if not _LVM.fullmatch(name):
        raise VolumeNameError(f"lvm name '{name}' contains illegal characters")


def lvm_name(name: str) -> VolumeName:
    """The parts of a thick volume's name: only ``vm-N-…``."""
    _lvm_checked(name)
    found = re.fullmatch(r"vm-(\d+)-\S+", name)
    if not found:
        raise VolumeNameError(f"unable to parse lvm volume name '{name}'")
    return VolumeName("images", name, int(found[1]))


def lvmthin_name(name: str) -> VolumeName:
    """The parts of a thin volume's name: ``vm-N-…`` or ``base-N-…``."""
    _lvm_checked(name)
    found = re.fullmatch(r"(vm|base)-(\d+)-\S+", name)
    if not found:
        raise VolumeNameError(f"unable to parse lvm volume name '{name}'")
    return VolumeName("images", name, int(found[2]), is_base=found[1] == "base")


def zfs_name(name: str) -> VolumeName:
    """The parts of ``vm-100-disk-0``, ``subvol-100-disk-0`` or ``base-100-disk-0/vm-101-disk-0``."""
    found = re.fullmatch(r"(?:((?:base|basevol)-(\d+)-\S+)/)?((base|basevol|vm|subvol)-(\d+)-[^/\s]+)", name)
    if not found:
        raise VolumeNameError(f"unable to parse zfs volume name '{name}'")
    form = "subvol" if found[4] in ("subvol", "basevol") else "raw"
    base_vmid = int(found[2]) if found[2] else None
    return VolumeName("images", found[3], int(found[5]), form, found[4] in ("base", "basevol"), found[1], base_vmid)


def rbd_name(name: str) -> VolumeName:
    """The parts of ``vm-100-disk-0`` or ``base-100-disk-0/vm-101-disk-0``."""
    found = re.fullmatch(r"(?:(base-(\d+)-\S+)/)?((base|vm)-(\d+)-[^/\s]+)", name)
    if not found:
        raise VolumeNameError(f"unable to parse rbd volume name '{name}'")
    base_vmid = int(found[2]) if found[2] else None
    return VolumeName("images", found[3], int(found[5]), "raw", found[4] == "base", found[1], base_vmid)


def iscsi_name(name: str) -> VolumeName:
    """The parts of ``0.0.1.scsi-…``."""
    found = re.fullmatch(r"\d+\.\d+\.\d+\.(\S+)", name)
    if not found:
        raise VolumeNameError(f"unable to parse iscsi volume name '{name}'")
    return VolumeName("images", found[1])


def iscsidirect_name(name: str) -> VolumeName:
    """The parts of ``lun3``."""
    found = re.fullmatch(r"lun(\d+)", name)
    if not found:
        raise VolumeNameError(f"unable to parse iscsi volume name '{name}'")
    return VolumeName("images", found[1])


def pbs_name(name: str) -> VolumeName:
    """The parts of ``backup/vm/100/2026-01-01T00:00:00Z``."""
    found = re.fullmatch(r"backup/((vm|ct|host)/([A-Za-z0-9_][A-Za-z0-9_.\-]*)/(\S+))", name)
    if not found:
        raise VolumeNameError(f"unable to parse PBS volume name '{name}'")
    return VolumeName("backup", found[1], int(found[3]) if found[3].isdigit() else None, f"pbs-{found[2]}")


def esxi_name(name: str) -> VolumeName:
    """The parts of ``ha-datacenter/datastore1/vm/vm.vmx``."""
    found = re.fullmatch(r"([^/]+)/([^/]+)/(.+)", name)
    if not found:
        raise VolumeNameError(f"unable to parse volume name '{name}'")
    return VolumeName("import", name, None, "vmx" if name.endswith(".vmx") else "raw")


PARSERS: Mapping[str, Callable[[str], VolumeName]] = {
    "dir": directory_name,
    "btrfs": directory_name,
    "nfs": directory_name,
    "cifs": directory_name,
    "glusterfs": directory_name,
    "cephfs": directory_name,
    "lvm": lvm_name,
    "lvmthin": lvmthin_name,
    "zfspool": zfs_name,
    "zfs": zfs_name,
    "rbd": rbd_name,
    "iscsi": iscsi_name,
    "iscsidirect": iscsidirect_name,
    "pbs": pbs_name,
    "esxi": esxi_name,
}

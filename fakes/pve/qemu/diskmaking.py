"""Volumes for new drives: allocated, imported or found, with the lines a task logs about it.

Source: BEHAVIOUR, "Creating a guest"; recorded task logs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import Drive, drives, format_drive
from fakes.pve.guestconf import peek
from fakes.pve.guestkeys import Value
from fakes.pve.http import ApiError
from fakes.pve.node import Node
from fakes.pve.qemu.cloudinit import IMAGE_BYTES, cloudinit_drive
from fakes.pve.qemu.detach import Log
from fakes.pve.qemu.driveparams import new_disk, wants_cloudinit
from fakes.pve.qemu.progress import log_transfer
from fakes.pve.storage.images import image_size
from fakes.pve.storage.volumes import volumes

KIB = 1024
GIB_IN_KIB = 1024**2
# The firmware's variable stores by `efitype`.
EFI_BYTES = {"2m": 128 * KIB, "4m": 528 * KIB}
TPM_BYTES = 4 * 1024**2


class DiskMaker:
    """Makes the volumes of one guest's new drives; `made` lists what would have to go again after a failure."""

    def __init__(
        self, datacenter: Datacenter, node: Node, vmid: int, log: Log, *, default_storage: str | None = None
    ) -> None:
        self._datacenter = datacenter
        self._node = node
        self._vmid = vmid
        self._log = log
        self._default = default_storage
        self._volumes = volumes(datacenter, node)
        self.made: list[str] = []

    def make(self, wanted: Iterable[Drive], others: Iterable[Mapping[str, Value]]) -> dict[str, str]:
        """The texts of drives by key, their volumes made; `others` are configurations that count for cloud-init.

        ApiError where one fails; what was made before it is removed again.
        """
        results: dict[str, str] = {}
        beside = list(others)
        try:
            for drive in wanted:
                results[drive.key] = format_drive(self._made(drive, [*beside, results]))
        except ApiError:
            self.undo()
            raise
        return results

    def undo(self) -> None:
        """Remove every volume that was made."""
        while self.made:
            self._volumes.free(self.made.pop(), log=self._log)

    def _made(self, drive: Drive, beside: list[Mapping[str, Value]]) -> Drive:
        if drive.file in ("", "none", "cdrom"):
            return drive.with_file(drive.file, None)
        if wants_cloudinit(drive):
            return self._created(self._cloudinit(drive, beside))
        new = new_disk(drive)
        if new is None:
            return self._existing(drive)
        storeid = new[0] or self._default
        if not storeid:
            raise ApiError(500, "no storage ID specified (and no default storage)")
        if "import-from" in drive.options:
            return self._created(self._imported(drive, storeid))
        return self._created(self._allocated(drive, storeid, new[1]))

    def _created(self, drive: Drive) -> Drive:
        self._log(f"{drive.key}: successfully created disk '{format_drive(drive)}'")
        return drive

    def _new(self, storeid: str, form: str | None, name: str | None, size_bytes: int) -> str:
        volid = self._volumes.allocate(storeid, self._vmid, form, name, size_bytes, log=self._log)
        self.made.append(volid)
        return volid

    def _cloudinit(self, drive: Drive, beside: list[Mapping[str, Value]]) -> Drive:
        storeid = drive.file.partition(":")[0] or self._default or ""
        for section in beside:
            other = cloudinit_drive({key: value for key, value in section.items() if key != drive.key})
            if other is not None:
                raise ApiError(500, f"{drive.key} - cloud-init drive is already attached at '{other.key}'")
        config = self._volumes.config(storeid)
        form = drive.options.get("format")
        name = f"vm-{self._vmid}-cloudinit"
        if config.path is not None:
            form = form or "qcow2"
            name = f"{name}.{form}"
        volid = self._new(storeid, form or "raw", name, IMAGE_BYTES)
        return drive.with_options(media="cdrom", format=None).with_file(volid, None)

    def _allocated(self, drive: Drive, storeid: str, size_gib: float) -> Drive:
        config = self._volumes.config(storeid)
        form = drive.options.get("format") or config.default_format
        if drive.interface == "efidisk":
            size = EFI_BYTES[drive.options.get("efitype", "2m")]
            volid = self._new(storeid, form, None, size)
            log_transfer(self._log, size)
            size = self._volumes.info(volid).size
        elif drive.interface == "tpmstate":
            size = TPM_BYTES
            volid = self._new(storeid, "raw", None, size)
        else:
            size = math.ceil(size_gib * GIB_IN_KIB) * KIB
            volid = self._new(storeid, form, None, size)
        return drive.with_options(format=None).with_file(volid, size)

    def _existing(self, drive: Drive) -> Drive:
        if not drive.is_volume:
            size = self._size_of_path(drive.file)
            if size is None:
                raise ApiError(500, f"volume {drive.file} does not exist")
            return drive.with_file(drive.file, size)
        self._volumes.activate(drive.file)
        size = self._volumes.info(drive.file).size
        return drive.with_file(drive.file, size)

    def _size_of_path(self, path: str) -> int | None:
        content = self._node.files.read_bytes(path.lstrip("/"))
        return None if content is None else image_size(content, "raw")[0]

    def _imported(self, drive: Drive, storeid: str) -> Drive:
        source = drive.options["import-from"]
        form = drive.options.get("format") or self._volumes.config(storeid).default_format
        bare = drive.with_options(**{"import-from": None, "format": None})
        if source.startswith("/"):
            size = self._size_of_path(source)
            if size is None:
                raise ApiError(500, f"can't find file '{source}'")
            volid = self._new(storeid, form, None, size)
        else:
            volid, size = self._copied(source, storeid, form)
        log_transfer(self._log, size)
        if drive.interface in ("efidisk", "tpmstate"):
            size = self._volumes.info(volid).size
        return bare.with_file(volid, size)

    def _copied(self, source: str, storeid: str, form: str) -> tuple[str, int]:
        failed = f"cannot import from '{source}' - "
        try:
            name = self._volumes.parse(source)
            if Drive("", source).is_cloudinit:
                raise ApiError(500, "cannot import from cloudinit disk")
            if not self._volumes.exists(source):
                self._log(f"failed to stat '{self._volumes.path(source)}'")
                raise ApiError(500, f"could not get size of {source}")
            size = self._volumes.info(source).size
            if name.content == "images":
                self._log(f"create full clone of drive {self._key_of(source, name.vmid)}({source})")
            volid = self._volumes.copy(source, storeid, self._vmid, form, log=self._log)
        except ApiError as error:
            raise ApiError(500, f"{failed}{error.message}") from error
        self.made.append(volid)
        return volid, size

    def _key_of(self, volume: str, owner: int | None) -> str:
        """The drive of another guest that uses a volume, followed by a blank; empty where there is none."""
        place = self._datacenter.guests.find(owner) if owner is not None else None
        if place is None or place.kind != "qemu":
            return ""
        config = peek(self._datacenter, place.vmid, node=place.node)
        return next((f"{drive.key} " for drive in drives(config.main) if drive.file == volume), "")

"""Writing a change into the pending section of a virtual machine, key by key, as Proxmox does.

Every key is written before the next is looked at, so that a later refusal leaves the earlier keys pending.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fakes.pve.call import Call
from fakes.pve.drives import Drive, is_drive_key, is_unused_key, parse_drive
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.http import ApiError
from fakes.pve.nets import is_net_key
from fakes.pve.pending import mark_deleted, tidy_pending
from fakes.pve.qemu.boot import boot_order, format_order
from fakes.pve.qemu.detach import Log, destroy, let_go
from fakes.pve.qemu.diskmaking import DiskMaker
from fakes.pve.qemu.driveparams import drives_of
from fakes.pve.qemu.keyrights import check_devices
from fakes.pve.qemu.machine import check_clipboard, check_machine
from fakes.pve.qemu.rights import Rights
from fakes.pve.tags import check_tag_change, settled_tags


class Noting:
    """Notes deletions and new values of one guest."""

    def __init__(self, call: Call, vmid: int, rights: Rights, log: Log, warn: Log) -> None:
        self._call = call
        self._vmid = vmid
        self._rights = rights
        self._log = log
        self._warn = warn
        self._order = boot_order(self._load().main.get("boot"))

    def remove(self, keys: Iterable[str], *, force: bool) -> set[str]:
        """Note the removal of keys; returns the keys that change with it."""
        modified: set[str] = set()
        for key in keys:
            config = self._load()
            value = config.main.get(key, config.pending.get(key))
            if value is None:
                self._warn(f"cannot delete '{key}' - not set in current configuration!")
                continue
            modified.add(key)
            was_pending = config.pending.pop(key, None) is not None
            if key in self._order:
                self._order.remove(key)
                config.pending["boot"] = format_order(self._order)
                modified.add("boot")
            self._delete(config, key, str(value), force=force, was_pending=was_pending)
            self._save(config)
        return modified

    def _delete(self, config: GuestConfig, key: str, value: str, *, force: bool, was_pending: bool) -> None:
        if is_unused_key(key) or key == "vmstate":
            drive = parse_drive(key, value)
            what = f"unused disk '{drive.file}'" if key != "vmstate" else f"vmstate '{value}'"
            self._refuse_protected(config, what)
            if key != "vmstate":
                self._rights.guest("VM.Config.Disk")
            destroy(self._call.datacenter, self._call.node, self._vmid, config, drive, self._rights, self._log)
            config.main.pop(key, None)
            return
        if is_drive_key(key):
            self._refuse_protected(config, f"drive '{key}'")
            drive = parse_drive(key, value)
            self._check_drive_right(drive)
            if was_pending:
                self._let_go(config, drive)
        elif key == "tags":
            check_tag_change(self._rights, value, "")
            config.main.pop(key, None)
            return
        elif is_net_key(key):
            if key in config.main:
                self._rights.net(str(config.main[key]))
        else:
            check_devices(self._rights, {key: value}, verb="delete")
        mark_deleted(config, key, force=force)

    def put(self, values: Mapping[str, Any], *, deleted: Iterable[str]) -> set[str]:
        """Note new values; returns the keys that change with them."""
        modified: set[str] = set()
        gone = set(deleted)
        for key in sorted(values, key=lambda name: (name != "boot", name)):
            modified.add(key)
            config = self._load()
            value = values[key]
            if value is not None and key in config.pending and str(config.pending[key]) == str(value):
                continue
            if key == "boot":
                self._set_boot(config, str(value), values, gone)
            elif is_drive_key(key):
                if self._set_drive(config, key, str(value)) and "boot" not in values:
                    modified.add("boot")
            else:
                config.pending[key] = self._settled(config, key, value)
            config.deleting.pop(key, None)
            self._save(config)
        return modified

    def _set_boot(self, config: GuestConfig, text: str, values: Mapping[str, Any], gone: set[str]) -> None:
        order = boot_order(text)
        for device in order:
            exists = device in config.main or device in config.pending or device in values
            if not exists or device in gone:
                raise ApiError(500, f"invalid bootorder: device '{device}' does not exist'")
        config.pending["boot"] = format_order(order) if order else text
        if order and config.main.get("bootdisk"):
            mark_deleted(config, "bootdisk")
        if order:
            # An order of the client's own is not extended by CD drives that come with it.
            self._order = []

    def _set_drive(self, config: GuestConfig, key: str, text: str) -> bool:
        """Note a drive, its volume made; True where the boot order changes with it."""
        if key in config.main:
            self._check_drive_right(parse_drive(key, config.main[key]))
        wanted = parse_drive(key, text)
        self._check_drive_right(wanted)
        if key in config.pending:
            self._let_go(config, parse_drive(key, config.pending[key]))
        maker = DiskMaker(self._call.datacenter, self._call.node, self._vmid, self._log)
        config.pending.update(maker.make(drives_of({key: text}), [config.main, config.pending]))
        if self._order and wanted.is_cdrom and key not in self._order:
            self._order.append(key)
            config.pending["boot"] = format_order(self._order)
            return True
        return False

    def _settled(self, config: GuestConfig, key: str, value: Any) -> Any:
        old = config.main.get(key)
        if key == "tags":
            check_tag_change(self._rights, str(old or ""), str(value))
            return settled_tags(self._call.datacenter, str(value))
        if is_net_key(key):
            if old is not None:
                self._rights.net(str(old))
        elif key == "machine":
            check_machine(value)
        elif key == "vga":
            check_clipboard(value)
        else:
            for text in (old, value):
                if text is not None:
                    check_devices(self._rights, {key: text}, verb="modify")
        return value

    def tidy(self) -> None:
        """Drop from the pending section what changes nothing."""
        config = self._load()
        if tidy_pending(config):
            self._save(config)

    def _check_drive_right(self, drive: Drive) -> None:
        if drive.is_cloudinit:
            self._rights.guest("VM.Config.Cloudinit", "VM.Config.CDROM")
        elif drive.is_cdrom:
            self._rights.guest("VM.Config.CDROM")
        else:
            self._rights.guest("VM.Config.Disk")

    @staticmethod
    def _refuse_protected(config: GuestConfig, what: str) -> None:
        if config.is_protected:
            raise ApiError(500, f"can't remove {what} - protection mode enabled")

    def _let_go(self, config: GuestConfig, drive: Drive) -> None:
        let_go(self._call.datacenter, self._call.node, self._vmid, config, drive, self._log)

    def _load(self) -> GuestConfig:
        return load(self._call.datacenter, self._vmid, node=self._call.node.name)

    def _save(self, config: GuestConfig) -> None:
        save(self._call.datacenter, self._vmid, config, node=self._call.node.name)

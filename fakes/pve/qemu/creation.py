"""A new virtual machine from a client's parameters.

`Creation.prepare` refuses what can be refused at once and reserves the number, `Creation.carry_out` is the work of
the qmcreate task. Source: BEHAVIOUR, "Creating a guest".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.pve.call import Call
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError, ForbiddenError
from fakes.pve.nets import is_net_key, settled_net
from fakes.pve.qemu.boot import default_order
from fakes.pve.qemu.change import clamp_cpu_units
from fakes.pve.qemu.diskmaking import DiskMaker
from fakes.pve.qemu.driveparams import check_storages, drives_of, resolve_cdrom, settle_drives
from fakes.pve.qemu.identity import new_uuid
from fakes.pve.qemu.keyrights import check_cpu_model, check_devices, check_keys
from fakes.pve.qemu.machine import check_clipboard, check_machine, pinned_machine
from fakes.pve.qemu.power import start
from fakes.pve.qemu.rights import Rights
from fakes.pve.sshkeys import check_ssh_keys
from fakes.pve.tasks import Task, TaskError

QEMU_VERSION = "9.2.0"
NOT_STORED = [
    "node",
    "vmid",
    "archive",
    "bwlimit",
    "force",
    "pool",
    "start",
    "storage",
    "unique",
    "live-restore",
    "import-working-storage",
]


class Creation:
    """One request to create a guest; `storage` is the default for new volumes."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.vmid = int(call.params["vmid"])
        self.pool: str | None = call.get("pool")
        self.storage: str | None = call.get("storage")
        self.values: dict[str, Any] = {key: value for key, value in call.params.items() if key not in NOT_STORED}
        self.rights = Rights(call, self.vmid, self.pool)

    def check_caller(self, *, may_replace: bool = False) -> None:
        """ApiError where the caller may not create this guest, or the pool or the keys make no sense.

        With `may_replace` the right to back up an existing guest will do.
        """
        if self.values.get("sshkeys") is not None:
            check_ssh_keys(str(self.values["sshkeys"]))
        clamp_cpu_units(self.values)
        if self.pool is not None and self.pool not in self._call.datacenter.access.pools:
            raise ForbiddenError(f"pool '{self.pool}' does not exist")
        if self.storage is not None:
            self.rights.at(f"/storage/{self.storage}", "Datastore.AllocateSpace")
        replaces = may_replace and self.vmid in self._call.datacenter.guests and self.rights.has_guest("VM.Backup")
        if not replaces and not self.rights.has_guest("VM.Allocate"):
            raise ForbiddenError

    def check_values(self) -> None:
        """ApiError for values that are refused at once; brings the others into the form that is stored."""
        if not self.values:
            return
        resolve_cdrom(self.values)
        check_storages(self._call, self.rights, self.values, self.storage)
        check_keys(self.rights, self.values)
        check_devices(self.rights, {key: value for key, value in self.values.items() if value is not None})
        nets = [key for key in sorted(self.values) if is_net_key(key) and self.values[key] is not None]
        for key in nets:
            self.rights.net(str(self.values[key]))
        check_cpu_model(self.rights, self.values)
        settle_drives(self._call, self.values)
        for key in nets:
            self.values[key] = settled_net(self._call.datacenter, str(self.values[key]))

    def reserve(self) -> None:
        """Take the number by an empty, locked configuration; ApiError where a guest has it."""
        refuse_taken(self._call, self.vmid, f"unable to create VM {self.vmid} -")
        save(self._call.datacenter, self.vmid, GuestConfig(main={"lock": "create"}), node=self._call.node.name)

    def withdraw(self) -> None:
        """Give the number back, where nothing but the reservation is there."""
        datacenter, node = self._call.datacenter, self._call.node
        if self.vmid in datacenter.guests and load(datacenter, self.vmid, node=node.name).lock == "create":
            datacenter.cfs.delete(config_path(node.name, "qemu", self.vmid))

    def carry_out(self, task: Task) -> Iterator[float]:
        """Make the volumes and write the configuration; on a failure nothing is left."""
        datacenter, node = self._call.datacenter, self._call.node
        maker = DiskMaker(datacenter, node, self.vmid, task.log, default_storage=self.storage)
        config = GuestConfig(main=self.values)
        config.main["meta"] = f"creation-qemu={QEMU_VERSION},ctime={int(datacenter.clock.now())}"
        try:
            config.main.update(maker.make(drives_of(self.values), [self.values]))
            yield datacenter.durations.of("qmcreate")
            self._complete(config, task)
            save(datacenter, self.vmid, config, node=node.name)
        except ApiError as error:
            maker.undo()
            self.withdraw()
            raise TaskError(f"unable to create VM {self.vmid} - {error.message}") from error
        except GeneratorExit:
            # Somebody stopped the task.
            maker.undo()
            self.withdraw()
            raise
        self.join_pool()
        if self._call.get("start"):
            autostart(self._call, self.vmid, task)

    def join_pool(self) -> None:
        """Put the guest into the pool it was created for."""
        if self.pool is not None:
            with self._call.datacenter.edit_access() as access:
                access.pools[self.pool].vms[self.vmid] = None

    def _complete(self, config: GuestConfig, task: Task) -> None:
        """Add what every guest has: boot order, identity, for Windows a pinned machine."""
        main = config.main
        if not main.get("boot"):
            main["boot"] = default_order(main)
        if not main.get("smbios1"):
            main["smbios1"] = f"uuid={new_uuid()}"
        if main.get("vmgenid", "1") == "1" and main.get("arch") != "aarch64":
            main["vmgenid"] = new_uuid()
        check_clipboard(main.get("vga"))
        check_machine(main.get("machine"))
        pinned = pinned_machine(main)
        if pinned:
            main["machine"] = pinned
            task.log(f"pinning machine type to '{pinned.partition(',')[0]}' for Windows guest OS")


def refuse_taken(call: Call, vmid: int, prefix: str = "") -> None:
    """ApiError where a guest of any kind on any node has a number."""
    place = call.datacenter.guests.find(vmid)
    if place is not None:
        kind = "VM" if place.kind == "qemu" else "CT"
        raise ApiError(500, f"{prefix} {kind} {vmid} already exists on node '{place.node}'".lstrip())


def autostart(call: Call, vmid: int, task: Task) -> None:
    """Start a new guest by a task of its own."""
    task.log("Execute autostart")
    datacenter, node = call.datacenter, call.node
    call.start_task("qmstart", vmid, lambda started: start(datacenter, node, vmid, started))

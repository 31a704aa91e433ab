"""A new container from a client's parameters: from a template, or (see `restoring`) from a backup.

`Creation.prepare` refuses what can be refused at once and reserves the number, `carry_out` is the work of the task.
Source: BEHAVIOUR, "Containers"; recorded answers and task logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from fakes.pve.call import Call
from fakes.pve.drives import is_unused_key
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError, ForbiddenError, ParameterError
from fakes.pve.lxc import power
from fakes.pve.lxc.applying import Applying
from fakes.pve.lxc.mountpoints import MountPoint, format_mount, is_mount_key, mounts, parse_mount
from fakes.pve.lxc.noting import note_values
from fakes.pve.lxc.ostemplate import detect, unpack
from fakes.pve.lxc.rights import check_keys
from fakes.pve.lxc.runtime import is_running
from fakes.pve.lxc.volumes import VolumeMaker
from fakes.pve.qemu.change import clamp_cpu_units
from fakes.pve.qemu.creation import refuse_taken
from fakes.pve.qemu.rights import Rights
from fakes.pve.sshkeys import check_ssh_keys
from fakes.pve.storage.access import check_volume_access
from fakes.pve.storage.names import split_volid
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError

_NOT_STORED = frozenset(
    (
        *("node", "vmid", "ignore-unpack-errors", "bwlimit", "start", "unprivileged", "restore", "unique", "force"),
        *("password", "ssh-public-keys", "pool", "ostemplate", "storage"),
    )
)
_SIZE = re.compile(r"\d+(?:\.\d+)?")
DEFAULT_ROOT_GIB = 4
# What an empty file system takes.
_FILE_SYSTEM_BYTES = 19 * 1024**2


class Creation:
    """One request for a container; `mounts` are the mount points asked for, `main` the other keys once prepared."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.vmid = int(call.params["vmid"])
        self.archive = str(call.params["ostemplate"])
        self.is_restore = bool(call.get("restore"))
        self.storage = str(call.get("storage") or "local")
        self.unprivileged: int | None = call.get("unprivileged")
        self.config = GuestConfig(kind="lxc")
        self.mounts: dict[str, MountPoint] = {}
        self._values = {key: value for key, value in call.params.items() if key not in _NOT_STORED}
        self._rights = Rights(call, self.vmid, call.get("pool"))
        self._prefix = f"unable to {'restore' if self.is_restore else 'create'} CT {self.vmid} -"

    @property
    def replaces(self) -> bool:
        """True where a backup takes the place of a container of this node."""
        exists = config_path(self.call.node.name, "lxc", self.vmid) in self.call.datacenter.cfs
        return exists and self.is_restore and bool(self.call.get("force"))

    def prepare(self) -> None:
        """ApiError for everything that is refused before any work begins; then the number is taken."""
        clamp_cpu_units(self._values)
        self._check_number()
        if self.call.get("ssh-public-keys") is not None:
            check_ssh_keys(str(self.call.params["ssh-public-keys"]))
        self._check_caller()
        unprivileged = bool(self.unprivileged)
        check_keys(self._rights, self._values, (), old={}, unprivileged=unprivileged)
        self._check_archive()
        self._read_mounts()
        self._note()
        self._reserve()

    def _check_number(self) -> None:
        if not self.replaces:
            refuse_taken(self.call, self.vmid)
            return
        if is_running(self.call.node, self.vmid):
            raise ApiError(500, "can't overwrite running container")
        if load(self.call.datacenter, self.vmid, "lxc", node=self.call.node.name).is_protected:
            raise ApiError(500, f"unable to restore CT {self.vmid} - protection mode enabled")

    def _check_caller(self) -> None:
        pool = self.call.get("pool")
        if pool is not None and pool not in self.call.datacenter.access.pools:
            raise ForbiddenError(f"pool '{pool}' does not exist")
        if not self._rights.has_guest("VM.Allocate") and not (self.replaces and self._rights.has_guest("VM.Backup")):
            raise ForbiddenError

    def _check_archive(self) -> None:
        if self.archive == "-":
            raise ApiError(500, "pipe requires cli environment")
        if ":" not in self.archive or self.archive.startswith("/"):
            self._rights.path()
            return
        content = "backup" if self.is_restore else "vztmpl"
        check_volume_access(self.call, self.archive, vmid=self.vmid, content=content)

    def _read_mounts(self) -> None:
        texts: dict[str, Any] = {}
        for key in [key for key in self._values if is_mount_key(key) or is_unused_key(key)]:
            value = str(self._values.pop(key))
            if is_mount_key(key):
                texts[key] = f"{self.storage}:{value}" if _SIZE.fullmatch(value) else value
        self.mounts = {mount.key: mount for mount in mounts(texts)}
        if self.mounts and "rootfs" not in self.mounts:
            raise ApiError(500, "mount points configured, but 'rootfs' not set - aborting")
        for mount in self.mounts.values():
            if mount.is_volume:
                self._check_storage(split_volid(mount.volume)[0])
            elif not self.call.is_root:
                raise ApiError(500, "Only root can pass arbitrary filesystem paths.")
        if not self.mounts:
            self._check_storage(self.storage)

    def _check_storage(self, storage: str) -> None:
        store = volumes(self.call.datacenter, self.call.node)
        if "rootdir" not in store.usable(storage).content:
            raise ParameterError({"storage": f"storage '{storage}' does not support container directories"})
        self._rights.at(f"/storage/{storage}", "Datastore.AllocateSpace")
        store.active(storage)

    def _note(self) -> None:
        note_values(self.call, self.vmid, self.config, self._values)
        Applying(self.call.datacenter, self.call.node, self.vmid, self.config, _unheard).while_off()
        if self.unprivileged:
            self.config.main["unprivileged"] = 1

    def _reserve(self) -> None:
        config = GuestConfig(kind="lxc")
        if self.replaces:
            config = load(self.call.datacenter, self.vmid, "lxc", node=self.call.node.name)
            if config.lock:
                raise ApiError(500, f"{self._prefix} CT is locked ({config.lock})")
        config.main["lock"] = "create"
        save(self.call.datacenter, self.vmid, config, node=self.call.node.name)

    def carry_out(self, task: Task) -> Iterator[float]:
        """Make the volumes, unpack the template and write the configuration; on a failure nothing is left."""
        maker = VolumeMaker(self.call.datacenter, self.call.node, self.vmid, task.log)
        wanted = self.mounts or {"rootfs": MountPoint("rootfs", f"{self.storage}:{DEFAULT_ROOT_GIB}")}
        try:
            self.place(maker, wanted)
            size = unpack(self.call, self.archive, task)
            self._fill(size)
            yield self.call.datacenter.durations.of("vzcreate", size)
            detect(self.config.main, self.archive, task)
            self.finish()
        except ApiError as error:
            self.give_up(maker)
            raise TaskError(f"{self._prefix} {error.message}") from error
        except GeneratorExit:
            # Somebody stopped the task.
            self.give_up(maker)
            raise
        self.complete()

    def place(self, maker: VolumeMaker, wanted: dict[str, MountPoint]) -> None:
        """Make the volumes that are new, and look for those that are to be there already."""
        store = volumes(self.call.datacenter, self.call.node)
        for mount in maker.make(wanted.values()).values():
            self.config.main[mount.key] = format_mount(mount)
            if mount.is_volume and mount.volume not in maker.made:
                store.activate(mount.volume)

    def _fill(self, size_bytes: int) -> None:
        root = parse_mount("rootfs", self.config.main["rootfs"])
        if root.is_volume:
            store = volumes(self.call.datacenter, self.call.node)
            store.fill_from(root.volume, used_bytes=_FILE_SYSTEM_BYTES + size_bytes, source=self.archive)

    def finish(self) -> None:
        """Write the configuration with the defaults that every container gets."""
        main = self.config.main
        main["hostname"] = main.get("hostname") or f"CT{self.vmid}"
        main["memory"] = main.get("memory") or 512
        main.setdefault("swap", 512)
        save(self.call.datacenter, self.vmid, self.config, node=self.call.node.name)

    def give_up(self, maker: VolumeMaker) -> None:
        """Remove what was made, and the reservation."""
        maker.undo()
        self.call.datacenter.cfs.delete(config_path(self.call.node.name, "lxc", self.vmid))

    def withdraw(self) -> None:
        """Give the number back, where nothing but the reservation is there; unlock what was to be replaced."""
        datacenter, node = self.call.datacenter, self.call.node
        if config_path(node.name, "lxc", self.vmid) not in datacenter.cfs:
            return
        config = load(datacenter, self.vmid, "lxc", node=node.name)
        if config.lock != "create":
            return
        del config.main["lock"]
        if config.main:
            save(datacenter, self.vmid, config, node=node.name)
        else:
            datacenter.cfs.delete(config_path(node.name, "lxc", self.vmid))

    def complete(self) -> None:
        """Put the container into its pool and start it, where that was asked for."""
        pool = self.call.get("pool")
        if pool is not None:
            with self.call.datacenter.edit_access() as access:
                access.pools[pool].vms[self.vmid] = None
        if self.call.get("start"):
            work = partial(power.start, self.call.datacenter, self.call.node, self.vmid)
            self.call.start_task("vzstart", self.vmid, work)


def _unheard(_line: str) -> None:
    """Nobody hears what is noted before the task begins."""

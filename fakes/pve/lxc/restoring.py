"""Restoring a container from a backup archive: the work of the vzrestore task.

How an archive is read is the affair of `fakes.pve.backup`. Source: BEHAVIOUR, "Backup"; recorded task logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fakes.pve.backup.archive import Archive
from fakes.pve.backup.restore import open_archive
from fakes.pve.guestconf import GuestConfig, load, parse_guest
from fakes.pve.http import ApiError
from fakes.pve.lxc.creation import Creation
from fakes.pve.lxc.mountpoints import MountPoint, is_mount_key, mounts
from fakes.pve.lxc.nets import renew_cards
from fakes.pve.lxc.ostemplate import unpack
from fakes.pve.lxc.runtime import is_running
from fakes.pve.lxc.volumes import VolumeMaker, own_volumes
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError

GIB = 1024**3
_NOT_RESTORED = re.compile(r"rootfs|mp\d+|unused\d+|unprivileged|parent|template|lock|snaptime|snapstate")


class Restoring:
    """The restore that a prepared `Creation` asks for."""

    def __init__(self, creation: Creation) -> None:
        self._creation = creation
        self._call = creation.call
        self._vmid = creation.vmid
        self._prefix = f"unable to restore CT {creation.vmid} -"

    def carry_out(self, task: Task) -> Iterator[float]:
        """Make the container what the archive says, with the given keys put over it."""
        try:
            old = load(self._call.datacenter, self._vmid, "lxc", node=self._call.node.name)
            if is_running(self._call.node, self._vmid):
                raise ApiError(500, "can't overwrite running container")
            content, config = self._recover(task)
            wanted = self._creation.mounts or self._wanted(config)
        except ApiError as error:
            self._creation.withdraw()
            raise TaskError(f"{self._prefix} {error.message}") from error
        yield from self._write(task, old, content, config, wanted)
        self._creation.complete()

    def _recover(self, task: Task) -> tuple[Archive, GuestConfig]:
        """What the archive holds; ApiError where it is missing or none of a container."""
        archive = self._creation.archive
        task.log(f"recovering backed-up configuration from '{archive}'")
        if not archive.startswith("/") and not volumes(self._call.datacenter, self._call.node).exists(archive):
            raise ApiError(500, f"volume '{archive}' does not exist")
        content, path = open_archive(self._call, archive)
        if content.kind != "lxc":
            raise ApiError(500, f"command 'tar xpOf {path} ./etc/vzdump/pct.conf' failed: exit code 2")
        return content, parse_guest(content.config, "lxc")

    def _wanted(self, config: GuestConfig) -> dict[str, MountPoint]:
        """The mount points of the archive with new volumes on the chosen storage."""
        wanted: dict[str, MountPoint] = {}
        for mount in mounts(config.main):
            if not mount.is_volume:
                if not self._call.is_root:
                    raise ApiError(500, f"restoring '{mount.key}' to {mount.kind} mount is only possible for root")
                wanted[mount.key] = mount
                continue
            if mount.size is None:
                raise ApiError(500, f"unable to detect disk size - please specify {mount.key} (size)")
            wanted[mount.key] = replace(mount, volume=f"{self._creation.storage}:{mount.size / GIB:.12g}", size=None)
        if "rootfs" not in wanted:
            raise ApiError(500, "rootfs configuration could not be recovered, please check and specify manually!")
        return wanted

    def _write(
        self, task: Task, old: GuestConfig, content: Archive, config: GuestConfig, wanted: dict[str, MountPoint]
    ) -> Iterator[float]:
        call, store = self._call, volumes(self._call.datacenter, self._call.node)
        maker = VolumeMaker(call.datacenter, call.node, self._vmid, task.log)
        try:
            self._creation.place(maker, wanted)
            for volume in own_volumes(store, old, self._vmid, task.log):
                store.free(volume, log=task.log)
            task.log(f"restoring '{self._creation.archive}' now..")
            unpack(call, self._creation.archive, task)
            self._fill(content)
            yield call.datacenter.durations.of("vzrestore", sum(disk.used for disk in content.disks))
            task.log("merging backed-up and given configuration..")
            self._merge(config)
            self._creation.finish()
        except ApiError as error:
            self._creation.give_up(maker)
            raise TaskError(f"{self._prefix} {error.message}") from error
        except GeneratorExit:
            self._creation.give_up(maker)
            raise
        if content.firewall is not None:
            call.datacenter.cfs.write(f"firewall/{self._vmid}.fw", content.firewall)

    def _fill(self, content: Archive) -> None:
        store = volumes(self._call.datacenter, self._call.node)
        made = {mount.key: mount for mount in mounts(self._creation.config.main)}
        for disk in content.disks:
            if disk.key in made and made[disk.key].is_volume:
                store.fill_from(made[disk.key].volume, used_bytes=disk.used, source=disk.source)

    def _merge(self, backup: GuestConfig) -> None:
        main = self._creation.config.main
        if self._call.is_root:
            self._creation.config.lxc = list(backup.lxc)
        if self._call.get("unique"):
            renew_cards(self._call.datacenter, backup.main)
        if self._creation.unprivileged is None and backup.main.get("unprivileged"):
            main["unprivileged"] = 1
        for key, value in backup.main.items():
            if not _NOT_RESTORED.fullmatch(key) and not is_mount_key(key):
                main.setdefault(key, value)

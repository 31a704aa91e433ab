"""Backing up a container: from storage snapshots, from a synchronised copy, or while it is off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from fakes.pve.backup.archive import Archive, ArchivedDisk, archived_config
from fakes.pve.backup.guest import GuestBackup
from fakes.pve.guestconf import GuestConfig
from fakes.pve.lxc import power
from fakes.pve.lxc.mountpoints import MountPoint, mounts
from fakes.pve.lxc.runtime import is_running, switch_off
from fakes.pve.lxc.volumes import has_feature
from fakes.pve.storage.volumes import volumes

MIB = 1024**2
SNAPSHOT = "vzdump"


class ContainerBackup(GuestBackup):
    """The backup of one container of this node."""

    container: ClassVar[str] = "tar"

    def _is_running(self) -> bool:
        return is_running(self.call.node, self.vmid)

    def _write(self, config: GuestConfig, *, was_running: bool) -> Iterator[float]:
        wanted = self.options["mode"]
        if was_running and wanted == "snapshot" and not self._has_snapshots(config):
            self.say("mode failure - some volumes do not support snapshots")
            self.say("trying 'suspend' mode instead")
            self.options = {**self.options, "mode": "suspend"}
        try:
            yield from super()._write(config, was_running=was_running)
        finally:
            self.options = {**self.options, "mode": wanted}

    def _has_snapshots(self, config: GuestConfig) -> bool:
        store = volumes(self.call.datacenter, self.call.node)
        return has_feature(store, config.main, "snapshot", keys=[mount.key for mount in self._included(config)])

    @staticmethod
    def _included(config: GuestConfig) -> list[MountPoint]:
        return [mount for mount in mounts(config.main) if mount.is_backed_up]

    def _stop(self) -> Iterator[float]:
        self.say("stopping virtual guest")
        switch_off(self.call.node, self.vmid)
        yield self.call.datacenter.durations.of("vzstop")

    def _restart(self) -> None:
        if not self._is_running():
            self.say("restarting vm")
            for _ in power.start(self.call.datacenter, self.call.node, self.vmid, self.task, skiplock=True):
                pass
            self.say("guest is online again after 1 seconds")

    def _archived_config(self, disks: list[ArchivedDisk]) -> tuple[str, list[str]]:
        text, _ = archived_config(self.call.datacenter.cfs.read(self.place.path) or "", ())
        return text, []

    def _disks(self, config: GuestConfig) -> list[ArchivedDisk]:
        self.say(f"CT Name: {config.main.get('hostname', f'CT{self.vmid}')}")
        store = volumes(self.call.datacenter, self.call.node)
        found: list[ArchivedDisk] = []
        for mount in mounts(config.main):
            if mount.is_backed_up and mount.is_volume:
                self.say(f"including mount point {mount.key} ('{mount.path}') in backup")
                store.activate(mount.volume)
                found.append(self._archived(mount.key, mount.volume))
            else:
                what, reason = f"{mount.kind} mount point {mount.key} ('{mount.path}')", mount.backup_reason
                self.say(f"excluding {what} from backup ({reason})")
        return found

    def _archive(self, config: GuestConfig, archive: Archive, *, runs: bool) -> Iterator[float]:
        if not runs:
            yield from super()._archive(config, archive, runs=False)
        elif self.options["mode"] == "snapshot":
            self._take_snapshots(config)
            try:
                yield from super()._archive(config, archive, runs=True)
            finally:
                self._drop_snapshots(config)
        else:
            yield from self._synchronised(archive)
            yield from super()._archive(config, archive, runs=True)

    def _synchronised(self, archive: Archive) -> Iterator[float]:
        """Copy the running container, then once more what changed meanwhile while it stands still."""
        used = sum(disk.used for disk in archive.disks)
        folder = f"/var/tmp/vzdumptmp{self.task.pid}_{self.vmid}/"
        self.say(f"starting first sync /proc/self/root/ to {folder}")
        seconds = self.call.datacenter.durations.of("vzdump", used)
        yield seconds
        self.say(f"first sync finished - transferred {used} bytes in {int(seconds)}s")
        self.say("suspending guest")
        self.say(f"starting final sync /proc/self/root/ to {folder}")
        self.say("final sync finished - transferred 0 bytes in 0s")
        self.say("resuming guest")
        self.say("guest is online again after 0 seconds")

    def _transfer(self, config: GuestConfig, archive: Archive, total: int, *, runs: bool) -> Iterator[float]:
        used = sum(disk.used for disk in archive.disks)
        yield self.call.datacenter.durations.of("vzdump", used)
        self.say(f"Total bytes written: {used} ({used / MIB:.1f}MiB, 92MiB/s)")

    def _take_snapshots(self, config: GuestConfig) -> None:
        store = volumes(self.call.datacenter, self.call.node)
        self.say(f"create storage snapshot '{SNAPSHOT}'")
        for mount in self._included(config):
            store.snapshot(mount.volume, SNAPSHOT, log=self.task.log)

    def _drop_snapshots(self, config: GuestConfig) -> None:
        store = volumes(self.call.datacenter, self.call.node)
        self.say(f"cleanup temporary '{SNAPSHOT}' snapshot")
        for mount in self._included(config):
            store.delete_snapshot(mount.volume, SNAPSHOT, log=self.task.log)

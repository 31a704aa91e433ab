"""Backing up one guest: lock it, write the archive, unlock it, prune older ones."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from fakes.pve.backup.archive import Archive, ArchivedDisk, archived_config
from fakes.pve.backup.target import Target
from fakes.pve.call import Call
from fakes.pve.drives import Drive, drives, format_size
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.guests import Place
from fakes.pve.hypervisor import is_running
from fakes.pve.qemu.cloudinit import generate_image
from fakes.pve.qemu.power import shutdown, start
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError

GIB = 1024**3
_EXTENSIONS = {"0": "", "1": ".lzo", "lzo": ".lzo", "gzip": ".gz", "zstd": ".zst"}


def clock_time(call: Call) -> datetime:
    """Now, as the node's clock on the wall shows it."""
    zone = ZoneInfo((call.node.files.read("etc/timezone") or "UTC").strip())
    return datetime.fromtimestamp(call.datacenter.clock.now(), zone)


@dataclass
class GuestBackup:
    """The backup of one virtual machine of this node; `run` is its part of the job's work."""

    container: ClassVar[str] = "vma"

    call: Call
    place: Place
    options: dict[str, Any]
    target: Target
    task: Task

    @property
    def vmid(self) -> int:
        return self.place.vmid

    def say(self, text: str) -> None:
        self.task.log(f"INFO: {text}")

    def run(self) -> Iterator[float]:
        """Do it; TaskError or ApiError where it fails."""
        started = self.call.datacenter.clock.now()
        was_running = self._is_running()
        self.say(f"Starting Backup of VM {self.vmid} ({self.place.kind})")
        self.say(f"Backup started at {clock_time(self.call):%Y-%m-%d %H:%M:%S}")
        self.say(f"status = {'running' if was_running else 'stopped'}")
        config = self._lock()
        try:
            yield from self._write(config, was_running=was_running)
        finally:
            self._unlock()
        seconds = int(self.call.datacenter.clock.now() - started)
        spent = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        self.say(f"Finished Backup of VM {self.vmid} ({spent})")
        self.say(f"Backup finished at {clock_time(self.call):%Y-%m-%d %H:%M:%S}")

    def _is_running(self) -> bool:
        return is_running(self.call.datacenter, self.call.node, self.vmid)

    def _lock(self) -> GuestConfig:
        config = load(self.call.datacenter, self.vmid, self.place.kind, node=self.place.node)
        config.check_lock()
        unlocked = config.copy()
        config.main["lock"] = "backup"
        save(self.call.datacenter, self.vmid, config, node=self.place.node)
        return unlocked

    def _unlock(self) -> None:
        if self.place.path not in self.call.datacenter.cfs:
            return
        config = load(self.call.datacenter, self.vmid, self.place.kind, node=self.place.node)
        if config.main.pop("lock", None):
            save(self.call.datacenter, self.vmid, config, node=self.place.node)

    def _write(self, config: GuestConfig, *, was_running: bool) -> Iterator[float]:
        mode = str(self.options["mode"]) if was_running else "stop"
        stops = was_running and mode == "stop"
        introduction = [f"backup mode: {mode}", f"ionice priority: {self.options['ionice']}"]
        if not (was_running and mode == "snapshot"):
            for line in introduction:
                self.say(line)
            introduction = []
        disks = self._disks(config)
        text, said = self._archived_config(disks)
        for line in [*said, *introduction]:
            self.say(line)
        if stops:
            yield from self._stop()
        try:
            yield from self._archive(
                config,
                Archive(
                    kind=self.place.kind,
                    vmid=self.vmid,
                    config=text,
                    created=int(self.call.datacenter.clock.now()),
                    disks=tuple(disks),
                    firewall=self.call.datacenter.cfs.read(f"firewall/{self.vmid}.fw"),
                ),
                runs=was_running and not stops,
            )
        finally:
            if stops:
                self._restart()

    def _archived_config(self, disks: list[ArchivedDisk]) -> tuple[str, list[str]]:
        return archived_config(self.call.datacenter.cfs.read(self.place.path) or "", disks)

    def _stop(self) -> Iterator[float]:
        self.say("stopping virtual guest")
        limit = int(self.options["stopwait"]) * 60
        try:
            yield from shutdown(
                self.call.datacenter, self.call.node, self.vmid, self.task, skiplock=True, timeout_s=limit
            )
        except TaskError as error:
            self.task.log(str(error))
            command = f"qm shutdown {self.vmid} --skiplock --keepActive --timeout {limit}"
            raise TaskError(f"command '{command}' failed: exit code 255") from error

    def _restart(self) -> None:
        if not self._is_running():
            self.say("restarting vm")
            for _ in start(self.call.datacenter, self.call.node, self.vmid, self.task, skiplock=True):
                pass
            self.say("guest is online again after 1 seconds")

    def _disks(self, config: GuestConfig) -> list[ArchivedDisk]:
        self.say(f"VM Name: {config.main.get('name', f'VM {self.vmid}')}")
        found: list[ArchivedDisk] = []
        shelf = volumes(self.call.datacenter, self.call.node)
        for drive in drives(config.main):
            if drive.is_cdrom or not drive.is_volume:
                continue
            if not is_included(config, drive):
                self.say(f"exclude disk '{drive.key}' '{drive.file}' (backup=no)")
                continue
            shelf.activate(drive.file)
            volume = shelf.info(drive.file)
            self.say(f"include disk '{drive.key}' '{drive.file}' {format_size(volume.size)}")
            found.append(self._archived(drive.key, drive.file))
        return found

    def _archived(self, key: str, volid: str) -> ArchivedDisk:
        shelf = volumes(self.call.datacenter, self.call.node)
        volume, record = shelf.info(volid), shelf.record(volid)
        source = record.source if record else ""
        return ArchivedDisk(key, volume.storage, volume.format, volume.size, volume.used or 0, source)

    def _archive(self, config: GuestConfig, archive: Archive, *, runs: bool) -> Iterator[float]:
        extension = f".{self.container}{_EXTENSIONS[str(self.options['compress'])]}"
        filename = self.target.free_name(self.place.kind, self.vmid, clock_time(self.call), extension)
        path = f"{self.target.folder}/{filename}"
        self.say(f"creating vzdump archive '{path}'")
        total = sum(disk.size for disk in archive.disks)
        if not archive.disks:
            self._say_diskless(path)
        else:
            yield from self._transfer(config, archive, total, runs=runs)
        self.target.write(filename, archive.encoded())
        self.say(f"archive file size: {len(archive.encoded()) // 1024}KB")
        self._finish(filename, config)

    def _say_diskless(self, path: str) -> None:
        stem = re.sub(r"\.vma.*$", "", path)
        self.say("backup contains no disks")
        self.say("starting diskless backup")
        self.say(f"/usr/bin/vma create -v -c {stem}.tmp/qemu-server.conf exec:cat > {stem}.dat")

    def _transfer(self, config: GuestConfig, archive: Archive, total: int, *, runs: bool) -> Iterator[float]:
        if not runs:
            self.say("starting kvm to execute backup task")
            generate_image(self.call.datacenter, self.call.node, self.vmid, config.copy(), self.task.log)
        self.say(f"started backup task '{uuid.uuid4()}'")
        if runs:
            self.say("resuming VM again")
        used = sum(disk.used for disk in archive.disks)
        seconds = self.call.datacenter.durations.of("vzdump", used)
        yield seconds
        size = f"{total / GIB:.1f} GiB"
        rate = f"{total / GIB / max(1.0, seconds):.1f} GiB/s"
        self.say(f"100% ({size} of {size}) in {int(seconds)}s, read: {rate}, write: 0 B/s")
        empty = total - used
        share = 100 * empty // total if total else 0
        self.say(f"backup is sparse: {empty / GIB:.2f} GiB ({share}%) total zero data")
        self.say(f"transferred {total / GIB:.2f} GiB in {f'{int(seconds)}' if seconds >= 1 else '<1'} seconds")
        if not runs:
            self.say("stopping kvm after backup task")

    def _finish(self, filename: str, config: GuestConfig) -> None:
        template = self.options.get("notes-template")
        if template:
            self.say("adding notes to backup")
            self.target.annotate(filename, self._notes(str(template), config))
        if self.options.get("protected"):
            self.say("marking backup as protected")
            self.target.protect(filename)
        if not self.target.keep:
            return
        shown = ",".join(f"{name}={value}" for name, value in self.target.keep.items())
        self.say(f"prune older backups with retention: {shown}")
        removed = self.target.prune(self.place.kind, self.vmid)
        for volid in removed:
            self.say(f"removing backup '{volid}'")
        tail = " not covered by keep-retention policy" if removed else ""
        self.say(f"pruned {len(removed)} backup(s){tail}")

    def _notes(self, template: str, config: GuestConfig) -> str:
        name = config.main.get("name") or config.main.get("hostname") or f"VM {self.vmid}"
        values = {"cluster": "standalone node", "guestname": name, "node": self.call.node.name, "vmid": self.vmid}
        text = template.replace("\\n", "\n").replace("\\\\", "\\")
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: str(values.get(found[1], "")), text)


def is_included(config: GuestConfig, drive: Drive) -> bool:
    """True where a drive goes into backups; an EFI disk only with UEFI firmware."""
    if drive.key.startswith("efidisk") and config.main.get("bios") != "ovmf":
        return False
    return drive.options.get("backup", "1") != "0"

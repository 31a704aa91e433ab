"""Putting the content of an archive into a virtual machine."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fakes.pve.backup.archive import Archive, ArchivedDisk, read_archive
from fakes.pve.call import Call
from fakes.pve.drives import drives, format_drive, is_drive_key, parse_drive
from fakes.pve.guestconf import GuestConfig, load, parse_guest, save
from fakes.pve.http import ApiError
from fakes.pve.nets import format_net, is_net_key, new_mac, parse_net
from fakes.pve.qemu.identity import with_new_uuid
from fakes.pve.storage.volumes import Volumes, volumes
from fakes.pve.tasks import Task, TaskError

_NOT_RESTORED = re.compile(r"#qmdump#.*|#vzdump#.*|lock:.*|unused\d+:.*|parent:.*")
_UNPACKERS = {"zst": "zstd -q -d -c", "gz": "zcat", "lzo": "lzop -d -c"}
CLOUDINIT_BYTES = 4 * 1024**2


def open_archive(call: Call, archive: str) -> tuple[Archive, str]:
    """The content and the path of an archive given as a volume id or as an absolute path."""
    if archive.startswith("/"):
        data = call.node.files.read_bytes(archive[1:])
        if data is None:
            raise ApiError(500, f"can't find file '{archive}'")
        return read_archive(data, archive), archive
    shelf = volumes(call.datacenter, call.node)
    path = shelf.path(archive)
    return read_archive(shelf.read_bytes(archive), path), path


def restore_archive(call: Call, vmid: int, archive: str, values: Mapping[str, Any], task: Task) -> Iterator[float]:
    """Make the guest what the archive says, with `values` put over it; old disks go, new ones are made.

    Parameters `storage` and `unique` of the call decide where the disks go and whether MAC addresses are new.
    """
    content, path = open_archive(call, archive)
    shelf = volumes(call.datacenter, call.node)
    command = _command(path, task)
    task.log(f"restore vma archive: {command}")
    task.log(f"CFG: size: {len(content.config)} name: qemu-server.conf")
    for number, disk in enumerate(content.disks, 1):
        task.log(f"DEV: dev_id={number} size: {disk.size} devname: drive-{disk.key}")
    zone = ZoneInfo((call.node.files.read("etc/timezone") or "UTC").strip())
    task.log(f"CTIME: {datetime.fromtimestamp(content.created, zone):%a %b %e %H:%M:%S %Y}")
    try:
        made = _make_disks(call, shelf, vmid, content, task)
    except ApiError as error:
        raise TaskError(f"command 'set -o pipefail && {command}' failed: {error.message}") from error
    yield call.datacenter.durations.of("qmrestore", sum(disk.used for disk in content.disks))
    _report(content, task)
    config = restored(call, content.config, made, unique=bool(call.get("unique")))
    config.main.update(values)
    save(call.datacenter, vmid, config, node=call.node.name)
    if content.firewall is not None:
        call.datacenter.cfs.write(f"firewall/{vmid}.fw", content.firewall)
    task.log("rescan volumes...")


def _command(path: str, task: Task) -> str:
    pipe = f"/var/tmp/vzdumptmp{task.pid}"
    unpacker = _UNPACKERS.get(path.rpartition(".")[2])
    source = f"{unpacker} {path} | vma extract -v -r {pipe}.fifo - {pipe}"
    return source if unpacker else f"vma extract -v -r {pipe}.fifo {path} {pipe}"


def _make_disks(call: Call, shelf: Volumes, vmid: int, content: Archive, task: Task) -> dict[str, str]:
    """Allocate the disks of an archive; returns the new volume of each key."""
    wanted = call.get("storage")
    cloudinit = [
        drive for drive in drives(parse_guest(content.config).main) if drive.is_cloudinit and drive.storage is not None
    ]
    stores = [str(wanted or drive.storage) for drive in cloudinit]
    stores += [str(wanted or disk.storage or "local") for disk in content.disks]
    for store in stores:
        shelf.usable(store)
        call.require(f"/storage/{store}", "Datastore.AllocateSpace")
    _remove_old(call, shelf, vmid, task)
    made: dict[str, str] = {}
    for drive in cloudinit:
        store = str(wanted or drive.storage)
        form = shelf.config(store).default_format if shelf.config(store).path else "raw"
        name = f"vm-{vmid}-cloudinit" + (f".{form}" if shelf.config(store).path else "")
        made[drive.key] = shelf.allocate(store, vmid, form, name, CLOUDINIT_BYTES, log=task.log)
        task.log(f"new volume ID is '{made[drive.key]}'")
    for disk in content.disks:
        store = str(wanted or disk.storage or "local")
        made[disk.key] = _make_disk(shelf, store, vmid, disk, task)
    return made


def _make_disk(shelf: Volumes, store: str, vmid: int, disk: ArchivedDisk, task: Task) -> str:
    config = shelf.config(store)
    form = disk.format if disk.format in (config.kind.formats or ("raw",)) else config.default_format
    volid = shelf.allocate(store, vmid, form, None, disk.size, log=task.log)
    task.log(f"new volume ID is '{volid}'")
    shelf.fill_from(volid, used_bytes=disk.used, source=disk.source)
    task.log(f"map 'drive-{disk.key}' to '{shelf.path(volid)}' (write zeros = 0)")
    return volid


def _remove_old(call: Call, shelf: Volumes, vmid: int, task: Task) -> None:
    """Free the volumes of the guest that is replaced."""
    old = load(call.datacenter, vmid, node=call.node.name)
    for drive in drives(old.main, unused=True):
        if not drive.is_volume or (drive.is_cdrom and not drive.is_cloudinit):
            continue
        try:
            if shelf.parse(drive.file).vmid == vmid:
                shelf.free(drive.file, log=task.log)
        except ApiError as error:
            task.log(error.message)


def _report(content: Archive, task: Task) -> None:
    total = sum(disk.size for disk in content.disks)
    for percent in range(1, 101) if total else ():
        task.log(f"progress {percent}% (read {total * percent // 100} bytes, duration 0 sec)")
    if total:
        sparse = total - sum(disk.used for disk in content.disks)
        task.log(f"total bytes read {total}, sparse bytes {sparse} ({100 * sparse / total:.3g}%)")
        task.log("space reduction due to 4K zero blocks 0%")


def restored(call: Call, text: str, made: Mapping[str, str], *, unique: bool) -> GuestConfig:
    """The configuration in an archive for its new owner: other volumes, a new generation id, new MACs if `unique`."""
    lines = [line for line in text.splitlines(keepends=True) if not _NOT_RESTORED.fullmatch(line.rstrip("\n"))]
    config = parse_guest("".join(lines))
    for key, value in list(config.main.items()):
        if is_drive_key(key):
            drive = parse_drive(key, value)
            if drive.options.get("backup") == "0":
                config.main["description"] = f"{config.main.get('description', '')}{key}: {value}\n"
                del config.main[key]
            elif key in made:
                config.main[key] = format_drive(drive.with_options(format=None).with_file(made[key], drive.size))
        elif is_net_key(key) and unique:
            config.main[key] = format_net(parse_net(str(value)).with_mac(new_mac(call.datacenter)))
        elif key == "vmgenid" and str(value) != "0":
            config.main[key] = str(uuid.uuid4())
        elif key == "smbios1" and unique:
            config.main[key] = with_new_uuid(str(value))
    return config

"""Disks of virtual machines: growing them and moving them to another storage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from fakes.pve.api.qemu import reassign
from fakes.pve.api.qemu.clone import make_base
from fakes.pve.call import Call
from fakes.pve.drives import Drive, add_unused, format_drive, parse_drive
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.http import ApiError, route
from fakes.pve.hypervisor import is_running
from fakes.pve.moving import asked_storage
from fakes.pve.qemu.detach import is_volume_in_use
from fakes.pve.qemu.diskcopy import Source, Target, copy
from fakes.pve.storage.names import split_volid
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError

_FACTORS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_FORMAT = re.compile(r"\.(raw|qcow2|vmdk)$")


@route("PUT", "/nodes/{node}/qemu/{vmid}/resize")
def resize(call: Call) -> str:
    return call.start_task("resize", call.params["vmid"], partial(_resize, call))


def _resize(call: Call, task: Task) -> Iterator[float]:
    vmid, disk = call.params["vmid"], call.params["disk"]
    config = load(call.datacenter, vmid, node=call.node.name)
    config.check_digest(call.get("digest"))
    if not call.get("skiplock"):
        config.check_lock()
    if not config.main.get(disk):
        raise TaskError(f"disk '{disk}' does not exist")
    drive = parse_drive(disk, config.main[disk])
    split_volid(drive.file)
    if drive.is_cdrom:
        raise TaskError("you can't resize a cdrom")
    call.require(f"/storage/{drive.storage}", "Datastore.AllocateSpace")
    store = volumes(call.datacenter, call.node)
    store.activate(drive.file)
    size = store.info(drive.file).size
    wanted = _size(call.params["size"], size)
    if wanted < size:
        raise TaskError("shrinking disks is not supported")
    if wanted == size:
        return
    running = is_running(call.datacenter, call.node, vmid)
    store.resize(drive.file, wanted, log=_without_tools(task) if running else task.log)
    config.main[disk] = format_drive(drive.with_file(drive.file, wanted))
    save(call.datacenter, vmid, config, node=call.node.name)
    yield call.datacenter.durations.of("resize")


def _without_tools(task: Task) -> partial[None]:
    return partial(_only_lvm, task)


def _only_lvm(task: Task, line: str) -> None:
    """QEMU itself grows the files of a running guest, silently; logical volumes are grown by LVM."""
    if line.startswith("  "):
        task.log(line)


def _size(text: str, size: int) -> int:
    """Bytes of ``+1G`` (on top of `size`) or ``32G``."""
    found = re.fullmatch(r"(\+)?(\d+(?:\.\d+)?)([KMGT])?", text)
    assert found is not None
    wanted = float(found[2]) * _FACTORS[found[3] or ""]
    return int(wanted + (size if found[1] else 0))


@route("POST", "/nodes/{node}/qemu/{vmid}/move_disk")
def move(call: Call) -> str:
    if asked_storage(call) is None:
        return reassign.start(call)
    _movable(call)
    return call.start_task("qmmove", call.params["vmid"], partial(_move, call))


def _movable(call: Call) -> tuple[GuestConfig, Drive, bool]:
    """The configuration, the disk to move and whether snapshots use it, or ApiError for what speaks against it."""
    disk, storage, form = call.params["disk"], call.params["storage"], call.get("format")
    config = load(call.datacenter, call.params["vmid"], node=call.node.name)
    config.check_lock()
    if call.get("digest") and call.params["digest"] != config.digest:
        raise ApiError(500, "detected modified configuration - file changed by other user? Try again.")
    if not config.main.get(disk):
        raise ApiError(500, f"disk '{disk}' does not exist")
    drive = parse_drive(disk, config.main[disk])
    if drive.is_cdrom and not drive.is_cloudinit:
        raise ApiError(500, "you can't move a cdrom")
    old_storage, name = split_volid(drive.file)
    found = _FORMAT.search(name)
    if storage == old_storage and (not form or not found or found[1] == form):
        raise ApiError(500, "you can't move to the same storage with same format")
    in_snapshot = is_volume_in_use(config, drive.file, besides=disk)
    if in_snapshot and call.get("delete"):
        raise ApiError(500, "you can't move a disk with snapshots and delete the source")
    return config, drive, in_snapshot


def _move(call: Call, task: Task) -> Iterator[float]:
    vmid, disk, node = call.params["vmid"], call.params["disk"], call.node.name
    config, drive, in_snapshot = _movable(call)
    store = volumes(call.datacenter, call.node)
    try:
        if in_snapshot:
            task.log("moving disk with snapshots, snapshots will not be moved!")
        store.activate(drive.file)
        target = Target(vmid, call.params["storage"], call.get("format"))
        source = Source(vmid, config.main)
        new = yield from copy(call.datacenter, call.node, source, drive, target, task)
        yield call.datacenter.durations.of("qmmove")
    except ApiError as error:
        raise TaskError(f"storage migration failed: {error.message}") from error
    config = load(call.datacenter, vmid, node=node)
    config.main[disk] = format_drive(new)
    if not call.get("delete"):
        add_unused(config.main, drive.file)
    save(call.datacenter, vmid, config, node=node)
    if config.is_template:
        make_base(call, config, task, only=disk)
    if call.get("delete"):
        store.free(drive.file, log=task.log)

"""Giving a disk of one virtual machine to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from fakes.pve.call import Call
from fakes.pve.drives import Drive, format_drive, is_unused_key, parse_drive
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.hypervisor import is_running
from fakes.pve.qemu.boot import boot_order, format_order
from fakes.pve.qemu.detach import is_volume_in_use
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task

_MODIFIED = "detected modified configuration - file changed by other user? Try again."


@dataclass(slots=True)
class Handover:
    """A disk on its way from one guest's configuration to another's."""

    source: GuestConfig
    target: GuestConfig
    drive: Drive


def start(call: Call) -> str:
    """Begin the task, or raise for whatever speaks against it."""
    vmid, target = call.params["vmid"], call.params["target-vmid"]
    call.require(f"/vms/{target}", "VM.Config.Disk")
    if vmid == target:
        raise ParameterError({"target-vmid": "must be different than source VMID to reassign disk"})
    handover = _checked(call)
    call.require(f"/storage/{handover.drive.storage}", "Datastore.AllocateSpace")
    subject = f"{vmid}-{call.params['disk']}>{target}-{_key(call)}"
    return call.start_task("qmmove", subject, partial(_hand_over, call))


def _key(call: Call) -> str:
    return str(call.get("target-disk") or call.params["disk"])


def _checked(call: Call) -> Handover:
    vmid, target, disk, key = call.params["vmid"], call.params["target-vmid"], call.params["disk"], _key(call)
    places = call.datacenter.guests
    here, there = places.find(vmid), places.find(target)
    if here is None:
        raise ApiError(500, f"could not find VM {vmid}")
    if there is None:
        raise ApiError(500, f"could not find target VM {target}")
    if here.node != there.node:
        raise ApiError(
            500, f"Moving disks between hosts requires both VMs to be on the same node ({here.node} != {there.node})"
        )
    source = load(call.datacenter, vmid, node=call.node.name)
    source.check_lock()
    wanted = load(call.datacenter, target, node=call.node.name)
    wanted.check_lock()
    if source.is_template or wanted.is_template:
        raise ApiError(500, "Can't move disks from or to template VMs")
    if call.get("digest") and call.params["digest"] != source.digest:
        raise ApiError(500, f"VM {vmid}: {_MODIFIED}")
    if call.get("target-digest") and call.params["target-digest"] != wanted.digest:
        raise ApiError(500, f"VM {target}: {_MODIFIED}")
    if disk not in source.main:
        raise ApiError(500, f"Disk '{disk}' for VM '{vmid}' does not exist")
    if wanted.main.get(key):
        raise ApiError(500, f"Target disk key '{key}' is already in use for VM '{target}'")
    drive = parse_drive(disk, source.main[disk])
    if drive.is_cdrom and not drive.is_cloudinit:
        raise ApiError(500, "CD drive contents can't be moved to another VM")
    if not drive.is_volume:
        raise ApiError(500, f"Volume '{drive.file}' not managed by PVE")
    if is_volume_in_use(source, drive.file, besides=disk):
        raise ApiError(500, "Can't move disk used by a snapshot to another VM")
    if not volumes(call.datacenter, call.node).has_feature("rename", drive.file):
        raise ApiError(500, "Storage does not support moving of this disk to another VM")
    if is_running(call.datacenter, call.node, vmid) and not is_unused_key(disk):
        raise ApiError(500, "Cannot move disk to another VM while the source VM is running - detach first")
    return Handover(source, wanted, drive)


def _hand_over(call: Call, task: Task) -> Iterator[float]:
    vmid, target, disk, key = call.params["vmid"], call.params["target-vmid"], call.params["disk"], _key(call)
    node, handover = call.node.name, _checked(call)
    task.log(f"moving disk '{disk}' from VM '{vmid}' to '{target}'")
    volid = volumes(call.datacenter, call.node).rename(handover.drive.file, target, log=task.log)
    source = handover.source
    del source.main[disk]
    task.log(f"removing disk '{disk}' from VM '{vmid}' config")
    order = boot_order(source.main.get("boot"))
    if disk in order:
        task.log(f"removing disk '{disk}' from boot order config")
        source.main["boot"] = format_order(item for item in order if item != disk) or " "
    save(call.datacenter, vmid, source, node=node)
    drive = handover.drive
    handover.target.main[key] = volid if is_unused_key(key) else format_drive(drive.with_file(volid, drive.size))
    save(call.datacenter, target, handover.target, node=node)
    yield call.datacenter.durations.of("qmmove")

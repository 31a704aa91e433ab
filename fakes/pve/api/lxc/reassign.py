"""Giving a volume of one container to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from fakes.pve.call import Call
from fakes.pve.drives import is_unused_key
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.lxc.mountpoints import MountPoint, format_mount, is_mount_key, parse_mount
from fakes.pve.lxc.runtime import is_running
from fakes.pve.lxc.volumes import is_used
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task

_MODIFIED = "detected modified configuration - file changed by other user? Try again."


@dataclass(slots=True)
class Handover:
    """A volume on its way from one container's configuration to another's."""

    source: GuestConfig
    target: GuestConfig
    mount: MountPoint


def start(call: Call) -> str:
    """Begin the task, or raise for whatever speaks against it."""
    vmid, target = call.params["vmid"], call.params["target-vmid"]
    call.require(f"/vms/{target}", "VM.Config.Disk")
    if vmid == target:
        raise ParameterError({"target-vmid": "must be different than source VMID to reassign volume"})
    handover = _checked(call)
    call.require(f"/storage/{handover.mount.storage}", "Datastore.AllocateSpace")
    subject = f"{vmid}-{call.params['volume']}>{target}-{_key(call)}"
    return call.start_task("move_volume", subject, partial(_hand_over, call))


def _key(call: Call) -> str:
    return str(call.get("target-volume") or call.params["volume"])


def _check_keys(call: Call) -> None:
    volume, key = call.params["volume"], _key(call)
    if "rootfs" in (volume, key):
        raise ApiError(500, "Cannot move to/from 'rootfs'")
    if is_unused_key(volume) and not is_unused_key(key):
        raise ApiError(500, "Moving an unused volume to a used one is not possible")


def _checked(call: Call) -> Handover:
    vmid, target, node = call.params["vmid"], call.params["target-vmid"], call.node.name
    _check_keys(call)
    places = call.datacenter.guests
    for one in (vmid, target):
        if places.find(one) is None:
            raise ApiError(500, f"could not find CT {one}")
    source = load(call.datacenter, vmid, "lxc", node=node)
    source.check_lock()
    wanted = load(call.datacenter, target, "lxc", node=node)
    wanted.check_lock()
    if source.is_template or wanted.is_template:
        raise ApiError(500, "Can't move volumes from or to template CT")
    if call.get("digest") and call.params["digest"] != source.digest:
        raise ApiError(500, f"CT {vmid}: {_MODIFIED}")
    if call.get("target-digest") and call.params["target-digest"] != wanted.digest:
        raise ApiError(500, f"CT {target}: {_MODIFIED}")
    return Handover(source, wanted, _checked_mount(call, source, wanted))


def _checked_mount(call: Call, source: GuestConfig, target: GuestConfig) -> MountPoint:
    vmid, volume, key = call.params["vmid"], call.params["volume"], _key(call)
    if volume not in source.main:
        raise ApiError(500, f"volume '{volume}' for container '{vmid}' does not exist")
    if key in target.main:
        raise ApiError(500, f"Target volume key '{key}' is already in use for container '{call.params['target-vmid']}'")
    mount = parse_mount(volume, source.main[volume])
    if is_used(source, mount.volume, in_snapshots_only=True):
        raise ApiError(500, "Cannot move volume used by a snapshot to another container")
    if not mount.is_volume:
        raise ApiError(500, "Cannot move a bindmount or device mount to another container")
    if not volumes(call.datacenter, call.node).has_feature("rename", mount.volume):
        raise ApiError(500, "Storage does not support moving of this disk to another container")
    if is_running(call.node, vmid) and is_mount_key(volume):
        raise ApiError(500, "Cannot move in-use volume while the source CT is running - detach or shutdown first")
    return mount


def _hand_over(call: Call, task: Task) -> Iterator[float]:
    vmid, target, volume, key = call.params["vmid"], call.params["target-vmid"], call.params["volume"], _key(call)
    node, handover = call.node.name, _checked(call)
    task.log(f"moving volume '{volume}' from container '{vmid}' to '{target}'")
    volid = volumes(call.datacenter, call.node).rename(handover.mount.volume, target, log=task.log)
    del handover.source.main[volume]
    task.log(f"removing volume '{volume}' from container '{vmid}' config")
    save(call.datacenter, vmid, handover.source, node=node)
    moved = handover.mount.with_volume(volid, handover.mount.size)
    handover.target.main[key] = volid if is_unused_key(key) else format_mount(moved)
    save(call.datacenter, target, handover.target, node=node)
    task.log(f"target container '{target}' updated with '{key}'")
    yield call.datacenter.durations.of("move_volume")

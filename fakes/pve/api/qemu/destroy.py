"""Destroying virtual machines, with everything that mentions them."""

from __future__ import annotations

from collections.abc import Iterator

from fakes.pve import ha
from fakes.pve.call import Call
from fakes.pve.drives import Drive, drives, parse_drive
from fakes.pve.guestconf import GuestConfig, load
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError, route
from fakes.pve.hypervisor import hypervisor_of
from fakes.pve.purge import forget_guest
from fakes.pve.qemu.detach import owns_volume
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task


@route("DELETE", "/nodes/{node}/qemu/{vmid}")
def destroy(call: Call) -> str:
    vmid = call.params["vmid"]
    _check(call)

    def work(task: Task) -> Iterator[float]:
        _check(call)
        config = load(call.datacenter, vmid, node=call.node.name)
        if not call.get("skiplock") and config.lock != "suspended":
            config.check_lock()
        if config.is_template:
            _check_bases(call, config)
        _free_volumes(call, config, task)
        hypervisor_of(call.datacenter).forget(call.node, vmid)
        forget_guest(call.datacenter, "vm", vmid, task, purge=bool(call.get("purge")))
        call.datacenter.cfs.delete(config_path(call.node.name, "qemu", vmid))
        yield call.datacenter.durations.of("qmdestroy")

    return call.start_task("qmdestroy", vmid, work)


def _check(call: Call) -> None:
    vmid = call.params["vmid"]
    config = load(call.datacenter, vmid, node=call.node.name)
    if config.is_protected:
        raise ApiError(500, f"can't remove VM {vmid} - protection mode enabled")
    if not call.get("purge") and ha.find(call.datacenter, "vm", str(vmid)) is not None:
        raise ApiError(500, f"unable to remove VM {vmid} - used in HA resources and purge parameter not set.")
    if hypervisor_of(call.datacenter).running(call.node, vmid) is not None:
        raise ApiError(500, f"VM {vmid} is running - destroy failed")


def _check_bases(call: Call, config: GuestConfig) -> None:
    store = volumes(call.datacenter, call.node)
    for drive in drives(config.main, unused=True):
        if drive.is_volume and not drive.is_cdrom and store.is_base_in_use(drive.file):
            # The typo is Proxmox's.
            raise ApiError(500, f"base volume '{drive.file}' is still in use by linked cloned")


def _own_volumes(call: Call, config: GuestConfig) -> Iterator[str]:
    """The volumes of a guest that its configuration names: disks, cloud-init images, unused ones, saved memory."""
    found: list[Drive] = [
        drive for drive in drives(config.main, unused=True) if drive.is_cloudinit or not drive.is_cdrom
    ]
    found += [parse_drive("vmstate", section["vmstate"]) for _, section in config.sections() if section.get("vmstate")]
    for volid in dict.fromkeys(drive.file for drive in found):
        if owns_volume(call.datacenter, call.node, call.params["vmid"], volid):
            yield volid


def _free_volumes(call: Call, config: GuestConfig, task: Task) -> None:
    store = volumes(call.datacenter, call.node)
    for volid in _own_volumes(call, config):
        try:
            store.free(volid, log=task.log)
        except ApiError as error:
            task.log(f"Could not remove disk '{volid}', check manually: {error.message}")
    if not call.get("destroy-unreferenced-disks"):
        return
    for storage in store.configs.values():
        if "images" in storage.content and store.is_usable(storage):
            for volume in store.list(storage.id, "images", call.params["vmid"]):
                store.free(volume.volid, log=task.log)

"""Destroying containers, with everything that mentions them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fakes.pve import ha
from fakes.pve.call import Call
from fakes.pve.guestconf import GuestConfig, load
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError, route
from fakes.pve.lxc.runtime import is_running, switch_off
from fakes.pve.lxc.volumes import own_volumes
from fakes.pve.purge import forget_guest
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task


@route("DELETE", "/nodes/{node}/lxc/{vmid}")
def destroy(call: Call) -> str:
    vmid = call.params["vmid"]
    _checked(call)
    if is_running(call.node, vmid) and not call.get("force"):
        raise _is_running(vmid)
    return call.start_task("vzdestroy", vmid, partial(_destroy, call))


def _is_running(vmid: int) -> ApiError:
    return ApiError(500, f"unable to destroy CT {vmid} - container is running")


def _checked(call: Call) -> GuestConfig:
    vmid = call.params["vmid"]
    config = load(call.datacenter, vmid, "lxc", node=call.node.name)
    if config.is_protected:
        raise ApiError(500, f"can't remove CT {vmid} - protection mode enabled")
    config.check_lock()
    if not call.get("purge") and ha.find(call.datacenter, "ct", str(vmid)) is not None:
        raise ApiError(500, f"unable to remove CT {vmid} - used in HA resources and purge parameter not set.")
    return config


def _destroy(call: Call, task: Task) -> Iterator[float]:
    vmid, store = call.params["vmid"], volumes(call.datacenter, call.node)
    config = _checked(call)
    if is_running(call.node, vmid):
        if not call.get("force"):
            raise _is_running(vmid)
        task.log(f"forced to stop CT {vmid} before destroying!")
        switch_off(call.node, vmid)
    for volume in own_volumes(store, config, vmid, task.log):
        store.free(volume, log=task.log)
    if call.get("destroy-unreferenced-disks"):
        for storage in store.configs.values():
            if "rootdir" in storage.content and store.is_usable(storage):
                for found in store.list(storage.id, "rootdir", vmid):
                    store.free(found.volid, log=task.log)
    forget_guest(call.datacenter, "ct", vmid, task, purge=bool(call.get("purge")))
    call.datacenter.cfs.delete(config_path(call.node.name, "lxc", vmid))
    yield call.datacenter.durations.of("vzdestroy")

"""Migration of containers: what stands in its way, and handing one over within a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fakes.pve.api.qemu.migrate import check_target
from fakes.pve.call import Call
from fakes.pve.guestconf import load
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError, route
from fakes.pve.lxc.mountpoints import mounts
from fakes.pve.lxc.runtime import is_running, switch_off, switch_on
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task


@route("POST", "/nodes/{node}/lxc/{vmid}/migrate")
def migrate(call: Call) -> str:
    vmid = call.params["vmid"]
    check_target(call)
    load(call.datacenter, vmid, "lxc", node=call.node.name)
    if is_running(call.node, vmid) and not (call.get("online") or call.get("restart")):
        raise ApiError(500, "can't migrate running container without --online or --restart")
    return call.start_task("vzmigrate", vmid, partial(move, call, vmid, restarts=bool(call.get("restart"))))


def move(call: Call, vmid: int, task: Task, *, restarts: bool) -> Iterator[float]:
    """Hand a container over to the target; only those whose volumes are all on shared storage can go."""
    target, store = call.datacenter.nodes[call.params["target"]], volumes(call.datacenter, call.node)
    config = load(call.datacenter, vmid, "lxc", node=call.node.name)
    config.check_lock()
    for mount in mounts(config.main):
        if not mount.is_volume and mount.options.get("shared") != "1":
            raise ApiError(500, f"cannot migrate local {mount.kind} mount point '{mount.key}'")
        if mount.is_volume and not store.config(mount.storage).is_shared:
            raise ApiError(501, f"migration of local volume '{mount.volume}' is not simulated", bare=True)
    was_running = is_running(call.node, vmid)
    if was_running and not restarts:
        raise ApiError(500, "lxc live migration is currently not implemented")
    task.log(f"starting migration of CT {vmid} to node '{target.name}' ({target.facts.ip})")
    switch_off(call.node, vmid)
    yield call.datacenter.durations.of("vzmigrate")
    call.datacenter.cfs.rename(config_path(call.node.name, "lxc", vmid), config_path(target.name, "lxc", vmid))
    if was_running:
        task.log(f"start container on target node '{target.name}'")
        switch_on(call.datacenter, target, vmid, config.main)
    task.log("migration finished successfully (duration 00:00:01)")

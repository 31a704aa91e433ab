"""Migration of virtual machines: what stands in its way, and moving a guest within a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.pve.call import Call
from fakes.pve.drives import Drive, drives
from fakes.pve.guestconf import GuestConfig, load
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.hypervisor import hypervisor_of, is_running
from fakes.pve.qemu.power import switch_on
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task


@route("GET", "/nodes/{node}/qemu/{vmid}/migrate")
def preconditions(call: Call) -> dict[str, Any]:
    config = load(call.datacenter, call.params["vmid"], node=call.node.name)
    config.check_lock()
    running = is_running(call.datacenter, call.node, call.params["vmid"])
    store = volumes(call.datacenter, call.node)
    answer: dict[str, Any] = {
        "running": int(running),
        "local_disks": [_local_row(call, drive) for drive in _local_disks(call, config)],
        "local_resources": sorted(key for key in config.main if key.startswith(("hostpci", "usb"))),
        "mapped-resources": [],
        "mapped-resource-info": {},
    }
    if not running:
        names = [name for name in call.datacenter.nodes if name != call.node.name]
        missing: dict[str, list[str]] = {}
        for name in names:
            storages = {str(drive.storage) for drive in drives(config.main) if drive.is_volume}
            gone = sorted(one for one in storages if not store.is_for_node(store.config(one), name))
            if gone:
                missing[name] = gone
        answer["allowed_nodes"] = [name for name in names if name not in missing]
        answer["not_allowed_nodes"] = {name: {"unavailable_storages": gone} for name, gone in missing.items()}
    return answer


def _local_disks(call: Call, config: GuestConfig) -> Iterator[Drive]:
    store = volumes(call.datacenter, call.node)
    for drive in drives(config.main, unused=True):
        if drive.is_volume and not store.config(str(drive.storage)).is_shared:
            yield drive


def _local_row(call: Call, drive: Drive) -> dict[str, Any]:
    store = volumes(call.datacenter, call.node)
    size = store.info(drive.file).size if store.exists(drive.file) else 0
    return {
        "volid": drive.file,
        "drivename": drive.key,
        "size": size,
        "cdrom": int(drive.is_cdrom),
        "is_unused": int(drive.key.startswith("unused")),
        "is_attached": int(not drive.key.startswith("unused")),
        "shared": 0,
        "replicate": 1,
    }


@route("POST", "/nodes/{node}/qemu/{vmid}/migrate")
def migrate(call: Call) -> str:
    vmid = call.params["vmid"]
    check_target(call)
    config = load(call.datacenter, vmid, node=call.node.name)
    config.check_lock()
    running = is_running(call.datacenter, call.node, vmid)
    if running and not call.get("online"):
        raise ApiError(500, "can't migrate running VM without --online")
    return call.start_task("qmigrate", vmid, lambda task: move(call, vmid, task))


def check_target(call: Call) -> None:
    """Refuse a target that is this node or none of the cluster's."""
    target = call.params["target"]
    if target in ("localhost", call.node.name):
        raise ParameterError({"target": "target is local node."})
    if target not in call.datacenter.nodes:
        raise ApiError(500, f"no such cluster node '{target}'")


def move(call: Call, vmid: int, task: Task) -> Iterator[float]:
    """Hand a guest over to the target; only guests whose disks are all on shared storage can go."""
    target = call.datacenter.nodes[call.params["target"]]
    config = load(call.datacenter, vmid, node=call.node.name)
    config.check_lock()
    local = [drive for drive in _local_disks(call, config) if not drive.is_cdrom]
    if local:
        raise ApiError(501, f"migration of local disk '{local[0].file}' is not simulated", bare=True)
    hypervisor = hypervisor_of(call.datacenter)
    guest = hypervisor.running(call.node, vmid)
    task.log(f"starting migration of VM {vmid} to node '{target.name}' ({target.facts.ip})")
    yield call.datacenter.durations.of("qmigrate")
    old, new = config_path(call.node.name, "qemu", vmid), config_path(target.name, "qemu", vmid)
    call.datacenter.cfs.rename(old, new)
    if guest is not None:
        hypervisor.stop(call.node, vmid)
        switch_on(call.datacenter, target, vmid, config, machine=guest.machine)
    task.log("migration finished successfully")

"""Volume groups and thin pools on a node's disks."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.disks import SYSTEM_GROUP, held_by, note_use, unused_disk
from fakes.pve.diskstorage import add_storage, check_storage_id, clean_up
from fakes.pve.http import ApiError, route
from fakes.pve.storage.lvm import EXTENT, VolumeGroup, thick_free, volume_groups, write_volume_group
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError

_METADATA_PART = 100


@route("GET", "/nodes/{node}/disks/lvm")
def groups(call: Call) -> dict[str, Any]:
    shelf = volumes(call.datacenter, call.node).own_shelf
    rows = []
    for group in volume_groups(call.node).values():
        free = thick_free(call.node, shelf, group)
        disks = held_by(call.node, group.name, "LVM") or held_by(call.node, group.name, "BIOS boot")
        members = [{"name": disk.volume, "size": group.size, "free": free, "leaf": 1} for disk in disks]
        rows.append({"name": group.name, "size": group.size, "free": free, "leaf": 0, "children": members})
    return {"leaf": 0, "children": rows}


@route("GET", "/nodes/{node}/disks/lvmthin")
def thin_pools(call: Call) -> list[dict[str, Any]]:
    shelf = volumes(call.datacenter, call.node).own_shelf
    return [
        {
            "vg": group.name,
            "lv": pool,
            "lv_size": size,
            "used": shelf.used(f"thin/{group.name}/{pool}"),
            "metadata_size": size // _METADATA_PART,
            "metadata_used": size // _METADATA_PART // 50,
        }
        for group in volume_groups(call.node).values()
        for pool, size in group.pools.items()
    ]


def _make_group(call: Call, kind: str, task_kind: str) -> str:
    name, node = call.params["name"], call.node
    disk = unused_disk(node, call.params["device"])
    check_storage_id(call, name)
    if name in volume_groups(node):
        raise ApiError(500, f"volume group with name '{name}' already exists on node '{node.name}'")

    def work(task: Task) -> None:
        size = (disk.size // EXTENT - 1) * EXTENT
        pools = {name: size - 2 * (size // _METADATA_PART // EXTENT * EXTENT)} if kind == "lvmthin" else {}
        write_volume_group(node, VolumeGroup(name, size, pools))
        note_use(node, disk, "LVM", name)
        task.log(f'  Physical volume "{disk.path}" successfully created.')
        task.log(f'  Volume group "{name}" successfully created')
        thin: dict[str, str | int] = {"thinpool": name} if kind == "lvmthin" else {"shared": 0}
        add_storage(call, name, kind, {"vgname": name, **thin, "content": "rootdir,images"})

    return call.start_task(task_kind, name, work)


@route("POST", "/nodes/{node}/disks/lvm")
def make_group(call: Call) -> str:
    return _make_group(call, "lvm", "lvmcreate")


@route("POST", "/nodes/{node}/disks/lvmthin")
def make_thin_pool(call: Call) -> str:
    return _make_group(call, "lvmthin", "lvmthincreate")


@route("DELETE", "/nodes/{node}/disks/lvm/{name}")
def remove_group(call: Call) -> str:
    name, node = call.params["name"], call.node

    def work(task: Task) -> None:
        if name not in volume_groups(node):
            raise TaskError(f'vgs error: Volume group "{name}" not found')
        if name == SYSTEM_GROUP or volume_groups(node)[name].pools:
            raise TaskError(f'Volume group "{name}" still contains logical volumes')
        write_volume_group(node, VolumeGroup(name, 0))
        clean_up(call, held_by(node, name, "LVM"), "vgname", name)
        task.log(f'  Volume group "{name}" successfully removed')

    return call.start_task("lvmremove", name, work)


@route("DELETE", "/nodes/{node}/disks/lvmthin/{name}")
def remove_thin_pool(call: Call) -> str:
    pool, name, node = call.params["name"], call.params["volume-group"], call.node

    def work(task: Task) -> None:
        group = volume_groups(node).get(name)
        if group is None or pool not in group.pools:
            raise TaskError(f"no such thin pool '{name}/{pool}'")
        pools = {key: size for key, size in group.pools.items() if key != pool}
        whole_disk = call.get("cleanup-disks") and not pools
        write_volume_group(node, VolumeGroup(name, 0 if whole_disk else group.size, pools))
        clean_up(call, held_by(node, name, "LVM") if whole_disk else [], "thinpool", pool)
        task.log(f'  Logical volume "{pool}" successfully removed.')

    return call.start_task("lvmthinremove", f"{name}-{pool}", work)

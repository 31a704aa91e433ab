"""ZFS pools on a node's disks."""

from __future__ import annotations

import json
from typing import Any

from fakes.pve.call import Call
from fakes.pve.disks import held_by, note_use, unused_disk
from fakes.pve.diskstorage import add_storage, check_storage_id, clean_up
from fakes.pve.http import ApiError, route
from fakes.pve.node import Node
from fakes.pve.params import split_list
from fakes.pve.storage.volumes import volumes
from fakes.pve.storage.zfspool import POOLS
from fakes.pve.tasks import Task, TaskError

_LEAST_DISKS = {
    "single": 1,
    "mirror": 2,
    "raid10": 4,
    "raidz": 3,
    "raidz2": 4,
    "raidz3": 5,
    "draid": 3,
    "draid2": 4,
    "draid3": 5,
}


def _pool(node: Node, name: str) -> dict[str, Any] | None:
    text = node.files.read(f"{POOLS}/{name}.json")
    return json.loads(text) if text else None


@route("GET", "/nodes/{node}/disks/zfs")
def pools(call: Call) -> list[dict[str, Any]]:
    shelf = volumes(call.datacenter, call.node).own_shelf
    rows = []
    for file in call.node.files.list(POOLS):
        name = file.removesuffix(".json")
        size = int((_pool(call.node, name) or {})["size"])
        used = min(size, shelf.used(f"zfs/{name}"))
        row = {"name": name, "size": size, "alloc": used, "free": size - used}
        rows.append({**row, "frag": 0, "dedup": 1.0, "health": "ONLINE"})
    return rows


@route("GET", "/nodes/{node}/disks/zfs/{name}")
def pool(call: Call) -> dict[str, Any]:
    name = call.params["name"]
    if _pool(call.node, name) is None:
        raise ApiError(500, f"command 'zpool status {name}' failed: exit code 1")
    health = {"state": "ONLINE", "read": 0, "write": 0, "cksum": 0, "msg": ""}
    members = [{"name": disk.path, "leaf": 1, **health} for disk in held_by(call.node, name, "ZFS")]
    top = {"name": name, "leaf": 0, **health, "children": members}
    return {
        "name": name,
        "state": "ONLINE",
        "scan": "none requested",
        "errors": "No known data errors",
        "children": [top],
    }


@route("POST", "/nodes/{node}/disks/zfs")
def make_pool(call: Call) -> str:
    name, node, level = call.params["name"], call.node, call.params["raidlevel"]
    paths = split_list(str(call.params["devices"]))
    disks = [unused_disk(node, path) for path in paths]
    check_storage_id(call, name)
    least = _LEAST_DISKS[level]
    if len(disks) < least:
        raise ApiError(500, f"{level} needs at least {least} disks")
    if level == "raid10" and len(disks) % 2:
        raise ApiError(500, "raid10 needs an even number of disks")

    def work(task: Task) -> None:
        if _pool(node, name) is not None:
            raise TaskError(f"pool '{name}' already exists on node '{node.name}'")
        node.files.write(f"{POOLS}/{name}.json", json.dumps({"size": _usable(level, [disk.size for disk in disks])}))
        for disk in disks:
            note_use(node, disk, "ZFS", name, gpt=True)
        task.log(f"# /sbin/zpool create -o ashift={call.get('ashift', 12)} {name} {' '.join(paths)}")
        add_storage(call, name, "zfspool", {"pool": name, "content": "images,rootdir", "mountpoint": f"/{name}"})

    return call.start_task("zfscreate", name, work)


def _usable(level: str, sizes: list[int]) -> int:
    """The bytes that a pool of disks of these sizes gives."""
    spare = {"raidz": 1, "raidz2": 2, "raidz3": 3, "draid": 1, "draid2": 2, "draid3": 3}.get(level)
    if level == "mirror":
        return min(sizes)
    if level == "raid10":
        return min(sizes) * (len(sizes) // 2)
    return sum(sizes) if spare is None else min(sizes) * (len(sizes) - spare)


@route("DELETE", "/nodes/{node}/disks/zfs/{name}")
def remove_pool(call: Call) -> str:
    name, node = call.params["name"], call.node

    def work(task: Task) -> None:
        if _pool(node, name) is None:
            raise TaskError(f"cannot open '{name}': no such pool")
        node.files.delete(f"{POOLS}/{name}.json")
        clean_up(call, held_by(node, name, "ZFS"), "pool", name)
        task.log(f"# /sbin/zpool destroy {name}")

    return call.start_task("zfsremove", name, work)

"""What a node finds when it looks for storages: its volume groups and pools; servers in the network do not answer."""

from __future__ import annotations

import json
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.storage.lvm import thick_free, volume_groups
from fakes.pve.storage.volumes import volumes
from fakes.pve.storage.zfspool import POOLS


@route("GET", "/nodes/{node}/scan/lvm")
def lvm(call: Call) -> list[dict[str, Any]]:
    shelf = volumes(call.datacenter, call.node).own_shelf
    return [
        {"vg": group.name, "size": group.size, "free": thick_free(call.node, shelf, group)}
        for group in volume_groups(call.node).values()
    ]


@route("GET", "/nodes/{node}/scan/lvmthin")
def lvmthin(call: Call) -> list[dict[str, str]]:
    name = call.params["vg"]
    group = volume_groups(call.node).get(name)
    if group is None:
        raise ApiError(
            500,
            "command '/sbin/lvs --separator : --noheadings --units b --unbuffered --nosuffix --config "
            "'report/time_format=\"%s\"' --options vg_name,lv_name,lv_size,lv_attr,pool_lv,data_percent,"
            f"metadata_percent,snap_percent,uuid,tags,metadata_size,time {name}' failed: exit code 5",
        )
    return [{"lv": pool} for pool in group.pools]


@route("GET", "/nodes/{node}/scan/zfs")
def zfs(call: Call) -> list[dict[str, Any]]:
    shelf = volumes(call.datacenter, call.node).own_shelf
    found = []
    for file in call.node.files.list(POOLS):
        pool = file.removesuffix(".json")
        size = int(json.loads(call.node.files.read(f"{POOLS}/{file}") or "{}").get("size", 0))
        found.append({"pool": pool, "size": size, "free": max(0, size - shelf.used(f"zfs/{pool}"))})
    return found


@route("GET", "/nodes/{node}/scan/nfs", kind="refusal")
def nfs(call: Call) -> None:
    command = f"/sbin/showmount --no-headers --exports {call.params['server']}"
    raise ApiError(500, f"command '{command}' failed: exit code 1")


@route("GET", "/nodes/{node}/scan/cifs", kind="refusal")
def cifs(call: Call) -> None:
    raise ApiError(500, "scanning cifs server failed: exit code 1")


@route("GET", "/nodes/{node}/scan/pbs", kind="refusal")
def pbs(call: Call) -> None:
    server = f"{call.params['server']}:{call.get('port', 8007)}"
    raise ApiError(500, f"scan: error fetching datastores - 500 Can't connect to {server} (Connection timed out)")


@route("GET", "/nodes/{node}/scan/glusterfs", kind="refusal")
def glusterfs(call: Call) -> None:
    command = f"/usr/sbin/gluster peer probe {call.params['server']}"
    raise ApiError(500, f"command '{command}' failed: No such file or directory")


@route("GET", "/nodes/{node}/scan/iscsi", kind="refusal")
def iscsi(call: Call) -> None:
    raise ApiError(500, "iscsi scan failed: no portal reachable")

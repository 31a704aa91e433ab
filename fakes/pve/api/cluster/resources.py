"""/cluster/resources: guests, nodes, storages and networks of the datacenter in one list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from fakes.pve.api.cluster.status import node_usage
from fakes.pve.api.sdn.zones import zones_on
from fakes.pve.api.storage.status import AUDIT, state_of
from fakes.pve.call import Call
from fakes.pve.http import Rendered, route
from fakes.pve.node import Node
from fakes.pve.rows import guest_rows
from fakes.pve.storage import volumes
from fakes.pve.storage.config import StorageConfig
from fakes.pve.storage.volumes import Volumes


@route("GET", "/cluster/resources")
def resources(call: Call) -> Rendered:
    wanted = call.get("type")
    texts: list[bytes] = []
    if wanted in (None, "vm"):
        texts.extend(guest_rows(call.datacenter).resource_json(call))
    if wanted is None:
        texts.extend(orjson.dumps(row) for row in _pools(call))
    if wanted in (None, "node"):
        texts.extend(orjson.dumps(row) for row in _nodes(call))
    if wanted in (None, "storage"):
        texts.extend(orjson.dumps(row) for row in _storages(call))
    if wanted in (None, "sdn"):
        texts.extend(orjson.dumps(row) for row in _networks(call))
    return Rendered(texts)


def _pools(call: Call) -> Iterator[dict[str, Any]]:
    """The pools the caller may audit, with the sums of their running members."""
    for name, pool in sorted(call.datacenter.access.pools.items()):
        if not call.allowed(f"/pool/{name}", "Pool.Audit"):
            continue
        row: dict[str, Any] = {"id": f"/pool/{name}", "pool": name, "type": "pool"}
        for vmid in pool.vms:
            _add_up(row, guest_rows(call.datacenter).resource(vmid) or {})
        yield row


def _add_up(row: dict[str, Any], guest: dict[str, Any]) -> None:
    """Add a running guest to the sums of its pool; `cpu` is the share of all its members' processors."""
    if not guest.get("uptime"):
        return
    before, more = row.get("maxcpu", 0), guest.get("maxcpu") or 0
    busy = row.get("cpu", 0) * before + (guest.get("cpu") or 0) * more
    row["maxcpu"], row["cpu"] = before + more, busy / (before + more) if before + more else 0
    row["uptime"] = max(row.get("uptime", 0), guest["uptime"])
    for name in ("mem", "maxmem"):
        row[name] = row.get(name, 0) + (guest.get(name) or 0)


def _nodes(call: Call) -> Iterator[dict[str, Any]]:
    for node in call.datacenter.nodes.values():
        row: dict[str, Any] = {
            "id": f"node/{node.name}",
            "type": "node",
            "node": node.name,
            "status": "online" if node.is_online else "offline",
        }
        if call.allowed(f"/nodes/{node.name}", "Sys.Audit"):
            row |= {"level": "", "cgroup-mode": 2, **(node_usage(node) if node.is_online else {})}
        yield row


def _storages(call: Call) -> Iterator[dict[str, Any]]:
    for node in call.datacenter.nodes.values():
        reach = volumes(call.datacenter, node)
        for config in reach.configs.values():
            if config.is_disabled or not reach.is_for_node(config):
                continue
            if not call.allowed(f"/storage/{config.id}", *AUDIT, any_of=True):
                continue
            yield storage_resource(reach, node, config)


def storage_resource(reach: Volumes, node: Node, config: StorageConfig) -> dict[str, Any]:
    """The row of a storage on a node, here and among the members of a pool."""
    state = state_of(reach, config)
    row: dict[str, Any] = {
        "id": f"storage/{node.name}/{config.id}",
        "type": "storage",
        "storage": config.id,
        "node": node.name,
        "plugintype": config.type,
        "content": state["content"],
        "shared": state["shared"],
        "status": "available" if state["active"] else "unknown",
    }
    return row | ({"disk": state["used"], "maxdisk": state["total"]} if state["active"] else {})


def _networks(call: Call) -> Iterator[dict[str, Any]]:
    for node in call.datacenter.nodes.values():
        for zone in zones_on(call, node):
            yield {"id": f"sdn/{node.name}/{zone}", "type": "sdn", "sdn": zone, "node": node.name, "status": "ok"}

"""Which nodes there are: /cluster/status, /nodes."""

from __future__ import annotations

from typing import Any

from fakes.pve import certificates
from fakes.pve.call import Call
from fakes.pve.corosync import read_corosync
from fakes.pve.http import route
from fakes.pve.node import Node
from fakes.pve.nodeload import load_of


@route("GET", "/cluster/status")
def cluster_status(call: Call) -> list[dict[str, Any]]:
    datacenter = call.datacenter
    rows: list[dict[str, Any]] = []
    cluster = read_corosync(datacenter.cfs)
    if cluster is not None:
        members = len(cluster.members) or len(datacenter.nodes)
        quorate = sum(node.is_online for node in datacenter.nodes.values()) * 2 > members
        rows.append(
            {
                "type": "cluster",
                "id": "cluster",
                "name": datacenter.cluster_name,
                "nodes": members,
                "quorate": int(quorate),
                "version": cluster.version,
            }
        )
    for number, node in enumerate(datacenter.nodes.values(), 1):
        member = cluster.member(node.name) if cluster else None
        rows.append(
            {
                "type": "node",
                "id": f"node/{node.name}",
                "name": node.name,
                "nodeid": member.nodeid if member else number if cluster else 0,
                "ip": node.facts.ip,
                "level": "",
                "local": int(node is call.node),
                "online": int(node.is_online),
            }
        )
    return rows


def node_usage(node: Node) -> dict[str, Any]:
    """The numbers of a node in the lists: memory and disk in bytes, `cpu` as share."""
    load = load_of(node)
    return {
        "cpu": load.cpu,
        "maxcpu": node.facts.threads,
        "mem": load.memory_used,
        "maxmem": load.memory_total,
        "disk": load.root_used,
        "maxdisk": load.root_total,
        "uptime": node.uptime,
    }


@route("GET", "/nodes")
def nodes(call: Call) -> list[dict[str, Any]]:
    rows = []
    for node in call.datacenter.nodes.values():
        row: dict[str, Any] = {
            "id": f"node/{node.name}",
            "node": node.name,
            "type": "node",
            "status": "online" if node.is_online else "offline",
            "ssl_fingerprint": certificates.fingerprint(call.datacenter, node),
        }
        if call.allowed(f"/nodes/{node.name}", "Sys.Audit"):
            row["level"] = ""
            if node.is_online:
                row.update(node_usage(node))
        rows.append(row)
    return rows

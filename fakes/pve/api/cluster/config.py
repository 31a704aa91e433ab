"""The configuration of the cluster itself: making one, its members, its totem settings.

Joining another cluster needs that cluster's API, which a lab node does not reach.
"""

from __future__ import annotations

import re
from typing import Any

from fakes.pve import certificates
from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.corosync import AUTHKEY, Corosync, Member, format_corosync, read_corosync, write_corosync
from fakes.pve.datacenter import COROSYNC
from fakes.pve.http import ApiError, route
from fakes.pve.tasks import Task, TaskError

API_VERSION = 1
_NO_CLUSTER = "node is not in a cluster, no join info available!"
_LINKS = range(8)


@route("GET", "/cluster/config/apiversion", kind="fixed")
def api_version(_call: Call) -> str:
    return str(API_VERSION)


@route("GET", "/cluster/config/nodes")
def members(call: Call) -> list[dict[str, str]]:
    cluster = read_corosync(call.datacenter.cfs)
    return [{"node": member.name, **member.shown()} for member in cluster.members] if cluster else []


@route("GET", "/cluster/config/totem")
def totem(call: Call) -> dict[str, object] | None:
    cluster = read_corosync(call.datacenter.cfs)
    return cluster.totem() if cluster else None


@route("GET", "/cluster/config/qdevice", kind="fixed")
def qdevice(_call: Call) -> dict[str, Any]:
    """No cluster of the lab has a third party that votes."""
    return {}


@route("GET", "/cluster/config/join")
def join_information(call: Call) -> dict[str, Any]:
    cluster = read_corosync(call.datacenter.cfs)
    if cluster is None:
        raise ApiError(424, _NO_CLUSTER, bare=True)
    wanted = call.get("node") or call.node.name
    if wanted not in call.datacenter.nodes:
        wanted = call.node.name
    return {
        "config_digest": digest(call.datacenter.cfs.read(COROSYNC) or ""),
        "nodelist": [_joinable(call, member) for member in cluster.members],
        "preferred_node": wanted,
        "totem": cluster.totem(),
    }


def _joinable(call: Call, member: Member) -> dict[str, Any]:
    row: dict[str, Any] = dict(member.shown())
    node = call.datacenter.nodes.get(member.name)
    if node is not None:
        row |= {"pve_addr": node.facts.ip, "pve_fp": certificates.fingerprint(call.datacenter, node)}
    return row


def _links(call: Call, fallback: str) -> dict[int, str]:
    """The addresses of the links of a request; each is ``[address=]X[,priority=N]``."""
    texts = {number: str(call.get(f"link{number}")) for number in _LINKS if call.get(f"link{number}")}
    found = {number: re.sub(r"^address=|,.*$", "", text) for number, text in texts.items()}
    return found or {0: fallback}


@route("POST", "/cluster/config")
def create(call: Call) -> str:
    datacenter, node, name = call.datacenter, call.node, call.params["clustername"]
    if COROSYNC in datacenter.cfs:
        raise ApiError(500, f"cluster config '/etc/pve/{COROSYNC}' already exists")
    member = Member(node.name, call.get("nodeid") or 1, call.get("votes") or 1, _links(call, node.facts.ip))

    def work(task: Task) -> None:
        task.log("Corosync Cluster Engine Authentication key generator.")
        task.log("Gathering 2048 bits for key from /dev/urandom.")
        task.log(f"Writing corosync key to /etc/corosync/authkey.\nWriting corosync config to /etc/pve/{COROSYNC}")
        task.log("Restart corosync and cluster filesystem")
        datacenter.cfs.write(AUTHKEY, digest(f"{name}:{datacenter.clock.now()}"))
        write_corosync(datacenter.cfs, Corosync(name, 1, (member,)))

    return call.start_task("clustercreate", name, work)


@route("POST", "/cluster/config/join")
def join(call: Call) -> str:
    host = call.params["hostname"]
    problems = []
    if COROSYNC in call.datacenter.cfs:
        problems.append(f"* cluster config '/etc/pve/{COROSYNC}' already exists")
    if len(call.datacenter.guests):
        problems.append("* this host already contains virtual guests")

    def work(task: Task) -> None:
        if problems and not call.get("force"):
            task.log("\n".join(["detected the following error(s):", *problems]))
            raise TaskError("Check if node may join a cluster failed!")
        task.log(f"Establishing API connection with host '{host}'")
        raise TaskError(f"500 Can't connect to {host}:8006 (No route to host)")

    return call.start_task("clusterjoin", "", work)


def _cluster(call: Call) -> Corosync:
    cluster = read_corosync(call.datacenter.cfs)
    if cluster is None:
        raise ApiError(500, "invalid corosync.conf\nerror0: no nodes found")
    return cluster


@route("POST", "/cluster/config/nodes/{node}")
def add_member(call: Call) -> dict[str, Any]:
    """Let a node in; it fetches the rest with what this answers."""
    cluster, name = _cluster(call), call.params["node"]
    wanted = call.get("apiversion", 0)
    if wanted < API_VERSION:
        raise ApiError(500, f"unsupported old API version on joining node ({wanted} < {API_VERSION})")
    if cluster.member(name) and not call.get("force"):
        raise ApiError(500, f"can't add existing node '{name}'")
    votes = call.get("votes", 1)
    member = Member(
        name, call.get("nodeid") or cluster.free_nodeid(), votes, _links(call, call.get("new_node_ip") or name)
    )
    grown = cluster.with_member(member)
    write_corosync(call.datacenter.cfs, grown)
    return {
        "corosync_authkey": call.datacenter.cfs.read(AUTHKEY) or "",
        "corosync_conf": format_corosync(grown),
        "warnings": [],
    }


@route("DELETE", "/cluster/config/nodes/{node}")
def remove_member(call: Call) -> None:
    cluster, name = read_corosync(call.datacenter.cfs), call.params["node"]
    if cluster is None or cluster.member(name) is None:
        raise ApiError(500, f"Node/IP: {name} is not a known host of the cluster.")
    if name == call.node.name:
        raise ApiError(500, "Cannot delete myself from cluster!")
    write_corosync(call.datacenter.cfs, cluster.without(name))

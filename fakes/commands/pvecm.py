"""The commands of `pvecm`, for clusters; most of them refuse on a node that is in none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.definition import Tree, api, own, task
from fakes.commands.session import Session
from fakes.pve.http import ApiError
from fakes.pve.schema import Spec

CONFIG = "/cluster/config"
_EXPECTED: Mapping[str, Spec] = {"expected": {"type": "integer", "min": 1}}
_QDEVICE: Mapping[str, Spec] = {
    "address": {"type": "string", "format": "ip"},
    "force": {"type": "boolean", "optional": 1},
    "network": {"type": "string", "format": "CIDR", "optional": 1},
}


def _need_cluster(session: Session) -> None:
    if not session.api.datacenter.is_cluster:
        missing = "Corosync config '/etc/pve/corosync.conf' does not exist"
        raise ApiError(500, f"Error: {missing} - is this node part of a cluster?")


def _nodes(session: Session, _given: dict[str, Any]) -> None:
    _need_cluster(session)
    session.say("\nMembership information\n----------------------")
    session.say("    Nodeid      Votes Name")
    for number, name in enumerate(session.api.datacenter.nodes, 1):
        local = " (local)" if name == session.node.name else ""
        session.say(f"{number:>10} {1:>10} {name}{local}")


def _status(session: Session, given: dict[str, Any]) -> None:
    _need_cluster(session)
    datacenter = session.api.datacenter
    count = len(datacenter.nodes)
    session.say(f"Cluster information\n-------------------\nName:             {datacenter.cluster_name}")
    session.say(f"\nVotequorum information\n----------------------\nExpected votes:   {count}")
    session.say(f"Highest expected: {count}\nTotal votes:      {count}\nQuorum:           {count // 2 + 1}")
    _nodes(session, given)


def _in_cluster_only(session: Session, _given: dict[str, Any]) -> None:
    _need_cluster(session)
    raise ApiError(501, "this change of a cluster is not simulated", bare=True)


def _show_text(session: Session, data: Any, _options: Mapping[str, Any]) -> None:
    session.say(str(data))


TREE: Tree = {
    "apiver": api("GET", f"{CONFIG}/apiversion", show=_show_text),
    "create": task("POST", CONFIG, "clustername"),
    "add": task("POST", f"{CONFIG}/join", "hostname"),
    "addnode": api("POST", f"{CONFIG}/nodes/{{node}}", "node"),
    "delnode": api("DELETE", f"{CONFIG}/nodes/{{node}}", "node"),
    "status": own({}, _status),
    "nodes": own({}, _nodes),
    "expected": own(_EXPECTED, _in_cluster_only, "expected"),
    "qdevice": {
        "setup": own(_QDEVICE, _in_cluster_only, "address"),
        "remove": own({}, _in_cluster_only),
    },
}

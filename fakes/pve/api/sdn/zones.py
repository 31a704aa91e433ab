"""Zones, applying the configuration, and the state of the zones on a node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.pve.api.sdn import objects
from fakes.pve.call import Call
from fakes.pve.http import route
from fakes.pve.node import Node
from fakes.pve.params import split_list
from fakes.pve.sdn import config
from fakes.pve.sdn.access import SEEN_WITH
from fakes.pve.sdn.checks import check_zone, check_zone_unused
from fakes.pve.sdn.config import VNETS, ZONES, running
from fakes.pve.tasks import Task

LOCAL = "localnetwork"


@route("PUT", "/cluster/sdn")
def apply(call: Call) -> str:
    datacenter = call.datacenter
    config.apply(datacenter)

    def work(task: Task) -> Iterator[float]:
        for node in datacenter.nodes:
            task.log(f"{node}: reloading network config")
        yield datacenter.durations.of("reloadnetworkall")

    return call.start_task("reloadnetworkall", "", work)


@route("GET", "/cluster/sdn/zones")
def zones(call: Call) -> list[dict[str, Any]]:
    return objects.listed(call, ZONES)


@route("POST", "/cluster/sdn/zones")
def create_zone(call: Call) -> None:
    objects.create(call, ZONES, lambda _name, zone: check_zone(call.datacenter, zone))


@route("GET", "/cluster/sdn/zones/{zone}")
def zone(call: Call) -> dict[str, Any]:
    return objects.shown(call, ZONES)


@route("PUT", "/cluster/sdn/zones/{zone}")
def update_zone(call: Call) -> None:
    objects.update(call, ZONES, lambda _name, zone, _old: check_zone(call.datacenter, zone))


@route("DELETE", "/cluster/sdn/zones/{zone}")
def delete_zone(call: Call) -> None:
    objects.remove(call, ZONES, lambda name: check_zone_unused(call.datacenter, name))


def zones_on(call: Call, node: Node) -> list[str]:
    """The applied zones that are on a node and that the caller may see, after the node's own bridges."""
    applied = running(call.datacenter, ZONES)
    here = [
        name for name, one in sorted(applied.items()) if not one.get("nodes") or node.name in split_list(one["nodes"])
    ]
    return [name for name in (LOCAL, *here) if call.allowed(f"/sdn/zones/{name}", *SEEN_WITH, any_of=True)]


@route("GET", "/nodes/{node}/sdn/zones")
def node_zones(call: Call) -> list[dict[str, Any]]:
    return [{"zone": name, "status": "available"} for name in zones_on(call, call.node)]


@route("GET", "/nodes/{node}/sdn/zones/{zone}/content")
def zone_content(call: Call) -> list[dict[str, Any]]:
    wanted = call.params["zone"]
    return [
        {"vnet": name, "status": "available", **({"alias": one["alias"]} if "alias" in one else {})}
        for name, one in sorted(running(call.datacenter, VNETS).items())
        if one.get("zone") == wanted and call.allowed(f"/sdn/zones/{wanted}/{name}", *SEEN_WITH, any_of=True)
    ]

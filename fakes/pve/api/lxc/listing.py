"""The list of a node's containers, the status of one, its network interfaces."""

from __future__ import annotations

from typing import Any

from fakes.pve import ha
from fakes.pve.call import Call
from fakes.pve.http import Rendered, route
from fakes.pve.lxc.runtime import Interface, running
from fakes.pve.lxc.status import container_status
from fakes.pve.rows import guest_rows


@route("GET", "/nodes/{node}/lxc")
def containers(call: Call) -> Rendered:
    return Rendered(guest_rows(call.datacenter).list_json(call, "lxc"))


@route("GET", "/nodes/{node}/lxc/{vmid}/status/current")
def current(call: Call) -> dict[str, Any]:
    vmid = call.params["vmid"]
    return {**container_status(call.datacenter, call.node, vmid), "ha": ha.service_status(call.datacenter, "ct", vmid)}


@route("GET", "/nodes/{node}/lxc/{vmid}/interfaces")
def interfaces(call: Call) -> list[dict[str, Any]] | None:
    """One row per interface of a running container; nothing for one that is off or does not exist."""
    state = running(call.node, call.params["vmid"])
    if state is None:
        return None
    loopback = Interface("lo", "00:00:00:00:00:00", "127.0.0.1/8", "::1/128")
    return [_row(interface) for interface in (loopback, *state.interfaces)]


def _row(interface: Interface) -> dict[str, Any]:
    given = {"inet": interface.inet, "inet6": interface.inet6}
    row: dict[str, Any] = {
        "name": interface.name,
        "hwaddr": interface.mac,
        "hardware-address": interface.mac,
        "ip-addresses": [_address(kind, text) for kind, text in given.items() if text],
    }
    row.update((kind, text) for kind, text in given.items() if text)
    return row


def _address(kind: str, text: str) -> dict[str, Any]:
    address, _, prefix = text.partition("/")
    return {"ip-address": address, "ip-address-type": kind, "prefix": int(prefix)}

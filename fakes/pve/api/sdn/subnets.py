"""Subnets of a virtual network; their ids are made of the zone and the network, ``za-198.51.100.0-24``."""

from __future__ import annotations

from typing import Any

from fakes.pve.api.sdn import objects
from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, prefixed, route
from fakes.pve.sdn.access import SEEN_WITH, require_vnet
from fakes.pve.sdn.addresses import Addresses, cidr_of, split_subnet
from fakes.pve.sdn.checks import check_subnet, parse_range
from fakes.pve.sdn.config import SUBNETS, ZONES, Object, configured, write


def _row(name: str, one: Object, digest: str | None) -> dict[str, Any]:
    zone, network, length = split_subnet(name)
    row = {**one, "id": name, "subnet": name, "zone": zone, "network": network, "mask": length, "digest": digest}
    return {**row, "cidr": cidr_of(name), "dhcp-range": [parse_range(text) for text in one.get("dhcp-range", [])]}


@route("GET", "/cluster/sdn/vnets/{vnet}/subnets")
def subnets(call: Call) -> list[dict[str, Any]]:
    require_vnet(call, *SEEN_WITH)
    found, digest = objects.view(call, SUBNETS, ("type", "vnet"))
    vnet = call.params["vnet"]
    return [_row(name, one, digest) for name, one in sorted(found.items()) if one.get("vnet") == vnet]


@route("GET", "/cluster/sdn/vnets/{vnet}/subnets/{subnet}")
def subnet(call: Call) -> dict[str, Any]:
    require_vnet(call, *SEEN_WITH)
    found, digest = objects.view(call, SUBNETS, ("type", "vnet"))
    name = str(call.params["subnet"])
    one = objects.found(SUBNETS, found, name)
    _check_vnet(call, one)
    return _row(name, one, digest)


def _check_vnet(call: Call, one: Object) -> None:
    if one.get("vnet") != call.params["vnet"]:
        raise ParameterError({"vnet": "wrong vnet"})


@route("POST", "/cluster/sdn/vnets/{vnet}/subnets")
def create_subnet(call: Call) -> None:
    vnet = require_vnet(call, "SDN.Allocate")
    name = f"{vnet['zone']}-{str(call.params['subnet']).replace('/', '-')}"
    with prefixed(f"create {SUBNETS.noun} failed"):
        found = configured(call.datacenter, SUBNETS)
        if name in found:
            raise ApiError(500, f"{SUBNETS.noun} ID '{name}' already defined")
        one: Object = {"type": "subnet", **objects.given(call, "subnet")}
        check_subnet(call.datacenter, name, one)
        if _has_ipam(call, name):
            addresses = Addresses(call.datacenter)
            addresses.add_subnet(name)
            addresses.set_gateway(name, None, one.get("gateway"))
        write(call.datacenter, SUBNETS, {**found, name: one})


def _has_ipam(call: Call, name: str) -> bool:
    zone = configured(call.datacenter, ZONES).get(split_subnet(name)[0], {})
    return zone.get("ipam") == "pve"


@route("PUT", "/cluster/sdn/vnets/{vnet}/subnets/{subnet}")
def update_subnet(call: Call) -> None:
    require_vnet(call, "SDN.Allocate")

    def check(name: str, new: Object, old: Object) -> None:
        check_subnet(call.datacenter, name, new)
        if _has_ipam(call, name):
            Addresses(call.datacenter).set_gateway(name, old.get("gateway"), new.get("gateway"))

    objects.update(call, SUBNETS, check)


@route("DELETE", "/cluster/sdn/vnets/{vnet}/subnets/{subnet}")
def delete_subnet(call: Call) -> None:
    require_vnet(call, "SDN.Allocate")

    def check(name: str) -> None:
        if _has_ipam(call, name):
            Addresses(call.datacenter).remove_subnet(name)

    objects.remove(call, SUBNETS, check)

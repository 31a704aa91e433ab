"""Virtual networks, and the addresses that the built-in IPAM gives out in them."""

from __future__ import annotations

from typing import Any

from fakes.pve.api.sdn import objects
from fakes.pve.call import Call
from fakes.pve.http import ParameterError, route
from fakes.pve.sdn.access import SEEN_WITH, require_vnet
from fakes.pve.sdn.addresses import Addresses, no_subnet, running_subnet
from fakes.pve.sdn.checks import check_vnet, subnets_of
from fakes.pve.sdn.config import VNETS, Object


@route("GET", "/cluster/sdn/vnets")
def vnets(call: Call) -> list[dict[str, Any]]:
    return objects.listed(call, VNETS)


@route("POST", "/cluster/sdn/vnets")
def create_vnet(call: Call) -> None:
    objects.create(call, VNETS, lambda name, vnet: check_vnet(call.datacenter, name, vnet))


@route("GET", "/cluster/sdn/vnets/{vnet}")
def vnet(call: Call) -> dict[str, Any]:
    require_vnet(call, *SEEN_WITH)
    return objects.shown(call, VNETS)


@route("PUT", "/cluster/sdn/vnets/{vnet}")
def update_vnet(call: Call) -> None:
    require_vnet(call, "SDN.Allocate")

    def check(name: str, new: Object, old: Object) -> None:
        if new["zone"] != old["zone"]:
            call.require(f"/sdn/zones/{new['zone']}", "SDN.Allocate")
            if subnets_of(call.datacenter, name):
                raise ParameterError({"zone": "can't change zone if subnets exist"})
        check_vnet(call.datacenter, name, new)

    objects.update(call, VNETS, check)


@route("DELETE", "/cluster/sdn/vnets/{vnet}")
def delete_vnet(call: Call) -> None:
    require_vnet(call, "SDN.Allocate")

    def check(name: str) -> None:
        if subnets_of(call.datacenter, name):
            raise ParameterError({"vnet": "Can't delete vnet if subnets exists"})

    objects.remove(call, VNETS, check)


@route("POST", "/cluster/sdn/vnets/{vnet}/ips")
def add_address(call: Call) -> None:
    address = str(call.params["ip"])
    subnet = running_subnet(call.datacenter, call.params["vnet"], address)
    mac = call.get("mac")
    Addresses(call.datacenter).add(subnet, address, {"mac": mac} if mac else {})


@route("PUT", "/cluster/sdn/vnets/{vnet}/ips", kind="refusal")
def update_address(_call: Call) -> None:
    # 8.4.1 looks for the subnet of no address at all, so this never succeeds.
    raise no_subnet("")


@route("DELETE", "/cluster/sdn/vnets/{vnet}/ips")
def remove_address(call: Call) -> None:
    address = str(call.params["ip"])
    Addresses(call.datacenter).remove(running_subnet(call.datacenter, call.params["vnet"], address), address)

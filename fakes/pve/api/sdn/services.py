"""What zones may use: routing controllers, IPAMs and DNS servers. Outside services are never reachable here."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fakes.pve.api.sdn import objects
from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.sdn.access import SEEN_WITH
from fakes.pve.sdn.addresses import Addresses
from fakes.pve.sdn.config import CONTROLLERS, DNS, IPAMS, SUBNETS, ZONES, Kind, Object, configured, running

_ONLY_PVE = "Currently only PVE IPAM is supported! at /usr/share/perl5/PVE/API2/Network/SDN/Ipams.pm line 283."
_PORTS = {"http": 80, "https": 443}


def _unreachable(what: str, url: str) -> ApiError:
    """The error of a call to a service that nobody offers."""
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, 80)}"
    return ApiError(500, f"{what}: Invalid response from server: 500 Can't connect to {place} (Connection refused)")


def _check_dns(_name: str, server: Object) -> None:
    raise _unreachable("dns api error", server["url"])


def _check_ipam(_name: str, ipam: Object) -> None:
    if ipam["type"] != "pve":
        raise _unreachable(f"{ipam['type']} api error", ipam["url"])


def _check_controller_unused(call: Call, name: str) -> None:
    for zone, one in sorted(configured(call.datacenter, ZONES).items()):
        if one.get("controller") == name:
            raise ApiError(500, f"controller {name} is used by {zone}")


@route("GET", "/cluster/sdn/controllers")
def controllers(call: Call) -> list[dict[str, Any]]:
    return objects.listed(call, CONTROLLERS)


@route("POST", "/cluster/sdn/controllers")
def create_controller(call: Call) -> None:
    objects.create(call, CONTROLLERS)


@route("GET", "/cluster/sdn/controllers/{controller}")
def controller(call: Call) -> dict[str, Any]:
    return objects.shown(call, CONTROLLERS)


@route("PUT", "/cluster/sdn/controllers/{controller}")
def update_controller(call: Call) -> None:
    objects.update(call, CONTROLLERS)


@route("DELETE", "/cluster/sdn/controllers/{controller}")
def delete_controller(call: Call) -> None:
    objects.remove(call, CONTROLLERS, lambda name: _check_controller_unused(call, name))


def _serve(kind: Kind, what: str) -> None:
    @route("GET", kind.path)
    def services(call: Call) -> list[dict[str, Any]]:
        return objects.listed(call, kind)

    @route("POST", kind.path)
    def create_service(call: Call) -> None:
        objects.create(call, kind, _check_ipam if kind is IPAMS else _check_dns)

    @route("GET", f"{kind.path}/{{{kind.key}}}")
    def service(call: Call) -> dict[str, Any]:
        return objects.shown(call, kind)

    @route("PUT", f"{kind.path}/{{{kind.key}}}")
    def update_service(call: Call) -> None:
        check = _check_ipam if kind is IPAMS else _check_dns
        objects.update(call, kind, lambda name, new, _old: check(name, new))

    @route("DELETE", f"{kind.path}/{{{kind.key}}}")
    def delete_service(call: Call) -> None:
        objects.remove(call, kind, noun=what)


# Proxmox's own message about a failed removal speaks of a zone.
_serve(IPAMS, "sdn zone object")
_serve(DNS, "sdn dns object")


@route("GET", "/cluster/sdn/ipams/{ipam}/status")
def addresses(call: Call) -> list[dict[str, Any]]:
    """The taken addresses of applied subnets, in zones that give addresses by DHCP."""
    if call.params["ipam"] != "pve":
        raise ApiError(500, _ONLY_PVE)
    state, rows = Addresses(call.datacenter), []
    subnets = running(call.datacenter, SUBNETS)
    for zone, one in sorted(running(call.datacenter, ZONES).items()):
        if one.get("ipam") != "pve" or not one.get("dhcp"):
            continue
        for cidr, entries in sorted(state.entries(zone).items()):
            name = f"{zone}-{cidr.replace('/', '-')}"
            vnet = subnets.get(name, {}).get("vnet")
            if vnet is None or not call.allowed(f"/sdn/zones/{zone}/{vnet}", *SEEN_WITH, any_of=True):
                continue
            rows += [{**entry, "subnet": cidr, "ip": ip, "zone": zone, "vnet": vnet} for ip, entry in entries.items()]
    return rows

"""What SDN objects must not be: checks that look at other objects, with Proxmox's words.

They run while the configuration is locked, so their 400s arrive as text inside a 500.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from fakes.pve.datacenter import Datacenter
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.sdn.addresses import cidr_of, is_inside
from fakes.pve.sdn.config import CONTROLLERS, DNS, IPAMS, SUBNETS, VNETS, ZONES, Object, configured

_LARGEST_VLAN = 4096
_LARGEST_VXLAN = 16_777_216
_EVPN = "/usr/share/perl5/PVE/Network/SDN/Zones/EvpnPlugin.pm line 282."
_NO_ZONE_TYPE = "cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Network/SDN/Vnets.pm line 224."


def check_zone(datacenter: Datacenter, zone: Object) -> None:
    """Raise where a zone names a DNS server, an IPAM or a controller that does not exist."""
    servers = configured(datacenter, DNS)
    for option in ("dns", "reversedns"):
        server = zone.get(option)
        if server and server not in servers:
            raise ParameterError({option: f"{server} don't exist"})
    if zone.get("dnszone") and not zone.get("dns"):
        raise ParameterError({"dnszone": "missing dns server"})
    ipam = zone.get("ipam")
    if ipam and ipam not in configured(datacenter, IPAMS):
        raise ParameterError({"ipam": f"{ipam} not existing"})
    controller = zone.get("controller")
    if zone["type"] == "evpn" and controller not in configured(datacenter, CONTROLLERS):
        raise ApiError(500, f"controller {controller} don't exist at {_EVPN}")


def check_zone_unused(datacenter: Datacenter, name: str) -> None:
    for vnet, one in sorted(configured(datacenter, VNETS).items()):
        if one.get("zone") == name:
            raise ApiError(
                500,
                f"zone {name} is used by vnet {vnet} at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 110.",
            )


def check_vnet(datacenter: Datacenter, name: str, vnet: Object) -> None:
    """Raise where a virtual network's tag or VLAN awareness does not go with its zone or subnets."""
    zones = configured(datacenter, ZONES)
    zone = zones.get(vnet["zone"])
    if zone is None:
        raise ApiError(500, _NO_ZONE_TYPE)
    if vnet.get("vlanaware") and subnets_of(datacenter, name):
        raise ParameterError({"vlanaware": "vlanaware vnet is not compatible with subnets"})
    tag, kind = vnet.get("tag"), zone["type"]
    if kind == "simple":
        if tag is not None:
            raise ParameterError({"tag": "vlan tag is not allowed on simple zone"})
        return
    technique, largest = ("vxlan", _LARGEST_VXLAN) if kind in ("vxlan", "evpn") else ("vlan", _LARGEST_VLAN)
    if tag is None:
        raise ParameterError({"tag": f"missing {technique} tag"})
    if tag > largest:
        raise ParameterError({"tag": f"{technique} tag max value is {largest}"})
    for other, one in sorted(configured(datacenter, VNETS).items()):
        if other != name and one.get("tag") == tag and one.get("zone") == vnet["zone"]:
            raise ParameterError({"tag": f"tag {tag} already exist in vnet {other}"})


def subnets_of(datacenter: Datacenter, vnet: str) -> list[str]:
    """The ids of the configured subnets of a virtual network."""
    return [name for name, one in configured(datacenter, SUBNETS).items() if one.get("vnet") == vnet]


def check_subnet(datacenter: Datacenter, name: str, subnet: Object) -> None:
    """Raise where a subnet's network is of a VLAN-aware vnet, or its gateway or DHCP ranges are outside of it."""
    cidr = cidr_of(name)
    if configured(datacenter, VNETS)[subnet["vnet"]].get("vlanaware"):
        raise ParameterError({"vnet": "you can't add a subnet on a vlanaware vnet"})
    gateway = subnet.get("gateway")
    is_point_to_point = gateway is not None and ":" not in gateway and cidr.endswith("/32")
    if gateway and not is_inside(gateway, cidr) and not is_point_to_point:
        raise ParameterError({"gateway": f"{gateway} is not in subnet {cidr}"})
    for problem in _range_problems(subnet.get("dhcp-range") or [], cidr):
        raise ParameterError({"dhcp-range": problem})


def parse_range(text: str) -> dict[str, str]:
    """Start and end of a DHCP range such as ``start-address=…,end-address=…``."""
    return dict(part.split("=", 1) for part in text.split(",") if "=" in part)


def _range_problems(ranges: list[str], cidr: str) -> Iterator[str]:
    before: list[tuple[int, int]] = []
    for text in ranges:
        parsed = parse_range(text)
        start, end = parsed["start-address"], parsed["end-address"]
        first, last = int(ipaddress.ip_address(start)), int(ipaddress.ip_address(end))
        if first > last:
            yield f"start-address {start} must be smaller than end-address {end}"
        for which, address in (("start", start), ("end", end)):
            if not is_inside(address, cidr):
                yield f"{which}-address {address} is not in subnet {cidr}"
        if any(first <= upper and last >= lower for lower, upper in before):
            yield "dhcp ranges must not overlap"
        before.append((first, last))

"""The built-in IPAM: which addresses of the subnets are taken, in ``sdn/pve-ipam-state.json``."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

from fakes.pve.datacenter import Datacenter
from fakes.pve.http import ApiError
from fakes.pve.sdn.config import SUBNETS, running

FILE = "sdn/pve-ipam-state.json"
_NO_SUBNET = "can't find any subnet for ip {} at /usr/share/perl5/PVE/Network/SDN/Subnets.pm line 114."

Entry = dict[str, Any]


def split_subnet(name: str) -> tuple[str, str, str]:
    """Zone, network and prefix length of a subnet's id such as ``za-198.51.100.0-24``."""
    zone, network, length = name.split("-", 2)
    return zone, network, length


def cidr_of(name: str) -> str:
    """The network of a subnet's id."""
    _, network, length = split_subnet(name)
    return f"{network}/{length}"


def is_inside(address: str, cidr: str) -> bool:
    """True where an address belongs to a network, whose host bits do not count."""
    network = ipaddress.ip_network(cidr, strict=False)
    return ipaddress.ip_address(address) in network


class Addresses:
    """The state of the IPAM, read at once; every change is written."""

    def __init__(self, datacenter: Datacenter) -> None:
        self._datacenter = datacenter
        self._zones: dict[str, Any] = json.loads(datacenter.cfs.read(FILE) or "{}").get("zones", {})

    def entries(self, zone: str) -> dict[str, dict[str, Entry]]:
        """The taken addresses of a zone by network and address."""
        subnets = self._zones.get(zone, {}).get("subnets", {})
        return {cidr: subnet.get("ips", {}) for cidr, subnet in subnets.items()}

    def add_subnet(self, name: str) -> None:
        """Begin to keep a subnet's addresses."""
        subnets = self._zones.setdefault(split_subnet(name)[0], {}).setdefault("subnets", {})
        subnets.setdefault(cidr_of(name), {"ips": {}})
        self._save()

    def remove_subnet(self, name: str) -> None:
        """Forget a subnet; ApiError where other addresses than gateways are still taken."""
        zone, cidr = split_subnet(name)[0], cidr_of(name)
        if any("gateway" not in entry for entry in self._ips(name).values()):
            raise ApiError(500, f"cannot delete subnet '{cidr}', not empty")
        self._zones.get(zone, {}).get("subnets", {}).pop(cidr, None)
        self._save()

    def set_gateway(self, name: str, old: str | None, new: str | None) -> None:
        """Take a subnet's gateway address, and give the former one back."""
        ips = self._ips(name)
        if old is not None and old != new:
            ips.pop(old, None)
        if new is not None:
            if "gateway" not in ips.get(new, {"gateway": 1}):
                raise ApiError(500, f"IP '{new}' already exist")
            ips[new] = {"gateway": 1}
        self._save()

    def add(self, name: str, address: str, entry: Entry) -> None:
        """Take an address of a subnet; ApiError where it is taken."""
        ips = self._ips(name)
        if address in ips:
            raise ApiError(500, f"IP '{address}' already exist")
        ips[address] = entry
        self._save()

    def remove(self, name: str, address: str) -> None:
        """Give an address back; ApiError where nobody has it."""
        ips = self._ips(name)
        if address not in ips:
            raise ApiError(500, f"IP '{address}' does not exist in IPAM DB")
        del ips[address]
        self._save()

    def _ips(self, name: str) -> dict[str, Entry]:
        subnet = self._zones.get(split_subnet(name)[0], {}).get("subnets", {}).get(cidr_of(name), {})
        ips: dict[str, Entry] = subnet.setdefault("ips", {})
        return ips

    def _save(self) -> None:
        self._datacenter.cfs.write(FILE, json.dumps({"zones": self._zones}, sort_keys=True))


def running_subnet(datacenter: Datacenter, vnet: str, address: str) -> str:
    """The id of the applied subnet of a virtual network that an address belongs to; ApiError where there is none."""
    for name, subnet in sorted(running(datacenter, SUBNETS).items()):
        if subnet.get("vnet") == vnet and is_inside(address, cidr_of(name)):
            return name
    raise no_subnet(address)


def no_subnet(address: str) -> ApiError:
    """Proxmox's error for an address that is in no applied subnet."""
    return ApiError(500, _NO_SUBNET.format(address))

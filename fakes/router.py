"""The simulated core router: gives addresses by reservation, else from the segment's pool, and remembers its leases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from fixtures.inventory import Inventory, Segment, mac_key

UNTAGGED = "management"


@dataclass(frozen=True, slots=True)
class Lease:
    """An address that was given: to which MAC and name, in which segment, by reservation or from the pool."""

    mac: str
    ip: str
    hostname: str
    segment: str
    is_reserved: bool


class CoreRouter:
    """DHCP of a site. A segment without DHCP, or with an exhausted pool, gives nothing."""

    def __init__(self, inventory: Inventory, *, untagged: str = UNTAGGED) -> None:
        self._segments: Mapping[str, Segment] = inventory.vlans
        self._untagged = untagged
        self._reserved: dict[str, dict[str, str]] = {}
        for host in inventory.hosts.values():
            for interface in host.interfaces.values():
                key, address = interface.mac_key, interface.address
                if key and address and interface.segment and interface.dhcp_reservation:
                    self._reserved.setdefault(interface.segment, {})[key] = str(address)
        self._leases: dict[tuple[str, str], Lease] = {}

    def lease(self, mac: str, tag: int | None, hostname: str) -> str | None:
        """The address for a MAC on an untagged port or a VLAN; the same one as before where it had one."""
        key, segment = mac_key(mac), self._segment(tag)
        if key is None or segment is None:
            return None
        known = self._leases.get((segment.name, key))
        reserved = self._reserved.get(segment.name, {}).get(key)
        if known is not None and (reserved is None or known.ip == reserved):
            return known.ip
        address = reserved or self._from_pool(segment)
        if address is None:
            return None
        self._leases[segment.name, key] = Lease(key, address, hostname, segment.name, reserved is not None)
        return address

    def forget_reservations(self) -> None:
        """Serve from the pools only, as a router whose reservations were lost."""
        self._reserved.clear()
        self._leases.clear()

    @property
    def leases(self) -> tuple[Lease, ...]:
        """All leases given so far."""
        return tuple(self._leases.values())

    def _segment(self, tag: int | None) -> Segment | None:
        if tag is None:
            return self._segments.get(self._untagged)
        return next((one for one in self._segments.values() if one.vlan_id == tag), None)

    def _from_pool(self, segment: Segment) -> str | None:
        if not segment.dhcp_enabled or segment.pool is None:
            return None
        taken = {lease.ip for lease in self._leases.values()} | set(self._reserved.get(segment.name, {}).values())
        return next((address for address in _between(*segment.pool) if address not in taken), None)


def _between(first: IPv4Address, last: IPv4Address) -> Iterator[str]:
    return (str(IPv4Address(number)) for number in range(int(first), int(last) + 1))

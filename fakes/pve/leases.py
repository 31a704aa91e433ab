"""Addresses for guests where nobody else gives them: a DHCP server on every network of a node.

Each lease is a small file named by its address, so that giving one out costs the same however many there are.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, ip_network

from fakes.pve.node import Node

FOLDER = "var/lib/labctl/leases"
_FIRST, _LAST = 100, 250
# For networks that are full: the block set aside for testing networks (RFC 2544).
_OVERFLOW = IPv4Network("198.18.0.0/15")


def leased(node: Node, mac: str, tag: int | None) -> str:
    """The address of a network card, the same every time; `tag` is the VLAN, each of which is a network of its own."""
    for address in _candidates(node, mac, tag):
        path = f"{FOLDER}/{address}"
        owner = node.files.read(path)
        if owner is None:
            node.files.write(path, f"{mac.lower()}\n")
        elif owner.strip() != mac.lower():
            continue
        return str(address)
    raise RuntimeError(f"{node.name} has no address left to lease")


def network_of(node: Node, tag: int | None) -> IPv4Network:
    """The network that a card with a VLAN tag (or none) is in."""
    if tag is not None:
        return IPv4Network(f"10.{tag >> 8}.{tag & 255}.0/24")
    network = ip_network(f"{node.facts.ip}/{node.facts.prefix}", strict=False)
    return network if isinstance(network, IPv4Network) else _OVERFLOW


def _candidates(node: Node, mac: str, tag: int | None) -> Iterator[IPv4Address]:
    """The addresses to try for a card, beginning somewhere that depends on its MAC address."""
    start = zlib.crc32(mac.lower().encode())
    network = network_of(node, tag)
    if network.prefixlen <= 24:
        size = _LAST - _FIRST + 1
        yield from (network.network_address + _FIRST + (start + step) % size for step in range(size))
    size = _OVERFLOW.num_addresses - 2
    yield from (_OVERFLOW.network_address + 1 + (start + step) % size for step in range(size))

"""Addresses from the networks of a node that no router serves."""

from __future__ import annotations

from fakes.pve.clock import VirtualClock
from fakes.pve.leases import leased
from fakes.pve.node import Node, NodeFacts
from fakes.pve.seed import standalone


def node() -> Node:
    return standalone(NodeFacts("hv01"), clock=VirtualClock()).nodes["hv01"]


def mac(number: int) -> str:
    return f"02:DE:20:00:{number >> 8:02X}:{number & 255:02X}"


def test_every_card_gets_an_address_of_its_own() -> None:
    hv01 = node()

    addresses = {leased(hv01, mac(number), None) for number in range(400)}

    assert len(addresses) == 400


def test_the_case_of_a_mac_does_not_matter() -> None:
    hv01 = node()

    assert leased(hv01, "02:DE:20:00:00:0A", 20) == leased(hv01, "02:de:20:00:00:0a", 20)


def test_a_full_network_overflows_into_the_testing_block() -> None:
    hv01 = node()

    addresses = [leased(hv01, mac(number), 20) for number in range(152)]

    assert sum(address.startswith("10.0.20.") for address in addresses) == 151
    assert sum(address.startswith(("198.18.", "198.19.")) for address in addresses) == 1

"""Pending and running configuration, and the addresses of the built-in IPAM."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve
from tests.contract.sdn.test_configuration import VNETS, ZONES, subnet, vnet, zone

IPS = f"{VNETS}/va/ips"


def apply(pve: Pve) -> None:
    assert pve.task(pve.put("/cluster/sdn").data) == "OK"


@pytest.fixture
def tenant(pve: Pve) -> Pve:
    """A zone with the built-in IPAM, a vnet and a subnet, applied."""
    zone(pve, "za", ipam="pve", dhcp="dnsmasq")
    vnet(pve, "va", "za")
    subnet(pve, "va", "198.51.100.0/24", gateway="198.51.100.1")
    apply(pve)
    return pve


def test_nothing_runs_before_it_is_applied(pve: Pve) -> None:
    zone(pve, "za")

    assert pve.get(ZONES, {"running": 1}).data == []
    assert [row["zone"] for row in pve.get("/nodes/hv01/sdn/zones").data] == ["localnetwork"]


def test_a_new_vnet_is_all_pending(pve: Pve) -> None:
    zone(pve, "za")
    vnet(pve, "va", "za", alias="tenant a")

    rows = pve.get(VNETS, {"pending": 1}).data

    pending = {"alias": "tenant a", "zone": "za"}
    assert rows == [{"vnet": "va", "type": "vnet", "state": "new", "pending": pending, "digest": None}]


def test_what_is_applied_runs(tenant: Pve) -> None:
    row = {"zone": "za", "type": "simple", "ipam": "pve", "dhcp": "dnsmasq", "digest": None}

    assert tenant.get(ZONES, {"running": 1}).data == [row]
    assert tenant.get(ZONES, {"pending": 1}).data == [row]
    assert tenant.get("/nodes/hv01/sdn/zones/za/content").data == [{"vnet": "va", "status": "available"}]


def test_a_change_is_pending_beside_the_running_value(tenant: Pve) -> None:
    tenant.put(f"{VNETS}/va", {"alias": "new alias"})

    row = tenant.get(f"{VNETS}/va", {"pending": 1}).data

    assert (row["state"], row["pending"]) == ("changed", {"alias": "new alias"})
    assert "alias" not in tenant.get(f"{VNETS}/va", {"running": 1}).data


def test_an_option_taken_out_is_pending_as_deleted(tenant: Pve) -> None:
    tenant.put(f"{ZONES}/za", {"delete": "dhcp"})

    row = tenant.get(f"{ZONES}/za", {"pending": 1}).data

    assert (row["dhcp"], row["state"], row["pending"]) == ("dnsmasq", "changed", {"dhcp": "deleted"})


def test_a_removed_vnet_is_there_until_it_is_applied(tenant: Pve) -> None:
    tenant.delete(f"{VNETS}/va/subnets/za-198.51.100.0-24")
    tenant.delete(f"{VNETS}/va")

    rows = tenant.get(VNETS, {"pending": 1}).data
    apply(tenant)

    assert rows == [{"vnet": "va", "type": "vnet", "zone": "za", "state": "deleted", "pending": {}, "digest": None}]
    assert tenant.get(VNETS, {"pending": 1}).data == []


def test_an_applied_zone_is_among_the_resources(tenant: Pve) -> None:
    rows = tenant.get("/cluster/resources", {"type": "sdn"}).data

    assert [row["id"] for row in rows] == ["sdn/hv01/localnetwork", "sdn/hv01/za"]


def test_a_gateway_is_a_taken_address(tenant: Pve) -> None:
    row = {"ip": "198.51.100.1", "gateway": 1, "subnet": "198.51.100.0/24", "vnet": "va", "zone": "za"}

    assert tenant.get("/cluster/sdn/ipams/pve/status").data == [row]


def test_an_address_is_taken_and_given_back(tenant: Pve) -> None:
    mapping = {"ip": "198.51.100.50", "mac": "02:DE:20:00:95:02", "zone": "za"}

    assert tenant.post(IPS, mapping).status == 200
    again = tenant.post(IPS, mapping)
    tenant.delete(IPS, mapping)

    assert again.reason == "IP '198.51.100.50' already exist"
    assert [row["ip"] for row in tenant.get("/cluster/sdn/ipams/pve/status").data] == ["198.51.100.1"]


def test_an_address_needs_an_applied_subnet(pve: Pve) -> None:
    zone(pve, "za", ipam="pve")
    vnet(pve, "va", "za")
    subnet(pve, "va", "198.51.100.0/24")

    answer = pve.post(IPS, {"ip": "198.51.100.50", "zone": "za"})

    assert answer.status == 500
    assert answer.reason.startswith("can't find any subnet for ip 198.51.100.50 at ")


def test_a_subnet_with_taken_addresses_is_not_deleted(tenant: Pve) -> None:
    tenant.post(IPS, {"ip": "198.51.100.50", "zone": "za"})

    answer = tenant.delete(f"{VNETS}/va/subnets/za-198.51.100.0-24")

    assert answer.reason == "delete sdn subnet object failed: cannot delete subnet '198.51.100.0/24', not empty"

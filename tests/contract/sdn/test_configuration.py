"""Zones, virtual networks and subnets: what may be configured, and the files it is kept in."""

from __future__ import annotations

import pytest

from tests.contract.client import Answer, Pve

ZONES = "/cluster/sdn/zones"
VNETS = "/cluster/sdn/vnets"


def zone(pve: Pve, name: str, kind: str = "simple", **params: object) -> Answer:
    return pve.post(ZONES, {"zone": name, "type": kind, **params})


def vnet(pve: Pve, name: str, of: str, **params: object) -> Answer:
    return pve.post(VNETS, {"vnet": name, "zone": of, **params})


def subnet(pve: Pve, of: str, cidr: str, **params: object) -> Answer:
    return pve.post(f"{VNETS}/{of}/subnets", {"subnet": cidr, "type": "subnet", **params})


def refusal(what: str, param: str, problem: str) -> str:
    return f"{what} failed: 400 Parameter verification failed.\n{param}: {problem}\n"


def test_a_vnet_is_kept_with_its_zone_first(pve: Pve) -> None:
    zone(pve, "vlan1", "vlan", bridge="vmbr0")

    vnet(pve, "vnet20", "vlan1", tag=20, alias="tenant 20")

    assert pve.datacenter.cfs.read("sdn/vnets.cfg") == "vnet: vnet20\n\tzone vlan1\n\talias tenant 20\n\ttag 20\n\n"


@pytest.mark.parametrize(("kind", "option"), [("vlan", "bridge"), ("vxlan", "peers"), ("evpn", "controller")])
def test_a_type_of_zone_needs_its_options(pve: Pve, kind: str, option: str) -> None:
    answer = zone(pve, "za", kind)

    assert (answer.status, answer.reason) == (500, f"missing value for required option '{option}'")


def test_a_zone_takes_no_option_of_another_type(pve: Pve) -> None:
    zone(pve, "za")

    answer = pve.put(f"{ZONES}/za", {"bridge": "vmbr0"})

    assert answer.reason == "update sdn zone object failed: unexpected property 'bridge'"


def test_a_zone_needs_an_ipam_that_exists(pve: Pve) -> None:
    answer = zone(pve, "za", ipam="nope")

    assert answer.message == refusal("create sdn zone object", "ipam", "nope not existing")


@pytest.mark.parametrize(
    ("kind", "options", "tag", "problem"),
    [
        ("simple", {}, 5, "vlan tag is not allowed on simple zone"),
        ("vlan", {"bridge": "vmbr0"}, None, "missing vlan tag"),
        ("vlan", {"bridge": "vmbr0"}, 4097, "vlan tag max value is 4096"),
        ("vxlan", {"peers": "192.0.2.2"}, None, "missing vxlan tag"),
    ],
)
def test_a_vnets_tag_goes_with_the_type_of_its_zone(
    pve: Pve, kind: str, options: dict[str, str], tag: int | None, problem: str
) -> None:
    zone(pve, "za", kind, **options)

    answer = vnet(pve, "va", "za", **({} if tag is None else {"tag": tag}))

    assert answer.message == refusal("create sdn vnet object", "tag", problem)


def test_a_tag_is_used_once_in_a_zone(pve: Pve) -> None:
    zone(pve, "zb", "vlan", bridge="vmbr0")
    vnet(pve, "vb", "zb", tag=20)

    answer = vnet(pve, "vb2", "zb", tag=20)

    assert answer.message == refusal("create sdn vnet object", "tag", "tag 20 already exist in vnet vb")


def test_a_subnet_is_known_by_its_zone_and_network(pve: Pve) -> None:
    zone(pve, "za")
    vnet(pve, "va", "za")

    subnet(pve, "va", "198.51.100.0/24", gateway="198.51.100.1", snat=1)

    row = pve.get(f"{VNETS}/va/subnets/za-198.51.100.0-24").data
    assert (row["cidr"], row["network"], row["mask"]) == ("198.51.100.0/24", "198.51.100.0", "24")
    assert (row["gateway"], row["snat"], row["dhcp-range"]) == ("198.51.100.1", 1, [])


@pytest.mark.parametrize(
    ("params", "param", "problem"),
    [
        ({"gateway": "192.0.2.1"}, "gateway", "192.0.2.1 is not in subnet 203.0.113.0/24"),
        (
            {"dhcp-range": "start-address=192.0.2.1,end-address=192.0.2.9"},
            "dhcp-range",
            "start-address 192.0.2.1 is not in subnet 203.0.113.0/24",
        ),
        (
            {"dhcp-range": "start-address=203.0.113.9,end-address=203.0.113.1"},
            "dhcp-range",
            "start-address 203.0.113.9 must be smaller than end-address 203.0.113.1",
        ),
    ],
)
def test_a_subnets_addresses_are_inside_of_it(pve: Pve, params: dict[str, str], param: str, problem: str) -> None:
    zone(pve, "za")
    vnet(pve, "va", "za")

    answer = subnet(pve, "va", "203.0.113.0/24", **params)

    assert answer.message == refusal("create sdn subnet object", param, problem)


def test_several_dhcp_ranges_have_a_line_each(pve: Pve) -> None:
    zone(pve, "za")
    vnet(pve, "va", "za")
    ranges = [
        "start-address=203.0.113.1,end-address=203.0.113.9",
        "start-address=203.0.113.20,end-address=203.0.113.29",
    ]

    subnet(pve, "va", "203.0.113.0/24", **{"dhcp-range": ranges})

    assert (pve.datacenter.cfs.read("sdn/subnets.cfg") or "").count("\tdhcp-range ") == 2
    rows = pve.get(f"{VNETS}/va/subnets").data[0]["dhcp-range"]
    assert [row["start-address"] for row in rows] == ["203.0.113.1", "203.0.113.20"]


def test_a_vnet_with_subnets_is_not_deleted(pve: Pve) -> None:
    zone(pve, "za")
    vnet(pve, "va", "za")
    subnet(pve, "va", "203.0.113.0/24")

    answer = pve.delete(f"{VNETS}/va")

    assert answer.message == refusal("delete sdn vnet object", "vnet", "Can't delete vnet if subnets exists")


def test_the_builtin_ipam_needs_no_file(pve: Pve) -> None:
    rows = pve.get("/cluster/sdn/ipams").data

    assert rows == [{"ipam": "pve", "type": "pve", "digest": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}]


def test_a_dns_server_that_does_not_answer_is_not_added(pve: Pve) -> None:
    params = {"dns": "pd", "type": "powerdns", "key": "k", "url": "http://127.0.0.1:9"}

    answer = pve.post("/cluster/sdn/dns", params)

    assert answer.status == 500
    assert answer.reason.endswith("500 Can't connect to 127.0.0.1:9 (Connection refused)")


def test_lists_show_only_zones_that_one_may_audit(pve: Pve) -> None:
    zone(pve, "za")
    zone(pve, "zb")

    hans = pve.new_user("hans@pve", {"/sdn/zones/zb": "PVESDNUser"})

    assert [row["zone"] for row in hans.get(ZONES).data] == ["zb"]

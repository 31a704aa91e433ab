"""A plan follows the inventory, says where it cannot, and names every obstacle at once."""

from ipaddress import IPv4Address

import pytest

from fixtures.errors import ConfigError
from fixtures.inventory import Inventory
from sim.plan import invented_mac, plan_lab
from tests.unit.sim.sites import HV01, HV02, hosts, interface, nvme_disk, profile, sata_disk, segment, site


def problems_of(caught: pytest.ExceptionInfo[ConfigError]) -> list[str]:
    return [str(problem) for problem in caught.value.problems]


def test_a_node_has_the_mac_and_the_address_of_its_reservation() -> None:
    node = plan_lab(site(), ["hv01"]).node("hv01")

    assert (node.mac, node.ip) == ("54:bf:64:00:00:01", IPv4Address("10.20.99.11"))


def test_only_the_chosen_nodes_are_planned() -> None:
    plan = plan_lab(site(), ["hv02"])

    assert [node.name for node in plan.nodes] == ["hv02"]


def test_a_node_with_an_unknown_mac_gets_a_stand_in_and_an_address_from_the_pool() -> None:
    plan = plan_lab(site(), ["hv02"])

    assert (plan.nodes[0].mac, plan.nodes[0].ip) == (invented_mac("test/hv02"), None)
    assert plan.notes == (
        "hv02: the inventory's MAC is UNKNOWN, so the node gets the stand-in 52:54:00:f1:d1:a2",
        "hv02: no DHCP reservation for 52:54:00:f1:d1:a2, so its address comes from the pool",
    )


def test_a_plan_that_follows_the_inventory_has_no_notes() -> None:
    assert plan_lab(site(), ["hv01"]).notes == ()


def test_ports_that_stay_unconnected_are_noted() -> None:
    two_ports = profile(nics=profile().nics * 2)

    plan = plan_lab(site(profiles={"optiplex": two_ports}), ["hv01"])

    assert plan.notes == ("hv01: only the first of its 2 network ports is connected",)


def test_nodes_of_one_segment_share_its_network() -> None:
    plan = plan_lab(site())

    assert [network.name for network in plan.networks] == ["labctl-test-management"]
    assert {node.network for node in plan.nodes} == {"labctl-test-management"}


def test_the_name_of_a_bridge_fits_an_interface_of_linux() -> None:
    inventory = Inventory(vlans={"a-segment-with-a-long-name": segment(name="a-segment-with-a-long-name")})
    node = HV01.model_copy(update={"segment": "a-segment-with-a-long-name"})

    plan = plan_lab(site(inventory=inventory, nodes={"hv01": node}))

    assert len(plan.networks[0].bridge) <= 15


def test_an_address_is_reserved_for_every_host_of_the_segment_that_asks_for_it() -> None:
    inventory = Inventory(
        hosts=hosts(
            hv01=interface("54:bf:64:00:00:01", "10.20.99.11"),
            vm=interface("02-DE-20-03-00-01", "10.20.99.31"),
            static=interface("02:de:20:03:00:02", "10.20.99.32", dhcp_reservation=False),
            elsewhere=interface("02:de:20:03:00:03", "10.20.50.33"),
            router=interface("02:de:20:03:00:04", "10.20.99.1"),
        ),
        vlans={"management": segment()},
    )

    network = plan_lab(site(inventory=inventory), ["hv01"]).networks[0]

    assert [(host.name, host.mac) for host in network.reservations] == [
        ("hv01", "54:bf:64:00:00:01"),
        ("vm", "02:de:20:03:00:01"),
    ]


@pytest.mark.parametrize(
    "second", [interface("54:bf:64:00:00:01", "10.20.99.31"), interface("02:de:20:03:00:01", "10.20.99.11")]
)
def test_of_two_reservations_for_one_mac_or_address_the_first_is_kept(second: object) -> None:
    inventory = Inventory(
        hosts=hosts(hv01=interface("54:bf:64:00:00:01", "10.20.99.11"), vm=second),  # type: ignore[arg-type]
        vlans={"management": segment()},
    )

    network = plan_lab(site(inventory=inventory), ["hv01"]).networks[0]

    assert [host.name for host in network.reservations] == ["hv01"]


def test_names_and_aliases_resolve_to_the_address() -> None:
    records = plan_lab(site(), ["hv01"]).networks[0].records

    assert [(str(record.ip), record.names) for record in records] == [
        ("10.20.99.1", ("rt01",)),
        ("10.20.99.11", ("hv01", "pve")),
        ("10.20.99.12", ("hv02",)),
    ]


def test_a_segment_without_a_dynamic_range_has_no_pool() -> None:
    inventory = site().inventory.model_copy(update={"vlans": {"management": segment(dhcp_range_end=None)}})

    assert plan_lab(site(inventory=inventory), ["hv01"]).networks[0].pool is None


def test_the_segment_of_a_node_may_follow_from_its_address() -> None:
    node = HV01.model_copy(update={"segment": None})

    assert plan_lab(site(nodes={"hv01": node})).networks[0].segment == "management"


def test_machines_of_a_site_differ_by_uuid_and_stay_the_same_from_plan_to_plan() -> None:
    first, second = plan_lab(site()).nodes

    assert first.uuid != second.uuid
    assert first == plan_lab(site()).nodes[0]


def test_a_service_tag_is_the_serial_number_and_makes_the_uuid() -> None:
    node = HV01.model_copy(update={"service_tag": "1101NM2"})

    planned = plan_lab(site(nodes={"hv01": node})).nodes[0]

    assert planned.serial == "1101NM2"
    assert str(planned.uuid).startswith("4c4c4544-")


def test_a_tag_of_another_maker_makes_no_uuid() -> None:
    node = HV01.model_copy(update={"service_tag": "PF-3X/0042"})

    planned = plan_lab(site(nodes={"hv01": node})).nodes[0]

    assert (planned.serial, planned.uuid) == ("PF-3X/0042", plan_lab(site(), ["hv01"]).nodes[0].uuid)


def test_disks_come_from_the_profile() -> None:
    disks = (nvme_disk(), sata_disk())

    assert plan_lab(site(profiles={"optiplex": profile(disks=disks)}), ["hv01"]).nodes[0].profile.disks == disks


def test_every_obstacle_is_named_at_once() -> None:
    bare = HV01.model_copy(update={"hardware": None, "declared": False})
    lost = HV02.model_copy(update={"segment": "nowhere"})

    with pytest.raises(ConfigError) as caught:
        plan_lab(site(nodes={"hv01": bare, "hv02": lost}))

    assert problems_of(caught) == [
        "site test, node hv01: no hardware is declared for it yet; there is nothing to simulate before it is chosen",
        "site test, node hv02: its segment nowhere is not among the inventory's VLANs",
    ]


def test_an_unknown_node_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        plan_lab(site(), ["hv03"])

    assert problems_of(caught) == ["site test: there is no node hv03; it has hv01, hv02"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"subnet": "10.20.99"}, "vlans.yml:7: segment management has no usable subnet"),
        ({"gateway": "10.20.98.1"}, "vlans.yml:7: segment management has no usable gateway"),
    ],
)
def test_a_segment_that_cannot_be_a_network_is_an_obstacle(change: dict[str, str], problem: str) -> None:
    vlan = segment(place={"file": "vlans.yml", "line": 7}, **change)
    inventory = site().inventory.model_copy(update={"vlans": {"management": vlan}})

    with pytest.raises(ConfigError) as caught:
        plan_lab(site(inventory=inventory, gateway=None), ["hv01"])

    assert problems_of(caught) == [problem]


def test_two_nodes_with_one_mac_are_an_obstacle() -> None:
    twin = HV02.model_copy(update={"mac": "54-BF-64-00-00-01"})

    with pytest.raises(ConfigError) as caught:
        plan_lab(site(nodes={"hv01": HV01, "hv02": twin}))

    assert problems_of(caught) == ["site test, node hv02: its MAC 54:bf:64:00:00:01 is also that of hv01"]


def test_a_site_without_nodes_is_an_obstacle() -> None:
    with pytest.raises(ConfigError, match="it has no nodes, so there is nothing to simulate"):
        plan_lab(site(nodes={}))

"""Network interfaces: pending changes, what may be combined, reload and revert."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

NETWORK = "/nodes/hv01/network"
PLAIN = {
    "families": ["inet"],
    "iface": "eth0",
    "method": "manual",
    "method6": "manual",
    "priority": 3,
    "type": "eth",
    "exists": 1,
    "active": 1,
}


def row(pve: Pve, iface: str) -> dict[str, object]:
    return next(one for one in pve.get(NETWORK).data if one["iface"] == iface)


def test_an_installed_node_has_a_card_and_a_bridge(pve: Pve) -> None:
    names = {one["iface"] for one in pve.get(NETWORK).data}

    assert names == {"eth0", "vmbr0"}


def test_a_card_that_is_a_port_is_active(pve: Pve) -> None:
    assert row(pve, "eth0") == PLAIN


def test_a_new_interface_is_listed_before_it_exists(pve: Pve) -> None:
    pve.post(NETWORK, {"iface": "vmbr1", "type": "bridge", "autostart": 1, "cidr": "198.51.100.1/24", "comments": "x"})

    assert row(pve, "vmbr1") == {
        "iface": "vmbr1",
        "type": "bridge",
        "autostart": 1,
        "address": "198.51.100.1",
        "netmask": "24",
        "cidr": "198.51.100.1/24",
        "comments": "x\n",
        "bridge_ports": "",
        "bridge_stp": "off",
        "bridge_fd": "0",
        "families": ["inet"],
        "method": "static",
        "method6": "manual",
        "priority": 5,
    }


def test_what_waits_for_a_reload_is_a_diff(pve: Pve) -> None:
    pve.post(NETWORK, {"iface": "vmbr1", "type": "bridge", "bridge_vlan_aware": 1})

    changes = pve.get(NETWORK).json["changes"].splitlines()
    assert changes[0].startswith("--- /etc/network/interfaces\t")
    assert [line for line in changes if line.startswith("+") and "vlan" in line] == ["+\tbridge-vlan-aware yes"]


def test_without_changes_there_is_no_diff(pve: Pve) -> None:
    assert "changes" not in pve.get(NETWORK).json


def test_changes_are_reverted_together(pve: Pve) -> None:
    pve.post(NETWORK, {"iface": "vmbr1", "type": "bridge"})

    assert pve.delete(NETWORK).status == 200

    assert "changes" not in pve.get(NETWORK).json


def test_a_reload_makes_the_waiting_file_the_file_in_use(pve: Pve) -> None:
    pve.post(NETWORK, {"iface": "vmbr1", "type": "bridge", "autostart": 1})

    upid = pve.put(NETWORK).data

    assert pve.task(upid) == "OK"
    assert ":srvreload:networking:root@pam:" in upid
    assert "iface vmbr1 inet manual\n\tbridge-ports none\n" in (pve.node.files.read("etc/network/interfaces") or "")
    assert "etc/network/interfaces.new" not in pve.node.files


def test_a_reloaded_bridge_is_active(pve: Pve) -> None:
    pve.post(NETWORK, {"iface": "vmbr1", "type": "bridge", "autostart": 1})

    pve.task(pve.put(NETWORK).data)

    assert row(pve, "vmbr1")["active"] == 1


def test_deleting_the_address_makes_an_interface_manual(pve: Pve) -> None:
    pve.post(NETWORK, {"iface": "vmbr1", "type": "bridge", "cidr": "198.51.100.1/24"})

    pve.put(f"{NETWORK}/vmbr1", {"type": "bridge", "delete": "cidr"})

    assert pve.get(f"{NETWORK}/vmbr1").data["method"] == "manual"
    assert "address" not in pve.get(f"{NETWORK}/vmbr1").data


def test_a_second_default_gateway_is_refused(pve: Pve) -> None:
    answer = pve.post(
        NETWORK, {"iface": "vmbr1", "type": "bridge", "cidr": "198.51.100.2/24", "gateway": "198.51.100.1"}
    )

    assert answer.status == 400
    assert answer.errors == {"gateway": "Default gateway already exists on interface 'vmbr0'."}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (
            {"iface": "vmbr1", "type": "bridge", "bridge_ports": "eth9"},
            "bridge 'vmbr1' - unable to find bridge port 'eth9'",
        ),
        (
            {"iface": "vmbr1", "type": "bridge", "bridge_ports": "eth0"},
            "port 'eth0' is already used on interface 'vmbr0'",
        ),
        ({"iface": "eth9.5", "type": "vlan"}, "vlan 'eth9.5' - unable to find parent 'eth9'"),
        ({"iface": "eth0.5000", "type": "vlan"}, "vlan 'eth0.5000' - vlan-id 5000 should be <= 4094"),
    ],
)
def test_interfaces_that_do_not_fit_together_are_refused(pve: Pve, settings: dict[str, str], problem: str) -> None:
    answer = pve.post(NETWORK, settings)

    assert (answer.status, answer.reason) == (500, problem)


def test_a_vlan_tells_its_parent_and_tag(pve: Pve) -> None:
    pve.post(NETWORK, {"iface": "eth0.30", "type": "vlan"})

    found = pve.get(f"{NETWORK}/eth0.30").data

    assert (found["vlan-raw-device"], found["vlan-id"]) == ("eth0", "30")


def test_a_user_sees_only_bridges_he_may_use(pve: Pve) -> None:
    alice = pve.new_user("alice@pve")

    assert [one["iface"] for one in alice.get(NETWORK).data] == ["eth0"]

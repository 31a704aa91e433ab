"""Changing a container that runs: what is plugged in at once and what has to wait."""

from __future__ import annotations

from tests.contract.client import Pve
from tests.contract.lxc.container import CT, change, config, pending


def test_memory_and_cores_change_at_once(running: Pve) -> None:
    change(running, memory=333, cores=1, cpulimit="0.5")

    stored = config(running, current=1)
    assert (stored["memory"], stored["cores"], stored["cpulimit"]) == (333, 1, "0.5")


def test_other_keys_wait_for_the_next_start(running: Pve) -> None:
    change(running, tty=4)

    assert pending(running)["tty"] == {"key": "tty", "pending": 4}
    assert "tty" not in config(running, current=1)
    assert config(running)["tty"] == 4


def test_a_pending_change_can_be_taken_back(running: Pve) -> None:
    change(running, tty=4)

    change(running, revert="tty")

    assert "tty" not in pending(running)


def test_a_start_makes_pending_changes_real(running: Pve) -> None:
    change(running, tty=4)

    running.post(f"{CT}/status/stop")
    running.post(f"{CT}/status/start")

    assert config(running, current=1)["tty"] == 4


def test_a_new_mount_point_is_plugged_in(running: Pve) -> None:
    change(running, mp0="local-lvm:1,mp=/data")

    assert config(running, current=1)["mp0"] == "local-lvm:vm-200-disk-1,mp=/data,size=1G"


def test_a_mount_point_is_not_taken_out(running: Pve) -> None:
    change(running, mp0="local-lvm:1,mp=/data")

    change(running, delete="mp0")

    assert pending(running)["mp0"]["delete"] == 1


def test_a_card_on_a_missing_bridge_is_refused_and_stays_pending(running: Pve) -> None:
    refused = change(running, net1="name=eth1,bridge=vmbr7")

    assert (refused.status, refused.errors) == (
        400,
        {"net1": "unable to hotplug net1: bridge 'vmbr7' does not exist\n"},
    )
    assert "net1" in pending(running)


def test_a_new_card_is_seen_in_the_container(running: Pve) -> None:
    change(running, net1="name=eth1,bridge=vmbr0,ip=192.0.2.92/24")

    rows = {row["name"]: row for row in running.get(f"{CT}/interfaces").data}
    assert rows["eth1"]["inet"] == "192.0.2.92/24"


def test_a_card_with_dhcp_has_an_address_of_its_network(running: Pve) -> None:
    rows = {row["name"]: row for row in running.get(f"{CT}/interfaces").data}

    assert rows["lo"]["inet"] == "127.0.0.1/8"
    assert rows["eth0"]["hwaddr"] == "02:de:20:00:02:00"
    assert rows["eth0"]["inet"].startswith("192.0.2.")


def test_a_container_that_is_off_has_no_interfaces(ct: Pve) -> None:
    assert ct.get(f"{CT}/interfaces").data is None


def test_a_missing_container_has_no_interfaces_either(pve: Pve) -> None:
    answer = pve.get(f"{CT}/interfaces")

    assert (answer.status, answer.data) == (200, None)

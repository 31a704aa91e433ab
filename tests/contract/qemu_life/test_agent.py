"""The guest agent."""

from __future__ import annotations

import pytest

from fakes.pve.hypervisor import MemoryHypervisor, use_hypervisor
from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"


@pytest.fixture
def linux(vm: Pve) -> Pve:
    """The node of `vm`, whose guest runs, has an agent and is leased 192.0.2.77."""
    hypervisor = MemoryHypervisor(vm.datacenter, leases=lambda mac, tag, hostname: "192.0.2.77")
    use_hypervisor(vm.datacenter, hypervisor)
    vm.put(f"{VM}/config", {"agent": 1})
    assert vm.task(vm.post(f"{VM}/status/start").data) == "OK"
    return vm


def test_the_agent_of_a_stopped_guest_is_not_asked(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"agent": 1})

    refused = vm.get(f"{VM}/agent/get-osinfo")

    assert (refused.status, refused.reason) == (500, "VM 101 is not running")


def test_a_guest_without_an_agent_says_so(vm: Pve) -> None:
    vm.post(f"{VM}/status/start")

    refused = vm.post(f"{VM}/agent/ping")

    assert (refused.status, refused.reason) == (500, "No QEMU guest agent configured")


def test_a_silent_agent_is_not_running(deaf: Pve) -> None:
    deaf.put(f"{VM}/config", {"agent": 1})
    deaf.post(f"{VM}/status/start")

    refused = deaf.post(f"{VM}/agent/ping")

    assert (refused.status, refused.reason) == (500, "QEMU guest agent is not running")


def test_a_disabled_agent_is_not_running(linux: Pve) -> None:
    linux.post(f"{VM}/status/stop")
    linux.put(f"{VM}/config", {"agent": 0})
    linux.post(f"{VM}/status/start")

    refused = linux.post(f"{VM}/agent", {"command": "ping"})

    assert (refused.status, refused.reason) == (500, "QEMU guest agent is not running")


def test_the_agent_tells_the_leased_address(linux: Pve) -> None:
    cards = linux.get(f"{VM}/agent/network-get-interfaces").data["result"]

    card = next(card for card in cards if card["hardware-address"] == "02:de:20:00:00:01")
    assert card["ip-addresses"][0] == {"ip-address": "192.0.2.77", "ip-address-type": "ipv4", "prefix": 24}


def test_a_fixed_cloud_init_address_needs_no_lease(linux: Pve) -> None:
    linux.post(f"{VM}/status/stop")
    linux.put(f"{VM}/config", {"ipconfig0": "ip=192.0.2.50/24,gw=192.0.2.1"})
    linux.post(f"{VM}/status/start")

    cards = linux.get(f"{VM}/agent/network-get-interfaces").data["result"]

    assert cards[1]["ip-addresses"][0]["ip-address"] == "192.0.2.50"


def test_the_guest_knows_its_name(linux: Pve) -> None:
    assert linux.get(f"{VM}/agent/get-host-name").data == {"result": {"host-name": "web"}}


def test_files_written_into_the_guest_can_be_read(linux: Pve) -> None:
    linux.post(f"{VM}/agent/file-write", {"file": "/etc/motd", "content": "hello\n"})

    assert linux.get(f"{VM}/agent/file-read", {"file": "/etc/motd"}).data == {"content": "hello\n", "bytes-read": 6}


def test_a_program_runs_and_its_output_is_told_once(linux: Pve) -> None:
    pid = linux.post(f"{VM}/agent/exec", {"command": ["echo", "hi"]}).data["pid"]

    first = linux.get(f"{VM}/agent/exec-status", {"pid": pid})
    again = linux.get(f"{VM}/agent/exec-status", {"pid": pid})

    assert first.data == {"exited": 1, "exitcode": 0, "out-data": "hi\n"}
    assert (again.status, again.reason) == (500, "Agent error: Invalid parameter 'pid'")


def test_a_missing_program_is_an_error(linux: Pve) -> None:
    refused = linux.post(f"{VM}/agent/exec", {"command": ["frobnicate"]})

    assert refused.status == 500
    assert refused.message is not None
    assert "Failed to execute child process “frobnicate” (No such file or directory)" in refused.message


def test_the_agent_can_switch_the_guest_off(linux: Pve) -> None:
    linux.post(f"{VM}/agent/shutdown")

    assert linux.get(f"{VM}/status/current").data["status"] == "stopped"


def test_the_status_says_that_an_agent_is_configured(linux: Pve) -> None:
    assert linux.get(f"{VM}/status/current").data["agent"] == 1


def test_without_a_router_the_nodes_networks_lease_addresses(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"agent": 1, "net1": "virtio,bridge=vmbr0,tag=20"})
    vm.post(f"{VM}/status/start")

    cards = vm.get(f"{VM}/agent/network-get-interfaces").data["result"]

    addresses = [card["ip-addresses"][0]["ip-address"] for card in cards[1:]]
    assert addresses[0].startswith("192.0.2.")
    assert addresses[1].startswith("10.0.20.")


def test_an_unplugged_card_gets_no_address(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"agent": 1, "net0": "virtio=02:DE:20:00:00:01,bridge=vmbr0,link_down=1"})
    vm.post(f"{VM}/status/start")

    cards = vm.get(f"{VM}/agent/network-get-interfaces").data["result"]

    assert [address["ip-address-type"] for address in cards[1]["ip-addresses"]] == ["ipv6"]


def test_a_restarted_guest_keeps_its_address(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"agent": 1})
    vm.post(f"{VM}/status/start")
    first = vm.get(f"{VM}/agent/network-get-interfaces").data["result"][1]["ip-addresses"][0]
    vm.post(f"{VM}/status/stop")

    vm.post(f"{VM}/status/start")

    assert vm.get(f"{VM}/agent/network-get-interfaces").data["result"][1]["ip-addresses"][0] == first

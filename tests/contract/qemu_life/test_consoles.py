"""Consoles, keys and the QEMU monitor."""

from __future__ import annotations

from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"


def test_a_vnc_proxy_gives_a_ticket_and_a_port_as_text(vm: Pve) -> None:
    console = vm.post(f"{VM}/vncproxy").data

    assert console["ticket"].startswith("PVEVNC:")
    assert console["port"] == "5900"
    assert console["user"] == "root@pam"
    assert console["upid"].split(":")[5] == "vncproxy"


def test_a_websocket_needs_the_ticket_of_its_guest(vm: Pve) -> None:
    vm.post("/nodes/hv01/qemu", {"vmid": 102})
    ticket = vm.post("/nodes/hv01/qemu/102/vncproxy").data["ticket"]

    refused = vm.get(f"{VM}/vncwebsocket", {"port": 5900, "vncticket": ticket})

    assert (refused.status, refused.reason) == (401, "permission denied - invalid PVEVNC ticket")


def test_a_websocket_opens_with_the_right_ticket(vm: Pve) -> None:
    ticket = vm.post(f"{VM}/vncproxy").data["ticket"]

    assert vm.get(f"{VM}/vncwebsocket", {"port": 5900, "vncticket": ticket}).data == {"port": 5900}


def test_a_guest_without_spice_has_no_spice_port(vm: Pve) -> None:
    vm.post(f"{VM}/status/start")

    refused = vm.post(f"{VM}/spiceproxy")

    assert (refused.status, refused.reason) == (500, "no spice port")


def test_keys_are_for_running_guests(vm: Pve) -> None:
    refused = vm.put(f"{VM}/sendkey", {"key": "ctrl-alt-delete"})

    assert (refused.status, refused.reason) == (500, "VM 101 not running")


def test_the_monitor_of_a_stopped_guest_answers_with_an_error_text(vm: Pve) -> None:
    assert vm.post(f"{VM}/monitor", {"command": "info status"}).data == "ERROR: VM 101 not running\n"


def test_the_monitor_knows_the_state(vm: Pve) -> None:
    vm.post(f"{VM}/status/start")

    assert vm.post(f"{VM}/monitor", {"command": "info status"}).data == "VM status: running\r\n"


def test_monitor_commands_that_change_something_need_rights_at_the_root(vm: Pve) -> None:
    carol = vm.new_user("carol@pve", {"/vms": "PVEVMAdmin"})

    refused = carol.post(f"{VM}/monitor", {"command": "quit"})

    assert (refused.status, refused.reason) == (403, "Permission check failed (/, Sys.Modify)")

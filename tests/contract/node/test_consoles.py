"""Consoles of the node itself."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

NODE = "/nodes/hv01"


@pytest.mark.parametrize(("method", "kind"), [("vncshell", "vncshell"), ("termproxy", "vncshell")])
def test_a_console_is_a_port_a_ticket_and_a_task(pve: Pve, method: str, kind: str) -> None:
    found = pve.post(f"{NODE}/{method}").data

    assert found["user"] == "root@pam"
    assert found["ticket"].startswith("PVEVNC:")
    assert f":{kind}::root@pam:" in found["upid"]


def test_a_console_ticket_opens_the_socket_of_its_node(pve: Pve) -> None:
    found = pve.post(f"{NODE}/vncshell").data

    answer = pve.get(f"{NODE}/vncwebsocket", {"port": found["port"], "vncticket": found["ticket"]})

    assert answer.data == {"port": int(found["port"])}


def test_a_forged_ticket_opens_nothing(pve: Pve) -> None:
    answer = pve.get(f"{NODE}/vncwebsocket", {"port": 5900, "vncticket": "PVEVNC:00000000::x"})

    assert (answer.status, answer.reason) == (401, "permission denied - invalid PVEVNC ticket")


def test_only_root_upgrades_in_a_console(pve: Pve) -> None:
    alice = pve.new_user("alice@pve", {"/nodes/hv01": "Administrator"})

    answer = alice.post(f"{NODE}/termproxy", {"cmd": "upgrade"})

    assert (answer.status, answer.reason) == (403, "Permission check failed (user != root@pam)")


def test_a_token_gets_no_console(pve: Pve) -> None:
    secret = pve.post("/access/users/root@pam/token/ci", {"privsep": 0}).data["value"]

    answer = pve.with_token("root@pam!ci", secret).post(f"{NODE}/vncshell")

    assert (answer.status, answer.reason) == (500, "value 'root@pam!ci' does not look like a valid user name")

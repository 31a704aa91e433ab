"""Logging in with a ticket."""

from __future__ import annotations

from tests.contract.client import Pve
from tests.contract.conftest import ROOT_PASSWORD


def test_a_login_gives_ticket_csrf_token_and_capabilities(pve: Pve) -> None:
    login = pve.anonymous().post("/access/ticket", {"username": "root@pam", "password": ROOT_PASSWORD})

    assert login.status == 200
    assert set(login.data) == {"ticket", "CSRFPreventionToken", "username", "cap"}
    assert set(login.data["cap"]) == {"access", "dc", "mapping", "nodes", "sdn", "storage", "vms"}


def test_a_wrong_password_is_an_authentication_failure_with_a_body(pve: Pve) -> None:
    login = pve.anonymous().post("/access/ticket", {"username": "root@pam", "password": "wrong"})

    assert (login.status, login.reason) == (401, "authentication failure")
    assert login.json == {"data": None, "message": "authentication failure\n"}

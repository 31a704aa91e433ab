"""Realms: their definitions, and that no directory is ever reachable."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

LDAP = {"realm": "dir1", "type": "ldap", "server1": "192.0.2.9", "base_dn": "dc=x,dc=test", "user_attr": "uid"}


def test_two_realms_are_always_there(pve: Pve) -> None:
    pve.delete("/access/domains/pve")

    assert {row["realm"]: row["type"] for row in pve.get("/access/domains").data} == {"pam": "pam", "pve": "pve"}


def test_a_realm_reads_back_with_numbers_and_digest(pve: Pve) -> None:
    pve.post("/access/domains", {**LDAP, "port": 636, "secure": 1, "comment": "Büro: A"})

    realm = pve.get("/access/domains/dir1").data

    assert len(realm.pop("digest")) == 40
    assert realm == {
        "type": "ldap",
        "server1": "192.0.2.9",
        "base_dn": "dc=x,dc=test",
        "user_attr": "uid",
        "port": 636,
        "secure": 1,
        "comment": "Büro: A",
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"realm": "pam"}, "add auth server failed: domain 'pam' already exists"),
        ({"type": "pve"}, "add auth server failed: unable to create builtin type 'pve'"),
        ({"domain": "x"}, "add auth server failed: unexpected property 'domain'"),
        ({"user_attr": None}, "add auth server failed: missing value for required option 'user_attr'"),
    ],
)
def test_a_realm_that_cannot_be_made_is_refused(pve: Pve, changes: dict[str, str | None], reason: str) -> None:
    params = {key: value for key, value in {**LDAP, **changes}.items() if value is not None}

    answer = pve.post("/access/domains", params)

    assert (answer.status, answer.reason) == (500, reason)


def test_only_one_realm_is_the_default(pve: Pve) -> None:
    pve.put("/access/domains/pve", {"default": 1})

    pve.post("/access/domains", {**LDAP, "default": 1})

    assert [row["realm"] for row in pve.get("/access/domains").data if row.get("default")] == ["dir1"]


def test_an_option_is_deleted(pve: Pve) -> None:
    pve.post("/access/domains", {**LDAP, "port": 636})

    pve.put("/access/domains/dir1", {"delete": "port"})

    assert "port" not in pve.get("/access/domains/dir1").data


def test_a_stale_digest_is_refused(pve: Pve) -> None:
    pve.post("/access/domains", LDAP)

    answer = pve.put("/access/domains/dir1", {"comment": "x", "digest": "0" * 40})

    detected = "detected modified configuration - file changed by other user? Try again."
    assert answer.reason == f"update auth server failed: {detected}"


def test_a_bind_password_is_kept_apart_and_never_shown(pve: Pve) -> None:
    pve.post("/access/domains", {**LDAP, "bind_dn": "cn=x,dc=y", "password": "secret"})

    assert "password" not in pve.get("/access/domains/dir1").data
    assert pve.datacenter.cfs.read("priv/realm/dir1.pw") == "secret\n"


def test_a_directory_cannot_be_reached(pve: Pve) -> None:
    pve.post("/access/domains", LDAP)

    upid = pve.post("/access/domains/dir1/sync", {"scope": "users"}).data

    assert upid.split(":")[5:7] == ["auth-realm-sync", "dir1"]
    assert pve.task(upid).startswith("192.0.2.9")
    assert pve.log(upid)[0] == "starting sync for realm dir1"


def test_a_sync_needs_a_scope(pve: Pve) -> None:
    pve.post("/access/domains", LDAP)

    assert pve.post("/access/domains/dir1/sync").errors == {
        "scope": "Not passed as parameter and not defined in realm default sync options."
    }


def test_a_user_of_a_directory_cannot_log_in_or_get_a_password(pve: Pve) -> None:
    pve.post("/access/domains", LDAP)
    pve.post("/access/users", {"userid": "bob@dir1"})

    login = pve.anonymous().post("/access/ticket", {"username": "bob@dir1", "password": "password1"})
    change = pve.put("/access/password", {"userid": "bob@dir1", "password": "password1"})

    assert (login.status, login.reason) == (401, "authentication failure")
    assert change.reason == "can't set password on auth type 'ldap'"


def test_user_names_are_case_sensitive(pve: Pve) -> None:
    pve.post("/access/users", {"userid": "Bob@pve", "password": "password1"})

    login = pve.anonymous().post("/access/ticket", {"username": "bob@pve", "password": "password1"})

    assert login.status == 401

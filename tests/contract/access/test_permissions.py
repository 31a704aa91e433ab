"""Roles, ACLs, tokens and what they allow."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve


def test_builtin_roles_are_special(pve: Pve) -> None:
    rows = {row["roleid"]: row for row in pve.get("/access/roles").data}

    assert len(rows) == 17
    assert all(row["special"] == 1 for row in rows.values())
    assert rows["PVEPoolUser"]["privs"] == "Pool.Audit"


def test_a_role_is_replaced_unless_appended(pve: Pve) -> None:
    pve.post("/access/roles", {"roleid": "Tester", "privs": "VM.Audit"})

    pve.put("/access/roles/Tester", {"privs": "VM.Console", "append": 1})
    both = pve.get("/access/roles/Tester").data
    pve.put("/access/roles/Tester", {"privs": "VM.Clone"})

    assert both == {"VM.Audit": 1, "VM.Console": 1}
    assert pve.get("/access/roles/Tester").data == {"VM.Clone": 1}


@pytest.mark.parametrize(
    ("method", "path", "params", "reason"),
    [
        ("PUT", "/access/roles/PVEAdmin", {"privs": "VM.Audit"}, "auto-generated role 'PVEAdmin' cannot be modified"),
        ("DELETE", "/access/roles/PVEAdmin", None, "auto-generated role 'PVEAdmin' cannot be deleted"),
        ("PUT", "/access/roles/None", {"privs": ""}, "update role failed: role 'None' does not exist"),
        ("DELETE", "/access/roles/None", None, "delete role failed: role 'None' does not exist"),
        ("POST", "/access/roles", {"roleid": "NoAccess"}, "create role failed: role 'NoAccess' already exists"),
        ("GET", "/access/roles/None", None, "role 'None' does not exist"),
    ],
)
def test_refusals_of_roles(pve: Pve, method: str, path: str, params: dict[str, str] | None, reason: str) -> None:
    answer = pve.call(method, path, params)

    assert (answer.status, answer.reason) == (500, reason)


def test_the_namespace_of_builtin_roles_is_closed(pve: Pve) -> None:
    assert pve.post("/access/roles", {"roleid": "pveMine"}).errors == {
        "roleid": "cannot use role ID starting with the (case-insensitive) 'PVE' namespace"
    }


def test_a_deleted_role_leaves_the_acl(pve: Pve) -> None:
    pve.post("/access/roles", {"roleid": "Tester", "privs": "VM.Audit"})
    pve.new_user("bob@pve", {"/vms": "Tester", "/nodes": "PVEAuditor"})

    pve.delete("/access/roles/Tester")

    assert [row["roleid"] for row in pve.get("/access/acl").data] == ["PVEAuditor"]


def test_acl_entries_are_added_and_removed_together(pve: Pve) -> None:
    pve.post("/access/groups", {"groupid": "ops"})
    pve.post("/access/users", {"userid": "bob@pve"})
    both = {"path": "/vms/", "roles": "PVEVMUser", "users": "bob@pve", "groups": "ops"}

    pve.put("/access/acl", both)
    entries = {(row["path"], row["type"], row["ugid"], row["propagate"]) for row in pve.get("/access/acl").data}
    pve.put("/access/acl", {**both, "delete": 1})
    again = pve.put("/access/acl", {**both, "delete": 1})

    assert entries == {("/vms", "user", "bob@pve", 1), ("/vms", "group", "ops", 1)}
    assert pve.get("/access/acl").data == []
    assert again.status == 200


@pytest.mark.parametrize("path", ["/nope", "vms 1", "/vms/abc", "/access/users"])
def test_an_acl_path_that_is_none_is_refused(pve: Pve, path: str) -> None:
    answer = pve.put("/access/acl", {"path": path, "roles": "PVEAdmin", "users": "root@pam"})

    assert answer.errors == {"path": f"invalid ACL path '{path}'"}


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"roles": "None", "users": "root@pam"}, "ACL update failed: role 'None' does not exist"),
        ({"roles": "PVEAdmin", "users": "x@pve"}, "ACL update failed: user 'x@pve' does not exist"),
        ({"roles": "PVEAdmin", "groups": "none"}, "ACL update failed: group 'none' does not exist"),
        ({"roles": "PVEAdmin", "tokens": "root@pam!x1"}, "ACL update failed: no such token 'x1' for user 'root@pam'"),
    ],
)
def test_an_acl_entry_needs_role_and_subject(pve: Pve, params: dict[str, str], reason: str) -> None:
    answer = pve.put("/access/acl", {"path": "/", **params})

    assert (answer.status, answer.reason) == (500, reason)


def test_an_acl_entry_needs_some_subject(pve: Pve) -> None:
    answer = pve.put("/access/acl", {"path": "/", "roles": "PVEAdmin"})

    assert set(answer.errors) == {"users", "groups", "tokens"}


def test_roots_own_entries_are_not_kept(pve: Pve) -> None:
    pve.put("/access/acl", {"path": "/", "roles": "PVEAuditor", "users": "root@pam"})

    assert pve.get("/access/acl").data == []


def test_a_role_without_propagation_holds_at_its_path_only(pve: Pve) -> None:
    pve.post("/access/users", {"userid": "bob@pve"})
    pve.put("/access/acl", {"path": "/", "roles": "PVEPoolUser", "users": "bob@pve", "propagate": 0})

    assert pve.as_user("bob@pve").get("/access/permissions").data == {"/": {"Pool.Audit": 0}}


def test_a_lower_entry_replaces_what_comes_from_above(pve: Pve) -> None:
    bob = pve.new_user("bob@pve", {"/": "PVEAuditor", "/vms": "PVETemplateUser"})

    permissions = bob.get("/access/permissions").data

    assert permissions["/vms"] == {"VM.Audit": 1, "VM.Clone": 1}
    assert "Sys.Audit" in permissions["/nodes"]


def test_no_access_takes_everything_away(pve: Pve) -> None:
    bob = pve.new_user("bob@pve", {"/": "PVEAdmin", "/vms": "NoAccess"})

    assert "/vms" not in bob.get("/access/permissions").data


def test_a_users_entry_outweighs_its_groups(pve: Pve) -> None:
    pve.post("/access/groups", {"groupid": "ops"})
    pve.put("/access/acl", {"path": "/vms", "roles": "PVEAdmin", "groups": "ops"})
    bob = pve.new_user("bob@pve", {"/vms": "PVETemplateUser"})
    pve.put("/access/users/bob@pve", {"groups": "ops"})

    assert bob.get("/access/permissions", {"path": "/vms"}).data == {"/vms": {"VM.Audit": 1, "VM.Clone": 1}}


def test_permissions_of_others_need_the_right_to_audit(pve: Pve) -> None:
    answer = pve.new_user("bob@pve").get("/access/permissions", {"userid": "root@pam"})

    assert (answer.status, answer.reason) == (403, "Permission check failed (/access, Sys.Audit)")


def test_a_new_token_shows_its_secret_and_what_was_sent(pve: Pve) -> None:
    plain = pve.post("/access/users/root@pam/token/one").data
    full = pve.post("/access/users/root@pam/token/two", {"privsep": 0, "comment": "x"}).data

    assert (plain["full-tokenid"], plain["info"]) == ("root@pam!one", {"privsep": 1})
    assert full["info"] == {"privsep": "0", "comment": "x"}
    assert len(full["value"]) == 36


def test_a_token_is_made_once(pve: Pve) -> None:
    pve.post("/access/users/root@pam/token/ci")

    assert pve.post("/access/users/root@pam/token/ci").errors == {"tokenid": "Token already exists."}


def test_a_separated_token_has_its_own_rights_within_its_users(pve: Pve) -> None:
    pve.new_user("bob@pve", {"/vms": "PVETemplateUser"})
    secret = pve.post("/access/users/bob@pve/token/ci").data["value"]
    token = pve.with_token("bob@pve!ci", secret)
    before = token.get("/access/permissions").data

    pve.put("/access/acl", {"path": "/vms", "roles": "PVEVMUser", "tokens": "bob@pve!ci"})

    assert before == {}
    assert token.get("/access/permissions").data == {"/vms": {"VM.Audit": 1}}


def test_an_unseparated_token_has_its_users_rights(pve: Pve) -> None:
    pve.new_user("bob@pve", {"/vms": "PVETemplateUser"})
    secret = pve.post("/access/users/bob@pve/token/ci", {"privsep": 0}).data["value"]

    permissions = pve.with_token("bob@pve!ci", secret).get("/access/permissions").data

    assert permissions == {"/vms": {"VM.Audit": 1, "VM.Clone": 1}}


def test_a_token_of_root_is_not_root(pve: Pve) -> None:
    secret = pve.post("/access/users/root@pam/token/ci", {"privsep": 0}).data["value"]

    answer = pve.with_token("root@pam!ci", secret).post("/cluster/acme/account", {"contact": "x@example.test"})

    assert (answer.status, answer.reason) == (403, "Permission check failed (user != root@pam)")


@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("GET", "/nodes/hv01/status", "Permission check failed (/nodes/hv01, Sys.Audit)"),
        ("PUT", "/access/roles/X", "Permission check failed (/access, Sys.Modify)"),
        ("GET", "/access/groups/x", "Permission check failed (/access/groups, Sys.Audit|Group.Allocate)"),
        ("PUT", "/pools", "Permission check failed (/pool/-, Pool.Allocate)"),
        ("POST", "/cluster/config", "Permission check failed (user != root@pam)"),
        ("DELETE", "/access/users/root@pam", "Permission check failed (/access/realm/pam, Realm.AllocateUser)"),
    ],
)
def test_rights_are_checked_before_parameters(pve: Pve, method: str, path: str, reason: str) -> None:
    answer = pve.new_user("bob@pve").call(method, path, {"zzz": 1})

    assert (answer.status, answer.reason) == (403, reason)


def test_a_malformed_user_id_is_an_error_of_the_permission_check(pve: Pve) -> None:
    answer = pve.new_user("bob@pve").put("/access/password", {"zzz": 1})

    assert (answer.status, answer.reason) == (500, "user name '' is too short")

"""Users and groups over the API."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve


def test_before_anything_is_written_root_has_no_expiry(pve: Pve) -> None:
    assert pve.get("/access/users").data == [{"userid": "root@pam", "enable": 1, "realm-type": "pam"}]


def test_a_user_shows_only_the_fields_that_are_set(pve: Pve) -> None:
    pve.post("/access/users", {"userid": "bob@pve", "firstname": "Bob"})

    assert pve.get("/access/users/bob@pve").data == {
        "enable": 1,
        "expire": 0,
        "firstname": "Bob",
        "groups": [],
        "tokens": None,
    }


def test_an_empty_email_shows_as_soon_as_a_comment_stands_behind_it(pve: Pve) -> None:
    pve.post("/access/users", {"userid": "bob@pve", "comment": "Nutzer ü"})

    assert pve.get("/access/users/bob@pve").data["email"] == ""


def test_a_user_that_exists_is_not_made_again(pve: Pve) -> None:
    pve.post("/access/users", {"userid": "bob@pve"})

    answer = pve.post("/access/users", {"userid": "bob@pve"})

    assert (answer.status, answer.reason) == (500, "create user failed: user 'bob@pve' already exists")


def test_a_user_of_an_unknown_realm_is_made_but_gets_no_password(pve: Pve) -> None:
    without = pve.post("/access/users", {"userid": "x@nope"})
    with_password = pve.post("/access/users", {"userid": "y@nope", "password": "password1"})

    assert without.status == 200
    assert with_password.reason == "create user failed: auth domain 'nope' does not exist"
    assert pve.get("/access/users/y@nope").status == 500


def test_a_password_of_realm_pam_needs_the_system_account(pve: Pve) -> None:
    answer = pve.post("/access/users", {"userid": "x@pam", "password": "password1"})

    assert answer.reason == "create user failed: change password failed: user 'x' does not exist"


@pytest.mark.parametrize(
    ("params", "errors"),
    [
        ({"userid": "alice"}, {"userid": "invalid format - value 'alice' does not look like a valid user name\n"}),
        ({"userid": "a@"}, {"userid": "invalid format - user name 'a@' is too short\n"}),
        (
            {"userid": "x@pve", "email": "no"},
            {"email": "invalid format - value does not look like a valid email address\n"},
        ),
        ({"userid": "x@pve", "password": "short"}, {"password": "value must be at least 8 characters long"}),
    ],
)
def test_a_malformed_user_is_refused(pve: Pve, params: dict[str, str], errors: dict[str, str]) -> None:
    assert pve.post("/access/users", params).errors == errors


def test_groups_of_a_user_are_replaced_unless_appended(pve: Pve) -> None:
    pve.post("/access/groups", {"groupid": "ops"})
    pve.post("/access/groups", {"groupid": "dev"})
    pve.post("/access/users", {"userid": "bob@pve", "groups": "ops"})

    pve.put("/access/users/bob@pve", {"groups": "dev", "append": 1})
    both = pve.get("/access/users/bob@pve").data["groups"]
    pve.put("/access/users/bob@pve", {"groups": "dev"})

    assert sorted(both) == ["dev", "ops"]
    assert pve.get("/access/users/bob@pve").data["groups"] == ["dev"]


def test_an_unknown_group_keeps_the_user_from_being_made(pve: Pve) -> None:
    answer = pve.post("/access/users", {"userid": "bob@pve", "groups": "none"})

    assert answer.reason == "create user failed: no such group 'none'"
    assert pve.get("/access/users/bob@pve").reason == "no such user ('bob@pve')"


def test_changing_an_unknown_user_fails(pve: Pve) -> None:
    assert pve.put("/access/users/bob@pve", {"comment": "x"}).reason == "update user failed: no such user ('bob@pve')"


@pytest.mark.parametrize("userid", ["nobody@pve", "root@pam"])
def test_deleting_an_absent_user_or_root_is_fine(pve: Pve, userid: str) -> None:
    assert pve.delete(f"/access/users/{userid}").json == {"data": None}
    assert pve.get("/access/users/root@pam").status == 200


def test_deleting_a_user_cleans_up_after_it(pve: Pve) -> None:
    pve.post("/access/groups", {"groupid": "ops"})
    pve.post("/access/users", {"userid": "bob@pve", "groups": "ops", "password": "password1"})
    pve.post("/access/users/bob@pve/token/ci")
    pve.put("/access/acl", {"path": "/", "roles": "PVEAdmin", "users": "bob@pve", "tokens": "bob@pve!ci"})

    pve.delete("/access/users/bob@pve")

    assert pve.get("/access/acl").data == []
    assert pve.get("/access/groups/ops").data == {"members": []}
    assert pve.datacenter.cfs.read("priv/token.cfg") == ""
    assert pve.datacenter.cfs.read("priv/shadow.cfg") == ""


def test_a_full_list_has_groups_and_tokens(pve: Pve) -> None:
    pve.post("/access/groups", {"groupid": "ops"})
    pve.post("/access/users", {"userid": "bob@pve", "groups": "ops"})
    pve.post("/access/users/bob@pve/token/ci", {"comment": "for CI"})

    bob = pve.get("/access/users", {"full": 1}).data[0]

    assert bob["groups"] == "ops"
    assert bob["tokens"] == [{"tokenid": "ci", "expire": 0, "privsep": 1, "comment": "for CI"}]


def test_without_rights_one_sees_oneself(pve: Pve) -> None:
    pve.post("/access/users", {"userid": "bob@pve"})

    rows = pve.new_user("alice@pve").get("/access/users").data

    assert [row["userid"] for row in rows] == ["alice@pve"]


def test_an_administrator_of_a_group_sees_its_members(pve: Pve) -> None:
    pve.post("/access/groups", {"groupid": "ops"})
    pve.post("/access/users", {"userid": "bob@pve", "groups": "ops"})
    alice = pve.new_user("alice@pve", {"/access/groups/ops": "PVEUserAdmin"})

    assert [row["userid"] for row in alice.get("/access/users").data] == ["alice@pve", "bob@pve"]
    assert alice.get("/access/users/root@pam").reason == "Permission check failed"


def test_a_deleted_group_leaves_the_acl(pve: Pve) -> None:
    pve.post("/access/groups", {"groupid": "ops"})
    pve.put("/access/acl", {"path": "/", "roles": "PVEAuditor", "groups": "ops"})

    assert pve.delete("/access/groups/ops").status == 200

    assert pve.get("/access/acl").data == []
    assert pve.delete("/access/groups/ops").reason == "delete group failed: group 'ops' does not exist"


def test_one_changes_ones_own_password_with_the_old_one(pve: Pve) -> None:
    pve.post("/access/users", {"userid": "bob@pve", "password": "password1"})
    bob = pve.as_user("bob@pve")
    new = {"userid": "bob@pve", "password": "password2"}

    unconfirmed = bob.put("/access/password", new)
    wrong = bob.put("/access/password", {**new, "confirmation-password": "wrong-one"})
    right = bob.put("/access/password", {**new, "confirmation-password": "password1"})

    assert unconfirmed.errors == {"confirmation-password": "password is required to modify user"}
    assert wrong.reason == "invalid credentials"
    assert right.status == 200
    login = {"username": "bob@pve", "password": "password2"}
    assert pve.anonymous().post("/access/ticket", login).status == 200


def test_root_changes_any_password(pve: Pve) -> None:
    pve.post("/access/users", {"userid": "bob@pve"})

    assert pve.put("/access/password", {"userid": "bob@pve", "password": "password1"}).status == 200
    assert pve.anonymous().post("/access/ticket", {"username": "bob@pve", "password": "password1"}).status == 200

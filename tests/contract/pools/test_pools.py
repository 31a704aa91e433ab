"""Pools and their members."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve


def make_guest(pve: Pve, vmid: int, **params: object) -> None:
    upid = pve.post("/nodes/hv01/qemu", {"vmid": vmid, **params}).data
    assert pve.task(upid) == "OK"


def test_a_pool_reads_as_an_object_and_in_a_list(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "prod", "comment": "Production"})

    pool = {"poolid": "prod", "comment": "Production", "members": []}
    assert pve.get("/pools/prod").data == pool
    assert pve.get("/pools", {"poolid": "prod"}).data == [pool]
    assert pve.get("/pools").data == [{"poolid": "prod", "comment": "Production"}]


def test_members_are_guests_and_storages(pve: Pve) -> None:
    make_guest(pve, 100, name="web")
    pve.post("/pools", {"poolid": "prod"})

    pve.put("/pools/prod", {"vms": "100", "storage": "local"})

    members = {row["id"]: row for row in pve.get("/pools/prod").data["members"]}
    assert set(members) == {"qemu/100", "storage/hv01/local"}
    assert members["qemu/100"]["name"] == "web"
    assert "pool" not in members["qemu/100"]
    assert [row["id"] for row in pve.get("/pools/prod", {"type": "qemu"}).data["members"]] == ["qemu/100"]


def test_a_nested_pool_needs_its_parent(pve: Pve) -> None:
    orphan = pve.post("/pools", {"poolid": "prod/web"})
    pve.post("/pools", {"poolid": "prod"})

    assert orphan.reason == "create pool failed: parent 'prod' of pool 'prod/web' does not exist"
    assert pve.post("/pools", {"poolid": "prod/web"}).status == 200
    assert pve.get("/pools", {"poolid": "prod/web"}).data == [{"poolid": "prod/web", "members": []}]
    assert pve.get("/pools/prod%2Fweb").status == 501


@pytest.mark.parametrize("name", ["a b", "/x", "a/b/c/d", ""])
def test_a_malformed_name_is_refused(pve: Pve, name: str) -> None:
    assert pve.post("/pools", {"poolid": name}).errors == {
        "poolid": f"invalid format - pool name '{name}' contains invalid characters\n"
    }


def test_a_guest_is_in_one_pool(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "one"})
    pve.post("/pools", {"poolid": "two"})
    pve.put("/pools/one", {"vms": "100"})

    twice = pve.put("/pools/one", {"vms": "100"})
    stolen = pve.put("/pools/two", {"vms": "100"})
    moved = pve.put("/pools/two", {"vms": "100", "allow-move": 1})

    assert twice.reason == "update pools failed: VM 100 is already a pool member"
    assert stolen.reason == "update pools failed: VM 100 belongs already to pool 'one' and 'allow-move' is not set"
    assert moved.status == 200
    assert pve.datacenter.access.pool_of(100) == "two"


def test_what_is_no_member_cannot_be_removed(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "prod"})

    guest = pve.put("/pools/prod", {"vms": "100", "delete": 1})
    storage = pve.put("/pools/prod", {"storage": "local", "delete": 1})

    assert guest.reason == "update pools failed: VM 100 is not a pool member"
    assert storage.reason == "update pools failed: Storage 'local' is not a pool member"


def test_unknown_members_may_be_added_and_do_not_keep_a_pool(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "prod"})
    pve.put("/pools/prod", {"vms": "9999", "storage": "nope"})

    assert pve.get("/pools/prod").data["members"] == []
    assert pve.delete("/pools/prod").status == 200


def test_a_pool_with_members_stays(pve: Pve) -> None:
    make_guest(pve, 100)
    pve.post("/pools", {"poolid": "prod"})
    pve.put("/pools/prod", {"storage": "local"})
    with_storage = pve.delete("/pools/prod")
    pve.put("/pools/prod", {"vms": "100"})
    with_guest = pve.delete("/pools/prod")
    pve.post("/pools", {"poolid": "prod/web"})
    with_pool = pve.delete("/pools", {"poolid": "prod"})

    assert with_storage.reason == "delete pool failed: pool 'prod' is not empty (contains storage 'local')"
    assert with_guest.reason == "delete pool failed: pool 'prod' is not empty (contains VM 100)"
    assert with_pool.reason == "delete pool failed: pool 'prod' is not empty (contains pool 'prod/web')"


def test_a_deleted_pool_takes_its_acl_with_it(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "prod"})
    pve.new_user("bob@pve", {"/pool/prod": "PVEPoolAdmin"})

    pve.delete("/pools/prod")

    assert pve.get("/access/acl").data == []


def test_a_role_on_a_pool_reaches_its_guests_without_propagating(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "prod"})
    pve.put("/pools/prod", {"vms": "100"})
    bob = pve.new_user("bob@pve", {"/pool/prod": "PVETemplateUser"})

    assert bob.get("/access/permissions").data["/vms/100"] == {"VM.Audit": 0, "VM.Clone": 0}


def test_adding_a_guest_needs_rights_on_it(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "prod"})
    bob = pve.new_user("bob@pve", {"/pool/prod": "PVEPoolAdmin"})

    answer = bob.put("/pools/prod", {"vms": "100"})

    assert (answer.status, answer.reason) == (
        500,
        "update pools failed: 403 Permission check failed (/vms/100, Permissions.Modify|VM.Allocate)",
    )


def test_one_sees_the_pools_one_may_audit(pve: Pve) -> None:
    pve.post("/pools", {"poolid": "one"})
    pve.post("/pools", {"poolid": "two"})
    bob = pve.new_user("bob@pve", {"/pool/one": "PVEPoolUser"})

    assert bob.get("/pools").data == [{"poolid": "one"}]
    assert bob.get("/pools", {"poolid": "two"}).reason == "Permission check failed (/pool/two, Pool.Audit)"

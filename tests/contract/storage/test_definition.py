"""Which storages there are: made, changed and removed through /storage."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

DIRIMG = {"storage": "dirimg", "type": "dir", "path": "/var/lib/dirimg", "content": "images,iso"}
STALE = "update storage failed: detected modified configuration - file changed by other user? Try again."


def test_a_fresh_node_has_a_directory_and_a_thin_pool(pve: Pve) -> None:
    answer = pve.get("/storage")

    assert {row["storage"]: row["type"] for row in answer.data} == {"local": "dir", "local-lvm": "lvmthin"}


def test_making_a_storage_answers_its_id_and_type(pve: Pve) -> None:
    answer = pve.post("/storage", DIRIMG)

    assert answer.data == {"storage": "dirimg", "type": "dir"}


def test_storage_cfg_has_required_options_first(pve: Pve) -> None:
    pve.post("/storage", {**DIRIMG, "nodes": "hv01", "shared": 1})

    text = pve.datacenter.cfs.read("storage.cfg") or ""

    section = "dir: dirimg\n\tpath /var/lib/dirimg\n\tcontent images,iso\n\tnodes hv01\n\tshared 1\n\n"
    assert text.endswith(section)


def test_the_digest_is_that_of_the_file(pve: Pve) -> None:
    before = pve.get("/storage/local").data["digest"]

    pve.post("/storage", DIRIMG)

    assert pve.get("/storage/local").data["digest"] != before


def test_a_storage_without_content_gets_that_of_its_type(pve: Pve) -> None:
    pve.post("/storage", {"storage": "thick", "type": "lvm", "vgname": "vgthick"})

    assert pve.get("/storage/thick").data["content"] == "images"


def test_an_id_is_taken_once(pve: Pve) -> None:
    pve.post("/storage", DIRIMG)

    answer = pve.post("/storage", DIRIMG)

    assert (answer.status, answer.reason) == (500, "create storage failed: storage ID 'dirimg' already defined")


def test_an_option_of_another_type_is_refused(pve: Pve) -> None:
    answer = pve.post("/storage", {**DIRIMG, "vgname": "pve"})

    assert (answer.status, answer.reason) == (500, "unexpected property 'vgname'")


def test_a_required_option_must_be_there(pve: Pve) -> None:
    answer = pve.post("/storage", {"storage": "x1", "type": "dir"})

    assert (answer.status, answer.reason) == (500, "missing value for required option 'path'")


def test_content_must_suit_the_type(pve: Pve) -> None:
    answer = pve.post("/storage", {"storage": "thick", "type": "lvm", "vgname": "vgthick", "content": "iso"})

    assert (answer.status, answer.reason) == (500, "storage does not support content type 'iso'")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"type": "nfs", "server": "192.0.2.9", "export": "/srv"}, "storage 'far' is not online"),
        ({"type": "cifs", "server": "192.0.2.9", "share": "s"}, "storage 'far' is not online"),
        ({"type": "btrfs", "path": "/var/lib/btr"}, "'/var/lib/btr' is not a btrfs file system"),
    ],
)
def test_a_storage_that_cannot_be_activated_is_not_made(pve: Pve, options: dict[str, str], reason: str) -> None:
    answer = pve.post("/storage", {"storage": "far", **options})

    assert (answer.status, answer.reason) == (500, f"create storage failed: {reason}")


def test_a_disabled_share_is_made_without_asking_its_server(pve: Pve) -> None:
    pve.post("/storage", {"storage": "far", "type": "nfs", "server": "192.0.2.9", "export": "/srv", "disable": 1})

    found = pve.get("/storage/far").data

    assert (found["path"], found["shared"], found["disable"]) == ("/mnt/pve/far", 1, 1)


def test_a_volume_group_need_not_exist(pve: Pve) -> None:
    pve.post("/storage", {"storage": "thick", "type": "lvm", "vgname": "nope"})

    assert pve.get("/nodes/hv01/storage/thick/status").data["active"] == 0


def test_changing_content_replaces_it(pve: Pve) -> None:
    answer = pve.put("/storage/local", {"content": "iso,snippets"})

    assert answer.data == {"storage": "local", "type": "dir"}
    assert pve.get("/storage/local").data["content"] == "iso,snippets"


def test_a_required_option_cannot_be_deleted(pve: Pve) -> None:
    answer = pve.put("/storage/local", {"delete": "path"})

    assert (answer.status, answer.reason) == (500, "update storage failed: unable to delete required option 'path'")


def test_an_unknown_option_cannot_be_deleted(pve: Pve) -> None:
    answer = pve.put("/storage/local", {"delete": "foo"})

    assert (answer.status, answer.reason) == (500, "update storage failed: no such option 'foo'")


def test_a_stale_digest_is_refused(pve: Pve) -> None:
    answer = pve.put("/storage/local", {"content": "iso", "digest": "0" * 40})

    assert (answer.status, answer.reason) == (500, STALE)


def test_an_empty_node_list_is_no_limit(pve: Pve) -> None:
    pve.post("/storage", {**DIRIMG, "nodes": "hv01"})

    pve.put("/storage/dirimg", {"nodes": ""})

    assert pve.get("/storage/dirimg").data.get("nodes", "") == ""


def test_deleting_a_storage_drops_its_acl(pve: Pve) -> None:
    pve.post("/storage", DIRIMG)
    pve.new_user("bob@pve", {"/storage/dirimg": "PVEDatastoreUser"})

    pve.delete("/storage/dirimg")

    assert pve.get("/access/acl").data == []


def test_a_missing_storage_cannot_be_deleted(pve: Pve) -> None:
    answer = pve.delete("/storage/nope")

    assert (answer.status, answer.reason) == (500, "delete storage failed: storage 'nope' does not exist")


def test_local_comes_back_when_it_is_removed(pve: Pve) -> None:
    pve.delete("/storage/local")

    assert pve.get("/storage/local").data["path"] == "/var/lib/vz"


def test_a_password_is_kept_apart_from_storage_cfg(pve: Pve) -> None:
    share = {"storage": "far", "type": "cifs", "server": "192.0.2.9", "share": "s", "disable": 1}

    pve.post("/storage", {**share, "username": "u", "password": "hush"})

    assert "hush" not in (pve.datacenter.cfs.read("storage.cfg") or "")
    assert pve.datacenter.cfs.read("priv/storage/far.pw") == "hush\n"


def test_users_see_the_storages_they_may_use(pve: Pve) -> None:
    bob = pve.new_user("bob@pve", {"/storage/local": "PVEDatastoreUser"})

    answer = bob.get("/storage")

    assert [row["storage"] for row in answer.data] == ["local"]

"""The volumes of a storage: allocated, listed, looked at and deleted."""

from __future__ import annotations

import pytest

from fakes.pve.storage.volumes import volumes
from tests.contract.client import Pve

LVM = "/nodes/hv01/storage/local-lvm/content"
DIR = "/nodes/hv01/storage/dirimg/content"
GIB = 1024**3


@pytest.fixture(autouse=True)
def _directory(pve: Pve) -> None:
    pve.post("/storage", {"storage": "dirimg", "type": "dir", "path": "/var/lib/dirimg", "content": "images,iso"})


def new(pve: Pve, path: str, name: str, vmid: int = 700, **more: object) -> str:
    answer = pve.post(path, {"filename": name, "size": "1G", "vmid": vmid, **more})
    assert answer.status == 200, answer.reason
    return str(answer.data)


def test_allocating_answers_the_volume_id(pve: Pve) -> None:
    assert new(pve, DIR, "vm-700-disk-0.qcow2") == "dirimg:700/vm-700-disk-0.qcow2"


def test_a_name_may_be_of_another_guest_on_a_directory(pve: Pve) -> None:
    assert new(pve, DIR, "vm-700-disk-9.qcow2", vmid=701) == "dirimg:701/vm-700-disk-9.qcow2"


def test_a_name_must_be_of_the_guest_on_lvm(pve: Pve) -> None:
    answer = pve.post(LVM, {"filename": "base-204-disk-1", "size": "4M", "vmid": 204})

    assert (answer.status, answer.reason) == (500, "illegal name 'base-204-disk-1' - should be 'vm-204-*'")


def test_lvm_sizes_are_whole_extents(pve: Pve) -> None:
    pve.post(LVM, {"filename": "vm-700-disk-0", "size": "1", "vmid": 700})

    assert pve.get(LVM).data[0]["size"] == 4 * 1024**2


def test_a_size_without_unit_is_in_kib(pve: Pve) -> None:
    pve.post(DIR, {"filename": "vm-700-disk-0.raw", "size": "2048", "vmid": 700})

    assert pve.get(DIR).data[0]["size"] == 2 * 1024**2


def test_a_thin_volume_is_always_raw(pve: Pve) -> None:
    answer = pve.post(LVM, {"filename": "vm-700-disk-5", "format": "qcow2", "size": "1G", "vmid": 700})

    place = "/usr/share/perl5/PVE/Storage/LvmThinPlugin.pm line 88."
    assert (answer.status, answer.reason) == (500, f"unsupported format 'qcow2' at {place}")


def test_name_and_format_must_agree(pve: Pve) -> None:
    answer = pve.post(DIR, {"filename": "vm-700-disk-0.raw", "format": "qcow2", "size": "1G", "vmid": 700})

    assert (answer.status, answer.errors) == (400, {"format": "different storage formats (qcow2 != raw)"})


def test_an_image_is_made_once(pve: Pve) -> None:
    new(pve, DIR, "vm-700-disk-0.qcow2")

    answer = pve.post(DIR, {"filename": "vm-700-disk-0.qcow2", "size": "1G", "vmid": 700})

    path = "/var/lib/dirimg/images/700/vm-700-disk-0.qcow2"
    assert (answer.status, answer.reason) == (500, f"disk image '{path}' already exists")


def test_directory_rows_say_what_is_used(pve: Pve) -> None:
    new(pve, DIR, "vm-700-disk-0.raw")

    row = pve.get(DIR).data[0]

    assert isinstance(row.pop("ctime"), int)
    assert row == {
        "volid": "dirimg:700/vm-700-disk-0.raw",
        "content": "images",
        "format": "raw",
        "size": GIB,
        "used": 0,
        "vmid": 700,
        "parent": None,
    }


def test_lvm_rows_have_their_time_as_text(pve: Pve) -> None:
    new(pve, LVM, "vm-700-disk-0")

    row = pve.get(LVM).data[0]

    assert row.pop("ctime").isdigit()
    assert row == {
        "volid": "local-lvm:vm-700-disk-0",
        "content": "images",
        "format": "raw",
        "size": GIB,
        "vmid": 700,
    }


def test_images_of_a_storage_without_that_content_are_not_listed(pve: Pve) -> None:
    new(pve, "/nodes/hv01/storage/local/content", "vm-700-disk-0.raw")

    assert pve.get("/nodes/hv01/storage/local/content").data == []


def test_the_list_can_be_limited_to_a_guest(pve: Pve) -> None:
    new(pve, LVM, "vm-700-disk-0")
    new(pve, LVM, "vm-701-disk-0", vmid=701)

    rows = pve.get(LVM, {"vmid": 701}).data

    assert [row["volid"] for row in rows] == ["local-lvm:vm-701-disk-0"]


@pytest.mark.parametrize("name", ["dirimg:700/vm-700-disk-0.qcow2", "700/vm-700-disk-0.qcow2"])
def test_a_volume_is_found_by_id_and_by_name(pve: Pve, name: str) -> None:
    new(pve, DIR, "vm-700-disk-0.qcow2")

    found = pve.get(f"{DIR}/{name}").data

    assert (found["path"], found["size"]) == ("/var/lib/dirimg/images/700/vm-700-disk-0.qcow2", GIB)


def test_a_volume_of_another_storage_is_refused(pve: Pve) -> None:
    answer = pve.get(f"{DIR}/local:iso/x.iso")

    assert (answer.status, answer.errors) == (400, {"volume": "storage ID mismatch (local != dirimg)\n"})


def test_a_missing_image_has_no_format(pve: Pve) -> None:
    answer = pve.get(f"{DIR}/dirimg:700/vm-700-disk-7.qcow2")

    reason = "volume_size_info on 'dirimg:700/vm-700-disk-7.qcow2' failed - no format"
    assert (answer.status, answer.reason) == (500, reason)


def test_deleting_names_guest_and_storage(pve: Pve) -> None:
    new(pve, DIR, "vm-700-disk-0.raw")

    upid = pve.delete(f"{DIR}/700/vm-700-disk-0.raw").data

    assert upid.split(":")[5:7] == ["imgdel", "700@dirimg"]
    assert pve.task(upid) == "OK"
    assert pve.log(upid) == ["Removed volume 'dirimg:700/vm-700-disk-0.raw'", "TASK OK"]


def test_deleting_a_missing_image_is_no_failure(pve: Pve) -> None:
    upid = pve.delete(f"{DIR}/700/vm-700-disk-0.raw").data

    assert pve.log(upid)[0] == "disk image '/var/lib/dirimg/images/700/vm-700-disk-0.raw' does not exist"
    assert pve.task(upid) == "OK"


def test_a_base_with_linked_clones_is_not_deleted(pve: Pve) -> None:
    shelf = volumes(pve.datacenter, pve.node)
    base = shelf.to_base(new(pve, DIR, "vm-700-disk-0.qcow2"))
    shelf.clone(base, 701)

    upid = pve.delete(f"{DIR}/{base}").data

    assert pve.task(upid) == "base volume '700/base-700-disk-0.qcow2' is still in use by linked clones"


def test_the_content_of_a_disabled_storage_is_not_listed(pve: Pve) -> None:
    pve.put("/storage/dirimg", {"disable": 1})

    answer = pve.get(DIR)

    assert (answer.status, answer.reason) == (500, "storage 'dirimg' is disabled")


def test_notes_are_for_backups_only(pve: Pve) -> None:
    new(pve, LVM, "vm-700-disk-0")

    answer = pve.put(f"{LVM}/vm-700-disk-0", {"notes": "x"})

    assert answer.status == 500
    assert answer.reason.startswith("volume notes are not supported for PVE::Storage::LvmThinPlugin at ")


def test_a_user_sees_the_images_of_guests_he_may_change(pve: Pve) -> None:
    new(pve, LVM, "vm-700-disk-0")
    new(pve, LVM, "vm-701-disk-0", vmid=701)
    bob = pve.new_user("bob@pve", {"/storage/local-lvm": "PVEAuditor", "/vms/701": "PVEVMAdmin"})

    rows = bob.get(LVM).data

    assert [row["vmid"] for row in rows] == [701]


def test_volumes_outlive_the_storage_that_names_them(pve: Pve) -> None:
    new(pve, LVM, "vm-700-disk-0")
    pve.delete("/storage/local-lvm")

    pve.post("/storage", {"storage": "again", "type": "lvmthin", "vgname": "pve", "thinpool": "data"})

    assert [row["volid"] for row in pve.get("/nodes/hv01/storage/again/content").data] == ["again:vm-700-disk-0"]

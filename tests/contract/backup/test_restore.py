"""What an archive holds, and guests made from it."""

from __future__ import annotations

from tests.contract.client import Pve

QEMU = "/nodes/hv01/qemu"


def test_the_configuration_can_be_read_from_an_archive(guest: Pve, archive: str) -> None:
    text = guest.get("/nodes/hv01/vzdump/extractconfig", {"volume": archive}).data

    assert "name: web\n" in text
    assert text.endswith("#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:\n")


def test_a_missing_archive_has_no_configuration(pve: Pve) -> None:
    volid = "local:backup/vzdump-qemu-1-2026_01_01-00_00_00.vma.zst"

    answer = pve.get("/nodes/hv01/vzdump/extractconfig", {"volume": volid})

    assert (answer.status, answer.reason) == (500, f"volume '{volid}' does not exist")


def test_only_backups_have_a_configuration_inside(guest: Pve) -> None:
    answer = guest.get("/nodes/hv01/vzdump/extractconfig", {"volume": "local-lvm:vm-101-disk-0"})

    reason = "unable to use volume local-lvm:vm-101-disk-0 - content type needs to be 'backup'"
    assert (answer.status, answer.reason) == (500, reason)


def test_a_restored_guest_has_disks_of_its_own(guest: Pve, archive: str) -> None:
    upid = guest.post(QEMU, {"vmid": 201, "archive": archive}).data

    assert guest.task(upid) == "OK"
    config = guest.get(f"{QEMU}/201/config").data
    assert config["scsi0"] == "local-lvm:vm-201-disk-0,size=4G"
    assert config["net0"] == "virtio=02:DE:20:00:00:01,bridge=vmbr0"


def test_a_unique_guest_has_new_addresses(guest: Pve, archive: str) -> None:
    guest.task(guest.post(QEMU, {"vmid": 201, "archive": archive, "unique": 1}).data)

    old, new = (guest.get(f"{QEMU}/{vmid}/config").data for vmid in (101, 201))
    assert new["net0"].startswith("virtio=BC:24:11:")
    assert new["smbios1"] != old["smbios1"]


def test_a_restored_guest_always_gets_a_new_generation_id(guest: Pve, archive: str) -> None:
    guest.task(guest.post(QEMU, {"vmid": 201, "archive": archive}).data)

    old, new = (guest.get(f"{QEMU}/{vmid}/config").data for vmid in (101, 201))
    assert (new["vmgenid"] != old["vmgenid"], new["smbios1"] == old["smbios1"]) == (True, True)


def test_options_of_the_request_go_over_the_archive(guest: Pve, archive: str) -> None:
    guest.task(guest.post(QEMU, {"vmid": 201, "archive": archive, "name": "renamed", "memory": 256}).data)

    config = guest.get(f"{QEMU}/201/config").data
    assert (config["name"], config["memory"]) == ("renamed", "256")


def test_a_guest_can_be_restored_to_another_storage(guest: Pve, archive: str) -> None:
    guest.post("/storage", {"storage": "imgs", "type": "dir", "path": "/srv/imgs", "content": "images"})

    guest.task(guest.post(QEMU, {"vmid": 201, "archive": archive, "storage": "imgs"}).data)

    assert guest.get(f"{QEMU}/201/config").data["scsi0"] == "imgs:201/vm-201-disk-0.raw,size=4G"


def test_restoring_over_a_guest_replaces_its_disks(guest: Pve, archive: str) -> None:
    guest.put(f"{QEMU}/101/config", {"scsi1": "local-lvm:1"})

    upid = guest.post(QEMU, {"vmid": 101, "archive": archive, "force": 1}).data

    assert guest.task(upid) == "OK"
    rows = guest.get("/nodes/hv01/storage/local-lvm/content").data
    assert [row["volid"] for row in rows] == ["local-lvm:vm-101-disk-0"]


def test_an_existing_guest_needs_force(guest: Pve, archive: str) -> None:
    answer = guest.post(QEMU, {"vmid": 101, "archive": archive})

    reason = "unable to restore VM 101 - VM 101 already exists on node 'hv01'"
    assert (answer.status, answer.reason) == (500, reason)


def test_an_unknown_storage_leaves_an_empty_guest_behind(guest: Pve, archive: str) -> None:
    upid = guest.post(QEMU, {"vmid": 201, "archive": archive, "storage": "nope"}).data

    assert guest.task(upid).endswith("failed: storage 'nope' does not exist")
    assert guest.get(f"{QEMU}/201/config").data.keys() == {"digest"}


def test_a_guest_without_disks_survives_backup_and_restore(pve: Pve) -> None:
    pve.post(QEMU, {"vmid": 102, "name": "bare"})
    pve.task(pve.post("/nodes/hv01/vzdump", {"vmid": 102, "storage": "local"}).data)
    archive = pve.get("/nodes/hv01/storage/local/content", {"content": "backup"}).data[0]["volid"]

    upid = pve.post(QEMU, {"vmid": 202, "archive": archive}).data

    assert pve.task(upid) == "OK"
    assert pve.get(f"{QEMU}/202/config").data["name"] == "bare"

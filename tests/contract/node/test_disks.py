"""Disks of a node and what can be made of them."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

DISKS = "/nodes/hv01/disks"


def paths(pve: Pve, **filters: object) -> list[str]:
    return [row["devpath"] for row in pve.get(f"{DISKS}/list", filters).data]


def test_the_disks_are_the_nodes_own(pve: Pve) -> None:
    assert paths(pve) == [disk["devpath"] for disk in pve.node.facts.disks]


def test_the_first_disk_carries_the_system(pve: Pve) -> None:
    first = pve.get(f"{DISKS}/list").data[0]

    assert (first["used"], first["gpt"], first["type"]) == ("BIOS boot", 1, "ssd")


def test_partitions_are_listed_on_request(pve: Pve) -> None:
    rows = pve.get(f"{DISKS}/list", {"include-partitions": 1}).data

    assert [row["used"] for row in rows if row.get("parent") == "/dev/sda"] == ["BIOS boot", "EFI", "LVM"]


def test_unused_disks_are_those_that_something_can_be_made_of(pve: Pve) -> None:
    assert paths(pve, type="unused") == ["/dev/sdc"]


def test_a_volume_group_comes_with_its_storage(pve: Pve) -> None:
    upid = pve.post(f"{DISKS}/lvm", {"name": "fast", "device": "/dev/sdc", "add_storage": 1}).data

    assert pve.task(upid) == "OK"
    assert pve.get("/storage/fast").data["vgname"] == "fast"
    group = next(one for one in pve.get(f"{DISKS}/lvm").data["children"] if one["name"] == "fast")
    assert [member["name"] for member in group["children"]] == ["/dev/sdc"]


def test_a_new_thin_pool_takes_disks_of_guests(pve: Pve) -> None:
    pve.post(f"{DISKS}/lvmthin", {"name": "thin", "device": "/dev/sdc", "add_storage": 1})

    upid = pve.post("/nodes/hv01/qemu", {"vmid": 100, "scsi0": "thin:4"}).data

    assert pve.task(upid) == "OK"
    pool = next(one for one in pve.get(f"{DISKS}/lvmthin").data if one["lv"] == "thin")
    assert pool["vg"] == "thin"


def test_a_folder_is_mounted_by_a_unit(pve: Pve) -> None:
    pve.post(f"{DISKS}/directory", {"name": "my-disk", "device": "/dev/sdc", "add_storage": 1})

    assert pve.get(f"{DISKS}/directory").data == [
        {
            "unitfile": "/etc/systemd/system/mnt-pve-my\\x2ddisk.mount",
            "path": "/mnt/pve/my-disk",
            "device": "/dev/sdc",
            "type": "ext4",
            "options": "defaults",
        }
    ]
    assert pve.get("/storage/my-disk").data["path"] == "/mnt/pve/my-disk"


def test_a_zfs_pool_is_a_storage_too(pve: Pve) -> None:
    pve.post(f"{DISKS}/zfs", {"name": "tank", "devices": "/dev/sdc", "raidlevel": "single", "add_storage": 1})

    assert [row["name"] for row in pve.get(f"{DISKS}/zfs").data] == ["tank"]
    assert pve.get("/nodes/hv01/storage/tank/status").data["active"] == 1


def test_a_raid_needs_its_disks(pve: Pve) -> None:
    answer = pve.post(f"{DISKS}/zfs", {"name": "tank", "devices": "/dev/sdc", "raidlevel": "mirror"})

    assert (answer.status, answer.reason) == (500, "mirror needs at least 2 disks")


@pytest.mark.parametrize(
    ("device", "problem"),
    [("/dev/sda", "device '/dev/sda' is already in use"), ("/dev/sdz", "not a valid block device")],
)
def test_nothing_is_made_of_a_disk_in_use_or_missing(pve: Pve, device: str, problem: str) -> None:
    answer = pve.post(f"{DISKS}/lvm", {"name": "fast", "device": device})

    assert (answer.status, answer.reason) == (500, problem)


def test_a_name_that_a_storage_has_is_refused(pve: Pve) -> None:
    answer = pve.post(f"{DISKS}/lvm", {"name": "local", "device": "/dev/sdc", "add_storage": 1})

    assert (answer.status, answer.reason) == (500, "storage ID 'local' already defined")


def test_a_removed_volume_group_frees_its_disk(pve: Pve) -> None:
    pve.post(f"{DISKS}/lvm", {"name": "fast", "device": "/dev/sdc", "add_storage": 1})

    pve.delete(f"{DISKS}/lvm/fast", {"cleanup-disks": 1, "cleanup-config": 1})

    assert paths(pve, type="unused") == ["/dev/sdc"]
    assert pve.get("/storage/fast").status == 500


def test_a_volume_group_with_pools_is_not_removed(pve: Pve) -> None:
    upid = pve.delete(f"{DISKS}/lvm/pve").data

    assert "still contains logical volumes" in pve.task(upid)


def test_a_disk_with_a_volume_group_is_not_wiped(pve: Pve) -> None:
    answer = pve.put(f"{DISKS}/wipedisk", {"disk": "/dev/sdb"})

    assert (answer.status, answer.reason) == (500, "disk/partition '/dev/sdb' has a holder")


def test_a_new_partition_table_is_seen(pve: Pve) -> None:
    pve.task(pve.post(f"{DISKS}/initgpt", {"disk": "/dev/sdc"}).data)

    assert [row["gpt"] for row in pve.get(f"{DISKS}/list").data] == [1, 0, 1]


def test_a_partition_is_no_disk(pve: Pve) -> None:
    assert pve.get(f"{DISKS}/smart", {"disk": "/dev/sda1"}).reason == "/dev/sda1 is a partition"

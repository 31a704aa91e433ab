"""Snapshots of virtual machines."""

from __future__ import annotations

from typing import Any

from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"


def take(pve: Pve, name: str, **more: Any) -> None:
    assert pve.task(pve.post(f"{VM}/snapshot", {"snapname": name, **more}).data) == "OK"


def names(pve: Pve) -> list[str]:
    return [row["name"] for row in pve.get(f"{VM}/snapshot").data]


def test_the_list_ends_with_the_present_state(vm: Pve) -> None:
    take(vm, "before")

    last = vm.get(f"{VM}/snapshot").data[-1]

    assert (last["name"], last["description"], last["parent"]) == ("current", "You are here!", "before")
    assert last["running"] == 0


def test_a_snapshot_remembers_the_configuration(vm: Pve) -> None:
    take(vm, "before", description="as it was")
    vm.put(f"{VM}/config", {"cores": 4})

    kept = vm.get(f"{VM}/snapshot/before/config").data

    assert kept["description"] == "as it was"
    assert "cores" not in kept


def test_every_disk_is_named_in_the_log(vm: Pve) -> None:
    upid = vm.post(f"{VM}/snapshot", {"snapname": "before"}).data

    assert "snapshotting 'drive-scsi0' (local-lvm:vm-101-disk-0)" in vm.log(upid)


def test_a_name_can_be_used_once(vm: Pve) -> None:
    take(vm, "before")

    upid = vm.post(f"{VM}/snapshot", {"snapname": "before"}).data

    assert vm.task(upid) == "snapshot name 'before' already used"


def test_the_name_current_is_reserved(vm: Pve) -> None:
    refused = vm.post(f"{VM}/snapshot", {"snapname": "current"})

    assert (refused.status, refused.reason) == (500, "unable to use snapshot name 'current' (reserved name)")


def test_a_name_needs_two_characters(vm: Pve) -> None:
    refused = vm.post(f"{VM}/snapshot", {"snapname": "s"})

    assert refused.status == 400
    assert refused.errors == {"snapname": "invalid format - invalid configuration ID 's'\n"}


def test_raw_files_offer_no_snapshots(images: Pve) -> None:
    images.put(f"{VM}/config", {"scsi1": "imgs:1,format=raw"})

    upid = images.post(f"{VM}/snapshot", {"snapname": "before"}).data

    assert images.task(upid) == "snapshot feature is not available"


def test_rollback_restores_all_but_the_description(vm: Pve) -> None:
    take(vm, "before")
    vm.put(f"{VM}/config", {"cores": 4, "description": "newer"})

    assert vm.task(vm.post(f"{VM}/snapshot/before/rollback").data) == "OK"

    config = vm.get(f"{VM}/config").data
    assert "cores" not in config
    assert config["description"] == "newer"
    assert config["parent"] == "before"


def test_a_disk_added_since_becomes_unused_by_a_rollback(vm: Pve) -> None:
    take(vm, "before")
    vm.put(f"{VM}/config", {"scsi1": "local-lvm:1"})

    vm.post(f"{VM}/snapshot/before/rollback")

    config = vm.get(f"{VM}/config").data
    assert config["unused0"] == "local-lvm:vm-101-disk-1"
    assert "scsi1" not in config


def test_rollback_brings_back_the_size_of_a_disk(vm: Pve) -> None:
    take(vm, "before")
    vm.put(f"{VM}/resize", {"disk": "scsi0", "size": "8G"})

    vm.post(f"{VM}/snapshot/before/rollback")

    volume = vm.get("/nodes/hv01/storage/local-lvm/content/local-lvm:vm-101-disk-0").data
    assert vm.get(f"{VM}/config").data["scsi0"].endswith("size=4G")
    assert volume["size"] == 4 * 1024**3


def test_rollback_switches_a_running_guest_off(vm: Pve) -> None:
    take(vm, "before")
    vm.post(f"{VM}/status/start")

    vm.post(f"{VM}/snapshot/before/rollback")

    assert vm.get(f"{VM}/status/current").data["status"] == "stopped"


def test_rollback_with_start_runs_the_guest_afterwards(vm: Pve) -> None:
    take(vm, "before")

    vm.post(f"{VM}/snapshot/before/rollback", {"start": 1})

    assert vm.get(f"{VM}/status/current").data["status"] == "running"


def test_a_snapshot_with_memory_runs_again_after_the_rollback(vm: Pve) -> None:
    vm.post(f"{VM}/status/start")
    take(vm, "live", vmstate=1)
    vm.post(f"{VM}/status/stop")

    vm.post(f"{VM}/snapshot/live/rollback")

    assert vm.get(f"{VM}/snapshot/live/config").data["vmstate"] == "local-lvm:vm-101-state-live"
    assert vm.get(f"{VM}/status/current").data["status"] == "running"


def test_memory_of_a_stopped_guest_is_not_saved(vm: Pve) -> None:
    take(vm, "before", vmstate=1)

    assert "vmstate" not in vm.get(f"{VM}/snapshot/before/config").data


def test_rollback_to_nothing_fails_in_the_task(vm: Pve) -> None:
    assert vm.task(vm.post(f"{VM}/snapshot/nope/rollback").data) == "snapshot 'nope' does not exist"


def test_deleting_a_snapshot_hands_its_children_to_its_parent(vm: Pve) -> None:
    take(vm, "one")
    take(vm, "two")
    take(vm, "three")

    assert vm.task(vm.delete(f"{VM}/snapshot/two").data) == "OK"

    rows = {row["name"]: row.get("parent") for row in vm.get(f"{VM}/snapshot").data}
    assert rows == {"one": None, "three": "one", "current": "three"}


def test_a_disk_that_only_the_deleted_snapshot_knew_becomes_unused(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"scsi1": "local-lvm:1"})
    take(vm, "before")
    vm.put(f"{VM}/config", {"delete": "scsi1"})
    vm.put(f"{VM}/config", {"delete": "unused0"})

    vm.delete(f"{VM}/snapshot/before")

    assert vm.get(f"{VM}/config").data["unused0"] == "local-lvm:vm-101-disk-1"


def test_the_description_of_a_snapshot_can_be_changed(vm: Pve) -> None:
    take(vm, "before")

    assert vm.put(f"{VM}/snapshot/before/config", {"description": "changed"}).data is None
    assert vm.get(f"{VM}/snapshot/before/config").data["description"] == "changed"


def test_a_disabled_storage_undoes_the_snapshot(images: Pve) -> None:
    images.put(f"{VM}/config", {"scsi1": "imgs:1,format=qcow2"})
    images.put("/storage/imgs", {"disable": 1})

    upid = images.post(f"{VM}/snapshot", {"snapname": "before"}).data

    assert images.task(upid) == "storage 'imgs' is disabled "
    assert images.log(upid)[0] == "snapshot create failed: starting cleanup"
    assert names(images) == ["current"]


def test_the_feature_query_says_whether_snapshots_are_possible(images: Pve) -> None:
    possible = images.get(f"{VM}/feature", {"feature": "snapshot"}).data
    images.put(f"{VM}/config", {"scsi1": "imgs:1,format=raw"})

    assert possible == {"hasFeature": 1, "nodes": ["hv01"]}
    assert images.get(f"{VM}/feature", {"feature": "snapshot"}).data["hasFeature"] == 0


def test_a_snapshot_on_a_removed_storage_cannot_be_deleted(images: Pve) -> None:
    images.put(f"{VM}/config", {"scsi1": "imgs:1,format=qcow2"})
    take(images, "before")
    images.delete("/storage/imgs")

    upid = images.delete(f"{VM}/snapshot/before").data

    assert images.task(upid) == "storage 'imgs' does not exist"
    assert names(images) == ["before", "current"]
    assert "lock" not in images.get(f"{VM}/config").data

"""Snapshots of containers."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve
from tests.contract.lxc.container import CT, ROOT, change, config, create, snapshot, status

SNAPSHOTS = f"{CT}/snapshot"


def task_of(pve: Pve, name: str) -> str:
    """The exit status of taking a snapshot."""
    return pve.task(pve.post(SNAPSHOTS, {"snapname": name}).data)


def test_the_list_ends_with_the_present(ct: Pve) -> None:
    ct.post(SNAPSHOTS, {"snapname": "first", "description": "clean"})

    first, current = ct.get(SNAPSHOTS).data

    assert (first["name"], first["description"]) == ("first", "clean\n")
    assert "vmstate" not in first
    assert (current["name"], current["parent"], current["running"]) == ("current", "first", 0)


def test_the_log_has_a_line_per_volume(ct: Pve) -> None:
    upid = ct.post(SNAPSHOTS, {"snapname": "first"}).data

    assert ct.log(upid) == ['  Logical volume "snap_vm-200-disk-0_first" created.', "TASK OK"]


def test_a_name_is_used_once(ct: Pve) -> None:
    snapshot(ct, "first")

    assert task_of(ct, "first") == "snapshot name 'first' already used"


@pytest.mark.parametrize("name", ["current", "vzdump"])
def test_some_names_are_reserved(ct: Pve, name: str) -> None:
    refused = ct.post(SNAPSHOTS, {"snapname": name})

    assert (refused.status, refused.reason) == (500, f"unable to use snapshot name '{name}' (reserved name)")


def test_directories_have_no_snapshots(folder: Pve) -> None:
    create(folder, vmid=201, rootfs="dirct:1")

    upid = folder.post("/nodes/hv01/lxc/201/snapshot", {"snapname": "first"}).data

    assert folder.task(upid) == "snapshot feature is not available"


def test_folders_of_the_node_have_no_snapshots(ct: Pve) -> None:
    change(ct, mp0="/srv,mp=/srv")

    assert task_of(ct, "first") == "snapshot feature is not available"


def test_templates_have_no_snapshots(template: Pve) -> None:
    assert task_of(template, "first") == "you can't take a snapshot if it's a template"


def test_a_disabled_storage_fails_the_task(ct: Pve) -> None:
    ct.put("/storage/local-lvm", {"disable": 1})

    assert task_of(ct, "first") == "storage 'local-lvm' is disabled "
    assert "parent" not in config(ct)


def test_going_back_restores_the_configuration(ct: Pve) -> None:
    snapshot(ct, "first")
    change(ct, memory=300, description="later")

    upid = ct.post(f"{SNAPSHOTS}/first/rollback").data

    assert ct.task(upid) == "OK"
    assert (config(ct)["memory"], config(ct)["description"]) == (512, "later\n")
    assert "lock" not in config(ct)


def test_going_back_stops_the_container(running: Pve) -> None:
    snapshot(running, "first")

    running.post(f"{SNAPSHOTS}/first/rollback")

    assert status(running)["status"] == "stopped"


def test_going_back_may_start_it_again(running: Pve) -> None:
    snapshot(running, "first")

    running.post(f"{SNAPSHOTS}/first/rollback", {"start": 1})

    assert status(running)["status"] == "running"


def test_going_back_keeps_newer_volumes_as_unused(ct: Pve) -> None:
    snapshot(ct, "first")
    change(ct, mp0="local-lvm:1,mp=/data")

    ct.post(f"{SNAPSHOTS}/first/rollback")

    assert config(ct)["unused0"] == "local-lvm:vm-200-disk-1"


def test_a_missing_snapshot_fails_in_the_task(ct: Pve) -> None:
    assert ct.task(ct.post(f"{SNAPSHOTS}/nope/rollback").data) == "snapshot 'nope' does not exist"
    assert ct.task(ct.delete(f"{SNAPSHOTS}/nope").data) == "snapshot 'nope' does not exist"


def test_a_deleted_snapshot_leaves_the_chain(ct: Pve) -> None:
    snapshot(ct, "first")
    snapshot(ct, "second")

    upid = ct.delete(f"{SNAPSHOTS}/first").data

    assert ct.log(upid) == ['  Logical volume "snap_vm-200-disk-0_first" successfully removed.', "TASK OK"]
    assert [row.get("parent") for row in ct.get(SNAPSHOTS).data] == [None, "second"]


def test_a_description_can_be_changed(ct: Pve) -> None:
    snapshot(ct, "first")

    ct.put(f"{SNAPSHOTS}/first/config", {"description": "changed"})

    assert ct.get(f"{SNAPSHOTS}/first/config").data["description"] == "changed\n"


def test_the_configuration_of_a_snapshot_is_kept(ct: Pve) -> None:
    snapshot(ct, "first")
    change(ct, memory=300)

    kept = ct.get(f"{SNAPSHOTS}/first/config").data

    assert (kept["memory"], kept["rootfs"]) == (512, f"{ROOT},size=1G")
    assert "digest" not in kept


@pytest.mark.parametrize(("feature", "possible"), [("snapshot", 1), ("clone", 0), ("copy", 1)])
def test_features_depend_on_the_storage(ct: Pve, feature: str, possible: int) -> None:
    assert ct.get(f"{CT}/feature", {"feature": feature}).data == {"hasFeature": possible}


def test_a_snapshot_on_a_thin_pool_can_be_cloned(ct: Pve) -> None:
    snapshot(ct, "first")

    assert ct.get(f"{CT}/feature", {"feature": "clone", "snapname": "first"}).data == {"hasFeature": 1}

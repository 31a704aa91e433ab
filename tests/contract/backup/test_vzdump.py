"""Backing up guests now."""

from __future__ import annotations

import re

import pytest

from fakes.pve.durations import LAB
from fakes.pve.hypervisor import MemoryHypervisor, use_hypervisor
from tests.contract.client import Pve

VZDUMP = "/nodes/hv01/vzdump"
CONTENT = "/nodes/hv01/storage/local/content"
NO_MAIL = (
    "ERROR: could not notify via target `mail-to-root`: could not notify via endpoint(s): mail-to-root: "
    "no recipients provided for the mail, cannot send it."
)


def backup(pve: Pve, **options: object) -> str:
    answer = pve.post(VZDUMP, {"vmid": 101, "storage": "local", **options})
    assert answer.status == 200, answer.reason
    return str(answer.data)


def test_a_backup_becomes_a_file_of_the_storage(guest: Pve) -> None:
    assert guest.task(backup(guest, compress="zstd")) == "OK"

    row = guest.get(CONTENT, {"content": "backup"}).data[0]
    name = r"local:backup/vzdump-qemu-101-\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d\.vma\.zst"
    assert re.fullmatch(name, row["volid"])
    assert (row["format"], row["subtype"], row["vmid"]) == ("vma.zst", "qemu", 101)


def test_the_log_tells_what_goes_in(guest: Pve) -> None:
    log = guest.log(backup(guest))

    assert "INFO: include disk 'scsi0' 'local-lvm:vm-101-disk-0' 4G" in log
    assert log[-3:] == ["INFO: Backup job finished successfully", NO_MAIL, "TASK OK"]


def test_a_disk_can_be_left_out(guest: Pve) -> None:
    guest.put("/nodes/hv01/qemu/101/config", {"scsi1": "local-lvm:1,backup=0"})

    log = guest.log(backup(guest))

    assert "INFO: exclude disk 'scsi1' 'local-lvm:vm-101-disk-1' (backup=no)" in log


def test_a_guest_is_locked_while_it_is_backed_up(guest: Pve) -> None:
    guest.datacenter.durations = LAB
    upid = backup(guest)

    during = guest.get("/nodes/hv01/qemu/101/config").data["lock"]

    assert during == "backup"
    assert guest.task(upid) == "OK"
    assert "lock" not in guest.get("/nodes/hv01/qemu/101/config").data


def test_a_stopped_job_leaves_no_lock(guest: Pve) -> None:
    guest.datacenter.durations = LAB
    upid = backup(guest)

    guest.delete(f"/nodes/hv01/tasks/{upid}")

    assert "lock" not in guest.get("/nodes/hv01/qemu/101/config").data


def test_a_missing_guest_is_a_job_error(pve: Pve) -> None:
    upid = backup(pve, vmid=9999)

    assert pve.task(upid) == "job errors"
    assert "ERROR: Backup of VM 9999 failed - unable to find VM '9999'" in pve.log(upid)


def test_a_locked_guest_is_a_job_error(guest: Pve) -> None:
    guest.put("/nodes/hv01/qemu/101/config", {"lock": "migrate"})

    upid = backup(guest)

    assert guest.task(upid) == "job errors"
    assert "ERROR: Backup of VM 101 failed - VM is locked (migrate)" in guest.log(upid)


def test_a_storage_for_other_content_fails_the_task_after_a_notice(guest: Pve) -> None:
    upid = backup(guest, storage="local-lvm")

    problem = "could not get storage information for 'local-lvm': "
    problem += "can't use storage 'local-lvm' for backups - wrong content type"
    assert guest.log(upid) == [NO_MAIL, f"TASK ERROR: {problem}"]


def test_storage_and_folder_exclude_each_other(guest: Pve) -> None:
    upid = backup(guest, dumpdir="/x")

    assert guest.task(upid) == "cannot use options 'storage' and 'dumpdir' at the same time"


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        ({}, {"vmid": "property is missing"}),
        ({"vmid": 101, "all": 1}, {"all": "option conflicts with option 'vmid'"}),
        ({"vmid": 101, "pool": "p"}, {"pool": "option conflicts with option 'vmid'"}),
    ],
)
def test_guests_are_chosen_one_way(guest: Pve, options: dict[str, object], problems: dict[str, str]) -> None:
    answer = guest.post(VZDUMP, options)

    assert (answer.status, answer.errors) == (400, problems)


def test_an_unknown_pool_is_refused(guest: Pve) -> None:
    answer = guest.post(VZDUMP, {"pool": "nope", "storage": "local"})

    assert (answer.status, answer.reason) == (500, "pool 'nope' does not exist")


def test_a_job_for_several_guests_has_no_id(guest: Pve) -> None:
    guest.post("/nodes/hv01/qemu", {"vmid": 102})

    upid = backup(guest, vmid="101,102")

    assert upid.split(":")[5:7] == ["vzdump", ""]


def test_older_backups_are_pruned(guest: Pve) -> None:
    backup(guest)
    guest.datacenter.advance(60)

    log = guest.log(backup(guest, **{"prune-backups": "keep-last=1"}))

    assert "INFO: pruned 1 backup(s) not covered by keep-retention policy" in log
    assert len(guest.get(CONTENT, {"content": "backup"}).data) == 1


def test_maxfiles_is_a_retention(guest: Pve) -> None:
    log = guest.log(backup(guest, maxfiles=3))

    assert "INFO: prune older backups with retention: keep-last=3" in log


def test_notes_follow_their_template(guest: Pve) -> None:
    guest.task(backup(guest, **{"notes-template": "{{guestname}} on {{node}}"}))

    assert guest.get(CONTENT, {"content": "backup"}).data[0]["notes"] == "web on hv01"


def test_a_protected_backup_is_not_deleted(guest: Pve) -> None:
    guest.task(backup(guest, protected=1))
    row = guest.get(CONTENT, {"content": "backup"}).data[0]

    upid = guest.delete(f"{CONTENT}/{row['volid']}").data

    name = row["volid"].removeprefix("local:")
    assert row["protected"] == 1
    assert guest.task(upid) == f"cannot remove protected volume '{name}' on 'local'"


def test_two_backups_in_one_second_have_two_names(guest: Pve) -> None:
    backup(guest)
    backup(guest)

    assert len(guest.get(CONTENT, {"content": "backup"}).data) == 2


def test_stop_mode_takes_a_running_guest_down_and_up_again(guest: Pve) -> None:
    guest.task(guest.post("/nodes/hv01/qemu/101/status/start").data)

    upid = backup(guest, mode="stop")

    assert guest.task(upid) == "OK"
    assert "INFO: stopping virtual guest" in guest.log(upid)
    assert guest.get("/nodes/hv01/qemu/101/status/current").data["status"] == "running"


def test_stop_mode_gives_up_on_a_guest_that_does_not_go_down(guest: Pve) -> None:
    use_hypervisor(guest.datacenter, MemoryHypervisor(guest.datacenter, guests="empty"))
    guest.task(guest.post("/nodes/hv01/qemu/101/status/start").data)

    upid = backup(guest, mode="stop")

    command = "qm shutdown 101 --skiplock --keepActive --timeout 600"
    assert guest.task(upid) == "job errors"
    assert f"ERROR: Backup of VM 101 failed - command '{command}' failed: exit code 255" in guest.log(upid)


def test_bandwidth_is_for_administrators(guest: Pve) -> None:
    bob = guest.new_user("bob@pve")

    answer = bob.post(VZDUMP, {"vmid": 101, "storage": "local", "bwlimit": 5})

    assert (answer.status, answer.reason) == (403, "Permission check failed (/, Sys.Modify)")


def test_a_folder_of_ones_own_is_for_root(guest: Pve) -> None:
    bob = guest.new_user("bob@pve")

    answer = bob.post(VZDUMP, {"vmid": 101, "storage": "local", "tmpdir": "/tmp"})

    assert (answer.status, answer.errors) == (400, {"tmpdir": "Only root may set this option."})


def test_defaults_name_the_local_storage(pve: Pve) -> None:
    found = pve.get(f"{VZDUMP}/defaults").data

    assert (found["storage"], found["dumpdir"], found["prune-backups"]) == ("local", "/var/lib/vz/dump", "keep-all=1")


def test_defaults_of_a_storage_for_other_content_are_refused(pve: Pve) -> None:
    answer = pve.get(f"{VZDUMP}/defaults", {"storage": "local-lvm"})

    reason = "can't use storage 'local-lvm' for backups - wrong content type"
    assert (answer.status, answer.reason) == (500, reason)

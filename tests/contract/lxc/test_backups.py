"""Backups of containers and restoring them."""

from __future__ import annotations

from tests.contract.client import Pve
from tests.contract.lxc.container import CT, GUESTS, change, config, create, status, volumes


def backup(pve: Pve, **options: str | int) -> str:
    """The UPID of a backup of 200 into local."""
    answer = pve.post("/nodes/hv01/vzdump", {"vmid": 200, "storage": "local", "compress": "zstd", **options})
    assert answer.status == 200, answer.message
    assert pve.task(answer.data) == "OK", pve.log(answer.data)
    return str(answer.data)


def archive(pve: Pve) -> str:
    """The volume id of the only backup."""
    (row,) = pve.get("/nodes/hv01/storage/local/content", {"content": "backup"}).data
    return str(row["volid"])


def restore(pve: Pve, vmid: int, **options: str | int) -> str:
    """The exit status of a restore of the only backup."""
    given = {"vmid": vmid, "ostemplate": archive(pve), "restore": 1, "storage": "local-lvm", **options}
    answer = pve.post(GUESTS, given)
    assert answer.status == 200, answer.message
    return pve.task(answer.data)


def test_a_backup_is_a_tar_archive_of_kind_lxc(ct: Pve) -> None:
    backup(ct)

    (row,) = ct.get("/nodes/hv01/storage/local/content", {"content": "backup"}).data
    assert row["volid"].startswith("local:backup/vzdump-lxc-200-")
    assert (row["subtype"], row["format"], row["vmid"]) == ("lxc", "tar.zst", 200)


def test_the_log_says_which_mount_points_are_in(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/data,backup=1", mp1="local-lvm:1,mp=/tmp", mp2="/srv,mp=/srv")

    log = ct.log(backup(ct))

    assert "INFO: CT Name: web" in log
    assert "INFO: including mount point rootfs ('/') in backup" in log
    assert "INFO: including mount point mp0 ('/data') in backup" in log
    assert "INFO: excluding volume mount point mp1 ('/tmp') from backup (disabled)" in log
    assert "INFO: excluding bind mount point mp2 ('/srv') from backup (not a volume)" in log


def test_a_running_container_is_backed_up_from_snapshots(running: Pve) -> None:
    log = running.log(backup(running))

    assert "INFO: status = running" in log
    assert log.index("INFO: create storage snapshot 'vzdump'") < log.index("INFO: cleanup temporary 'vzdump' snapshot")
    assert status(running)["status"] == "running"


def test_without_snapshots_it_is_suspended(folder: Pve) -> None:
    folder.post(f"{CT}/move_volume", {"volume": "rootfs", "storage": "dirct", "delete": 1})
    folder.post(f"{CT}/status/start")

    log = folder.log(backup(folder))

    assert "INFO: mode failure - some volumes do not support snapshots" in log
    assert "INFO: backup mode: suspend" in log
    assert status(folder)["status"] == "running"


def test_mode_stop_restarts_the_container(running: Pve) -> None:
    log = running.log(backup(running, mode="stop"))

    assert log.index("INFO: stopping virtual guest") < log.index("INFO: restarting vm")
    assert status(running)["status"] == "running"


def test_a_backup_holds_the_configuration(ct: Pve) -> None:
    backup(ct)

    text = ct.get("/nodes/hv01/vzdump/extractconfig", {"volume": archive(ct)}).data

    assert "hostname: web\n" in text
    assert "#qmdump" not in text


def test_a_restored_container_is_like_its_source(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/data,backup=1", tags="a")
    backup(ct)

    assert restore(ct, 201) == "OK"

    old, new = config(ct), config(ct, 201)
    assert new["rootfs"] == "local-lvm:vm-201-disk-0,size=1G"
    assert new["mp0"] == "local-lvm:vm-201-disk-1,mp=/data,backup=1,size=1G"
    same = ("hostname", "net0", "unprivileged", "tags", "memory", "ostype", "arch")
    assert {key: new[key] for key in same} == {key: old[key] for key in same}


def test_given_keys_win_over_the_archive(ct: Pve) -> None:
    backup(ct)

    restore(ct, 201, hostname="other", memory=256)

    assert (config(ct, 201)["hostname"], config(ct, 201)["memory"]) == ("other", 256)


def test_a_unique_restore_has_new_addresses(ct: Pve) -> None:
    backup(ct)

    restore(ct, 201, unique=1)

    assert "hwaddr=BC:24:11:" in config(ct, 201)["net0"]


def test_force_replaces_a_container(ct: Pve) -> None:
    backup(ct)
    change(ct, hostname="changed")

    assert restore(ct, 200, force=1) == "OK"

    assert config(ct)["hostname"] == "web"
    assert volumes(ct) == ["local-lvm:vm-200-disk-1"]


def test_a_running_container_is_not_replaced(running: Pve) -> None:
    backup(running)

    refused = running.post(GUESTS, {"vmid": 200, "ostemplate": archive(running), "restore": 1, "force": 1})

    assert (refused.status, refused.reason) == (500, "can't overwrite running container")


def test_a_missing_archive_fails_in_the_task(ct: Pve) -> None:
    volid = "local:backup/vzdump-lxc-200-2026_01_01-00_00_00.tar.zst"

    upid = ct.post(GUESTS, {"vmid": 201, "ostemplate": volid, "restore": 1, "storage": "local-lvm"}).data

    assert ct.task(upid) == f"unable to restore CT 201 - volume '{volid}' does not exist"
    assert ct.log(upid)[0] == f"recovering backed-up configuration from '{volid}'"
    create(ct, vmid=201)

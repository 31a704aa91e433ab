"""Pruning the backups of a storage."""

from __future__ import annotations

from fakes.pve.storage.volumes import volumes
from tests.contract.client import Pve

PRUNE = "/nodes/hv01/storage/local/prunebackups"


def three_days(pve: Pve) -> list[str]:
    """Three backups, a day apart; returns their volume ids, oldest first."""
    shelf = volumes(pve.datacenter, pve.node)
    names = [f"vzdump-qemu-101-2026_01_0{day}-03_00_00.vma.zst" for day in (1, 2, 3)]
    return [shelf.write_file("local", "backup", name, b"") for name in names]


def test_the_preview_marks_what_would_go(pve: Pve) -> None:
    first, second, third = three_days(pve)

    rows = pve.get(PRUNE, {"prune-backups": "keep-last=1"}).data

    assert [(row["volid"], row["mark"]) for row in rows] == [(first, "remove"), (second, "remove"), (third, "keep")]


def test_daily_backups_are_one_per_day(pve: Pve) -> None:
    first, *_ = three_days(pve)

    rows = pve.get(PRUNE, {"prune-backups": "keep-daily=2"}).data

    assert [row["volid"] for row in rows if row["mark"] == "remove"] == [first]


def test_protected_backups_are_marked_as_such(pve: Pve) -> None:
    first, *_ = three_days(pve)
    pve.put(f"/nodes/hv01/storage/local/content/{first}", {"protected": 1})

    rows = pve.get(PRUNE, {"prune-backups": "keep-last=1"}).data

    assert {row["volid"]: row["mark"] for row in rows}[first] == "protected"


def test_pruning_removes_what_the_preview_marks(pve: Pve) -> None:
    *_, last = three_days(pve)

    upid = pve.delete(PRUNE, {"prune-backups": "keep-last=1"}).data

    assert pve.task(upid) == "OK"
    rows = pve.get("/nodes/hv01/storage/local/content", {"content": "backup"}).data
    assert [row["volid"] for row in rows] == [last]


def test_a_storage_without_retention_needs_one(pve: Pve) -> None:
    answer = pve.get(PRUNE)

    assert (answer.status, answer.reason) == (500, "no prune-backups options configured for storage 'local'")


def test_the_retention_of_the_storage_is_the_default(pve: Pve) -> None:
    three_days(pve)
    pve.put("/storage/local", {"prune-backups": "keep-last=2"})

    rows = pve.get(PRUNE).data

    assert [row["mark"] for row in rows] == ["remove", "keep", "keep"]


def test_only_backup_storages_are_pruned(pve: Pve) -> None:
    answer = pve.get("/nodes/hv01/storage/local-lvm/prunebackups", {"prune-backups": "keep-last=1"})

    assert (answer.status, answer.reason) == (500, "storage 'local-lvm' does not support backups")

"""Changes of a guest that has snapshots."""

from __future__ import annotations

from tests.contract.client import Pve
from tests.contract.qemu_config.guest import GUESTS, change, config, create, pending, snapshot


def test_a_disk_that_a_snapshot_uses_is_not_destroyed(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1")
    snapshot(pve, "before")

    answer = pve.put(f"{GUESTS}/100/unlink", {"idlist": "scsi0", "force": 1})

    reason = "unable to delete 'local-lvm:vm-100-disk-0' - volume is still in use (snapshot?)\n"
    assert (answer.status, answer.errors) == (400, {"scsi0": f"unable to apply pending change scsi0 : {reason}"})
    assert pending(pve)["scsi0"]["delete"] == 2
    assert "scsi0" not in config(pve)


def test_a_removal_that_failed_comes_back_with_every_change(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1")
    snapshot(pve, "before")
    pve.put(f"{GUESTS}/100/unlink", {"idlist": "scsi0", "force": 1})

    answer = change(pve, cores=2)

    assert list(answer.errors) == ["scsi0"]
    assert config(pve)["cores"] == 2


def test_revert_gives_back_a_disk_whose_removal_failed(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1")
    snapshot(pve, "before")
    pve.put(f"{GUESTS}/100/unlink", {"idlist": "scsi0", "force": 1})

    answer = change(pve, revert="scsi0")

    assert answer.status == 200
    assert config(pve)["scsi0"] == "local-lvm:vm-100-disk-0,size=1G"


def test_an_unused_disk_of_a_snapshot_is_not_destroyed(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:1")
    snapshot(pve, "before")
    change(pve, delete="scsi0")

    answer = change(pve, delete="unused0")

    expected = "unable to delete 'local-lvm:vm-100-disk-0' - volume is still in use (snapshot?)"
    assert (answer.status, answer.reason) == (500, expected)


def test_the_configuration_of_a_snapshot_can_be_read(pve: Pve) -> None:
    create(pve, cores=1)
    snapshot(pve, "before")
    change(pve, cores=4)

    assert config(pve, snapshot="before")["cores"] == 1


def test_snapshot_and_current_exclude_each_other(pve: Pve) -> None:
    create(pve)

    answer = pve.get(f"{GUESTS}/100/config", {"snapshot": "before", "current": 1})

    text = "cannot use 'snapshot' parameter with 'current'"
    assert answer.errors == {"snapshot": text, "current": text}

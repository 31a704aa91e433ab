"""Growing and moving the volumes of containers."""

from __future__ import annotations

from tests.contract.client import Answer, Pve
from tests.contract.lxc.container import CT, ROOT, change, config, create, snapshot, volumes


def resize(pve: Pve, disk: str, size: str) -> Answer:
    return pve.put(f"{CT}/resize", {"disk": disk, "size": size})


def move(pve: Pve, **options: str | int) -> Answer:
    return pve.post(f"{CT}/move_volume", options)


def test_a_root_grows_by_a_size(ct: Pve) -> None:
    assert ct.task(resize(ct, "rootfs", "+512M").data) == "OK"

    assert config(ct)["rootfs"] == f"{ROOT},size=1536M"


def test_a_root_grows_to_a_size(ct: Pve) -> None:
    resize(ct, "rootfs", "3G")

    assert config(ct)["rootfs"] == f"{ROOT},size=3G"


def test_a_root_does_not_shrink(ct: Pve) -> None:
    resize(ct, "rootfs", "3G")

    refused = resize(ct, "rootfs", "2G")

    assert (refused.status, refused.reason) == (500, "unable to shrink disk size")


def test_a_root_of_that_size_already_is_refused(ct: Pve) -> None:
    assert resize(ct, "rootfs", "1G").reason == "disk is already at specified size"


def test_a_missing_mount_point_is_a_format_error(ct: Pve) -> None:
    refused = resize(ct, "mp5", "+1G")

    missing = "property is missing and it is not optional"
    assert (refused.status, refused.reason, refused.errors) == (500, "format error", {"mp": missing, "volume": missing})


def test_a_moved_volume_leaves_the_old_one_unused(folder: Pve) -> None:
    assert folder.task(move(folder, volume="rootfs", storage="dirct").data) == "OK"

    assert config(folder)["rootfs"] == "dirct:200/vm-200-disk-0.raw,size=1G"
    assert config(folder)["unused0"] == ROOT


def test_a_moved_volume_may_take_the_old_one_along(folder: Pve) -> None:
    move(folder, volume="rootfs", storage="dirct", delete=1)

    assert volumes(folder) == []
    assert "unused0" not in config(folder)


def test_a_volume_may_move_within_its_storage(ct: Pve) -> None:
    move(ct, volume="rootfs", storage="local-lvm")

    assert config(ct)["rootfs"] == "local-lvm:vm-200-disk-1,size=1G"


def test_a_storage_without_containers_fails_in_the_task(ct: Pve) -> None:
    upid = move(ct, volume="rootfs", storage="local").data

    assert ct.task(upid) == "content type 'rootdir' is not available or configured on storage 'local'"
    assert "lock" not in config(ct)


def test_an_unknown_storage_fails_in_the_task(ct: Pve) -> None:
    assert ct.task(move(ct, volume="rootfs", storage="nope").data) == "storage 'nope' does not exist"


def test_a_running_container_keeps_its_volumes(running: Pve) -> None:
    refused = move(running, volume="rootfs", storage="local-lvm")

    assert (refused.status, refused.reason) == (500, "cannot move volumes of a running container")


def test_a_volume_with_snapshots_is_not_deleted(ct: Pve) -> None:
    snapshot(ct, "first")

    refused = move(ct, volume="rootfs", storage="local-lvm", delete=1)

    assert refused.reason == "you can't move a volume with snapshots and delete the source"


def test_a_move_needs_a_target(ct: Pve) -> None:
    problem = "both 'storage' and 'target-vmid' missing, either needs to be set"

    assert move(ct, volume="rootfs").errors == {"storage": problem, "target-vmid": problem}


def test_a_volume_goes_to_another_container(ct: Pve) -> None:
    create(ct, vmid=201)
    change(ct, mp0="local-lvm:1,mp=/data")

    target: dict[str, str | int] = {"target-vmid": 201, "target-volume": "mp3"}

    upid = move(ct, volume="mp0", **target).data

    assert ct.task(upid) == "OK"
    assert upid.split(":")[5:7] == ["move_volume", "200-mp0>201-mp3"]
    assert config(ct, 201)["mp3"] == "local-lvm:vm-201-disk-1,mp=/data,size=1G"
    assert "mp0" not in config(ct)


def test_a_root_stays_with_its_container(ct: Pve) -> None:
    create(ct, vmid=201)

    refused = move(ct, volume="rootfs", **{"target-vmid": 201})

    assert (refused.status, refused.reason) == (500, "Cannot move to/from 'rootfs'")


def test_a_volume_goes_to_an_existing_container_only(ct: Pve) -> None:
    change(ct, mp0="local-lvm:1,mp=/data")

    assert move(ct, volume="mp0", **{"target-vmid": 999}).reason == "could not find CT 999"

"""Growing and moving the disks of virtual machines."""

from __future__ import annotations

from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"


def disk(pve: Pve, key: str = "scsi0", vmid: int = 101) -> str | None:
    value: str | None = pve.get(f"/nodes/hv01/qemu/{vmid}/config").data.get(key)
    return value


def test_a_disk_grows_by_an_amount(vm: Pve) -> None:
    assert vm.task(vm.put(f"{VM}/resize", {"disk": "scsi0", "size": "+512M"}).data) == "OK"

    assert disk(vm) == "local-lvm:vm-101-disk-0,size=4608M"


def test_a_disk_grows_to_a_size(vm: Pve) -> None:
    vm.put(f"{VM}/resize", {"disk": "scsi0", "size": "8G"})

    assert disk(vm) == "local-lvm:vm-101-disk-0,size=8G"


def test_a_disk_does_not_shrink(vm: Pve) -> None:
    upid = vm.put(f"{VM}/resize", {"disk": "scsi0", "size": "1G"}).data

    assert vm.task(upid) == "shrinking disks is not supported"


def test_a_missing_disk_fails_in_the_task(vm: Pve) -> None:
    upid = vm.put(f"{VM}/resize", {"disk": "scsi7", "size": "+1G"}).data

    assert vm.task(upid) == "disk 'scsi7' does not exist"


def test_a_stale_digest_fails_in_the_task(vm: Pve) -> None:
    upid = vm.put(f"{VM}/resize", {"disk": "scsi0", "size": "+1G", "digest": "1" * 40}).data

    assert vm.task(upid) == "checksum mismatch (file change by other user?)"


def test_an_image_file_says_that_it_was_resized(images: Pve) -> None:
    images.put(f"{VM}/config", {"scsi1": "imgs:1"})

    upid = images.put(f"{VM}/resize", {"disk": "scsi1", "size": "+1G"}).data

    assert images.log(upid) == ["Image resized.", "TASK OK"]


def test_a_moved_disk_leaves_its_old_volume_unused(images: Pve) -> None:
    upid = images.post(f"{VM}/move_disk", {"disk": "scsi0", "storage": "imgs", "format": "qcow2"}).data

    config = images.get(f"{VM}/config").data
    assert images.task(upid) == "OK"
    assert config["scsi0"] == "imgs:101/vm-101-disk-0.qcow2,size=4G"
    assert config["unused0"] == "local-lvm:vm-101-disk-0"


def test_a_move_may_delete_the_old_volume(images: Pve) -> None:
    images.post(f"{VM}/move_disk", {"disk": "scsi0", "storage": "imgs", "delete": 1})

    assert disk(images) == "imgs:101/vm-101-disk-0.raw,size=4G"
    assert images.get("/nodes/hv01/storage/local-lvm/content").data == []


def test_a_disk_is_not_moved_to_where_it_is(vm: Pve) -> None:
    refused = vm.post(f"{VM}/move_disk", {"disk": "scsi0", "storage": "local-lvm"})

    assert (refused.status, refused.reason) == (500, "you can't move to the same storage with same format")


def test_a_disk_with_snapshots_is_not_moved_away_for_good(images: Pve) -> None:
    images.post(f"{VM}/snapshot", {"snapname": "before"})

    refused = images.post(f"{VM}/move_disk", {"disk": "scsi0", "storage": "imgs", "delete": 1})

    assert (refused.status, refused.reason) == (500, "you can't move a disk with snapshots and delete the source")


def test_a_move_with_a_stale_digest_is_refused_before_anything_else(images: Pve) -> None:
    refused = images.post(f"{VM}/move_disk", {"disk": "scsi9", "storage": "imgs", "digest": "2" * 40})

    assert refused.status == 500
    assert refused.reason == "detected modified configuration - file changed by other user? Try again."


def test_a_move_needs_a_storage_or_a_guest(vm: Pve) -> None:
    refused = vm.post(f"{VM}/move_disk", {"disk": "scsi0"})

    problem = "both 'storage' and 'target-vmid' missing, either needs to be set"
    assert refused.errors == {"storage": problem, "target-vmid": problem}


def test_a_disk_can_be_given_to_another_guest(vm: Pve) -> None:
    vm.post("/nodes/hv01/qemu", {"vmid": 229})

    upid = vm.post(f"{VM}/move_disk", {"disk": "scsi0", "target-vmid": 229, "target-disk": "scsi3"}).data

    assert upid.split(":")[6] == "101-scsi0>229-scsi3"
    assert "moving disk 'scsi0' from VM '101' to '229'" in vm.log(upid)
    assert disk(vm, "scsi3", 229) == "local-lvm:vm-229-disk-0,size=4G"
    assert vm.get(f"{VM}/config").data["boot"] == "order=net0"
    assert disk(vm) is None


def test_a_disk_stays_while_a_snapshot_uses_it(vm: Pve) -> None:
    vm.post("/nodes/hv01/qemu", {"vmid": 229})
    vm.post(f"{VM}/snapshot", {"snapname": "before"})

    refused = vm.post(f"{VM}/move_disk", {"disk": "scsi0", "target-vmid": 229})

    assert (refused.status, refused.reason) == (500, "Can't move disk used by a snapshot to another VM")


def test_a_disk_goes_to_no_missing_guest(vm: Pve) -> None:
    refused = vm.post(f"{VM}/move_disk", {"disk": "scsi0", "target-vmid": 9999})

    assert (refused.status, refused.reason) == (500, "could not find target VM 9999")


def test_templates_neither_give_nor_take_disks(template: Pve) -> None:
    template.post("/nodes/hv01/qemu", {"vmid": 229})

    refused = template.post(f"{VM}/move_disk", {"disk": "scsi0", "target-vmid": 229})

    assert (refused.status, refused.reason) == (500, "Can't move disks from or to template VMs")


def test_a_disk_is_not_given_to_its_own_guest(vm: Pve) -> None:
    refused = vm.post(f"{VM}/move_disk", {"disk": "scsi0", "target-vmid": 101})

    assert refused.errors == {"target-vmid": "must be different than source VMID to reassign disk"}


def test_the_disk_of_a_running_guest_is_mirrored(images: Pve) -> None:
    images.post(f"{VM}/status/start")

    upid = images.post(f"{VM}/move_disk", {"disk": "scsi0", "storage": "imgs"}).data

    assert images.task(upid) == "OK"
    assert "drive mirror is starting for drive-scsi0" in images.log(upid)
    assert "drive-scsi0: mirror-job finished" in images.log(upid)

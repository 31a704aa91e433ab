"""Destroying virtual machines."""

from __future__ import annotations

from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"


def test_a_destroyed_guest_is_gone_with_its_volumes(vm: Pve) -> None:
    assert vm.task(vm.delete(VM).data) == "OK"

    gone = vm.get(f"{VM}/status/current")
    assert gone.reason == "Configuration file 'nodes/hv01/qemu-server/101.conf' does not exist"
    assert vm.get("/nodes/hv01/storage/local-lvm/content").data == []


def test_a_running_guest_is_not_destroyed(vm: Pve) -> None:
    vm.post(f"{VM}/status/start")

    refused = vm.delete(VM)

    assert (refused.status, refused.reason) == (500, "VM 101 is running - destroy failed")


def test_a_protected_guest_is_not_destroyed(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"protection": 1})

    refused = vm.delete(VM)

    assert (refused.status, refused.reason) == (500, "can't remove VM 101 - protection mode enabled")


def test_a_lock_stops_the_task(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"lock": "backup"})

    assert vm.task(vm.delete(VM).data) == "VM is locked (backup)"


def test_there_is_no_force(vm: Pve) -> None:
    refused = vm.delete(VM, {"force": 1})

    assert refused.status == 400
    assert set(refused.errors) == {"force"}


def test_unused_volumes_go_too(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"delete": "scsi0"})

    vm.delete(VM)

    assert vm.get("/nodes/hv01/storage/local-lvm/content").data == []


def test_volumes_nobody_names_stay_by_default(vm: Pve) -> None:
    vm.post("/nodes/hv01/storage/local-lvm/content", {"filename": "vm-101-disk-9", "size": "1G", "vmid": 101})

    vm.delete(VM)

    left = vm.get("/nodes/hv01/storage/local-lvm/content").data
    assert [row["volid"] for row in left] == ["local-lvm:vm-101-disk-9"]


def test_volumes_nobody_names_go_when_asked(vm: Pve) -> None:
    vm.post("/nodes/hv01/storage/local-lvm/content", {"filename": "vm-101-disk-9", "size": "1G", "vmid": 101})

    vm.delete(VM, {"destroy-unreferenced-disks": 1})

    assert vm.get("/nodes/hv01/storage/local-lvm/content").data == []


def test_access_entries_and_pool_forget_the_guest(vm: Pve) -> None:
    vm.new_user("carol@pve", {"/vms/101": "PVEVMUser"})
    vm.post("/pools", {"poolid": "prod"})
    vm.put("/pools/prod", {"vms": "101"})

    vm.delete(VM)

    assert vm.get("/access/acl").data == []
    assert vm.get("/pools/prod").data["members"] == []


def test_purge_takes_the_guest_out_of_backup_jobs(vm: Pve) -> None:
    vm.datacenter.cfs.write(
        "jobs.cfg", "vzdump: both\n\tschedule 03:00\n\tvmid 101,102\n\nvzdump: one\n\tschedule 04:00\n\tvmid 101\n\n"
    )

    upid = vm.delete(VM, {"purge": 1}).data

    jobs = vm.datacenter.cfs.read("jobs.cfg") or ""
    assert "purging VM 101 from related configurations.." in vm.log(upid)
    assert "vmid 102" in jobs
    assert "one" not in jobs


def test_an_ha_resource_needs_purge(vm: Pve) -> None:
    vm.datacenter.cfs.write("ha/resources.cfg", "vm: 101\n\tstate ignored\n\n")

    refused = vm.delete(VM)

    assert refused.status == 500
    assert refused.reason == "unable to remove VM 101 - used in HA resources and purge parameter not set."


def test_purge_removes_the_ha_resource(vm: Pve) -> None:
    vm.datacenter.cfs.write("ha/resources.cfg", "vm: 101\n\tstate ignored\n\n")

    upid = vm.delete(VM, {"purge": 1}).data

    assert "NOTE: removed VM 101 from HA resource configuration." in vm.log(upid)
    assert "101" not in (vm.datacenter.cfs.read("ha/resources.cfg") or "")


def test_a_directory_template_with_linked_clones_stays(images: Pve) -> None:
    images.post("/nodes/hv01/qemu", {"vmid": 103, "scsi0": "imgs:2,format=qcow2"})
    images.post("/nodes/hv01/qemu/103/template")
    images.post("/nodes/hv01/qemu/103/clone", {"newid": 203})

    upid = images.delete("/nodes/hv01/qemu/103").data

    failure = "base volume 'imgs:103/base-103-disk-0.qcow2' is still in use by linked cloned"
    assert images.task(upid) == failure
    assert images.get("/nodes/hv01/qemu/103/config").status == 200


def test_a_thin_template_with_linked_clones_goes(template: Pve) -> None:
    template.post(f"{VM}/clone", {"newid": 201})

    assert template.task(template.delete(VM).data) == "OK"


def test_a_guest_whose_storage_was_removed_can_be_destroyed(images: Pve) -> None:
    images.put(f"{VM}/config", {"scsi1": "imgs:1"})
    images.delete("/storage/imgs")

    assert images.task(images.delete(VM).data) == "OK"
    assert images.get(f"{VM}/config").status == 500

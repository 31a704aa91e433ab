"""Cloning virtual machines and making templates."""

from __future__ import annotations

from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"
NEW = "/nodes/hv01/qemu/201"


def test_a_clone_is_named_after_its_source(vm: Pve) -> None:
    vm.post(f"{VM}/clone", {"newid": 201})

    assert vm.get(f"{NEW}/config").data["name"] == "Copy-of-VM-web"


def test_a_clone_gets_an_identity_of_its_own(vm: Pve) -> None:
    vm.post(f"{VM}/clone", {"newid": 201})

    old, new = vm.get(f"{VM}/config").data, vm.get(f"{NEW}/config").data
    assert old["net0"] == "virtio=02:DE:20:00:00:01,bridge=vmbr0"
    assert new["net0"].startswith("virtio=BC:24:11:")
    assert old["smbios1"] != new["smbios1"]
    assert old["vmgenid"] != new["vmgenid"]
    assert old["meta"] == new["meta"]


def test_a_full_clone_logs_its_copies(vm: Pve) -> None:
    upid = vm.post(f"{VM}/clone", {"newid": 201}).data

    log = [line for line in vm.log(upid) if not line.startswith("  ")]
    assert log[0] == "create full clone of drive scsi0 (local-lvm:vm-101-disk-0)"
    assert log[1] == "transferred 0.0 B of 4.0 GiB (0.00%)"
    assert log[-2:] == ["transferred 4.0 GiB of 4.0 GiB (100.00%)", "TASK OK"]


def test_a_full_clone_may_change_storage_and_format(images: Pve) -> None:
    images.post(f"{VM}/clone", {"newid": 201, "full": 1, "storage": "imgs", "format": "qcow2"})

    assert images.get(f"{NEW}/config").data["scsi0"] == "imgs:201/vm-201-disk-0.qcow2,size=4G"


def test_the_number_must_be_free(vm: Pve) -> None:
    refused = vm.post(f"{VM}/clone", {"newid": 101})

    assert (refused.status, refused.reason) == (500, "unable to create VM 101: config file already exists")


def test_cloning_a_missing_guest_names_the_node(pve: Pve) -> None:
    refused = pve.post("/nodes/hv01/qemu/12345/clone", {"newid": 201})

    assert (refused.status, refused.reason) == (
        500,
        "unable to find configuration file for VM 12345 on node 'hv01'",
    )


def test_a_guest_that_is_no_template_has_no_linked_clones(vm: Pve) -> None:
    refused = vm.post(f"{VM}/clone", {"newid": 201, "full": 0})

    assert refused.status == 500
    assert refused.reason == "Linked clone feature is not supported for 'local-lvm:vm-101-disk-0' (scsi0)"


def test_thin_snapshots_have_linked_clones(vm: Pve) -> None:
    vm.post(f"{VM}/snapshot", {"snapname": "before"})

    upid = vm.post(f"{VM}/clone", {"newid": 201, "full": 0, "snapname": "before"}).data

    assert vm.task(upid) == "OK"
    assert vm.log(upid)[0] == "create linked clone of drive scsi0 (local-lvm:vm-101-disk-0)"


def test_a_storage_is_only_for_full_clones(template: Pve) -> None:
    refused = template.post(f"{VM}/clone", {"newid": 201, "storage": "local-lvm"})

    assert (refused.status, refused.reason) == (500, "parameter 'storage' not allowed for linked clones")


def test_a_storage_must_hold_images(vm: Pve) -> None:
    refused = vm.post(f"{VM}/clone", {"newid": 201, "storage": "local"})

    assert refused.errors == {"storage": "storage 'local' does not support vm images"}


def test_a_locked_guest_is_not_cloned(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"lock": "migrate"})

    refused = vm.post(f"{VM}/clone", {"newid": 201})

    assert (refused.status, refused.reason) == (500, "VM is locked (migrate)")


def test_a_failed_clone_leaves_nothing_behind(images: Pve) -> None:
    images.put(f"{VM}/config", {"scsi1": "imgs:1"})
    images.put("/storage/imgs", {"disable": 1})

    upid = images.post(f"{VM}/clone", {"newid": 201}).data

    assert images.task(upid) == "clone failed: storage 'imgs' is disabled"
    assert images.get(f"{NEW}/config").status == 500
    assert images.get("/nodes/hv01/storage/local-lvm/content", {"vmid": 201}).data == []


def test_a_clone_can_go_into_a_pool(vm: Pve) -> None:
    vm.post("/pools", {"poolid": "prod"})

    vm.post(f"{VM}/clone", {"newid": 201, "pool": "prod"})

    assert [row["vmid"] for row in vm.get("/pools/prod").data["members"]] == [201]


def test_an_unknown_pool_is_forbidden(vm: Pve) -> None:
    refused = vm.post(f"{VM}/clone", {"newid": 201, "pool": "nope"})

    assert (refused.status, refused.reason) == (403, "Permission check failed (pool 'nope' does not exist)")


def test_the_firewall_rules_are_cloned(vm: Pve) -> None:
    vm.datacenter.cfs.write("firewall/101.fw", "[OPTIONS]\n\nenable: 1\n")

    vm.post(f"{VM}/clone", {"newid": 201})

    assert vm.datacenter.cfs.read("firewall/201.fw") == "[OPTIONS]\n\nenable: 1\n"


def test_a_cloud_init_drive_is_copied_even_in_a_linked_clone(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"ide2": "local-lvm:cloudinit"})
    vm.post(f"{VM}/template")

    upid = vm.post(f"{VM}/clone", {"newid": 201}).data

    assert vm.log(upid)[0] == "create full clone of drive ide2 (local-lvm:vm-101-cloudinit)"
    assert vm.get(f"{NEW}/config").data["ide2"] == "local-lvm:vm-201-cloudinit,media=cdrom,size=4M"


def test_a_template_has_base_volumes(template: Pve) -> None:
    config = template.get(f"{VM}/config").data

    assert config["template"] == 1
    assert config["scsi0"] == "local-lvm:base-101-disk-0,size=4G"


def test_clones_of_a_template_are_linked_by_default(template: Pve) -> None:
    upid = template.post(f"{VM}/clone", {"newid": 201}).data

    assert template.log(upid)[0] == "create linked clone of drive scsi0 (local-lvm:base-101-disk-0)"
    assert "template" not in template.get(f"{NEW}/config").data


def test_linked_clones_in_directories_name_their_base(images: Pve) -> None:
    images.post("/nodes/hv01/qemu", {"vmid": 103, "scsi0": "imgs:2,format=raw"})
    images.post("/nodes/hv01/qemu/103/template")

    images.post("/nodes/hv01/qemu/103/clone", {"newid": 203})

    disk = images.get("/nodes/hv01/qemu/203/config").data["scsi0"]
    assert disk == "imgs:103/base-103-disk-0.raw/203/vm-203-disk-0.qcow2,size=2G"


def test_a_template_does_not_start(template: Pve) -> None:
    assert template.task(template.post(f"{VM}/status/start").data) == "you can't start a vm if it's a template"


def test_a_template_is_not_made_twice(template: Pve) -> None:
    refused = template.post(f"{VM}/template")

    assert (refused.status, refused.reason) == (500, "you can't convert a template to a template")


def test_a_running_guest_becomes_no_template(vm: Pve) -> None:
    vm.post(f"{VM}/status/start")

    refused = vm.post(f"{VM}/template")

    assert (refused.status, refused.reason) == (500, "you can't convert a VM to template if VM is running")


def test_a_guest_with_snapshots_becomes_no_template(vm: Pve) -> None:
    vm.post(f"{VM}/snapshot", {"snapname": "before"})

    refused = vm.post(f"{VM}/template")

    assert (refused.status, refused.reason) == (500, "unable to create template, because VM contains snapshots")


def test_the_state_of_a_tpm_is_not_cloned_while_the_guest_runs(vm: Pve) -> None:
    vm.put(f"{VM}/config", {"tpmstate0": "local-lvm:1,version=v2.0"})
    vm.post(f"{VM}/status/start")

    refused = vm.post(f"{VM}/clone", {"newid": 201})

    assert (refused.status, refused.reason) == (500, "cannot clone TPM state while VM is running")


def test_a_clone_needs_space_rights_on_the_target_storage(images: Pve) -> None:
    carol = images.new_user("carol@pve", {"/vms": "PVEVMAdmin", "/storage/local-lvm": "PVEDatastoreUser"})

    refused = carol.post(f"{VM}/clone", {"newid": 201, "storage": "imgs"})

    assert refused.status == 403
    assert refused.reason == "Permission check failed (/storage/imgs, Datastore.AllocateSpace)"

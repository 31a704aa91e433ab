"""Drives of a new guest: volumes, sizes, names, boot order."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve
from tests.contract.qemu_config.guest import GUESTS, begin, config, create


@pytest.fixture
def dirimg(pve: Pve) -> str:
    """A directory storage for images."""
    answer = pve.post(
        "/storage",
        {"storage": "dirimg", "type": "dir", "path": "/var/lib/dirimg", "content": "images,iso,snippets,import"},
    )
    assert answer.status == 200
    return "dirimg"


def test_drive_options_are_sorted_and_a_size_sent_along_is_ignored(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:4,ssd=yes,size=9G,discard=on")

    assert config(pve)["scsi0"] == "local-lvm:vm-100-disk-0,discard=on,size=4G,ssd=1"


def test_volumes_are_made_in_the_order_of_their_keys(pve: Pve) -> None:
    create(pve, virtio0="local-lvm:1", efidisk0="local-lvm:1", scsi0="local-lvm:1", tpmstate0="local-lvm:1")

    shown = config(pve)

    assert shown["efidisk0"] == "local-lvm:vm-100-disk-0,size=4M"
    assert shown["scsi0"] == "local-lvm:vm-100-disk-1,size=1G"
    assert shown["tpmstate0"] == "local-lvm:vm-100-disk-2,size=4M"
    assert shown["virtio0"] == "local-lvm:vm-100-disk-3,size=1G"


def test_disk_numbers_count_per_storage(pve: Pve, dirimg: str) -> None:
    create(pve, scsi0="local-lvm:1", scsi1=f"{dirimg}:1,format=qcow2")

    shown = config(pve)

    assert shown["scsi0"].startswith("local-lvm:vm-100-disk-0,")
    assert shown["scsi1"] == "dirimg:100/vm-100-disk-0.qcow2,size=1G"


def test_a_fraction_of_a_gib_is_printed_in_mib(pve: Pve) -> None:
    create(pve, scsi0="local-lvm:0.5")

    assert config(pve)["scsi0"] == "local-lvm:vm-100-disk-0,size=512M"


def test_efi_variables_have_a_fixed_size(pve: Pve, dirimg: str) -> None:
    upid = create(pve, efidisk0=f"{dirimg}:1,efitype=4m,pre-enrolled-keys=1")

    assert config(pve)["efidisk0"] == "dirimg:100/vm-100-disk-0.raw,efitype=4m,pre-enrolled-keys=1,size=528K"
    assert "transferred 528.0 KiB of 528.0 KiB (100.00%)" in pve.log(upid)


def test_the_log_names_each_disk(pve: Pve, dirimg: str) -> None:
    upid = create(pve, scsi0=f"{dirimg}:1")

    assert pve.log(upid) == [
        "Formatting '/var/lib/dirimg/images/100/vm-100-disk-0.raw', fmt=raw size=1073741824 preallocation=off",
        "scsi0: successfully created disk 'dirimg:100/vm-100-disk-0.raw,size=1G'",
        "TASK OK",
    ]


def test_a_cloudinit_drive_has_no_size_at_first(pve: Pve, dirimg: str) -> None:
    create(pve, ide2=f"{dirimg}:cloudinit")

    assert config(pve)["ide2"] == "dirimg:100/vm-100-cloudinit.qcow2,media=cdrom"


def test_a_guest_has_one_cloudinit_drive_only(pve: Pve) -> None:
    upid = begin(pve, ide2="local-lvm:cloudinit", ide3="local-lvm:cloudinit")

    assert pve.task(upid) == "unable to create VM 100 - ide2 - cloud-init drive is already attached at 'ide3'"


def test_an_iso_image_has_to_be_marked_as_cdrom(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "ide2": "local:iso/x.iso"})

    assert (answer.status, answer.errors) == (400, {"ide2": "explicit 'media=cdrom' is required for iso images"})


def test_a_missing_iso_image_fails_in_the_task(pve: Pve) -> None:
    upid = begin(pve, ide2="local:iso/x.iso,media=cdrom")

    assert pve.task(upid) == "unable to create VM 100 - volume 'local:iso/x.iso' does not exist"


def test_cdrom_is_another_name_for_ide2(pve: Pve) -> None:
    create(pve, cdrom="none")

    assert config(pve)["ide2"] == "none,media=cdrom"


def test_a_storage_without_images_is_refused(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "scsi0": "local:1"})

    assert (answer.status, answer.errors) == (400, {"storage": "storage 'local' does not support vm images"})


def test_an_unknown_storage_is_refused(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "scsi0": "nope:1"})

    assert (answer.status, answer.reason) == (500, "storage 'nope' does not exist")


def test_a_format_that_a_storage_lacks_fails_in_the_task(pve: Pve) -> None:
    upid = begin(pve, scsi0="local-lvm:1,format=qcow2")

    assert pve.task(upid) == (
        "unable to create VM 100 - unsupported format 'qcow2' at /usr/share/perl5/PVE/Storage/LvmThinPlugin.pm line 88."
    )


def test_an_import_takes_the_source_size(pve: Pve) -> None:
    pve.node.files.write("root/small.raw", b"\0" * 2048)

    create(pve, scsi0="local-lvm:0,import-from=/root/small.raw,ssd=1")

    assert config(pve)["scsi0"] == "local-lvm:vm-100-disk-0,size=2K,ssd=1"


def test_an_import_wants_size_zero(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "scsi0": "local-lvm:4,import-from=/root/small.raw"})

    expected = "'import-from' requires special syntax - use <storage ID>:0,import-from=<source>"
    assert (answer.status, answer.errors) == (400, {"scsi0": expected})


def test_an_import_of_a_missing_volume_says_what_could_not_be_read(pve: Pve, dirimg: str) -> None:
    upid = begin(pve, scsi0=f"local-lvm:0,import-from={dirimg}:700/vm-700-disk-0.qcow2")

    source = "dirimg:700/vm-700-disk-0.qcow2"
    assert pve.task(upid) == f"unable to create VM 100 - cannot import from '{source}' - could not get size of {source}"


def test_the_boot_order_is_disk_cdrom_net(pve: Pve) -> None:
    create(pve, net1="virtio", net0="virtio", ide2="none,media=cdrom", virtio0="local-lvm:1", scsi5="local-lvm:1")

    assert config(pve)["boot"] == "order=scsi5;ide2;net0"


def test_an_ide_disk_comes_first_in_the_boot_order(pve: Pve) -> None:
    create(pve, ide0="local-lvm:1", virtio0="local-lvm:1")

    assert config(pve)["boot"] == "order=ide0"


def test_efi_variables_are_no_boot_device(pve: Pve) -> None:
    create(pve, efidisk0="local-lvm:1")

    assert config(pve)["boot"] == " "


def test_contradicting_drive_options_cannot_be_read(pve: Pve) -> None:
    answer = pve.post(GUESTS, {"vmid": 100, "scsi0": "local-lvm:1,iops=10,iops_rd=5"})

    assert (answer.status, answer.errors) == (400, {"scsi0": "unable to parse drive options"})

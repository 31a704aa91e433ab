"""The ramdisk loads modules in an order that works, and carries a node's identity."""

import pytest

from fixtures.errors import LabError
from sim import initrd

MODULES_DEP = """\
kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko kernel/lib/crc16.ko
kernel/fs/jbd2/jbd2.ko:
kernel/lib/crc16.ko:
kernel/drivers/nvme/host/nvme.ko: kernel/drivers/nvme/host/nvme-core.ko kernel/lib/crc-t10.ko
kernel/drivers/nvme/host/nvme-core.ko: kernel/lib/crc-t10.ko
kernel/lib/crc-t10.ko:
"""


def test_what_a_module_needs_is_loaded_before_it() -> None:
    order = initrd.module_load_order(["nvme"], MODULES_DEP, "")

    assert order == (
        "kernel/lib/crc-t10.ko",
        "kernel/drivers/nvme/host/nvme-core.ko",
        "kernel/drivers/nvme/host/nvme.ko",
    )


def test_a_module_that_two_need_is_loaded_once() -> None:
    order = initrd.module_load_order(["nvme-core", "nvme"], MODULES_DEP, "")

    assert len(order) == len(set(order))


def test_dashes_and_underscores_name_the_same_module() -> None:
    assert initrd.module_load_order(["nvme_core"], MODULES_DEP, "")[-1].endswith("nvme-core.ko")


def test_a_module_of_the_kernel_itself_needs_no_loading() -> None:
    assert initrd.module_load_order(["ext4"], "", "kernel/fs/ext4/ext4.ko\n") == ()


def test_every_module_that_is_nowhere_is_named() -> None:
    with pytest.raises(LabError) as caught:
        initrd.module_load_order(["ext4", "zfs", "btrfs"], MODULES_DEP, "")

    assert [problem.what for problem in caught.value.problems] == [
        "its kernel has no module zfs",
        "its kernel has no module btrfs",
    ]


def test_the_base_ramdisk_names_its_modules_in_loading_order() -> None:
    ramdisk = initrd.base_ramdisk(b"busybox", {"b.ko": b"B", "a.ko": b"A"})

    assert b"b.ko\na.ko\n" in ramdisk
    assert initrd.INIT_SCRIPT.encode() in ramdisk


def test_folders_of_an_identity_come_before_what_lies_in_them() -> None:
    archive = initrd.identity_ramdisk({"/etc/ssh/key": (0o600, b"secret")})

    assert archive.index(b"identity\0") < archive.index(b"identity/etc\0") < archive.index(b"identity/etc/ssh\0")
    assert archive.index(b"identity/etc/ssh\0") < archive.index(b"identity/etc/ssh/key\0")


def test_only_root_may_look_into_roots_home() -> None:
    archive = initrd.identity_ramdisk({"/root/.ssh/authorized_keys": (0o600, b"key")})

    name = archive.index(b"identity/root/.ssh\0")
    assert int(archive[name - 110 + 14 : name - 110 + 22], 16) & 0o777 == 0o700

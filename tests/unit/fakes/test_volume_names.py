"""What a volume's name says, for each kind of storage."""

from __future__ import annotations

import pytest

from fakes.pve.storage.names import PARSERS, VolumeName, VolumeNameError, split_volid


@pytest.mark.parametrize(
    ("kind", "name", "parts"),
    [
        ("dir", "700/vm-700-disk-0.qcow2", VolumeName("images", "vm-700-disk-0.qcow2", 700, "qcow2")),
        ("dir", "103/base-103-disk-0.raw", VolumeName("images", "base-103-disk-0.raw", 103, "raw", is_base=True)),
        (
            "dir",
            "103/base-103-disk-0.raw/230/vm-230-disk-0.qcow2",
            VolumeName("images", "vm-230-disk-0.qcow2", 230, "qcow2", False, "base-103-disk-0.raw", 103),
        ),
        ("dir", "iso/debian.iso", VolumeName("iso", "debian.iso")),
        ("dir", "vztmpl/debian-12.tar.zst", VolumeName("vztmpl", "debian-12.tar.zst")),
        ("nfs", "backup/vzdump-lxc-101-x.tar.gz", VolumeName("backup", "vzdump-lxc-101-x.tar.gz", 101)),
        ("dir", "backup/mine.tar", VolumeName("backup", "mine.tar")),
        ("dir", "snippets/user.yaml", VolumeName("snippets", "user.yaml")),
        ("dir", "import/fedora.qcow2", VolumeName("import", "fedora.qcow2", None, "qcow2")),
        ("dir", "import/a.ova/disk 1.vmdk", VolumeName("import", "a.ova/disk 1.vmdk", None, "ova+vmdk")),
        ("lvm", "vm-100-disk-0", VolumeName("images", "vm-100-disk-0", 100)),
        ("lvmthin", "base-100-disk-0", VolumeName("images", "base-100-disk-0", 100, is_base=True)),
        ("lvmthin", "vm-100-cloudinit", VolumeName("images", "vm-100-cloudinit", 100)),
        (
            "zfspool",
            "base-100-disk-0/vm-101-disk-0",
            VolumeName("images", "vm-101-disk-0", 101, "raw", False, "base-100-disk-0", 100),
        ),
        ("zfspool", "subvol-100-disk-0", VolumeName("images", "subvol-100-disk-0", 100, "subvol")),
    ],
)
def test_a_name_says_what_and_whose_it_is(kind: str, name: str, parts: VolumeName) -> None:
    assert PARSERS[kind](name) == parts


@pytest.mark.parametrize(
    ("kind", "name", "problem"),
    [
        ("dir", "x", "unable to parse directory volume name 'x'"),
        ("dir", "iso/x.txt", "unable to parse directory volume name 'iso/x.txt'"),
        ("dir", "700/foo", "unable to parse volume filename 'foo'"),
        ("lvm", "base-100-disk-0", "unable to parse lvm volume name 'base-100-disk-0'"),
        ("lvmthin", "1G", "unable to parse lvm volume name '1G'"),
        ("lvmthin", "x", "lvm name 'x' contains illegal characters"),
        ("zfspool", "x", "unable to parse zfs volume name 'x'"),
        ("rbd", "x", "unable to parse rbd volume name 'x'"),
    ],
)
def test_a_name_of_another_kind_is_refused(kind: str, name: str, problem: str) -> None:
    with pytest.raises(VolumeNameError) as caught:
        PARSERS[kind](name)

    assert caught.value.message == problem


def test_a_volume_id_is_storage_and_name() -> None:
    assert split_volid("local:iso/a:b.iso") == ("local", "iso/a:b.iso")


def test_a_text_without_storage_is_no_volume_id() -> None:
    with pytest.raises(VolumeNameError, match="unable to parse volume ID 'x'"):
        split_volid("x")

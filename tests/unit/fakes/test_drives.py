"""Drive and network strings, and the sizes in them."""

from __future__ import annotations

import pytest

from fakes.pve.drives import add_unused, drives, format_drive, format_size, parse_drive, parse_size
from fakes.pve.nets import format_net, parse_net


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("512", 512), ("528K", 528 * 1024), ("3584M", 3584 * 1024**2), ("4G", 4 * 1024**3), ("2T", 2 * 1024**4)],
)
def test_sizes_are_read_and_printed_in_the_largest_unit(text: str, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes
    assert format_size(size_bytes) == text


def test_nothing_at_all_is_printed_in_the_largest_unit() -> None:
    assert format_size(0) == "0T"


def test_a_fraction_of_a_unit_is_a_size() -> None:
    assert parse_size("0.5G") == 512 * 1024**2


def test_a_word_is_no_size() -> None:
    assert parse_size("big") is None


def test_a_drive_is_reprinted_sorted() -> None:
    drive = parse_drive("scsi0", "local-lvm:vm-1-disk-0,ssd=on,size=4G,cache=none,volume=x:y")

    assert format_drive(drive) == "x:y,cache=none,size=4G,ssd=1"


@pytest.mark.parametrize("file", ["local-lvm:vm-1-cloudinit", "dirimg:1/vm-1-cloudinit.qcow2", "local-lvm:cloudinit"])
def test_a_cloudinit_image_is_known_by_its_name(file: str) -> None:
    assert parse_drive("ide2", f"{file},media=cdrom").is_cloudinit


def test_a_drive_knows_its_place() -> None:
    drive = parse_drive("scsi12", "dirimg:1/vm-1-disk-0.raw")

    assert (drive.interface, drive.index, drive.storage) == ("scsi", 12, "dirimg")


def test_drives_come_in_proxmoxs_order() -> None:
    section = {"virtio0": "a:1", "scsi10": "a:2", "scsi2": "a:3", "ide0": "a:4", "efidisk0": "a:5", "unused1": "a:6"}

    assert [drive.key for drive in drives(section, unused=True)] == [
        "ide0",
        "scsi2",
        "scsi10",
        "virtio0",
        "efidisk0",
        "unused1",
    ]


def test_the_lowest_free_number_notes_an_unused_volume() -> None:
    section: dict[str, str | int] = {"unused0": "a:1", "unused2": "a:2"}

    assert add_unused(section, "a:3") == "unused1"


def test_a_volume_is_noted_once() -> None:
    section: dict[str, str | int] = {"unused0": "a:1"}

    assert add_unused(section, "a:1") is None


def test_a_net_is_reprinted_with_its_address_first() -> None:
    net = parse_net("model=e1000,bridge=vmbr0,macaddr=02:DE:20:00:00:01,firewall=no")

    assert format_net(net) == "e1000=02:DE:20:00:00:01,bridge=vmbr0,firewall=0"


def test_a_net_without_address_has_only_its_model() -> None:
    assert format_net(parse_net("virtio,bridge=vmbr0")) == "virtio,bridge=vmbr0"

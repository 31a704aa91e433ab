"""Archives are laid out as the kernel's unpacker expects them."""

import stat

from sim import cpio


def test_a_file_is_a_header_of_thirteen_numbers_then_its_name_then_its_bytes() -> None:
    record = cpio.archive([cpio.file("etc/motd", b"hello", permissions=0o640)])

    assert record[:6] == b"070701"
    assert int(record[14:22], 16) == stat.S_IFREG | 0o640
    assert int(record[54:62], 16) == len(b"hello")
    assert int(record[94:102], 16) == len(b"etc/motd\0")
    assert record[110:119] == b"etc/motd\0"
    assert record[120:125] == b"hello"


def test_names_and_contents_start_on_multiples_of_four() -> None:
    archive = cpio.archive([cpio.file("a", b"12345"), cpio.file("bb", b"1")])

    assert archive.index(b"12345") % 4 == 0
    assert archive.index(b"070701", 6) % 4 == 0


def test_an_archive_ends_with_the_trailer_and_fills_its_last_block() -> None:
    archive = cpio.archive([cpio.directory("dev")])

    assert archive.rstrip(b"\0").endswith(b"TRAILER!!!")
    assert len(archive) % 512 == 0


def test_a_link_holds_its_target_as_content() -> None:
    archive = cpio.archive([cpio.symlink("bin/sh", "busybox")])

    assert int(archive[14:22], 16) == stat.S_IFLNK | 0o777
    assert int(archive[54:62], 16) == len("busybox")
    assert b"busybox" in archive


def test_the_same_entries_make_the_same_bytes() -> None:
    entries = [cpio.directory("dev"), cpio.file("init", b"#!/bin/sh\n", permissions=0o755)]

    assert cpio.archive(entries) == cpio.archive(entries)


def test_a_leading_slash_is_not_part_of_a_name() -> None:
    assert cpio.archive([cpio.directory("/dev")]) == cpio.archive([cpio.directory("dev")])

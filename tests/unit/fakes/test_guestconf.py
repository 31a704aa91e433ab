"""The file format of guest configurations."""

from __future__ import annotations

import pytest

from fakes.pve.guestconf import GuestConfig, format_guest, parse_guest, tidy
from fakes.pve.http import ApiError

FULL = """\
#Built by%3A someone
#%C3%BCber
agent: enabled=1
boot: order=scsi0;net0
cores: 2
net0: virtio=02:DE:20:00:01:01,bridge=vmbr0
onboot: 1
scsi0: local-lvm:vm-101-disk-0,size=4G
unused0: local-lvm:vm-101-disk-1

[PENDING]
cores: 4
delete: onboot,!scsi0

[special:cloudinit]
added: ciuser

[base]
#before
cores: 1
snaptime: 1795272173
"""


def test_a_file_survives_reading_and_writing() -> None:
    assert format_guest(parse_guest(FULL)) == FULL


def test_the_sections_are_kept_apart() -> None:
    config = parse_guest(FULL)

    assert config.main["cores"] == 2
    assert config.pending == {"cores": 4}
    assert config.deleting == {"scsi0": True, "onboot": False}
    assert config.cloudinit == {"added": "ciuser"}
    assert config.snapshots == {"base": {"cores": 1, "snaptime": 1795272173, "description": "before"}}


def test_notes_are_decoded() -> None:
    assert parse_guest(FULL).main["description"] == "Built by: someone\nüber"


def test_the_notes_of_a_container_end_in_a_newline() -> None:
    assert parse_guest("#x\nhostname: ct\n", "lxc").main["description"] == "x\n"


def test_raw_lines_of_a_container_are_kept() -> None:
    text = "hostname: ct\nlxc.idmap: u 0 100000 65536\nlxc.idmap: g 0 100000 65536\n"

    assert format_guest(parse_guest(text, "lxc")) == text


def test_an_empty_value_reads_as_one_blank() -> None:
    assert parse_guest("tags: \n").main == {"tags": " "}


def test_a_line_that_cannot_be_read_is_a_warning() -> None:
    config = parse_guest("cores: zwei\nfoo: bar\nmemory: 512\n")

    assert config.main == {"memory": "512"}
    assert config.warnings == (
        "unable to parse value of 'cores' - type check ('integer') failed - got 'zwei'",
        "unable to parse value of 'foo' - unknown setting 'foo'",
    )


def test_a_copy_does_not_change_the_original() -> None:
    config = parse_guest(FULL)

    config.copy().snapshots["base"]["cores"] = 9

    assert config.snapshots["base"]["cores"] == 1


def test_a_volume_in_use_is_not_unused() -> None:
    config = GuestConfig(main={"scsi0": "local-lvm:vm-1-disk-0,size=1G", "unused0": "local-lvm:vm-1-disk-0"})

    tidy(config)

    assert "unused0" not in config.main


def test_a_value_that_cannot_be_written_is_named() -> None:
    config = GuestConfig(main={"cores": "+2"})

    with pytest.raises(
        ApiError, match=r"unable to parse value of 'cores' - type check \('integer'\) failed - got '\+2'"
    ):
        tidy(config)

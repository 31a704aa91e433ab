"""storage.cfg: what is read from it and how it is written."""

from __future__ import annotations

from fakes.pve.storage.config import StorageConfig, format_storage_cfg, parse_storage_cfg

FILE = """\
dir: local
	path /var/lib/vz
	content iso,vztmpl,backup
	prune-backups keep-last=3

lvmthin: local-lvm
	thinpool data
	vgname pve
	content rootdir,images

nfs: far
	disable
	export /srv/nas
	path /mnt/pve/far
	server 192.0.2.9
	content backup

"""


def test_a_file_is_written_as_it_was_read() -> None:
    assert format_storage_cfg(parse_storage_cfg(FILE).values()) == FILE


def test_a_word_without_value_is_true() -> None:
    assert parse_storage_cfg(FILE)["far"].options["disable"] == 1


def test_network_storages_are_shared() -> None:
    assert parse_storage_cfg(FILE)["far"].shown()["shared"] == 1


def test_a_missing_local_is_put_first() -> None:
    found = parse_storage_cfg("dir: other\n\tpath /srv/other\n")

    assert list(found) == ["local", "other"]
    assert found["local"].text("prune-backups") == "keep-all=1"


def test_local_is_never_limited_to_nodes() -> None:
    assert parse_storage_cfg("dir: local\n\tpath /var/lib/vz\n\tnodes a,b\n")["local"].nodes == ()


def test_sections_of_unknown_types_are_left_out() -> None:
    assert list(parse_storage_cfg("drbd: x\n\tfoo bar\n")) == ["local"]


def test_a_content_type_can_have_a_folder_of_its_own() -> None:
    config = StorageConfig("d", "dir", {"path": "/srv/d/", "content-dirs": "iso=images/iso,backup=/b"})

    assert (config.folder("iso"), config.folder("backup")) == ("/srv/d/images/iso", "/srv/d/b")


def test_switched_off_flags_are_not_shown() -> None:
    config = StorageConfig("d", "dir", {"path": "/srv/d", "disable": 0})

    assert "disable" not in config.shown()

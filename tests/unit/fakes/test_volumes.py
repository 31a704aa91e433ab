"""Volumes of a node: numbers, snapshots, clones, copies, and what they cost."""

from __future__ import annotations

import pytest

from fakes.pve.http import ApiError
from fakes.pve.node import NodeFacts
from fakes.pve.seed import standalone
from fakes.pve.storage import StorageConfig, Volumes, read_config, volumes, write_config
from fakes.pve.storage.contentfiles import REACHABLE
from fakes.pve.storage.zfspool import POOLS

GIB = 1024**3
DIRIMG = StorageConfig("dirimg", "dir", {"path": "/var/lib/dirimg", "content": "images,import"})
NFS = StorageConfig("far", "nfs", {"path": "/mnt/pve/far", "server": "nas", "export": "/srv", "content": "images,iso"})
THICK = StorageConfig("thick", "lvm", {"vgname": "vgthick"})
POOL = StorageConfig("tank", "zfspool", {"pool": "tank"})


@pytest.fixture
def shelf() -> Volumes:
    """A node with storages of several kinds."""
    datacenter = standalone(NodeFacts("hv01"))
    node = datacenter.nodes["hv01"]
    added = {config.id: config for config in (DIRIMG, NFS, THICK, POOL)}
    write_config(datacenter.cfs, {**read_config(datacenter.cfs), **added})
    node.files.write(f"{POOLS}/tank.json", '{"size": 107374182400}')
    node.files.write(REACHABLE, "nas\n")
    return volumes(datacenter, node)


def disk(shelf: Volumes, storage: str = "local-lvm", vmid: int = 101, form: str | None = None) -> str:
    return shelf.allocate(storage, vmid, form, None, GIB)


def test_the_lowest_free_number_is_taken(shelf: Volumes) -> None:
    first, _ = disk(shelf), disk(shelf)
    shelf.free(first)

    assert disk(shelf) == "local-lvm:vm-101-disk-0"


def test_bases_keep_their_number(shelf: Volumes) -> None:
    shelf.to_base(disk(shelf))

    assert disk(shelf) == "local-lvm:vm-101-disk-1"


def test_directories_count_across_formats(shelf: Volumes) -> None:
    disk(shelf, "dirimg", form="qcow2")

    assert disk(shelf, "dirimg", form="raw") == "dirimg:101/vm-101-disk-1.raw"


def test_shares_count_each_format_apart(shelf: Volumes) -> None:
    disk(shelf, "far", form="qcow2")

    assert disk(shelf, "far", form="raw") == "far:101/vm-101-disk-0.raw"


def test_thick_and_thin_volumes_of_a_group_share_their_numbers(shelf: Volumes) -> None:
    datacenter = shelf._datacenter
    config = StorageConfig("fat", "lvm", {"vgname": "pve"})
    write_config(datacenter.cfs, {**read_config(datacenter.cfs), "fat": config})
    disk(shelf)

    assert disk(shelf, "fat") == "fat:vm-101-disk-1"
    assert [volume.volid for volume in shelf.list("fat")] == ["fat:vm-101-disk-1"]


@pytest.mark.parametrize(
    ("storage", "form", "clone"),
    [
        ("dirimg", "raw", "dirimg:101/base-101-disk-0.raw/201/vm-201-disk-0.qcow2"),
        ("local-lvm", None, "local-lvm:vm-201-disk-0"),
        ("tank", None, "tank:base-101-disk-0/vm-201-disk-0"),
    ],
)
def test_a_linked_clone_is_named_after_its_kind_of_storage(
    shelf: Volumes, storage: str, form: str | None, clone: str
) -> None:
    base = shelf.to_base(disk(shelf, storage, form=form))

    assert shelf.clone(base, 201) == clone
    assert shelf.exists(clone)


def test_a_base_is_in_use_until_its_last_clone_is_gone(shelf: Volumes) -> None:
    base = shelf.to_base(disk(shelf, "dirimg"))
    clone = shelf.clone(base, 201)

    before = shelf.is_base_in_use(base)
    shelf.free(clone)

    assert (before, shelf.is_base_in_use(base)) == (True, False)


def test_thin_pools_do_not_know_their_clones(shelf: Volumes) -> None:
    base = shelf.to_base(disk(shelf))
    shelf.clone(base, 201)

    shelf.free(base)

    assert not shelf.exists(base)


def test_a_thin_snapshot_can_be_cloned(shelf: Volumes) -> None:
    volid = disk(shelf)
    shelf.snapshot(volid, "before")

    assert shelf.clone(volid, 201, "before") == "local-lvm:vm-201-disk-0"


def test_a_directory_snapshot_cannot_be_cloned(shelf: Volumes) -> None:
    volid = disk(shelf, "dirimg", form="qcow2")
    shelf.snapshot(volid, "before")

    with pytest.raises(ApiError, match="this storage type does not support clone_image on snapshot"):
        shelf.clone(volid, 201, "before")


@pytest.mark.parametrize(("storage", "form"), [("local-lvm", None), ("dirimg", "qcow2"), ("tank", None)])
def test_a_rollback_brings_the_size_back(shelf: Volumes, storage: str, form: str | None) -> None:
    volid = disk(shelf, storage, form=form)
    shelf.snapshot(volid, "before")
    shelf.resize(volid, 2 * GIB)

    shelf.rollback(volid, "before")

    assert shelf.info(volid).size == GIB


@pytest.mark.parametrize(
    ("storage", "form", "features"),
    [
        ("local-lvm", None, {"snapshot", "template", "copy", "rename"}),
        ("thick", None, {"copy", "rename"}),
        ("dirimg", "raw", {"template", "copy", "rename"}),
        ("dirimg", "qcow2", {"snapshot", "template", "copy", "rename"}),
    ],
)
def test_features_depend_on_storage_and_format(
    shelf: Volumes, storage: str, form: str | None, features: set[str]
) -> None:
    volid = disk(shelf, storage, form=form)

    asked = ("snapshot", "template", "copy", "rename", "clone")
    assert {feature for feature in asked if shelf.has_feature(feature, volid)} == features


def test_a_copy_remembers_what_it_was_made_from(shelf: Volumes) -> None:
    image = shelf.write_file("dirimg", "import", "fedora.raw", b"x" * 4096)

    copied = shelf.copy(image, "local-lvm", 101)
    second = shelf.copy(copied, "dirimg", 102, "qcow2")

    record = shelf.record(second)
    assert record is not None
    assert (record.source, shelf.info(copied).size) == (image, 4 * 1024**2)


def test_an_imported_image_has_its_virtual_size(shelf: Volumes) -> None:
    head = b"QFI\xfb" + bytes(20) + (5 * GIB).to_bytes(8, "big")

    volid = shelf.write_file("dirimg", "import", "fedora.qcow2", head)

    assert (shelf.info(volid).size, shelf.info(volid).format) == (5 * GIB, "qcow2")


def test_what_is_written_counts_as_used(shelf: Volumes) -> None:
    before = shelf.space("dirimg")
    shelf.write_file("dirimg", "import", "fedora.raw", b"x" * 4096)
    after = shelf.space("dirimg")

    assert before is not None
    assert after is not None
    assert after.used - before.used == 4096


def test_a_thick_volume_frees_its_space(shelf: Volumes) -> None:
    before = shelf.space("thick")
    shelf.free(disk(shelf, "thick"))

    assert shelf.space("thick") == before


def test_a_renamed_volume_belongs_to_the_other_guest(shelf: Volumes) -> None:
    disk(shelf, vmid=102)

    assert shelf.rename(disk(shelf), 102) == "local-lvm:vm-102-disk-1"


@pytest.mark.parametrize(
    ("volid", "problem"),
    [
        ("local-lvm:vm-107-disk-5", "no such logical volume pve/vm-107-disk-5"),
        ("local:iso/nope.iso", "volume 'local:iso/nope.iso' does not exist"),
        ("nope:x", "storage 'nope' does not exist"),
    ],
)
def test_a_missing_volume_cannot_be_activated(shelf: Volumes, volid: str, problem: str) -> None:
    with pytest.raises(ApiError) as caught:
        shelf.activate(volid)

    assert caught.value.message == problem


def test_counting_does_not_look_at_other_guests(shelf: Volumes, monkeypatch: pytest.MonkeyPatch) -> None:
    disk(shelf, vmid=101)
    seen: list[str] = []
    listed = shelf.own_shelf.files.list

    def watched(folder: str) -> list[str]:
        seen.append(folder)
        return listed(folder)

    monkeypatch.setattr(shelf.own_shelf.files, "list", watched)
    disk(shelf, vmid=102)

    assert {folder for folder in seen if "/volumes/" in folder} == {"var/lib/labctl/volumes/lvm/pve/102"}

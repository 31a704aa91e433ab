"""The storages of a node: active or not, how full, for whom."""

from __future__ import annotations

from fakes.pve.storage.volumes import volumes
from tests.contract.client import Pve

GIB = 1024**3


def test_rows_have_their_share_of_use(pve: Pve) -> None:
    rows = {row["storage"]: row for row in pve.get("/nodes/hv01/storage").data}

    local = rows["local"]
    assert local["used_fraction"] == local["used"] / local["total"]
    assert rows["local-lvm"]["total"] == 64 * GIB


def test_content_filters_the_list(pve: Pve) -> None:
    answer = pve.get("/nodes/hv01/storage", {"content": "images"})

    assert [row["storage"] for row in answer.data] == ["local-lvm"]


def test_formats_are_shown_where_there_is_a_choice(pve: Pve) -> None:
    rows = {row["storage"]: row for row in pve.get("/nodes/hv01/storage", {"format": 1}).data}

    assert rows["local"]["format"] == [{"raw": 1, "qcow2": 1, "vmdk": 1, "subvol": 1}, "raw"]
    assert "format" not in rows["local-lvm"]


def test_a_disabled_storage_is_listed_as_such(pve: Pve) -> None:
    pve.put("/storage/local", {"disable": 1})

    rows = {row["storage"]: row for row in pve.get("/nodes/hv01/storage").data}

    assert (rows["local"]["enabled"], rows["local"]["active"], rows["local"]["total"]) == (0, 0, 0)


def test_enabled_leaves_out_disabled_ones(pve: Pve) -> None:
    pve.put("/storage/local", {"disable": 1})

    answer = pve.get("/nodes/hv01/storage", {"enabled": 1})

    assert [row["storage"] for row in answer.data] == ["local-lvm"]


def test_the_state_of_an_unknown_storage_is_a_refused_parameter(pve: Pve) -> None:
    answer = pve.get("/nodes/hv01/storage/nope/status")

    assert (answer.status, answer.errors) == (400, {"storage": "No such storage."})


def test_the_list_of_an_unknown_storage_is_a_refused_parameter(pve: Pve) -> None:
    answer = pve.get("/nodes/hv01/storage", {"storage": "nope"})

    assert (answer.status, answer.errors) == (400, {"storage": "No such storage."})


def test_thick_volumes_take_their_whole_size(pve: Pve) -> None:
    pve.post("/storage", {"storage": "thick", "type": "lvm", "vgname": "vgthick"})
    before = pve.get("/nodes/hv01/storage/thick/status").data["used"]

    pve.post("/nodes/hv01/storage/thick/content", {"filename": "vm-100-disk-0", "size": "2G", "vmid": 100})

    assert pve.get("/nodes/hv01/storage/thick/status").data["used"] == before + 2 * GIB


def test_thin_volumes_take_nothing_until_they_are_written(pve: Pve) -> None:
    pve.post("/nodes/hv01/storage/local-lvm/content", {"filename": "vm-100-disk-0", "size": "2G", "vmid": 100})

    assert pve.get("/nodes/hv01/storage/local-lvm/status").data["used"] == 0


def test_a_full_volume_group_refuses_another_volume(pve: Pve) -> None:
    pve.post("/storage", {"storage": "thick", "type": "lvm", "vgname": "vgthick"})

    answer = pve.post("/nodes/hv01/storage/thick/content", {"filename": "vm-100-disk-0", "size": "60G", "vmid": 100})

    reason = 'Volume group "vgthick" has insufficient free space (12800 extents): 15360 required.'
    assert (answer.status, answer.reason) == (500, f"lvcreate 'vgthick/vm-100-disk-0' error:   {reason}")


def test_a_full_thin_pool_refuses_another_volume(pve: Pve) -> None:
    volumes(pve.datacenter, pve.node).fill("local-lvm", 64 * GIB)

    answer = pve.post("/nodes/hv01/storage/local-lvm/content", {"filename": "vm-100-a", "size": "1G", "vmid": 100})

    assert answer.status == 500
    assert answer.reason.endswith("free space in thin pool pve/data reached threshold.")


def test_statistics_have_a_time_in_every_row(pve: Pve) -> None:
    answer = pve.get("/nodes/hv01/storage/local/rrddata", {"timeframe": "hour"})

    assert len(answer.data) == 70
    assert answer.data[-1]["total"] == pve.node.facts.root_bytes

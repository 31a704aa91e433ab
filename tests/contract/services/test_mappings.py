"""Mappings of devices and directories."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

USB = "/cluster/mapping/usb"
DIR = "/cluster/mapping/dir"


def test_a_mapping_is_kept_under_its_name_alone(pve: Pve) -> None:
    pve.post(DIR, {"id": "d1", "map": "node=hv01,path=/srv", "description": "shared"})

    text = "d1\n\tmap node=hv01,path=/srv\n\tdescription shared\n\n"
    assert pve.datacenter.cfs.read("mapping/directory.cfg") == text


def test_a_mapping_reads_as_a_list_of_places(pve: Pve) -> None:
    places = ["node=hv01,id=1234:5678", "node=hv02,id=1234:5678"]

    pve.post(USB, {"id": "stick", "map": places})

    assert pve.get(f"{USB}/stick").data["map"] == places


@pytest.mark.parametrize(
    ("kind", "place", "problem"),
    [
        ("usb", "node=hv01,id=1234:5678", "create hardware mapping failed: usb ID 'x1' already defined"),
        (
            "pci",
            "node=hv01,path=0000:00:02.0,id=8086:1912",
            "create hardware mapping failed: pci ID 'x1' already defined",
        ),
        ("dir", "node=hv01,path=/srv", "create directory mapping failed: dir ID 'x1' already defined"),
    ],
)
def test_a_mapping_exists_once(pve: Pve, kind: str, place: str, problem: str) -> None:
    pve.post(f"/cluster/mapping/{kind}", {"id": "x1", "map": place})

    answer = pve.post(f"/cluster/mapping/{kind}", {"id": "x1", "map": place})

    assert (answer.status, answer.reason) == (500, problem)


def test_an_unknown_mapping_cannot_be_read_but_deleted(pve: Pve) -> None:
    assert pve.get(f"{USB}/none").reason == "mapping 'none' not found"
    assert pve.delete(f"{USB}/none").status == 200


def test_a_directory_has_one_place_per_node(pve: Pve) -> None:
    answer = pve.post(DIR, {"id": "d1", "map": ["node=hv01,path=/srv", "node=hv01,path=/mnt"]})

    assert (answer.status, answer.reason) == (500, "Node 'hv01' is specified 2 times.")


def test_a_check_warns_of_a_node_without_a_place(pve: Pve) -> None:
    pve.post(DIR, {"id": "d1", "map": "node=hv02,path=/srv"})

    row = pve.get(DIR, {"check-node": "hv01"}).data[0]

    assert row["checks"] == [{"severity": "warning", "message": "No mapping for node hv01."}]


def test_a_stale_digest_keeps_a_mapping_as_it_is(pve: Pve) -> None:
    pve.post(USB, {"id": "stick", "map": "node=hv01,id=1234:5678"})

    answer = pve.put(f"{USB}/stick", {"map": "node=hv01,id=1234:9999", "digest": "0" * 40})

    assert answer.reason.startswith("update hardware mapping failed: detected modified configuration")
    assert pve.get(f"{USB}/stick").data["map"] == ["node=hv01,id=1234:5678"]

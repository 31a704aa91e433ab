"""Troubles set over the control API: locked guests, full storages, nodes that are off."""

from __future__ import annotations

import pytest
import requests

from tests.contract.client import Pve
from tests.contract.wire.test_lab_control import control, lab, server

__all__ = ["lab", "server"]


def test_a_locked_guest_refuses_changes_until_the_lock_is_gone(lab: Pve) -> None:
    lab.task(lab.post("/nodes/hv01/qemu", {"vmid": 100}).data)
    control(lab, "POST", "/guests/100", {"lock": "backup"})

    refused = lab.put("/nodes/hv01/qemu/100/config", {"cores": 2})
    control(lab, "POST", "/guests/100", {"lock": None})
    after = lab.put("/nodes/hv01/qemu/100/config", {"cores": 2})

    assert (refused.status, refused.reason) == (500, "VM is locked (backup)")
    assert after.status == 200


def test_a_full_volume_group_takes_no_disk_until_there_is_space(lab: Pve) -> None:
    lab.post("/storage", {"storage": "thick", "type": "lvm", "vgname": "vgthick", "content": "images"})
    control(lab, "POST", "/storages/thick", {"free": 4 * 1024**2})

    free = lab.get("/nodes/hv01/storage/thick/status").data["avail"]
    failed = lab.task(lab.post("/nodes/hv01/qemu", {"vmid": 101, "scsi0": "thick:1"}).data)
    control(lab, "POST", "/storages/thick", {"free": None})
    after = lab.task(lab.post("/nodes/hv01/qemu", {"vmid": 102, "scsi0": "thick:1"}).data)

    assert free == 4 * 1024**2
    assert failed.startswith("unable to create VM 101 - ")
    assert after == "OK"


def test_a_node_that_is_off_does_not_answer(lab: Pve) -> None:
    control(lab, "POST", "/nodes/hv01", {"online": False})

    with pytest.raises(requests.exceptions.ConnectionError):
        lab.get("/version")
    control(lab, "POST", "/nodes/hv01", {"online": True})

    assert lab.get("/version").status == 200


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/guests/100", {"lock": "nonsense"}, 'expected POST /_lab/guests/VMID with "lock": null or backup'),
        ("/guests/4711", {"lock": "backup"}, "there is no guest 4711"),
        ("/storages/local-lvm", {"free": -1}, "expected POST /_lab/storages/ID"),
        ("/storages/nope", {"free": 0}, "storage 'nope' does not exist"),
        ("/nodes/hv09", {"online": False}, "expected POST /_lab/nodes/NAME (hv01)"),
        ("/faults", {"effect": "error", "status": "x"}, "status: not of the right type"),
    ],
)
def test_a_trouble_that_makes_no_sense_is_refused(lab: Pve, path: str, body: dict[str, object], words: str) -> None:
    answer = control(lab, "POST", path, body)

    assert answer.status == 400
    assert words in answer.json["error"]

"""The control API beside the product's, on a server of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from fakes.pve.dispatch import Api
from fakes.pve.lab_control import LabControl
from fakes.server import serving
from tests.contract.client import Answer, Pve
from tests.contract.conftest import pristine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pve]:
    datacenter = pristine()
    folder: Path = tmp_path_factory.mktemp("controlled")
    with serving(LabControl(Api(datacenter)), folder) as running, requests.Session() as session:
        session.trust_env, session.verify = False, str(running.ca_file)
        yield Pve(running.url, datacenter, session)


@pytest.fixture
def lab(server: Pve) -> Pve:
    """root@pam's view of a server with control API, reset before each test."""
    assert control(server, "POST", "/reset").status == 200
    control(server, "DELETE", "/faults")
    control(server, "DELETE", "/journal")
    return server.as_user("root@pam")


def control(lab: Pve, method: str, path: str, body: object = None) -> Answer:
    return lab.anonymous().call(method, f"/_lab{path}", shape="", json=body)


def test_an_error_strikes_as_often_as_asked(lab: Pve) -> None:
    fault = {"effect": "error", "path": "/version", "status": 500, "message": "out of order", "times": 1}
    control(lab, "POST", "/faults", fault)

    struck, after = lab.get("/version"), lab.get("/version")

    assert (struck.status, struck.reason, struck.message) == (500, "out of order", "out of order\n")
    assert after.status == 200
    assert control(lab, "GET", "/faults").json[0]["struck"] == 1


def test_a_dropped_connection_is_a_connection_error(lab: Pve) -> None:
    control(lab, "POST", "/faults", {"effect": "drop", "path": "/version"})

    with pytest.raises(requests.exceptions.ConnectionError):
        lab.get("/version")


def test_a_task_can_be_made_to_fail(lab: Pve) -> None:
    control(lab, "POST", "/faults", {"effect": "task", "path": "qmcreate:100", "message": "no space left"})

    upid = lab.post("/nodes/hv01/qemu", {"vmid": 100}).data

    assert lab.task(upid) == "no space left"


def test_a_fault_is_taken_back(lab: Pve) -> None:
    number = control(lab, "POST", "/faults", {"effect": "error", "path": "/version"}).json["id"]

    control(lab, "DELETE", f"/faults/{number}")

    assert lab.get("/version").status == 200
    assert control(lab, "DELETE", f"/faults/{number}").json == {"error": f"there is no fault {number}"}


@pytest.mark.parametrize("body", [{"effect": "explode"}, {"effect": "error", "wrong": 1}, {}])
def test_a_fault_that_makes_no_sense_is_refused(lab: Pve, body: dict[str, object]) -> None:
    answer = control(lab, "POST", "/faults", body)

    assert answer.status == 400
    assert "effect: error, delay, drop, hang, task" in answer.json["error"]


def test_the_clock_moves(lab: Pve) -> None:
    before = control(lab, "GET", "/clock").json["now"]

    control(lab, "POST", "/clock", {"advance": 7201})

    assert control(lab, "GET", "/clock").json["now"] == before + 7201
    assert lab.get("/version").status == 401


def test_the_clock_does_not_go_back(lab: Pve) -> None:
    answer = control(lab, "POST", "/clock", {"advance": -1})

    assert (answer.status, answer.json["error"]) == (400, '"advance" is -1, expected seconds, 0 or more')


def test_reset_brings_back_the_first_state(lab: Pve) -> None:
    lab.post("/access/groups", {"groupid": "ops"})
    lab.post("/nodes/hv01/qemu", {"vmid": 100})

    control(lab, "POST", "/reset")

    assert lab.get("/access/groups").data == []
    assert lab.get("/nodes/hv01/qemu").data == []
    assert lab.get("/nodes/hv01/tasks").data == []


def test_a_snapshot_is_restored_by_name(lab: Pve) -> None:
    lab.post("/access/groups", {"groupid": "ops"})
    control(lab, "POST", "/snapshots", {"name": "with-ops"})
    lab.delete("/access/groups/ops")

    control(lab, "POST", "/snapshots/with-ops/restore")

    assert [row["groupid"] for row in lab.get("/access/groups").data] == ["ops"]
    assert "with-ops" in control(lab, "GET", "/snapshots").json


def test_an_unknown_snapshot_is_named(lab: Pve) -> None:
    answer = control(lab, "POST", "/snapshots/none/restore")

    assert answer.status == 404
    assert "there is no snapshot 'none'" in answer.json["error"]


def test_the_journal_tells_what_was_asked_and_answered(lab: Pve) -> None:
    lab.get("/version")
    lab.get("/nope")

    entries = control(lab, "GET", "/journal").json

    assert [(entry["method"], entry["target"], entry["status"]) for entry in entries] == [
        ("GET", "/api2/json/version", 200),
        ("GET", "/api2/json/nope", 501),
    ]
    assert control(lab, "GET", f"/journal?since={entries[0]['n']}").json == entries[1:]


def test_an_unknown_control_request_lists_the_known_ones(lab: Pve) -> None:
    answer = control(lab, "GET", "/weather")

    assert answer.status == 404
    assert "POST /_lab/faults" in answer.json["error"]


def test_without_being_asked_for_there_is_no_control_api(pve: Pve) -> None:
    answer = pve.get("/_lab/faults", shape="")

    assert (answer.status, answer.reason) == (500, "no such file '/_lab/faults'")

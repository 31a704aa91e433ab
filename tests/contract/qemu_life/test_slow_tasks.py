"""Tasks that take their time: what one sees before they end."""

from __future__ import annotations

import pytest

from fakes.pve.durations import LAB
from tests.contract.client import Pve

VM = "/nodes/hv01/qemu/101"


@pytest.fixture
def slow(vm: Pve) -> Pve:
    """The node of `vm`, with durations as in a lab from now on."""
    vm.datacenter.durations = LAB
    return vm


def test_a_clone_is_locked_while_its_disks_are_copied(slow: Pve) -> None:
    upid = slow.post(f"{VM}/clone", {"newid": 201}).data

    assert slow.get(f"/nodes/hv01/tasks/{upid}/status").data["status"] == "running"
    assert slow.get("/nodes/hv01/qemu/201/config").data["lock"] == "clone"


def test_a_finished_clone_has_no_lock(slow: Pve) -> None:
    upid = slow.post(f"{VM}/clone", {"newid": 201}).data

    assert slow.task(upid) == "OK"
    assert "lock" not in slow.get("/nodes/hv01/qemu/201/config").data


def test_a_snapshot_locks_the_guest_until_it_is_taken(slow: Pve) -> None:
    upid = slow.post(f"{VM}/snapshot", {"snapname": "before"}).data

    locked = slow.get(f"{VM}/config").data["lock"]
    refused = slow.put(f"{VM}/config", {"cores": 2})

    assert slow.task(upid) == "OK"
    assert locked == "snapshot"
    assert (refused.status, refused.reason) == (500, "VM is locked (snapshot)")


def test_a_shutdown_takes_its_time(slow: Pve) -> None:
    slow.task(slow.post(f"{VM}/status/start").data)

    upid = slow.post(f"{VM}/status/shutdown").data
    slow.datacenter.advance(2)
    halfway = slow.get(f"{VM}/status/current").data["status"]

    assert slow.task(upid) == "OK"
    assert (halfway, slow.get(f"{VM}/status/current").data["status"]) == ("running", "stopped")


def test_an_agent_answers_only_after_the_guest_has_booted(slow: Pve) -> None:
    slow.put(f"{VM}/config", {"agent": 1})
    slow.task(slow.post(f"{VM}/status/start").data)

    early = slow.post(f"{VM}/agent/ping")
    slow.datacenter.advance(30)

    assert (early.status, early.reason) == (500, "QEMU guest agent is not running")
    assert slow.post(f"{VM}/agent/ping").data == {"result": {}}


def test_a_reboot_leaves_the_guest_off_for_a_moment(slow: Pve) -> None:
    slow.task(slow.post(f"{VM}/status/start").data)

    upid = slow.post(f"{VM}/status/reboot").data

    assert slow.task(upid) == "OK"
    assert slow.get(f"{VM}/status/current").data["status"] == "stopped"
    slow.datacenter.advance(5)
    assert slow.get(f"{VM}/status/current").data["status"] == "running"

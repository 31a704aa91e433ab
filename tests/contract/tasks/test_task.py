"""One task: its state, its log, stopping it."""

from __future__ import annotations

import gzip

import pytest

from fakes.pve.durations import LAB
from tests.contract.client import Pve

TASKS = "/nodes/hv01/tasks"
LVM = "/nodes/hv01/storage/local-lvm/content"
UNKNOWN = "UPID:hv01:00000001:00000001:00000001:qmstart:100:root@pam:"


def removal(pve: Pve) -> str:
    return str(pve.delete(f"{LVM}/vm-101-disk-0").data)


@pytest.fixture
def slow(pve: Pve) -> Pve:
    """A node with guest 101 whose start takes a while."""
    pve.post("/nodes/hv01/qemu", {"vmid": 101})
    pve.datacenter.durations = LAB
    return pve


def test_an_ended_task_has_an_exit_status(pve: Pve) -> None:
    upid = removal(pve)

    status = pve.get(f"{TASKS}/{upid}/status").data

    assert (status["status"], status["exitstatus"], status["upid"]) == ("stopped", "OK", upid)


def test_a_running_task_has_none(slow: Pve) -> None:
    upid = slow.post("/nodes/hv01/qemu/101/status/start").data

    status = slow.get(f"{TASKS}/{upid}/status").data

    assert status["status"] == "running"
    assert "exitstatus" not in status


def test_a_running_task_is_active(slow: Pve) -> None:
    upid = slow.post("/nodes/hv01/qemu/101/status/start").data

    rows = slow.get(TASKS, {"source": "active"}).data

    assert [(row["upid"], row["status"]) for row in rows] == [(upid, "RUNNING")]


def test_stopping_a_task_interrupts_it(slow: Pve) -> None:
    upid = slow.post("/nodes/hv01/qemu/101/status/start").data

    answer = slow.delete(f"{TASKS}/{upid}")

    assert (answer.status, answer.data) == (200, None)
    assert slow.get(f"{TASKS}/{upid}/status").data["exitstatus"] == "received interrupt"


def test_stopping_an_ended_task_changes_nothing(pve: Pve) -> None:
    upid = removal(pve)

    answer = pve.delete(f"{TASKS}/{upid}")

    assert (answer.status, answer.data) == (200, None)
    assert pve.get(f"{TASKS}/{upid}/status").data["exitstatus"] == "OK"


@pytest.mark.parametrize(("upid", "problem"), [("UPID:foo", "unable to parse worker upid"), (UNKNOWN, "no such task")])
def test_the_state_of_what_is_no_task_is_a_refused_parameter(pve: Pve, upid: str, problem: str) -> None:
    answer = pve.get(f"{TASKS}/{upid}/status")

    assert (answer.status, answer.errors) == (400, {"upid": problem})


def test_the_log_of_an_unknown_task_is_one_line(pve: Pve) -> None:
    answer = pve.get(f"{TASKS}/{UNKNOWN}/log")

    assert answer.data == {"n": 1, "t": "unable to open file - No such file or directory"}


def test_log_lines_are_counted_from_one(pve: Pve) -> None:
    answer = pve.get(f"{TASKS}/{removal(pve)}/log")

    assert answer.data[-1] == {"n": len(answer.data), "t": "TASK OK"}
    assert answer.total == len(answer.data)


def test_a_page_of_a_log_keeps_its_numbers(pve: Pve) -> None:
    upid = pve.delete(f"{LVM}/vm-101-disk-0").data

    answer = pve.get(f"{TASKS}/{upid}/log", {"start": 1, "limit": 1})

    assert answer.data == [{"n": 2, "t": "TASK OK"}]


def test_a_log_can_be_downloaded_as_text(pve: Pve) -> None:
    answer = pve.get(f"{TASKS}/{removal(pve)}/log", {"download": 1})

    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.body == b"Removed volume 'local-lvm:vm-101-disk-0'\nTASK OK\n"


def test_a_download_is_of_the_whole_log(pve: Pve) -> None:
    answer = pve.get(f"{TASKS}/{removal(pve)}/log", {"download": 1, "limit": 5})

    reason = "'download' cannot be used together with 'start' or 'limit' parameters"
    assert (answer.status, answer.reason) == (500, reason)


def test_the_tasks_of_others_need_a_right(pve: Pve) -> None:
    upid = removal(pve)
    bob = pve.new_user("bob@pve")

    answer = bob.get(f"{TASKS}/{upid}/status")

    assert (answer.status, answer.reason) == (403, "Permission check failed (/nodes/hv01, Sys.Audit)")


def test_stopping_the_tasks_of_others_needs_a_right(pve: Pve) -> None:
    upid = removal(pve)
    bob = pve.new_user("bob@pve")

    answer = bob.delete(f"{TASKS}/{upid}")

    assert (answer.status, answer.reason) == (403, "Permission check failed (/nodes/hv01, Sys.Modify)")


def test_a_user_sees_the_tasks_of_his_tokens(pve: Pve) -> None:
    bob = pve.new_user("bob@pve", {"/storage/local-lvm": "PVEDatastoreAdmin"})
    secret = pve.post("/access/users/bob@pve/token/ci", {"privsep": 0}).data["value"]

    upid = removal(pve.with_token("bob@pve!ci", secret))

    assert bob.get(f"{TASKS}/{upid}/status").data["exitstatus"] == "OK"


def test_a_long_log_is_sent_packed(pve: Pve) -> None:
    upid = removal(pve)
    path = next(path for path in pve.node.files.walk("var/log/pve/tasks") if path.endswith(upid))
    pve.node.files.write(path, "x" * 2000 + "\n")

    answer = pve.get(f"{TASKS}/{upid}/log", {"download": 1}, headers={"Accept-Encoding": "gzip"})

    unpacked = answer.body if answer.body.startswith(b"x") else gzip.decompress(answer.body)
    assert (answer.headers["Content-Encoding"], unpacked) == ("gzip", b"x" * 2000 + b"\n")

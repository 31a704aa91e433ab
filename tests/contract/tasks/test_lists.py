"""The task lists of a node and of the datacenter."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

TASKS = "/nodes/hv01/tasks"
LVM = "/nodes/hv01/storage/local-lvm/content"


def removal(pve: Pve, vmid: int) -> str:
    """A task of type imgdel about a guest of that number."""
    return str(pve.delete(f"{LVM}/vm-{vmid}-disk-0").data)


def failure(pve: Pve) -> str:
    """A task that fails."""
    return str(pve.delete("/nodes/hv01/storage/local-lvm/prunebackups", {"prune-backups": "keep-last=1"}).data)


def test_the_newest_task_comes_first(pve: Pve) -> None:
    older, newer = removal(pve, 101), removal(pve, 102)

    rows = pve.get(TASKS).data

    assert [row["upid"] for row in rows] == [newer, older]


def test_a_row_has_its_times_as_numbers_and_its_status_as_text(pve: Pve) -> None:
    upid = removal(pve, 101)

    row = pve.get(TASKS).data[0]

    fields = [int(part, 16) for part in upid.split(":")[2:5]]
    assert [row["pid"], row["pstart"], row["starttime"]] == fields
    assert (row["id"], row["type"], row["user"], row["status"]) == ("101@local-lvm", "imgdel", "root@pam", "OK")
    assert row["endtime"] >= row["starttime"]


def test_total_counts_all_matches_not_only_the_page(pve: Pve) -> None:
    removal(pve, 101)
    removal(pve, 102)

    answer = pve.get(TASKS, {"limit": 1})

    assert (len(answer.data), answer.total) == (1, 2)


def test_an_empty_list_has_no_total(pve: Pve) -> None:
    answer = pve.get(TASKS)

    assert answer.json == {"data": []}


def test_start_skips_rows(pve: Pve) -> None:
    older = removal(pve, 101)
    removal(pve, 102)

    rows = pve.get(TASKS, {"start": 1}).data

    assert [row["upid"] for row in rows] == [older]


@pytest.mark.parametrize(
    "wanted",
    [{"typefilter": "prunebackups"}, {"errors": 1}, {"statusfilter": "error"}, {"statusfilter": "error,warning"}],
)
def test_failures_can_be_asked_for(pve: Pve, wanted: dict[str, object]) -> None:
    removal(pve, 101)
    failed = failure(pve)

    rows = pve.get(TASKS, wanted).data

    assert [row["upid"] for row in rows] == [failed]


def test_a_part_of_the_user_name_is_enough(pve: Pve) -> None:
    upid = removal(pve, 101)

    assert [row["upid"] for row in pve.get(TASKS, {"userfilter": "OOT"}).data] == [upid]
    assert pve.get(TASKS, {"userfilter": "zzz"}).data == []


def test_a_guest_filter_needs_the_bare_number_as_id(pve: Pve) -> None:
    pve.post("/nodes/hv01/qemu", {"vmid": 101})
    removal(pve, 101)

    rows = pve.get(TASKS, {"vmid": 101}).data

    assert [row["type"] for row in rows] == ["qmcreate"]


def test_until_leaves_out_later_tasks(pve: Pve) -> None:
    removal(pve, 101)

    assert pve.get(TASKS, {"until": 1}).data == []


def test_a_source_is_one_of_three(pve: Pve) -> None:
    answer = pve.get(TASKS, {"source": "foo"})

    problem = "value 'foo' does not have a value in the enumeration 'archive, active, all'"
    assert (answer.status, answer.errors) == (400, {"source": problem})


def test_nothing_ended_is_active(pve: Pve) -> None:
    removal(pve, 101)

    assert pve.get(TASKS, {"source": "active"}).data == []


def test_a_user_sees_his_own_tasks_only(pve: Pve) -> None:
    removal(pve, 101)
    bob = pve.new_user("bob@pve", {"/storage/local-lvm": "PVEDatastoreAdmin"})

    own = removal(bob, 102)

    assert [row["upid"] for row in bob.get(TASKS).data] == [own]


def test_an_auditor_sees_all_tasks(pve: Pve) -> None:
    upid = removal(pve, 101)
    ann = pve.new_user("ann@pve", {"/": "PVEAuditor"})

    assert [row["upid"] for row in ann.get(TASKS).data] == [upid]


def test_the_datacenter_lists_tasks_without_their_process(pve: Pve) -> None:
    upid = removal(pve, 101)

    row = pve.get("/cluster/tasks").data[0]

    assert (row["upid"], row["status"], row["saved"]) == (upid, "OK", "1")
    assert not {"pid", "pstart"} & row.keys()


def test_the_task_of_a_token_names_user_and_token(pve: Pve) -> None:
    secret = pve.post("/access/users/root@pam/token/ci", {"privsep": 0}).data["value"]
    ci = pve.with_token("root@pam!ci", secret)

    removal(ci, 101)

    row = pve.get(TASKS).data[0]
    assert (row["user"], row["tokenid"]) == ("root@pam", "ci")

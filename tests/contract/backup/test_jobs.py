"""Backup jobs that repeat, and what they cover."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

JOBS = "/cluster/backup"
NIGHTLY = {"id": "nightly", "schedule": "02:30", "all": 1, "storage": "local"}


def test_a_job_is_made_without_an_answer(pve: Pve) -> None:
    answer = pve.post(JOBS, NIGHTLY)

    assert (answer.status, answer.data) == (200, None)


def test_a_job_is_listed_with_its_next_run(pve: Pve) -> None:
    pve.post(JOBS, NIGHTLY)

    row = pve.get(JOBS).data[0]

    assert row.pop("next-run") > pve.datacenter.clock.now()
    assert row == {**NIGHTLY, "enabled": 1, "type": "vzdump"}


def test_one_job_is_shown_without_its_next_run(pve: Pve) -> None:
    pve.post(JOBS, NIGHTLY)

    assert "next-run" not in pve.get(f"{JOBS}/nightly").data


def test_property_strings_are_shown_as_objects_of_texts(pve: Pve) -> None:
    pve.post(JOBS, {**NIGHTLY, "prune-backups": "keep-last=3,keep-daily=7"})

    assert pve.get(f"{JOBS}/nightly").data["prune-backups"] == {"keep-last": "3", "keep-daily": "7"}


def test_jobs_cfg_has_comment_and_schedule_first(pve: Pve) -> None:
    pve.post(JOBS, {**NIGHTLY, "comment": "every night", "enabled": 0})

    text = pve.datacenter.cfs.read("jobs.cfg")

    section = "\tcomment every night\n\tschedule 02:30\n\tall 1\n\tenabled 0\n\tstorage local\n\n"
    assert text == f"vzdump: nightly\n{section}"


def test_the_older_start_time_becomes_a_schedule(pve: Pve) -> None:
    pve.post(JOBS, {"id": "j6", "all": 1, "dow": "mon,wed", "starttime": "03:00"})

    assert pve.get(f"{JOBS}/j6").data["schedule"] == "mon,wed 03:00"


def test_a_job_without_an_id_gets_one(pve: Pve) -> None:
    pve.post(JOBS, {"all": 1, "schedule": "daily"})

    assert len(pve.get(JOBS).data[0]["id"]) == 36


def test_an_id_is_taken_once(pve: Pve) -> None:
    pve.post(JOBS, NIGHTLY)

    answer = pve.post(JOBS, NIGHTLY)

    assert (answer.status, answer.reason) == (500, "Job 'nightly' already exists")


def test_a_job_without_guests_is_a_500_about_a_400(pve: Pve) -> None:
    answer = pve.post(JOBS, {"schedule": "21:00"})

    assert (answer.status, answer.reason) == (500, "400 Parameter verification failed.")
    assert answer.message == "400 Parameter verification failed.\nvmid: property is missing\n"


def test_a_schedule_must_be_readable(pve: Pve) -> None:
    answer = pve.post(JOBS, {"all": 1, "schedule": "nope"})

    where = "unable to parse calendar event at 'nope' - Context(\"weekday\")"
    assert answer.errors == {"schedule": f"invalid format - invalid calendar event 'nope' - {where}\n\n"}


@pytest.mark.parametrize("options", [{"storage": "nope"}, {"node": "hv02"}, {"all": 0, "vmid": "9999"}])
def test_what_a_job_names_need_not_exist(pve: Pve, options: dict[str, object]) -> None:
    answer = pve.post(JOBS, {**NIGHTLY, **options})

    assert answer.status == 200


def test_a_pool_must_exist(pve: Pve) -> None:
    answer = pve.post(JOBS, {"pool": "nope", "schedule": "21:00"})

    assert (answer.status, answer.reason) == (403, "Permission check failed (pool 'nope' does not exist)")


def test_naming_guests_takes_the_place_of_all(pve: Pve) -> None:
    pve.post(JOBS, NIGHTLY)

    pve.put(f"{JOBS}/nightly", {"vmid": "101"})

    job = pve.get(f"{JOBS}/nightly").data
    assert (job["vmid"], "all" in job) == ("101", False)


def test_an_option_can_be_deleted(pve: Pve) -> None:
    pve.post(JOBS, {**NIGHTLY, "comment": "x"})

    pve.put(f"{JOBS}/nightly", {"delete": "comment"})

    assert "comment" not in pve.get(f"{JOBS}/nightly").data


def test_a_change_must_change_something(pve: Pve) -> None:
    pve.post(JOBS, NIGHTLY)

    answer = pve.put(f"{JOBS}/nightly", {})

    assert (answer.status, answer.reason) == (500, "no options specified")


def test_an_unknown_job_is_three_different_errors(pve: Pve) -> None:
    shown, changed = pve.get(f"{JOBS}/x1"), pve.put(f"{JOBS}/x1", {"enabled": 0})
    deleted = pve.delete(f"{JOBS}/x1")

    assert (shown.status, shown.errors) == (400, {"id": "No such job 'x1'"})
    assert (changed.status, changed.reason) == (500, "no such vzdump job")
    assert deleted.message == "400 Parameter verification failed.\nid: No such job 'x1'\n"


def test_a_job_tells_which_volumes_it_includes(guest: Pve) -> None:
    guest.post(JOBS, NIGHTLY)

    rows = guest.get(f"{JOBS}/nightly/included_volumes").data["children"]

    disk = {"id": "101:scsi0", "included": 1, "leaf": 1, "name": "local-lvm:vm-101-disk-0", "reason": "backup=yes"}
    assert rows == [{"id": 101, "leaf": 0, "name": "web", "type": "qemu", "children": [disk]}]


def test_a_missing_guest_of_a_job_is_of_unknown_type(pve: Pve) -> None:
    pve.post(JOBS, {"id": "two", "schedule": "daily", "vmid": "9100"})

    rows = pve.get(f"{JOBS}/two/included_volumes").data["children"]

    assert rows == [{"id": 9100, "leaf": 1, "type": "unknown"}]


def test_guests_in_no_job_are_listed(guest: Pve) -> None:
    before = guest.get("/cluster/backup-info/not-backed-up").data

    guest.post(JOBS, NIGHTLY)

    assert before == [{"vmid": 101, "type": "qemu", "name": "web"}]
    assert guest.get("/cluster/backup-info/not-backed-up").data == []


def test_jobs_are_for_auditors(pve: Pve) -> None:
    bob = pve.new_user("bob@pve")

    answer = bob.get(JOBS)

    assert (answer.status, answer.reason) == (403, "Permission check failed (/, Sys.Audit)")

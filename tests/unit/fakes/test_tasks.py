"""Tasks: exit statuses, the files they leave, and what a restart makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.pve.cfs import Tree
from fakes.pve.clock import VirtualClock
from fakes.pve.http import ParameterError
from fakes.pve.statefolder import StateFolder
from fakes.pve.tasklog import split_upid, status_kind
from fakes.pve.tasks import Task, TaskError, TaskQueue

BOOT = 1_700_000_000.0


def queue(files: Tree | None = None, clock: VirtualClock | None = None) -> TaskQueue:
    clock = clock or VirtualClock(BOOT + 10)
    return TaskQueue(
        "hv01", Tree(now=clock.now) if files is None else files, clock, boot_time=BOOT, act=lambda *_: None
    )


def nothing(_task: Task) -> None:
    """Work that is done at once."""


def slow(task: Task) -> Iterator[float]:
    task.log("begun")
    yield 5.0
    task.log("done")


def failing(_task: Task) -> None:
    raise TaskError("first\nsecond\n")


def test_a_upid_has_nine_fields() -> None:
    upid = queue().start("qmstart", 101, "root@pam", nothing).upid

    assert upid == "UPID:hv01:000003E9:000003E8:6553F10A:qmstart:101:root@pam:"


@pytest.mark.parametrize("text", ["UPID:foo", "UPID:hv01:1:2:3:a:b:c:", "UPID:hv01:0000000X:00000001:00000001:a:b:c:"])
def test_other_texts_are_no_upid(text: str) -> None:
    assert split_upid(text) is None


def test_an_error_of_several_lines_becomes_one() -> None:
    task = queue().start("qmstart", 101, "root@pam", failing)

    assert task.exitstatus == "first second"


def test_refused_parameters_are_told_in_one_line() -> None:
    def refused(_task: Task) -> None:
        raise ParameterError({"scsi0": "hotplug problem - can't unplug bootdisk 'scsi0'\n"})

    task = queue().start("qmconfig", 101, "root@pam", refused)

    problem = "scsi0: hotplug problem - can't unplug bootdisk 'scsi0' "
    assert task.exitstatus == f"400 Parameter verification failed. {problem}"


def test_warnings_are_counted() -> None:
    def warned(task: Task) -> None:
        task.warn("no efidisk configured! Using temporary efivars disk.")

    task = queue().start("qmstart", 101, "root@pam", warned)

    assert (task.exitstatus, status_kind(task.exitstatus or "")) == ("WARNINGS: 1", "warning")


def test_a_step_waits_for_its_time() -> None:
    clock = VirtualClock(BOOT)
    tasks = queue(clock=clock)
    task = tasks.start("qmclone", 101, "root@pam", slow)

    clock.advance(4.0)
    tasks.settle()
    assert task.is_running

    clock.advance(1.0)
    tasks.settle()
    assert (task.exitstatus, task.endtime) == ("OK", int(BOOT + 5))


def test_the_index_has_a_line_per_ended_task() -> None:
    files = Tree(now=lambda: BOOT)
    task = queue(files).start("qmstart", 101, "root@pam", nothing)

    assert files.read("var/log/pve/tasks/index") == f"{task.upid} 6553F10A OK\n"


def test_active_lists_running_tasks_first() -> None:
    files = Tree(now=lambda: BOOT)
    tasks = queue(files)
    running = tasks.start("qmclone", 101, "root@pam", slow)
    ended = tasks.start("qmstart", 101, "root@pam", nothing)

    text = files.read("var/log/pve/tasks/active")

    assert text == f"{running.upid} 0\n{ended.upid} 1 6553F10A OK\n"


def test_the_log_lies_in_the_folder_of_the_last_digit() -> None:
    files = Tree(now=lambda: BOOT)
    task = queue(files).start("qmstart", 101, "root@pam", nothing)

    assert files.read(f"var/log/pve/tasks/A/{task.upid}") == "TASK OK\n"


def test_ended_tasks_survive_a_restart() -> None:
    files = Tree(now=lambda: BOOT)
    task = queue(files).start("qmstart", 101, "root@pam", failing)

    again = queue(files).find(task.upid)

    assert again is not None
    assert (again.exitstatus, again.endtime) == ("first second", task.endtime)


def test_a_task_cut_off_by_a_restart_ends_unexpectedly(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    task = queue(state.tree("hv01", lambda: BOOT)).start("qmclone", 101, "root@pam", slow)
    state.close()

    again = queue(StateFolder(tmp_path).tree("hv01", lambda: BOOT)).find(task.upid)

    assert again is not None
    assert again.exitstatus == "unexpected status"


def test_numbers_go_on_after_a_restart() -> None:
    files = Tree(now=lambda: BOOT)
    first = queue(files).start("qmstart", 101, "root@pam", nothing)

    second = queue(files).start("qmstart", 101, "root@pam", nothing)

    assert second.pid == first.pid + 1


def test_a_stopped_task_says_so() -> None:
    tasks = queue()
    task = tasks.start("qmclone", 101, "root@pam", slow)

    tasks.stop(task)

    assert tasks.log_lines(task) == ["begun", "TASK ERROR: received interrupt"]

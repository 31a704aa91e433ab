"""Tasks: work that a UPID names, done on the clock, with a log and an exit status.

The work is a plain function, or a generator that yields the seconds until its next step; nothing runs in a thread.
A task begins within the request that made it and goes on when `settle` finds it due.
Its traces are Proxmox's: one log file per UPID, an `index` of what ended, `active` for what has not been archived.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fakes.pve.cfs import Tree
from fakes.pve.clock import Clock
from fakes.pve.http import ApiError

FOLDER = "var/log/pve/tasks"
Work = Callable[["Task"], Iterator[float] | None]


class TaskError(Exception):
    """A failure of the work; its first line becomes the exit status and the last line of the log."""


@dataclass(slots=True, eq=False)
class Task:
    """One task; times in seconds since the epoch, `exitstatus` None while it runs."""

    upid: str
    node: str
    pid: int
    pstart: int
    starttime: int
    type: str
    id: str
    user: str
    endtime: int | None = None
    exitstatus: str | None = None
    warnings: int = 0
    lines: list[str] = field(default_factory=list)
    work: Iterator[float] | None = None
    then: list[Callable[[], object]] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        return self.exitstatus is None

    def log(self, text: str) -> None:
        """Add a line (or several) to the task's log."""
        self.lines.extend(text.split("\n"))

    def warn(self, text: str) -> None:
        """Log a warning; the task then ends with ``WARNINGS: n`` instead of ``OK``."""
        self.warnings += 1
        self.log(f"WARN: {text}")


class TaskQueue:
    """The tasks of one node, newest last in `tasks`."""

    def __init__(self, node: str, files: Tree, clock: Clock, *, boot_time: float) -> None:
        self._node = node
        self._files = files
        self._clock = clock
        self._boot = boot_time
        self._due: list[tuple[float, int, Task]] = []
        self._sequence = itertools.count()
        self.tasks: dict[str, Task] = {}
        self._load()
        self._pid = 1000 + len(self.tasks)

    def start(self, kind: str, subject: str | int, user: str, work: Work) -> Task:
        """Begin a task of a type such as ``qmstart`` about a guest or storage; returns it, with its first step done."""
        now = self._clock.now()
        self._pid += 1
        pstart = max(0, int((now - self._boot) * 100))
        upid = f"UPID:{self._node}:{self._pid:08X}:{pstart:08X}:{int(now):08X}:{kind}:{subject}:{user}:"
        task = Task(upid, self._node, self._pid, pstart, int(now), kind, str(subject), user)
        self.tasks[upid] = task
        self._files.write(_log_path(upid), "")
        try:
            begun = work(task)
        except (TaskError, ApiError) as error:
            self._end(task, _one_line(error))
            return task
        if begun is None:
            self._end(task, None)
        else:
            task.work = begun
            self._step(task)
        return task

    def settle(self) -> None:
        """Carry out every step that is due by now."""
        now = self._clock.now()
        while self._due and self._due[0][0] <= now:
            _, _, task = heapq.heappop(self._due)
            if task.is_running:
                self._step(task)

    @property
    def next_due(self) -> float | None:
        """When the next step is due, or None when nothing runs."""
        return self._due[0][0] if self._due else None

    def stop(self, task: Task) -> None:
        """End a running task as a signal does."""
        if task.is_running:
            if task.work is not None:
                task.work.close()  # type: ignore[attr-defined]
            self._end(task, "received interrupt")

    def log_lines(self, task: Task) -> list[str]:
        """The log of a task, its last line included once it ended."""
        if task.lines or task.is_running:
            return task.lines
        return (self._files.read(_log_path(task.upid)) or "").splitlines()

    def delete(self, task: Task) -> None:
        """Forget a finished task and its log."""
        self.tasks.pop(task.upid, None)
        self._files.delete(_log_path(task.upid))
        self._files.write(
            f"{FOLDER}/index", "".join(_index_line(one) for one in self.tasks.values() if not one.is_running)
        )

    def _step(self, task: Task) -> None:
        assert task.work is not None
        written = len(task.lines)
        try:
            while True:
                wait = next(task.work)
                if wait > 0:
                    heapq.heappush(self._due, (self._clock.now() + wait, next(self._sequence), task))
                    self._files.append(_log_path(task.upid), "".join(f"{line}\n" for line in task.lines[written:]))
                    return
        except StopIteration:
            self._end(task, None)
        except (TaskError, ApiError) as error:
            self._end(task, _one_line(error))

    def _end(self, task: Task, error: str | None) -> None:
        if error is not None:
            task.exitstatus = error.split("\n")[0]
            task.log(f"TASK ERROR: {task.exitstatus}")
        elif task.warnings:
            task.exitstatus = f"WARNINGS: {task.warnings}"
            task.log(f"TASK {task.exitstatus}")
        else:
            task.exitstatus = "OK"
            task.log("TASK OK")
        task.endtime = int(self._clock.now())
        task.work = None
        self._files.write(_log_path(task.upid), "".join(f"{line}\n" for line in task.lines))
        self._files.append(f"{FOLDER}/index", _index_line(task))
        task.lines = []
        for follow in task.then:
            follow()

    def _load(self) -> None:
        """Take up what a state folder holds; a task that had not ended when the process died ends unexpectedly."""
        ended: dict[str, tuple[int, str]] = {}
        for line in (self._files.read(f"{FOLDER}/index") or "").splitlines():
            upid, endtime, status = [*line.split(" ", 2), "", ""][:3]
            if upid and endtime:
                ended[upid] = int(endtime, 16), status
        found = [*ended, *(name for path in self._files.walk(FOLDER) if (name := path.rpartition("/")[2]) not in ended)]
        for upid in sorted((name for name in found if name.startswith("UPID:")), key=_start_of):
            task = parse_upid(upid)
            if task is None:
                continue
            task.endtime, task.exitstatus = ended.get(upid, (task.starttime, "unexpected status"))
            self.tasks[upid] = task
            if upid not in ended:
                self._files.append(f"{FOLDER}/index", _index_line(task))


def _one_line(error: Exception) -> str:
    if isinstance(error, ApiError) and error.errors:
        details = " ".join(f"{key}: {text.rstrip()}" for key, text in error.errors.items())
        return f"{error.status} {error.message} {details} "
    return str(error)


def parse_upid(text: str) -> Task | None:
    """The task a UPID names, or None where the text is no UPID (nine fields, the last one empty)."""
    parts = text.split(":")
    if len(parts) != 9 or parts[0] != "UPID" or parts[8]:
        return None
    try:
        pid, pstart, start = (int(part, 16) for part in parts[2:5])
    except ValueError:
        return None
    return Task(text, parts[1], pid, pstart, start, parts[5], parts[6], parts[7])


def _start_of(upid: str) -> tuple[str, str]:
    parts = upid.split(":")
    return (parts[4], parts[2]) if len(parts) > 4 else ("", "")


def _log_path(upid: str) -> str:
    return f"{FOLDER}/{upid.split(':')[4][-1]}/{upid}"


def _index_line(task: Task) -> str:
    return f"{task.upid} {task.endtime or 0:08X} {task.exitstatus}\n"

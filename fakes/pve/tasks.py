"""Tasks: work that a UPID names, done on the clock, with a log and an exit status.

The work is a plain function, or a generator that yields the seconds until its next step; nothing runs in a thread.
A task begins within the request that made it and goes on when `settle` finds it due. See `tasklog` for its traces.
"""

from __future__ import annotations

import heapq
import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from fakes.pve import tasklog
from fakes.pve.cfs import Tree
from fakes.pve.clock import Clock
from fakes.pve.http import DEFECT, ApiError

Work = Callable[["Task"], Iterator[float] | None]
Act = Callable[..., object]
_LOG = logging.getLogger("labctl.pve")
WAITING = "run/labctl/due"
KEPT_TASKS = 20_000
LISTED_TASKS = 25


class TaskError(Exception):
    """A failure of the work; in one line it becomes the exit status and the last line of the log."""


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

    @property
    def owner(self) -> tuple[str, str | None]:
        """The user who began it and, where one was used, the name of the token."""
        user, _, token = self.user.partition("!")
        return user, token or None


class TaskQueue:
    """The tasks of one node: `tasks` by UPID, `running` those of them that have not ended, both oldest first.

    `act` carries out what `later` put off: it gets the effect's name and arguments.
    """

    def __init__(self, node: str, files: Tree, clock: Clock, *, boot_time: float, act: Act) -> None:
        self._node = node
        self._files = files
        self._clock = clock
        self._boot = boot_time
        self._act = act
        self._due: list[tuple[float, int, Task | None]] = []
        self._turn: float | None = None
        self._sequence = itertools.count(1)
        self._pid = 1000
        self.tasks: dict[str, Task] = {}
        self.running: dict[str, Task] = {}
        self._ended: list[Task] = []
        self._latest: deque[str] = deque(maxlen=LISTED_TASKS)
        self.reload()

    def start(self, kind: str, subject: str | int, user: str, work: Work) -> Task:
        """Begin a task of a type such as ``qmstart`` about a guest or storage; returns it, with its first step done."""
        now = self._clock.now()
        self._pid += 1
        pstart = max(0, int((now - self._boot) * 100))
        upid = tasklog.make_upid(self._node, self._pid, pstart, int(now), kind, str(subject), user)
        task = Task(upid, self._node, self._pid, pstart, int(now), kind, str(subject), user)
        self.tasks[upid] = self.running[upid] = task
        self._files.write(tasklog.log_path(upid), "")
        try:
            begun = work(task)
        except Exception as error:  # noqa: BLE001 (a defect of the fake is the end of its task, not of the request)
            self._end(task, _text(error, task))
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
            at, number, task = heapq.heappop(self._due)
            if task is None:
                # What follows from it counts from when it was due, however late somebody looks.
                self._turn = at
                try:
                    self._happen(number)
                finally:
                    self._turn = None
            elif task.is_running:
                self._step(task)

    def later(self, seconds: float, effect: str, *arguments: Any) -> None:
        """Let a registered effect happen when so much time has passed, at once where that is none.

        It waits as a small file, so a restart does not make a node forget what it was about to do.
        """
        if seconds <= 0:
            self._act(effect, *arguments)
            return
        began = self._clock.now() if self._turn is None else self._turn
        at, number = began + seconds, next(self._sequence)
        self._files.write(f"{WAITING}/{number}", orjson.dumps({"at": at, "effect": [effect, *arguments]}).decode())
        heapq.heappush(self._due, (at, number, None))

    def _happen(self, number: int) -> None:
        waiting = orjson.loads(self._files.read_bytes(f"{WAITING}/{number}") or b"{}")
        self._files.delete(f"{WAITING}/{number}")
        if waiting:
            self._act(*waiting["effect"])

    def booted(self, at: float) -> None:
        """Count the start times of processes from a new boot; tasks that ran were cut off by it."""
        for task in list(self.running.values()):
            self._end(task, tasklog.UNEXPECTED)
        self._boot = at

    @property
    def next_due(self) -> float | None:
        """When the next step is due, or None when nothing runs."""
        return self._due[0][0] if self._due else None

    def find(self, upid: str) -> Task | None:
        """The task of a UPID that this node knows."""
        return self.tasks.get(upid)

    def newest_ended(self) -> Iterator[Task]:
        """The ended tasks, the one that ended last first."""
        return reversed(self._ended)

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
        return (self._files.read(tasklog.log_path(task.upid)) or "").splitlines()

    def _step(self, task: Task) -> None:
        assert task.work is not None
        written = len(task.lines)
        try:
            while True:
                wait = next(task.work)
                if wait > 0:
                    heapq.heappush(self._due, (self._clock.now() + wait, next(self._sequence), task))
                    new = "".join(f"{line}\n" for line in task.lines[written:])
                    self._files.append(tasklog.log_path(task.upid), new)
                    self._write_active()
                    return
        except StopIteration:
            self._end(task, None)
        except Exception as error:  # noqa: BLE001 (the request that happens to come next has nothing to do with it)
            self._end(task, _text(error, task))

    def _end(self, task: Task, error: str | None) -> None:
        if error is not None:
            task.exitstatus = tasklog.one_line(error)
            task.log(f"TASK ERROR: {task.exitstatus}")
        else:
            task.exitstatus = f"WARNINGS: {task.warnings}" if task.warnings else "OK"
            task.log(f"TASK {task.exitstatus}")
        task.endtime = int(self._clock.now())
        task.work = None
        self._files.write(tasklog.log_path(task.upid), "".join(f"{line}\n" for line in task.lines))
        task.lines = []
        self._archive(task)
        self._write_active()
        for follow in task.then:
            follow()

    def _archive(self, task: Task) -> None:
        self.running.pop(task.upid, None)
        self._note_ended(task)
        self._files.append(tasklog.INDEX, tasklog.index_line(task.upid, task.endtime or 0, task.exitstatus or ""))
        if len(self._ended) > KEPT_TASKS:
            self._rotate()

    def _note_ended(self, task: Task) -> None:
        self._ended.append(task)
        self._latest.append(tasklog.active_line(task.upid, task.endtime or 0, task.exitstatus or ""))

    def _rotate(self) -> None:
        """Forget the older half of the ended tasks; the index of the newer half becomes the old index."""
        forgotten, self._ended = self._ended[: KEPT_TASKS // 2], self._ended[KEPT_TASKS // 2 :]
        for task in forgotten:
            self.tasks.pop(task.upid, None)
            self._files.delete(tasklog.log_path(task.upid))
        lines = (tasklog.index_line(one.upid, one.endtime or 0, one.exitstatus or "") for one in self._ended)
        self._files.write(tasklog.OLD_INDEX, "".join(lines))
        self._files.write(tasklog.INDEX, "")

    def recent(self) -> list[Task]:
        """What `active` lists: the running tasks and the latest ended ones, newest first."""
        return [*reversed(self.running.values()), *itertools.islice(self.newest_ended(), LISTED_TASKS)]

    def _write_active(self) -> None:
        self._files.write(tasklog.ACTIVE, tasklog.format_active(reversed(self.running), reversed(self._latest)))

    def reload(self) -> None:
        """Take up what the files say; a task that had not ended when its process died ends unexpectedly."""
        self._due, self.tasks, self.running, self._ended = [], {}, {}, []
        self._latest.clear()
        numbers = [int(name) for name in self._files.list(WAITING)]
        self._sequence = itertools.count(max(numbers, default=0) + 1)
        for number in numbers:
            waiting = orjson.loads(self._files.read_bytes(f"{WAITING}/{number}") or b"{}")
            heapq.heappush(self._due, (waiting["at"], number, None))
        ended: dict[str, tuple[int, str]] = {}
        for path in (tasklog.OLD_INDEX, tasklog.INDEX):
            ended.update(tasklog.parse_index(self._files.read(path) or ""))
        logged = [name for path in self._files.walk(tasklog.FOLDER) if (name := path.rpartition("/")[2]) not in ended]
        for upid in [*ended, *sorted(logged, key=_start_of)]:
            task = parse_upid(upid)
            if task is None:
                continue
            self._pid = max(self._pid, task.pid)
            self.tasks[upid] = task
            if upid in ended:
                task.endtime, task.exitstatus = ended[upid]
                self._note_ended(task)
            else:
                task.exitstatus = tasklog.last_status(self._files.read(tasklog.log_path(upid)) or "")
                task.endtime = int(self._files.mtime(tasklog.log_path(upid)))
                self._archive(task)


def _text(error: Exception, task: Task) -> str:
    if not isinstance(error, (TaskError, ApiError)):
        told = f"{type(error).__name__}: {error}"
        _LOG.error("%s: %s", task.upid, told, exc_info=error if _LOG.isEnabledFor(logging.DEBUG) else None)
        return DEFECT
    if isinstance(error, ApiError) and error.errors:
        details = "".join(f"{key}: {text}\n" for key, text in error.errors.items())
        return f"{error.status} {error.message}\n{details}"
    return str(error)


def parse_upid(text: str) -> Task | None:
    """The task a UPID names, or None where the text is no UPID."""
    parts = tasklog.split_upid(text)
    return Task(text, *parts) if parts else None


def _start_of(upid: str) -> tuple[str, str]:
    parts = upid.split(":")
    return (parts[4], parts[2]) if len(parts) > 4 else ("", "")

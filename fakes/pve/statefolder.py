"""The folder a fake keeps its state in: plain files that change all together or not at all.

What one request changes is one record of a redo log, durable before the reply leaves; then each file is written under
another name and renamed. A process that takes over after kill -9 finishes what the log has, so an operation on many
files is never seen half done. One process at a time.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from fakes.pve.cfs import Change, Tree
from fakes.pve.clock import Clock
from fakes.pve.entry import Content
from fakes.pve.redolog import RedoLog
from fixtures.errors import LabError, Problem

# Contents from this size on do not go through the log: they wait in a file of their own until it is durable.
_LARGE_BYTES = 256 * 1024
# With more files than this it is quicker to flush the whole file system than each of them.
_MANY_FILES = 256
# What to do with which file: verb, path, where to append (or which large content it is), length, time of change.
Step = tuple[str, str, int, int, float]


class StateFolderError(LabError):
    """A state folder that cannot be used now."""


class StateFolder:
    """The trees below one folder; `commit` makes all changes of all trees durable."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: set[str] = set()
        self._touched: dict[str, None] = {}
        self._trees: list[tuple[str, Tree]] = []
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(root)
        except OSError as error:
            raise StateFolderError(Problem(str(root), f"cannot keep state here: {error.strerror}")) from error
        self._part = f"{root}/part"
        self._log = RedoLog(root / "redo.log")
        self._recover()

    def tree(self, name: str, now: Callable[[], float]) -> Tree:
        """The tree of the files below a folder of this one, e.g. ``etc/pve``, with everything it holds already."""
        tree = Tree(now=now, keeps_changes=True)
        for path, (content, mtime) in files_below(self.root / name).items():
            tree.put(path, content, mtime)
        self._trees.append((name, tree))
        return tree

    def catch_up(self, clock: Clock) -> None:
        """Move a clock on to the latest change, so that time never runs back over a restart."""
        latest = max((tree.latest_change for _, tree in self._trees), default=0.0)
        clock.advance(max(0.0, latest - clock.now()))

    def commit(self) -> None:
        """Make everything that changed in the trees durable, all of it or nothing."""
        changes = [(f"{name}/{change.path}", change) for name, tree in self._trees for change in tree.take_changes()]
        if not changes:
            return
        steps, texts = [], []
        for path, change in changes:
            step, text = self._prepare(path, change)
            steps.append(step)
            texts.append(text)
        self._log.append(b"\n".join((json.dumps(steps).encode(), b"".join(texts))))
        for step, text in zip(steps, texts, strict=True):
            self._carry_out(step, text)
        if self._log.is_full:
            self._checkpoint()

    def close(self) -> None:
        """Leave the folder to others, with nothing to recover."""
        self.commit()
        self._checkpoint()
        self._log.close()
        os.close(self._lock)

    def _prepare(self, path: str, change: Change) -> tuple[Step, bytes]:
        """A change as a step of the log and the text that goes with it."""
        if change.content is None:
            return ("delete", path, 0, 0, 0.0), b""
        if change.is_appended:
            try:
                offset = (self.root / path).stat().st_size
            except FileNotFoundError:
                offset = 0
            return ("append", path, offset, len(change.content), change.mtime), change.content
        if len(change.content) < _LARGE_BYTES:
            return ("write", path, 0, len(change.content), change.mtime), change.content
        number = time.time_ns()
        _write(f"{self._part}{number}", change.content, change.mtime, is_durable=True)
        _flush_path(str(self.root))
        return ("move", path, number, 0, 0.0), b""

    def _carry_out(self, step: Step, text: bytes) -> None:
        verb, path, number, _, mtime = step
        self._touched[path] = None
        target = self._place(path)
        match verb:
            case "delete":
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(target)
            case "write":
                _write(self._part, text, mtime)
                os.replace(self._part, target)
            case "move":
                # Where the part is gone, a former process got that far.
                with contextlib.suppress(FileNotFoundError):
                    os.replace(f"{self._part}{number}", target)
            case "append":
                _write(target, text, mtime, offset=number)

    def _place(self, path: str) -> str:
        """A file's own name, its folder made where it is missing."""
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return f"{self.root}/{path}"

    def _recover(self) -> None:
        for record in self._log.left:
            head, _, rest = record.partition(b"\n")
            for verb, path, offset, length, mtime in json.loads(head):
                self._carry_out((verb, path, offset, length, mtime), rest[:length])
                rest = rest[length:]
        self._checkpoint()
        for part in self.root.glob("part*"):
            part.unlink()

    def _checkpoint(self) -> None:
        if len(self._touched) > _MANY_FILES:
            os.sync()
        else:
            folders = {os.path.dirname(path) for path in self._touched}
            for path in [*self._touched, *folders]:
                _flush_path(f"{self.root}/{path}")
        self._touched.clear()
        self._log.restart()


def _locked(root: Path) -> int:
    """The descriptor of the folder's lock, which the kernel lets go when the process ends, however it ends."""
    lock = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(lock, 32).decode(errors="replace").strip()
        os.close(lock)
        hint = "stop that one, or choose another folder"
        raise StateFolderError(Problem(str(root), f"is in use by process {owner or '?'}", hint)) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _write(target: str, data: bytes, mtime: float, *, offset: int | None = None, is_durable: bool = False) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        os.ftruncate(descriptor, offset or 0)
        view, at = memoryview(data), offset or 0
        while view:
            written = os.pwrite(descriptor, view, at)
            view, at = view[written:], at + written
        os.utime(descriptor, (mtime, mtime))
        if is_durable:
            os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _flush_path(path: str) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def files_below(root: Path) -> dict[str, tuple[Content, float]]:
    """Content and time of change of every file below a folder, links left out."""
    found: dict[str, tuple[Content, float]] = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(f"{root}/{folder}"))
        except FileNotFoundError:
            continue
        for entry in entries:
            path = folder + entry.name
            if entry.is_symlink():
                continue
            if entry.is_dir():
                folders.append(f"{path}/")
                continue
            with open(entry.path, "rb") as stream:
                data = stream.read()
                mtime = os.fstat(stream.fileno()).st_mtime
            try:
                found[path] = data.decode(), mtime
            except UnicodeDecodeError:
                found[path] = data, mtime
    return found

"""A tree of small texts: `/etc/pve` for a datacenter and the few local files of a node.

In memory by default. With a root folder each changed file is written beside its place, fsynced and renamed when
`flush` is called, which the dispatcher does before a reply leaves: kill -9 loses nothing that was acknowledged.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Content = str | bytes
_TEMPORARY = ".labctl-part"


class Entry:
    """One file: its content, when it was changed (seconds) and the objects parsed from it."""

    __slots__ = ("content", "mtime", "parsed", "version")

    def __init__(self, content: Content, mtime: float, version: int) -> None:
        self.content = content
        self.mtime = mtime
        self.version = version
        self.parsed: dict[Any, Any] | None = None


class Tree:
    """Maps paths such as ``nodes/hv01/qemu-server/101.conf`` to texts; paths have no leading slash.

    `version` grows by one with every change; `watch` calls back after each change of a path with a given prefix.
    """

    def __init__(self, root: Path | None = None, *, now: Callable[[], float]) -> None:
        self._files: dict[str, Entry] = {}
        self._children: dict[str, set[str]] = {"": set()}
        self._watchers: list[tuple[str, Callable[[str], None]]] = []
        self._dirty: dict[str, None] = {}
        self._appends: dict[str, list[str]] = {}
        self._parsed_nothing: dict[Any, Any] = {}
        self._now = now
        self.root = root
        self.version = 0
        if root is not None:
            self._load(root)

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def __len__(self) -> int:
        return len(self._files)

    def read(self, path: str) -> str | None:
        """The text at `path`, or None where there is no file."""
        entry = self._files.get(path)
        if entry is None:
            return None
        return entry.content if isinstance(entry.content, str) else entry.content.decode("utf-8", "surrogateescape")

    def read_bytes(self, path: str) -> bytes | None:
        """The bytes at `path`, or None where there is no file."""
        entry = self._files.get(path)
        if entry is None:
            return None
        return entry.content if isinstance(entry.content, bytes) else entry.content.encode("utf-8", "surrogateescape")

    def parsed(self, path: str, parse: Callable[[str], T]) -> T:
        """`parse` of the text at `path` (of an empty text where there is no file), kept until the file changes.

        Callers share the object and must not change it.
        """
        entry = self._files.get(path)
        if entry is None:
            if parse not in self._parsed_nothing:
                self._parsed_nothing[parse] = parse("")
            nothing: T = self._parsed_nothing[parse]
            return nothing
        if entry.parsed is None:
            entry.parsed = {}
        if parse not in entry.parsed:
            entry.parsed[parse] = parse(self.read(path) or "")
        result: T = entry.parsed[parse]
        return result

    def file_version(self, path: str) -> int:
        """A number that changes with every change of a file; 0 where there is none."""
        entry = self._files.get(path)
        return entry.version if entry is not None else 0

    def mtime(self, path: str) -> float:
        """When the file was changed last, seconds since the epoch; KeyError where there is none."""
        return self._files[path].mtime

    def size(self, path: str) -> int:
        """The bytes of a file; KeyError where there is none."""
        content = self._files[path].content
        return len(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))

    def list(self, folder: str) -> list[str]:
        """The sorted names in a folder, empty where there is no such folder."""
        return sorted(self._children.get(folder, ()))

    def count(self, folder: str) -> int:
        """How many names a folder has."""
        return len(self._children.get(folder, ()))

    def is_folder(self, path: str) -> bool:
        return path in self._children

    def walk(self, folder: str = "") -> Iterator[str]:
        """The paths of all files below a folder, sorted."""
        prefix = f"{folder}/" if folder else ""
        for name in self.list(folder):
            path = prefix + name
            if path in self._files:
                yield path
            else:
                yield from self.walk(path)

    def write(self, path: str, content: Content) -> None:
        """Put `content` at `path`, replacing what was there."""
        self.version += 1
        entry = self._files.get(path)
        if entry is None:
            self._files[path] = Entry(content, self._now(), self.version)
            self._link(path)
        else:
            entry.content, entry.mtime, entry.version, entry.parsed = content, self._now(), self.version, None
        self._changed(path)

    def append(self, path: str, text: str) -> None:
        """Add `text` at the end of a file, which costs what is added and not what is there."""
        entry = self._files.get(path)
        if entry is None or not isinstance(entry.content, str):
            self.write(path, (self.read(path) or "") + text)
            return
        self.version += 1
        entry.content += text
        entry.mtime, entry.version, entry.parsed = self._now(), self.version, None
        if self.root is not None and path not in self._dirty:
            self._appends.setdefault(path, []).append(text)
        self._notify(path)

    def delete(self, path: str) -> None:
        """Remove a file; nothing happens where there is none."""
        if self._files.pop(path, None) is None:
            return
        self.version += 1
        self._unlink(path)
        self._appends.pop(path, None)
        self._changed(path)

    def rename(self, old: str, new: str) -> None:
        """Move a file; KeyError where there is none."""
        content = self._files[old].content
        self.delete(old)
        self.write(new, content)

    def watch(self, prefix: str, callback: Callable[[str], None]) -> None:
        """Call `callback(path)` after each change below `prefix`."""
        self._watchers.append((prefix, callback))

    def snapshot(self) -> dict[str, Content]:
        """All files with their contents."""
        return {path: entry.content for path, entry in self._files.items()}

    def restore(self, files: dict[str, Content]) -> None:
        """Make the tree what `snapshot` gave."""
        for path in [path for path in self._files if path not in files]:
            self.delete(path)
        for path, content in files.items():
            entry = self._files.get(path)
            if entry is None or entry.content != content:
                self.write(path, content)

    def flush(self) -> None:
        """Make every change so far durable: each file written beside its place, fsynced, renamed; folders fsynced."""
        if self.root is None or not (self._dirty or self._appends):
            self._dirty.clear()
            return
        folders: set[Path] = set()
        for path in self._dirty:
            self._persist(path, folders)
        for path, texts in self._appends.items():
            target = self.root / path
            descriptor = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                os.write(descriptor, "".join(texts).encode("utf-8", "surrogateescape"))
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)
        for folder in folders:
            _fsync_folder(folder)
        self._dirty.clear()
        self._appends.clear()

    def _persist(self, path: str, folders: set[Path]) -> None:
        assert self.root is not None
        target = self.root / path
        entry = self._files.get(path)
        if entry is None:
            target.unlink(missing_ok=True)
            folders.add(target.parent)
            return
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            folders.update(parent for parent in target.parents if self.root in (parent, *parent.parents))
        data = entry.content.encode("utf-8", "surrogateescape") if isinstance(entry.content, str) else entry.content
        part = target.with_name(target.name + _TEMPORARY)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        part.replace(target)
        folders.add(target.parent)

    def _load(self, root: Path) -> None:
        if not root.is_dir():
            root.mkdir(parents=True)
            return
        for folder, _names, files in os.walk(root):
            for name in files:
                file = Path(folder, name)
                if name.endswith(_TEMPORARY):
                    file.unlink()
                    continue
                data = file.read_bytes()
                try:
                    content: Content = data.decode("utf-8")
                except UnicodeDecodeError:
                    content = data
                path = file.relative_to(root).as_posix()
                self._files[path] = Entry(content, file.stat().st_mtime, 0)
                self._link(path)

    def _changed(self, path: str) -> None:
        if self.root is not None:
            self._dirty[path] = None
            self._appends.pop(path, None)
        self._notify(path)

    def _notify(self, path: str) -> None:
        for prefix, callback in self._watchers:
            if path.startswith(prefix):
                callback(path)

    def _link(self, path: str) -> None:
        while path:
            folder, _, name = path.rpartition("/")
            names = self._children.setdefault(folder, set())
            if name in names:
                return
            names.add(name)
            path = folder

    def _unlink(self, path: str) -> None:
        while path:
            folder, _, name = path.rpartition("/")
            names = self._children[folder]
            names.discard(name)
            if names or not folder:
                return
            del self._children[folder]
            path = folder


def digest(text: str) -> str:
    """The SHA-1 of a text in hex: Proxmox's digest of a configuration file."""
    return hashlib.sha1(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

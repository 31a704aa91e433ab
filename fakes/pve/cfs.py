"""A tree of small texts: `/etc/pve` for a datacenter and the few local files of a node.

It lives in memory; `fakes.pve.statefolder` takes the changes of its trees and keeps them on disk.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fakes.pve.entry import Content, Entry

T = TypeVar("T")
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one file: its whole content or what was added to it; content None: it is gone."""

    path: str
    content: bytes | None
    mtime: float = 0.0
    is_appended: bool = False


class Tree:
    """Maps paths such as ``nodes/hv01/qemu-server/101.conf`` to texts; paths have no leading slash.

    `version` grows by one with every change; `watch` calls back after each change of a path with a given prefix. With
    `keeps_changes` somebody takes the changes from time to time.
    """

    def __init__(self, *, now: Callable[[], float], keeps_changes: bool = False) -> None:
        self._files: dict[str, Entry] = {}
        self._children: dict[str, set[str]] = {"": set()}
        self._watchers: list[tuple[str, Callable[[str], None]]] = []
        self._dirty: dict[str, None] = {}
        self._appends: dict[str, list[str]] = {}
        self._parsed_nothing: dict[Any, Any] = {}
        self._now = now
        self._keeps_changes = keeps_changes
        self.version = 0

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def __len__(self) -> int:
        return len(self._files)

    def read(self, path: str) -> str | None:
        """The text at `path`, or None where there is no file."""
        entry = self._files.get(path)
        if entry is None:
            return None
        content = entry.content
        return content if isinstance(content, str) else content.decode("utf-8", "surrogateescape")

    def read_bytes(self, path: str) -> bytes | None:
        """The bytes at `path`, or None where there is no file."""
        entry = self._files.get(path)
        if entry is None:
            return None
        content = entry.content
        return content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")

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
        if entry.parser is parse:
            known: T = entry.parsed
            return known
        if entry.parser is None:
            result = parse(self.read(path) or "")
            entry.parser, entry.parsed = parse, result
            return result
        if entry.more is None:
            entry.more = {}
        if parse not in entry.more:
            entry.more[parse] = parse(self.read(path) or "")
        other: T = entry.more[parse]
        return other

    def forget(self, path: str) -> None:
        """Drop what was parsed from a file, to save the memory."""
        entry = self._files.get(path)
        if entry is not None:
            entry.parser = entry.parsed = entry.more = None

    def file_version(self, path: str) -> int:
        """A number that changes with every change of a file; 0 where there is none."""
        entry = self._files.get(path)
        return entry.version if entry is not None else 0

    def mtime(self, path: str) -> float:
        """When the file was changed last, seconds since the epoch; KeyError where there is none."""
        return self._files[path].mtime

    @property
    def latest_change(self) -> float:
        """When the file was changed that was changed last, 0 in an empty tree."""
        return max((entry.mtime for entry in self._files.values()), default=0.0)

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

    def write(self, path: str, content: Content, *, parsed: tuple[Any, Any] | None = None) -> None:
        """Put `content` at `path`, replacing what was there; `parsed` is a parser with what it would make of it."""
        self.version += 1
        entry = self._files.get(path)
        if entry is None:
            _check_path(path)
            self._files[path] = Entry(content, self._now(), self.version)
            self._link(path)
        else:
            entry.change(content, self._now(), self.version)
        if parsed is not None:
            entry = self._files[path]
            entry.parser, entry.parsed = parsed
        self._changed(path)

    def append(self, path: str, text: str) -> None:
        """Add `text` at the end of a file, which costs what is added and not what is there."""
        entry = self._files.get(path)
        if entry is None or not entry.extend(text, self._now(), self.version + 1):
            self.write(path, (self.read(path) or "") + text)
            return
        self.version += 1
        if self._keeps_changes and path not in self._dirty:
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

    def put(self, path: str, content: Content, mtime: float) -> None:
        """Add a file that is there already, as something found rather than changed."""
        self._files[path] = Entry(content, mtime, 0)
        self._link(path)

    def take_changes(self) -> Sequence[Change]:
        """What changed since the last call, one entry per file."""
        if not (self._dirty or self._appends):
            return []
        changes = [self._change(path) for path in self._dirty]
        for path, texts in self._appends.items():
            changes.append(Change(path, _encoded("".join(texts)), self._files[path].mtime, is_appended=True))
        self._dirty.clear()
        self._appends.clear()
        return changes

    def _change(self, path: str) -> Change:
        entry = self._files.get(path)
        return Change(path, None) if entry is None else Change(path, _encoded(entry.content), entry.mtime)

    def _changed(self, path: str) -> None:
        if self._keeps_changes:
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


def _encoded(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")


def _check_path(path: str) -> None:
    """OSError, as a file system raises it, for a path that no file can have; none leads out of the tree."""
    for name in path.split("/"):
        if name in ("", ".", "..") or "\0" in name:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
        if len(name) > _LONGEST_NAME // 4 and len(name.encode("utf-8", "surrogateescape")) > _LONGEST_NAME:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), path)

"""Cpio archives (newc) as the Linux kernel unpacks them for an initial ramdisk; pure, byte for byte repeatable."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass

_TRAILER = "TRAILER!!!"


@dataclass(frozen=True)
class Entry:
    """One path in an archive, owned by root; `mode` holds type and permissions as in ``st_mode``."""

    path: str
    mode: int
    data: bytes = b""


def file(path: str, data: bytes, *, permissions: int = 0o644) -> Entry:
    """A regular file."""
    return Entry(path, stat.S_IFREG | permissions, data)


def directory(path: str, *, permissions: int = 0o755) -> Entry:
    """A folder."""
    return Entry(path, stat.S_IFDIR | permissions)


def symlink(path: str, target: str) -> Entry:
    """A symbolic link to `target`."""
    return Entry(path, stat.S_IFLNK | 0o777, target.encode())


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive of `entries`, in their order, padded so that another archive may follow it directly.

    The kernel unpacks concatenated archives one after the other: that is how a node's identity is added to a shared
    ramdisk without touching it. Folders must come before what lies in them.
    """
    parts = [_record(number, entry) for number, entry in enumerate(entries, start=1)]
    parts.append(_record(0, Entry(_TRAILER, 0)))
    body = b"".join(parts)
    return body + bytes(-len(body) % 512)


def _record(inode: int, entry: Entry) -> bytes:
    name = entry.path.strip("/").encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (inode, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % value for value in fields) + name
    return head + bytes(-len(head) % 4) + entry.data + bytes(-len(entry.data) % 4)

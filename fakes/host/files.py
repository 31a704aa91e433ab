"""The files of a simulated machine: several sources seen as one tree, with symbolic links and globs."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from fakes.pve.cfs import Tree

Kind = Literal["file", "folder", "link", "char"]
MAX_LINKS = 40
NO_SUCH_FILE = "No such file or directory"


@dataclass(frozen=True, slots=True)
class Generated:
    """A file whose text is made when it is read, as below /proc and /sys."""

    text: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True, slots=True)
class Device:
    """A character device."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is there even when nothing is in it."""


Special = Generated | Link | Device | Folder


class HostFiles:
    """All files of a machine: what its hardware shows, its own files, and `/etc/pve` where that is mounted."""

    def __init__(
        self,
        own: Tree,
        specials: Callable[[], Mapping[str, Special]],
        mounts: Callable[[], Mapping[str, Tree]],
    ) -> None:
        self._own = own
        self._specials = specials
        self._mounts = mounts

    def kind(self, path: str) -> Kind | None:
        """What is at an absolute path, links not followed; None where there is nothing."""
        real = self.place(path)
        if real is None:
            return None
        special = self._specials().get(real)
        if isinstance(special, Link):
            return "link"
        if isinstance(special, Device):
            return "char"
        if isinstance(special, Folder):
            return "folder"
        if special is not None:
            return "file"
        tree, inner = self._tree(real)
        if inner in tree:
            return "file"
        return "folder" if real == "/" or self._names(real) else None

    def resolve(self, path: str) -> str | None:
        """The path with every link followed, or None where nothing is there."""
        found: str | None = path
        for _ in range(MAX_LINKS):
            found = self.place(found) if found is not None else None
            if found is None:
                return None
            special = self._specials().get(found)
            if not isinstance(special, Link):
                return found if self.kind(found) else None
            found = _joined(found, special.target)
        return None

    def read(self, path: str) -> str | None:
        """The text of the file a path leads to, or None."""
        real = self.resolve(path)
        if real is None:
            return None
        special = self._specials().get(real)
        if isinstance(special, Generated):
            return special.text()
        tree, inner = self._tree(real)
        return tree.read(inner)

    def write(self, path: str, text: str, *, append: bool = False) -> str | None:
        """Put a text at a path; returns what is wrong, in the system's words, or None."""
        real = self.resolve(path) or self.place(path)
        if real is None or self.kind(real.rsplit("/", 1)[0] or "/") != "folder":
            return NO_SUCH_FILE
        if self.kind(real) == "folder":
            return "Is a directory"
        if real in self._specials():
            return "Permission denied"
        tree, inner = self._tree(real)
        tree.write(inner, (tree.read(inner) or "") + text if append else text)
        return None

    def delete(self, path: str) -> str | None:
        """Remove a file; returns what is wrong, in the system's words, or None."""
        real = self.place(path)
        if real is None or self.kind(real) is None:
            return NO_SUCH_FILE
        if self.kind(real) == "folder":
            return "Is a directory"
        if real in self._specials():
            return "Operation not permitted"
        tree, inner = self._tree(real)
        tree.delete(inner)
        return None

    def is_shared(self, path: str) -> bool:
        """True for what lies in the cluster's file system."""
        real = self.place(path)
        return real is not None and any(real == mount or real.startswith(f"{mount}/") for mount in self._mounts())

    def link_target(self, path: str) -> str | None:
        """Where a link points, as it is written, or None where the path is no link."""
        real = self.place(path)
        special = self._specials().get(real) if real else None
        return special.target if isinstance(special, Link) else None

    def mtime(self, path: str) -> float:
        """When a file was changed last, seconds since the epoch; 0 for what the kernel generates."""
        real = self.resolve(path)
        if real is None:
            return 0.0
        tree, inner = self._tree(real)
        return tree.mtime(inner) if inner in tree else 0.0

    def names(self, path: str) -> list[str]:
        """The sorted names in a folder, links followed; empty for anything else."""
        real = self.resolve(path)
        return sorted(self._names(real)) if real is not None else []

    def walk(self, path: str, depth: int = 99) -> Iterator[str]:
        """A path and everything below it, links not followed, at most `depth` levels down."""
        yield path
        if depth > 0 and self.kind(path) == "folder":
            for name in self.names(path):
                yield from self.walk(f"{path.rstrip('/')}/{name}", depth - 1)

    def glob(self, pattern: str) -> list[str]:
        """The existing paths that an absolute glob pattern matches, sorted."""
        found = [""]
        for part in pattern.strip("/").split("/"):
            if not any(sign in part for sign in "*?["):
                found = [f"{path}/{part}" for path in found]
                continue
            matcher = re.compile(fnmatch.translate(part))
            found = [
                f"{path}/{name}"
                for path in found
                for name in self.names(path or "/")
                if matcher.fullmatch(name) and (not name.startswith(".") or part.startswith("."))
            ]
        return sorted(path for path in found if self.kind(path) is not None)

    def place(self, path: str) -> str | None:
        """The path with the links of its folders followed, its last part as it is."""
        if not path.startswith("/"):
            return None
        specials, place = self._specials(), "/"
        parts = [part for part in path.split("/") if part and part != "."]
        for position, part in enumerate(parts):
            if part == "..":
                place = place.rsplit("/", 1)[0] or "/"
                continue
            place = f"{place.rstrip('/')}/{part}"
            special = specials.get(place)
            if isinstance(special, Link) and position < len(parts) - 1:
                resolved = self.resolve(_joined(place, special.target))
                if resolved is None:
                    return None
                place = resolved
        return place

    def _tree(self, path: str) -> tuple[Tree, str]:
        for mount, tree in self._mounts().items():
            if path == mount or path.startswith(f"{mount}/"):
                return tree, path[len(mount) :].lstrip("/")
        return self._own, path.lstrip("/")

    def _names(self, path: str) -> set[str]:
        tree, inner = self._tree(path)
        names = set(tree.list(inner)) if not inner or tree.is_folder(inner) else set()
        prefix = path.rstrip("/") + "/"
        for other in (*self._specials(), *self._mounts()):
            if other.startswith(prefix):
                names.add(other[len(prefix) :].split("/", 1)[0])
        return names


def _joined(link: str, target: str) -> str:
    return target if target.startswith("/") else f"{link.rsplit('/', 1)[0]}/{target}"

"""APT's lists of repositories: reading and writing ``*.list`` files.

A comment belongs to the repository line after it; a repository that is switched off is a comment that could be one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from fakes.pve.node import Node

MAIN_LIST = "etc/apt/sources.list"
MORE_LISTS = "etc/apt/sources.list.d"
_LINE = re.compile(r"(#\s*)?(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+\S+)*)\s*")


@dataclass(slots=True)
class Repository:
    """One line of a list."""

    kind: str
    uri: str
    suite: str
    components: list[str]
    is_enabled: bool = True
    options: str = ""
    comment: str = ""

    def shown(self) -> dict[str, Any]:
        """The repository as the API shows it."""
        row: dict[str, Any] = {
            "Types": [self.kind],
            "URIs": [self.uri],
            "Suites": [self.suite],
            "Components": self.components,
            "Enabled": int(self.is_enabled),
            "FileType": "list",
        }
        return row | ({"Comment": self.comment} if self.comment else {})

    def line(self) -> str:
        """The repository with its comment as lines of a file."""
        notes = "".join(f"#{line}\n" for line in self.comment.splitlines())
        options = f"[{self.options}] " if self.options else ""
        words = " ".join((self.uri, self.suite, *self.components))
        return f"{notes}{'' if self.is_enabled else '# '}{self.kind} {options}{words}\n"


@dataclass(slots=True)
class RepositoryFile:
    """One file of a node, `path` without the leading slash."""

    path: str
    text: str
    repositories: list[Repository] = field(default_factory=list)

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()


def parse_list(text: str) -> list[Repository]:
    """The repositories of a file."""
    found: list[Repository] = []
    comment = ""
    for line in text.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match:
            off, kind, options, uri, suite, components = match.groups()
            found.append(Repository(kind, uri, suite, components.split(), off is None, options or "", comment))
            comment = ""
        elif line.startswith("#"):
            comment += f"{line[1:]}\n"
        else:
            comment = ""
    return found


def format_list(repositories: list[Repository]) -> str:
    """The text of a file, one blank line between repositories."""
    return "\n".join(repository.line() for repository in repositories)


def repository_files(node: Node) -> list[RepositoryFile]:
    """The lists of a node, sorted by their paths."""
    names = sorted(name for name in node.files.list(MORE_LISTS) if name.endswith(".list"))
    paths = [*([MAIN_LIST] if MAIN_LIST in node.files else []), *(f"{MORE_LISTS}/{name}" for name in names)]
    texts = {path: node.files.read(path) or "" for path in paths}
    return [RepositoryFile(path, text, parse_list(text)) for path, text in texts.items()]


def whole_digest(files: list[RepositoryFile]) -> str:
    """One SHA-256 in hex over all files."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.path.encode())
        whole.update(file.digest)
    return whole.hexdigest()

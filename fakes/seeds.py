"""What a simulated node can start from: a copy of a real node's /etc/pve, or an Ansible inventory.

A copy may be the folder itself or one with ``etc/pve`` in it, as `labctl pve seed export` writes it: there the local
files of each node are below ``nodes/<name>``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fakes.pve.cfs import Tree
from fakes.pve.datacenter import COROSYNC, Datacenter
from fakes.pve.entry import Content
from fakes.pve.guests import FOLDERS
from fakes.pve.statefolder import files_below
from fixtures.errors import LabError, Problem

_SIGNS = ("nodes", "storage.cfg", "user.cfg", COROSYNC)
_RING = re.compile(r"node\s*\{(.*?)\}", re.DOTALL)
# What pmxcfs makes up by itself, and what every copy of it may have beside its files.
_NO_FILE = re.compile(r"(^|/)\.[^/]*$")


class SeedError(LabError):
    """A seed that cannot be used."""


@dataclass(frozen=True)
class Seed:
    """Files to start from: those of /etc/pve, and by node those of its own that are known."""

    files: Mapping[str, Content]
    local: Mapping[str, Mapping[str, Content]] = field(default_factory=dict)

    @property
    def nodes(self) -> list[str]:
        """The nodes that have a folder."""
        return sorted({path.split("/")[1] for path in self.files if path.startswith("nodes/") and path.count("/") > 1})

    @property
    def is_cluster(self) -> bool:
        return COROSYNC in self.files

    def addresses(self) -> dict[str, str]:
        """The addresses that a cluster's nodes have in its corosync.conf."""
        text = self.files.get(COROSYNC, "")
        found: dict[str, str] = {}
        for block in _RING.findall(text if isinstance(text, str) else ""):
            values = dict(re.findall(r"(\w+):\s*(\S+)", block))
            if "name" in values and "ring0_addr" in values:
                found[values["name"]] = values["ring0_addr"]
        return found


def is_etc_pve(path: Path) -> bool:
    """True for a folder that is a copy of /etc/pve or holds one."""
    return (path / "etc" / "pve").is_dir() or any((path / name).exists() for name in _SIGNS)


def read_seed(path: Path) -> Seed:
    """The seed in a folder; SeedError where there is nothing that can be read."""
    inner = path / "etc" / "pve"
    try:
        files = {name: content for name, (content, _) in files_below(inner if inner.is_dir() else path).items()}
        local = {one.name: _contents(one) for one in _folders(path / "nodes")} if inner.is_dir() else {}
    except OSError as error:
        hint = "copy it as root, or leave priv/ out"
        raise SeedError(Problem(str(error.filename or path), f"cannot be read: {error.strerror}", hint)) from error
    kept = {name: content for name, content in files.items() if not _NO_FILE.search(name)}
    if not kept:
        raise SeedError(Problem(str(path), "holds no file", "expected a copy of /etc/pve, or an Ansible inventory"))
    return Seed(kept, local)


def plant(datacenter: Datacenter, seed: Seed) -> None:
    """Put a seed's files into a datacenter that has none yet."""
    for name, files in seed.local.items():
        if name in datacenter.nodes:
            _fill(datacenter.nodes[name].files, files)
            datacenter.nodes[name].tasks.reload()
    _fill(datacenter.cfs, seed.files)


def _fill(tree: Tree, files: Mapping[str, Content]) -> None:
    """Write files where there are none; a key that is in use already stays."""
    for path, content in files.items():
        if path not in tree:
            tree.write(path, content)


def export(datacenter: Datacenter, folder: Path) -> int:
    """Write all files of a datacenter below a folder, in the shape `read_seed` takes; gives their number."""
    trees = {"etc/pve": datacenter.cfs, **{f"nodes/{name}": node.files for name, node in datacenter.nodes.items()}}
    count = 0
    for place, tree in trees.items():
        for path, content in tree.snapshot().items():
            target = folder / place / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))
            count += 1
    for name in datacenter.nodes:
        # A node without guests still has its folders, by which it is known.
        for kind in FOLDERS.values():
            (folder / "etc" / "pve" / "nodes" / name / kind).mkdir(parents=True, exist_ok=True)
    return count


def _folders(path: Path) -> list[Path]:
    return sorted(one for one in path.iterdir() if one.is_dir()) if path.is_dir() else []


def _contents(folder: Path) -> dict[str, Content]:
    return {name: content for name, (content, _) in files_below(folder).items()}

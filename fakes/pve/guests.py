"""Where every guest lives: an index over the configuration files, kept up to date file by file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fakes.pve.cfs import Tree

KINDS = {"qemu-server": "qemu", "lxc": "lxc"}
FOLDERS = {"qemu": "qemu-server", "lxc": "lxc"}
_CONFIG = re.compile(r"nodes/([^/]+)/(qemu-server|lxc)/(\d+)\.conf")


@dataclass(frozen=True, slots=True)
class Place:
    """A guest's node and kind ("qemu" or "lxc")."""

    vmid: int
    node: str
    kind: str

    @property
    def path(self) -> str:
        """Its configuration file below /etc/pve."""
        return config_path(self.node, self.kind, self.vmid)


def config_path(node: str, kind: str, vmid: int) -> str:
    """The configuration file of a guest below /etc/pve."""
    return f"nodes/{node}/{FOLDERS[kind]}/{vmid}.conf"


class GuestIndex:
    """All guests by number; `version` grows whenever a guest's file changes, comes or goes."""

    def __init__(self, cfs: Tree) -> None:
        self._cfs = cfs
        self._places: dict[int, Place] = {}
        self._by_node: dict[tuple[str, str], dict[int, None]] = {}
        self._lowest_free = 100
        self.version = 0
        for path in cfs.walk("nodes"):
            self._changed(path)
        cfs.watch("nodes/", self._changed)

    def __contains__(self, vmid: int) -> bool:
        return vmid in self._places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Place]:
        return iter(list(self._places.values()))

    def find(self, vmid: int) -> Place | None:
        """Where a guest is, or None."""
        return self._places.get(vmid)

    def on(self, node: str, kind: str) -> list[int]:
        """The numbers of the guests of one kind on a node, ascending."""
        return sorted(self._by_node.get((node, kind), ()))

    def next_free(self, lowest: int = 100) -> int:
        """The lowest number from `lowest` that no guest has."""
        vmid = max(lowest, self._lowest_free) if lowest <= self._lowest_free else lowest
        while vmid in self._places:
            vmid += 1
        if lowest <= self._lowest_free:
            self._lowest_free = vmid
        return vmid

    def _changed(self, path: str) -> None:
        found = _CONFIG.fullmatch(path)
        if not found:
            return
        self.version += 1
        vmid, node, kind = int(found[3]), found[1], KINDS[found[2]]
        if path in self._cfs:
            self._places[vmid] = Place(vmid, node, kind)
            self._by_node.setdefault((node, kind), {})[vmid] = None
            return
        self._by_node.get((node, kind), {}).pop(vmid, None)
        place = self._places.get(vmid)
        if place is not None and (place.node, place.kind) == (node, kind):
            del self._places[vmid]
            self._lowest_free = min(self._lowest_free, max(100, vmid))

"""Recorded snapshots as a target: already collected, so nothing is asked of a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.collect.runner import Runner
from conformance.snapshot import Snapshot
from fixtures.errors import LabError
from fixtures.site import Site


class SnapshotTarget:
    """Nodes as they were seen."""

    name = "snapshot"
    rung = "collected"
    offers: frozenset[str] = frozenset()

    def __init__(self, site: Site, snapshots: Sequence[Snapshot] = ()) -> None:
        self.site = site
        self.snapshots: Mapping[str, Snapshot] = {snapshot.node: snapshot for snapshot in snapshots}

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def nodes(self) -> tuple[str, ...]:
        """The nodes that there are snapshots of."""
        return tuple(self.snapshots)

    def snapshot(self, node: str) -> Snapshot:
        """The node's snapshot; LabError where there is none."""
        if node not in self.snapshots:
            raise LabError(f"there is no snapshot of {node}")
        return self.snapshots[node]

    def api(self, node: str) -> Any:
        """A snapshot has no API."""
        raise LabError(f"the snapshot of {node} has no API")

    def host(self, node: str) -> Any:
        """A snapshot runs no commands."""
        raise LabError(f"the snapshot of {node} runs no commands")

    def facts(self, node: str) -> Runner:
        """A snapshot runs no probes."""
        raise LabError(f"the snapshot of {node} is already collected")

    def web_interface(self, node: str) -> tuple[dict[str, Any] | None, str]:
        """What was seen at the time."""
        return self.snapshot(node).raw("webui"), "as collected"


def open_here(site: Site, snapshots: Sequence[Snapshot] = ()) -> SnapshotTarget:
    """The target of this module."""
    return SnapshotTarget(site, snapshots)

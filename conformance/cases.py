"""What a run judges: a node, the facts of its site, and the waivers that hold for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.facts import SiteFacts
from conformance.judge import Subject
from conformance.snapshot import SCHEMA, Snapshot
from fixtures.inventory import Inventory
from fixtures.site import Site
from fixtures.waivers import Waiver


@dataclass(frozen=True)
class Case:
    """One node with all that its judgement needs."""

    subject: Subject
    site: SiteFacts
    waivers: tuple[Waiver, ...]


def site_facts(site: Site) -> SiteFacts:
    """The facts of a site, from its files."""
    attest = {name: dict(spec.attest) for name, spec in site.nodes.items()}
    return SiteFacts(
        name=site.name,
        inventory=site.inventory,
        hypervisors=roles_in(site.inventory, {name: spec.role for name, spec in site.nodes.items()}),
        gateway=site.gateway,
        declared=site.declared,
        milestones=site.milestones,
        attest={name: words for name, words in attest.items() if words},
    )


def roles_in(inventory: Inventory, fallback: Mapping[str, str]) -> dict[str, str | None]:
    """Each hypervisor of the inventory with the one role its groups give it, else the site file's; None for neither."""
    roles: dict[str, str | None] = {}
    for name in sorted(inventory.hypervisors):
        by_groups = sorted(inventory.roles_of(name))
        roles[name] = by_groups[0] if len(by_groups) == 1 else None if by_groups else fallback.get(name)
    return roles


def node_labels(site: Site, node: str) -> dict[str, Any]:
    """What a snapshot of the node is labelled with."""
    spec = site.nodes[node]
    labels: dict[str, Any] = {"site": site.name, "role": spec.role, "declared": spec.declared}
    attested = dict(spec.attest)
    return labels | ({"attest": attested} if attested else {})


def not_chosen(site: Site, node: str) -> Snapshot:
    """The snapshot of a node that has no hardware yet: only its labels."""
    return Snapshot({"schema": SCHEMA, "node": node, **node_labels(site, node), "reachable": {}})


def nobody(site: Site) -> Snapshot:
    """Stands for a site that names no node, so that each requirement still gets its finding."""
    return Snapshot({"schema": SCHEMA, "node": "site", "site": site.name, "declared": False, "reachable": {}})


def gaps_in(snapshots: Sequence[Snapshot], expected: Sequence[str]) -> tuple[str, ...]:
    """The nodes that should have been looked at and were not."""
    seen = {snapshot.node for snapshot in snapshots}
    return tuple(f"{node} was not looked at in this run" for node in expected if node not in seen)

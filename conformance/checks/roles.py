"""Which node carries what, and that the two planes are apart."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conformance.checks import check
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, failed, passed, unknown
from conformance.snapshot import Guest
from fixtures.inventory import Host

TENANT_MARK = re.compile(r"tenant(?:[-_].*)?", re.IGNORECASE)
MANAGEMENT_MARK = re.compile(r"mgmt|management|mgmt-.*", re.IGNORECASE)
TENANT_VLANS = range(50, 60)
SUBSTRATE_GROUPS = frozenset(
    {"control_plane", "routers", "dns_servers", "dhcp_servers", "network_controllers", "oob_management", "builder"}
)
CATEGORIES: Mapping[str, frozenset[str]] = {
    "observability": frozenset(
        {"observability", "monitoring", "logging", "metrics", "logging_servers", "monitoring_servers"}
    ),
    "automation/CI": frozenset(
        {"automation", "ci", "ci-cd", "runner", "runners", "automation_servers", "ci_servers", "ci_runners"}
    ),
    "access/recovery": frozenset(
        {"access", "recovery", "jump", "jump-host", "bastion", "access_servers", "jump_hosts", "recovery_servers"}
    ),
}


@check(
    "ROLE-01",
    expects="exactly two hypervisors in the inventory, one management and one tenant",
    hint="the groups hypervisors, management_hypervisors and tenant_hypervisors decide, else the site file",
)
def two_hypervisors(facts: Facts) -> Outcome:
    """The site's inventory binds one node to each role."""
    hypervisors = facts.site.hypervisors
    if hypervisors is None:
        return unknown("no inventory was read")
    if not hypervisors:
        return Outcome("pending", "the inventory's group hypervisors is empty")
    shown = ", ".join(f"{name} ({role or 'no role'})" for name, role in sorted(hypervisors.items()))
    if sorted(role or "" for role in hypervisors.values()) == ["management", "tenant"]:
        return passed(shown)
    return failed(f"{len(hypervisors)} in the inventory: {shown}", where="inventory, group hypervisors")


@check(
    "ROLE-02",
    expects="no guest with a tenant mark, and every guest known to the inventory",
    reads=("guests",),
    hint="move the guest to the tenant node, or write it into the inventory if it belongs to the management plane",
)
def management_guests_only(facts: Facts) -> Outcome:
    """No tenant guest runs on the management node."""
    guests = facts.guests
    if guests is None:
        return unknown("the guests are not known")
    claims = [_is_management(guest, facts) for guest in guests]
    return all_of(claims).noting("" if claims else "no guests")


def _is_management(guest: Guest, facts: Facts) -> Claim:
    host = facts.host_named(guest.name)
    marks = [f"tag {tag}" for tag in guest.tags or () if TENANT_MARK.fullmatch(tag)]
    marks += [f"pool {guest.pool}"] if guest.pool and TENANT_MARK.fullmatch(guest.pool) else []
    marks += [f"VLAN tag {tag}" for tag in guest.vlan_tags or () if tag in TENANT_VLANS]
    marks += [f"inventory segment {name}" for name in _segments(host) if name.startswith("tenant_")]
    if marks:
        return Claim(False, f"{guest.label} has {', '.join(marks)}")
    if host is None:
        return Claim(None, f"{guest.label} is not in the inventory")
    if guest.tags is None or guest.vlan_tags is None:
        return Claim(None, f"the tags of {guest.label} are not known")
    return Claim(True, guest.label)


def _segments(host: Host | None) -> list[str]:
    return [nic.segment for nic in host.interfaces.values() if nic.segment] if host else []


@check(
    "ROLE-03",
    expects="a running guest for observability, one for automation/CI, one for access/recovery",
    reads=("guests",),
    hint="a guest's tags, its pool and its inventory groups say which category it serves",
)
def management_categories(facts: Facts) -> Outcome:
    """Every workload category of the management plane has a running guest."""
    guests = facts.guests
    if guests is None:
        return unknown("the guests are not known")
    running = [guest for guest in guests if guest.status == "running"]
    found = {name: [g.label for g in running if _words(g, facts) & words] for name, words in CATEGORIES.items()}
    return all_of(
        Claim(bool(labels), f"{name}: {', '.join(labels) or 'no running guest'}") for name, labels in found.items()
    )


def _words(guest: Guest, facts: Facts) -> set[str]:
    host = facts.host_named(guest.name)
    return {word.casefold() for word in (*(guest.tags or ()), guest.pool or "", *(host.groups if host else ()))}


@check(
    "ROLE-04",
    expects="no guest with a management mark and none that the inventory calls substrate",
    reads=("guests",),
    hint="move the guest to the management node",
)
def tenant_guests_only(facts: Facts) -> Outcome:
    """No management-plane guest runs on the tenant node."""
    guests = facts.guests
    if guests is None:
        return unknown("the guests are not known")
    claims = [_is_tenant(guest, facts) for guest in guests]
    return all_of(claims).noting("" if claims else "no guests")


def _is_tenant(guest: Guest, facts: Facts) -> Claim:
    host = facts.host_named(guest.name)
    marks = [f"tag {tag}" for tag in guest.tags or () if MANAGEMENT_MARK.fullmatch(tag)]
    marks += [f"pool {guest.pool}"] if guest.pool and MANAGEMENT_MARK.fullmatch(guest.pool) else []
    marks += [f"inventory group {name}" for name in sorted(host.groups & SUBSTRATE_GROUPS)] if host else []
    if marks:
        return Claim(False, f"{guest.label} has {', '.join(marks)}")
    if facts.inventory is None:
        return Claim(None, f"no inventory to look up {guest.label} in")
    return Claim(None if guest.tags is None or guest.name is None else True, guest.label)


@check(
    "SEP-01",
    expects="product UUID and machine-id differ from those of every other node",
    reads=("dmi.product_uuid", "machine_id"),
    hint="two nodes on one machine, or a cloned disk? A cloned disk needs a new machine-id",
)
def separate_machines(facts: Facts) -> Outcome:
    """The nodes of the site are different machines."""
    if not facts.peers:
        return unknown("nothing is known of the other node", hint="judge the snapshots of both nodes together")
    snapshot = facts.snapshot
    claims = []
    for peer in facts.peers:
        pairs = (
            ("product UUID", snapshot.text("dmi.product_uuid"), peer.product_uuid),
            ("machine-id", snapshot.text("machine_id"), peer.machine_id),
        )
        claims += [_differs(what, mine, theirs, peer.node) for what, mine, theirs in pairs]
    return all_of(claims)


def _differs(what: str, mine: str | None, theirs: str | None, peer: str) -> Claim:
    if not mine or not theirs:
        return Claim(None, f"{what} of {peer if mine else 'this node'} not known")
    differs = mine.strip().casefold() != theirs.strip().casefold()
    return Claim(differs, f"{what} {'differs from' if differs else 'is the same as'} that of {peer}")

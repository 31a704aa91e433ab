"""The node stands alone: no cluster, no HA, no quorum, its own web interface."""

from __future__ import annotations

from conformance.checks import check
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, failed, passed, unknown
from conformance.view import View

QUORUM_WORDS = ("corosync", "qdevice", "qnetd")


@check(
    "CLU-01",
    expects="no corosync.conf, and one node without a cluster in /cluster/status",
    reads=("cluster.corosync_conf_files", "cluster.status"),
    hint="a left-over /etc/corosync/corosync.conf is taken over when pmxcfs makes its database anew",
)
def not_clustered(facts: Facts) -> Outcome:
    """The node is outside any cluster."""
    files, rows = facts.snapshot.texts("cluster.corosync_conf_files"), facts.snapshot.views("cluster.status")
    claims = []
    if files is not None:
        claims.append(Claim(not files, f"found {', '.join(files)}" if files else "no corosync.conf"))
    if rows is not None:
        claims += _alone(rows)
    return all_of(claims or (Claim(None, "neither the files nor /cluster/status are known"),))


def _alone(rows: tuple[View, ...]) -> list[Claim]:
    clusters = [row.text("name") or "unnamed" for row in rows if row.text("type") == "cluster"]
    nodes = [row.text("name") or "unnamed" for row in rows if row.text("type") == "node"]
    return [
        Claim(not clusters, f"member of the cluster {', '.join(clusters)}" if clusters else "no cluster"),
        Claim(len(nodes) == 1, f"{len(nodes)} node(s): {', '.join(nodes)}"),
    ]


@check(
    "CLU-02",
    expects="no HA resources",
    reads=("ha.resources", "ha.groups"),
    hint="a resource counts whatever its state; remove it with ha-manager",
)
def no_ha(facts: Facts) -> Outcome:
    """No guest is under HA."""
    resources, groups = facts.snapshot.raw("ha.resources"), facts.snapshot.raw("ha.groups")
    if not isinstance(resources, list):
        return unknown("the HA resources are not known")
    if resources:
        return failed(f"HA resources: {', '.join(map(_sid, resources))}")
    note = "HA groups without resources are configured" if isinstance(groups, list) and groups else ""
    return passed("no HA resources").noting(note)


def _sid(resource: object) -> str:
    return str(resource.get("sid", resource)) if isinstance(resource, dict) else str(resource)


@check(
    "CLU-04",
    expects="https://NODE:8006/ answers with the web interface",
    reads=("webui", "reachable.ssh"),
    hint='look at "systemctl status pveproxy"',
)
def own_web_interface(facts: Facts) -> Outcome:
    """The node is managed through its own web interface."""
    is_open, status = facts.snapshot.flag("webui.open"), facts.snapshot.whole("webui.http_status")
    if is_open is None:
        return unknown("port 8006 was not tried")
    if not is_open:
        return failed("port 8006 is closed")
    if status is None:
        return unknown("port 8006 is open, but no HTTP status was seen")
    return passed("HTTP 200") if status == 200 else failed(f"HTTP {status}")


@check(
    "CLU-05",
    expects="corosync, qdevice and qnetd not active",
    reads=("cluster.active_services",),
    hint="the corosync package may be installed, its services must not run",
)
def no_quorum(facts: Facts) -> Outcome:
    """There is no quorum machinery at work."""
    active = facts.snapshot.texts("cluster.active_services")
    if active is None:
        return unknown("the services are not known")
    running = [unit for unit in active if any(word in unit.casefold() for word in QUORUM_WORDS)]
    return failed(f"active: {', '.join(running)}") if running else passed("none active")

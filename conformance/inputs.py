"""A run's inputs as a file beside its reports, so that it can be judged again elsewhere and later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from conformance.cases import Case
from conformance.facts import SiteFacts
from conformance.judge import Subject
from conformance.results import Run, Scenario
from conformance.snapshot import Peer, Snapshot
from fixtures.errors import LabError, Problem
from fixtures.inventory import Inventory
from fixtures.waivers import Waiver

SCHEMA = "labctl/inputs/1"


def inputs_of(run: Run) -> dict[str, Any]:
    """All inputs of a run but the snapshots, which are files of their own."""
    sites: list[SiteFacts] = []
    for case in run.cases:
        if case.site not in sites:
            sites.append(case.site)
    return {
        "schema": SCHEMA,
        "site": run.site,
        "target": run.target,
        "as_of": run.as_of.isoformat(),
        "gaps": list(run.gaps),
        "scenarios": [scenario.as_json() for scenario in run.scenarios],
        "inventory_findings": list(run.inventory_findings),
        "baseline": run.baseline,
        "sites": [_site(site) for site in sites],
        "cases": [_case(case, sites) for case in run.cases],
    }


def _site(site: SiteFacts) -> dict[str, Any]:
    inventory = None
    if site.inventory is not None:
        inventory = site.inventory.model_dump(mode="json")
        # Sets have no order of their own.
        inventory["groups"] = {name: sorted(hosts) for name, hosts in sorted(inventory["groups"].items())}
        for host in inventory["hosts"].values():
            host["groups"] = sorted(host["groups"])
    return {
        "name": site.name,
        "hypervisors": site.hypervisors,
        "gateway": site.gateway,
        "declared": site.declared,
        "milestones": sorted(site.milestones),
        "attest": site.attest,
        "inventory": inventory,
    }


def _case(case: Case, sites: Sequence[SiteFacts]) -> dict[str, Any]:
    return {
        "node": case.subject.snapshot.node,
        "site": sites.index(case.site),
        "peers": [
            {
                "node": peer.node,
                "product_uuid": peer.product_uuid,
                "machine_id": peer.machine_id,
                "guest_macs": None if peer.guest_macs is None else list(peer.guest_macs),
            }
            for peer in case.subject.peers
        ],
        "waivers": [waiver.model_dump(mode="json") for waiver in case.waivers],
    }


def run_from(data: Mapping[str, Any], snapshots: Mapping[str, Snapshot]) -> Run:
    """The run that `inputs_of` wrote down; LabError where the file is not one of those."""
    try:
        return _run(data, snapshots)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        what = f"cannot be read back: {type(error).__name__}: {str(error).splitlines()[0]}"
        raise LabError(Problem("inputs.json", what)) from None


def _run(data: Mapping[str, Any], snapshots: Mapping[str, Snapshot]) -> Run:
    if data["schema"] != SCHEMA:
        raise ValueError(f"schema is {data['schema']!r}, expected {SCHEMA!r}")
    sites = [_read_site(site) for site in data["sites"]]
    return Run(
        site=data["site"],
        target=data["target"],
        as_of=date.fromisoformat(data["as_of"]),
        cases=tuple(_read_case(case, sites, snapshots) for case in data["cases"]),
        gaps=tuple(data["gaps"]),
        scenarios=tuple(
            Scenario(**{**item, "requirements": tuple(item["requirements"])}) for item in data["scenarios"]
        ),
        inventory_findings=tuple(data["inventory_findings"]),
        baseline=data["baseline"],
    )


def _read_site(data: Mapping[str, Any]) -> SiteFacts:
    inventory = data["inventory"]
    return SiteFacts(
        name=data["name"],
        inventory=None if inventory is None else Inventory.model_validate(inventory),
        hypervisors=data["hypervisors"],
        gateway=data["gateway"],
        declared=data["declared"],
        milestones=frozenset(data["milestones"]),
        attest=data["attest"],
    )


def _read_case(data: Mapping[str, Any], sites: Sequence[SiteFacts], snapshots: Mapping[str, Snapshot]) -> Case:
    peers = tuple(
        Peer(
            node=peer["node"],
            product_uuid=peer["product_uuid"],
            machine_id=peer["machine_id"],
            guest_macs=None if peer["guest_macs"] is None else tuple(peer["guest_macs"]),
        )
        for peer in data["peers"]
    )
    waivers = tuple(Waiver.model_validate(waiver) for waiver in data["waivers"])
    return Case(Subject(snapshots[data["node"]], peers), sites[data["site"]], waivers)

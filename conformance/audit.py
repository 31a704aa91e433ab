"""An audit from start to end: gather the snapshots, judge them, and say what was left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from conformance.cases import Case, gaps_in, nobody, node_labels, not_chosen, roles_in, site_facts
from conformance.clone_test import clone_test
from conformance.collect.node import Channels, collect_node
from conformance.facts import SiteFacts
from conformance.judge import Subject, subjects
from conformance.recorded import Recorded, read_recorded
from conformance.results import SCHEMA, Run
from conformance.snapshot import Snapshot
from conformance.targets import Target
from conformance.targets.snapshot import SnapshotTarget
from fixtures.errors import ConfigError, LabError, Problem
from fixtures.site import Site, load_site
from fixtures.strict import did_you_mean

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Overrides:
    """What the command line says in place of a bundle's own content."""

    inventory: bool = False
    waivers: bool = False
    as_of: date | None = None


def silent(text: str) -> None:
    """Progress that nobody wants to see."""


def chosen_nodes(site: Site, wanted: Sequence[str]) -> tuple[str, ...]:
    """The named nodes, or all; LabError for a name that the site does not have."""
    wrong = [name for name in wanted if name not in site.nodes]
    if wrong:
        known = tuple(site.nodes)
        raise ConfigError(
            *(Problem("--node", f"site {site.name} has no node {n}", did_you_mean(n, known)) for n in wrong)
        )
    return tuple(dict.fromkeys(wanted)) or tuple(site.nodes)


def collect_site(site: Site, target: Target, nodes: Sequence[str], progress: Progress = silent) -> tuple[Snapshot, ...]:
    """A snapshot of each node; of one without hardware only its labels."""
    found = []
    for node in nodes:
        if not site.nodes[node].declared:
            found.append(not_chosen(site, node))
            continue
        if isinstance(target, SnapshotTarget):
            found += [target.snapshot(node)] if node in target.nodes() else []
            continue
        progress(f"{node}: looking through the target {target.name}")
        found.append(collect_node(node, channels_of(site, target, node)))
    return tuple(found)


def channels_of(site: Site, target: Target, node: str) -> Channels:
    """How a target lets a node be looked at."""
    return Channels(
        shell=(lambda: target.facts(node)) if "ssh" in target.offers else None,
        api=(lambda: target.api(node)) if "api" in target.offers else None,
        webui=lambda: target.web_interface(node),
        clone_test=(lambda: clone_test(target, node)) if "disposable" in target.offers else None,
        rung=target.rung,
        target=target.name,
        labels=node_labels(site, node),
    )


def live_run(site: Site, target: Target, wanted: Sequence[str], as_of: date, progress: Progress = silent) -> Run:
    """The run over the nodes of a target; a site without nodes is judged as such."""
    snapshots = collect_site(site, target, chosen_nodes(site, wanted), progress) or (nobody(site),)
    return run_of(site, target.name, snapshots, as_of)


def pending_run(site: Site, target: str, as_of: date) -> Run:
    """The run over a site that has no hardware yet: no target is needed for it."""
    return run_of(site, target, tuple(not_chosen(site, node) for node in site.nodes) or (nobody(site),), as_of)


def run_of(site: Site, target: str, snapshots: Sequence[Snapshot], as_of: date) -> Run:
    """The run over snapshots of one site with the site's own inventory and waivers."""
    facts = site_facts(site)
    declared = [name for name, spec in site.nodes.items() if spec.declared]
    return Run(
        site=site.name,
        target=target,
        as_of=as_of,
        cases=tuple(Case(subject, facts, site.waivers) for subject in subjects(snapshots)),
        gaps=gaps_in(snapshots, declared),
        inventory_findings=_inventory_findings(facts),
    )


def recorded_run(site: Site, files: Sequence[Path], wanted: Sequence[str], given: Overrides) -> tuple[Run, list[str]]:
    """The run over snapshot files, and remarks about them for the reader."""
    recorded = read_recorded(files)
    _refuse_strangers(site, recorded)
    chosen = [item for item in recorded if not wanted or item.snapshot.node in wanted]
    if wanted and {item.snapshot.node for item in chosen} != set(wanted):
        absent = sorted(set(wanted) - {item.snapshot.node for item in chosen})
        raise ConfigError(*(Problem("--node", f"no snapshot of {name} was given") for name in absent))
    dates = [item.as_of for item in chosen if item.as_of is not None]
    cases = tuple(_recorded_case(site, item, recorded, given) for item in chosen)
    # A bundle is a case of its own and complete with what it says of its peer; plain snapshots are of the whole site.
    declared = [name for name, spec in site.nodes.items() if spec.declared]
    expected = [] if all(item.is_bundle for item in chosen) else declared
    run = Run(
        site=site.name,
        target="snapshot",
        as_of=given.as_of or max(dates, default=None) or date.today(),
        cases=cases,
        gaps=gaps_in([item.snapshot for item in chosen], expected),
        inventory_findings=tuple({str(f): f for case in cases for f in _inventory_findings(case.site)}.values()),
    )
    return run, [remark for item in recorded for remark in item.remarks]


def _refuse_strangers(site: Site, recorded: Sequence[Recorded]) -> None:
    """A plain snapshot is judged by the site it was given with, so it must be of that site; a bundle brings its own."""
    problems = [
        Problem(str(item.path), f"a snapshot of site {item.snapshot.site}, not {site.name}", "name the other site")
        for item in recorded
        if not item.is_bundle and item.snapshot.site not in (None, site.name)
    ]
    if problems:
        raise ConfigError(*problems)


def _recorded_case(site: Site, item: Recorded, recorded: Sequence[Recorded], given: Overrides) -> Case:
    others = tuple(other.snapshot.as_peer() for other in recorded if other is not item)
    if item.peer is not None and item.peer.node not in {peer.node for peer in others}:
        others = (*others, item.peer)
    waivers = site.waivers if given.waivers or item.waivers is None else item.waivers
    return Case(Subject(_labelled(site, item.snapshot), others), _facts_for(site, item, given), waivers)


def _labelled(site: Site, snapshot: Snapshot) -> Snapshot:
    """With the labels that a snapshot taken outside the site (``ssh://…``) lacks."""
    spec = site.nodes.get(snapshot.node)
    if snapshot.role is not None or spec is None:
        return snapshot
    return Snapshot({**snapshot.data, **node_labels(site, snapshot.node)})


def _facts_for(site: Site, item: Recorded, given: Overrides) -> SiteFacts:
    facts = site_facts(site)
    name = item.snapshot.site
    if item.is_bundle and name is not None and name != site.name:
        facts = _other_site(name)
    if given.inventory:
        return facts
    if item.inventory is not None:
        roles = roles_in(item.inventory, {}) if item.hypervisors is None else item.hypervisors
        return replace(facts, inventory=item.inventory, hypervisors=roles, attest=None)
    if item.without_inventory:
        return replace(facts, inventory=None, hypervisors=None, attest=None)
    return facts


def _other_site(name: str) -> SiteFacts:
    try:
        return site_facts(load_site(name))
    except LabError:
        return SiteFacts(name, None, None)


def _inventory_findings(facts: SiteFacts) -> tuple[dict[str, Any], ...]:
    found = facts.inventory.findings if facts.inventory else ()
    return tuple(item.model_dump(mode="json") for item in found)


def read_results(path: Path) -> Mapping[str, Any]:
    """A results.json; ConfigError where it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Problem(str(path), str(error))) from None
    except json.JSONDecodeError as error:
        raise ConfigError(Problem(f"{path}:{error.lineno}", f"not JSON: {error.msg}")) from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or not isinstance(data.get("findings"), list):
        raise ConfigError(Problem(str(path), f"not a results file ({SCHEMA})"))
    return data

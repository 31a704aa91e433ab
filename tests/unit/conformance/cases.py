"""Cases for the judge: the recorded samples, and ways to change one of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from conformance.facts import SiteFacts
from conformance.findings import Finding
from conformance.judge import Subject, judge
from conformance.recorded import Recorded, read_recorded
from conformance.snapshot import Snapshot
from fixtures.inventory import Inventory
from fixtures.register import load_register
from fixtures.waivers import Waiver

SAMPLES = Path(__file__).parent / "samples"
GATEWAYS = {"dvntm": "10.20.99.1", "dvnt": "10.10.99.1"}
TODAY = date(2026, 11, 21)

Case = dict[str, Any]
Change = Callable[[Case], None]


def sample(name: str) -> Case:
    """A sample as plain JSON, free to be changed."""
    case: Case = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return case


def recorded(name: str) -> Recorded:
    """A sample as the program reads it."""
    return read_recorded([SAMPLES / f"{name}.json"])[0]


def facts_of(case: Mapping[str, Any]) -> SiteFacts:
    """The site facts of a case's inventory table."""
    inventory = Inventory.from_table(case["inventory"])
    site = case["snapshot"]["site"]
    return SiteFacts(site, inventory, case["inventory"]["hypervisors"], GATEWAYS[site])


def findings_of(case: Mapping[str, Any], folder: Path, **site: Any) -> dict[str, Finding]:
    """The findings of a case by requirement, judged as the program reads its file."""
    path = folder / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    item = read_recorded([path])[0]
    subject = Subject(item.snapshot, (item.peer,) if item.peer else ())
    facts = replace(facts_of(case), **site)
    found = judge([subject], facts, load_register(), item.waivers or (), item.as_of or TODAY)
    return {finding.requirement: finding for finding in found}


def verdicts_of(case: Mapping[str, Any], folder: Path, **site: Any) -> dict[str, str]:
    """The verdicts of a case by requirement."""
    return {name: finding.verdict for name, finding in findings_of(case, folder, **site).items()}


def changed(name: str, change: Change) -> Case:
    """A sample with something changed in it."""
    case = copy.deepcopy(sample(name))
    change(case)
    return case


def snapshot_of(name: str) -> Snapshot:
    """The snapshot in a sample."""
    return Snapshot(sample(name)["snapshot"])


def waiver(requirement: str, **fields: Any) -> Waiver:
    """A waiver in force, unless its fields say otherwise."""
    known = {"node": "hv01", "reason": "agreed", "approved_by": "owner", "expires": "2027-03-31"}
    return Waiver.model_validate({"requirement": requirement, **known, **fields})

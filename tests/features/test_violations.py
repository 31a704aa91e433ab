"""Every violation turns exactly its own requirements red, and the lab as the pages describe it turns none."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.audit import live_run
from conformance.results import Results, conclude
from conformance.targets import opened
from fakes.violations import VIOLATIONS
from fixtures.register import load_register
from fixtures.site import load_site

TABLE: list[tuple[str, str, dict[str, list[str]]]] = yaml.safe_load(
    (Path(__file__).parent / "violations.yml").read_text(encoding="utf-8")
)
AS_OF = date(2026, 11, 21)


def audited(violation: str | None = None, node: str = "") -> Results:
    site = load_site("dvntm")
    with opened("fake", site) as target:
        if violation is not None:
            lab: Any = target
            lab.plant(node, violation)
        return conclude(live_run(site, target, (), AS_OF), load_register())


def failing(results: Results) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in results.findings:
        if finding.verdict == "fail":
            found.setdefault(finding.subject, []).append(finding.requirement)
    return {node: sorted(requirements) for node, requirements in sorted(found.items())}


@pytest.mark.parametrize(("violation", "node", "expected"), TABLE, ids=[f"{row[0]} on {row[1]}" for row in TABLE])
def test_a_violation_turns_exactly_its_requirements_red(
    violation: str, node: str, expected: dict[str, list[str]]
) -> None:
    results = audited(violation, node)

    assert failing(results) == expected


def test_the_lab_of_the_pages_is_go() -> None:
    results = audited()

    assert failing(results) == {}
    assert results.judgement.decision == "GO"


def test_every_violation_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(VIOLATIONS)

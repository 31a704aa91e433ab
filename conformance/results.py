"""The one model behind every report: `labctl/results/1`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from conformance.cases import Case
from conformance.drift import drift_between
from conformance.findings import Finding
from conformance.judge import judge
from conformance.purchase import purchase_lines
from conformance.verdict import Judgement, counts, decide, lost
from fixtures.errors import LabError, Problem
from fixtures.hardware import load_purchase_bounds
from fixtures.register import Register

SCHEMA = "labctl/results/1"


@dataclass(frozen=True)
class Scenario:
    """One scenario that was run: ``passed``, ``failed``, ``skipped`` or ``error``."""

    feature: str
    name: str
    requirements: tuple[str, ...]
    target: str
    outcome: str
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """The scenario as results.json holds it."""
        return {
            "feature": self.feature,
            "name": self.name,
            "requirements": list(self.requirements),
            "target": self.target,
            "outcome": self.outcome,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class Run:
    """The inputs of a judgement: pure data, so that it can be repeated.

    `gaps` say what was not looked at. `baseline` is an earlier results.json, or None.
    """

    site: str
    target: str
    as_of: date
    cases: tuple[Case, ...]
    gaps: tuple[str, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    inventory_findings: tuple[dict[str, Any], ...] = ()
    baseline: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Results:
    """What the judgement of a run came to."""

    run: Run
    register: Register
    findings: tuple[Finding, ...]
    judgement: Judgement
    drift: tuple[dict[str, Any], ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The nodes that were judged."""
        return tuple(dict.fromkeys(finding.subject for finding in self.findings))

    @property
    def counts(self) -> dict[str, int]:
        """How many findings have each verdict."""
        return counts(self.findings)

    def as_json(self) -> dict[str, Any]:
        """The content of results.json."""
        return {
            "schema": SCHEMA,
            "site": self.run.site,
            "target": self.run.target,
            "as_of": self.run.as_of.isoformat(),
            "verdict": self.judgement.decision,
            "exit_code": self.judgement.exit_code,
            "reasons": list(self.judgement.reasons),
            "register": {"count": self.register.count, "sha256": self.register.sha256},
            "counts": self.counts,
            "findings": [finding.as_json() for finding in self.findings],
            "scenarios": [scenario.as_json() for scenario in self.run.scenarios],
            "inventory_findings": list(self.run.inventory_findings),
            "drift": list(self.drift),
        }


def conclude(run: Run, register: Register) -> Results:
    """Judge a run. Raises LabError if a requirement got lost on the way."""
    findings = _findings(run.cases, register, run.as_of)
    gone = lost(findings, list(register.requirements), [case.subject.snapshot.node for case in run.cases])
    if gone:
        raise LabError(*(Problem("judgement", line) for line in gone))
    failures = [f"scenario failed: {s.feature}: {s.name}" for s in run.scenarios if s.outcome in ("failed", "error")]
    waivers = tuple(dict.fromkeys(waiver for case in run.cases for waiver in case.waivers))
    judgement = decide(
        findings,
        is_pending_site=bool(run.cases) and all(_is_undeclared(case) for case in run.cases),
        gaps=run.gaps,
        failures=failures,
        waivers=waivers,
        as_of=run.as_of,
    )
    if judgement.decision == "PENDING":
        judgement = replace(judgement, reasons=(*judgement.reasons, *purchase_lines(load_purchase_bounds())))
    drift = drift_between(run.baseline["findings"], [f.as_json() for f in findings]) if run.baseline else ()
    return Results(run, register, findings, judgement, tuple(drift))


def _is_undeclared(case: Case) -> bool:
    declared = case.subject.snapshot.flag("declared")
    return not (case.site.declared if declared is None else declared)


def _findings(cases: Sequence[Case], register: Register, as_of: date) -> tuple[Finding, ...]:
    """The findings of all cases, in the order of the register and then of the cases."""
    per_case = [judge([case.subject], case.site, register, case.waivers, as_of) for case in cases]
    return tuple(finding for together in zip(*per_case, strict=True) for finding in together)

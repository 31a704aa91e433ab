"""GO or not: the verdict over all findings, its exit code and its reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from conformance.findings import VERDICTS, Finding
from fixtures.waivers import Waiver

Decision = Literal["GO", "NO-GO", "INCOMPLETE", "CONDITIONAL", "PENDING"]

EXIT_CODES: dict[Decision, int] = {"GO": 0, "PENDING": 0, "NO-GO": 1, "INCOMPLETE": 3, "CONDITIONAL": 4}
GRAVE = frozenset({"critical", "major"})


@dataclass(frozen=True)
class Judgement:
    """The decision with its reasons, the gravest first."""

    decision: Decision
    reasons: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """What the command ends with."""
        return EXIT_CODES[self.decision]


def decide(
    findings: Sequence[Finding],
    *,
    is_pending_site: bool,
    gaps: Sequence[str] = (),
    failures: Sequence[str] = (),
    waivers: Sequence[Waiver] = (),
    as_of: date,
) -> Judgement:
    """The verdict of a run.

    `gaps` say what the run did not look at (a node left out, a scenario that could not run); `failures` are failed
    scenarios, which weigh like a critical fail. `is_pending_site`: the site has chosen no hardware yet.
    """
    notes = rung_notes(findings)
    grave_fails = _named(findings, "fail", GRAVE)
    unseen = _unseen(findings, GRAVE)
    conditions = [
        *_named(findings, "waived", GRAVE),
        *_named(findings, "fail", {"minor"}),
        *_unseen(findings, frozenset({"minor"})),
        *_expired(waivers, as_of),
    ]
    if grave_fails or failures:
        return Judgement("NO-GO", (*grave_fails, *failures, *gaps, *unseen, *conditions, *notes))
    if is_pending_site:
        minor_fails = _named(findings, "fail", {"minor"})
        decision: Decision = "CONDITIONAL" if minor_fails else "PENDING"
        return Judgement(decision, ("the site declares no hardware yet", *gaps, *unseen, *conditions, *notes))
    if not findings:
        return Judgement("INCOMPLETE", ("nothing was looked at", *gaps))
    if gaps or unseen:
        return Judgement("INCOMPLETE", (*gaps, *unseen, *conditions, *notes))
    if conditions:
        return Judgement("CONDITIONAL", (*conditions, *notes))
    return Judgement("GO", tuple(notes))


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings have each verdict, all verdicts named."""
    found = Counter(finding.verdict for finding in findings)
    return {verdict: found[verdict] for verdict in VERDICTS}


def _named(findings: Sequence[Finding], verdict: str, severities: frozenset[str] | set[str]) -> list[str]:
    return [
        f"{finding.subject}: {finding.requirement} {finding.title}: {verdict} ({finding.severity}): {finding.actual}"
        for finding in findings
        if finding.verdict == verdict and finding.severity in severities
    ]


def _unseen(findings: Sequence[Finding], severities: frozenset[str]) -> list[str]:
    """What could not be checked, one line per node and cause: a node that is off is one cause for all of it."""
    causes: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        if finding.verdict == "could_not_check" and finding.severity in severities:
            causes.setdefault((finding.subject, finding.actual), []).append(finding.requirement)
    return [f"{subject}: could not check {', '.join(ids)}: {cause}" for (subject, cause), ids in causes.items()]


def rung_notes(findings: Sequence[Finding]) -> list[str]:
    """One line per node for the passes that rest on a weaker rung than the requirement asks for."""
    short: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        if finding.needs_rung:
            short.setdefault((finding.subject, finding.rung, finding.needs_rung), []).append(finding.requirement)
    return [
        f"{subject}: seen on the rung {rung} only, the rung {needed} is still to show {', '.join(ids)}"
        for (subject, rung, needed), ids in short.items()
    ]


def _expired(waivers: Sequence[Waiver], as_of: date) -> list[str]:
    return [
        f"the waiver of {waiver.requirement} on {waiver.node} by {waiver.approved_by} expired on {waiver.expires}"
        for waiver in waivers
        if waiver.expires < as_of
    ]


def lost(findings: Sequence[Finding], requirements: Sequence[str], nodes: Sequence[str]) -> list[str]:
    """Pairs of requirement and node without exactly one finding: an error in the run itself."""
    seen = Counter((finding.requirement, finding.subject) for finding in findings)
    wanted = {(requirement, node) for requirement in requirements for node in nodes}
    odd = [pair for pair in wanted if seen[pair] != 1] + [pair for pair in seen if pair not in wanted]
    return [f"{requirement} on {node}: {seen[requirement, node]} findings" for requirement, node in sorted(odd)]

"""report.md: the decision, its reasons, and every finding that is not a pass first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.findings import Finding
from conformance.report.text import printable
from conformance.results import Results

ORDER = {
    "fail": 0,
    "could_not_check": 1,
    "waived": 2,
    "pending": 3,
    "pass": 4,
    "future": 5,
    "not_applicable": 6,
}
SEVERITIES = {"critical": 0, "major": 1, "minor": 2, "info": 3}


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with what needs a decision first."""
    return sorted(findings, key=lambda finding: (ORDER[finding.verdict], SEVERITIES.get(finding.severity, 9)))


def markdown(results: Results) -> bytes:
    """The report as Markdown."""
    run = results.run
    parts = [
        f"# {run.site}: {results.judgement.decision}",
        "",
        f"Target `{run.target}`, as of {run.as_of}, {results.register.count} requirements"
        f" (register `{results.register.sha256[:12]}`), nodes: {', '.join(results.subjects) or 'none'}.",
        "",
        "## Reasons",
        "",
        *(f"* {_text(reason)}" for reason in results.judgement.reasons or ("nothing stands against it",)),
        "",
        "## Counts",
        "",
        *_table(("verdict", "findings"), [(name, str(count)) for name, count in results.counts.items()]),
        "",
        "## Findings",
        "",
        *_table(
            ("requirement", "node", "verdict", "severity", "rung", "expected", "actual", "hint"),
            [_row(finding) for finding in by_weight(results.findings)],
        ),
        "",
        *_scenarios(results),
        *_inventory(results),
        *_drift(results),
    ]
    return ("\n".join(parts).rstrip("\n") + "\n").encode()


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        f"{finding.requirement} {finding.title}",
        finding.subject,
        finding.verdict,
        finding.severity,
        f"{finding.rung}, {finding.grade}",
        finding.expected,
        finding.actual,
        "; ".join(filter(None, (finding.hint, waiver_words(finding)))),
    )


def waiver_words(finding: Finding) -> str:
    """What the waiver that concerns the finding says."""
    waiver = finding.waiver
    if waiver is None:
        return ""
    state = "waived" if waiver["in_force"] else "waiver not in force"
    return f"{state} by {waiver['approved_by']} until {waiver['expires']}: {waiver['reason']}"


def _scenarios(results: Results) -> list[str]:
    if not results.run.scenarios:
        return []
    rows = [
        (s.feature, s.name, " ".join(s.requirements), s.target, s.outcome, f"{s.seconds:.1f}")
        for s in results.run.scenarios
    ]
    head = ("feature", "scenario", "requirements", "target", "outcome", "seconds")
    return ["## Scenarios", "", *_table(head, rows), ""]


def _inventory(results: Results) -> list[str]:
    if not results.run.inventory_findings:
        return []
    rows = [
        (f"{item['file']}:{item['line']}", str(item["requirement"]), str(item["problem"]), str(item["hint"]))
        for item in results.run.inventory_findings
    ]
    return ["## Inventory", "", *_table(("place", "requirement", "problem", "hint"), rows), ""]


def _drift(results: Results) -> list[str]:
    if not results.drift:
        return []
    rows = [
        (
            change["requirement"],
            change["subject"],
            change["change"],
            drift_words(change["before"]),
            drift_words(change["after"]),
        )
        for change in results.drift
    ]
    return ["## Drift", "", *_table(("requirement", "node", "change", "before", "after"), rows), ""]


def drift_words(side: dict[str, str] | None) -> str:
    """One side of a change."""
    return "-" if side is None else f"{side['verdict']}: {side['actual']}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(_text(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{' - |' * len(head)}", *lines]


def _text(text: str) -> str:
    """Text that stays text inside a table cell."""
    plain = printable(" ".join(text.split()))
    for sign in ("\\", "`", "*", "_", "[", "]", "<", ">", "|"):
        plain = plain.replace(sign, f"\\{sign}")
    return plain or " "

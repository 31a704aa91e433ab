"""What a person reads: tables on a terminal, plain lines elsewhere, progress and errors on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.findings import Finding
from conformance.report.markdown import by_weight, drift_words, waiver_words
from conformance.report.text import printable
from conformance.results import Results
from fixtures.errors import LabError

STYLES = {
    "GO": "bold green",
    "PENDING": "bold cyan",
    "NO-GO": "bold red",
    "INCOMPLETE": "bold yellow",
    "CONDITIONAL": "bold yellow",
    "pass": "green",
    "fail": "red",
    "could_not_check": "yellow",
    "waived": "yellow",
}
QUIET = frozenset({"pass", "not_applicable", "future", "pending"})


def progress(text: str) -> None:
    """Say what is being done, without disturbing what the command prints."""
    click.echo(printable(text), err=True)


def show_error(error: LabError) -> None:
    """All problems of an error, one line each."""
    count = len(error.problems)
    click.echo(f"error: {count} problem{'' if count == 1 else 's'}", err=True)
    for problem in error.problems:
        click.echo(f"  {printable(str(problem))}", err=True)


def show_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on a terminal; elsewhere one line per row, its cells separated by tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(printable(" ".join(cell.split())) for cell in row))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell), style=STYLES.get(cell, "")) for cell in row))
    Console().print(table)


def show_results(results: Results) -> None:
    """The verdict, what stands against it, and the counts."""
    judgement = results.judgement
    Console(highlight=False, soft_wrap=True).print(
        Text(f"{results.run.site}: {judgement.decision}", style=STYLES[judgement.decision])
    )
    for reason in judgement.reasons:
        click.echo(f"  {printable(reason)}")
    counted = ", ".join(f"{count} {verdict}" for verdict, count in results.counts.items() if count)
    click.echo(f"{len(results.findings)} findings on {', '.join(results.subjects) or 'no node'}: {counted or 'none'}")
    loud = _rows(finding for finding in by_weight(results.findings) if finding.verdict not in QUIET)
    if loud:
        show_table(("verdict", "requirement", "node", "severity", "found", "hint"), loud)
    if results.drift:
        click.echo(f"{len(results.drift)} changes since the baseline:")
        show_drift(results.drift)


def _rows(findings: Iterable[Finding]) -> list[tuple[str, ...]]:
    """A row per finding; those that could not be checked for the same cause share one."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for finding in findings:
        hint = "; ".join(filter(None, (finding.hint, waiver_words(finding))))
        alone = "" if finding.verdict == "could_not_check" else finding.requirement
        key = (finding.verdict, finding.subject, finding.severity, finding.actual, hint, alone)
        rows.setdefault(key, []).append(finding.requirement)
    return [
        (verdict, " ".join(ids), subject, severity, found, hint)
        for (verdict, subject, severity, found, hint, _), ids in rows.items()
    ]


def show_drift(changes: Iterable[dict[str, object]]) -> None:
    """One line per change."""
    show_table(
        ("requirement", "node", "change", "before", "after"),
        [
            (
                str(change["requirement"]),
                str(change["subject"]),
                str(change["change"]),
                drift_words(change["before"]),  # type: ignore[arg-type]
                drift_words(change["after"]),  # type: ignore[arg-type]
            )
            for change in changes
        ],
    )

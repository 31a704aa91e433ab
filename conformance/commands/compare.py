"""`labctl diff` and `labctl verify`: what changed between two judgements, and whether a report is what it says."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.audit import read_results
from conformance.bundle import verify_bundle
from conformance.commands.options import FILE, FOLDER
from conformance.drift import drift_between
from conformance.report.json import json_bytes
from conformance.terminal import show_drift
from fixtures.errors import LabError
from fixtures.register import load_register


@click.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def diff(old: Path, new: Path, as_json: bool) -> int:
    """Show what changed from the results.json OLD to NEW. Ends with 1 where anything did."""
    changes = drift_between(read_results(old)["findings"], read_results(new)["findings"])
    if as_json:
        click.echo(json_bytes(changes).decode(), nl=False)
    elif changes:
        show_drift(changes)
    else:
        click.echo("no drift")
    return 1 if changes else 0


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def verify(folder: Path, as_json: bool) -> int:
    """Hash every file of the report in DIR again, and judge its snapshots again.

    Ends with 0 where all of it comes out the same, byte for byte, and with 1 where it does not.
    """
    try:
        problems = verify_bundle(folder, load_register())
    except LabError as error:
        if not as_json:
            raise
        problems = list(error.problems)
    if as_json:
        shown = [{"where": problem.where, "what": problem.what, "hint": problem.hint} for problem in problems]
        click.echo(json_bytes({"ok": not problems, "problems": shown}).decode(), nl=False)
    elif problems:
        for problem in problems:
            click.echo(str(problem))
    else:
        click.echo(f"{folder}: verified")
    return 1 if problems else 0

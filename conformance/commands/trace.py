"""`labctl trace`: page sentence, requirement, scenario, check."""

from __future__ import annotations

import importlib

import click

from conformance.report.json import json_bytes
from conformance.terminal import show_table
from fixtures.register import load_register


@click.command()
@click.option("--check", is_flag=True, help="Only look for gaps; ends with 1 where there are any.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def trace(check: bool, as_json: bool) -> int:
    """Follow every sentence of the pages to its requirements, scenarios and checks."""
    # These bring pytest, which no other command needs.
    from conformance.scenarios import step_definitions, uses_of
    from conformance.trace import gaps, read_all_features, threads

    register, features = load_register(), read_all_features()
    if not check:
        found = threads(register, features)
        rows = [
            (
                thread.unit.key,
                " ".join(thread.requirements) or f"({thread.unit.reason})",
                f"{len(thread.scenarios)} scenarios" if not as_json else "",
                " ".join(name.rsplit(".", 1)[-1] for name in thread.checks),
            )
            for thread in found
        ]
        if as_json:
            data = [
                {
                    "unit": thread.unit.key,
                    "page": thread.unit.page,
                    "section": thread.unit.section,
                    "text": thread.unit.text,
                    "reason": thread.unit.reason,
                    "requirements": list(thread.requirements),
                    "scenarios": list(thread.scenarios),
                    "checks": list(thread.checks),
                }
                for thread in found
            ]
            click.echo(json_bytes(data).decode(), nl=False)
        else:
            show_table(("unit", "requirements", "scenarios", "checks"), rows)
        return 0
    steps = [step for document in features for step in document.steps]
    problems = gaps(register, features, uses_of(step_definitions(importlib.import_module("steps")), steps))
    if as_json:
        shown = [{"where": problem.where, "what": problem.what, "hint": problem.hint} for problem in problems]
        click.echo(json_bytes({"ok": not problems, "problems": shown}).decode(), nl=False)
    elif problems:
        click.echo(f"{len(problems)} gaps")
        for problem in problems:
            click.echo(f"  {problem}")
    else:
        click.echo("no gaps")
    return 1 if problems else 0

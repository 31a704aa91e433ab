"""`labctl pve coverage` and `labctl pve routes`: what the fake carries out, as a table or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from fakes.coverage import MEANINGS, counts, coverage
from fakes.pve.schema import DEFAULT_TABLE, Schema, load_schema

_table = click.option(
    "--schema", "table", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=DEFAULT_TABLE
)
_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.command("coverage")
@_table
@_json
def show_coverage(table: Path, as_json: bool) -> None:
    """How many of the API's methods are carried out, and how."""
    schema = _loaded(table)
    rows = coverage(schema)
    found = counts(rows)
    if as_json:
        click.echo(json.dumps({"version": schema.version, "methods": len(rows), "kinds": found}))
        return
    for kind, count in found.items():
        click.echo(f"{kind:<9}{count:>5}  {MEANINGS[kind]}")
    click.echo(f"{'methods':<9}{len(rows):>5}  of Proxmox VE {schema.version}")


@click.command("routes")
@click.argument("filter_text", metavar="[FILTER]", default="")
@_table
@_json
def show_routes(filter_text: str, table: Path, as_json: bool) -> None:
    """The methods of the API with how each is carried out; FILTER is a part of verb, path or kind."""
    rows = [row for row in coverage(_loaded(table)) if filter_text in f"{row.verb} {row.path} {row.kind}"]
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows]))
        return
    for row in rows:
        click.echo(f"{row.kind:<9} {row.verb:<6} {row.path}")


def _loaded(table: Path) -> Schema:
    try:
        return load_schema(table)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--schema") from error

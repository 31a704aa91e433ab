"""`labctl pve schema import`: make a schema table of another Proxmox VE version."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fakes.pve.schema import DEFAULT_TABLE
from fakes.pve.schema_import import SchemaImportError, import_schema


@click.group()
def schema() -> None:
    """Schema tables: which methods a version has, with their parameters and permissions."""


@schema.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to; beside FILE by default.")
@click.option("--version", "version", default="unknown", show_default=True, help="Version the description is of.")
@click.option("--repoid", default="", help="Commit that /version shows.")
def import_command(file: Path, out: Path | None, version: str, repoid: str) -> None:
    """Turn FILE (the apidoc.js that every node serves to its API viewer) into a table for `serve --schema`."""
    known = json.loads(DEFAULT_TABLE.read_text(encoding="utf-8"))
    try:
        imported = import_schema(file.read_text(encoding="utf-8"), known, version=version, repoid=repoid)
    except SchemaImportError as error:
        raise click.UsageError(f"{file}: {error}") from error
    target = out or file.with_suffix(".table.json")
    target.write_text(json.dumps(imported.table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for assumption in imported.assumptions:
        click.echo(f"assumed: {assumption}", err=True)
    paths, methods, formats = imported.counts
    click.echo(f"{target}: {paths} paths, {methods} methods, {formats} formats")

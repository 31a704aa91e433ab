"""`labctl pve …`: serve the fake, run its node's commands, show what it carries out."""

from __future__ import annotations

import click

from fakes.coverage_cli import show_coverage, show_routes
from fakes.schema_cli import schema
from fakes.seed_cli import seed
from fakes.serve_cli import serve


@click.group()
def pve() -> None:
    """A simulated Proxmox VE: serve it, run its commands, see what it covers."""


pve.add_command(serve)
pve.add_command(schema)
pve.add_command(seed)
pve.add_command(show_coverage)
pve.add_command(show_routes)


if __name__ == "__main__":
    pve()

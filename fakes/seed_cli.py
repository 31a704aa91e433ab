"""`labctl pve seed export`: the files of simulated nodes as a folder that can be read, changed and served again."""

from __future__ import annotations

from pathlib import Path

import click

from fakes.origins import Origin
from fakes.seeds import export


@click.group()
def seed() -> None:
    """What simulated nodes start from."""


@seed.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--site", help="The nodes of this site.")
@click.option("--node", "names", multiple=True, help="Name of a node.")
@click.option("--state", type=click.Path(path_type=Path, file_okay=False, exists=True), help="What is kept here.")
@click.option("--seed", "origin", type=click.Path(path_type=Path), help="A copy of /etc/pve, or an inventory.")
def export_seed(
    folder: Path, site: str | None, names: tuple[str, ...], state: Path | None, origin: Path | None
) -> None:
    """Write all files of a node below DIR, /etc/pve as etc/pve; several independent nodes get a folder each."""
    if folder.exists() and any(folder.iterdir()):
        raise click.BadParameter(f"{folder} is not empty", param_hint="DIR")
    apis = Origin(site, names, origin, state).open()
    datacenters = {api.datacenter: api.node.name for api in apis}
    for datacenter, name in datacenters.items():
        target = folder if len(datacenters) == 1 else folder / name
        count = export(datacenter, target)
        click.echo(f"{target}: {count} files of {', '.join(datacenter.nodes)}")
        datacenter.close()

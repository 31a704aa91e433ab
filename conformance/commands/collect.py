"""`labctl collect`: look at nodes once, read-only, and write down what was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from conformance.audit import channels_of, chosen_nodes
from conformance.bundle import write_file
from conformance.cases import not_chosen
from conformance.collect.api import Token
from conformance.collect.node import Channels, collect_node
from conformance.collect.ssh import Endpoint, SshSession
from conformance.collect.webui import look_at_web_interface
from conformance.commands.options import nodes_option, target_option
from conformance.report.json import json_bytes
from conformance.snapshot import Snapshot
from conformance.targets import opened
from conformance.terminal import progress
from fixtures.errors import LabError, Problem
from fixtures.site import load_site

NOT_SEEN = 3


@click.command()
@click.argument("where", metavar="SITE|ssh://user@host[:port]")
@nodes_option
@target_option("hardware")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; a folder where there are several nodes.")
def collect(where: str, nodes: tuple[str, ...], target: str, out: Path | None) -> int:
    """Collect a snapshot of each node: one SSH session per node, read-only, plus GETs of the API.

    SSH is the ssh of this machine with its configuration, keys and known hosts, never asking anything. The API is
    asked only where LABCTL_API_TOKEN=user@realm!name=secret is set. Without --out the snapshot is printed. Ends with
    3 where a node could not be reached; its snapshot then says so.
    """
    snapshots = _one(where, nodes) if where.startswith("ssh:") else _site(where, nodes, target)
    _write(snapshots, out)
    failed = [snapshot for snapshot in snapshots if snapshot.flag("reachable.ssh") is False]
    for snapshot in failed:
        progress(f"error: {snapshot.node}: {snapshot.missing.get('reachable.ssh', 'SSH does not answer')}")
    return NOT_SEEN if failed else 0


def _one(url: str, nodes: tuple[str, ...]) -> list[Snapshot]:
    endpoint = Endpoint.from_url(url)
    if len(nodes) > 1:
        raise LabError(Problem("--node", "one address is one node", "name it once"))
    endpoint.command()
    token = Token.from_environment()
    channels = Channels(
        shell=lambda: SshSession(endpoint),
        api=(lambda: token.connect(endpoint.host)) if token else None,
        webui=lambda: look_at_web_interface(endpoint.host),
        target="hardware",
    )
    progress(f"{endpoint}: collecting")
    snapshot = collect_node(nodes[0] if nodes else endpoint.host, channels)
    name = snapshot.text("hostname")
    return [snapshot if nodes or name is None else Snapshot({**snapshot.data, "node": name})]


def _site(name: str, nodes: tuple[str, ...], target: str) -> list[Snapshot]:
    site = load_site(name)
    chosen = chosen_nodes(site, nodes)
    found = [not_chosen(site, node) for node in chosen if not site.nodes[node].declared]
    declared = [node for node in chosen if site.nodes[node].declared]
    if declared:
        with opened(target, site) as ready:
            for node in declared:
                progress(f"{node}: collecting through the target {target}")
                found.append(collect_node(node, channels_of(site, ready, node)))
    return found


def _write(snapshots: list[Snapshot], out: Path | None) -> None:
    if out is None:
        data: Any = snapshots[0].data if len(snapshots) == 1 else [snapshot.data for snapshot in snapshots]
        click.echo(json_bytes(data).decode(), nl=False)
        return
    whole_folder = len(snapshots) != 1 or out.is_dir()
    try:
        for snapshot in snapshots:
            write_file(out / f"{snapshot.node}.json" if whole_folder else out, json_bytes(snapshot.data))
    except OSError as error:
        raise LabError(Problem(str(error.filename or out), error.strerror or str(error))) from None

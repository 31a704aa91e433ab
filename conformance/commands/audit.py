"""`labctl audit` and `labctl accept`: judge a site, with or without running the scenarios."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from conformance.audit import Overrides, chosen_nodes, live_run, pending_run, read_results, recorded_run
from conformance.bundle import write_bundle
from conformance.commands.options import nodes_option, report_options, site_argument, site_options, target_option
from conformance.report.json import results_json
from conformance.results import Results, Run, conclude
from conformance.targets import open_target, opened
from conformance.terminal import progress, show_results
from fixtures.errors import LabError, Problem
from fixtures.register import load_register
from fixtures.site import Site, load_site

EXIT_CODES = """\b
Ends with 0 GO (or PENDING: no hardware chosen yet), 1 NO-GO, 2 usage or
configuration error, 3 INCOMPLETE (something that counts could not be
checked, or the run was partial), 4 CONDITIONAL (minor or waived only)."""


@click.command(epilog=EXIT_CODES)
@site_argument
@target_option("hardware")
@nodes_option
@click.option(
    "--snapshot",
    "snapshots",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Judge this snapshot file (or bundle) and touch no network; may be repeated.",
)
@site_options
@report_options
def audit(
    site: str,
    target: str,
    nodes: tuple[str, ...],
    snapshots: tuple[Path, ...],
    inventory: Path | None,
    waivers: Path | None,
    as_of: date | None,
    baseline: Path | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Judge the nodes of SITE against every requirement, without running scenarios.

    SITE is a name such as dvntm, or a folder. The nodes are looked at through the target, read-only, unless
    --snapshot names files. For --target hardware, SSH uses your own configuration (LABCTL_SSH_USER names the account,
    root by default), and the API the token in LABCTL_API_TOKEN=user@realm!name=secret (LABCTL_API_CA=FILE for the
    node's CA, or LABCTL_API_INSECURE=1).
    """
    described = load_site(site, inventory=inventory, waivers=waivers)
    earlier = read_results(baseline) if baseline else None
    if snapshots:
        given = Overrides(inventory=inventory is not None, waivers=waivers is not None, as_of=as_of)
        run, remarks = recorded_run(described, snapshots, nodes, given)
        for remark in remarks:
            progress(remark)
    else:
        chosen_nodes(described, nodes)
        run = _live(described, target, nodes, as_of or date.today())
    return finish(conclude(replace(run, baseline=earlier), load_register()), out, as_json=as_json)


def _live(site: Site, target: str, nodes: tuple[str, ...], as_of: date) -> Run:
    if target == "snapshot":
        raise LabError(Problem("--target", "a snapshot is a file", "name it with --snapshot FILE"))
    lookable = open_target(target, site)
    if not any(spec.declared for spec in site.nodes.values()):
        return pending_run(site, lookable.name, as_of)
    with opened(target, site) as ready:
        return live_run(site, ready, nodes, as_of, progress)


def finish(results: Results, out: Path | None, *, as_json: bool) -> int:
    """Write the bundle, print the results, and give the exit code."""
    if out is not None:
        write_bundle(results, out)
        progress(f"report: {out / 'index.html'}")
    if as_json:
        click.echo(results_json(results).decode(), nl=False)
    else:
        show_results(results)
    return results.judgement.exit_code


@click.command(epilog=EXIT_CODES)
@site_argument
@target_option("fake")
@site_options
@report_options
def accept(
    site: str,
    target: str,
    inventory: Path | None,
    waivers: Path | None,
    as_of: date | None,
    baseline: Path | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Go or no-go for SITE: run every scenario that the target can carry, audit every node, write one report."""
    from conformance.accept import accept as run_acceptance  # brings pytest, which no other command needs

    described = load_site(site, inventory=inventory, waivers=waivers)
    earlier = read_results(baseline) if baseline else None
    run = run_acceptance(described, target, as_of or date.today(), progress=progress)
    return finish(conclude(replace(run, baseline=earlier), load_register()), out, as_json=as_json)

"""``labctl sim``: the simulated lab on libvirt, from the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any, TypeVar

import click

from fixtures.errors import ConfigError, LabError
from fixtures.site import load_site, site_names
from sim import lab, paths, preflight
from sim.daemon import daemon_of
from sim.media import cached_images
from sim.plan import LabPlan, plan_lab
from sim.progress import on_standard_error

_Command = TypeVar("_Command", bound=Callable[..., Any])

# An emulated node needs 40 to 60 seconds on two free cores; this leaves room for busy ones.
_BOOT_TIMEOUT_S = 300.0


def _uri_option(command: _Command) -> _Command:
    text = "The libvirt to use; without it a private one is started, as root, in namespaces of its own."
    return click.option("--uri", metavar="LIBVIRT_URI", envvar="LABCTL_LIBVIRT_URI", help=text)(command)


def _only_option(command: _Command) -> _Command:
    return click.option("--only", metavar="NODE", multiple=True, help="Only this node; may be repeated.")(command)


def _json_option(command: _Command) -> _Command:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


@click.group()
def sim() -> None:
    """A lab of virtual machines on libvirt that stands in for a site."""


@sim.command()
@click.argument("site")
@_only_option
@_json_option
def plan(site: str, only: tuple[str, ...], as_json: bool) -> None:
    """Print what `up` would make, and touch nothing."""
    planned = plan_lab(load_site(site), only)
    click.echo(_json(planned) if as_json else _plan_text(planned))


@sim.command()
@click.argument("site")
@_only_option
@_uri_option
@click.option("--timeout", "timeout_s", type=float, default=_BOOT_TIMEOUT_S, show_default=True, metavar="SECONDS",
              help="How long a node may take until SSH answers.")  # fmt: skip
def up(site: str, only: tuple[str, ...], uri: str | None, timeout_s: float) -> None:
    """Bring the nodes up and wait until SSH answers; what is up already stays as it is."""
    loaded = load_site(site)
    for note in plan_lab(loaded, only).notes:
        click.echo(f"note: {note}", err=True)
    with on_standard_error().shown() as progress:
        endpoints = lab.up(loaded, only=only, uri=uri, timeout_s=timeout_s, progress=progress)
    for node, endpoint in endpoints.items():
        click.echo(f"{node}  {endpoint.host}  labctl sim ssh {node} {site}")


@sim.command()
@click.argument("site")
@_uri_option
def down(site: str, uri: str | None) -> None:
    """Remove everything of the lab; built images stay in the cache."""
    removed = lab.down(_site_name(site), uri=uri)
    if removed.is_nothing:
        click.echo(f"there is no lab of {site}")
        return
    for kind, names in (("node", removed.nodes), ("network", removed.networks)):
        for name in names:
            click.echo(f"removed {kind} {name}")
    if removed.private_daemon:
        click.echo("ended the private libvirt daemon with everything in its namespaces")
    if removed.folder:
        click.echo(f"removed {removed.folder}")


@sim.command()
@click.argument("site")
@_uri_option
@_json_option
def status(site: str, uri: str | None, as_json: bool) -> None:
    """Show the lab of a site, and the images in the cache."""
    found = lab.status(_site_name(site), uri=uri)
    images = cached_images(paths.image_cache())
    if as_json:
        rows = [{"key": image.key, "size_bytes": image.size_bytes, "built_at": image.built_at} for image in images]
        click.echo(_json({**asdict(found), "images": rows}))
        return
    click.echo(
        f"{found.site}: {found.uri or 'no lab'}{'' if found.is_reachable or not found.uri else ' (not running)'}"
    )
    for network in found.networks:
        click.echo(f"  network  {network}")
    for node in found.nodes:
        state = "running" if node.is_running else "off"
        click.echo(f"  node     {node.name}  {state}  {node.address or 'no address'}  {node.console}")
    for image in images:
        click.echo(f"  image    {image.key}  {image.size_bytes / 2**20:.0f} MiB  {image.built_at}")


@sim.command(context_settings={"ignore_unknown_options": True})
@click.argument("node")
@click.argument("site")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@_uri_option
def ssh(node: str, site: str, command: tuple[str, ...], uri: str | None) -> None:
    """Log in to NODE of SITE as root, or run COMMAND there."""
    node, site = _in_order(node, site)
    words = lab.ssh_endpoint(load_site(site), node, uri).command(*command)
    os.execvp(words[0], words)


@sim.command()
@click.argument("node")
@click.argument("site")
@_uri_option
@click.option("--interactive", is_flag=True, help="Open the serial port itself, with virsh; leave it with Ctrl+].")
def console(node: str, site: str, uri: str | None, interactive: bool) -> None:
    """Print what NODE of SITE wrote to its serial port since it was started."""
    node, site = _in_order(node, site)
    planned = plan_lab(load_site(site), [node]).node(node)
    folder = paths.lab_folder(_site_name(site))
    if interactive:
        os.execvp("virsh", ["virsh", "-c", daemon_of(folder, uri).uri, "console", planned.domain_name])
    log = folder.node(node) / "console.log"
    if not log.exists():
        raise LabError(f"{node} of {site} has not been started in the simulated lab")
    sys.stdout.write(log.read_text(errors="replace"))


@sim.command()
@click.argument("site", required=False)
@_uri_option
@_json_option
def doctor(site: str | None, uri: str | None, as_json: bool) -> None:
    """Show what this machine has and lacks for a lab (of SITE)."""
    nodes = len(load_site(site).nodes) if site else 1
    daemon = daemon_of(paths.lab_folder(_site_name(site or "doctor")), uri)
    checks = preflight.inspect(daemon, paths.image_cache(), nodes=nodes, try_kvm=True)
    if as_json:
        click.echo(_json([asdict(check) for check in checks]))
    else:
        for check in checks:
            hint = f"; {check.hint}" if check.hint else ""
            click.echo(f"{check.state:<8} {check.name}: {check.found}{hint}")
    if any(check.state == "problem" for check in checks):
        raise SystemExit(LabError.exit_code)


@sim.command()
@click.argument("site")
def serve(site: str) -> None:
    """Serve the nodes' Proxmox VE API backed by the simulated lab (not in this version)."""
    raise LabError('"labctl sim serve" belongs to a later version; "labctl pve serve" serves the API without machines')


def _in_order(node: str, site: str) -> tuple[str, str]:
    """Node and site, also where they were given the other way round, as the other commands have the site first."""
    return (site, node) if site not in site_names() and node in site_names() else (node, site)


def _site_name(name: str) -> str:
    """The name of a site that was given by name or as a path; of one that cannot be read, what its folder is called.

    A mistake in a site's files must not keep anybody from taking its lab down.
    """
    try:
        return load_site(name).name
    except ConfigError:
        return os.path.basename(os.path.normpath(name))


def _json(value: Any) -> str:
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    return json.dumps(plain, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def _plan_text(planned: LabPlan) -> str:
    lines = [f"{planned.site}: {len(planned.nodes)} node(s) on {len(planned.networks)} network(s), {planned.domain}"]
    for network in planned.networks:
        pool = f"pool {network.pool[0]}-{network.pool[1]}" if network.pool else "no pool"
        lines.append(f"network {network.name}: {network.subnet}, gateway {network.gateway}, {pool}")
        lines += [f"  {host.ip!s:<15} {host.mac}  {host.name}" for host in network.reservations]
    for node in planned.nodes:
        cpu, memory = node.profile.cpu, node.profile.memory
        lines.append(f"node {node.name}: {node.profile.title}, as {node.domain_name}")
        lines.append(f"  {cpu.model_name}, {cpu.cores} cores, {cpu.threads} threads, {memory.fitted_mib} MiB")
        lines += [f"  {disk.name}: {disk.model}, {disk.size_bytes / 10**9:.0f} GB" for disk in node.profile.disks]
        lines.append(f"  {node.mac} on {node.network}, address {node.ip or 'from the pool'}")
    return "\n".join([*lines, *(f"note: {note}" for note in planned.notes)])

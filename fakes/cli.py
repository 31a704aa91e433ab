"""`labctl pve …`: serve the fake, run its node's commands, show what it carries out."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import secrets
import signal
import tempfile
from pathlib import Path

import click

from fakes.pve.clock import SystemClock
from fakes.pve.dispatch import Api
from fakes.pve.durations import PROFILES
from fakes.pve.hypervisor import MemoryHypervisor, use_hypervisor
from fakes.pve.lab_control import LabControl
from fakes.pve.node import NodeFacts
from fakes.pve.schema import DEFAULT_TABLE, load_schema
from fakes.pve.seed import standalone
from fakes.schema_cli import schema
from fakes.server import listen, make_certificates, new_event_loop

DEFAULT_PORT = 8006


@click.group()
def pve() -> None:
    """A simulated Proxmox VE: serve it, run its commands, see what it covers."""


pve.add_command(schema)


@pve.command()
@click.option("--node", "names", multiple=True, default=("hv01",), show_default=True, help="Name of the node to serve.")
@click.option("--listen", "address", default=f"127.0.0.1:{DEFAULT_PORT}", show_default=True, metavar="ADDR[:PORT]")
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), help="Keep everything below this folder.")
@click.option("--root-password-file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--durations", type=click.Choice(sorted(PROFILES)), default="instant", show_default=True)
@click.option("--speed", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True)
@click.option("--guests", type=click.Choice(["linux", "empty"]), default="linux", show_default=True)
@click.option("--schema", "table", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=DEFAULT_TABLE)
@click.option("--control", is_flag=True, help="Also answer /_lab/…: faults, clock, reset, snapshots, journal.")
def serve(
    names: tuple[str, ...],
    address: str,
    state: Path | None,
    root_password_file: Path | None,
    durations: str,
    speed: float,
    guests: str,
    table: Path,
    control: bool,
) -> None:
    """Serve a pristine standalone node over HTTPS until interrupted."""
    host, port = split_address(address)
    password, is_random = root_password(root_password_file)
    try:
        methods = load_schema(table)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--schema") from error
    datacenter = standalone(
        NodeFacts(names[0]),
        clock=SystemClock(speed=speed),
        state=state,
        schema=methods,
        durations=PROFILES[durations],
        root_password=password,
    )
    use_hypervisor(datacenter, MemoryHypervisor(datacenter, guests="empty" if guests == "empty" else "linux"))
    with tempfile.TemporaryDirectory(prefix="labctl-pve-") as folder:
        certificates = make_certificates(host, "localhost", names[0])
        ca_file = Path(folder, "pve-root-ca.pem")
        certificates.write_authority(ca_file)

        async def run() -> None:
            stop = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            api = Api(datacenter, auth_delay_s=0.0)
            server, bound = await listen(LabControl(api) if control else api, host, port, certificates.context())
            if not is_loopback(host):
                click.secho(f"WARNING: {host} is reachable from other machines", fg="red", bold=True, err=True)
            if is_random:
                click.echo(f"root@pam password (shown once): {password}")
            click.echo(f"https://{host}:{bound} serves node {names[0]}, CA file {ca_file}")
            await stop.wait()
            server.close()

        try:
            asyncio.Runner(loop_factory=new_event_loop).run(run())
        except OSError as error:
            raise click.BadParameter(f"cannot listen on {address}: {error.strerror}", param_hint="--listen") from error
        except KeyboardInterrupt:
            pass


def is_loopback(host: str) -> bool:
    """True for a name or address that only this machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def split_address(text: str) -> tuple[str, int]:
    """Host and port of ``ADDR[:PORT]``; brackets around an IPv6 address are taken off."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        return text.strip("[]"), DEFAULT_PORT
    if not port.isdigit():
        raise click.BadParameter(f"{text!r}: expected ADDR[:PORT], e.g. 127.0.0.1:8006", param_hint="--listen")
    return host.strip("[]"), int(port)


def root_password(file: Path | None) -> tuple[str, bool]:
    """The password of root@pam and whether it was made up just now."""
    if file is not None:
        return file.read_text(encoding="utf-8").strip(), False
    given = os.environ.get("LABCTL_ROOT_PASSWORD")
    return (given, False) if given else (secrets.token_urlsafe(12), True)


if __name__ == "__main__":
    pve()

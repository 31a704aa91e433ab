"""`labctl pve serve`: simulated nodes over HTTPS until they are interrupted."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
import logging
import os
import secrets
import signal
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from fakes.origins import Origin
from fakes.pve.clock import SystemClock
from fakes.pve.durations import PROFILES
from fakes.pve.lab_control import Answers, LabControl
from fakes.pve.schema import DEFAULT_TABLE, load_schema
from fakes.server import CA_FILE, kept_certificates, listen, new_event_loop

DEFAULT_PORT = 8006


@click.command()
@click.option("--site", help="Serve every node of this site, each on a port of its own.")
@click.option("--node", "names", multiple=True, help="Name of a node to serve; several are independent.  [hv01]")
@click.option(
    "--listen",
    "address",
    default=f"127.0.0.1:{DEFAULT_PORT}",
    show_default=True,
    metavar="ADDR[:PORT]",
    help="Where the (first) node listens; port 0 takes a free one.",
)
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), help="Keep everything below this folder.")
@click.option("--seed", type=click.Path(path_type=Path), help="Start from a copy of /etc/pve, or from an inventory.")
@click.option(
    "--root-password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Password of root@pam; else LABCTL_ROOT_PASSWORD, else a random one, shown once.",
)
@click.option(
    "--durations",
    type=click.Choice(sorted(PROFILES)),
    default="instant",
    show_default=True,
    help="Tasks end at once, or take about as long as in a small lab; then refused logins take three seconds too.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="How many times as fast as the machine's clock the simulated one runs.",
)
@click.option(
    "--guests",
    type=click.Choice(["linux", "empty"]),
    default="linux",
    show_default=True,
    help="What started guests run: a Linux that obeys ACPI and whose agent answers, or nothing.",
)
@click.option(
    "--schema",
    "table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=DEFAULT_TABLE,
    help="Table of another Proxmox VE version, made by `labctl pve schema import`.  [8.4.1]",
)
@click.option("--control", is_flag=True, help="Also answer /_lab/…: faults, clock, reset, snapshots, journal.")
@click.option("--debug", is_flag=True, help="Log the trace of every failure of the fake itself.")
def serve(
    site: str | None,
    names: tuple[str, ...],
    address: str,
    state: Path | None,
    seed: Path | None,
    root_password_file: Path | None,
    durations: str,
    speed: float,
    guests: str,
    table: Path,
    control: bool,
    debug: bool,
) -> None:
    """Serve simulated nodes over HTTPS: a pristine one, those of a site, or what a seed holds.

    Several nodes listen on ports in a row.
    """
    host, port = split_address(address)
    password, is_random = root_password(root_password_file)
    try:
        methods = load_schema(table)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--schema") from error
    with _loading():
        apis = Origin(
            site=site,
            names=names,
            seed=seed,
            state=state,
            clock=SystemClock(speed=speed),
            schema=methods,
            durations=PROFILES[durations],
            root_password=password,
            guests="empty" if guests == "empty" else "linux",
        ).open()
        logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING)
        logging.getLogger("asyncio").setLevel(logging.WARNING)
    if state is not None:
        _keep_password(apis, password, is_random=is_random)
    elif is_random:
        click.echo(f"root@pam password (shown once): {password}")
    try:
        with _folder(state) as folder:
            certificates = kept_certificates(folder, host, "localhost", *(api.node.name for api in apis))
            server = _Server([LabControl(api) if control else api for api in apis], host, port)
            try:
                runner = asyncio.Runner(loop_factory=new_event_loop)
                runner.run(server.run(certificates.context(), folder / CA_FILE))
            except OSError as error:
                problem = f"cannot listen on {address}: {error.strerror}"
                raise click.BadParameter(problem, param_hint="--listen") from error
            except KeyboardInterrupt:
                pass
    finally:
        for datacenter in {api.datacenter for api in apis}:
            datacenter.close()


class _Server:
    """Some nodes on ports in a row."""

    def __init__(self, apis: Sequence[Answers], host: str, port: int) -> None:
        self._apis = apis
        self._host = host
        self._port = port

    async def run(self, context: ssl.SSLContext, ca_file: Path) -> None:
        """Serve until a signal comes; one line per node says when it answers."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if not is_loopback(self._host):
            click.secho(f"WARNING: {self._host} is reachable from other machines", fg="red", bold=True, err=True)
        listeners = []
        for index, api in enumerate(self._apis):
            listener = await listen(api, self._host, self._port and self._port + index, context)
            listeners.append(listener)
            shown = f"[{self._host}]" if ":" in self._host else self._host
            click.echo(f"https://{shown}:{listener.port} serves node {api.node.name}, CA file {ca_file}")
        await stop.wait()
        for listener in listeners:
            await listener.close()


@contextlib.contextmanager
def _loading() -> Iterator[None]:
    """While a lab is loaded: all of it stays, and looking through it for garbage would only take time, later too."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


@contextlib.contextmanager
def _folder(state: Path | None) -> Iterator[Path]:
    """Where the certificates are: with the state they belong to, else in a folder that goes away."""
    if state is not None:
        state.mkdir(parents=True, exist_ok=True)
        yield state.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="labctl-pve-") as folder:
        yield Path(folder)


def _keep_password(apis: Sequence[Answers], password: str, *, is_random: bool) -> None:
    """Keep root's password with the state the first time; later the kept one counts, as on a real node."""
    for passwords in {api.datacenter.passwords: None for api in apis}:
        if not passwords.has_own_root_password:
            passwords.set_root_password(password)
            if is_random:
                click.echo(f"root@pam password (shown once): {password}")
        elif not is_random and not passwords.is_right("root@pam", password):
            click.echo("root@pam keeps the password that the state folder has", err=True)
    for api in apis:
        api.datacenter.flush()


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

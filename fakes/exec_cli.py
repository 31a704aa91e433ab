"""`labctl pve exec`: run one program of a simulated node on the state that a folder keeps."""

from __future__ import annotations

import select
import stat
import sys
import time
from os import fstat
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fakes.pve.dispatch import Api

LOCK_WAIT_S = 30.0
_PAUSE_S = 0.05
_STDIN_WAIT_S = 0.05


@click.command("exec", context_settings={"ignore_unknown_options": True})
@click.option("--node", "name", default="hv01", show_default=True, help="Name of the node to run the command on.")
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), help="Keep everything below this folder.")
@click.option("--guests", type=click.Choice(["linux", "empty"]), default="linux", show_default=True)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def execute(context: click.Context, name: str, state: Path | None, guests: str, command: tuple[str, ...]) -> None:
    """Run a COMMAND of the node, such as qm or pvesh, and end with its exit code."""
    context.exit(run(name, state, list(command), has_system=guests == "linux"))


def run(name: str, state: Path | None, argv: list[str], *, has_system: bool = True) -> int:
    """Run a command on a node, write what it prints, and return its exit status."""
    from fakes.commands import PROGRAMS, run_command
    from fakes.nodehost import machine_of

    api = _opened(name, state, has_system=has_system)
    # Proxmox's own programs need no machine around them, whose hardware takes a while to load.
    result = run_command(api, argv, stdin=typed()) if argv[0] in PROGRAMS else machine_of(api).run_argv(argv, typed())
    api.datacenter.flush()
    api.datacenter.close()
    _write(sys.stdout.buffer, result.stdout)
    _write(sys.stderr.buffer, result.stderr)
    return result.exit_status


def _opened(name: str, state: Path | None, *, has_system: bool) -> Api:
    """The node's API, once no other command has its state folder; LabError where that takes too long."""
    from fakes.nodehost import node_api
    from fakes.pve.statefolder import StateFolderError

    end = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            return node_api(name, state, has_system=has_system)
        except StateFolderError:
            if time.monotonic() >= end:
                raise
            time.sleep(_PAUSE_S)


def typed() -> str:
    """What stands in standard input already; nothing of a terminal, or of a pipe that nobody writes to."""
    try:
        mode = fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return ""
    if stat.S_ISCHR(mode) or not select.select([sys.stdin], [], [], _STDIN_WAIT_S)[0]:
        return ""
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


def _write(stream: object, text: str) -> None:
    stream.write(text.encode("utf-8", "surrogateescape"))  # type: ignore[attr-defined]
    stream.flush()  # type: ignore[attr-defined]

"""Proxmox's command line on a simulated node: front ends over the same methods that its API serves.

Commands are data (`definition`): which method of the API, which positional arguments, how the result is shown. One
engine reads their options by the method's schema and fails in the tools' words, with their exit statuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fakes.commands.output import Output

if TYPE_CHECKING:
    from fakes.pve.dispatch import Api

PROGRAMS = (
    "ha-manager",
    "pct",
    "pve-firewall",
    "pveam",
    "pvecm",
    "pvenode",
    "pvesh",
    "pvesm",
    "pvesr",
    "pvesubscription",
    "pveum",
    "pveversion",
    "qm",
    "qmrestore",
    "vzdump",
)


def run_command(api: Api, argv: Sequence[str], *, stdin: str = "", env: Mapping[str, str] | None = None) -> Output:
    """Run one of `PROGRAMS` as root on the node of an `Api`."""
    from fakes.commands.programs import run
    from fakes.commands.session import Session

    session = Session(api, stdin=stdin, env=env)
    run(session, argv[0], list(argv[1:]))
    return Output(session.exit_status, "".join(session.console.out), "".join(session.console.err))


__all__ = ["PROGRAMS", "Output", "run_command"]

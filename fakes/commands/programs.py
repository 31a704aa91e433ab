"""The programs by name; each module of commands is imported when one of its programs runs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from fakes.commands.engine import run_program
from fakes.commands.session import Session

TREES: Mapping[str, str] = {
    "ha-manager": "ha",
    "pct": "pct",
    "pve-firewall": "firewall",
    "pveam": "pveam",
    "pvecm": "pvecm",
    "pvenode": "pvenode",
    "pvesm": "pvesm",
    "pvesr": "pvesr",
    "pvesubscription": "pvesubscription",
    "pveum": "pveum",
    "qm": "qm",
    "qmrestore": "qmrestore",
    "vzdump": "vzdump",
}


def run(session: Session, program: str, argv: list[str]) -> None:
    """Run a program in a session."""
    if program == "pvesh":
        from fakes.commands.pvesh import run_pvesh

        run_pvesh(session, argv)
        return
    if program == "pveversion":
        from fakes.commands.pveversion import run_pveversion

        run_pveversion(session, argv)
        return
    module = importlib.import_module(f"fakes.commands.{TREES[program]}")
    run_program(session, program, module.TREE, argv)

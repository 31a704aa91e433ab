"""`pveversion`: the version of the node's software."""

from __future__ import annotations

from typing import Any

from fakes.commands.exits import PLAIN
from fakes.commands.getopt import Takes, parse_options
from fakes.commands.session import Session

_USAGE = "USAGE: pveversion [--verbose]"


def run_pveversion(session: Session, argv: list[str]) -> None:
    """Print one line, or one for each of the main packages."""
    parsed = parse_options({"verbose": Takes.FLAG}, argv)
    for problem in parsed.problems:
        session.console.complain(problem)
    if parsed.problems or parsed.words:
        session.console.complain(_USAGE)
        session.exit_status = PLAIN
        return
    version: dict[str, Any] = session.get("/nodes/{node}/version")
    kernel, whole = session.node.facts.kernel, f"{version['version']}/{version['repoid']}"
    if "verbose" in parsed.options:
        session.say(f"proxmox-ve: {version['release']}.0 (running kernel: {kernel})")
        session.say(f"pve-manager: {version['version']} (running version: {whole})")
        return
    session.say(f"pve-manager/{whole} (running kernel: {kernel})")

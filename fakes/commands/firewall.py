"""The commands of `pve-firewall`."""

from __future__ import annotations

from typing import Any

from fakes.commands.definition import Tree, own
from fakes.commands.session import Session


def _status(session: Session, _given: dict[str, Any]) -> None:
    is_enabled = bool(session.get("/cluster/firewall/options").get("enable"))
    session.say(f"Status: {'enabled' if is_enabled else 'disabled'}/running")


def _localnet(session: Session, _given: dict[str, Any]) -> None:
    facts = session.node.facts
    session.say(f"local hostname: {facts.name}\nlocal IP address: {facts.ip}")


TREE: Tree = {
    "localnet": own({}, _localnet),
    "status": own({}, _status),
}

"""The files of containers and what runs inside them, for `pct exec`, `push` and `pull`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.commands.session import Session
from fakes.pve.cfs import Tree

if TYPE_CHECKING:
    from fakes.host.machine import Machine

KEPT = "var/lib/labctl/lxc-files"


def container_machine(session: Session, vmid: int, config: dict[str, Any]) -> Machine:
    """A container as a machine of its own, with the files it is known to have."""
    from fakes.host.machine import Machine
    from fakes.nodehost import machine_of

    files, clock = session.node.files, session.api.datacenter.clock
    own = Tree(now=clock.now)
    name = str(config.get("hostname") or f"CT{vmid}")
    own.write("etc/hostname", f"{name}\n")
    folder = f"{KEPT}/{vmid}"
    for path in files.walk(folder):
        own.write(path.removeprefix(f"{folder}/"), files.read_bytes(path) or b"")
    return Machine(
        name=name,
        domain=session.node.facts.domain,
        profile=machine_of(session.api).profile,
        own=own,
        mac="",
        product_uuid="",
        clock=clock,
    )


def keep_files(session: Session, vmid: int, own: Tree) -> None:
    """Keep what changed in a container's files."""
    files, folder = session.node.files, f"{KEPT}/{vmid}"
    for path, content in own.snapshot().items():
        if path != "etc/hostname" and files.read_bytes(f"{folder}/{path}") != own.read_bytes(path):
            files.write(f"{folder}/{path}", content)
    for path in list(files.walk(folder)):
        if path.removeprefix(f"{folder}/") not in own:
            files.delete(path)

"""What `pct` does by itself: the state, unlocking, mounting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.guestviews import show_status
from fakes.commands.session import Session
from fakes.pve.guestconf import load, save
from fakes.pve.schema import Spec

VMID: Mapping[str, Spec] = {"vmid": {"type": "integer", "format": "pve-vmid", "min": 100, "max": 999999999}}
STATUS: Mapping[str, Spec] = {**VMID, "verbose": {"type": "boolean", "optional": 1}}
GUEST = "/nodes/{node}/lxc/{vmid}"


def guest_status(session: Session, given: dict[str, Any]) -> None:
    """Print whether a container runs."""
    load(session.api.datacenter, given["vmid"], kind="lxc", node=session.node.name)
    status = session.get(f"{GUEST}/status/current", vmid=given["vmid"])
    show_status(session, status, verbose=bool(given.get("verbose")))


def unlock(session: Session, given: dict[str, Any]) -> None:
    """Take the lock off a container's configuration."""
    datacenter, vmid = session.api.datacenter, given["vmid"]
    config = load(datacenter, vmid, kind="lxc", node=session.node.name)
    config.main.pop("lock", None)
    save(datacenter, vmid, config, node=session.node.name)
    datacenter.flush()

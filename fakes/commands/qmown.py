"""What `qm` does by itself: the state, waiting, unlocking, terminals, running commands through the agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.commands.guestviews import show_status
from fakes.commands.session import Session
from fakes.pve.guestconf import load, save
from fakes.pve.http import ApiError
from fakes.pve.hypervisor import hypervisor_of
from fakes.pve.schema import Spec

VMID: Mapping[str, Spec] = {"vmid": {"type": "integer", "format": "pve-vmid", "min": 100, "max": 999999999}}
STATUS: Mapping[str, Spec] = {**VMID, "verbose": {"type": "boolean", "optional": 1}}
WAIT: Mapping[str, Spec] = {**VMID, "timeout": {"type": "integer", "min": 1, "optional": 1}}
EXEC: Mapping[str, Spec] = {
    **VMID,
    "synchronous": {"type": "boolean", "optional": 1},
    "timeout": {"type": "integer", "min": 0, "optional": 1},
    "pass-stdin": {"type": "boolean", "optional": 1},
    "extra-args": {"type": "array", "optional": 1},
}
CLEANUP: Mapping[str, Spec] = {
    **VMID,
    "clean-shutdown": {"type": "boolean"},
    "guest-requested": {"type": "boolean"},
}
GUEST = "/nodes/{node}/qemu/{vmid}"
_MAX_STDIN = 64 * 1024


def guest_status(session: Session, given: dict[str, Any]) -> None:
    """Print whether a guest runs."""
    status = session.get(f"{GUEST}/status/current", vmid=given["vmid"])
    show_status(session, status, verbose=bool(given.get("verbose")))


def is_running(session: Session, vmid: int) -> bool:
    """True where the guest runs; ApiError where it is not there."""
    place = session.api.datacenter.guests.find(vmid)
    if place is None or place.node != session.node.name or place.kind != "qemu":
        raise ApiError(500, f"unable to find configuration file for VM {vmid} on node '{session.node.name}'")
    return hypervisor_of(session.api.datacenter).running(session.node, vmid) is not None


def wait(session: Session, given: dict[str, Any]) -> None:
    """Wait until a guest is off."""
    vmid, left = given["vmid"], given.get("timeout")
    if not is_running(session, vmid):
        return
    guest = hypervisor_of(session.api.datacenter).running(session.node, vmid)
    session.say(f"waiting until VM {vmid} stopped (PID {guest.pid if guest else 0})")
    while is_running(session, vmid):
        due = session.node.tasks.next_due
        if (left is not None and left <= 0) or (left is None and due is None):
            raise ApiError(500, "wait failed - got timeout")
        session.api.datacenter.advance(1.0)
        left = None if left is None else left - 1


def unlock(session: Session, given: dict[str, Any]) -> None:
    """Take the lock off a guest's configuration."""
    datacenter, vmid = session.api.datacenter, given["vmid"]
    config = load(datacenter, vmid, node=session.node.name)
    config.main.pop("lock", None)
    config.pending.pop("lock", None)
    save(datacenter, vmid, config, node=session.node.name)
    datacenter.flush()


def terminal(session: Session, given: dict[str, Any]) -> None:
    """A serial terminal needs a person before it."""
    vmid = given["vmid"]
    config = load(session.api.datacenter, vmid, node=session.node.name)
    if not is_running(session, vmid):
        raise ApiError(500, f"VM {vmid} not running")
    if not any(f"serial{number}" in config.main for number in range(4)):
        raise ApiError(500, "unable to find a serial interface")
    raise ApiError(500, "starting a serial terminal needs a terminal")


def nbd_stop(session: Session, given: dict[str, Any]) -> None:
    """Stop the NBD server of a guest."""
    if hypervisor_of(session.api.datacenter).running(session.node, given["vmid"]) is None:
        session.console.complain(f"VM {given['vmid']} not running")


def vnc_proxy(_session: Session, _given: dict[str, Any]) -> None:
    """The VNC proxy is run by the API's own, which hands over a ticket."""
    raise ApiError(500, "LC_PVE_TICKET not set, VNC proxy without password is forbidden")


def guest_exec(session: Session, given: dict[str, Any]) -> Any:
    """Run a command in a guest, and wait for its end unless told otherwise."""
    vmid, words = given["vmid"], given.get("extra-args") or []
    params: dict[str, Any] = {"vmid": vmid, "command": words}
    if given.get("pass-stdin"):
        params["input-data"] = session.stdin[:_MAX_STDIN]
    if not words and not params.get("input-data"):
        raise ApiError(500, "command or input-data (or both) required")
    started = session.call("POST", f"{GUEST}/agent/exec", params)
    if str(given.get("synchronous", 1)) == "0":
        return started
    left = given.get("timeout", 30)
    while True:
        state = session.get(f"{GUEST}/agent/exec-status", vmid=vmid, pid=started["pid"])
        if state.get("exited"):
            return state
        if left <= 0:
            session.console.complain("timeout reached, returning pid")
            return started
        session.api.datacenter.advance(1.0)
        left -= 1


def cleanup(session: Session, given: dict[str, Any]) -> None:
    """What is called when QEMU has ended: refuses to work on a guest that runs."""
    load(session.api.datacenter, given["vmid"], node=session.node.name)
    if is_running(session, given["vmid"]):
        raise ApiError(500, "vm still running")

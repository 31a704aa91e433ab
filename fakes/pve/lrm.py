"""The local resource manager of HA: it brings guests to the state that is asked for, a while later.

Source: BEHAVIOUR, "HA on one node works".
"""

from __future__ import annotations

from functools import partial

from fakes.pve import ha
from fakes.pve.datacenter import Datacenter
from fakes.pve.effects import effect
from fakes.pve.hypervisor import is_running
from fakes.pve.lxc import power as containers
from fakes.pve.lxc import runtime
from fakes.pve.node import Node
from fakes.pve.qemu import power
from fakes.pve.usercfg import ROOT

# The manager and the node's agent take turns; a request is carried out within one of each.
DELAY_S = 10.0


def follow(datacenter: Datacenter, vmid: int) -> None:
    """See to it that a guest is soon in the state its HA resource asks for."""
    place = datacenter.guests.find(vmid)
    if place is not None and place.node in datacenter.nodes:
        datacenter.nodes[place.node].tasks.later(DELAY_S, "ha-act", vmid)


def request_start(datacenter: Datacenter, vmid: int) -> None:
    """Ask for a managed guest to run; its resource says so at once."""
    ha.request_ha_state(datacenter, vmid, "started")
    follow(datacenter, vmid)


def request_stop(datacenter: Datacenter, vmid: int) -> None:
    """Ask for a managed guest to be off; the manager writes that down at its next turn."""
    place = datacenter.guests.find(vmid)
    if place is not None and place.node in datacenter.nodes:
        datacenter.nodes[place.node].tasks.later(DELAY_S, "ha-stop", vmid)


@effect("ha-stop")
def _note_stop(datacenter: Datacenter, _node: Node, vmid: int) -> None:
    if ha.is_ha_managed(datacenter, vmid):
        ha.request_ha_state(datacenter, vmid, "stopped")
        follow(datacenter, vmid)


@effect("ha-act")
def _act(datacenter: Datacenter, _node: Node, vmid: int) -> None:
    place, resource = datacenter.guests.find(vmid), ha.resource_of(datacenter, vmid)
    if place is None or resource is None:
        return
    bring = _bring_vm if place.kind == "qemu" else _bring_container
    bring(datacenter, datacenter.nodes[place.node], vmid, ha.state_of(resource))


def _bring_vm(datacenter: Datacenter, node: Node, vmid: int, state: str) -> None:
    running = is_running(datacenter, node, vmid)
    if state == "started" and not running:
        node.tasks.start("qmstart", vmid, ROOT, partial(power.start, datacenter, node, vmid))
    elif state in ("stopped", "disabled") and running:
        node.tasks.start("qmshutdown", vmid, ROOT, partial(power.shutdown, datacenter, node, vmid, force=True))


def _bring_container(datacenter: Datacenter, node: Node, vmid: int, state: str) -> None:
    running = runtime.is_running(node, vmid)
    if state == "started" and not running:
        node.tasks.start("vzstart", vmid, ROOT, partial(containers.start, datacenter, node, vmid))
    elif state in ("stopped", "disabled") and running:
        node.tasks.start("vzshutdown", vmid, ROOT, partial(containers.shutdown, datacenter, node, vmid))

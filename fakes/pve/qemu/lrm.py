"""The local resource manager of HA: it brings virtual machines to the state that is asked for, a while later.

Source: BEHAVIOUR, "HA on one node works".
"""

from __future__ import annotations

from functools import partial

from fakes.pve import ha
from fakes.pve.datacenter import Datacenter
from fakes.pve.effects import effect
from fakes.pve.hypervisor import is_running
from fakes.pve.node import Node
from fakes.pve.qemu import power
from fakes.pve.usercfg import ROOT

# The manager and the node's agent take turns; a request is carried out within one of each.
DELAY_S = 10.0


def follow(datacenter: Datacenter, vmid: int) -> None:
    """See to it that a virtual machine is soon in the state its HA resource asks for."""
    place = datacenter.guests.find(vmid)
    if place is not None and place.kind == "qemu" and place.node in datacenter.nodes:
        datacenter.nodes[place.node].tasks.later(DELAY_S, "ha-act", vmid)


def request_start(datacenter: Datacenter, vmid: int) -> None:
    """Ask for a managed virtual machine to run; its resource says so at once."""
    ha.request_ha_state(datacenter, vmid, "started")
    follow(datacenter, vmid)


def request_stop(datacenter: Datacenter, vmid: int) -> None:
    """Ask for a managed virtual machine to be off; the manager writes that down at its next turn."""
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
    place, resource = datacenter.guests.find(vmid), ha.find(datacenter, "vm", str(vmid))
    if place is None or place.kind != "qemu" or resource is None:
        return
    node, state = datacenter.nodes[place.node], ha.state_of(resource)
    running = is_running(datacenter, node, vmid)
    if state == "started" and not running:
        node.tasks.start("qmstart", vmid, ROOT, partial(power.start, datacenter, node, vmid))
    elif state in ("stopped", "disabled") and running:
        node.tasks.start("qmshutdown", vmid, ROOT, partial(power.shutdown, datacenter, node, vmid, force=True))

"""Statistics of a virtual machine over time."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.guests import config_path
from fakes.pve.http import route
from fakes.pve.hypervisor import hypervisor_of
from fakes.pve.rrd import guest_picture, guest_rows
from fakes.pve.vmstatus import vm_status


@route("GET", "/nodes/{node}/qemu/{vmid}/rrd")
def graph(call: Call) -> dict[str, str]:
    """Where the picture of some of the statistics would be on the node."""
    return guest_picture(call.params["vmid"], str(call.params["ds"]))


@route("GET", "/nodes/{node}/qemu/{vmid}/rrddata")
def statistics(call: Call) -> list[dict[str, Any]]:
    vmid = call.params["vmid"]
    status = vm_status(call.datacenter, call.node, vmid)
    guest = hypervisor_of(call.datacenter).running(call.node, vmid)
    return guest_rows(
        call.params["timeframe"],
        now=call.datacenter.clock.now(),
        since=call.datacenter.cfs.mtime(config_path(call.node.name, "qemu", vmid)),
        started=guest.started if guest else None,
        status=status,
    )

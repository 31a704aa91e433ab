"""Statistics of a container over time."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.guests import config_path
from fakes.pve.http import route
from fakes.pve.lxc.runtime import running
from fakes.pve.lxc.status import container_status
from fakes.pve.rrd import guest_picture, guest_rows


@route("GET", "/nodes/{node}/lxc/{vmid}/rrd")
def graph(call: Call) -> dict[str, str]:
    """Where the picture of some of the statistics would be on the node."""
    return guest_picture(call.params["vmid"], str(call.params["ds"]))


@route("GET", "/nodes/{node}/lxc/{vmid}/rrddata")
def statistics(call: Call) -> list[dict[str, Any]]:
    vmid = call.params["vmid"]
    status = container_status(call.datacenter, call.node, vmid)
    state = running(call.node, vmid)
    return guest_rows(
        call.params["timeframe"],
        now=call.datacenter.clock.now(),
        since=call.datacenter.cfs.mtime(config_path(call.node.name, "lxc", vmid)),
        started=state.started if state else None,
        status=status,
    )

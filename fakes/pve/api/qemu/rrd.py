"""Statistics of a virtual machine over time."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.guestconf import peek
from fakes.pve.guests import config_path
from fakes.pve.http import route
from fakes.pve.hypervisor import hypervisor_of
from fakes.pve.rrd import times
from fakes.pve.vmstatus import fixed_part


@route("GET", "/nodes/{node}/qemu/{vmid}/rrddata")
def statistics(call: Call) -> list[dict[str, Any]]:
    """One row per step; a row has numbers from when the guest was there, usage from when it ran."""
    vmid = call.params["vmid"]
    config = peek(call.datacenter, vmid, node=call.node.name).main
    since = call.datacenter.cfs.mtime(config_path(call.node.name, "qemu", vmid))
    hypervisor = hypervisor_of(call.datacenter)
    guest = hypervisor.running(call.node, vmid)
    usage = hypervisor.usage(call.node, vmid)
    fixed = fixed_part(config, call.node, vmid)
    limits = {"maxcpu": fixed["cpus"], "maxmem": fixed["maxmem"], "maxdisk": fixed["maxdisk"], "disk": 0}
    rows: list[dict[str, Any]] = []
    for time in times(call.params["timeframe"], call.datacenter.clock.now()):
        row: dict[str, Any] = {"time": time}
        if time >= since:
            row.update(limits)
        if guest is not None and time >= guest.started:
            row.update(cpu=usage.cpu, mem=usage.memory, netin=310, netout=120, diskread=900, diskwrite=4100)
        rows.append(row)
    return rows

"""The list of a node's virtual machines and the status of one."""

from __future__ import annotations

import re
from typing import Any

from fakes.pve import ha
from fakes.pve.call import Call
from fakes.pve.guestconf import peek
from fakes.pve.http import Rendered, route
from fakes.pve.rows import guest_rows
from fakes.pve.vmstatus import agent_enabled, options_of, vm_status


@route("GET", "/nodes/{node}/qemu")
def guests(call: Call) -> Any:
    rows = guest_rows(call.datacenter)
    if not call.get("full"):
        return Rendered(rows.list_json(call))
    return [
        vm_status(call.datacenter, call.node, vmid, full=True)
        for vmid in call.datacenter.guests.on(call.node.name, "qemu")
        if call.is_root or rows.may_see(call, vmid)
    ]


@route("GET", "/nodes/{node}/qemu/{vmid}/status/current")
def current(call: Call) -> dict[str, Any]:
    vmid = call.params["vmid"]
    config = peek(call.datacenter, vmid, node=call.node.name).main
    status = vm_status(call.datacenter, call.node, vmid, full=True)
    status["ha"] = ha.service_status(call.datacenter, "vm", vmid)
    if config.get("vga"):
        options = options_of(str(config["vga"]), "type")
        kind = options.get("type", "")
        if kind.startswith("virtio") or re.fullmatch(r"qxl[234]?", kind):
            status["spice"] = 1
        status["clipboard"] = options.get("clipboard")
    if agent_enabled(config.get("agent")):
        status["agent"] = 1
    return status

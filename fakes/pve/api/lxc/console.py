"""Consoles of containers: VNC, serial terminal, SPICE."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.consoles import check_ticket, node_certificate, open_console, viewer_file
from fakes.pve.guestconf import peek
from fakes.pve.http import route
from fakes.pve.lxc.power import ensure_running


@route("POST", "/nodes/{node}/lxc/{vmid}/vncproxy")
def vnc(call: Call) -> dict[str, Any]:
    _exists(call)
    return {**open_console(call, "vncproxy", call.params["vmid"], _path(call)), "cert": node_certificate(call)}


@route("POST", "/nodes/{node}/lxc/{vmid}/termproxy")
def terminal(call: Call) -> dict[str, Any]:
    _exists(call)
    return open_console(call, "vncproxy", call.params["vmid"], _path(call))


@route("GET", "/nodes/{node}/lxc/{vmid}/vncwebsocket")
def websocket(call: Call) -> dict[str, Any]:
    _exists(call)
    check_ticket(call, call.params["vncticket"], _path(call))
    return {"port": call.params["port"]}


@route("POST", "/nodes/{node}/lxc/{vmid}/spiceproxy")
def spice(call: Call) -> dict[str, Any]:
    _exists(call)
    ensure_running(call.node, call.params["vmid"])
    return viewer_file(call, "spiceproxy", call.params["vmid"], _path(call), f"CT {call.params['vmid']}")


def _exists(call: Call) -> None:
    peek(call.datacenter, call.params["vmid"], "lxc", node=call.node.name)


def _path(call: Call) -> str:
    return f"/vms/{call.params['vmid']}"

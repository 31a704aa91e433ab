"""Consoles of the node itself: VNC, serial terminal, SPICE."""

from __future__ import annotations

from typing import Any

from fakes.pve.api.node.status import node_named
from fakes.pve.call import Call
from fakes.pve.certificates import authority_certificate
from fakes.pve.consoles import check_ticket, new_password, node_certificate, open_console
from fakes.pve.formats import user_problem
from fakes.pve.http import ApiError, ForbiddenError, ParameterError, route

_PORTS = range(5900, 6000)
_SPICE_TLS_PORT = 61_000


def _path(call: Call) -> str:
    return f"/nodes/{call.params['node']}"


def _check_command(call: Call) -> None:
    """Consoles are for users, not for tokens; anything but a login prompt runs as root, so it is root's alone."""
    problem = user_problem(call.user)
    if problem:
        raise ApiError(500, problem)
    command = call.get("cmd")
    if command not in (None, "login") and not call.is_root:
        raise ForbiddenError("user != root@pam")


@route("POST", "/nodes/{node}/vncshell")
def vnc(call: Call) -> dict[str, Any]:
    _check_command(call)
    return {**open_console(call, "vncshell", "", _path(call)), "cert": node_certificate(call)}


@route("POST", "/nodes/{node}/termproxy")
def terminal(call: Call) -> dict[str, Any]:
    _check_command(call)
    return open_console(call, "vncshell", "", _path(call))


@route("GET", "/nodes/{node}/vncwebsocket")
def websocket(call: Call) -> dict[str, Any]:
    check_ticket(call, call.params["vncticket"], _path(call))
    if int(call.params["port"]) not in _PORTS:
        raise ParameterError({"port": f"value must have a minimum value of {_PORTS.start}"})
    return {"port": call.params["port"]}


@route("POST", "/nodes/{node}/spiceshell")
def spice(call: Call) -> dict[str, Any]:
    _check_command(call)
    console = open_console(call, "spiceshell", "", _path(call))
    facts = node_named(call).facts
    return {
        "type": "spice",
        "title": f"Shell on '{facts.name}'",
        "host": f"pvespiceproxy:{console['ticket'].partition('::')[0]}:0:{facts.name}",
        "tls-port": _SPICE_TLS_PORT,
        "password": new_password(),
        "proxy": f"http://{call.get('proxy') or facts.ip}:3128",
        "host-subject": f"OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN={facts.name}.{facts.domain}",
        "ca": authority_certificate(call.datacenter).replace("\n", "\\n"),
    }

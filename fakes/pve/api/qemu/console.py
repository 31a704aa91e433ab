"""Consoles of virtual machines: VNC, serial terminal, SPICE, keys and the QEMU monitor."""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.call import Call
from fakes.pve.consoles import check_ticket, new_password, node_certificate, open_console, viewer_file
from fakes.pve.guestconf import peek
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.hypervisor import RunningGuest, hypervisor_of
from fakes.pve.vmstatus import QEMU_VERSION, options_of

_READ_ONLY = re.compile(r"\s*(?:info(?:\s.*|)|help\s*)", re.DOTALL)


@route("POST", "/nodes/{node}/qemu/{vmid}/vncproxy")
def vnc(call: Call) -> dict[str, Any]:
    _exists(call)
    answer = {**open_console(call, "vncproxy", call.params["vmid"], _path(call)), "cert": node_certificate(call)}
    if call.get("generate-password"):
        answer["password"] = new_password()
    return answer


@route("POST", "/nodes/{node}/qemu/{vmid}/termproxy")
def terminal(call: Call) -> dict[str, Any]:
    config = _exists(call)
    serial = call.get("serial")
    if serial is not None and serial not in config:
        raise ApiError(500, f"serial interface '{serial}' is not configured")
    return open_console(call, "vncproxy", call.params["vmid"], _path(call))


@route("GET", "/nodes/{node}/qemu/{vmid}/vncwebsocket")
def websocket(call: Call) -> dict[str, Any]:
    _exists(call)
    check_ticket(call, call.params["vncticket"], _path(call))
    if not 5900 <= call.params["port"] <= 5999:
        raise ParameterError({"port": "value must have a minimum value of 5900"})
    return {"port": call.params["port"]}


@route("POST", "/nodes/{node}/qemu/{vmid}/spiceproxy")
def spice(call: Call) -> dict[str, Any]:
    config = _exists(call)
    vmid = call.params["vmid"]
    _running(call)
    if not re.match(r"qxl|virtio", options_of(str(config.get("vga", "")), "type").get("type", "")):
        raise ApiError(500, "no spice port")
    title = f"VM {vmid} - {config.get('name', f'VM {vmid}')}"
    return viewer_file(call, "spiceproxy", vmid, _path(call), title)


@route("PUT", "/nodes/{node}/qemu/{vmid}/sendkey")
def send_key(call: Call) -> None:
    _exists(call)
    _running(call)


@route("POST", "/nodes/{node}/qemu/{vmid}/monitor")
def monitor(call: Call) -> str:
    command = str(call.params["command"])
    if not _READ_ONLY.fullmatch(command):
        call.require("/", "Sys.Modify")
    config = _exists(call)
    try:
        guest = _running(call)
    except ApiError as error:
        return f"ERROR: {error.message}\n"
    return _monitor_answer(call, " ".join(command.split()), guest, config).replace("\n", "\r\n")


def _monitor_answer(call: Call, command: str, guest: RunningGuest, config: dict[str, str | int]) -> str:
    hypervisor, vmid = hypervisor_of(call.datacenter), call.params["vmid"]
    match command:
        case "info status":
            return f"VM status: {guest.qmpstatus}\n"
        case "info name":
            return f"{config.get('name', f'VM {vmid}')}\n"
        case "info version":
            return f"{QEMU_VERSION}\n"
        case "info balloon":
            return f"balloon: actual={guest.memory_mib} max_mem={guest.memory_mib}\n"
        case "stop":
            hypervisor.pause(call.node, vmid)
        case "cont" | "c":
            hypervisor.resume(call.node, vmid)
        case "system_reset":
            hypervisor.reset(call.node, vmid)
        case "system_powerdown":
            hypervisor.press_power(call.node, vmid)
        case "quit" | "q":
            hypervisor.stop(call.node, vmid)
        case _:
            raise ApiError(501, f"monitor command '{command}' is not simulated", bare=True)
    return ""


def _exists(call: Call) -> dict[str, str | int]:
    return peek(call.datacenter, call.params["vmid"], node=call.node.name).main


def _running(call: Call) -> RunningGuest:
    guest = hypervisor_of(call.datacenter).running(call.node, call.params["vmid"])
    if guest is None:
        raise ApiError(500, f"VM {call.params['vmid']} not running")
    return guest


def _path(call: Call) -> str:
    return f"/vms/{call.params['vmid']}"

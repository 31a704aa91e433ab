"""The guest agent of virtual machines: what the guest itself says and does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from fakes.pve.call import Call
from fakes.pve.guestconf import peek
from fakes.pve.http import ApiError, Handler, route
from fakes.pve.hypervisor import AgentSilentError, hypervisor_of
from fakes.pve.vmstatus import agent_enabled

_READS = (
    *("get-fsinfo", "get-host-name", "get-memory-block-info", "get-memory-blocks", "get-osinfo", "get-time"),
    *("get-timezone", "get-users", "get-vcpus", "info", "network-get-interfaces"),
)
_ACTS = (
    *("fsfreeze-freeze", "fsfreeze-status", "fsfreeze-thaw", "fstrim", "ping", "shutdown"),
    *("suspend-disk", "suspend-hybrid", "suspend-ram"),
)


def _ask(call: Call, command: str, arguments: Mapping[str, Any] | None = None) -> Any:
    """What the agent returns to a command, or ApiError in Proxmox's words."""
    vmid = call.params["vmid"]
    config = peek(call.datacenter, vmid, node=call.node.name).main
    if "agent" not in config:
        raise ApiError(500, "No QEMU guest agent configured")
    hypervisor = hypervisor_of(call.datacenter)
    if hypervisor.running(call.node, vmid) is None:
        raise ApiError(500, f"VM {vmid} is not running")
    try:
        if not agent_enabled(config["agent"]):
            raise AgentSilentError("the agent's channel is not plugged in")
        return hypervisor.agent(call.node, vmid, f"guest-{command}", arguments or {})
    except AgentSilentError:
        raise ApiError(500, "QEMU guest agent is not running") from None
    except (FileNotFoundError, ProcessLookupError) as error:
        raise ApiError(500, f"Agent error: {error}") from error


def _simple(command: str) -> Handler:
    return lambda call: {"result": _ask(call, command)}


for _command in _READS:
    route("GET", f"/nodes/{{node}}/qemu/{{vmid}}/agent/{_command}")(_simple(_command))
for _command in _ACTS:
    route("POST", f"/nodes/{{node}}/qemu/{{vmid}}/agent/{_command}")(_simple(_command))


@route("POST", "/nodes/{node}/qemu/{vmid}/agent")
def any_command(call: Call) -> dict[str, Any]:
    return {"result": _ask(call, call.params["command"])}


@route("POST", "/nodes/{node}/qemu/{vmid}/agent/exec")
def execute(call: Call) -> dict[str, Any]:
    program, *arguments = call.params["command"]
    given: dict[str, Any] = {"path": program, "arg": arguments}
    if call.get("input-data") is not None:
        given["input-data"] = call.params["input-data"]
    return {"pid": _ask(call, "exec", given)["pid"]}


@route("GET", "/nodes/{node}/qemu/{vmid}/agent/exec-status")
def execution(call: Call) -> Any:
    return _ask(call, "exec-status", {"pid": call.params["pid"]})


@route("GET", "/nodes/{node}/qemu/{vmid}/agent/file-read")
def read_file(call: Call) -> dict[str, Any]:
    content = _ask(call, "file-read", {"path": call.params["file"]})
    return {"content": content, "bytes-read": len(content.encode())}


@route("POST", "/nodes/{node}/qemu/{vmid}/agent/file-write")
def write_file(call: Call) -> None:
    content = str(call.params["content"])
    if not call.get("encode", 1):
        try:
            content = base64.b64decode(content, validate=True).decode("utf-8", "replace")
        except binascii.Error as error:
            raise ApiError(500, f"Agent error: {error}") from error
    _ask(call, "file-write", {"path": call.params["file"], "content": content})


@route("POST", "/nodes/{node}/qemu/{vmid}/agent/set-user-password")
def set_password(call: Call) -> dict[str, Any]:
    given = {"username": call.params["username"], "password": call.params["password"]}
    return {"result": _ask(call, "set-user-password", given)}

"""Reading and changing the configuration of a container."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.guestconf import peek
from fakes.pve.http import route
from fakes.pve.lxc.change import Change
from fakes.pve.pending import asked_view, pending_rows


@route("GET", "/nodes/{node}/lxc/{vmid}/config")
def read_config(call: Call) -> dict[str, Any]:
    config = peek(call.datacenter, call.params["vmid"], "lxc", node=call.node.name)
    shown = asked_view(config, snapshot=call.get("snapshot"), current=bool(call.get("current")))
    if config.lxc and not call.get("snapshot"):
        shown["lxc"] = [list(pair) for pair in config.lxc]
    return shown


@route("GET", "/nodes/{node}/lxc/{vmid}/pending")
def read_pending(call: Call) -> list[dict[str, Any]]:
    return pending_rows(peek(call.datacenter, call.params["vmid"], "lxc", node=call.node.name))


@route("PUT", "/nodes/{node}/lxc/{vmid}/config")
def change_config(call: Call) -> None:
    Change(call).carry_out(_unheard)


def _unheard(_line: str) -> None:
    """What LVM prints goes to the node's journal here."""

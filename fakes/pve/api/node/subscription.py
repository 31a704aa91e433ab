"""The subscription of a node: without a way to the shop no key can be confirmed, so none is taken."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.node import Node

KEY_FILE = "etc/subscription"
URL = "https://www.proxmox.com/en/proxmox-virtual-environment/pricing"
_SHOP = "https://shop.proxmox.com/modules/servers/licensing/verify.php"


def server_id(node: Node) -> str:
    """What a key is bound to: 32 hex digits of a node's own."""
    return hashlib.md5(f"{node.name}:{node.facts.ip}".encode(), usedforsecurity=False).hexdigest().upper()


def read_subscription(node: Node) -> dict[str, Any] | None:
    """What a node knows about its key, or None without one."""
    lines = (node.files.read(KEY_FILE) or "").splitlines()
    if len(lines) < 2:
        return None
    known: dict[str, Any] = json.loads(base64.b64decode(lines[-1]))
    return {"key": lines[0], **known}


@route("GET", "/nodes/{node}/subscription")
def subscription(call: Call) -> dict[str, Any]:
    node, found = call.node, read_subscription(call.node)
    may_see = call.allowed(f"/nodes/{node.name}", "Sys.Audit")
    if found is None:
        identity = {"serverid": server_id(node)} if may_see else {}
        return {"status": "notfound", "message": "There is no subscription key", "url": URL, **identity}
    if not may_see:
        return {"status": found["status"]}
    return {**found, "serverid": server_id(node), "sockets": node.facts.sockets, "url": URL}


@route("PUT", "/nodes/{node}/subscription")
def set_subscription(call: Call) -> None:
    """A key is written down only when the shop has confirmed it, which cannot happen in a lab."""
    level = int(call.params["key"].strip()[3])
    sockets = call.node.facts.sockets
    if sockets > level:
        raise ApiError(500, f"wrong number of sockets ({sockets} > {level})")
    _ask_shop()


@route("POST", "/nodes/{node}/subscription")
def check_subscription(call: Call) -> None:
    if read_subscription(call.node) is not None:
        _ask_shop()


def _ask_shop() -> None:
    raise ApiError(500, f"error: {_SHOP}: Dns Failed: resolve dns name 'shop.proxmox.com:443'")


@route("DELETE", "/nodes/{node}/subscription")
def delete_subscription(call: Call) -> None:
    call.node.files.delete(KEY_FILE)

"""Waking another node of the cluster up."""

from __future__ import annotations

from fakes.pve.api.node.config import load_node_config
from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.params import parse_property_string


@route("POST", "/nodes/{node}/wakeonlan")
def wake(call: Call) -> str:
    name = call.params["node"]
    if name in ("localhost", call.node.name):
        raise ApiError(500, f"'{name}' is local node, cannot wake my self!")
    node = call.datacenter.nodes.get(name)
    if node is None:
        raise ApiError(500, f"no such cluster node '{name}'")
    text = load_node_config(call, name).get("wakeonlan")
    if text is None:
        raise ApiError(500, f"No wake on LAN MAC address defined for '{name}'!")
    spec = call.schema.methods["PUT", "/nodes/{node}/config"].params["wakeonlan"]
    mac = parse_property_string(call.schema, spec["format"], str(text), check=False)["mac"]
    if not node.is_online:
        node.boot()
    return str(mac)

"""Network interfaces of a node: changes wait in /etc/network/interfaces.new until the network is reloaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, Paged, ParameterError, route
from fakes.pve.interfaces import Interfaces, Row, parse_interfaces
from fakes.pve.interfaces_file import format_interfaces
from fakes.pve.netchanges import NEW_FILE, NOW_FILE, differences
from fakes.pve.node import Node
from fakes.pve.params import split_list
from fakes.pve.tasks import Task

_BRIDGES = ("bridge", "OVSBridge")
_RELOAD_S = 2.0


def load_interfaces(node: Node, path: str | None = None) -> Interfaces:
    """The interfaces as they will be after a reload, or those in the file at `path`."""
    running = parse_interfaces(node.files.read(NOW_FILE) or "")
    chosen = path or (NEW_FILE if NEW_FILE in node.files else NOW_FILE)
    physical = (node.facts.uplink,)
    return parse_interfaces(node.files.read(chosen) or "", physical, _active(running))


def _active(running: Interfaces) -> set[str]:
    """What is up: whatever starts by itself, and the ports and slaves below it."""
    up = {name for name, row in running.rows.items() if row.get("autostart") and name != "lo"}
    for name in tuple(up):
        row = running.rows[name]
        up.update(f"{row.get('bridge_ports', '')} {row.get('slaves', '')}".split())
    return up


def _save(node: Node, interfaces: Interfaces) -> None:
    node.files.write(NEW_FILE, format_interfaces(interfaces))


@route("GET", "/nodes/{node}/network")
def network(call: Call) -> Paged:
    wanted = call.get("type")
    rows = [
        {"iface": name, **row}
        for name, row in load_interfaces(call.node).rows.items()
        if name != "lo" and _is_wanted(row, wanted) and _may_see(call, name, row)
    ]
    changes = differences(call.node)
    return Paged(rows, extra={"changes": changes} if changes else {})


def _is_wanted(row: Row, wanted: str | None) -> bool:
    if wanted in ("any_bridge", "any_local_bridge"):
        return row["type"] in _BRIDGES
    return wanted in (None, "include_sdn") or row["type"] == wanted


def _may_see(call: Call, name: str, row: Row) -> bool:
    path = f"/sdn/zones/localnetwork/{name}"
    return row["type"] not in _BRIDGES or call.allowed(path, "SDN.Audit", "SDN.Use", any_of=True)


@route("GET", "/nodes/{node}/network/{iface}")
def interface(call: Call) -> Row:
    return _known(load_interfaces(call.node), call.params["iface"])


def _known(interfaces: Interfaces, name: str) -> Row:
    row = interfaces.rows.get(name)
    if row is None:
        raise ParameterError({"iface": "interface does not exist"})
    return row


@route("POST", "/nodes/{node}/network")
def create(call: Call) -> None:
    name, row = call.params["iface"], _settings(call)
    interfaces = load_interfaces(call.node)
    if name in interfaces.rows:
        raise ParameterError({"iface": "interface already exists"})
    _check(interfaces, name, row)
    _set_families(row, [])
    interfaces.rows[name] = row
    _save(call.node, interfaces)


@route("PUT", "/nodes/{node}/network/{iface}")
def update(call: Call) -> None:
    name, settings = call.params["iface"], _settings(call)
    interfaces = load_interfaces(call.node)
    row = _known(interfaces, name)
    for key in split_list(call.get("delete") or ""):
        doomed = {"cidr": ("address", "netmask"), "cidr6": ("address6", "netmask6")}.get(key, ())
        for gone in (key, *doomed):
            row.pop(gone, None)
    _check(interfaces, name, settings)
    _set_families(settings, row.get("families", []))
    row.update(settings)
    _save(call.node, interfaces)


@route("DELETE", "/nodes/{node}/network/{iface}")
def delete(call: Call) -> None:
    interfaces = load_interfaces(call.node)
    _known(interfaces, call.params["iface"])
    del interfaces.rows[call.params["iface"]]
    _save(call.node, interfaces)


@route("DELETE", "/nodes/{node}/network")
def revert(call: Call) -> None:
    call.node.files.delete(NEW_FILE)


@route("PUT", "/nodes/{node}/network")
def reload(call: Call) -> str:
    node = call.node

    def work(_task: Task) -> Iterator[float]:
        if NEW_FILE in node.files:
            node.files.rename(NEW_FILE, NOW_FILE)
        yield call.datacenter.durations.wait(_RELOAD_S)

    return call.start_task("srvreload", "networking", work)


def _settings(call: Call) -> Row:
    """The settings of a request, addresses taken apart; ParameterError where they contradict each other."""
    row: dict[str, Any] = {key: value for key, value in call.params.items() if key not in ("node", "iface", "delete")}
    for suffix in ("", "6"):
        if not row.get(f"cidr{suffix}"):
            continue
        for key in ("address", "netmask"):
            if row.get(key + suffix):
                raise ParameterError({key + suffix: f"{key}{suffix} conflicts with cidr{suffix}"})
        row[f"address{suffix}"], _, row[f"netmask{suffix}"] = row[f"cidr{suffix}"].partition("/")
    return row


def _check(interfaces: Interfaces, name: str, row: Row) -> None:
    for key, words in (("gateway", "Default gateway"), ("gateway6", "Default ipv6 gateway")):
        other = next((one for one, known in interfaces.rows.items() if one != name and known.get(key)), None)
        if row.get(key) and other:
            raise ParameterError({key: f"{words} already exists on interface '{other}'."})
    kind = str(row["type"])
    if kind.startswith("OVS"):
        raise ApiError(500, "Open VSwitch is not installed (need package 'openvswitch-switch')")


def _set_families(row: Row, families: list[str]) -> None:
    """Address families and methods that follow from the addresses of a request."""
    wanted = [family for family, key in (("inet", "address"), ("inet6", "address6")) if row.get(key)]
    kept = [family for family in families if family in wanted]
    row["families"] = [*kept, *(family for family in wanted if family not in kept)] or ["inet"]
    row["method"] = "static" if row.get("address") else "manual"
    row["method6"] = "static" if row.get("address6") else "manual"

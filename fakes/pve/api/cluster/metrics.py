"""Servers that metrics are sent to (``status.cfg``), and the metrics themselves for those who fetch them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.pve.api.cluster.status import node_usage
from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.http import ApiError, route
from fakes.pve.params import split_list
from fakes.pve.sections import Section, format_sections, parse_sections

FILE = "status.cfg"
_REQUIRED = ("server", "port")
_COMMON = (*_REQUIRED, "disable", "mtu")
_OPTIONS = {
    "graphite": (*_COMMON, "path", "proto", "timeout"),
    "influxdb": (
        *(*_COMMON, "organization", "bucket", "token", "influxdbproto", "timeout", "max-body-size"),
        *("verify-certificate", "api-path-prefix"),
    ),
}
_MODIFIED = "detected modified configuration - file changed by other user? Try again."


def _servers(call: Call) -> dict[str, Section]:
    return parse_sections(call.datacenter.cfs.read(FILE) or "")


def _write(call: Call, servers: dict[str, Section]) -> None:
    call.datacenter.cfs.write(FILE, format_sections(servers.values(), _REQUIRED))


def _shown(call: Call, server: Section) -> dict[str, Any]:
    params = call.schema.methods["POST", "/cluster/metrics/server/{id}"].params
    numeric = {name for name, spec in params.items() if spec.get("type") in ("integer", "boolean")}
    options = {key: int(value) if key in numeric else value for key, value in server.options.items()}
    return {**options, "type": server.type}


@route("GET", "/cluster/metrics/server")
def servers(call: Call) -> list[dict[str, Any]]:
    rows = []
    for name, server in sorted(_servers(call).items()):
        whole = _shown(call, server)
        row = {"id": name, "type": server.type, "disable": whole.get("disable", 0)}
        rows.append({**row, **{key: whole[key] for key in _REQUIRED if key in whole}})
    return rows


@route("GET", "/cluster/metrics/server/{id}")
def server(call: Call) -> dict[str, Any]:
    found = _servers(call).get(call.params["id"])
    if found is None:
        raise ApiError(500, f"status server entry '{call.params['id']}' does not exist")
    return _shown(call, found)


def _options(call: Call, kind: str) -> dict[str, str]:
    options = {key: str(value) for key, value in call.params.items() if key not in ("id", "type", "digest", "delete")}
    for name in options:
        if name not in _OPTIONS[kind]:
            raise ApiError(500, f"unexpected property '{name}'")
    return options


def _check_connection(options: dict[str, str]) -> None:
    """A server that is talked to over TCP is tried at once; nobody answers. UDP needs no answer."""
    is_tcp = options.get("proto") == "tcp" or options.get("influxdbproto") in ("http", "https")
    if is_tcp and options.get("disable") != "1":
        place = f"{options['server']}:{options['port']}"
        raise ApiError(500, f"Can't connect to {place} (Connection refused)")


@route("POST", "/cluster/metrics/server/{id}")
def create_server(call: Call) -> None:
    name, kind, known = str(call.params["id"]), str(call.params["type"]), _servers(call)
    if name in known:
        raise ApiError(500, f"Metric server '{name}' already exists")
    options = _options(call, kind)
    _check_connection(options)
    _write(call, {**known, name: Section(kind, name, options)})


@route("PUT", "/cluster/metrics/server/{id}")
def update_server(call: Call) -> None:
    name, known = str(call.params["id"]), _servers(call)
    wanted = call.get("digest")
    if wanted and wanted != digest(call.datacenter.cfs.read(FILE) or ""):
        raise ApiError(500, _MODIFIED)
    if name not in known:
        raise ApiError(500, f"no such server '{name}'")
    found = known[name]
    options = {**found.options, **_options(call, found.type)}
    for option in split_list(call.get("delete") or ""):
        if option in _REQUIRED:
            raise ApiError(500, f"unable to delete required option '{option}'")
        if option not in _OPTIONS[found.type]:
            raise ApiError(500, f"no such option '{option}'")
        options.pop(option, None)
    _check_connection(options)
    _write(call, {**known, name: Section(found.type, name, options)})


@route("DELETE", "/cluster/metrics/server/{id}")
def delete_server(call: Call) -> None:
    """Remove a server; one that is not there is no error."""
    known = _servers(call)
    if known.pop(str(call.params["id"]), None) is not None:
        _write(call, known)


@route("GET", "/cluster/metrics/export")
def export(call: Call) -> dict[str, Any]:
    """The latest metrics of the nodes: those since `start-time` where one is given."""
    now = int(call.datacenter.clock.now())
    is_wanted = now >= call.get("start-time", 0)
    return {"data": list(_node_metrics(call, now)) if is_wanted else []}


def _node_metrics(call: Call, now: int) -> Iterator[dict[str, Any]]:
    nodes = [call.node] if call.get("local-only") else call.datacenter.nodes.values()
    for node in nodes:
        usage = node_usage(node)
        values = {
            "cpu_current": ("gauge", usage["cpu"]),
            "cpu_max": ("gauge", usage["maxcpu"]),
            "mem_used": ("gauge", usage["mem"]),
            "mem_total": ("gauge", usage["maxmem"]),
            "disk_used": ("gauge", usage["disk"]),
            "disk_total": ("gauge", usage["maxdisk"]),
            "uptime": ("gauge", usage["uptime"]),
        }
        for metric, (kind, value) in values.items():
            yield {"id": f"node/{node.name}", "metric": metric, "timestamp": now, "type": kind, "value": value}

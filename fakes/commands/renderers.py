"""What the schema's table leaves out about results: how properties are rendered and the titles of columns.

A table of another version that has them (``renderer``, ``title``) is taken as it is. Source: tables that a Proxmox VE
8.4.1 node prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.pve.schema import Method, Spec

_SIZES = ("disk", "diskread", "diskwrite", "maxdisk", "maxmem", "maxswap", "mem", "netin", "netout")
_GUEST: Mapping[str, str] = {**dict.fromkeys(_SIZES, "bytes"), "uptime": "duration"}
_STORAGE: Mapping[str, str] = {
    "total": "bytes",
    "used": "bytes",
    "avail": "bytes",
    "used_fraction": "fraction_as_percentage",
}
_RENDERERS: Mapping[str, Mapping[str, str]] = {
    "/nodes": {
        "cpu": "fraction_as_percentage",
        "mem": "bytes",
        "maxmem": "bytes",
        "uptime": "duration",
    },
    "/cluster/resources": {**_GUEST, "cpu": "fraction_as_percentage"},
    "/nodes/{node}/qemu": _GUEST,
    "/nodes/{node}/qemu/{vmid}/status/current": _GUEST,
    "/nodes/{node}/qemu/{vmid}/snapshot": {"snaptime": "timestamp"},
    "/nodes/{node}/lxc": _GUEST,
    "/nodes/{node}/lxc/{vmid}/status/current": _GUEST,
    "/nodes/{node}/lxc/{vmid}/snapshot": {"snaptime": "timestamp"},
    "/nodes/{node}/storage": _STORAGE,
    "/nodes/{node}/storage/{storage}/status": _STORAGE,
    "/nodes/{node}/storage/{storage}/content": {"size": "bytes", "used": "bytes", "ctime": "timestamp"},
    "/nodes/{node}/certificates/info": {"notafter": "timestamp", "notbefore": "timestamp"},
}
_TASK_TITLES: Mapping[str, str] = {
    "upid": "UPID",
    "node": "Node",
    "pid": "PID",
    "type": "Type",
    "id": "ID",
    "user": "User",
    "starttime": "Starttime",
    "endtime": "Endtime",
    "status": "Status",
}
_TITLES: Mapping[str, Mapping[str, str]] = {"/nodes/{node}/tasks": _TASK_TITLES}


def described(method: Method) -> Spec:
    """What a method returns, with renderers and titles."""
    if method.verb != "GET":
        return method.returns
    renderers, titles = _RENDERERS.get(method.path, {}), _TITLES.get(method.path, {})
    if not renderers and not titles:
        return method.returns
    if method.returns.get("type") == "array":
        items = method.returns.get("items", {})
        return {**method.returns, "items": _with_more(items, renderers, titles)}
    return _with_more(method.returns, renderers, titles)


def _with_more(spec: Spec, renderers: Mapping[str, str], titles: Mapping[str, str]) -> Spec:
    properties: dict[str, Any] = {}
    for name, one in (spec.get("properties") or {}).items():
        more = {"renderer": renderers[name]} if name in renderers else {}
        more |= {"title": titles[name]} if name in titles else {}
        properties[name] = {**more, **one}
    return {**spec, "properties": properties}

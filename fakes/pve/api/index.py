"""Index pages: what lies below a path, as the schema tree has it or, where Proxmox's own list differs, as it says.

Most of them look at nothing, so they answer for any guest, storage or node. Source: recorded answers of 8.4.1.
"""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError, Handler, route

_WHOLE = (
    "/cluster",
    "/cluster/acme",
    "/cluster/backup-info",
    "/cluster/ceph",
    "/cluster/config",
    "/cluster/firewall",
    "/cluster/ha",
    "/cluster/ha/status",
    "/cluster/jobs",
    "/cluster/mapping",
    "/cluster/notifications",
    "/cluster/notifications/endpoints",
    "/cluster/sdn",
    "/cluster/sdn/vnets/{vnet}/firewall",
    "/access/openid",
    "/nodes/{node}/apt",
    "/nodes/{node}/capabilities",
    "/nodes/{node}/capabilities/qemu",
    "/nodes/{node}/ceph",
    "/nodes/{node}/ceph/cfg",
    "/nodes/{node}/ceph/pool/{name}",
    "/nodes/{node}/certificates",
    "/nodes/{node}/certificates/acme",
    "/nodes/{node}/disks",
    "/nodes/{node}/firewall",
    "/nodes/{node}/hardware",
    "/nodes/{node}/hardware/pci/{pci-id-or-mapping}",
    "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}",
    "/nodes/{node}/qemu/{vmid}/agent",
    "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}",
    "/nodes/{node}/replication/{id}",
    "/nodes/{node}/sdn",
    "/nodes/{node}/sdn/zones/{zone}",
    "/nodes/{node}/services/{service}",
    "/nodes/{node}/storage/{storage}",
    "/nodes/{node}/tasks/{upid}",
    "/",
)
_WITHOUT: dict[str, frozenset[str]] = {
    "/access": frozenset({"permissions"}),
    "/cluster/metrics": frozenset({"export"}),
    "/nodes/{node}": frozenset({"execute", "vncwebsocket"}),
    "/nodes/{node}/ceph/osd/{osdid}": frozenset({"in", "out", "scrub"}),
    "/nodes/{node}/lxc/{vmid}/firewall": frozenset({"log"}),
    "/nodes/{node}/lxc/{vmid}/status": frozenset({"reboot", "resume", "suspend"}),
    "/nodes/{node}/qemu/{vmid}/firewall": frozenset({"log"}),
    "/nodes/{node}/qemu/{vmid}/status": frozenset({"resume"}),
    "/nodes/{node}/scan": frozenset({"lvmthin"}),
}
_LISTED: dict[str, tuple[str, ...]] = {
    # "move" is no path of 8.4.1, yet it is in the list.
    "/nodes/{node}/qemu/{vmid}": (
        *("config", "cloudinit", "pending", "status", "unlink", "vncproxy", "termproxy", "migrate", "resize", "move"),
        *("rrd", "rrddata", "monitor", "agent", "snapshot", "spiceproxy", "sendkey", "firewall", "mtunnel"),
        "remote_migrate",
    ),
}
_CONTAINER = (
    *("config", "pending", "status", "vncproxy", "termproxy", "vncwebsocket", "spiceproxy", "migrate", "clone"),
    *("rrd", "rrddata", "firewall", "snapshot", "resize", "interfaces"),
)


def children(call: Call) -> list[str]:
    """The names of the fixed places below the called path, from the schema."""
    found = call.schema.find(call.method.path)
    return list(found[0].children) if found else []


def _rows(call: Call, names: tuple[str, ...] | list[str]) -> list[dict[str, str]]:
    key = str(call.method.returns.get("child", "{subdir}")).strip("{}")
    return [{key: name} for name in names]


def _whole(call: Call) -> list[dict[str, str]]:
    return _rows(call, children(call))


def _without(path: str) -> Handler:
    hidden = _WITHOUT[path]
    return lambda call: _rows(call, [name for name in children(call) if name not in hidden])


def _listed(path: str) -> Handler:
    return lambda call: _rows(call, _LISTED[path])


for _path in _WHOLE:
    route("GET", _path, kind="fixed")(_whole)
for _path in _WITHOUT:
    route("GET", _path, kind="fixed")(_without(_path))
for _path in _LISTED:
    route("GET", _path, kind="fixed")(_listed(_path))


@route("GET", "/nodes/{node}/lxc/{vmid}")
def container(call: Call) -> list[dict[str, str]]:
    """A container's index looks for the container, unlike a VM's."""
    path = config_path(call.node.name, "lxc", call.params["vmid"])
    if path not in call.datacenter.cfs:
        raise ApiError(500, f"Configuration file '{path}' does not exist")
    return _rows(call, _CONTAINER)

"""Ceph, which is not installed on these nodes: every method answers as a node without its packages does."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.http import ApiError, Handler, route

_CLUSTER = (
    ("GET", "/cluster/ceph/flags"),
    ("PUT", "/cluster/ceph/flags"),
    ("GET", "/cluster/ceph/flags/{flag}"),
    ("PUT", "/cluster/ceph/flags/{flag}"),
    ("GET", "/cluster/ceph/metadata"),
    ("GET", "/cluster/ceph/status"),
)
_BELOW_NODE = {
    "GET": (
        *("cfg/db", "cfg/raw", "cfg/value", "cmd-safety", "crush", "fs", "log", "mds", "mgr", "mon", "osd"),
        *("osd/{osdid}/lv-info", "osd/{osdid}/metadata", "pool", "pool/{name}/status", "rules", "status"),
    ),
    "POST": (
        *("fs/{name}", "init", "mds/{name}", "mgr/{id}", "mon/{monid}", "osd", "osd/{osdid}/in", "osd/{osdid}/out"),
        *("osd/{osdid}/scrub", "pool", "restart", "start", "stop"),
    ),
    "PUT": ("pool/{name}",),
    "DELETE": ("mds/{name}", "mgr/{id}", "mon/{monid}", "osd/{osdid}", "pool/{name}"),
}
_MONITOR = "binary not installed: /usr/bin/ceph-mon"
# Before anything else these look for what they themselves need.
_OTHERS = {
    ("POST", "init"): "Ceph Nautilus required - please run 'pveceph install'",
    ("POST", "mds/{name}"): "binary not installed: /usr/bin/ceph-mds",
    ("POST", "mgr/{id}"): "binary not installed: /usr/bin/ceph-mgr",
}


def _refusing(message: str) -> Handler:
    def refuse(_call: Call) -> None:
        raise ApiError(500, message)

    return refuse


for _verb, _path in _CLUSTER:
    route(_verb, _path, kind="refusal")(_refusing(_MONITOR))
for _verb, _names in _BELOW_NODE.items():
    for _name in _names:
        route(_verb, f"/nodes/{{node}}/ceph/{_name}", kind="refusal")(_refusing(_OTHERS.get((_verb, _name), _MONITOR)))

"""GET /access/permissions: what a user or token may do, path by path."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.http import route

_ALWAYS = ("/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms")


@route("GET", "/access/permissions")
def permissions(call: Call) -> dict[str, dict[str, int]]:
    """Path → privilege → propagate flag; another's permissions need Sys.Audit on /access."""
    principal = call.get("userid") or call.user
    if principal != call.user and principal.partition("!")[0] != call.user:
        call.require("/access", "Sys.Audit")
    path = call.get("path")
    if path:
        return {path: _flags(call, principal, path)}
    paths = dict.fromkeys((*_ALWAYS, *call.datacenter.access.acl))
    for pool in call.datacenter.access.pools.values():
        paths.update(dict.fromkeys(f"/vms/{vmid}" for vmid in pool.vms))
        paths.update(dict.fromkeys(f"/storage/{storage}" for storage in pool.storages))
    found = {one: _flags(call, principal, one) for one in paths}
    return {one: flags for one, flags in found.items() if flags}


def _flags(call: Call, principal: str, path: str) -> dict[str, int]:
    return {name: int(flag) for name, flag in call.datacenter.access.privileges(principal, path).items()}

"""Pools: named sets of guests and storages, up to three levels deep (``prod/web``)."""

from __future__ import annotations

from typing import Any

from fakes.pve.api.cluster.resources import storage_resource
from fakes.pve.call import Call
from fakes.pve.http import ApiError, ForbiddenError, prefixed, route
from fakes.pve.params import split_list
from fakes.pve.permissions import may_modify_permissions, modifying_privileges
from fakes.pve.rows import guest_rows
from fakes.pve.storage import volumes
from fakes.pve.usercfg import Pool, UserConfig

_NOT_OF_MEMBERS = frozenset(("hastate", "lock", "pool", "tags"))


@route("GET", "/pools")
def list_pools(call: Call) -> list[dict[str, Any]]:
    """The pools the caller may audit; with `poolid` that one alone, with its members."""
    access, wanted = call.datacenter.access, call.get("poolid")
    if wanted is not None:
        call.require(f"/pool/{wanted}", "Pool.Audit")
        return [_row(wanted, _existing(access, wanted)) | {"members": _members(call, _existing(access, wanted))}]
    return [
        _row(name, pool) for name, pool in sorted(access.pools.items()) if call.allowed(f"/pool/{name}", "Pool.Audit")
    ]


@route("GET", "/pools/{poolid}")
def read_pool(call: Call) -> dict[str, Any]:
    name = call.params["poolid"]
    pool = _existing(call.datacenter.access, name)
    return _row(name, pool) | {"members": _members(call, pool)}


@route("POST", "/pools")
def create_pool(call: Call) -> None:
    name = call.params["poolid"]
    parent = name.rpartition("/")[0]
    with prefixed("create pool failed"), call.datacenter.edit_access() as access:
        if name in access.pools:
            raise ApiError(500, f"pool '{name}' already exists")
        if parent and parent not in access.pools:
            raise ApiError(500, f"parent '{parent}' of pool '{name}' does not exist")
        access.pools[name] = Pool(comment=call.get("comment") or "")


@route("PUT", "/pools")
@route("PUT", "/pools/{poolid}")
def update_pool(call: Call) -> None:
    """Change the comment, and add or, with `delete`, remove members."""
    with prefixed("update pools failed"), call.datacenter.edit_access() as access:
        pool = _existing(access, call.params["poolid"])
        pool.comment = call.get("comment", pool.comment)
        for vmid in split_list(call.get("vms") or ""):
            _require_modify(call, f"/vms/{vmid}")
            _change_guest(call, access, pool, int(vmid))
        for storage in split_list(call.get("storage") or ""):
            _require_modify(call, f"/storage/{storage}")
            _change_storage(call, pool, storage)


@route("DELETE", "/pools")
@route("DELETE", "/pools/{poolid}")
def delete_pool(call: Call) -> None:
    """Delete a pool without members; members that do not exist any more do not count."""
    name = call.params["poolid"]
    with prefixed("delete pool failed"), call.datacenter.edit_access() as access:
        pool = _existing(access, name)
        content = _first_member(call, access, name, pool)
        if content:
            raise ApiError(500, f"pool '{name}' is not empty (contains {content})")
        del access.pools[name]
        for path in [path for path in access.acl if f"{path}/".startswith(f"/pool/{name}/")]:
            del access.acl[path]


def _existing(access: UserConfig, name: str) -> Pool:
    if name not in access.pools:
        raise ApiError(500, f"pool '{name}' does not exist")
    return access.pools[name]


def _row(name: str, pool: Pool) -> dict[str, Any]:
    return {"poolid": name, "comment": pool.comment} if pool.comment else {"poolid": name}


def _members(call: Call, pool: Pool) -> list[dict[str, Any]]:
    """The rows of the members that exist, as in /cluster/resources but without what their configuration adds."""
    kind, members = call.get("type"), []
    for vmid in sorted(pool.vms, key=str):
        row = guest_rows(call.datacenter).resource(vmid)
        if row is not None and kind in (None, row["type"]):
            members.append({key: value for key, value in row.items() if key not in _NOT_OF_MEMBERS})
    if kind in (None, "storage"):
        reach = volumes(call.datacenter, call.node)
        known = (reach.configs.get(name) for name in sorted(pool.storages))
        members.extend(storage_resource(reach, call.node, config) for config in known if config is not None)
    return members


def _require_modify(call: Call, path: str) -> None:
    if not call.is_root and not may_modify_permissions(call.datacenter.access, call.user, path):
        raise ForbiddenError(f"{path}, {'|'.join(modifying_privileges(path))}")


def _change_guest(call: Call, access: UserConfig, pool: Pool, vmid: int) -> None:
    if call.get("delete"):
        if vmid not in pool.vms:
            raise ApiError(500, f"VM {vmid} is not a pool member")
        del pool.vms[vmid]
        return
    if vmid in pool.vms:
        raise ApiError(500, f"VM {vmid} is already a pool member")
    former = next((name for name, other in access.pools.items() if vmid in other.vms), None)
    if former is not None:
        if not call.get("allow-move"):
            raise ApiError(500, f"VM {vmid} belongs already to pool '{former}' and 'allow-move' is not set")
        call.require(f"/pool/{former}", "Pool.Allocate")
        del access.pools[former].vms[vmid]
    pool.vms[vmid] = None


def _change_storage(call: Call, pool: Pool, storage: str) -> None:
    if call.get("delete"):
        if storage not in pool.storages:
            raise ApiError(500, f"Storage '{storage}' is not a pool member")
        del pool.storages[storage]
        return
    if storage in pool.storages:
        raise ApiError(500, f"Storage '{storage}' is already a pool member")
    pool.storages[storage] = None


def _first_member(call: Call, access: UserConfig, name: str, pool: Pool) -> str | None:
    for other in sorted(access.pools):
        if other.startswith(f"{name}/"):
            return f"pool '{other}'"
    for vmid in sorted(pool.vms, key=str):
        if vmid in call.datacenter.guests:
            return f"VM {vmid}"
    configs = volumes(call.datacenter, call.node).configs
    return next((f"storage '{storage}'" for storage in sorted(pool.storages) if storage in configs), None)

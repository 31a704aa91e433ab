"""Roles: named sets of privileges, built-in and own ones."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, prefixed, route
from fakes.pve.params import split_list
from fakes.pve.tables.roles import BUILTIN_ROLES
from fakes.pve.usercfg import UserConfig


@route("GET", "/access/roles")
def list_roles(call: Call) -> list[dict[str, Any]]:
    own = call.datacenter.access.roles
    return [
        {"roleid": name, "privs": ",".join(sorted(privileges)), "special": int(name in BUILTIN_ROLES)}
        for name, privileges in {**own, **BUILTIN_ROLES}.items()
    ]


@route("GET", "/access/roles/{roleid}")
def read_role(call: Call) -> dict[str, int]:
    return dict.fromkeys(_existing(call.datacenter.access, call.params["roleid"]), 1)


@route("POST", "/access/roles")
def create_role(call: Call) -> None:
    name = call.params["roleid"]
    if name.lower().startswith("pve"):
        raise ParameterError({"roleid": "cannot use role ID starting with the (case-insensitive) 'PVE' namespace"})
    with prefixed("create role failed"), call.datacenter.edit_access() as access:
        if access.role(name) is not None:
            raise ApiError(500, f"role '{name}' already exists")
        access.roles[name] = frozenset(split_list(call.get("privs") or ""))


@route("PUT", "/access/roles/{roleid}")
def update_role(call: Call) -> None:
    """Replace the privileges of a role, or add to them with `append`."""
    name = call.params["roleid"]
    if name in BUILTIN_ROLES:
        raise ApiError(500, f"auto-generated role '{name}' cannot be modified")
    with prefixed("update role failed"), call.datacenter.edit_access() as access:
        kept = _existing(access, name) if call.get("append") else frozenset()
        _existing(access, name)
        access.roles[name] = kept | frozenset(split_list(call.get("privs") or ""))


@route("DELETE", "/access/roles/{roleid}")
def delete_role(call: Call) -> None:
    """Delete an own role; ACL entries that name it are void and vanish."""
    name = call.params["roleid"]
    if name in BUILTIN_ROLES:
        raise ApiError(500, f"auto-generated role '{name}' cannot be deleted")
    with prefixed("delete role failed"), call.datacenter.edit_access() as access:
        _existing(access, name)
        del access.roles[name]
        for entries in access.acl.values():
            for roles in entries.values():
                roles.pop(name, None)


def _existing(access: UserConfig, name: str) -> frozenset[str]:
    privileges = access.role(name)
    if privileges is None:
        raise ApiError(500, f"role '{name}' does not exist")
    return privileges

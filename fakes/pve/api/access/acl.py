"""The access control list: which user, group or token has which role where."""

from __future__ import annotations

from typing import Any

from fakes.pve.acl_paths import is_acl_path, normalized
from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, prefixed, route
from fakes.pve.params import split_list
from fakes.pve.permissions import may_modify_permissions
from fakes.pve.usercfg import Subject, UserConfig

_NO_SUBJECT = "either 'users', 'groups' or 'tokens' is required."


@route("GET", "/access/acl")
def read_acl(call: Call) -> list[dict[str, Any]]:
    """The entries at the paths whose permissions the caller may audit or change."""
    access = call.datacenter.access
    audits = call.allowed("/access", "Sys.Audit")
    return [
        {"path": path, "type": kind, "ugid": subject, "roleid": role, "propagate": int(propagate)}
        for path, entries in access.acl.items()
        if audits or may_modify_permissions(access, call.user, path)
        for (kind, subject), roles in entries.items()
        for role, propagate in roles.items()
    ]


@route("PUT", "/access/acl")
def update_acl(call: Call) -> None:
    """Add or, with `delete`, remove the entries of every given subject and role at a path."""
    params = call.params
    if not any(params.get(name) for name in ("users", "groups", "tokens")):
        raise ParameterError(dict.fromkeys(("users", "groups", "tokens"), _NO_SUBJECT))
    path = normalized(params["path"])
    is_removal = bool(params.get("delete"))
    if path is None or not (is_removal or is_acl_path(path)):
        raise ParameterError({"path": f"invalid ACL path '{params['path']}'"})
    propagate = bool(params.get("propagate", 1))
    with prefixed("ACL update failed"), call.datacenter.edit_access() as access:
        entries = access.acl.setdefault(path, {})
        for role in split_list(params["roles"]):
            if access.role(role) is None:
                raise ApiError(500, f"role '{role}' does not exist")
            for subject in _subjects(access, params):
                if is_removal:
                    entries.get(subject, {}).pop(role, None)
                else:
                    entries.setdefault(subject, {})[role] = propagate


def _subjects(access: UserConfig, params: dict[str, Any]) -> list[Subject]:
    """The subjects of a change; ApiError for the first one that does not exist."""
    found: list[Subject] = []
    for name in split_list(params.get("groups") or ""):
        if name not in access.groups:
            raise ApiError(500, f"group '{name}' does not exist")
        found.append(("group", name))
    for name in split_list(params.get("users") or ""):
        if name not in access.users:
            raise ApiError(500, f"user '{name}' does not exist")
        found.append(("user", name))
    for name in split_list(params.get("tokens") or ""):
        user, _, token = name.partition("!")
        if user not in access.users:
            raise ApiError(500, f"no such user ('{user}')")
        if token not in access.users[user].tokens:
            raise ApiError(500, f"no such token '{token}' for user '{user}'")
        found.append(("token", name))
    return found

"""Groups of users."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, prefixed, route
from fakes.pve.usercfg import Group, UserConfig

_SEES_GROUP = ("User.Modify", "Sys.Audit", "Group.Allocate")


@route("GET", "/access/groups")
def list_groups(call: Call) -> list[dict[str, Any]]:
    """The groups the caller may see, with their members as a comma list."""
    return [
        {"groupid": name, **_comment(group), "users": ",".join(sorted(group.users))}
        for name, group in call.datacenter.access.groups.items()
        if call.allowed(f"/access/groups/{name}", *_SEES_GROUP, any_of=True)
    ]


@route("GET", "/access/groups/{groupid}")
def read_group(call: Call) -> dict[str, Any]:
    group = _existing(call.datacenter.access, call.params["groupid"])
    return {"members": list(group.users), **_comment(group)}


@route("POST", "/access/groups")
def create_group(call: Call) -> None:
    name = call.params["groupid"]
    with prefixed("create group failed"), call.datacenter.edit_access() as access:
        if name in access.groups:
            raise ApiError(500, f"group '{name}' already exists")
        access.groups[name] = Group(comment=call.get("comment") or "")


@route("PUT", "/access/groups/{groupid}")
def update_group(call: Call) -> None:
    with prefixed("update group failed"), call.datacenter.edit_access() as access:
        group = _existing(access, call.params["groupid"])
        group.comment = call.get("comment", group.comment)


@route("DELETE", "/access/groups/{groupid}")
def delete_group(call: Call) -> None:
    """Delete a group, members or not, and take it out of all ACLs."""
    name = call.params["groupid"]
    with prefixed("delete group failed"), call.datacenter.edit_access() as access:
        _existing(access, name)
        del access.groups[name]
        access.forget_subject("group", name)


def _existing(access: UserConfig, name: str) -> Group:
    if name not in access.groups:
        raise ApiError(500, f"group '{name}' does not exist")
    return access.groups[name]


def _comment(group: Group) -> dict[str, str]:
    return {"comment": group.comment} if group.comment else {}

"""Logging in: POST /access/ticket makes a ticket or, with `path` and `privs`, only verifies a login."""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.usercfg import UserConfig

# Which privileges the web interface asks about, by top level of the ACL path.
_CAPABILITIES: dict[str, re.Pattern[str]] = {
    "vms": re.compile(r"VM\.|Permissions\.Modify"),
    "access": re.compile(r"(User|Group)\.|Permissions\.Modify"),
    "storage": re.compile(r"Datastore\.|Permissions\.Modify"),
    "nodes": re.compile(r"Sys\.|Permissions\.Modify"),
    "sdn": re.compile(r"SDN\.|Permissions\.Modify"),
    "dc": re.compile(r"Sys\.Audit|Sys\.Modify|SDN\."),
    "mapping": re.compile(r"Mapping\.|Permissions\.Modify"),
}
_ALWAYS_LOOKED_AT = ("/", "/nodes", "/access/groups", "/vms", "/storage", "/sdn", "/mapping")


@route("GET", "/access/ticket", kind="fixed")
def get_ticket(call: Call) -> None:
    """Nothing; it is there for login pages."""


@route("POST", "/access/ticket")
def create_ticket(call: Call) -> dict[str, Any]:
    """A ticket with its CSRF token, or for `path` and `privs` the user's name alone; `cap` either way."""
    door, access = call.datacenter.door, call.datacenter.access
    user = call.params["username"]
    if call.get("realm"):
        user = f"{user}@{call.params['realm']}"
    path, privileges = call.get("path"), call.get("privs")
    if not door.check_password(user, call.params["password"], otp=call.get("otp")):
        raise ApiError(401, "authentication failure")
    if path and privileges:
        wanted = [name for name in re.split(r"[,;\s]+", privileges) if name]
        if not wanted or not all(name in access.privileges(user, path) for name in wanted):
            raise ApiError(401, "authentication failure")
        answer: dict[str, Any] = {"username": user}
    else:
        answer = {
            "username": user,
            "ticket": door.make_ticket(user),
            "CSRFPreventionToken": door.make_csrf(user),
        }
    answer["cap"] = capabilities(access, user)
    return answer


def capabilities(access: UserConfig, user: str) -> dict[str, dict[str, int]]:
    """The privileges a user has anywhere, by the part of the web interface that asks for them."""
    result: dict[str, dict[str, int]] = {name: {} for name in _CAPABILITIES}
    for path in dict.fromkeys((*_ALWAYS_LOOKED_AT, *access.acl)):
        top = path.split("/")[1] or "dc"
        for privilege in access.privileges(user, path):
            if top == "pool":
                _note_pool(result, privilege)
            elif top in _CAPABILITIES and _CAPABILITIES[top].match(privilege):
                result[top][privilege] = 1
    return result


def _note_pool(result: dict[str, dict[str, int]], privilege: str) -> None:
    if privilege.startswith("VM.") or privilege == "Permissions.Modify":
        result["vms"][privilege] = 1
    if privilege.startswith("Datastore.") or privilege == "Permissions.Modify":
        result["storage"][privilege] = 1

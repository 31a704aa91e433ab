"""Logging in: POST /access/ticket makes a ticket or, with `path` and `privs`, only verifies a login."""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.acl_paths import normalized
from fakes.pve.call import Call
from fakes.pve.datacenter import Datacenter
from fakes.pve.http import ApiError, route
from fakes.pve.logins import LoginError, log_in
from fakes.pve.params import split_list
from fakes.pve.realms import realms
from fakes.pve.usercfg import ROOT, UserConfig

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
    """A ticket with its CSRF token, or for `path` and `privs` the user's name alone; `cap` either way.

    Where a second factor is missing, the ticket is only good for answering the challenge in it.
    """
    datacenter, params = call.datacenter, call.params
    user = f"{params['username']}@{params['realm']}" if params.get("realm") else params["username"]
    user = _spelled_as_known(datacenter, user)
    try:
        challenge = log_in(
            datacenter, user, params["password"], otp=params.get("otp"), challenge=params.get("tfa-challenge")
        )
        if params.get("path") and params.get("privs"):
            _verify(datacenter.access, user, params["path"], params["privs"])
            return {"username": user, "cap": capabilities(datacenter.access, user)}
    except LoginError as error:
        raise ApiError(401, "authentication failure") from error
    door = datacenter.door
    answer: dict[str, Any] = {"username": user, "CSRFPreventionToken": door.make_csrf(user)}
    if challenge is not None:
        return {**answer, "ticket": door.make_challenge(user, challenge), "NeedTFA": 1}
    answer.update(ticket=door.make_ticket(user), cap=capabilities(datacenter.access, user))
    name = datacenter.cluster_name
    if name and (user == ROOT or "Sys.Audit" in datacenter.access.privileges(user, "/")):
        answer["clustername"] = name
    return answer


def _spelled_as_known(datacenter: Datacenter, user: str) -> str:
    """The user as it is written in user.cfg, where its realm does not care about case."""
    realm = realms(datacenter).get(user.rpartition("@")[2])
    if realm is None or realm.options.get("case-sensitive", 1):
        return user
    return next((known for known in datacenter.access.users if known.lower() == user.lower()), user)


def _verify(access: UserConfig, user: str, path: str, privileges: str) -> None:
    wanted, normal = split_list(privileges), normalized(path)
    if normal is None or not wanted or not all(name in access.privileges(user, normal) for name in wanted):
        raise LoginError


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

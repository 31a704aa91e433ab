"""Second factors: list, add, change, remove and unlock."""

from __future__ import annotations

from typing import Any

from fakes.pve.api.access.users import existing_user, visible_users
from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.realms import realms
from fakes.pve.reauthentication import confirm
from fakes.pve.second_factors import SecondFactors

_TYPES = ("totp", "u2f", "webauthn", "yubico")


@route("GET", "/access/tfa")
def list_tfa(call: Call) -> list[dict[str, Any]]:
    """The users with second factors that the caller may see."""
    factors, allowed = call.datacenter.part(SecondFactors), visible_users(call)
    return [
        {"userid": user, "entries": factors.entries(user)}
        for user in factors.users
        if allowed is None or user in allowed
    ]


@route("GET", "/access/tfa/{userid}")
def list_user_tfa(call: Call) -> list[dict[str, Any]]:
    return call.datacenter.part(SecondFactors).entries(call.params["userid"])


@route("GET", "/access/tfa/{userid}/{id}")
def read_tfa(call: Call) -> dict[str, Any]:
    number = call.params["id"]
    for row in call.datacenter.part(SecondFactors).entries(call.params["userid"]):
        if row["id"] == number:
            return row
    raise ApiError(404, f"No such tfa entry '{number}'", bare=True)


@route("POST", "/access/tfa/{userid}")
def add_tfa(call: Call) -> dict[str, Any]:
    """Add a TOTP secret or recovery codes; the user's `keys` become "x" even where that fails afterwards."""
    userid = confirm(call, password_parameter="password")
    kind, value = call.params["type"], call.get("value")
    if kind == "yubico":
        realm = realms(call.datacenter)[userid.rpartition("@")[2]]
        if realm.tfa_type is None:
            raise ApiError(500, f"no yubico otp configuration available for realm {realm.name}")
        raise ApiError(500, "realm is not setup for Yubico OTP")
    _mark(call, userid, "x")
    factors = call.datacenter.part(SecondFactors)
    if kind == "recovery":
        if any(call.get(name) is not None for name in ("totp", "value", "challenge")):
            raise ApiError(500, "generating recovery tokens does not allow additional parameters")
        return {"id": "recovery", "recovery": factors.add_recovery(userid)}
    if kind == "totp" and call.get("challenge") is not None:
        raise ApiError(500, "'challenge' parameter is invalid for 'totp' entries")
    if kind != "totp" and call.get("totp") is not None:
        raise ApiError(500, f"'totp' parameter is invalid for '{kind}' entries")
    description = call.get("description")
    if description is None:
        raise ApiError(500, "'description' is required for new entries")
    if kind != "totp":
        # Security keys would need a browser; without a configuration a node refuses them as well.
        raise ApiError(500, f"no {kind} configuration available")
    if call.get("totp") is None or value is None:
        raise ApiError(500, "'totp' type requires both 'totp' and 'value' parameters")
    return {"id": factors.add_totp(userid, description, call.params["totp"], value)}


@route("PUT", "/access/tfa/{userid}/{id}")
def update_tfa(call: Call) -> None:
    userid = confirm(call, password_parameter="password")
    enable = call.get("enable")
    call.datacenter.part(SecondFactors).update(
        userid, call.params["id"], call.get("description"), enable=None if enable is None else bool(enable)
    )


@route("DELETE", "/access/tfa/{userid}/{id}")
def delete_tfa(call: Call) -> None:
    userid = confirm(call, password_parameter="password")
    if not call.datacenter.part(SecondFactors).remove(userid, call.params["id"]):
        _mark(call, userid, "")


@route("GET", "/access/users/{userid}/tfa")
def user_tfa_types(call: Call) -> dict[str, Any]:
    """The kinds of second factors a user has, and what its realm demands."""
    userid = call.params["userid"]
    name = userid.rpartition("@")[2]
    realm = realms(call.datacenter).get(name)
    if realm is None:
        raise ApiError(500, f"auth domain '{name}' does not exist")
    answer: dict[str, Any] = {"realm": realm.tfa_type} if realm.tfa_type else {}
    data = call.datacenter.part(SecondFactors).users.get(userid, {})
    if not call.get("multiple"):
        return answer
    if data.get("recovery"):
        # Proxmox stumbles over recovery codes, which are no list.
        raise ApiError(500, "Not an ARRAY reference at /usr/share/perl5/PVE/API2/User.pm line 500.")
    return {**answer, "user": [kind for kind in _TYPES if data.get(kind)]}


@route("PUT", "/access/users/{userid}/unlock-tfa")
def unlock_tfa(call: Call) -> int:
    """1 where a user was locked out after too many wrong answers; nobody is ever locked out here."""
    existing = call.datacenter.part(SecondFactors).users
    if call.params["userid"] not in existing:
        raise ApiError(500, "no such user")
    return 0


def _mark(call: Call, userid: str, keys: str) -> None:
    with call.datacenter.edit_access() as access:
        existing_user(access, userid).keys = keys

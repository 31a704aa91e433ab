"""Users: list, read, create, change and delete."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, prefixed, route
from fakes.pve.params import split_list
from fakes.pve.realms import realms
from fakes.pve.second_factors import SecondFactors
from fakes.pve.usercfg import Token, User, UserConfig

_SEES_USERS = ("User.Modify", "Sys.Audit")


@route("GET", "/access/users")
def list_users(call: Call) -> list[dict[str, Any]]:
    """The users the caller may see, which always includes itself."""
    access, full, enabled = call.datacenter.access, call.get("full"), call.get("enabled")
    known_realms = realms(call.datacenter)
    allowed = visible_users(call)
    rows = []
    for userid, user in sorted(access.users.items()):
        if allowed is not None and userid not in allowed:
            continue
        if enabled is not None and user.enable != bool(enabled):
            continue
        row: dict[str, Any] = {**user_fields(user), "userid": userid}
        if full:
            row["groups"] = ",".join(access.groups_of(userid))
            row["tokens"] = [{"tokenid": name, **token_fields(token)} for name, token in user.tokens.items()] or None
        realm = known_realms.get(userid.rpartition("@")[2])
        if realm is not None:
            row["realm-type"] = realm.type
        rows.append(row)
    return rows


def visible_users(call: Call) -> set[str] | None:
    """The users whose data the caller may read, or None for all."""
    if call.allowed("/access/groups", *_SEES_USERS, any_of=True):
        return None
    allowed = {call.user}
    for name, group in call.datacenter.access.groups.items():
        if call.allowed(f"/access/groups/{name}", *_SEES_USERS, any_of=True):
            allowed.update(group.users)
    return allowed


def user_fields(user: User) -> dict[str, Any]:
    """A user's fields as the API shows them: only those that are set."""
    row: dict[str, Any] = {"enable": int(user.enable)}
    if user.expire is not None:
        row["expire"] = user.expire
    for name in ("firstname", "lastname", "comment", "keys"):
        if getattr(user, name):
            row[name] = getattr(user, name)
    # An empty email shows as soon as something stands behind it in the user's line of the file.
    if user.email or user.comment or user.keys:
        row["email"] = user.email
    return row


def token_fields(token: Token) -> dict[str, Any]:
    """A token's fields as the API shows them."""
    row: dict[str, Any] = {"expire": token.expire, "privsep": int(token.privsep)}
    if token.comment:
        row["comment"] = token.comment
    return row


def existing_user(access: UserConfig, userid: str) -> User:
    """The user of an id; ApiError 500 where there is none."""
    user = access.users.get(userid)
    if user is None:
        raise ApiError(500, f"no such user ('{userid}')")
    return user


@route("GET", "/access/users/{userid}")
def read_user(call: Call) -> dict[str, Any]:
    access, userid = call.datacenter.access, call.params["userid"]
    user = existing_user(access, userid)
    tokens = {name: token_fields(token) for name, token in user.tokens.items()}
    return {**user_fields(user), "groups": list(access.groups_of(userid)), "tokens": tokens or None}


@route("POST", "/access/users")
def create_user(call: Call) -> None:
    """A user with its groups; a password is set first, and its failure keeps the user from being made."""
    userid, params = call.params["userid"], call.params
    with prefixed("create user failed"):
        if userid in call.datacenter.access.users:
            raise ApiError(500, f"user '{userid}' already exists")
        if "password" in params:
            call.datacenter.passwords.store(userid, params["password"])
        with call.datacenter.edit_access() as access:
            access.users[userid] = User(enable=bool(params.get("enable", 1)), expire=params.get("expire") or 0)
            _join_groups(access, userid, params.get("groups"))
            _set_fields(access.users[userid], params)


@route("PUT", "/access/users/{userid}")
def update_user(call: Call) -> None:
    """Change what is given; `groups` replaces the memberships unless `append` is set."""
    userid, params = call.params["userid"], call.params
    with prefixed("update user failed"), call.datacenter.edit_access() as access:
        user = existing_user(access, userid)
        if "enable" in params:
            user.enable = bool(params["enable"])
        if "expire" in params:
            user.expire = params["expire"]
        if "groups" in params and not params.get("append"):
            _leave_groups(access, userid)
        _join_groups(access, userid, params.get("groups"))
        _set_fields(user, params)


@route("DELETE", "/access/users/{userid}")
def delete_user(call: Call) -> None:
    """Delete a user with its password, memberships, ACLs and second factors.

    One that is not there is fine too, and root@pam is back at the next look.
    """
    userid = call.params["userid"]
    with prefixed("delete user failed"), call.datacenter.edit_access() as access:
        for token in access.users[userid].tokens if userid in access.users else ():
            call.datacenter.door.forget_token(f"{userid}!{token}")
            access.forget_subject("token", f"{userid}!{token}")
        access.users.pop(userid, None)
        call.datacenter.passwords.forget(userid)
        call.datacenter.part(SecondFactors).forget(userid)
        _leave_groups(access, userid)
        access.forget_subject("user", userid)


def _set_fields(user: User, params: dict[str, Any]) -> None:
    for name in ("firstname", "lastname", "email", "comment", "keys"):
        if name in params:
            setattr(user, name, params[name])


def _join_groups(access: UserConfig, userid: str, groups: str | None) -> None:
    for name in split_list(groups or ""):
        if name not in access.groups:
            raise ApiError(500, f"no such group '{name}'")
        access.groups[name].users[userid] = None


def _leave_groups(access: UserConfig, userid: str) -> None:
    for group in access.groups.values():
        group.users.pop(userid, None)

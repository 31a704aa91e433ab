"""API tokens of a user."""

from __future__ import annotations

from typing import Any

from fakes.pve.api.access.users import existing_user, token_fields
from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.usercfg import Token, UserConfig

_PLACE = "/access/users/{userid}/token"


@route("GET", _PLACE)
def list_tokens(call: Call) -> list[dict[str, Any]]:
    user = existing_user(call.datacenter.access, call.params["userid"])
    return [{"tokenid": name, **token_fields(token)} for name, token in user.tokens.items()]


@route("GET", f"{_PLACE}/{{tokenid}}")
def read_token(call: Call) -> dict[str, Any]:
    return token_fields(_existing(call.datacenter.access, call))


@route("POST", f"{_PLACE}/{{tokenid}}")
def create_token(call: Call) -> dict[str, Any]:
    """A new token; its secret is in this answer and never shown again."""
    userid, tokenid = call.params["userid"], call.params["tokenid"]
    if tokenid in existing_user(call.datacenter.access, userid).tokens:
        raise ParameterError({"tokenid": "Token already exists."})
    with call.datacenter.edit_access() as access:
        access.users[userid].tokens[tokenid] = Token(
            privsep=bool(call.get("privsep", 1)), expire=call.get("expire") or 0, comment=call.get("comment") or ""
        )
    full = f"{userid}!{tokenid}"
    # What was sent comes back as it was sent: a form's numbers are text.
    info: dict[str, Any] = {"privsep": 1, **_as_sent(call)}
    return {"full-tokenid": full, "value": call.datacenter.door.new_token_secret(full), "info": info}


@route("PUT", f"{_PLACE}/{{tokenid}}")
def update_token(call: Call) -> dict[str, Any]:
    with call.datacenter.edit_access() as access:
        token = _existing(access, call)
        token.privsep = bool(call.get("privsep", token.privsep))
        token.expire = call.get("expire", token.expire)
        token.comment = call.get("comment") or token.comment
    return {**token_fields(token), **_as_sent(call)}


@route("DELETE", f"{_PLACE}/{{tokenid}}")
def delete_token(call: Call) -> None:
    full = f"{call.params['userid']}!{call.params['tokenid']}"
    with call.datacenter.edit_access() as access:
        _existing(access, call)
        del access.users[call.params["userid"]].tokens[call.params["tokenid"]]
        access.forget_subject("token", full)
    call.datacenter.door.forget_token(full)


def _existing(access: UserConfig, call: Call) -> Token:
    userid, tokenid = call.params["userid"], call.params["tokenid"]
    user = existing_user(access, userid)
    if tokenid not in user.tokens:
        raise ApiError(500, f"no such token '{tokenid}' for user '{userid}'")
    return user.tokens[tokenid]


def _as_sent(call: Call) -> dict[str, Any]:
    sent = {name: call.given[name] for name in ("privsep", "expire", "comment") if name in call.given}
    return {name: value for name, value in sent.items() if value or name != "comment"}

"""Whether a caller may change a user's password or second factors: others confirm it with their own password."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.http import ApiError, ForbiddenError, ParameterError
from fakes.pve.usercfg import ROOT


def confirm(call: Call, *, password_parameter: str) -> str:
    """The user to be changed; an error where the caller may not, or did not confirm it."""
    userid: str = call.params["userid"]
    if userid not in call.datacenter.access.users:
        raise ApiError(500, f"no such user ('{userid}')")
    if userid == ROOT and not call.is_root:
        raise ForbiddenError
    if not call.is_root:
        password = call.get(password_parameter)
        if password is None:
            raise ParameterError({password_parameter: "password is required to modify user"})
        if not call.datacenter.passwords.is_right(call.user, password):
            raise ApiError(500, "invalid credentials")
    return userid

"""PUT /access/password."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.http import ForbiddenError, route
from fakes.pve.reauthentication import confirm


@route("PUT", "/access/password")
def change_password(call: Call) -> None:
    """Change one's own password, or another's outside realm pam."""
    userid = confirm(call, password_parameter="confirmation-password")
    if not call.is_root and userid != call.user and userid.endswith("@pam"):
        raise ForbiddenError
    call.datacenter.passwords.store(userid, call.params["password"])

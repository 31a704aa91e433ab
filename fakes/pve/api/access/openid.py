"""Logging in through OpenID Connect: the provider is never reachable from the lab."""

from __future__ import annotations

from urllib.parse import urlsplit

from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.realms import realms


@route("POST", "/access/openid/auth-url", kind="refusal")
def authorization_url(call: Call) -> str:
    """Where the browser should go; needs the provider's own description, which cannot be fetched."""
    name = call.params["realm"]
    realm = realms(call.datacenter).get(name)
    if realm is None:
        raise ApiError(500, f"authentication domain '{name}' does not exist")
    if realm.type != "openid":
        raise ApiError(500, f"wrong realm type ({realm.type} != openid)")
    host = urlsplit(str(realm.options["issuer-url"])).hostname
    raise ApiError(
        500, f"Request failed: Dns Failed: resolve dns name '{host}:443': failed to lookup address information"
    )


@route("POST", "/access/openid/login", kind="refusal")
def login(call: Call) -> None:
    """Nobody can have begun a login, so every state is unknown."""
    raise ApiError(401, "authentication failure")

"""The certificates of a node: the cluster's, its own, and one that a user brings."""

from __future__ import annotations

from typing import Any

from fakes.pve import certificates as store
from fakes.pve.call import Call
from fakes.pve.http import ApiError, ParameterError, route


def _custom(call: Call, file: str = store.CUSTOM) -> str:
    return f"nodes/{call.node.name}/{file}"


@route("GET", "/nodes/{node}/certificates/info")
def info(call: Call) -> list[dict[str, Any]]:
    datacenter = call.datacenter
    rows = [
        store.describe(store.AUTHORITY, store.authority_certificate(datacenter)),
        store.describe(store.OWN, store.own_certificate(datacenter, call.node)),
    ]
    custom = datacenter.cfs.read(_custom(call))
    return [*rows, store.describe(store.CUSTOM, custom)] if custom else rows


@route("POST", "/nodes/{node}/certificates/custom")
def upload(call: Call) -> dict[str, Any]:
    cfs, pem, key = call.datacenter.cfs, str(call.params["certificates"]), call.get("key")
    if _custom(call) in cfs and not call.get("force"):
        raise ParameterError({"certificates": "Custom certificate exists but 'force' is not set."})
    if key is None:
        key = cfs.read(_custom(call, store.CUSTOM_KEY))
        if key is None:
            raise ParameterError({"key": "No key provided and no existing key found."})
    try:
        shown = store.describe(store.CUSTOM, pem)
        fits = store.matches(pem, str(key))
    except ValueError as error:
        raise ApiError(500, "failed to read certificate or key") from error
    if not fits:
        raise ApiError(500, "key does not match the certificate")
    cfs.write(_custom(call), f"{pem.strip()}\n")
    cfs.write(_custom(call, store.CUSTOM_KEY), f"{str(key).strip()}\n")
    return shown


@route("DELETE", "/nodes/{node}/certificates/custom")
def delete(call: Call) -> None:
    call.console.say("Deleting custom certificate files")
    for file in (store.CUSTOM, store.CUSTOM_KEY):
        call.datacenter.cfs.delete(_custom(call, file))

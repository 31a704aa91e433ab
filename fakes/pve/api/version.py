"""Version and index of the API."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import route


def version_of(call: Call) -> dict[str, Any]:
    """Version, release and repoid as a node reports them."""
    version = call.schema.version
    return {"version": version, "release": ".".join(version.split(".")[:2]), "repoid": call.schema.repoid}


@route("GET", "/version")
def version(call: Call) -> dict[str, Any]:
    console = call.datacenter.options.get("console")
    return {**version_of(call), **({"console": console} if console else {})}


@route("GET", "/nodes/{node}/version")
def node_version(call: Call) -> dict[str, Any]:
    return version_of(call)

"""The hosts file of a node."""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.call import Call
from fakes.pve.cfs import digest
from fakes.pve.formats_network import is_address
from fakes.pve.http import ApiError, ParameterError, route

HOSTS = "etc/hosts"
CHANGED = "detected modified configuration - file changed by other user? Try again."
_HOST_NAME = re.compile(r"[.\-a-zA-Z0-9]+")


@route("GET", "/nodes/{node}/hosts")
def hosts(call: Call) -> dict[str, Any]:
    text = call.node.files.read(HOSTS) or ""
    return {"data": text, "digest": digest(text)}


@route("POST", "/nodes/{node}/hosts")
def set_hosts(call: Call) -> None:
    known = call.get("digest")
    if known and known != digest(call.node.files.read(HOSTS) or ""):
        raise ApiError(500, CHANGED)
    text: str = call.params["data"]
    problem = hosts_problem(text)
    if problem:
        raise ParameterError({"data": problem})
    call.node.files.write(HOSTS, text)


def hosts_problem(text: str) -> str | None:
    """What is wrong with the first bad line of a hosts file; None where nothing is."""
    for line in text.split("\n"):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        address, *names = re.split(r"\s+", line.rstrip())
        if not is_address(address):
            return f"Invalid IP '{address}'"
        for name in names:
            if not _HOST_NAME.fullmatch(name):
                return f"Invalid Hostname '{name}'"
    return None

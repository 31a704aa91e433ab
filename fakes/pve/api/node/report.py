"""The report of a node for those who help: its files and lists as text."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import datetime

from fakes.pve.api.node.time import timezone_of
from fakes.pve.api.version import version_of
from fakes.pve.call import Call
from fakes.pve.http import route

Command = tuple[str, str]


@route("GET", "/nodes/{node}/report")
def report(call: Call) -> str:
    chapters = {
        "general system info": _system(call),
        "info about storage": _files(call, "/etc/pve/storage.cfg"),
        "info about virtual guests": _guests(call),
        "info about network": _files(call, "/etc/network/interfaces", "/etc/resolv.conf"),
        "info about the cluster": _files(call, "/etc/pve/datacenter.cfg", "/etc/pve/corosync.conf"),
    }
    text = ""
    for title, commands in chapters.items():
        text += f"==== {title} ====\n\n"
        text += "".join(f"# {command}\n\n{output.rstrip()}\n\n" for command, output in commands)
    return text


def _system(call: Call) -> Iterator[Command]:
    version, zone = version_of(call), zoneinfo.ZoneInfo(timezone_of(call.node))
    yield "hostname", call.node.name
    yield "date -R", f"{datetime.fromtimestamp(call.datacenter.clock.now(), zone):%a, %d %b %Y %H:%M:%S %z}"
    kernel = call.node.facts.kernel
    yield "pveversion", f"pve-manager/{version['version']}/{version['repoid']} (running kernel: {kernel})"
    yield from _files(call, "/etc/hosts", "/etc/apt/sources.list")


def _files(call: Call, *paths: str) -> Iterator[Command]:
    for path in paths:
        inside = path.removeprefix("/etc/pve/")
        found = call.node.files.read(path[1:]) if inside == path else call.datacenter.cfs.read(inside)
        yield f"cat {path}", found if found is not None else f"cat: {path}: No such file or directory"


def _guests(call: Call) -> Iterator[Command]:
    for vmid in call.datacenter.guests.on(call.node.name, "qemu"):
        yield from _files(call, f"/etc/pve/nodes/{call.node.name}/qemu-server/{vmid}.conf")

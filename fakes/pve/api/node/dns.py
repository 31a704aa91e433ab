"""The name servers of a node, kept in /etc/resolv.conf."""

from __future__ import annotations

import re

from fakes.pve.call import Call
from fakes.pve.formats_network import is_address
from fakes.pve.http import route

RESOLV_CONF = "etc/resolv.conf"
SERVERS = ("dns1", "dns2", "dns3")
_OURS = re.compile(r"(search|domain|nameserver)\s+")


def parse_resolv_conf(text: str) -> dict[str, str]:
    """The search domain (its first word only) and up to three servers."""
    found: dict[str, str] = {}
    servers: list[str] = []
    for line in text.splitlines():
        search = re.match(r"(?:search|domain)\s+(\S+)", line)
        server = re.match(r"\s*nameserver\s+(\S+)", line)
        if search:
            found["search"] = search[1]
        elif server and is_address(server[1]):
            servers.append(server[1])
    return found | dict(zip(SERVERS, servers, strict=False))


@route("GET", "/nodes/{node}/dns")
def dns(call: Call) -> dict[str, str]:
    return call.node.files.parsed(RESOLV_CONF, parse_resolv_conf)


@route("PUT", "/nodes/{node}/dns")
def set_dns(call: Call) -> None:
    search = call.get("search")
    lines = [f"search {search}"] if search else []
    chosen = dict.fromkeys(call.params[name] for name in SERVERS if call.get(name))
    lines += [f"nameserver {address}" for address in chosen if address != "0.0.0.0"]
    kept = (call.node.files.read(RESOLV_CONF) or "").splitlines()
    lines += [line for line in kept if not _OURS.match(line)]
    call.node.files.write(RESOLV_CONF, "".join(f"{line}\n" for line in lines))

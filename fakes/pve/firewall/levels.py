"""The levels that have a firewall: the datacenter, each node, each guest, each virtual network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fakes.pve.call import Call
from fakes.pve.firewall.config import FirewallConfig, format_firewall, parse_firewall
from fakes.pve.http import ApiError, route
from fakes.pve.sdn.access import SEEN_WITH, require_vnet

CLUSTER_FILE = "firewall/cluster.fw"
MODIFIED = "detected modified configuration - file changed by other user? Try again."


def guest_file(vmid: int) -> str:
    """The firewall file of a guest below /etc/pve."""
    return f"firewall/{vmid}.fw"


def vnet_file(vnet: str) -> str:
    """The firewall file of a virtual network below /etc/pve."""
    return f"sdn/firewall/{vnet}.fw"


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its path in the API, the file of a call, and who may call beyond what the schema says.

    `kind` is what its rules are judged by: cluster, host, vm, ct or vnet (and group inside the cluster's file).
    """

    kind: str
    prefix: str
    file: Callable[[Call], str]
    check: Callable[[Call], None] = lambda call: None

    def read(self, call: Call) -> FirewallConfig:
        """The configuration; shared, not to be changed."""
        return call.datacenter.cfs.parsed(self.file(call), parse_firewall)

    @contextmanager
    def edit(self, call: Call) -> Iterator[FirewallConfig]:
        """A copy of the configuration to change; it is written when the block ends without an error."""
        cfs, path = call.datacenter.cfs, self.file(call)
        config = parse_firewall(cfs.read(path) or "")
        yield config
        text = format_firewall(config)
        if text:
            cfs.write(path, text)
        else:
            cfs.delete(path)

    def serve(self, verb: str, path: str, handler: Callable[[Level, Call], Any], *, kind: str = "") -> None:
        """Register a handler for a path of this level."""

        def run(call: Call) -> Any:
            self.check(call)
            return handler(self, call)

        route(verb, self.prefix + path, kind=kind)(run)


def cluster_config(call: Call) -> FirewallConfig:
    """The datacenter's configuration, whose aliases and sets all levels may use; shared, not to be changed."""
    return call.datacenter.cfs.parsed(CLUSTER_FILE, parse_firewall)


def check_digest(call: Call, current: str) -> None:
    """ApiError where the caller's digest is not the current one."""
    wanted = call.get("digest")
    if wanted and wanted != current:
        raise ApiError(500, MODIFIED)


def _check_vnet(call: Call) -> None:
    require_vnet(call, *(SEEN_WITH if call.method.verb == "GET" else ("SDN.Allocate",)))


CLUSTER = Level("cluster", "/cluster/firewall", lambda call: CLUSTER_FILE)
HOST = Level("host", "/nodes/{node}/firewall", lambda call: f"nodes/{call.node.name}/host.fw")
VM = Level("vm", "/nodes/{node}/qemu/{vmid}/firewall", lambda call: guest_file(call.params["vmid"]))
CT = Level("ct", "/nodes/{node}/lxc/{vmid}/firewall", lambda call: guest_file(call.params["vmid"]))
VNET = Level("vnet", "/cluster/sdn/vnets/{vnet}/firewall", lambda call: vnet_file(call.params["vnet"]), _check_vnet)
LEVELS = (CLUSTER, HOST, VM, CT, VNET)
"""All levels; every one has rules and options."""
NAMING = (CLUSTER, VM, CT)
"""The levels that have aliases and sets of their own."""

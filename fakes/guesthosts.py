"""testinfra hosts of guests: what a clone of the template answers to the automation that logs into it."""

from __future__ import annotations

import hashlib

from testinfra.host import Host

from fakes.host.machine import Machine
from fakes.hosts import simulated_host
from fakes.lab import FakeLab
from fakes.pve.cfs import Tree
from fakes.pve.hypervisor import hypervisor_of
from fixtures.errors import LabError, Problem


def guest_host(lab: FakeLab, node: str, vmid: int) -> Host:
    """The testinfra host of a running guest that has an address and an SSH server; LabError where it lacks one."""
    found = lab.nodes[node]
    guest = hypervisor_of(found.api.datacenter).running(found.api.node, vmid)
    where = f"guest {vmid} on {node}"
    if guest is None:
        raise LabError(Problem(where, "is not running", "start it first"))
    addresses = {mac: ip for mac, ip in guest.addresses.items() if ip}
    if not addresses:
        raise LabError(Problem(where, "has no address", "does the core router serve its segment?"))
    if "openssh-server" not in lab.image_packages:
        raise LabError(Problem(where, "connection refused", "its template has no SSH server"))
    mac, ip = next(iter(addresses.items()))
    own = Tree(now=lab.clock.now)
    own.write("etc/hostname", f"{guest.hostname}\n")
    own.write("etc/network/interfaces", f"iface eth0 inet static\n\taddress {ip}/24\n")
    machine = Machine(
        name=guest.hostname,
        domain=lab.site.domain,
        profile=found.machine.profile,
        own=own,
        mac=mac.lower(),
        product_uuid=hashlib.md5(mac.encode(), usedforsecurity=False).hexdigest(),
        clock=lab.clock,
    )
    for package in {"python3", "sudo"} - lab.image_packages:
        machine.packages.pop(package, None)
    return simulated_host(machine)

"""Mistakes in an inventory, as changes to a loaded site: what an audit must find although every machine is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fakes.furnish import is_management_guest
from fixtures.errors import ConfigError, Problem
from fixtures.inventory import Host, HostInterface
from fixtures.site import Site

Mistake = Callable[[HostInterface], HostInterface]

MISTAKES: Mapping[str, Mistake] = {
    "a PXE entry": lambda interface: interface.model_copy(update={"pxe_boot": True}),
    "no reservation": lambda interface: interface.model_copy(update={"dhcp_reservation": False}),
    "no DNS record": lambda interface: interface.model_copy(update={"host_a_record": False}),
    "MACs in upper case": lambda interface: interface.model_copy(update={"mac": (interface.mac or "").upper()}),
}


def misdeclare(site: Site, whom: str, mistake: str) -> Site:
    """The site with a mistake in the inventory of some hosts, named as "the tenant hypervisor" is.

    ConfigError where nobody is meant or the mistake is unknown.
    """
    change = MISTAKES.get(mistake)
    names = [host.name for host in site.inventory.hosts.values() if _is_meant(site, host, whom)]
    if change is None or not names:
        known = f"known mistakes: {', '.join(sorted(MISTAKES))}"
        raise ConfigError(Problem("inventory", f"cannot give {whom} {mistake!r}", known))
    hosts = {name: _changed(host, change) if name in names else host for name, host in site.inventory.hosts.items()}
    return site.model_copy(update={"inventory": site.inventory.model_copy(update={"hosts": hosts})})


def _is_meant(site: Site, host: Host, whom: str) -> bool:
    if whom == "the management guests":
        return is_management_guest(host)
    spec = site.nodes.get(host.name)
    return spec is not None and whom == f"the {spec.role} hypervisor"


def _changed(host: Host, change: Mistake) -> Host:
    interfaces = {name: change(interface) for name, interface in host.interfaces.items()}
    return host.model_copy(update={"interfaces": interfaces})

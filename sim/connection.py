"""The only module that knows libvirt's Python binding: the lab's networks and nodes on a daemon, by our metadata."""

from __future__ import annotations

import contextlib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fixtures.errors import LabError, Problem
from sim.xml import Mark, read_mark


@dataclass(frozen=True)
class LabObject:
    """A network or a node that libvirt has; `name` is libvirt's, `mark` ours."""

    name: str
    mark: Mark
    is_running: bool


@dataclass(frozen=True)
class Lease:
    """An address that a network's DHCP gave out."""

    mac: str
    ip: str
    hostname: str | None


class Connection:
    """A libvirt daemon, seen through what the lab needs of it. Only objects with our metadata are ever touched."""

    def __init__(self, handle: Any, libvirt: Any) -> None:
        self._handle = handle
        self._libvirt = libvirt

    def version(self) -> str:
        """The daemon's version, such as ``9.0.0``."""
        number = self._handle.getLibVersion()
        return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"

    def security_models(self) -> tuple[str, ...]:
        """The models by which the daemon confines QEMU, such as ``apparmor`` and ``dac``."""
        capabilities = ET.fromstring(self._handle.getCapabilities())
        return tuple(element.text or "" for element in capabilities.findall("host/secmodel/model"))

    def networks(self, site: str) -> tuple[LabObject, ...]:
        """The site's networks, running or not."""
        return tuple(self._ours(self._handle.listAllNetworks(), site, kind="network"))

    def nodes(self, site: str) -> tuple[LabObject, ...]:
        """The site's nodes, running or not."""
        return tuple(self._ours(self._handle.listAllDomains(), site, kind="node"))

    def leases(self, network: str) -> tuple[Lease, ...]:
        """The addresses given out on a network, by its libvirt name."""
        rows = self._handle.networkLookupByName(network).DHCPLeases()
        return tuple(Lease(row["mac"], row["ipaddr"], row.get("hostname")) for row in rows)

    def start_network(self, xml: str) -> None:
        """Define a network, of which there is none of that name, and start it."""
        self._handle.networkDefineXML(xml).create()

    def start_node(self, xml: str) -> None:
        """Define a node, or replace the definition of the one of that name, and start it."""
        self._handle.defineXML(xml).create()

    def remove_network(self, name: str) -> None:
        """Stop a network and forget it."""
        network = self._handle.networkLookupByName(name)
        if network.isActive():
            network.destroy()
        # A network without a definition is gone once it has stopped.
        with contextlib.suppress(self._libvirt.libvirtError):
            network.undefine()

    def remove_node(self, name: str) -> None:
        """Cut a node's power and forget it."""
        domain = self._handle.lookupByName(name)
        if domain.isActive():
            domain.destroy()
        with contextlib.suppress(self._libvirt.libvirtError):
            domain.undefine()

    def is_node_running(self, name: str) -> bool:
        """Whether a node of that libvirt name is there and has power."""
        return any(domain.name() == name and domain.isActive() for domain in self._handle.listAllDomains())

    def foreign(self, name: str, *, kind: str) -> bool:
        """Whether a network or domain of that name exists that is not the lab's."""
        every = self._handle.listAllNetworks() if kind == "network" else self._handle.listAllDomains()
        return any(item.name() == name and read_mark(item.XMLDesc()) is None for item in every)

    def _ours(self, items: list[Any], site: str, *, kind: str) -> Iterator[LabObject]:
        for item in items:
            mark = read_mark(item.XMLDesc())
            if mark and mark.site == site and mark.kind == kind:
                yield LabObject(item.name(), mark, bool(item.isActive()))


@contextlib.contextmanager
def connect(uri: str) -> Iterator[Connection]:
    """A connection for the time of the block; libvirt's complaints inside it become LabError."""
    libvirt = _binding()
    # Without a handler of our own libvirt prints every error before it raises it.
    libvirt.registerErrorHandler(lambda _context, _error: None, None)
    handle = None
    try:
        handle = libvirt.open(uri)
        yield Connection(handle, libvirt)
    except libvirt.libvirtError as error:
        raise LabError(Problem(f"libvirt at {uri}", str(error))) from error
    finally:
        if handle is not None:
            handle.close()


def binding_version() -> str:
    """The version of the Python binding; LabError where it is not installed."""
    number = int(_binding().getVersion())
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"


def _binding() -> Any:
    try:
        import libvirt
    except ImportError:
        hint = "pip install 'labctl[sim]', which builds it and needs libvirt-dev, pkg-config and a C compiler"
        raise LabError(Problem("libvirt-python", "not installed", hint)) from None
    return libvirt

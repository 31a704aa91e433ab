"""What a simulated site consists of: networks and nodes with every fact that a virtual machine of them needs; pure."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from fixtures.errors import ConfigError, Problem
from fixtures.hardware import HardwareProfile, dell_uuid
from fixtures.identity import Host, HostInterface, mac_key
from fixtures.site import NodeSpec, Site

_NAMESPACE = uuid.UUID("3c1f3a0e-6d3b-5d0c-9a51-6b1f0c4e7a10")


@dataclass(frozen=True)
class Reservation:
    """An address that DHCP keeps for a MAC."""

    mac: str
    ip: IPv4Address
    name: str


@dataclass(frozen=True)
class NameRecord:
    """Names that resolve to an address."""

    ip: IPv4Address
    names: tuple[str, ...]


@dataclass(frozen=True)
class NetworkPlan:
    """One segment of the site as a virtual network; `gateway` answers DHCP and DNS on it."""

    name: str
    segment: str
    bridge: str
    subnet: IPv4Network
    gateway: IPv4Address
    domain: str
    pool: tuple[IPv4Address, IPv4Address] | None
    reservations: tuple[Reservation, ...]
    records: tuple[NameRecord, ...]


@dataclass(frozen=True)
class NodePlan:
    """One hypervisor as a virtual machine. `ip` is None where the address will come from the pool."""

    name: str
    domain_name: str
    uuid: uuid.UUID
    serial: str
    network: str
    mac: str
    ip: IPv4Address | None
    profile: HardwareProfile


@dataclass(frozen=True)
class LabPlan:
    """The lab of a site. `notes` say where the lab differs from what the inventory asks for."""

    site: str
    domain: str
    networks: tuple[NetworkPlan, ...]
    nodes: tuple[NodePlan, ...]
    notes: tuple[str, ...]

    def node(self, name: str) -> NodePlan:
        """The node of that name; ConfigError where the plan has none."""
        found = next((node for node in self.nodes if node.name == name), None)
        if found is None:
            known = ", ".join(node.name for node in self.nodes)
            raise ConfigError(Problem(f"site {self.site}", f"no node {name} in the plan", f"it has {known}"))
        return found

    def network_of(self, node: NodePlan) -> NetworkPlan:
        """The network that the node is attached to."""
        return next(network for network in self.networks if network.name == node.network)


def plan_lab(site: Site, only: Collection[str] = ()) -> LabPlan:
    """The plan for all nodes of `site`, or for those named in `only`.

    Raises ConfigError with everything that stands in the way: unknown names, nodes without hardware, unusable segments.
    """
    problems = [
        Problem(f"site {site.name}", f"there is no node {name}", f"it has {', '.join(site.nodes)}")
        for name in only
        if name not in site.nodes
    ]
    chosen = [node for node in site.nodes.values() if not only or node.name in only]
    problems += [problem for node in chosen for problem in _obstacles(site, node)]
    problems += _shared_macs(site, chosen)
    if problems:
        raise ConfigError(*problems)
    if not chosen:
        raise ConfigError(Problem(f"site {site.name}", "it has no nodes, so there is nothing to simulate"))
    segments = dict.fromkeys(_segment_name(site, node) for node in chosen)
    networks = {segment: _network(site, segment) for segment in segments if segment}
    nodes = tuple(_node(site, node, networks[_segment_name(site, node) or ""]) for node in chosen)
    return LabPlan(
        site=site.name,
        domain=site.domain,
        networks=tuple(networks.values()),
        nodes=nodes,
        notes=tuple(note for node in nodes for note in _notes(site, node)),
    )


def _obstacles(site: Site, node: NodeSpec) -> Iterator[Problem]:
    where = f"site {site.name}, node {node.name}"
    if not node.declared or node.hardware is None:
        yield Problem(where, "no hardware is declared for it yet", "there is nothing to simulate before it is chosen")
        return
    segment = _segment_name(site, node)
    if segment is None:
        yield Problem(where, "its segment is not known", "give the node an address or a segment in the inventory")
    elif segment not in site.inventory.vlans:
        yield Problem(where, f"its segment {segment} is not among the inventory's VLANs")
    elif site.inventory.vlans[segment].network is None:
        yield Problem(str(site.inventory.vlans[segment].place), f"segment {segment} has no usable subnet")
    elif _gateway(site, segment) is None:
        yield Problem(str(site.inventory.vlans[segment].place), f"segment {segment} has no usable gateway")


def _shared_macs(site: Site, nodes: list[NodeSpec]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for node in nodes:
        mac = mac_key(node.mac)
        if mac and owners.setdefault(mac, node.name) != node.name:
            yield Problem(f"site {site.name}, node {node.name}", f"its MAC {mac} is also that of {owners[mac]}")


def _segment_name(site: Site, node: NodeSpec) -> str | None:
    if node.segment:
        return node.segment
    found = site.inventory.segment_of(node.ip) if node.ip else None
    return found.name if found else None


def _gateway(site: Site, segment: str) -> IPv4Address | None:
    vlan = site.inventory.vlans[segment]
    candidates = (_ipv4(vlan.gateway), _ipv4(site.gateway))
    return next((address for address in candidates if address and vlan.network and address in vlan.network), None)


def _network(site: Site, segment: str) -> NetworkPlan:
    vlan = site.inventory.vlans[segment]
    gateway = _gateway(site, segment)
    assert vlan.network is not None
    assert gateway is not None
    name = f"labctl-{site.name}-{segment}"
    interfaces = list(_addressed_interfaces(site))
    reserved: dict[IPv4Address, Reservation] = {}
    for host, interface, address in interfaces:
        mac = interface.mac_key
        taken = mac in {reservation.mac for reservation in reserved.values()}
        # The virtual network itself has the gateway's address.
        is_free = address in vlan.network and address != gateway and address not in reserved and not taken
        if interface.dhcp_reservation and mac and is_free:
            reserved[address] = Reservation(mac, address, host.name)
    records: dict[IPv4Address, NameRecord] = {}
    for host, interface, address in interfaces:
        if interface.host_a_record and address not in records:
            records[address] = NameRecord(address, (host.name, *interface.cnames))
    return NetworkPlan(
        name=name,
        segment=segment,
        # Linux allows 15 characters for the name of an interface.
        bridge=f"lab-{hashlib.sha256(name.encode()).hexdigest()[:10]}",
        subnet=vlan.network,
        gateway=gateway,
        domain=site.domain,
        pool=vlan.pool if vlan.pool and all(address in vlan.network for address in vlan.pool) else None,
        reservations=tuple(reserved[address] for address in sorted(reserved)),
        records=tuple(records[address] for address in sorted(records)),
    )


def _addressed_interfaces(site: Site) -> Iterator[tuple[Host, HostInterface, IPv4Address]]:
    for host in site.inventory.hosts.values():
        for interface in host.interfaces.values():
            if interface.address:
                yield host, interface, interface.address


def _node(site: Site, node: NodeSpec, network: NetworkPlan) -> NodePlan:
    identity = f"{site.name}/{node.name}"
    mac = mac_key(node.mac) or invented_mac(identity)
    return NodePlan(
        name=node.name,
        domain_name=f"labctl-{site.name}-{node.name}",
        uuid=_uuid(node.service_tag, identity),
        serial=node.service_tag or f"SIM{node.name.upper()}",
        network=network.name,
        mac=mac,
        ip=next((reservation.ip for reservation in network.reservations if reservation.mac == mac), None),
        profile=site.profile_of(node.name),
    )


def _uuid(service_tag: str | None, identity: str) -> uuid.UUID:
    try:
        return uuid.UUID(dell_uuid(service_tag or ""))
    except ValueError:
        # Another maker's tag says nothing about the UUID of the machine.
        return uuid.uuid5(_NAMESPACE, identity)


def invented_mac(identity: str) -> str:
    """A locally administered MAC in QEMU's range, always the same for the same identity."""
    tail = hashlib.sha256(identity.encode()).hexdigest()[:6]
    return ":".join(("52:54:00", tail[:2], tail[2:4], tail[4:]))


def _notes(site: Site, node: NodePlan) -> Iterator[str]:
    written = site.nodes[node.name].mac
    if mac_key(written) is None:
        yield f"{node.name}: the inventory's MAC is {written or 'missing'}, so the node gets the stand-in {node.mac}"
    if node.ip is None:
        yield f"{node.name}: no DHCP reservation for {node.mac}, so its address comes from the pool"
    if len(node.profile.nics) > 1:
        yield f"{node.name}: only the first of its {len(node.profile.nics)} network ports is connected"


def _ipv4(text: str | None) -> IPv4Address | None:
    try:
        return IPv4Address(text or "")
    except ValueError:
        return None

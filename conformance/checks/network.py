"""Where the node and its guests get their network from."""

from __future__ import annotations

from dataclasses import replace

from conformance.checks import check
from conformance.checks.macs import owners
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, failed, not_applicable, unknown
from conformance.snapshot import Guest
from fixtures.inventory import Host, HostInterface

DYNAMIC = frozenset({"dhcp", "auto", "manual", ""})


@check(
    "NET-01",
    expects="the only default route goes to the site's management gateway",
    reads=("net.default_gateways",),
    hint="the core router is the way out; look at /etc/network/interfaces",
)
def behind_core_router(facts: Facts) -> Outcome:
    """The node's upstream is the core router."""
    gateways, wanted = facts.snapshot.texts("net.default_gateways"), facts.site.gateway
    if not gateways:
        return unknown("no default route known")
    if wanted is None:
        return unknown(f"the gateway of site {facts.site.name} is not known")
    claims = [Claim(gateway == wanted, f"default via {gateway}") for gateway in dict.fromkeys(gateways)]
    return replace(all_of(claims), expected=f"the only default route goes to {wanted}")


@check(
    "NET-02",
    expects="no guest with a static ipconfig",
    reads=("guests",),
    hint="guests take their address from the core router's DHCP; fixed addresses are reservations there",
)
def guests_use_dhcp(facts: Facts) -> Outcome:
    """Guests get their settings by DHCP."""
    guests = facts.guests
    if guests is None:
        return unknown("the guests are not known")
    if not guests:
        return not_applicable("no guests")
    return all_of(_uses_dhcp(guest) for guest in guests)


def _uses_dhcp(guest: Guest) -> Claim:
    if guest.ipconfig is None:
        return Claim(None, f"the address settings of {guest.label} are not known")
    static = [entry for entry in guest.ipconfig if is_static(entry)]
    return Claim(not static, f"{guest.label}: {'; '.join(static) or 'DHCP'}")


def is_static(entry: str) -> bool:
    """Whether an ipconfig entry (``dhcp``, or ``ip=…,gw=…``) fixes an address."""
    for part in entry.split(","):
        key, equals, value = part.strip().partition("=")
        address = (value if equals else key).strip().casefold()
        if address not in DYNAMIC:
            return True
    return False


@check(
    "NET-03",
    expects="each running guest has the address that the inventory gives its MAC",
    reads=("guests",),
    hint="an address from the dynamic pool means that the reservation is missing or of another MAC",
)
def mapped_addresses(facts: Facts) -> Outcome:
    """Known guests keep their mapped address."""
    guests = facts.guests
    if guests is None:
        return unknown("the guests are not known")
    if not guests:
        return not_applicable("no guests")
    if facts.inventory is None:
        return unknown("no inventory was read")
    known = owners(facts.inventory)
    claims = [claim for guest in guests if guest.status == "running" for claim in _has_address(guest, known)]
    unsure = [Claim(None, f"the state of {guest.label} is not known") for guest in guests if guest.status is None]
    return all_of((*claims, *unsure) or (Claim(None, "no running guest with a MAC of the inventory"),))


def _has_address(guest: Guest, known: dict[str, tuple[tuple[Host, HostInterface], ...]]) -> list[Claim]:
    if guest.macs is None:
        return [Claim(None, f"the MACs of {guest.label} are not known")]
    found = [(mac, nic) for mac in guest.macs for _, nic in known.get(mac.casefold(), ())]
    return [_keeps(guest, mac, nic) for mac, nic in found]


def _keeps(guest: Guest, mac: str, nic: HostInterface) -> Claim:
    if not guest.live_ipv4:
        return Claim(None, f"no live address of {guest.label}")
    if nic.ip is None:
        return Claim(None, f"the inventory has no address for {mac}")
    live = ", ".join(guest.live_ipv4)
    return Claim(nic.ip.split("/")[0] in guest.live_ipv4, f"{guest.label} has {live}, inventory {nic.ip}")


@check(
    "ID-01",
    expects="hostname, Proxmox node name and inventory name are the same",
    reads=("hostname", "pve_node_name"),
    hint="renaming a Proxmox node moves its guests' files below /etc/pve/nodes",
)
def node_name(facts: Facts) -> Outcome:
    """The node has one name everywhere."""
    node = facts.snapshot.node
    hostname, pve_name = facts.snapshot.text("hostname"), facts.snapshot.text("pve_node_name")
    listed = None if facts.inventory is None else facts.own_host is not None
    return all_of(
        (
            Claim(None if hostname is None else hostname.split(".")[0] == node, f"hostname {hostname}"),
            Claim(None if pve_name is None else pve_name == node, f"Proxmox node {pve_name}"),
            Claim(
                listed,
                f"{node} is {'in' if listed else 'not in' if listed is False else 'not looked up in'} the inventory",
            ),
        )
    )


@check("ID-02", expects="vmbr0 has the address of the inventory", reads=("net.vmbr0_ipv4",))
def node_address(facts: Facts) -> Outcome:
    """The node's management address is the inventory's."""
    found = facts.snapshot.text("net.vmbr0_ipv4")
    host = facts.own_host
    wanted = host.primary.ip if host is not None and host.primary is not None else None
    if found is None or wanted is None:
        return unknown(f"vmbr0 {found or 'not known'}, inventory {wanted or 'not known'}")
    return all_of((Claim(found.split("/")[0] == wanted.split("/")[0], f"vmbr0 {found}, inventory {wanted}"),))


@check("ID-03", expects="the uplink port has the MAC of the inventory", reads=("nics",))
def node_mac(facts: Facts) -> Outcome:
    """The uplink port is the one in the inventory."""
    host = facts.own_host
    written = host.primary.mac if host is not None and host.primary is not None else None
    if written is None or written.strip().casefold() == "unknown":
        hint = "read it on the node and write it down (documentation finding F-06)"
        return unknown(f"the inventory says {written or 'nothing'}", where=_mac_place(host), hint=hint)
    uplinks = facts.uplinks
    if uplinks is None:
        return unknown("the uplink port is not known")
    macs = [port.mac for port in uplinks if port.mac is not None]
    if any(mac.casefold() == written.casefold() for mac in macs):
        return all_of((Claim(True, f"{written}"),))
    if len(macs) < len(uplinks) or not macs:
        return unknown("the MAC of the uplink port is not known")
    return failed(f"{', '.join(macs)}, inventory {written}", where=_mac_place(host))


def _mac_place(host: Host | None) -> str:
    nic = host.primary if host is not None else None
    return str(nic.mac_at) if nic is not None and nic.mac_at is not None else "inventory"


@check("AVL-01", expects="every guest starts with the node", reads=("guests",), hint="set onboot: 1")
def starts_at_boot(facts: Facts) -> Outcome:
    """Management guests come back after a power cut."""
    guests = facts.guests
    if guests is None:
        return unknown("the guests are not known")
    if not guests:
        return not_applicable("no guests")
    return all_of(
        Claim(guest.onboot, f"{guest.label}: onboot {'not known' if guest.onboot is None else int(guest.onboot)}")
        for guest in guests
    )

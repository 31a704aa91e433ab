"""Deterministic MAC addresses: written down, made outside Proxmox, unique, and what rests on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from conformance.checks import check
from conformance.facts import Facts
from conformance.findings import Claim, Outcome, all_of, not_applicable, unknown
from conformance.snapshot import Guest
from fixtures.identity import MAC_AS_WRITTEN_BY_RULE, ipv4
from fixtures.inventory import Host, HostInterface, Inventory

PROXMOX_PREFIX = "bc:24:11"


def owners(inventory: Inventory) -> dict[str, tuple[tuple[Host, HostInterface], ...]]:
    """Who owns each MAC of the inventory, the MAC in lower case as it is written."""
    found: dict[str, tuple[tuple[Host, HostInterface], ...]] = {}
    for host in inventory.hosts.values():
        for interface in host.interfaces.values():
            if interface.mac:
                key = interface.mac.casefold()
                found[key] = (*found.get(key, ()), (host, interface))
    return found


def _nothing_to_check(facts: Facts, *, needs_inventory: bool = True) -> Outcome | None:
    if facts.guests is None:
        return unknown("the guests are not known")
    if not facts.guests:
        return not_applicable("no guests")
    return unknown("no inventory was read") if needs_inventory and facts.inventory is None else None


@check(
    "MAC-01",
    expects="every guest MAC written down in the inventory",
    reads=("guests",),
    hint="write the MAC into the host's variables, or give the guest the MAC that is written there",
)
def written_down(facts: Facts) -> Outcome:
    """No MAC that nobody wrote down."""
    if (early := _nothing_to_check(facts)) is not None:
        return early
    known = owners(facts.inventory or Inventory())
    claims = [claim for guest in facts.guests or () for claim in _macs(guest, lambda mac: mac.casefold() in known)]
    return all_of(claims)


def _macs(guest: Guest, holds: Callable[[str], bool]) -> list[Claim]:
    if guest.macs is None:
        return [Claim(None, f"the MACs of {guest.label} are not known")]
    return [Claim(holds(mac), f"{guest.label} {mac}") for mac in guest.macs]


@check(
    "MAC-02",
    expects="no guest MAC with Proxmox's own prefix",
    reads=("guests", "mac_prefix"),
    hint="a MAC that Proxmox made up stays one, even when it was copied into the inventory",
)
def made_outside(facts: Facts) -> Outcome:
    """MACs are generated outside Proxmox."""
    if (early := _nothing_to_check(facts, needs_inventory=False)) is not None:
        return early
    own = (facts.snapshot.text("mac_prefix") or "").strip().casefold()
    prefixes = (PROXMOX_PREFIX, own) if own else (PROXMOX_PREFIX,)
    return all_of(
        claim
        for guest in facts.guests or ()
        for claim in _macs(guest, lambda mac: not mac.casefold().startswith(prefixes))
    )


@check(
    "MAC-03",
    expects="each guest MAC belongs to the inventory host of the same name",
    reads=("guests",),
    hint="two guests may have each other's MAC",
)
def names_match(facts: Facts) -> Outcome:
    """Name and MAC map one to one between Proxmox and the inventory."""
    if (early := _nothing_to_check(facts)) is not None:
        return early
    known = owners(facts.inventory or Inventory())
    claims = []
    for guest in facts.guests or ():
        if guest.macs is None:
            claims.append(Claim(None, f"the MACs of {guest.label} are not known"))
        claims += [_owned(guest, mac, known[mac.casefold()]) for mac in guest.macs or () if mac.casefold() in known]
    return all_of(claims or (Claim(None, "no guest MAC is in the inventory"),))


def _owned(guest: Guest, mac: str, found: tuple[tuple[Host, HostInterface], ...]) -> Claim:
    names = [host.name for host, _ in found]
    same = None if guest.name is None else guest.name.casefold() in [name.casefold() for name in names]
    return Claim(same, f"{guest.label} {mac}: inventory host {', '.join(names)}")


@check(
    "MAC-04",
    expects="no MAC twice at the site",
    reads=("guests",),
    hint="a guest restored on the other node keeps its MAC",
)
def unique(facts: Facts) -> Outcome:
    """No two guests of the site share a MAC."""
    if (early := _nothing_to_check(facts, needs_inventory=False)) is not None:
        return early
    unseen = [guest.label for guest in facts.guests or () if guest.macs is None]
    places = [(mac.casefold(), guest.label) for guest in facts.guests or () for mac in guest.macs or ()]
    places += [(mac.casefold(), f"a guest of {peer.node}") for peer in facts.peers for mac in peer.guest_macs or ()]
    twice = [mac for mac, count in Counter(mac for mac, _ in places).items() if count > 1]
    blind = [peer.node for peer in facts.peers if peer.guest_macs is None] if facts.peers else ["the other node"]
    outcome = all_of(
        (
            *(Claim(False, f"{mac}: {', '.join(who for what, who in places if what == mac)}") for mac in twice),
            *(Claim(None, f"the MACs of {label} are not known") for label in unseen),
            Claim(True, f"{len(places)} MACs"),
        )
    )
    return outcome.noting(f"the guests of {', '.join(blind)} are not known" if blind else "")


@check(
    "MAC-05",
    expects="an inventory host with a static address, a DHCP reservation and an A record for each guest",
    reads=("guests", "dns"),
    hint="ip must be an address, dns.dhcp_reservation and dns.host_a_record true",
)
def reserved(facts: Facts) -> Outcome:
    """DHCP and DNS rest on the fixed MAC."""
    if (early := _nothing_to_check(facts)) is not None:
        return early
    return all_of(_reservation(guest, facts) for guest in facts.guests or ())


def _reservation(guest: Guest, facts: Facts) -> Claim:
    host = facts.host_named(guest.name)
    if host is None:
        return Claim(None if guest.name is None else False, f"{guest.label} is not in the inventory")
    own = {mac.casefold() for mac in guest.macs or ()}
    by_mac = [nic for nic in host.interfaces.values() if (nic.mac or "").casefold() in own]
    lacks = [_lacks(nic, guest, facts) for nic in by_mac or host.interfaces.values()] or ["no interface"]
    # With the MAC known, every one of its interfaces counts; else one good interface of the host is enough.
    wrong = [text for text in lacks if text]
    bad = bool(wrong) if by_mac else len(wrong) == len(lacks)
    return Claim(not bad, f"{guest.label}: {'; '.join(wrong)}" if bad else guest.label)


def _lacks(nic: HostInterface, guest: Guest, facts: Facts) -> str:
    address = ipv4(nic.ip)
    answers = facts.snapshot.texts(f"dns.{guest.name}")
    faults = [] if address else [f"ip is {nic.ip or 'not set'}"]
    faults += [] if nic.dhcp_reservation else ["no DHCP reservation"]
    faults += [] if nic.host_a_record else ["no A record"]
    if answers is not None and address and str(address) not in answers:
        faults.append(f"the A record is {', '.join(answers) or 'absent'}, not {address}")
    return f"{nic.name}: {', '.join(faults)}" if faults else ""


@check(
    "MAC-07",
    expects="every MAC of the inventory in lower case with colons",
    hint="write it as 02:de:20:03:00:01",
)
def format_of_macs(facts: Facts) -> Outcome:
    """Inventory MACs follow the format rule."""
    if facts.inventory is None:
        return unknown("no inventory was read")
    interfaces = [(host, nic) for host in facts.inventory.hosts.values() for nic in host.interfaces.values()]
    written = [(host, nic) for host, nic in interfaces if nic.mac is not None]
    if not written:
        return unknown("no MAC in the inventory")
    wrong = [(host, nic) for host, nic in written if not MAC_AS_WRITTEN_BY_RULE.fullmatch(nic.mac or "")]
    places = ", ".join(str(nic.mac_at) for _, nic in wrong if nic.mac_at)
    if not wrong:
        return all_of((Claim(True, f"{len(written)} MACs"),))
    return all_of((Claim(False, f"{host.name} {nic.name}: {nic.mac!r}") for host, nic in wrong), where=places)

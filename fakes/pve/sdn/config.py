"""What is configured below /etc/pve/sdn, what of it runs, and the difference that waits to be applied."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fakes.pve.cfs import digest
from fakes.pve.datacenter import Datacenter
from fakes.pve.sections import Section, format_sections, parse_sections

RUNNING = "sdn/.running-config"
Object = dict[str, Any]
Objects = dict[str, Object]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of SDN object: its file, its path in the API, and what Proxmox calls it in messages.

    `required` are the options each type needs, `optional` those it may have beyond `shared`.
    """

    name: str
    key: str
    path: str
    unknown: str
    required: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]]
    shared: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    always: tuple[Section, ...] = ()

    @property
    def file(self) -> str:
        return f"sdn/{self.name}.cfg"

    @property
    def noun(self) -> str:
        return f"sdn {self.key} object"

    def allowed(self, kind: str) -> tuple[str, ...]:
        """All options of a type."""
        return (*self.required.get(kind, ()), *self.optional.get(kind, ()), *self.shared)


ZONES = Kind(
    "zones",
    "zone",
    "/cluster/sdn/zones",
    "sdn '{}' does not exist",
    {
        "simple": (),
        "vlan": ("bridge",),
        "qinq": ("bridge", "tag"),
        "vxlan": ("peers",),
        "evpn": ("controller", "vrf-vxlan"),
        "faucet": ("dp-id",),
    },
    {
        "simple": ("dhcp",),
        "vlan": ("bridge-disable-mac-learning",),
        "qinq": ("vlan-protocol", "bridge-disable-mac-learning"),
        "vxlan": ("vxlan-port",),
        "evpn": (
            *("exitnodes", "exitnodes-local-routing", "exitnodes-primary", "advertise-subnets"),
            *("disable-arp-nd-suppression", "mac", "rt-import", "vxlan-port"),
        ),
    },
    ("nodes", "mtu", "dns", "reversedns", "dnszone", "ipam"),
)
VNETS = Kind(
    "vnets",
    "vnet",
    "/cluster/sdn/vnets",
    "sdn vnet '{}' does not exist",
    {"vnet": ("zone",)},
    {"vnet": ("tag", "alias", "vlanaware", "isolate-ports")},
)
SUBNETS = Kind(
    "subnets",
    "subnet",
    "/cluster/sdn/vnets/{vnet}/subnets",
    "sdn subnet '{}' does not exist",
    {"subnet": ("vnet",)},
    {"subnet": ("gateway", "snat", "dnszoneprefix", "dhcp-range", "dhcp-dns-server")},
    lists=("dhcp-range",),
)
CONTROLLERS = Kind(
    "controllers",
    "controller",
    "/cluster/sdn/controllers",
    "sdn '{}' does not exist",
    {
        "evpn": ("asn", "peers"),
        "bgp": ("node", "asn", "peers"),
        "isis": ("node", "isis-domain", "isis-ifaces", "isis-net"),
    },
    {
        "bgp": ("ebgp", "ebgp-multihop", "loopback", "bgp-multipath-as-path-relax"),
        "isis": ("loopback",),
    },
)
IPAMS = Kind(
    "ipams",
    "ipam",
    "/cluster/sdn/ipams",
    "sdn '{}' does not exist",
    {"netbox": ("url", "token"), "phpipam": ("url", "token", "section")},
    {"netbox": ("fingerprint",), "phpipam": ("fingerprint",)},
    # The built-in IPAM is there without being written down, and comes back when it is removed.
    always=(Section("pve", "pve"),),
)
DNS = Kind(
    "dns",
    "dns",
    "/cluster/sdn/dns",
    "sdn '{}' does not exist",
    {"powerdns": ("url", "key")},
    {"powerdns": ("ttl", "reversemaskv6", "reversev6mask", "fingerprint")},
)
APPLIED = (CONTROLLERS, SUBNETS, VNETS, ZONES)
"""The kinds that are configured first and take effect when they are applied."""


def file_digest(datacenter: Datacenter, kind: Kind) -> str:
    """The SHA-1 of a kind's file, that of nothing where there is none."""
    return digest(datacenter.cfs.read(kind.file) or "")


def configured(datacenter: Datacenter, kind: Kind) -> Objects:
    """The configured objects by id, with their type and typed options, as a copy."""
    sections = datacenter.cfs.parsed(kind.file, parse_sections)
    extra = {one.id: one for one in kind.always if one.id not in sections}
    return {name: _typed(datacenter, kind, one) for name, one in {**sections, **extra}.items()}


def _typed(datacenter: Datacenter, kind: Kind, section: Section) -> Object:
    params = datacenter.schema.methods["POST", kind.path].params
    result: Object = {"type": section.type}
    for key, value in section.options.items():
        if key in kind.lists:
            result[key] = section.values(key)
        elif params.get(key, {}).get("type") in ("integer", "boolean") and value.isdigit():
            result[key] = int(value)
        else:
            result[key] = value
    return result


def write(datacenter: Datacenter, kind: Kind, objects: Objects) -> None:
    """Make `objects` the configuration of a kind."""
    sections = []
    for name, one in objects.items():
        options = {key: _text(value) for key, value in one.items() if key != "type"}
        sections.append(Section(one["type"], name, options))
    required = {option for options in kind.required.values() for option in options}
    datacenter.cfs.write(kind.file, format_sections(sections, required))


def _text(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def running(datacenter: Datacenter, kind: Kind) -> Objects:
    """The objects of a kind as they were applied last."""
    stored: Objects = datacenter.cfs.parsed(RUNNING, _load).get(kind.name, {}).get("ids", {})
    return {name: dict(one) for name, one in stored.items()}


def _load(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(text) if text else {}
    return loaded


def apply(datacenter: Datacenter) -> None:
    """Make everything that is configured run."""
    version = int(datacenter.cfs.parsed(RUNNING, _load).get("version", 0)) + 1
    state: dict[str, Any] = {kind.name: {"ids": configured(datacenter, kind)} for kind in APPLIED}
    datacenter.cfs.write(RUNNING, json.dumps({**state, "version": version}, sort_keys=True))


def with_pending(now: Objects, wanted: Objects, identity: Iterable[str]) -> Objects:
    """What runs, with `state` and `pending` where the configuration differs.

    `identity` are the options that an object is known by: they are never pending.
    """
    known, result = frozenset(identity), {}
    for name in sorted({*now, *wanted}):
        result[name] = _difference(now.get(name), wanted.get(name), known)
    return result


def _difference(now: Object | None, wanted: Object | None, identity: frozenset[str]) -> Object:
    if wanted is None:
        return {**(now or {}), "state": "deleted", "pending": {}}
    row: Object = {**(now or {}), **{key: value for key, value in wanted.items() if key in identity}}
    pending: Object = {}
    for key in sorted({*(now or {}), *wanted} - identity):
        if key not in wanted:
            pending[key] = "deleted"
        elif now is None or now.get(key) != wanted[key]:
            pending[key] = ",".join(wanted[key]) if isinstance(wanted[key], list) else wanted[key]
    if now is None:
        return {**row, "state": "new", "pending": pending}
    return {**row, "state": "changed", "pending": pending} if pending else row

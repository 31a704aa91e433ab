"""`/etc/network/interfaces` as Proxmox reads it: one row of settings per interface.

A row has the keys of the API's answers (`type`, `method`, `cidr`, `bridge_ports`, …); lines that belong to no
interface are kept apart. `interfaces_file` writes the same rows. Source: recorded answers, ifupdown2.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
FIRST_PRIORITY = 2
BOND_MODES = ("balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb")
_SPELLINGS = {
    "bond-slaves": "slaves",
    "bond_slaves": "slaves",
    "bond-xmit-hash-policy": "bond_xmit_hash_policy",
    "bond-mode": "bond_mode",
    "bond-miimon": "bond_miimon",
    "bridge-vlan-aware": "bridge_vlan_aware",
    "bridge-fd": "bridge_fd",
    "bridge-stp": "bridge_stp",
    "bridge-ports": "bridge_ports",
    "bridge-vids": "bridge_vids",
}
# Options of the interface as a whole; the others belong to one address family or are kept as they are written.
_SHARED = frozenset(
    (
        *(
            "bond_miimon",
            "bond_mode",
            "bond-primary",
            "bond_xmit_hash_policy",
            "bridge_fd",
            "bridge_stp",
            "bridge_vids",
        ),
        *("mtu", "vlan-protocol", "vlan-id", "vlan-raw-device", "uplink-id"),
        *("bridge-access", "bridge-learning"),
        *("bridge-arp-nd-suppress", "bridge-unicast-flood", "bridge-multicast-flood", "bridge_ageing"),
        *("ovs_type", "ovs_options", "ovs_bridge", "ovs_bonds", "ovs_ports", "ovs_mtu", "ovs_tag"),
    )
)
_OF_FAMILY = ("address", "netmask", "broadcast", "gateway")
_STANZA = re.compile(r"\s*iface\s+(\S+)\s+(inet6?)\s+(\S+)\s*")
_NEW_STANZA = re.compile(r"\s*(iface|mapping|auto|source|source-directory|allow-\S+)\s")
PHYSICAL = re.compile(r"(?:eth\d+|en[^:.]+|ib[^:.]+)")


@dataclass(slots=True)
class Interfaces:
    """All interfaces by name, and the other lines of the file with the place they had in it."""

    rows: dict[str, Row] = field(default_factory=dict)
    others: list[tuple[int, str]] = field(default_factory=list)


def parse_interfaces(text: str, physical: Iterable[str] = (), active: Iterable[str] = ()) -> Interfaces:
    """The interfaces of a file; `physical` cards exist also where the file does not name them, `active` ones are up."""
    reader = _Reader(Interfaces({name: {"exists": 1} for name in physical}))
    reader.read(text.splitlines())
    found = reader.found
    for name in active:
        if name in found.rows:
            found.rows[name]["active"] = 1
    for name in list(found.rows):
        _complete(name, found.rows)
    return found


class _Reader:
    """Reads the lines of a file one after the other."""

    def __init__(self, found: Interfaces) -> None:
        self.found = found
        self._priority = FIRST_PRIORITY

    def read(self, lines: list[str]) -> None:
        position = 0
        while position < len(lines):
            line = lines[position]
            position += 1
            stanza = _STANZA.fullmatch(line)
            if line.lstrip().startswith("#"):
                continue
            if re.match(r"\s*auto\s", line):
                for name in line.split()[1:]:
                    self.found.rows.setdefault(name, {})["autostart"] = 1
            elif stanza:
                position = self._stanza(stanza[1], stanza[2], stanza[3], lines, position)
            elif re.search(r"\w", line):
                self.found.others.append((self._next(), line))

    def _next(self) -> int:
        self._priority += 1
        return self._priority - 1

    def _stanza(self, name: str, family: str, method: str, lines: list[str], position: int) -> int:
        row = self.found.rows.setdefault(name, {})
        if "priority" not in row:
            row["priority"] = self._next()
        row.setdefault("families", []).append(family)
        suffix = family.removeprefix("inet")
        row[f"method{suffix}"] = method
        while position < len(lines):
            line = lines[position]
            comment = re.fullmatch(r"\s*#(.*?)\s*", line)
            option = re.fullmatch(r"\s*(\S+)\s+(.+)", line)
            if comment:
                row[f"comments{suffix}"] = row.get(f"comments{suffix}", "") + f"{comment[1]}\n"
            elif option and not _NEW_STANZA.match(line):
                _take(row, suffix, option[1], option[2])
            else:
                break
            position += 1
        return position


def _take(row: Row, suffix: str, written: str, value: str) -> None:
    key = _SPELLINGS.get(written, written)
    if key in _OF_FAMILY:
        row[key + suffix] = value
    elif key in ("slaves", "bridge_ports"):
        row[key] = " ".join(sorted({port for port in value.split() if port != "none"}))
    elif key == "bridge_vlan_aware":
        row[key] = 1
    elif key == "bridge_stp":
        row[key] = "on" if value.strip().lower() in ("on", "yes") else "off"
    elif key == "bond_mode":
        row[key] = BOND_MODES[int(value)] if value.isdigit() and int(value) < len(BOND_MODES) else value
    elif key in _SHARED:
        row[key] = value
    else:
        row.setdefault(f"options{suffix}", []).append(f"{written} {value}")


def _complete(name: str, rows: dict[str, Row]) -> None:
    """Add what follows from an interface's name and settings."""
    row = rows[name]
    row["type"] = type_of(name, row)
    if row["type"] == "bridge":
        row.setdefault("bridge_stp", "off")
        if row["bridge_stp"] == "off":
            row.setdefault("bridge_fd", "0")
        row.setdefault("bridge_ports", "")
    elif row["type"] in ("alias", "vlan"):
        _complete_child(name, row, rows)
    for suffix, length in (("", "32"), ("6", "128")):
        _complete_address(row, suffix, length)
    if "comments6" in row:
        row["comments"] = row.get("comments", "") + row.pop("comments6")
    row.setdefault("method", "manual")
    row.setdefault("method6", "manual")
    row.setdefault("families", ["inet"])


def type_of(name: str, row: Row) -> str:
    """The type of an interface by its settings and its name; "unknown" where neither tells."""
    if row.get("ovs_type"):
        return str(row["ovs_type"])
    if name == "lo":
        return "loopback"
    if re.fullmatch(r"bond\d+", name):
        return "bond"
    if re.fullmatch(r"vmbr\d+", name) or "bridge_ports" in row:
        return "bridge"
    if re.fullmatch(r"\S+:\d+", name):
        return "alias"
    if re.fullmatch(r"\S+\.\d+", name) or "vlan-raw-device" in row:
        return "vlan"
    return "eth" if PHYSICAL.fullmatch(name) or row.get("exists") else "unknown"


def _complete_child(name: str, row: Row, rows: dict[str, Row]) -> None:
    parent, _, number = name.rpartition(":" if row["type"] == "alias" else ".")
    if row["type"] == "vlan":
        parent = parent or str(row.get("vlan-raw-device", ""))
        named = re.fullmatch(r"vlan(\d+)", name)
        number = named[1] if named else number if number.isdigit() else str(row.get("vlan-id", ""))
        row["vlan-raw-device"] = parent
        if number:
            row["vlan-id"] = number
    known = rows.get(parent, {}).get("exists")
    if known is not None:
        row["exists"] = known


def _complete_address(row: Row, suffix: str, whole: str) -> None:
    address = row.get(f"address{suffix}")
    if not address:
        return
    host, slash, length = str(address).partition("/")
    if not slash:
        length = prefix_length(str(row.get(f"netmask{suffix}") or whole))
    row[f"address{suffix}"], row[f"netmask{suffix}"], row[f"cidr{suffix}"] = host, length, f"{host}/{length}"


def prefix_length(netmask: str) -> str:
    """The length of a netmask, which may already be one."""
    return netmask if netmask.isdigit() else str(ipaddress.ip_network(f"0.0.0.0/{netmask}").prefixlen)

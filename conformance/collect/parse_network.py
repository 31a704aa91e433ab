"""The node's network: physical ports, bridges, addresses and routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.collect.output import Output, by_file

ETHERNET = "1"
_LINK = re.compile(r"(/sys/class/net/\S+?) -> (\S+)$")
_ENTRY = re.compile(r"(/sys/class/net/\S+?)(?: -> \S+)?$")


def port_facts(output: Output) -> dict[str, dict[str, str]]:
    """Interface to attribute to value, from ``grep -H "" /sys/class/net/*/…``."""
    found: dict[str, dict[str, str]] = {}
    for path, lines in by_file(output).items():
        parts = path.split("/sys/class/net/", 1)[-1].split("/", 1)
        if len(parts) > 1:
            found.setdefault(parts[0], {})[parts[1]] = lines[0].strip()
    return found


def port_links(text: str) -> dict[str, dict[str, str]]:
    """Interface to attribute (``device``, ``device/driver``, …) to link target, from ``ls -ld``; "" for a folder."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        entry = _ENTRY.search(line)
        if entry is None:
            continue
        parts = entry[1].split("/sys/class/net/", 1)[-1].split("/", 1)
        target = _LINK.search(line)
        if len(parts) > 1:
            found.setdefault(parts[0], {})[parts[1]] = target[2] if target else ""
    return found


def nics_of(
    facts: Mapping[str, Mapping[str, str]], links: Mapping[str, Mapping[str, str]], ip_link: Any
) -> list[dict[str, Any]]:
    """The physical Ethernet ports: those with a device behind them."""
    rows = {row["ifname"]: row for row in ip_link if "ifname" in row} if isinstance(ip_link, list) else {}
    physical = [
        name for name, own in links.items() if "device" in own and facts.get(name, {}).get("type", ETHERNET) == ETHERNET
    ]
    return [_nic(name, facts.get(name, {}), links[name], rows) for name in sorted(physical)]


def _nic(
    name: str, facts: Mapping[str, str], links: Mapping[str, str], rows: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    row = rows.get(name, {})
    bus = _last(links.get("device/subsystem"))
    on_pci = bus in ("pci", "virtio")
    return {
        "name": name,
        "bus": bus,
        "pci_vendor": _hex(facts.get("device/vendor")) if on_pci else None,
        "pci_device": _hex(facts.get("device/device")) if on_pci else None,
        "driver": _last(links.get("device/driver")),
        "mac": row.get("permaddr") or facts.get("address") or row.get("address"),
        "carrier": _carrier(facts, row),
        "speed_mbps": int(facts["speed"]) if re.fullmatch(r"-?\d+", facts.get("speed", "")) else None,
        "duplex": facts.get("duplex") if facts.get("duplex") in ("full", "half") else None,
        "bridge": bridge_of(name, rows),
        "wireless": "phy80211" in links or "wireless" in links,
    }


def _last(target: str | None) -> str | None:
    return target.rstrip("/").rsplit("/", 1)[-1] if target else None


def _hex(text: str | None) -> str | None:
    return text.casefold().removeprefix("0x") if text else None


def _carrier(facts: Mapping[str, str], row: Mapping[str, Any]) -> bool | None:
    # A port that is administratively down gives no carrier file to read.
    if facts.get("carrier") in ("0", "1"):
        return facts["carrier"] == "1"
    return "LOWER_UP" in row["flags"] if isinstance(row.get("flags"), list) else None


def bridge_of(name: str, rows: Mapping[str, Mapping[str, Any]], depth: int = 0) -> str | None:
    """The bridge that a port is part of: directly, through a bond, or through a VLAN interface on it."""
    row = rows.get(name, {})
    if depth > len(rows) or not row:
        return None
    master = row.get("master")
    if isinstance(master, str):
        kind = (rows.get(master, {}).get("linkinfo") or {}).get("info_kind")
        return master if kind == "bridge" else bridge_of(master, rows, depth + 1) or (master if kind is None else None)
    above = (other for other, own in rows.items() if own.get("link") == name)
    return next((bridge for other in above if (bridge := bridge_of(other, rows, depth + 1))), None)


def ipv4_of(ip_addr: Any, name: str) -> str | None:
    """The first IPv4 address of an interface, from ``ip -j -4 addr``."""
    for row in _rows(ip_addr):
        if row.get("ifname") == name:
            for entry in row.get("addr_info", []):
                if entry.get("family") == "inet" and entry.get("local"):
                    return str(entry["local"])
    return None


def default_routes(ip_route: Any) -> list[tuple[str, str | None]]:
    """Gateway and device of each default route; one without a gateway is named ``dev NAME``."""
    found: list[tuple[str, str | None]] = []
    for row in _rows(ip_route):
        if row.get("dst") in ("default", "0.0.0.0/0"):
            for hop in row.get("nexthops") or [row]:
                found.append((hop.get("gateway") or f"dev {hop.get('dev')}", hop.get("dev")))
    return found


def _rows(document: Any) -> Iterable[Mapping[str, Any]]:
    return (row for row in document if isinstance(row, Mapping)) if isinstance(document, list) else ()

"""Programs that show the network: ip, ss, nft, iptables-save."""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING, Any

from fakes.host.output import Output, failed
from fakes.host.programs import program
from fakes.pve.interfaces import Row, parse_interfaces

if TYPE_CHECKING:
    from fakes.host.machine import Machine


def interfaces(machine: Machine) -> dict[str, Row]:
    """The configured interfaces of a machine by name."""
    return parse_interfaces(machine.files.read("/etc/network/interfaces") or "").rows


@program("ip", package="iproute2")
def ip(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    words = [arg for arg in args if not arg.startswith("-")]
    if not words:
        return failed(255, "Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }")
    known = {"addr": _addresses, "address": _addresses, "a": _addresses, "link": _links, "route": _routes, "r": _routes}
    make = known.get(words[0])
    if make is None:
        return failed(1, f'Object "{words[0]}" is unknown, try "ip help".')
    rows = make(machine)
    name = words[-1] if words[-1] in {row.get("ifname") for row in rows} else None
    if name is not None:
        rows = [row for row in rows if row["ifname"] == name]
    elif "default" in words:
        rows = [row for row in rows if row.get("dst") == "default"]
    if "-j" in args:
        return Output(0, json.dumps(rows) + "\n")
    return Output(0, "".join(_plain(row) for row in rows))


def _plain(row: dict[str, Any]) -> str:
    if "dst" in row:
        via = f" via {row['gateway']}" if "gateway" in row else ""
        return f"{row['dst']}{via} dev {row['dev']} \n"
    text = f"{row['ifindex']}: {row['ifname']}: <UP> mtu 1500 state {row['operstate']}\n"
    if "address" in row:
        text += f"    link/ether {row['address']}\n"
    for address in row.get("addr_info", ()):
        where = f"{address['local']}/{address['prefixlen']} scope {address['scope']}"
        text += f"    {address['family']} {where} {row['ifname']}\n"
    return text


def _links(machine: Machine) -> list[dict[str, Any]]:
    configured = interfaces(machine)
    rows: list[dict[str, Any]] = [{"ifindex": 1, "ifname": "lo", "operstate": "UNKNOWN", "link_type": "loopback"}]
    bridge_of = {port: name for name, one in configured.items() for port in one.get("bridge_ports", "").split()}
    names = [nic.name for nic in machine.profile.nics]
    for number, name in enumerate([*names, *(name for name in configured if name not in (*names, "lo"))], 2):
        row: dict[str, Any] = {
            "ifindex": number,
            "ifname": name,
            "operstate": "UP",
            "link_type": "ether",
            "address": machine.mac,
        }
        if name in bridge_of:
            row["master"] = bridge_of[name]
        one = configured.get(name, {})
        if one.get("type") == "bridge":
            filtering = int(bool(one.get("bridge_vlan_aware")))
            row["linkinfo"] = {"info_kind": "bridge", "info_data": {"vlan_filtering": filtering}}
        rows.append(row)
    return rows


def _addresses(machine: Machine) -> list[dict[str, Any]]:
    configured = interfaces(machine)
    rows = _links(machine)
    for row in rows:
        row["addr_info"] = []
        is_loopback = row["ifname"] == "lo"
        address = "127.0.0.1/8" if is_loopback else configured.get(row["ifname"], {}).get("cidr")
        if address:
            network = ipaddress.ip_interface(address)
            scope = "host" if is_loopback else "global"
            found = {"family": "inet", "local": str(network.ip), "prefixlen": network.network.prefixlen, "scope": scope}
            row["addr_info"].append({**found, "label": row["ifname"]})
    return rows


def _routes(machine: Machine) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, one in interfaces(machine).items():
        if one.get("gateway"):
            rows.append({"dst": "default", "gateway": one["gateway"], "dev": name, "protocol": "kernel", "flags": []})
        if one.get("cidr") and name != "lo":
            network = ipaddress.ip_interface(one["cidr"])
            rows.append({"dst": str(network.network), "dev": name, "prefsrc": str(network.ip), "flags": []})
    return rows


@program("ss", package="iproute2")
def ss(machine: Machine, args: list[str], stdin: str) -> Output:
    del args, stdin
    rows = "".join(
        f"LISTEN 0      4096   {'*' if port == 8006 else '0.0.0.0'}:{port}        0.0.0.0:*    \n"
        for port in sorted(machine.listeners)
    )
    return Output(0, rows)


@program("nft", package="nftables")
def nft(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    if args[-2:] != ["list", "ruleset"]:
        return failed(1, "Error: only the ruleset can be listed")
    items: list[dict[str, Any]] = [
        {"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}
    ]
    if machine.nft_masquerade:
        chain = {
            "family": "ip",
            "table": "nat",
            "name": "postrouting",
            "handle": 1,
            "type": "nat",
            "hook": "postrouting",
        }
        items += [
            {"table": {"family": "ip", "name": "nat", "handle": 1}},
            {"chain": {**chain, "prio": 100, "policy": "accept"}},
            {
                "rule": {
                    "family": "ip",
                    "table": "nat",
                    "chain": "postrouting",
                    "handle": 2,
                    "expr": [
                        {"match": {"op": "==", "left": {"meta": {"key": "oifname"}}, "right": machine.nft_masquerade}},
                        {"masquerade": None},
                    ],
                }
            },
        ]
    return Output(0, json.dumps({"nftables": items}) + "\n")


@program("iptables-save", package="iptables")
def iptables_save(machine: Machine, args: list[str], stdin: str) -> Output:
    del machine, stdin
    table = args[args.index("-t") + 1] if "-t" in args else "filter"
    chains = {"nat": "PREROUTING INPUT OUTPUT POSTROUTING", "filter": "INPUT FORWARD OUTPUT"}.get(table, "")
    return Output(0, f"*{table}\n" + "".join(f":{name} ACCEPT [0:0]\n" for name in chains.split()) + "COMMIT\n")

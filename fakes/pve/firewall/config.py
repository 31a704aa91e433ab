"""Firewall files (``cluster.fw``, ``101.fw``, ``host.fw``) as values, in Proxmox's own format.

Sections in their order: OPTIONS, ALIASES, one IPSET per set, RULES, one group per security group.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Rule = dict[str, Any]

_SECTION = re.compile(r"\[(\S+?)(?:\s+(\S+))?\s*\]\s*(?:#\s*(.*?)\s*)?")
_COMMENT = re.compile(r"#\s*(.*?)\s*$")
_HEAD = re.compile(r"(\|)?(in|out|forward|group)\s+(\S+)\s*", re.IGNORECASE)
_MACRO = re.compile(r"(\S+)\((ACCEPT|DROP|REJECT)\)")
_OPTION = re.compile(r"-(\S+)\s+(\S+)\s*")
_SET_ENTRY = re.compile(r"(!)?\s*(\S+)")
# Option letters of a rule line, in the order they are written.
_KEYS = {
    "i": "iface",
    "source": "source",
    "dest": "dest",
    "p": "proto",
    "dport": "dport",
    "sport": "sport",
    "icmp-type": "icmp-type",
    "log": "log",
}


@dataclass(frozen=True, slots=True)
class Alias:
    """A name for an address or network; `name` keeps its case, aliases are found without regard to it."""

    name: str
    cidr: str
    comment: str = ""

    @property
    def ip_version(self) -> int:
        return 6 if ":" in self.cidr else 4


@dataclass(frozen=True, slots=True)
class SetEntry:
    """One member of a set: an address, a network or an alias; `nomatch` excludes it."""

    cidr: str
    comment: str = ""
    nomatch: bool = False


@dataclass(slots=True)
class AddressSet:
    """An ipset: members by address."""

    comment: str = ""
    entries: dict[str, SetEntry] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """A security group: rules under a name."""

    comment: str = ""
    rules: list[Rule] = field(default_factory=list)


@dataclass(slots=True)
class FirewallConfig:
    """One firewall file; aliases are kept under their names in lower case."""

    options: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    ipsets: dict[str, AddressSet] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)


def parse_firewall(text: str) -> FirewallConfig:
    """Read a firewall file; lines that cannot be read are skipped."""
    config = FirewallConfig()
    section, name = "", ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        found = _SECTION.fullmatch(line)
        if found:
            section, name = found[1].lower(), (found[2] or "").lower()
            if section == "ipset":
                config.ipsets[name] = AddressSet(found[3] or "")
            elif section == "group":
                config.groups[name] = Group(found[3] or "")
            continue
        _read_line(config, section, name, line)
    return config


def _read_line(config: FirewallConfig, section: str, name: str, line: str) -> None:
    match section:
        case "options":
            key, colon, value = line.partition(":")
            if colon:
                config.options[key.strip()] = value.strip()
        case "aliases":
            text, comment = _split_comment(line)
            words = text.split()
            if len(words) == 2:
                config.aliases[words[0].lower()] = Alias(words[0], without_host_length(words[1]), comment)
        case "ipset":
            text, comment = _split_comment(line)
            found = _SET_ENTRY.fullmatch(text)
            if found:
                cidr = without_host_length(found[2])
                config.ipsets[name].entries[cidr] = SetEntry(cidr, comment, found[1] is not None)
        case "rules" | "group":
            rule = parse_rule(line)
            if rule is not None:
                (config.rules if section == "rules" else config.groups[name].rules).append(rule)


def _split_comment(line: str) -> tuple[str, str]:
    found = _COMMENT.search(line)
    return (line[: found.start()].strip(), found[1]) if found else (line.strip(), "")


def without_host_length(cidr: str) -> str:
    """An address without the prefix length of a single host: ``192.0.2.1/32`` is ``192.0.2.1``."""
    return cidr.removesuffix("/128") if ":" in cidr else cidr.removesuffix("/32")


def parse_rule(line: str) -> Rule | None:
    """A rule line such as ``|IN SSH(ACCEPT) -i net0 -log nolog # admins``; None where it is none."""
    text, comment = _split_comment(line)
    head = _HEAD.match(text)
    if not head:
        return None
    rule: Rule = {"enable": 0 if head[1] else 1, "type": head[2].lower(), "action": head[3]}
    macro = _MACRO.fullmatch(head[3])
    if macro and rule["type"] != "group":
        rule["macro"], rule["action"] = macro.groups()
    rest = text[head.end() :]
    while rest:
        option = _OPTION.match(rest)
        if not option or option[1] not in _KEYS:
            return None
        rule[_KEYS[option[1]]] = option[2]
        rest = rest[option.end() :]
    if comment:
        rule["comment"] = comment
    return rule


def format_rule(rule: Mapping[str, Any], *, with_interface: bool) -> str:
    """The line of a rule, without its line break; security groups have no interfaces."""
    line = "|" if rule.get("enable") == 0 else ""
    action = f"{rule['macro']}({rule['action']})" if rule.get("macro") else rule["action"]
    line += f"{str(rule['type']).upper()} {action}"
    for letters, key in _KEYS.items():
        if key == "iface" and not with_interface:
            continue
        if key != "iface" and rule["type"] == "group":
            continue
        if rule.get(key):
            line += f" -{letters} {rule[key]}"
    return line + _comment(str(rule.get("comment") or ""))


def _comment(text: str) -> str:
    return f" # {text}" if text.strip() else ""


def format_firewall(config: FirewallConfig) -> str:
    """The text of a firewall file; empty where nothing is configured, and then there is no file."""
    blocks: list[tuple[str, Iterable[str]]] = []
    if config.options:
        blocks.append(("[OPTIONS]", (f"{key}: {value}" for key, value in config.options.items())))
    if config.aliases:
        entries = (config.aliases[key] for key in sorted(config.aliases))
        blocks.append(("[ALIASES]", (f"{one.name} {one.cidr}{_comment(one.comment)}" for one in entries)))
    for name in sorted(config.ipsets):
        members = config.ipsets[name]
        blocks.append((f"[IPSET {name}]{_comment(members.comment)}", _entry_lines(members)))
    if config.rules:
        blocks.append(("[RULES]", (format_rule(rule, with_interface=True) for rule in config.rules)))
    for name in sorted(config.groups):
        group = config.groups[name]
        lines = (format_rule(rule, with_interface=False) for rule in group.rules)
        blocks.append((f"[group {name}]{_comment(group.comment)}", lines))
    return "".join(f"{head}\n\n" + "".join(f"{line}\n" for line in lines) + "\n" for head, lines in blocks)


def _entry_lines(members: AddressSet) -> list[str]:
    entries = (members.entries[cidr] for cidr in sorted(members.entries))
    return [f"{'!' if one.nomatch else ''}{one.cidr}{_comment(one.comment)}" for one in entries]


def list_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Proxmox's digest of a list of entries: the SHA-1 of their keys and values, nested ones left out."""
    sha = hashlib.sha1(usedforsecurity=False)
    for row in rows:
        for key in sorted(row):
            if row[key] is not None and not isinstance(row[key], dict):
                sha.update(f"{key}:{row[key]}\n".encode())
    return sha.hexdigest()

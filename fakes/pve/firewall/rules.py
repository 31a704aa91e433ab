"""What a firewall rule may say: checks beyond the formats of its fields, and how a rule is shown.

A new rule with a problem is refused; one that is already in a file is shown with its `errors`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fakes.pve.firewall.config import FirewallConfig, Rule, list_digest
from fakes.pve.formats import problem_of
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.params import split_list
from fakes.pve.tables.firewall_macros import MACROS

FIELDS = (
    *("type", "action", "macro", "iface", "source", "dest", "proto", "enable", "sport", "dport", "comment", "log"),
    "icmp-type",
)
_TRANSIENT = ("pos", "digest")
_WITH_PORTS = frozenset({"udp", "udplite", "tcp", "dccp", "sctp", "17", "136", "6", "33", "132"})
_ICMP = {"icmp": 4, "icmpv6": 6, "ipv6-icmp": 6}
_WITHOUT_INTERFACE = frozenset({"group", "vnet"})
_SET = re.compile(r"\+(guest/|dc/|sdn/)?([A-Za-z][A-Za-z0-9\-_]+)")
_ALIAS = re.compile(r"(guest/|dc/)?([A-Za-z][A-Za-z0-9\-_]+)")
_MACRO_NAMES = {name.lower(): name for name in MACROS}

Problem = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule may refer to: the datacenter's names, its own level's, and the kind of its level."""

    kind: str
    cluster: FirewallConfig
    own: FirewallConfig | None = None


class Examination:
    """A look at one rule: `problems` says what is wrong, and afterwards `ip_version` and `macro` are known."""

    def __init__(self, rule: Mapping[str, Any], around: Surroundings) -> None:
        self._rule = rule
        self._around = around
        self.ip_version: int | None = None
        self.macro: str | None = None

    def problems(self) -> Iterator[Problem]:
        """Each problem with the property it belongs to, in Proxmox's order."""
        yield from self._type()
        yield from self._interface()
        yield from self._macro()
        yield from self._ports()
        for name in ("source", "dest"):
            yield from self._addresses(name)

    def _type(self) -> Iterator[Problem]:
        kind, action = self._rule.get("type"), str(self._rule.get("action") or "")
        if not kind:
            yield "type", "missing property"
        if not action:
            yield "action", "missing property"
        if kind == "group":
            if self._around.kind == "group":
                yield "type", "security groups not allowed"
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9\-_]+", action):
                yield "action", "invalid characters in security group name"
        elif action not in ("ACCEPT", "DROP", "REJECT"):
            yield "action", f"unknown action '{action}'"

    def _interface(self) -> Iterator[Problem]:
        interface = self._rule.get("iface")
        if not interface:
            return
        if self._around.kind in _WITHOUT_INTERFACE:
            yield "type", "parameter -i not allowed for this rule type"
        problem = problem_of("pve-iface", interface)
        if problem:
            yield "iface", problem
        if self._around.kind in ("vm", "ct") and not re.fullmatch(r"net\d+", interface):
            yield "iface", r"value does not match the regex pattern 'net\d+'"

    def _macro(self) -> Iterator[Problem]:
        name = self._rule.get("macro")
        if not name:
            return
        self.macro = _MACRO_NAMES.get(name.lower())
        if self.macro is None:
            yield "macro", f"unknown macro '{name}'"

    def _ports(self) -> Iterator[Problem]:
        protocol = self._rule.get("proto") or ""
        if protocol in _ICMP:
            yield from self._versions("proto", {_ICMP[protocol]})
        if self._rule.get("dport"):
            yield from self._needs_ports("dport", protocol, also=tuple(_ICMP))
        if self._rule.get("icmp-type"):
            if not protocol:
                yield "proto", "missing property - 'icmp-type' requires this property"
            if self._rule.get("dport"):
                yield "icmp-type", "'icmp-type' cannot be specified together with 'dport'"
        if self._rule.get("sport"):
            yield from self._needs_ports("sport", protocol)

    def _needs_ports(self, name: str, protocol: str, also: tuple[str, ...] = ()) -> Iterator[Problem]:
        if not protocol:
            yield "proto", f"missing property - '{name}' requires this property"
        if protocol not in _WITH_PORTS and protocol not in also:
            yield name, f"protocol '{protocol}' does not support ports"

    def _addresses(self, name: str) -> Iterator[Problem]:
        value = self._rule.get(name)
        if not value:
            return
        if value.startswith("+"):
            found = _SET.fullmatch(value)
            if not found:
                yield name, f"invalid ipset name '{value}'"
            elif not any(found[2] in config.ipsets for config in self._scope(found[1])):
                yield name, f"no such ipset '{found[2]}'"
            return
        alias = _ALIAS.fullmatch(value)
        if not alias:
            yield from self._versions(name, {6 if ":" in part else 4 for part in value.split(",")})
            return
        known = [c.aliases[alias[2].lower()] for c in self._scope(alias[1]) if alias[2].lower() in c.aliases]
        if not known:
            yield name, f"no such alias '{value}'"
        else:
            yield from self._versions(name, {known[0].ip_version})

    def _scope(self, prefix: str | None) -> list[FirewallConfig]:
        """The files a name is looked up in, the nearest first."""
        own = [self._around.own] if self._around.own is not None else []
        return {"dc/": [self._around.cluster], "guest/": own, "sdn/": []}.get(
            prefix or "", [*own, self._around.cluster]
        )

    def _versions(self, name: str, versions: set[int]) -> Iterator[Problem]:
        for version in versions:
            if self.ip_version not in (None, version):
                yield name, "detected mixed ipv4/ipv6 addresses in rule"
                return
            self.ip_version = version


def checked(rule: Rule, around: Surroundings) -> Rule:
    """The rule with its macro's own spelling; ParameterError names the first problem."""
    examination = Examination(rule, around)
    for name, problem in examination.problems():
        raise ParameterError({name: problem})
    return {**rule, "macro": examination.macro} if examination.macro else rule


def shown(rules: list[Rule], around: Surroundings) -> tuple[list[dict[str, Any]], str]:
    """The rules as lists give them, positions and problems included, with the digest of all of them."""
    rows: list[dict[str, Any]] = []
    for rule in rules:
        examination = Examination(rule, around)
        errors: dict[str, str] = {}
        for name, problem in examination.problems():
            errors.setdefault(name, problem)
        row = {**rule, **({"errors": errors} if errors else {})}
        if examination.ip_version is not None:
            row["ipversion"] = examination.ip_version
        rows.append(row)
    digest = list_digest(rows)
    return [{**row, "digest": digest, "pos": position} for position, row in enumerate(rows)], digest


def with_changes(rule: Rule, params: Mapping[str, Any]) -> Rule:
    """A rule with the fields of a request; an empty value or a dash takes a field out."""
    changed = dict(rule)
    for name in FIELDS:
        value = params.get(name)
        if value is None:
            continue
        if value in ("", "-"):
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed


def without(rule: Rule, names: str) -> Rule:
    """A rule without the fields of a list text; ParameterError for one that rules do not have or need."""
    left = dict(rule)
    for name in split_list(names):
        if name not in FIELDS and name not in _TRANSIENT:
            raise ParameterError({"delete": f"no such property ('{name}')"})
        if name in ("type", "action"):
            raise ParameterError({"delete": f"unable to delete required property '{name}'"})
        left.pop(name, None)
    return left


def at(rows: list[Any], position: int) -> Any:
    """The row at a position; ApiError where there is none."""
    if position >= len(rows):
        raise ApiError(500, f"no rule at position {position}")
    return rows[position]


def moved(rules: list[Rule], position: int, target: int) -> list[Rule]:
    """The rules with one moved before the rule at `target`, counted before it is taken out."""
    rule = rules[position]
    result: list[Rule] = []
    for index, other in enumerate(rules):
        if index == position:
            continue
        if index == target:
            result.append(rule)
        result.append(other)
    return result if target < len(rules) else [*result, rule]

"""Checkers of formats about SDN, HA, replication, ACME, certificates and other matters of a whole cluster."""

from __future__ import annotations

import json
import re
import zoneinfo
from functools import cache

from fakes.pve.body import json_problem
from fakes.pve.formats import LABEL, by_pattern, checker
from fakes.pve.formats_network import is_network
from fakes.pve.tables.roles import PRIVILEGES

_ACME_LABEL = r"[a-z0-9\-]+"
_ALIAS_LABEL = r"[a-z0-9_][a-z0-9_-]*"
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)

by_pattern("ldap-simple-attr", r"[a-zA-Z0-9]+", "value '{}' does not look like a simple ldap attribute name")
by_pattern("pve-ha-group-node", rf"{LABEL}(:\d+)?", "value does not look like a valid ha group node")
by_pattern("pve-ha-resource-or-vm-id", r"\S+:\S+|[1-9]\d{2,8}", "value does not look like a valid ha resource id")
by_pattern("pve-replication-job-id", r"[1-9]\d{2,8}-\d{1,9}", "invalid replication job id '{}'")
by_pattern("pve-task-status-type", r"ok|error|warning|unknown", "invalid status '{}'", re.IGNORECASE)
by_pattern("graphite-path", rf"({LABEL}\.)*{LABEL}", "value does not look like a valid graphite path")
by_pattern(
    "pve-acme-domain",
    rf"(?:\*\.)?{_ACME_LABEL}(?:\.{_ACME_LABEL})+",
    "value '{}' does not look like a valid domain name!",
    re.IGNORECASE,
)
by_pattern(
    "pve-acme-alias",
    rf"{_ALIAS_LABEL}(?:\.{_ALIAS_LABEL})+",
    "value '{}' does not look like a valid alias name!",
    re.IGNORECASE,
)
by_pattern(
    "pve-sdn-isis-net",
    r"[a-fA-F0-9]{2}(\.[a-fA-F0-9]{4}){3,9}\.[a-fA-F0-9]{2}",
    "value does not look like a valid isis net",
)
by_pattern("pve-sdn-bgp-rt", r"\d+:\d+", "value '{}' is not a valid route target")


def _sdn_id(kind: str, pattern: str, longest: int | None) -> None:
    compiled = re.compile(pattern, re.IGNORECASE)

    @checker(f"pve-sdn-{kind}-id")
    def check(text: str) -> str | None:
        if not compiled.fullmatch(text):
            return f"{kind} ID '{text}' contains illegal characters"
        if longest is not None and len(text) > longest:
            return f"{kind} ID '{text}' can't be more length than {longest} characters"
        return None

    del check


_sdn_id("zone", r"[a-z][a-z0-9]*[a-z0-9]", 8)
_sdn_id("vnet", r"[a-z][a-z0-9]*[a-z0-9]", 8)
_sdn_id("controller", r"[a-z][a-z0-9_-]*[a-z0-9]", 64)
_sdn_id("dns", r"[a-z][a-z0-9]*[a-z0-9]", None)
_sdn_id("ipam", r"[a-z][a-z0-9]*[a-z0-9]", None)


@checker("pve-sdn-subnet-id")
def _subnet(text: str) -> str | None:
    if "/" not in text:
        parts = text.split("-")
        text = f"{parts[1]}/{parts[2]}" if len(parts) > 2 else ""
    return None if is_network(text) else "value does not look like a valid CIDR network"


@checker("pve-priv")
def _privilege(text: str) -> str | None:
    return None if text in PRIVILEGES else f"invalid privilege '{text}'"


@checker("pve-ct-timezone")
def _timezone(text: str) -> str | None:
    return None if text in ("host", "UTC") or text in _timezones() else f"invalid time zone '{text}'"


@cache
def _timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@checker("pem-string", "pem-certificate", "pem-certificate-chain")
def _pem(text: str) -> str | None:
    return None if _PEM.search(text) else "not a valid PEM-formatted string."


@checker("pve-command-batch")
def _commands(text: str) -> str | None:
    try:
        value = json.loads(text)
    except ValueError as error:
        place = "at /usr/share/perl5/PVE/API2/Nodes.pm line 100."
        return f"commands param did not contain valid JSON: {json_problem(text, error)} {place}"
    return None if isinstance(value, list) else "commands param is not an array"

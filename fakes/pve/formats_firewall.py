"""Checkers of the firewall's formats: addresses, ports, protocols and ICMP types of a rule."""

from __future__ import annotations

import ipaddress
import re

from fakes.pve.formats import checker
from fakes.pve.tables.firewall_names import CONNTRACK_HELPERS, ICMP_TYPES, PROTOCOLS, SERVICES

_ALIAS = re.compile(r"(?:guest/|dc/)?[A-Za-z][A-Za-z0-9\-_]+")
_LONGEST_NAME = 64
_LARGEST_PORT = 65535
_MOST_PORTS = 15


@checker("pve-fw-addr-spec")
def _addresses(text: str) -> str | None:
    """A set (``+tenants``), an alias, or addresses, networks or one range, all of one version."""
    if re.fullmatch(r"\+\S+", text):
        return "ipset name too long" if len(text) > _LONGEST_NAME + 1 else None
    if _ALIAS.fullmatch(text):
        return "alias name too long" if len(text) > _LONGEST_NAME else None
    elements = text.split(",")
    if "" in elements:
        return "extraneous commas in list"
    versions = set()
    for element in elements:
        problem = _address_problem(element)
        if problem is not None:
            return f"invalid IP address: {problem}"
        versions.add(":" in element)
    if len(versions) > 1:
        return "detected mixed ipv4/ipv6 address list"
    return "you can't use a range in a list" if len(elements) > 1 and "-" in text else None


def _address_problem(text: str) -> str | None:
    """What Perl's address library says about an address, a network or a range, None where it is fine."""
    first, dash, last = text.partition("-")
    if dash:
        return _single_problem(first.strip()) or _single_problem(last.strip())
    host, slash, length = text.partition("/")
    problem = _single_problem(host)
    if problem is not None or not slash:
        return problem
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"Invalid prefix length /{length}"
    bits = f"{int(address):0{address.max_prefixlen}b}"
    if not length.isdigit():
        return f"Invalid prefix length /{length}"
    if int(length) > len(bits):
        return f"Prefix length {length} is longer than IP address ({len(bits)})"
    return f"Invalid prefix {bits}/{length}" if "1" in bits[int(length) :] else None


def _single_problem(text: str) -> str | None:
    if ":" in text:
        try:
            ipaddress.IPv6Address(text)
        except ValueError:
            return f"Invalid address {text}"
        return None
    if not re.fullmatch(r"[\d.]+", text):
        return f"Invalid chars in IP {text}"
    if text.startswith("."):
        return f"Invalid IP {text} - starts with a dot"
    if text.endswith("."):
        return f"Invalid IP {text} - ends with a dot"
    quads = text.split(".")
    if len(quads) > 4:
        return f"Invalid IP address {text}"
    if "" in quads:
        return f"Empty quad in IP address {text}"
    return next((f"Invalid quad in IP address {text} - {quad}" for quad in quads if int(quad) > 255), None)


@checker("pve-fw-sport-spec")
def _source_ports(text: str) -> str | None:
    return _ports(text)


@checker("pve-fw-dport-spec")
def _destination_ports(text: str) -> str | None:
    # The same field holds ICMP types where the protocol is ICMP.
    return None if text in ICMP_TYPES else _ports(text)


def _ports(text: str) -> str | None:
    elements, count = text.split(","), 0
    if "" in elements:
        return "extraneous commas in list"
    for element in elements:
        numbers = [int(part) for part in element.split(":") if part.isdigit()]
        too_large = next((number for number in numbers if number > _LARGEST_PORT), None)
        if too_large is not None:
            return f"invalid port '{too_large}'"
        if re.fullmatch(r"\d+:\d+", element):
            if numbers[0] > numbers[1]:
                right = f"{numbers[1]}:{numbers[0]}"
                return f"backwards range '{element}' not allowed, did you mean '{right}'?"
            count += 2
        elif element.isdigit() or element in SERVICES:
            count += 1
        else:
            return f"invalid port '{element}'"
    return f"too many entries in port list (> {_MOST_PORTS} numbers)" if count > _MOST_PORTS else None


@checker("pve-fw-protocol-spec")
def _protocol(text: str) -> str | None:
    ok = text in PROTOCOLS or (text.isdigit() and int(text) <= 255)
    return None if ok else f"unknown protocol '{text}'"


@checker("pve-fw-icmp-type-spec")
def _icmp_type(text: str) -> str | None:
    ok = text in ICMP_TYPES or (text.isdigit() and int(text) <= 255)
    return None if ok else f"unknown icmp-type '{text}'"


@checker("pve-fw-conntrack-helper")
def _helpers(text: str) -> str | None:
    elements = text.split(",")
    if "" in elements:
        return "extraneous commas in list"
    return next((f"unknown helper {element}" for element in elements if element not in CONNTRACK_HELPERS), None)

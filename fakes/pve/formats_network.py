"""Checkers of formats about addresses, names of hosts and network devices."""

from __future__ import annotations

import ipaddress
import re

from fakes.pve.formats import DNS_NAME, by_pattern, checker, problem_of

_MAC = re.compile(r"[0-9a-f][02468ace](?::[0-9a-f]{2}){5}", re.IGNORECASE)
_MAILBOX = r"[\w+\-~]+(\.[\w+\-~]+)*"
_MAIL = re.compile(rf"{_MAILBOX}@[a-zA-Z0-9\-]+(\.[a-zA-Z0-9\-]+)*", re.ASCII)
_ALIAS = re.compile(r"(?:dc/|guest/)?[A-Za-z][A-Za-z0-9\-_]+")
_SMALLEST_PREFIX = 8

by_pattern(
    "mac-prefix",
    r"[a-f0-9][02468ace](?::[a-f0-9]{2}){0,2}:?",
    "value is not a valid unicast MAC address prefix",
    re.IGNORECASE,
)
by_pattern("pve-iface", r"[a-z][a-z0-9_]{1,20}([:.]\d+)?", "invalid network interface name '{}'", re.IGNORECASE)
by_pattern("pve-bridge-id", r"[-_.\w]+", "invalid bridge ID '{}'", re.ASCII)


@checker("mac-addr")
def _mac(text: str) -> str | None:
    return None if _MAC.fullmatch(text) else "value does not look like a valid unicast MAC address"


@checker("email")
def _email(text: str) -> str | None:
    return None if _MAIL.fullmatch(text) else "value does not look like a valid email address"


@checker("email-or-username")
def _email_or_user(text: str) -> str | None:
    ok = _MAIL.fullmatch(text) or re.fullmatch(_MAILBOX, text, re.ASCII)
    return None if ok else "value does not look like a valid email address or user name"


def is_address(text: str, version: int | None = None) -> bool:
    """True for an IP address, of a version where one is given."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return (version is None or found.version == version) and "%" not in text


def is_network(text: str, version: int | None = None) -> bool:
    """True for an address with a prefix length, host bits or not; Proxmox wants a length of at least 8."""
    host, slash, length = text.partition("/")
    if not slash or not length.isdigit() or not is_address(host, version):
        return False
    return _SMALLEST_PREFIX <= int(length) <= ipaddress.ip_address(host).max_prefixlen


@checker("ip", "lxc-ip-with-ll-iface")
def _ip(text: str) -> str | None:
    return None if is_address(text) else "value does not look like a valid IP address"


@checker("ipv4")
def _ipv4(text: str) -> str | None:
    return None if is_address(text, 4) else "value does not look like a valid IPv4 address"


@checker("ipv6")
def _ipv6(text: str) -> str | None:
    return None if is_address(text, 6) else "value does not look like a valid IPv6 address"


@checker("ipv4mask")
def _mask(text: str) -> str | None:
    masks = (str(ipaddress.ip_network(f"0.0.0.0/{length}").netmask) for length in range(33))
    return None if text in masks else "value does not look like a valid IP netmask"


@checker("CIDR")
def _cidr(text: str) -> str | None:
    return None if is_network(text) else "value does not look like a valid CIDR network"


@checker("CIDRv4")
def _cidr4(text: str) -> str | None:
    return None if is_network(text, 4) else "value does not look like a valid IPv4 CIDR network"


@checker("CIDRv6")
def _cidr6(text: str) -> str | None:
    return None if is_network(text, 6) else "value does not look like a valid IPv6 CIDR network"


@checker("IPorCIDR")
def _address_or_network(text: str) -> str | None:
    host, slash, length = text.partition("/")
    if not is_address(host) or (slash and not length.isdigit()):
        return "value does not look like a valid IP address or CIDR network"
    if not slash:
        return None
    address = ipaddress.ip_address(host)
    bits = f"{int(address):0{address.max_prefixlen}b}"
    if int(length) > len(bits):
        return f"Prefix length {length} is longer than IP address ({len(bits)})"
    return f"Invalid prefix {bits}/{length}" if "1" in bits[int(length) :] else None


@checker("IPorCIDRorAlias")
def _address_network_or_alias(text: str) -> str | None:
    return None if _ALIAS.fullmatch(text) else problem_of("IPorCIDR", text)


@checker("address")
def _host(text: str) -> str | None:
    ok = is_address(text) or DNS_NAME.fullmatch(text)
    return None if ok else f"value does not look like a valid address: {text}"


@checker("pve-ipv4-config")
def _ipv4_config(text: str) -> str | None:
    ok = text in ("dhcp", "manual") or is_network(text, 4)
    return None if ok else "value does not look like a valid ipv4 network configuration"


@checker("pve-ipv6-config")
def _ipv6_config(text: str) -> str | None:
    ok = text in ("auto", "dhcp", "manual") or is_network(text, 6)
    return None if ok else "value does not look like a valid ipv6 network configuration"


@checker("pve-vlan-id-or-range")
def _vlans(text: str) -> str | None:
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    if not found:
        return f"invalid VLAN configuration '{text}'"
    for tag in found.groups():
        if tag is not None and not 2 <= int(tag) <= 4094:
            return f"invalid VLAN tag '{tag}'"
    if found[2] and int(found[1]) >= int(found[2]):
        return f"VLAN range must go from lower to higher tag '{text}'"
    return None

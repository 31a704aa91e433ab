"""Checkers of Proxmox's named formats: each takes a text and raises FormatError with Proxmox's words.

Source: names from the schema table, texts as observed on a real 8.4.1.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

CHECKERS: dict[str, Callable[[str], None]] = {}

CONTENT_TYPES = ("backup", "images", "import", "iso", "none", "rootdir", "snippets", "vztmpl")


class FormatError(Exception):
    """A text that is not of its format; the message ends in a newline, as Proxmox's do."""


def _checker(*names: str) -> Callable[[Callable[[str], bool | str | None]], Callable[[str], None]]:
    def register(check: Callable[[str], bool | str | None]) -> Callable[[str], None]:
        def run(text: str) -> None:
            problem = check(text)
            if problem:
                raise FormatError(f"{problem}\n")

        for name in names:
            CHECKERS[name] = run
        return run

    return register


def _by_pattern(name: str, pattern: str, problem: str, flags: re.RegexFlag = re.NOFLAG) -> None:
    compiled = re.compile(pattern, flags)

    @_checker(name)
    def check(text: str) -> str | None:
        return None if compiled.fullmatch(text) else problem.format(text)

    del check


def is_true_word(text: str) -> bool | None:
    """What a truth word says: 1, on, yes, true; 0, off, no, false; None for any other text."""
    word = text.lower()
    if word in ("1", "on", "yes", "true"):
        return True
    if word in ("0", "off", "no", "false"):
        return False
    return None


def truth(text: str) -> int:
    """1 or 0 for a truth word; ValueError for any other text."""
    word = is_true_word(text)
    if word is None:
        raise ValueError(f"{text!r} is no truth word")
    return int(word)


_BOUNDED = r"[A-Za-z][A-Za-z0-9.\-_]+"
_LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?"
_MAC = re.compile(r"[0-9a-f][02468ace](?::[0-9a-f]{2}){5}", re.IGNORECASE)

_by_pattern("pve-vmid", r"[1-9]\d{2,8}", "value does not look like a valid VM ID")
_by_pattern("pve-node", rf"{_LABEL}", "value does not look like a valid node name")
_by_pattern("pve-configid", r"[a-z][a-z0-9_-]+", "invalid configuration ID '{}'", re.IGNORECASE)
_by_pattern(
    "pve-storage-id", r"[a-z][a-z0-9\-_.]*[a-z0-9]", "storage ID '{}' contains illegal characters", re.IGNORECASE
)
_by_pattern("dns-name", rf"({_LABEL}\.)*{_LABEL}", "value does not look like a valid DNS name")
_by_pattern(
    "mac-prefix",
    r"[a-f0-9][02468ace](?::[a-f0-9]{2}){0,2}:?",
    "value is not a valid unicast MAC address prefix",
    re.IGNORECASE,
)
_by_pattern(
    "email",
    r"[\w+\-~]+(\.[\w+\-~]+)*@[a-zA-Z0-9\-]+(\.[a-zA-Z0-9\-]+)*",
    "value does not look like a valid email address",
)
_by_pattern("pve-iface", r"[a-z][a-z0-9_]{1,20}([:.]\d+)?", "invalid network interface name '{}'", re.IGNORECASE)
_by_pattern("pve-groupid", r"[A-Za-z0-9.\-_]+", "group name '{}' contains invalid characters")
_by_pattern("pve-roleid", r"[A-Za-z0-9.\-_]+", "role name '{}' contains invalid characters")
_by_pattern("pve-poolid", r"[A-Za-z0-9.\-_]+(/[A-Za-z0-9.\-_]+){0,2}", "pool name '{}' contains invalid characters")
_by_pattern("pve-realm", _BOUNDED, "value does not look like a valid realm")
_by_pattern("pve-tokenid", rf"[^\s:/]+@{_BOUNDED}!{_BOUNDED}", "value '{}' does not look like a valid token ID")
_by_pattern("disk-size", r"\d+(\.\d+)?[KMGT]?", "value does not look like a valid disk size: '{}'")
_by_pattern("pve-storage-vgname", r"[^\s]+", "lvm name '{}' contains illegal characters")
_by_pattern("storage-pair", r"[^\s:]+(:[^\s:]+)?", "value '{}' does not look like a valid storage pair")
_by_pattern("bridge-pair", r"[^\s:]+(:[^\s:]+)?", "value '{}' does not look like a valid bridge pair")
_by_pattern("pve-cpuset", r"\s*\d+(?:-\d+)?(?:\s*,\s*\d+(?:-\d+)?)?\s*.*", "unable to parse cpu-set '{}'")
_by_pattern("pve-day-of-week", r"(mon|tue|wed|thu|fri|sat|sun)", "invalid day '{}'")
_by_pattern("pve-phys-bits", r"(host|\d+)", "value must be an integer or 'host'")


@_checker("mac-addr")
def _mac(text: str) -> str | None:
    return None if _MAC.fullmatch(text) else "value does not look like a valid unicast MAC address"


@_checker("pve-userid")
def _userid(text: str) -> str | None:
    return user_problem(text)


def user_problem(text: str) -> str | None:
    """What is wrong with a user id such as ``alice@pve``, or None."""
    if len(text) < 3:
        return f"user name '{text}' is too short"
    if len(text) > 64:
        return f"user name '{text}' is too long ({len(text)} > 64)"
    if not re.fullmatch(rf"[^\s:/]+@{_BOUNDED}", text):
        return f"value '{text}' does not look like a valid user name"
    return None


@_checker("pve-storage-content")
def _content(text: str) -> str | None:
    return None if text in CONTENT_TYPES else f"invalid content type '{text}'"


@_checker("pve-volume-id")
def _volume(text: str) -> str | None:
    return (
        None
        if re.fullmatch(r"[a-zA-Z][a-zA-Z0-9\-_.]*[a-zA-Z0-9]:\S+", text)
        else f"unable to parse volume ID '{text}'"
    )


@_checker("pve-volume-id-or-qm-path")
def _volume_or_path(text: str) -> str | None:
    return None if text in ("none", "cdrom") or text.startswith("/") else _volume_problem(text)


@_checker("pve-volume-id-or-absolute-path")
def _volume_or_absolute(text: str) -> str | None:
    return None if text.startswith("/") else _volume_problem(text)


def _volume_problem(text: str) -> str | None:
    try:
        CHECKERS["pve-volume-id"](text)
    except FormatError as error:
        return str(error).rstrip("\n")
    return None


@_checker("urlencoded")
def _urlencoded(text: str) -> str | None:
    ok = re.fullmatch(r"[-%a-zA-Z0-9_.!~*'()]*", text) is not None
    return None if ok else f"invalid urlencoded string: {text}"


def _address(text: str, version: int | None = None) -> bool:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return version is None or found.version == version


def _cidr(text: str, version: int | None = None) -> bool:
    if "/" not in text:
        return False
    host, _, length = text.partition("/")
    if not length.isdigit() or not _address(host, version):
        return False
    return int(length) <= ipaddress.ip_address(host).max_prefixlen


@_checker("ip")
def _ip(text: str) -> str | None:
    return None if _address(text) else "value does not look like a valid IP address"


@_checker("ipv4")
def _ipv4(text: str) -> str | None:
    return None if _address(text, 4) else "value does not look like a valid IPv4 address"


@_checker("ipv6")
def _ipv6(text: str) -> str | None:
    return None if _address(text, 6) else "value does not look like a valid IPv6 address"


@_checker("CIDR")
def _any_cidr(text: str) -> str | None:
    return None if _cidr(text) else f"value '{text}' does not look like a valid CIDR network"


@_checker("CIDRv4")
def _cidr4(text: str) -> str | None:
    return None if _cidr(text, 4) else "value does not look like a valid IPv4 network"


@_checker("CIDRv6")
def _cidr6(text: str) -> str | None:
    return None if _cidr(text, 6) else "value does not look like a valid IPv6 network"


@_checker("address")
def _host(text: str) -> str | None:
    ok = _address(text) or re.fullmatch(rf"({_LABEL}\.)*{_LABEL}", text) is not None
    return None if ok else f"value does not look like a valid address: {text}"


@_checker("pve-ipv4-config")
def _ipv4_config(text: str) -> str | None:
    return (
        None
        if text in ("dhcp", "manual") or _cidr(text, 4)
        else "value does not look like a valid ipv4 network configuration"
    )


@_checker("pve-ipv6-config")
def _ipv6_config(text: str) -> str | None:
    ok = text in ("auto", "dhcp", "manual") or _cidr(text, 6)
    return None if ok else "value does not look like a valid ipv6 network configuration"


@_checker("pve-startup-order")
def _startup(text: str) -> str | None:
    for part in text.split(","):
        if part and not re.fullmatch(r"(order=)?\d+|up=\d+|down=\d+", part):
            return "unable to parse startup options"
    return None


@_checker("pve-hotplug-features")
def _hotplug(text: str) -> str | None:
    if text in ("0", "1"):
        return None
    for part in re.split(r"[,;\0\s]+", text):
        if part and part not in ("network", "disk", "cpu", "memory", "usb", "cloudinit"):
            return f"invalid hotplug feature '{part}'"
    return None


@_checker("pve-qm-bootdev")
def _bootdev(text: str) -> str | None:
    for prefix, count in (
        ("ide", 4),
        ("scsi", 31),
        ("virtio", 16),
        ("sata", 6),
        ("net", 32),
        ("hostpci", 16),
        ("usb", 14),
    ):
        found = re.fullmatch(rf"{prefix}(\d+)", text)
        if found and int(found[1]) < count:
            return None
    return f"invalid boot device '{text}'"


@_checker("pve-qm-bootdisk")
def _bootdisk(text: str) -> str | None:
    return (
        None
        if re.fullmatch(r"(ide[0-3]|scsi([12]?\d|30)|virtio(\d|1[0-5])|sata[0-5])", text)
        else f"invalid boot disk '{text}'"
    )


@_checker("pve-tag")
def _tag(text: str) -> str | None:
    return (
        None if re.fullmatch(r"[a-z0-9_][a-z0-9_\-+.]*", text, re.IGNORECASE) else f"invalid characters in tag '{text}'"
    )

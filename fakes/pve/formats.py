"""Checkers of Proxmox's named formats: each takes a text and raises FormatError with Proxmox's words.

The general ones are here, those of a field in `formats_network`, `formats_storage`, `formats_cluster` and others.
Source: names from the schema table, texts as observed on a real 8.4.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable

CHECKERS: dict[str, Callable[[str], None]] = {}


class FormatError(Exception):
    """A text that is not of its format; the message ends in a newline, as Proxmox's do."""


def checker(*names: str) -> Callable[[Callable[[str], str | None]], Callable[[str], None]]:
    """Register a checker of formats: it gives what is wrong with a text, or None."""

    def register(check: Callable[[str], str | None]) -> Callable[[str], None]:
        def run(text: str) -> None:
            problem = check(text)
            if problem is not None:
                raise FormatError(f"{problem}\n")

        for name in names:
            CHECKERS[name] = run
        return run

    return register


def by_pattern(name: str, pattern: str, problem: str, flags: re.RegexFlag = re.NOFLAG) -> None:
    """Register a format that is a pattern; `{}` in `problem` stands for the text."""
    compiled = re.compile(pattern, flags)

    @checker(name)
    def check(text: str) -> str | None:
        return None if compiled.fullmatch(text) else problem.format(text)

    del check


def problem_of(name: str, text: str) -> str | None:
    """What is wrong with a text of a named format, without the line break; None where nothing is."""
    try:
        CHECKERS[name](text)
    except FormatError as error:
        return str(error).removesuffix("\n")
    return None


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
LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?"
DNS_NAME = re.compile(rf"({LABEL}\.)*{LABEL}")

by_pattern("pve-vmid", r"[1-9]\d{2,8}", "value does not look like a valid VM ID")
by_pattern("pve-node", LABEL, "value does not look like a valid node name")
by_pattern("pve-configid", r"[a-z][a-z0-9_-]+", "invalid configuration ID '{}'", re.IGNORECASE)
by_pattern("dns-name", DNS_NAME.pattern, "value does not look like a valid DNS name")
by_pattern("pve-groupid", r"[A-Za-z0-9.\-_]+", "group name '{}' contains invalid characters")
by_pattern("pve-roleid", r"[A-Za-z0-9.\-_]+", "role name '{}' contains invalid characters")
by_pattern("pve-poolid", r"[A-Za-z0-9.\-_]+(/[A-Za-z0-9.\-_]+){0,2}", "pool name '{}' contains invalid characters")
by_pattern("pve-realm", _BOUNDED, "value does not look like a valid realm")
by_pattern("pve-tokenid", rf"[^\s:/]+@{_BOUNDED}!{_BOUNDED}", "value '{}' does not look like a valid token ID")
by_pattern("pve-day-of-week", r"(mon|tue|wed|thu|fri|sat|sun)", "invalid day '{}'")


@checker("string")
def _any(text: str) -> str | None:
    """Nothing is wrong with any text; the format is there for lists of texts."""
    return None


@checker("pve-cpuset")
def _cpuset(text: str) -> str | None:
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
        if not found or (found[2] and int(found[1]) > int(found[2])):
            return "unable to parse cpuset option"
    return None


@checker("pve-phys-bits")
def _phys_bits(text: str) -> str | None:
    ok = text == "host" or (re.fullmatch(r"\d{1,2}", text) is not None and 8 <= int(text) <= 64)
    return None if ok else "value must be an integer between 8 and 64 or the keyword 'host'"


@checker("pve-userid")
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


@checker("urlencoded")
def _urlencoded(text: str) -> str | None:
    ok = re.fullmatch(r"[-%a-zA-Z0-9_.!~*'()]*", text) is not None
    return None if ok else f"invalid urlencoded string: {text}"


@checker("pve-startup-order")
def _startup(text: str) -> str | None:
    if text in ("", "0"):
        return "unable to parse startup options"
    for part in text.split(","):
        if part.strip() and not re.fullmatch(r"(order=)?\d+|up=\d+|down=\d+", part):
            return "unable to parse startup options"
    return None


@checker("pve-hotplug-features")
def _hotplug(text: str) -> str | None:
    if text in ("0", "1"):
        return None
    for part in re.split(r"[,;\0\s]+", text):
        if part and part not in ("network", "disk", "cpu", "memory", "usb", "cloudinit"):
            return f"invalid hotplug feature '{part}'"
    return None


@checker("pve-qm-bootdev")
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


@checker("pve-qm-bootdisk")
def _bootdisk(text: str) -> str | None:
    return (
        None
        if re.fullmatch(r"(ide[0-3]|scsi([12]?\d|30)|virtio(\d|1[0-5])|sata[0-5])", text)
        else f"invalid boot disk '{text}'"
    )


@checker("pve-tag")
def _tag(text: str) -> str | None:
    return None if re.fullmatch(r"[a-z0-9_][a-z0-9_\-+.]*", text, re.IGNORECASE) else "invalid characters in tag"

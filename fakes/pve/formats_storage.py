"""Checkers of formats about storages, volumes and paths."""

from __future__ import annotations

import re

from fakes.pve.formats import DNS_NAME, by_pattern, checker, problem_of
from fakes.pve.formats_network import is_address

CONTENT_TYPES = ("backup", "images", "import", "iso", "none", "rootdir", "snippets", "vztmpl")
_STORAGE_ID = r"[a-z][a-z0-9\-_.]*[a-z0-9]"

by_pattern("pve-storage-id", _STORAGE_ID, "storage ID '{}' contains illegal characters", re.IGNORECASE)
by_pattern("disk-size", r"\d+(\.\d+)?[KMGT]?", "value does not look like a valid disk size: {}")
by_pattern(
    "pve-storage-vgname", r"[a-z0-9][a-z0-9\-_.]*[a-z0-9]", "lvm name '{}' contains illegal characters", re.IGNORECASE
)
by_pattern("pve-storage-path", r"/[^;()]+", "value does not look like a valid absolute path")
by_pattern("pve-storage-path-in-property-string", r"/[^;,=()]+", "value does not look like a valid absolute path")
by_pattern("pve-storage-options", r"\S+", "value does not look like a valid options string")
by_pattern("pve-volume-id", rf"{_STORAGE_ID}:.+", "unable to parse volume ID '{}'", re.IGNORECASE | re.DOTALL)
by_pattern("pve-lxc-dev-string", r"(?!.*/\.\.?(/|$))/dev/.*", "{} is not a valid device path")
by_pattern("pve-lxc-mp-string", r"(?!.*/\.\.?(/|$)).*", "{} contains illegal character sequences", re.DOTALL)


@checker("pve-storage-content")
def _content(text: str) -> str | None:
    return None if text in CONTENT_TYPES else f"invalid content type '{text}'"


@checker("pve-volume-id-or-qm-path")
def _volume_or_path(text: str) -> str | None:
    return None if text in ("none", "cdrom") or text.startswith("/") else problem_of("pve-volume-id", text)


@checker("pve-volume-id-or-absolute-path")
def _volume_or_absolute(text: str) -> str | None:
    return None if text.startswith("/") else problem_of("pve-volume-id", text)


@checker("pve-storage-server")
def _server(text: str) -> str | None:
    ok = is_address(text) or DNS_NAME.fullmatch(text)
    return None if ok else "value does not look like a valid server name or IP address"


@checker("pve-storage-portal-dns")
def _portal(text: str) -> str | None:
    found = re.fullmatch(r"\[?([^\[\]\s]+?)\]?(?::(\d+))?", text)
    host = found[1] if found else ""
    ok = is_address(text) or is_address(host) or DNS_NAME.fullmatch(host)
    return None if ok else "value does not look like a valid portal address"


@checker("pve-dir-override")
def _directory_override(text: str) -> str | None:
    content, equals, path = text.partition("=")
    ok = bool(equals) and content in CONTENT_TYPES and path != "" and ".." not in path.split("/")
    return None if ok else f"invalid override '{text}'"


@checker("storage-pair")
def _storage_pair(text: str) -> str | None:
    return _pair(text, "pve-storage-id")


@checker("bridge-pair")
def _bridge_pair(text: str) -> str | None:
    return _pair(text, "pve-bridge-id")


def _pair(text: str, name: str) -> str | None:
    """What is wrong with ``source:target``, one ID for all, or ``1`` for "as it is"."""
    if text == "1":
        return None
    for part in text.split(":") if re.fullmatch(r"[^:]+:[^:]+", text) else [text]:
        problem = problem_of(name, part)
        if problem is not None:
            return f"entry '{text}' contains invalid ID - {problem}\n\n"
    return None

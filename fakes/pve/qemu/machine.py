"""The `machine` and `vga` options of a virtual machine."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fakes.pve.guestkeys import Value
from fakes.pve.http import ApiError

NEWEST = "9.2+pve1"
_CLIPBOARD = ("std", "cirrus", "vmware", "virtio", "qxl")


def parse_machine(text: str | int | None) -> dict[str, str]:
    """The parts of a machine option, its type under ``type``."""
    pairs = (part.partition("=") for part in str(text or "").split(",") if part)
    return {(key if equals else "type"): (value if equals else key) for key, equals, value in pairs}


def format_machine(parts: Mapping[str, str]) -> str:
    """The text of a machine option: the type, then the other parts sorted."""
    head = [parts["type"]] if "type" in parts else []
    return ",".join([*head, *(f"{key}={parts[key]}" for key in sorted(parts) if key != "type")])


def check_machine(text: str | int | None) -> None:
    """ApiError for parts that do not go together."""
    parts = parse_machine(text)
    if parts.get("viommu") == "intel" and "q35" not in parts.get("type", ""):
        raise ApiError(500, "to use Intel vIOMMU please set the machine type to q35")


def check_clipboard(vga: str | int | None) -> None:
    """ApiError for a display that cannot share its clipboard over VNC."""
    pairs = (part.partition("=") for part in str(vga or "").split(",") if part)
    parts = {(key if equals else "type"): (value if equals else key) for key, equals, value in pairs}
    kind = parts.get("type", "std")
    if parts.get("clipboard") == "vnc" and not kind.startswith(_CLIPBOARD):
        raise ApiError(500, f"vga type {kind} is not compatible with VNC clipboard")


def pinned_machine(config: Mapping[str, Value]) -> str | None:
    """The machine option a new Windows guest is pinned to, None where nothing has to be pinned."""
    parts = parse_machine(config.get("machine"))
    kind = parts.get("type", "")
    if not is_windows(config) or not re.fullmatch(r"(?:pc|q35|virt)?", kind):
        return None
    parts["type"] = f"pc-{'q35' if kind == 'q35' else 'i440fx'}-{NEWEST}"
    return format_machine(parts)


def is_windows(config: Mapping[str, Value]) -> bool:
    return str(config.get("ostype", "")).startswith("w")

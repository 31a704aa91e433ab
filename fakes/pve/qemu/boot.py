"""The boot order of a virtual machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fakes.pve.drives import DISK_INTERFACES, Drive, drives, is_drive_key
from fakes.pve.guestkeys import Value
from fakes.pve.nets import KEYS as NET_KEYS
from fakes.pve.params import split_list


def boot_order(text: str | int | None) -> list[str]:
    """The devices of a `boot` option; none where it is empty or of the older form."""
    order = next((part[6:] for part in str(text or "").split(",") if part.startswith("order=")), "")
    return split_list(order)


def is_legacy(text: str | int | None) -> bool:
    """True for the older form, such as ``cdn``, and where nothing is set at all."""
    parts = [part for part in str(text or "").split(",") if part]
    return not parts or any("=" not in part or part.startswith("legacy=") for part in parts)


def format_order(devices: Iterable[str]) -> str:
    """The `boot` option for devices in their order, empty for none."""
    joined = ";".join(devices)
    return f"order={joined}" if joined else ""


def default_order(config: Mapping[str, Value]) -> str:
    """The order of a new guest: its first disk, its first CD drive, its first network card."""
    bootable = [drive for drive in drives(config) if drive.interface in DISK_INTERFACES]
    chosen: list[str] = []
    for wants_cdrom in (False, True):
        chosen += _first(bootable, is_cdrom=wants_cdrom)
    chosen += [key for key in NET_KEYS if key in config][:1]
    return format_order(chosen)


def _first(bootable: Sequence[Drive], *, is_cdrom: bool) -> list[str]:
    return [drive.key for drive in bootable if drive.is_cdrom is is_cdrom][:1]


def boot_drives(config: Mapping[str, Value]) -> list[str]:
    """The drives a guest may boot from."""
    if is_legacy(config.get("boot")):
        return [str(config["bootdisk"])] if config.get("bootdisk") else []
    return [key for key in boot_order(config["boot"]) if is_drive_key(key)]

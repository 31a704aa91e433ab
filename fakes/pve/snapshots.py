"""Snapshots in a guest's configuration: what is copied, the chain of parents, the list. For VMs and containers alike.

Source: BEHAVIOUR, "Power and snapshots"; observed configuration files before and after.
"""

from __future__ import annotations

import re
from typing import Any

from fakes.pve.drives import add_unused
from fakes.pve.guestconf import GuestConfig, Section
from fakes.pve.http import ApiError

RESERVED = ("current", "pending")
_OWN = frozenset(("snapstate", "snaptime", "vmstate", "lock", "digest", "description"))
_SAVED_STATE = ("runningmachine", "runningcpu", "running-nets-host-mtu")
_UNUSED = re.compile(r"unused\d+")


def check_name(name: str) -> None:
    """ApiError where a name is reserved."""
    if name == "current" or name.lower() == "pending":
        raise ApiError(500, f"unable to use snapshot name '{name}' (reserved name)")


def snapshot_of(config: GuestConfig, name: str) -> Section:
    """The section of a snapshot; ApiError where there is none."""
    if name not in config.snapshots:
        raise ApiError(500, f"snapshot '{name}' does not exist")
    return config.snapshots[name]


def copied(source: Section) -> Section:
    """The part of a section that goes into a snapshot and comes back from it."""
    return {key: value for key, value in source.items() if key not in _OWN and not _UNUSED.fullmatch(key)}


def apply(config: GuestConfig, name: str) -> None:
    """Make the main section what a snapshot holds; description and unusedN stay, pending changes go."""
    kept = {key: value for key, value in config.main.items() if key == "description" or _UNUSED.fullmatch(key)}
    restored = copied(config.snapshots[name])
    for key in _SAVED_STATE:
        restored.pop(key, None)
    config.main = {**kept, **restored, "parent": name}
    config.pending = {}
    config.deleting = {}


def forget(config: GuestConfig, name: str) -> None:
    """Take a snapshot out of the configuration; its children become those of its parent."""
    parent = config.snapshots.pop(name).get("parent")
    for section in (config.main, *config.snapshots.values()):
        if section.get("parent") != name:
            continue
        if parent is None:
            del section["parent"]
        else:
            section["parent"] = parent


def note_unused(config: GuestConfig, volumes: list[str]) -> None:
    """Note volumes as unusedN, but those that a key or a snapshot still names."""
    for volume in volumes:
        used = any(
            str(value).partition(",")[0] == volume
            for _, section in config.sections()
            for key, value in section.items()
            if key != "description"
        )
        if not used:
            add_unused(config.main, volume)


def rows(config: GuestConfig, *, is_running: bool) -> list[dict[str, Any]]:
    """The list of snapshots; clients rely on the present state being the last row."""
    found: list[dict[str, Any]] = []
    for name, section in config.snapshots.items():
        row: dict[str, Any] = {
            "name": name,
            "snaptime": section.get("snaptime", 0),
            "description": section.get("description", ""),
        }
        if config.kind == "qemu":
            row["vmstate"] = int(bool(section.get("vmstate")))
        row.update((key, section[key]) for key in ("parent", "snapstate") if section.get(key))
        found.append(row)
    current: dict[str, Any] = {
        "name": "current",
        "description": "You are here!",
        "digest": config.digest,
        "running": int(is_running),
    }
    if config.main.get("parent"):
        current["parent"] = config.main["parent"]
    return [*found, current]

"""Pending changes of a guest: how they are shown, tidied up, and applied while the guest is off.

The first half serves virtual machines and containers alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import is_drive_key, parse_drive
from fakes.pve.guestconf import GuestConfig, Section, save
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.node import Node
from fakes.pve.qemu.cloudinit import generate_image
from fakes.pve.qemu.detach import Log, Permits, Unlimited, let_go, remove_drive

HIDDEN = "**********"


def current_view(config: GuestConfig, *, applied: bool) -> Section:
    """The configuration as GET config shows it: what is in force, or (`applied`) with all pending changes in it."""
    shown = dict(config.main)
    if applied:
        shown.update(config.pending)
        for key in config.deleting:
            # Proxmox looks at truth here, so a pending removal of a 0 is not seen.
            if shown.get(key) not in (None, 0, "", "0"):
                del shown[key]
    return shown


def asked_view(config: GuestConfig, *, snapshot: str | None, current: bool) -> dict[str, Any]:
    """What GET config answers: a snapshot's section, what is in force (`current`), or all with pending changes."""
    if snapshot and current:
        conflict = "cannot use 'snapshot' parameter with 'current'"
        raise ParameterError({"snapshot": conflict, "current": conflict})
    if snapshot and snapshot not in config.snapshots:
        raise ApiError(500, f"snapshot '{snapshot}' does not exist")
    shown = dict(config.snapshots[snapshot]) if snapshot else current_view(config, applied=not current)
    if shown.get("cipassword"):
        shown["cipassword"] = HIDDEN
    return {**shown, "digest": config.digest}


def pending_rows(config: GuestConfig) -> list[dict[str, Any]]:
    """One row per key with value, pending value and pending removal (2 where the volume is to be destroyed)."""
    main: dict[str, Any] = {**config.main, "digest": config.digest}
    rows: list[dict[str, Any]] = []
    for key, value in main.items():
        row: dict[str, Any] = {"key": key, "value": _masked(key, value)}
        if key in config.pending:
            row["pending"] = _masked(key, config.pending[key], more=" ")
        if key in config.deleting:
            row["delete"] = _mark(config, key)
        rows.append(row)
    rows.extend(
        {"key": key, "pending": _masked(key, value, more=" ")}
        for key, value in config.pending.items()
        if key not in main
    )
    rows.extend(
        {"key": key, "delete": _mark(config, key)}
        for key in config.deleting
        if not config.pending.get(key) and not main.get(key)
    )
    return rows


def _masked(key: str, value: Any, *, more: str = "") -> Any:
    return HIDDEN + more if key == "cipassword" else value


def _mark(config: GuestConfig, key: str) -> int:
    return 2 if config.deleting[key] else 1


def mark_deleted(config: GuestConfig, key: str, *, force: bool = False) -> None:
    """Note that a key is to be removed; its pending value is dropped."""
    config.pending.pop(key, None)
    config.deleting[key] = force


def tidy_pending(config: GuestConfig) -> bool:
    """Drop pending values that are in force already and removals of what is not there; True where that was the case."""
    same = [key for key, value in config.pending.items() if key in config.main and str(value) == str(config.main[key])]
    gone = [key for key in config.deleting if key not in config.main]
    for key in same:
        del config.pending[key]
    for key in gone:
        del config.deleting[key]
    return bool(same or gone)


def apply_pending(
    datacenter: Datacenter,
    node: Node,
    vmid: int,
    config: GuestConfig,
    log: Log,
    *,
    warn: Log | None = None,
    permits: Permits | None = None,
) -> Mapping[str, str]:
    """Make all pending changes of a virtual machine that is off, and write the configuration.

    What cannot be applied stays pending; it goes to `warn` (or the log) and is returned per key in Proxmox's words.
    """
    errors: dict[str, str] = {}
    if not config.pending and not config.deleting:
        return errors
    allowed = permits or Unlimited()

    def failed(key: str, error: ApiError) -> None:
        errors[key] = f"unable to apply pending change {key} : {error.message}\n"
        (warn or log)(errors[key].rstrip("\n"))

    for key in sorted(config.deleting):
        try:
            if is_drive_key(key) and key in config.main:
                drive = parse_drive(key, config.main[key])
                remove_drive(datacenter, node, vmid, config, drive, allowed, log, force=config.deleting[key])
        except ApiError as error:
            failed(key, error)
        else:
            del config.deleting[key]
            config.main.pop(key, None)
    tidy_pending(config)
    has_new_image = False
    for key in sorted(config.pending):
        value = config.pending[key]
        if is_drive_key(key):
            if key in config.main:
                let_go(datacenter, node, vmid, config, parse_drive(key, config.main[key]), log)
            has_new_image = has_new_image or parse_drive(key, value).is_cloudinit
        config.main[key] = value
        del config.pending[key]
    save(datacenter, vmid, config, node=node.name)
    if has_new_image and generate_image(datacenter, node, vmid, config, log):
        save(datacenter, vmid, config, node=node.name)
    return errors

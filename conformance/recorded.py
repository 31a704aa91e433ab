"""Snapshot files: plain ones, and bundles that also carry peer, inventory, waivers and audit date."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from conformance.shape import misfits
from conformance.snapshot import SCHEMA, Peer, Snapshot
from conformance.view import View
from fixtures.errors import ConfigError, Problem
from fixtures.inventory import Inventory
from fixtures.strict import checked
from fixtures.waivers import Waiver


@dataclass(frozen=True)
class Recorded:
    """A snapshot read from a file. None means that the file says nothing about it; `remarks` are for the reader.

    `hypervisors` are the names and roles of the bundle's inventory table. `without_inventory`: the bundle says
    that nothing is known of the inventory.
    """

    path: Path
    snapshot: Snapshot
    is_bundle: bool
    peer: Peer | None = None
    inventory: Inventory | None = None
    hypervisors: Mapping[str, str | None] | None = None
    without_inventory: bool = False
    waivers: tuple[Waiver, ...] | None = None
    as_of: date | None = None
    remarks: tuple[str, ...] = ()


def read_recorded(paths: Sequence[Path]) -> tuple[Recorded, ...]:
    """The snapshots of all files. Raises ConfigError with the problems of all of them."""
    problems: list[Problem] = []
    found = [_read(path, problems) for path in paths]
    nodes = [item.snapshot.node for item in found if item is not None]
    twice = sorted({node for node in nodes if nodes.count(node) > 1})
    problems += [
        Problem("--snapshot", f"two snapshots are of the node {node}", "name each node once") for node in twice
    ]
    if problems:
        raise ConfigError.collected(problems)
    return tuple(item for item in found if item is not None)


def _read(path: Path, problems: list[Problem]) -> Recorded | None:
    data = _json(path, problems)
    if data is None:
        return None
    inner = data.get("snapshot")
    is_bundle = isinstance(inner, Mapping)
    raw = inner if isinstance(inner, Mapping) else data
    snapshot = Snapshot(raw)
    schema = raw.get("schema")
    if schema != SCHEMA:
        problems.append(Problem(str(path), f"schema is {schema!r}, expected {SCHEMA!r}", "is this a snapshot file?"))
        return None
    if not snapshot.node:
        problems.append(Problem(str(path), "the snapshot names no node"))
        return None
    remarks = [f"{path}: {text}; taken as not collected" for text in misfits(raw)]
    table = data.get("inventory") if is_bundle else None
    return Recorded(
        path=path,
        snapshot=snapshot,
        is_bundle=is_bundle,
        peer=_peer(data.get("peer"), snapshot),
        inventory=_inventory(table, path, problems) if isinstance(table, Mapping) else None,
        hypervisors=_hypervisors(table),
        without_inventory=is_bundle and "inventory" in data and table is None,
        waivers=_waivers(data.get("waivers"), path, remarks) if is_bundle else None,
        as_of=_date(data.get("audit_date"), path, problems) if is_bundle else None,
        remarks=tuple(remarks),
    )


def _json(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(Problem(str(path), error.strerror or str(error)))
    except UnicodeDecodeError:
        problems.append(Problem(str(path), "not UTF-8 text"))
    except json.JSONDecodeError as error:
        problems.append(Problem(f"{path}:{error.lineno}", f"not JSON: {error.msg}"))
    else:
        if isinstance(data, dict):
            return data
        problems.append(Problem(str(path), "not a JSON object"))
    return None


def _peer(data: Any, snapshot: Snapshot) -> Peer | None:
    if not isinstance(data, Mapping):
        return None
    view = View(data)
    return Peer(
        node=view.text("node") or f"the peer of {snapshot.node}",
        product_uuid=view.text("product_uuid"),
        machine_id=view.text("machine_id"),
        guest_macs=view.texts("guest_macs"),
    )


def _inventory(table: Mapping[str, Any], path: Path, problems: list[Problem]) -> Inventory | None:
    try:
        return Inventory.from_table(_with_boot_configs(table))
    except (TypeError, ValueError, AttributeError) as error:
        problems.append(Problem(f"{path}: inventory", f"not an inventory table: {str(error).splitlines()[0]}"))
        return None


def _hypervisors(table: Any) -> dict[str, str | None] | None:
    roles = table.get("hypervisors") if isinstance(table, Mapping) else None
    return {str(name): role for name, role in roles.items()} if isinstance(roles, Mapping) else None


def _with_boot_configs(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table with its list of MAC-specific boot configurations (by host name) noted at the hosts."""
    listed = {str(name) for name in table.get("bootstrap_grub_mac_configs") or ()}
    hosts = {
        name: {**entry, "mac_boot_config": True} for name, entry in table.get("hosts", {}).items() if name in listed
    }
    return {**table, "hosts": {**table.get("hosts", {}), **hosts}} if hosts else table


def _waivers(data: Any, path: Path, remarks: list[str]) -> tuple[Waiver, ...]:
    """The usable waivers; one that lacks its owner, reason or expiry waives nothing and is remarked upon."""
    items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    usable = []
    for number, item in enumerate(items):
        problems: list[Problem] = []
        known = {key: item[key] for key in Waiver.model_fields if item.get(key) is not None}
        waiver = checked(Waiver, known, path, problems)
        if waiver is not None:
            usable.append(waiver)
        remarks += [f"{path}: waivers[{number}] does not waive: {problem.what}" for problem in problems]
    return tuple(usable)


def _date(value: Any, path: Path, problems: list[Problem]) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        problems.append(Problem(str(path), f"audit_date is {value!r}, expected a date such as 2026-11-21"))
        return None

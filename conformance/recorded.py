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
    """A snapshot read from a file. None means that the file says nothing about it; `remarks` are for the reader."""

    path: Path
    snapshot: Snapshot
    is_bundle: bool
    peer: Peer | None = None
    inventory: Inventory | None = None
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
        return Inventory.from_table(table)
    except (TypeError, ValueError, AttributeError) as error:
        problems.append(Problem(f"{path}: inventory", f"not an inventory table: {str(error).splitlines()[0]}"))
        return None


def _waivers(data: Any, path: Path, remarks: list[str]) -> tuple[Waiver, ...]:
    """The usable waivers; one that lacks its owner, reason or expiry waives nothing and is remarked upon."""
    items = data if isinstance(data, list) else []
    usable = []
    for number, item in enumerate(items):
        problems: list[Problem] = []
        waiver = checked(Waiver, item, path, problems)
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

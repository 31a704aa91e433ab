"""What a lab of guests must look like, worked out by a model of a few lines, and what it does look like."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from fakes.client import LocalClient
from fakes.pve.datacenter import Datacenter

GIB = 1024**3
NODE = "/nodes/hv01"
_DRIVE = re.compile(r"(scsi|unused)\d+")


@dataclass
class Disk:
    """A disk: its storage and its size in bytes."""

    storage: str
    size: int


@dataclass
class State:
    """What a snapshot keeps of a guest."""

    cores: int = 1
    disks: dict[str, Disk] = field(default_factory=dict)


@dataclass
class Guest:
    """A guest as the model sees it."""

    name: str
    state: State
    is_running: bool = False
    is_template: bool = False
    snapshots: dict[str, State] = field(default_factory=dict)
    parent: str | None = None
    base: int | None = None

    def remember(self, name: str) -> None:
        self.snapshots[name] = copy.deepcopy(self.state)
        self.parent = name

    def go_back(self, name: str) -> None:
        self.state = copy.deepcopy(self.snapshots[name])
        self.parent = name
        self.is_running = False

    def summary(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "status": "running" if self.is_running else "stopped",
            "template": self.is_template,
            "cores": self.state.cores,
            "disks": {key: (disk.storage, disk.size) for key, disk in self.state.disks.items()},
            "snapshots": sorted(self.snapshots),
            "parent": self.parent,
        }


def through_the_api(client: LocalClient) -> dict[int, dict[str, Any]]:
    """The guests as lists, configurations and snapshot lists show them."""
    return {row["vmid"]: _asked(client, row) for row in client.get(f"{NODE}/qemu")}


def _asked(client: LocalClient, row: dict[str, Any]) -> dict[str, Any]:
    guest = f"{NODE}/qemu/{row['vmid']}"
    config = client.get(f"{guest}/config", current=1)
    snapshots = {one["name"]: one for one in client.get(f"{guest}/snapshot")}
    return {
        "name": row["name"],
        "status": row["status"],
        "template": bool(row.get("template")),
        "cores": config.get("cores", 1),
        "disks": _disks(config),
        "snapshots": sorted(set(snapshots) - {"current"}),
        "parent": snapshots["current"].get("parent"),
    }


def in_the_files(datacenter: Datacenter) -> dict[int, dict[str, Any]]:
    """The same guests as their files below /etc/pve say, read without any code of the fake; without their status."""
    found = {}
    for name in datacenter.cfs.list("nodes/hv01/qemu-server"):
        text = datacenter.cfs.read(f"nodes/hv01/qemu-server/{name}") or ""
        main, *sections = re.split(r"^\[(.+)\]$", text, flags=re.MULTILINE)
        config = _lines(main)
        found[int(name.removesuffix(".conf"))] = {
            "name": config["name"],
            "template": config.get("template") == "1",
            "cores": int(config.get("cores", "1")),
            "disks": _disks(config),
            "snapshots": sorted(name for name in sections[::2] if name != "PENDING"),
            "parent": config.get("parent"),
        }
    return found


def volumes(client: LocalClient) -> dict[str, list[tuple[int, int]]]:
    """Owner and size of every image, by storage."""
    return {
        storage: sorted(
            (row["vmid"], row["size"]) for row in client.get(f"{NODE}/storage/{storage}/content", content="images")
        )
        for storage in ("local-lvm", "dirimg")
    }


def expected_volumes(guests: dict[int, Guest]) -> dict[str, list[tuple[int, int]]]:
    """The same as the model has it."""
    disks = [(vmid, disk) for vmid, guest in guests.items() for disk in guest.state.disks.values()]
    return {
        storage: sorted((vmid, disk.size) for vmid, disk in disks if disk.storage == storage)
        for storage in ("local-lvm", "dirimg")
    }


def _lines(text: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in text.splitlines() if not line.startswith("#"))
    return {key: value for key, colon, value in lines if colon}


def _disks(config: dict[str, Any]) -> dict[str, tuple[str, int]]:
    return {key: _disk(str(value)) for key, value in config.items() if _DRIVE.fullmatch(key)}


def _disk(text: str) -> tuple[str, int]:
    found = re.search(r"size=(\d+)([MG])", text)
    size = int(found[1]) * (GIB if found[2] == "G" else 1024**2) if found else 0
    return text.partition(":")[0], size

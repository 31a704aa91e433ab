"""What a container's status is: the row of the container list, and what status/current says.

Source: observed rows of stopped and running containers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.pve.datacenter import Datacenter
from fakes.pve.guestconf import peek
from fakes.pve.guestkeys import Value
from fakes.pve.lxc.mountpoints import parse_mount
from fakes.pve.lxc.runtime import MIB, RunningContainer, running
from fakes.pve.node import Node

GIB = 1024**3
DEFAULT_MEMORY_MIB = 512
# What ext4 keeps of a volume for itself, and what an unpacked template takes.
_USABLE = 0.967
_UNPACKED_BYTES = 600 * MIB


def fixed_part(config: Mapping[str, Value], node: Node, vmid: int) -> dict[str, Any]:
    """What the configuration alone decides of a status row."""
    row: dict[str, Any] = {
        "vmid": vmid,
        "type": "lxc",
        "name": "".join(str(config.get("hostname") or f"CT{vmid}").split()),
        "cpus": _processors(config) or node.facts.threads,
        "maxmem": int(config.get("memory") or DEFAULT_MEMORY_MIB) * MIB,
        "maxswap": int(config.get("swap", 0)) * MIB,
        "maxdisk": _root_bytes(config),
        "disk": 0,
    }
    if config.get("tags") is not None:
        row["tags"] = config["tags"]
    if config.get("template"):
        row["template"] = 1
    if config.get("lock"):
        row["lock"] = config["lock"]
    return row


def _processors(config: Mapping[str, Value]) -> Value | None:
    """Whole cores as a number; where only a limit is set, that limit as its text."""
    if config.get("cores"):
        return config["cores"]
    limit = config.get("cpulimit")
    return None if limit in (None, "", "0") else limit


def _root_bytes(config: Mapping[str, Value]) -> int:
    size = parse_mount("rootfs", config["rootfs"]).size if config.get("rootfs") else None
    return size or 4 * GIB


def moving_part(state: RunningContainer | None, row: Mapping[str, Any], now: float) -> dict[str, Any]:
    """What changes from moment to moment beside the fixed `row`; all zero for a container that is off."""
    counters = ("cpu", "mem", "swap", "uptime", "netin", "netout", "diskread", "diskwrite")
    if state is None:
        return {"status": "stopped", **dict.fromkeys(counters, 0)}
    usage = state.usage(now)
    total = int(row["maxdisk"] * _USABLE)
    return {
        "status": "running",
        "pid": state.pid,
        "uptime": state.uptime(now),
        "cpu": usage.cpu,
        "mem": min(usage.memory, row["maxmem"]),
        "swap": 0,
        "netin": usage.net_in,
        "netout": usage.net_out,
        "diskread": usage.disk_read,
        "diskwrite": usage.disk_write,
        "disk": min(_UNPACKED_BYTES, total // 2),
        "maxdisk": total,
    }


def container_status(datacenter: Datacenter, node: Node, vmid: int) -> dict[str, Any]:
    """The status of a container; ApiError where there is none."""
    row = fixed_part(peek(datacenter, vmid, "lxc", node=node.name).main, node, vmid)
    return {**row, **moving_part(running(node, vmid), row, datacenter.clock.now())}

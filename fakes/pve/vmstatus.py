"""What a virtual machine's status is: the row of the guest list, with `full` also what QEMU itself would say.

Source: BEHAVIOUR, "Power and snapshots"; observed rows of stopped and running guests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import Drive, drives, parse_drive
from fakes.pve.formats import is_true_word
from fakes.pve.guestconf import peek
from fakes.pve.hypervisor import MIB, RunningGuest, Usage, hypervisor_of
from fakes.pve.nets import KEYS as NET_KEYS
from fakes.pve.node import Node
from fakes.pve.qemu.boot import boot_drives

QEMU_VERSION = "9.2.0"
DEFAULT_MEMORY_MIB = 512
_SUPPORT = {
    "backup-access-api": True,
    "backup-fleecing": True,
    "backup-max-workers": True,
    "pbs-dirty-bitmap": True,
    "pbs-dirty-bitmap-migration": True,
    "pbs-dirty-bitmap-savevm": True,
    "pbs-library-version": "1.5.1 (UNKNOWN)",
    "pbs-masterkey": True,
    "query-bitmap-info": True,
}
_COUNTERS = (
    "failed_flush_operations failed_rd_operations failed_unmap_operations failed_wr_operations flush_operations"
    " flush_total_time_ns invalid_flush_operations invalid_rd_operations invalid_unmap_operations"
    " invalid_wr_operations rd_merged rd_total_time_ns unmap_bytes unmap_merged unmap_operations"
    " unmap_total_time_ns wr_highest_offset wr_merged wr_total_time_ns"
)


def memory_mib(config: Mapping[str, str | int]) -> int:
    """The memory of a guest in MiB, 512 where nothing is set."""
    text = str(config.get("memory", DEFAULT_MEMORY_MIB)).partition(",")[0].removeprefix("current=")
    return int(text) if text.isdigit() else DEFAULT_MEMORY_MIB


def options_of(text: str, default: str) -> dict[str, str]:
    """The options of a property string as texts; a value without a key counts as `default`."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return {(key if equals else default): (value if equals else key) for key, equals, value in pairs}


def agent_enabled(agent: str | int | None) -> bool:
    """True where the `agent` option of a configuration switches the guest agent on."""
    return agent is not None and is_true_word(options_of(str(agent), "enabled").get("enabled", "0")) is True


def boot_disk(config: Mapping[str, str | int]) -> Drive | None:
    """The first disk of the boot order, CD drives left out; None where there is none."""
    for key in boot_drives(config):
        if key in config:
            drive = parse_drive(key, config[key])
            if not drive.is_cdrom and drive.file:
                return drive
    return None


def fixed_part(config: Mapping[str, str | int], node: Node, vmid: int) -> dict[str, Any]:
    """What the configuration alone decides of a status row."""
    disk = boot_disk(config)
    processors = int(config.get("sockets", 1)) * int(config.get("cores", 1))
    row: dict[str, Any] = {
        "vmid": vmid,
        "name": config.get("name") or f"VM {vmid}",
        "cpus": int(config.get("vcpus") or min(processors, node.facts.threads)),
        "maxmem": memory_mib(config) * MIB,
        "maxdisk": (disk.size or 0) if disk else 0,
        "disk": 0,
    }
    if config.get("balloon"):
        row["balloon_min"] = int(config["balloon"]) * MIB
        row["shares"] = int(config.get("shares", 1000))
    if config.get("template"):
        row["template"] = 1
    if any(f"serial{number}" in config for number in range(4)):
        row["serial"] = 1
    for key in ("lock", "tags"):
        if config.get(key) is not None:
            row[key] = config[key]
    return row


def moving_part(guest: RunningGuest | None, usage: Usage | None, now: float) -> dict[str, Any]:
    """What changes from moment to moment; all zero for a guest that is off."""
    if guest is None or usage is None:
        off = dict.fromkeys(("cpu", "mem", "uptime", "netin", "netout", "diskread", "diskwrite"), 0)
        return {"status": "stopped", **off}
    return {
        "status": "running",
        "pid": guest.pid,
        "uptime": guest.uptime(now),
        "cpu": usage.cpu,
        "mem": usage.memory,
        "netin": usage.net_in,
        "netout": usage.net_out,
        "diskread": 0,
        "diskwrite": 0,
    }


def vm_status(datacenter: Datacenter, node: Node, vmid: int, *, full: bool = False) -> dict[str, Any]:
    """The status of a virtual machine; ApiError where there is none. With `full` QEMU is asked as well."""
    config = peek(datacenter, vmid, node=node.name).main
    hypervisor = hypervisor_of(datacenter)
    guest = hypervisor.running(node, vmid)
    usage = hypervisor.usage(node, vmid) if guest else None
    row = {**fixed_part(config, node, vmid), **moving_part(guest, usage, datacenter.clock.now())}
    if full:
        row["qmpstatus"] = "stopped"
        if guest is not None and usage is not None:
            row.update(_asked(config, guest, usage))
    return row


def _asked(config: Mapping[str, str | int], guest: RunningGuest, usage: Usage) -> dict[str, Any]:
    disks = [drive.key for drive in drives(config)]
    answer: dict[str, Any] = {
        "qmpstatus": guest.qmpstatus,
        "running-machine": guest.machine,
        "running-qemu": QEMU_VERSION,
        "proxmox-support": dict(_SUPPORT),
        "diskread": usage.disk_read,
        "diskwrite": usage.disk_write,
    }
    if disks:
        answer["blockstat"] = {key: _block_statistics(usage if key == disks[0] else Usage(0.0, 0)) for key in disks}
    if str(config.get("balloon", "")) != "0":
        memory = guest.memory_mib * MIB
        answer["balloon"] = memory
        answer["ballooninfo"] = {"actual": memory, "max_mem": memory}
        if guest.addresses or usage.cpu:
            free = memory - usage.memory
            answer["freemem"] = free
            answer["ballooninfo"].update(total_mem=memory, free_mem=free)
    cards = list(_tap_names(config, guest.vmid))
    if cards:
        answer["nics"] = {
            name: {
                "netin": usage.net_in if name == cards[0] else 0,
                "netout": usage.net_out if name == cards[0] else 0,
            }
            for name in cards
        }
    return answer


def _tap_names(config: Mapping[str, str | int], vmid: int) -> Iterator[str]:
    return (f"tap{vmid}i{key[3:]}" for key in NET_KEYS if key in config)


def _block_statistics(usage: Usage) -> dict[str, Any]:
    return {
        **dict.fromkeys(_COUNTERS.split(), 0),
        "account_failed": True,
        "account_invalid": True,
        "timed_stats": [],
        "rd_bytes": usage.disk_read,
        "rd_operations": usage.disk_read // 4096,
        "wr_bytes": usage.disk_write,
        "wr_operations": usage.disk_write // 4096,
    }

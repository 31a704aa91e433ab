"""The disks of a node: the list, their health, a partition table for a new one, wiping."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.disks import NodeDisk, Partition, disks_of, named_disk, note_use
from fakes.pve.http import ApiError, route
from fakes.pve.tasks import Task

_SSD_KINDS = ("ssd", "nvme")
_HDD_RPM = 7200


@route("GET", "/nodes/{node}/disks/list")
def disk_list(call: Call) -> list[dict[str, Any]]:
    wanted = call.get("type")
    rows: list[dict[str, Any]] = []
    for disk in disks_of(call.node).values():
        if wanted == "unused" and disk.is_used:
            continue
        rows.append(_row(call, disk))
        if call.get("include-partitions"):
            rows += [_partition(disk, part) for part in disk.partitions]
    return rows


def _row(call: Call, disk: NodeDisk) -> dict[str, Any]:
    is_ssd = disk.kind in _SSD_KINDS
    row: dict[str, Any] = {
        "devpath": disk.path,
        "by_id_link": f"/dev/disk/by-id/{_bus(disk)}-{disk.model.replace(' ', '_')}_{disk.serial}",
        "size": disk.size,
        "type": disk.kind,
        "model": disk.model,
        "serial": disk.serial,
        "vendor": "unknown" if disk.kind == "nvme" else "ATA     ",
        "wwn": "unknown",
        "rpm": 0 if is_ssd else _HDD_RPM,
        "gpt": int(disk.has_gpt),
        "health": "UNKNOWN" if call.get("skipsmart") else "PASSED",
        "wearout": "N/A" if call.get("skipsmart") or not is_ssd else 100,
        "osdid": -1,
        "osdid-list": None,
    }
    return row | ({"used": disk.use} if disk.use else {})


def _bus(disk: NodeDisk) -> str:
    return {"nvme": "nvme", "usb": "usb"}.get(disk.kind, "ata")


def _partition(disk: NodeDisk, part: Partition) -> dict[str, Any]:
    return {
        "devpath": part.path,
        "parent": disk.path,
        "size": part.size,
        "used": part.use,
        "type": "partition",
        "gpt": int(disk.has_gpt),
        "osdid": -1,
        "osdid-list": None,
    }


@route("GET", "/nodes/{node}/disks/smart")
def smart(call: Call) -> dict[str, Any]:
    disk = named_disk(call.node, call.params["disk"])
    if call.get("healthonly"):
        return {"health": "PASSED"}
    text = (
        "\nSMART/Health Information (NVMe Log 0x02)\nCritical Warning:                   0x00\n"
        "Temperature:                        38 Celsius\nAvailable Spare:                    100%\n"
    )
    return {"health": "PASSED", "type": "text", "text": f"{text}Serial Number:                      {disk.serial}\n"}


@route("POST", "/nodes/{node}/disks/initgpt")
def initialise(call: Call) -> str:
    disk = named_disk(call.node, call.params["disk"])
    if disk.is_used:
        raise ApiError(500, f"disk {disk.path} already in use")

    def work(task: Task) -> None:
        note_use(call.node, disk, "", gpt=True)
        task.log("Creating new GPT entries in memory.\nThe operation has completed successfully.")

    return call.start_task("diskinit", disk.name, work)


@route("PUT", "/nodes/{node}/disks/wipedisk")
def wipe(call: Call) -> str:
    path = str(call.params["disk"])
    disks = disks_of(call.node)
    part = next((one for disk in disks.values() for one in disk.partitions if one.path == path), None)
    if part is None:
        disk = named_disk(call.node, path)
    mounted = part.path if part and part.use == "EFI" else None
    holder = part.path if part and part.use == "LVM" else None
    if part is None and disk.holder:
        mounted = disk.path if disk.use == "mounted" else mounted
        holder = None if disk.use == "mounted" else disk.volume
    if mounted:
        raise ApiError(500, f"disk/partition '{mounted}' is mounted")
    if holder:
        raise ApiError(500, f"disk/partition '{holder}' has a holder")

    def work(task: Task) -> None:
        if part is None:
            note_use(call.node, disk, "")
        task.log(f"wiping block device {path}")

    return call.start_task("wipedisk", path.removeprefix("/dev/"), work)

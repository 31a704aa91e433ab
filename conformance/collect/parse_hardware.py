"""The machine, read from the outputs of lscpu, dmidecode, lsblk and sysfs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.collect.output import Output, by_file

UNITS_MIB: Mapping[str, float] = {"kB": 1 / 1024, "MB": 1, "GB": 1024, "TB": 1024 * 1024}
# Block devices that are not a disk in the machine.
VIRTUAL_DISK = re.compile(r"(loop|zd|zram|ram|nbd|rbd|dm-|md|sr|fd)\d")


def dmi_fields(output: Output) -> dict[str, Any]:
    """Vendor, product, UUID and chassis type from ``grep -H "" /sys/class/dmi/id/…``; unreadable ones are absent."""
    found = {name.rsplit("/", 1)[-1]: lines[0].strip() for name, lines in by_file(output).items()}
    chassis = found.pop("chassis_type", "")
    fields: dict[str, Any] = {
        name: found[name] for name in ("sys_vendor", "product_name", "product_uuid") if name in found
    }
    return fields | ({"chassis_type": int(chassis)} if chassis.isdigit() else {})


def memory_devices(text: str) -> list[dict[str, Any]]:
    """The populated slots in the output of ``dmidecode -t 17``, sizes in MiB."""
    blocks = re.split(r"\n(?=Handle )", f"\n{text}")
    found = (_memory_device(block) for block in blocks if re.search(r"^Memory Device$", block, re.MULTILINE))
    return [device for device in found if device is not None]


def _memory_device(block: str) -> dict[str, Any] | None:
    fields = dict(re.findall(r"^\s+([A-Z][\w /-]*): (.*)$", block, re.MULTILINE))
    size = re.fullmatch(r"(\d+) (kB|MB|GB|TB)", fields.get("Size", "").strip())
    if size is None:
        return None
    return {
        "size_mib": int(int(size[1]) * UNITS_MIB[size[2]]),
        "type": fields.get("Type", "").strip() or None,
        "form_factor": fields.get("Form Factor", "").strip() or None,
    }


def memtotal_kib(text: str) -> int | None:
    """MemTotal of ``/proc/meminfo``."""
    found = re.search(r"^MemTotal:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else None


def lscpu_fields(document: Any) -> dict[str, str]:
    """Field names without the colon to values, from ``lscpu -J``, flat or nested."""
    rows = document.get("lscpu", []) if isinstance(document, Mapping) else []
    return {row["field"].rstrip(":"): row["data"] for row in _flat(rows) if row.get("data") is not None}


def _flat(rows: Iterable[Any]) -> Iterable[Mapping[str, Any]]:
    for row in rows:
        yield row
        yield from _flat(row.get("children", []))


def cpu_of(document: Any) -> dict[str, Any] | None:
    """Vendor, model, architecture, topology and flags; `cores` are physical ones, `threads` those online."""
    fields = lscpu_fields(document)
    if not fields:
        return None
    sockets, per_socket = _number(fields.get("Socket(s)")), _number(fields.get("Core(s) per socket"))
    online = fields.get("On-line CPU(s) list")
    return {
        "vendor": fields.get("Vendor ID"),
        "model_name": fields.get("Model name"),
        "arch": fields.get("Architecture"),
        "sockets": sockets,
        "cores": sockets * per_socket if sockets and per_socket else None,
        "threads": count_cpus(online) if online else _number(fields.get("CPU(s)")),
        "flags": fields["Flags"].split() if "Flags" in fields else None,
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def count_cpus(ranges: str) -> int | None:
    """How many CPUs a list such as ``0-3,8`` names."""
    total = 0
    for part in ranges.split(","):
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", part.strip())
        if found is None:
            return None
        total += int(found[2] or found[1]) - int(found[1]) + 1
    return total


def kvm_modules(text: str) -> list[str]:
    """The loaded modules that have to do with virtualisation, from ``/proc/modules``."""
    names = [line.split()[0] for line in text.splitlines() if line.strip()]
    return [name for name in names if name.startswith(("kvm", "vfio"))]


def disks_of(document: Any) -> list[dict[str, Any]] | None:
    """The disks of the machine from ``lsblk -b -d -J``; loop, memory and mapped devices are left out."""
    rows = document.get("blockdevices") if isinstance(document, Mapping) else None
    if not isinstance(rows, list):
        return None
    return [_disk(row) for row in rows if not VIRTUAL_DISK.match(row.get("name") or "")]


def _disk(row: Mapping[str, Any]) -> dict[str, Any]:
    rotating, removable = _flag(row.get("rota")), _flag(row.get("rm"))
    return {
        "name": row.get("name"),
        "size_bytes": _size(row.get("size")),
        "rota": None if rotating is None else int(rotating),
        "tran": row.get("tran"),
        "removable": removable,
        "type": row.get("type"),
        "model": (row.get("model") or "").strip() or None,
    }


def _size(value: Any) -> int | None:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else None


def _flag(value: Any) -> bool | None:
    """Older lsblk writes "0" and "1" where newer ones write false and true."""
    return {True: True, False: False, "1": True, "0": False}.get(value)


def iommu_group_count(output: Output) -> int | None:
    """How many groups ``ls /sys/kernel/iommu_groups`` shows; a kernel without that folder has none."""
    if output.ok:
        return len(output.stdout.split())
    return 0 if output.stderr.strip() and output.only_absent and output.rc in (1, 2) else None

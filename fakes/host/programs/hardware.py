"""Programs that show the hardware: dmidecode, lscpu, lsblk, ethtool, and LVM's view of the disks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fakes.host.output import Output, failed
from fakes.host.programs import program

if TYPE_CHECKING:
    from fakes.host.machine import Machine

GIB = 1024**3


@program("dmidecode", package="dmidecode")
def dmidecode(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    wanted = args[args.index("-t") + 1] if "-t" in args else ""
    if wanted not in ("17", "memory"):
        return failed(1, "dmidecode: only the memory devices (-t 17) can be shown")
    blocks = ["# dmidecode 3.4\nGetting SMBIOS data from sysfs.\nSMBIOS 3.0.0 present.\n"]
    for number, device in enumerate(machine.profile.memory.devices):
        blocks.append(
            f"Handle 0x{0x3F + number:04X}, DMI type 17, 40 bytes\nMemory Device\n"
            f"\tTotal Width: 64 bits\n\tData Width: 64 bits\n\tSize: {_size(device.size_mib)}\n"
            f"\tForm Factor: {device.form_factor}\n\tSet: None\n\tLocator: {device.locator}\n"
            f"\tBank Locator: Not Specified\n\tType: {device.type}\n\tType Detail: Synchronous\n"
            f"\tSpeed: {device.speed_mts} MT/s\n\tManufacturer: {device.manufacturer}\n"
            f"\tPart Number: {device.part_number}\n"
        )
    return Output(0, "\n".join(blocks))


def _size(mib: int) -> str:
    return f"{mib // 1024} GB" if mib % 1024 == 0 else f"{mib} MB"


@program("lscpu")
def lscpu(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    cpu = machine.profile.cpu
    rows = {
        "Architecture:": cpu.arch,
        "CPU op-mode(s):": "32-bit, 64-bit",
        "CPU(s):": cpu.threads,
        "On-line CPU(s) list:": f"0-{cpu.threads - 1}",
        "Vendor ID:": cpu.vendor,
        "Model name:": cpu.model_name,
        "CPU family:": cpu.family,
        "Model:": cpu.model,
        "Thread(s) per core:": cpu.threads // cpu.cores,
        "Core(s) per socket:": cpu.cores // cpu.sockets,
        "Socket(s):": cpu.sockets,
        "Stepping:": cpu.stepping,
        "CPU max MHz:": f"{cpu.max_khz / 1000:.4f}",
        "CPU min MHz:": f"{cpu.min_khz / 1000:.4f}",
        "Flags:": " ".join(cpu.flags),
        **({"Virtualization:": "VT-x"} if "vmx" in cpu.flags else {}),
    }
    if "-J" in args:
        return Output(0, _json({"lscpu": [{"field": key, "data": str(value)} for key, value in rows.items()]}))
    return Output(0, "".join(f"{key:<24}{value}\n" for key, value in rows.items()))


@program("lsblk")
def lsblk(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    columns = (args[args.index("-o") + 1] if "-o" in args else "NAME,SIZE,TYPE").split(",")
    devices = [
        _block(machine, index, columns, with_children="-d" not in args) for index in range(len(machine.profile.disks))
    ]
    return Output(0, _json({"blockdevices": devices}))


def _block(machine: Machine, index: int, columns: list[str], *, with_children: bool) -> dict[str, Any]:
    disk = machine.profile.disks[index]
    values: dict[str, Any] = {
        "name": disk.name,
        "path": f"/dev/{disk.name}",
        "size": disk.size_bytes,
        "rota": disk.rotational,
        "tran": disk.transport,
        "rm": disk.removable,
        "type": "disk",
        "model": disk.model,
        "serial": f"{disk.serial_prefix}{machine.name.upper()}",
    }
    row = {name.lower(): values.get(name.lower()) for name in columns}
    if with_children and index == 0 and machine.api is not None:
        row["children"] = [_partition(machine, disk.name, columns)]
    return row


def _partition(machine: Machine, disk: str, columns: list[str]) -> dict[str, Any]:
    name = f"{disk}p3" if disk.startswith("nvme") else f"{disk}3"
    part: dict[str, Any] = {"name": name, "path": f"/dev/{name}", "type": "part", "tran": None}
    logical = [
        {"name": f"pve-{volume}", "path": f"/dev/mapper/pve-{volume}", "type": "lvm", "tran": None}
        for volume in ("swap", "root", "data")
    ]
    chosen = [column.lower() for column in columns]
    return {
        **{key: part.get(key) for key in chosen},
        "children": [{key: one.get(key) for key in chosen} for one in logical],
    }


@program("pvs", "vgs", package="lvm2")
def pvs(machine: Machine, args: list[str], stdin: str) -> Output:
    del args, stdin
    disk = machine.profile.disks[0].name
    part = f"/dev/{disk}p3" if disk.startswith("nvme") else f"/dev/{disk}3"
    rows = [{"pv_name": part, "vg_name": "pve"}] if machine.api is not None else []
    return Output(0, _json({"report": [{"pv": rows}]}))


@program("lvs", package="lvm2")
def lvs(machine: Machine, args: list[str], stdin: str) -> Output:
    del args, stdin
    return Output(0, _json({"report": [{"lv": _logical_volumes(machine)}]}))


def _logical_volumes(machine: Machine) -> list[dict[str, str]]:
    return []


@program("ethtool", package="ethtool")
def ethtool(machine: Machine, args: list[str], stdin: str) -> Output:
    del stdin
    nic = next((nic for nic in machine.profile.nics if nic.name in args), None)
    if nic is None:
        return failed(75, "netlink error: no device matches name (offset 24)\nnetlink error: No such device")
    if "-P" in args:
        return Output(0, f"Permanent address: {machine.mac}\n")
    if "-i" in args:
        return Output(0, f"driver: {nic.driver}\nversion: {machine.kernel}\nbus-info: {nic.pci_address}\n")
    folder = f"/sys/class/net/{nic.name}"
    speed, duplex, carrier = (
        (machine.files.read(f"{folder}/{name}") or "").strip() for name in ("speed", "duplex", "carrier")
    )
    link = "yes" if carrier == "1" else "no"
    return Output(
        0,
        f"Settings for {nic.name}:\n\tSupported link modes:   10baseT/Half 10baseT/Full\n"
        f"\t                        100baseT/Half 100baseT/Full\n\t                        1000baseT/Full\n"
        f"\tSpeed: {speed}Mb/s\n\tDuplex: {duplex.capitalize()}\n\tAuto-negotiation: on\n\tLink detected: {link}\n",
    )


def _json(value: Any) -> str:
    return json.dumps(value, indent=3) + "\n"

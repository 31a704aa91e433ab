"""QEMU options that libvirt has no element for: NVMe, single SMBIOS structures, the CPU's name; pure."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Literal

from fixtures.hardware import Disk
from sim.nodefiles import NodeFiles
from sim.plan import NodePlan

Accelerator = Literal["kvm", "tcg"]

_QEMU_URI = "http://libvirt.org/schemas/domain/qemu/1.0"
_FIRST_NVME_SLOT = 0x18
_MANUFACTURERS = {"GenuineIntel": "Intel(R) Corporation", "AuthenticAMD": "Advanced Micro Devices, Inc."}

ET.register_namespace("qemu", _QEMU_URI)


def add(domain: ET.Element, plan: NodePlan, files: NodeFiles, accelerator: Accelerator) -> None:
    """Add the options to a definition."""
    command = ET.SubElement(domain, f"{{{_QEMU_URI}}}commandline")

    def argument(option: str, value: str) -> None:
        ET.SubElement(command, f"{{{_QEMU_URI}}}arg", value=option)
        ET.SubElement(command, f"{{{_QEMU_URI}}}arg", value=value)

    for number, disk in enumerate(disk for disk in plan.profile.disks if disk.transport == "nvme"):
        path = _escaped(files.disk(disk.name))
        argument("-drive", f"file={path},if=none,id=nvme{number},format=qcow2,discard=unmap")
        serial, slot = _escaped(disk_serial(plan, disk)), _FIRST_NVME_SLOT + number
        argument("-device", f"nvme,serial={serial},drive=nvme{number},bus=pcie.0,addr={slot:#x}")
    argument("-smbios", f"file={_escaped(files.chassis)}")
    for number in range(len(plan.profile.memory.devices)):
        argument("-smbios", f"file={_escaped(files.memory_device(number))}")
    cpu = plan.profile.cpu
    manufacturer = _escaped(_MANUFACTURERS.get(cpu.vendor, cpu.vendor))
    argument(
        "-smbios",
        f"type=4,manufacturer={manufacturer},version={_escaped(cpu.model_name)},"
        f"max-speed={cpu.max_khz // 1000},current-speed={cpu.base_khz // 1000},sock_pfx={cpu.socket}",
    )
    driver = "host" if accelerator == "kvm" else cpu.libvirt_model
    argument("-global", f"driver={driver}-x86_64-cpu,property=model-id,value={_escaped(cpu.model_name)}")
    _override_sata_models(domain, plan)


def _override_sata_models(domain: ET.Element, plan: NodePlan) -> None:
    disks = sata_disks(plan)
    if not disks:
        return
    override = ET.SubElement(domain, f"{{{_QEMU_URI}}}override")
    for number, disk in enumerate(disks):
        device = ET.SubElement(override, f"{{{_QEMU_URI}}}device", alias=f"sata0-0-{number}")
        frontend = ET.SubElement(device, f"{{{_QEMU_URI}}}frontend")
        ET.SubElement(frontend, f"{{{_QEMU_URI}}}property", name="model", type="string", value=disk.model)


def sata_disks(plan: NodePlan) -> list[Disk]:
    """The disks that libvirt knows how to attach."""
    return [disk for disk in plan.profile.disks if disk.transport == "sata"]


def disk_serial(plan: NodePlan, disk: Disk) -> str:
    """At most 20 characters: neither ATA nor NVMe has room for more."""
    return f"{disk.serial_prefix}{plan.serial}"[:20]


def _escaped(value: Path | str) -> str:
    """A value inside an option of QEMU, where a comma has to be doubled."""
    return str(value).replace(",", ",,")

"""The libvirt definitions of a planned network and a planned node; pure, held by golden files."""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sim import emulator_options
from sim.emulator_options import Accelerator
from sim.nodefiles import NodeFiles
from sim.plan import NetworkPlan, NodePlan

METADATA_URI = "urn:labctl:sim:1"

# QEMU's own cache of translated code grows to 1 GiB, which is more than a whole node otherwise takes.
_TRANSLATION_CACHE_MIB = 128

ET.register_namespace("labctl", METADATA_URI)


@dataclass(frozen=True)
class Mark:
    """Our metadata on a libvirt object: whose it is, and the hash of the definition it was made from."""

    site: str
    kind: Literal["network", "node"]
    name: str
    definition: str


def network_xml(plan: NetworkPlan, *, site: str) -> str:
    """The definition of a segment. libvirt's dnsmasq plays the core router: DHCP, DNS, and the default route.

    Forwarding is "open": the private namespace has nowhere to forward to, and an isolated network would not hand out a
    default route.
    """
    network = ET.Element("network")
    _text(network, "name", plan.name)
    ET.SubElement(network, "forward", mode="open")
    ET.SubElement(network, "bridge", name=plan.bridge, stp="off", delay="0")
    ET.SubElement(network, "domain", name=plan.domain, localOnly="yes")
    if plan.records:
        dns = ET.SubElement(network, "dns")
        for record in plan.records:
            host = ET.SubElement(dns, "host", ip=str(record.ip))
            for name in record.names:
                _text(host, "hostname", name)
    address = ET.SubElement(network, "ip", address=str(plan.gateway), prefix=str(plan.subnet.prefixlen))
    if plan.pool or plan.reservations:
        dhcp = ET.SubElement(address, "dhcp")
        if plan.pool:
            ET.SubElement(dhcp, "range", start=str(plan.pool[0]), end=str(plan.pool[1]))
        for reservation in plan.reservations:
            ET.SubElement(dhcp, "host", mac=reservation.mac, name=reservation.name, ip=str(reservation.ip))
    return _marked(network, site=site, kind="network", name=plan.segment)


def node_xml(
    plan: NodePlan,
    files: NodeFiles,
    *,
    site: str,
    accelerator: Accelerator,
    confined_by: Sequence[str] = (),
) -> str:
    """The definition of a node that shows the hardware of its profile.

    `confined_by` names the security models of a shared libvirt daemon, which would keep QEMU from the files that are
    given to it by command line.
    """
    domain = ET.Element("domain", type="kvm" if accelerator == "kvm" else "qemu")
    _text(domain, "name", plan.domain_name)
    _text(domain, "uuid", str(plan.uuid))
    _text(domain, "memory", str(plan.profile.memory.fitted_mib), unit="MiB")
    # Shared memory of a memfd is given out page by page, so a node may have more of it than this machine.
    backing = ET.SubElement(domain, "memoryBacking")
    ET.SubElement(backing, "source", type="memfd")
    ET.SubElement(backing, "access", mode="shared")
    _text(domain, "vcpu", str(plan.profile.cpu.threads))
    _sysinfo(domain, plan)
    _boot(domain, plan, files, accelerator)
    _processor(domain, plan, accelerator)
    for event, action in (("poweroff", "destroy"), ("reboot", "restart"), ("crash", "destroy")):
        _text(domain, f"on_{event}", action)
    _devices(domain, plan, files)
    ET.SubElement(_seclabel(domain, "dac", "static", relabel="no"), "label").text = "+0:+0"
    for model in confined_by:
        if model != "dac":
            _seclabel(domain, model, "none")
    emulator_options.add(domain, plan, files, accelerator)
    return _marked(domain, site=site, kind="node", name=plan.name)


def read_mark(xml: str) -> Mark | None:
    """Our metadata in a definition that libvirt gave back, or None where the object is not ours."""
    element = ET.fromstring(xml).find(f"metadata/{{{METADATA_URI}}}lab")
    if element is None:
        return None
    kind = element.get("kind", "")
    if kind not in ("network", "node"):
        return None
    return Mark(element.get("site", ""), kind, element.get("name", ""), element.get("definition", ""))  # type: ignore[arg-type]


def _marked(root: ET.Element, *, site: str, kind: Literal["network", "node"], name: str) -> str:
    definition = hashlib.sha256(ET.tostring(root)).hexdigest()[:16]
    metadata = ET.Element("metadata")
    ET.SubElement(metadata, f"{{{METADATA_URI}}}lab", site=site, kind=kind, name=name, definition=definition)
    position = 2 if root.find("uuid") is not None else 1
    root.insert(position, metadata)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _sysinfo(domain: ET.Element, plan: NodePlan) -> None:
    system = plan.profile.system
    sysinfo = ET.SubElement(domain, "sysinfo", type="smbios")
    sections: dict[str, dict[str, str]] = {
        "bios": {
            "vendor": system.bios.vendor,
            "version": system.bios.version,
            "date": _bios_date(system.bios.date),
            "release": system.bios.release,
        },
        "system": {
            "manufacturer": system.manufacturer,
            "product": system.product,
            "serial": plan.serial,
            "uuid": str(plan.uuid),
            "sku": system.sku,
            "family": system.family,
        },
        "baseBoard": {
            "manufacturer": system.board.manufacturer,
            "product": system.board.product,
            "version": system.board.version,
            "serial": f"/{plan.serial}/SIM/",
        },
    }
    for section, entries in sections.items():
        element = ET.SubElement(sysinfo, section)
        for name, value in entries.items():
            _text(element, "entry", value, name=name)


def _bios_date(date: str) -> str:
    """libvirt wants mm/dd/yyyy; profiles may also say yyyy-mm-dd."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", date)
    return f"{found[2]}/{found[3]}/{found[1]}" if found else date


def _boot(domain: ET.Element, plan: NodePlan, files: NodeFiles, accelerator: Accelerator) -> None:
    os = ET.SubElement(domain, "os")
    _text(os, "type", "hvm", arch="x86_64", machine="q35")
    _text(os, "kernel", str(files.kernel))
    _text(os, "initrd", str(files.ramdisk))
    _text(os, "cmdline", " ".join(_kernel_options(plan, accelerator)))
    ET.SubElement(os, "smbios", mode="sysinfo")


def _kernel_options(plan: NodePlan, accelerator: Accelerator) -> Iterator[str]:
    yield "console=ttyS0"
    yield f"root=/dev/{plan.profile.disks[0].name}"
    yield "quiet"
    # Under load the emulated timer fails the kernel's check of it, which then panics.
    yield "no_timer_check"
    if plan.profile.has_dmar_table:
        yield "intel_iommu=on"
    if accelerator == "tcg":
        # What guards against real processors costs most where the processor is emulated.
        yield "mitigations=off"


def _processor(domain: ET.Element, plan: NodePlan, accelerator: Accelerator) -> None:
    features = ET.SubElement(domain, "features")
    ET.SubElement(features, "acpi")
    ET.SubElement(features, "apic")
    if plan.profile.has_dmar_table:
        ET.SubElement(features, "ioapic", driver="qemu")
    if accelerator == "tcg":
        _text(ET.SubElement(features, "tcg"), "tb-cache", str(_TRANSLATION_CACHE_MIB), unit="MiB")
        cpu = ET.SubElement(domain, "cpu", mode="custom", match="exact", check="none")
        _text(cpu, "model", plan.profile.cpu.libvirt_model, fallback="forbid")
    else:
        cpu = ET.SubElement(domain, "cpu", mode="host-passthrough", check="none", migratable="off")
    sockets = plan.profile.cpu.sockets
    ET.SubElement(
        cpu,
        "topology",
        sockets=str(sockets),
        dies="1",
        cores=str(plan.profile.cpu.cores // sockets),
        threads=str(plan.profile.cpu.threads // plan.profile.cpu.cores),
    )


def _devices(domain: ET.Element, plan: NodePlan, files: NodeFiles) -> None:
    devices = ET.SubElement(domain, "devices")
    if plan.profile.has_dmar_table:
        ET.SubElement(ET.SubElement(devices, "iommu", model="intel"), "driver", intremap="on")
    for disk in emulator_options.sata_disks(plan):
        element = ET.SubElement(devices, "disk", type="file", device="disk")
        ET.SubElement(element, "driver", name="qemu", type="qcow2", discard="unmap")
        ET.SubElement(element, "source", file=str(files.disk(disk.name)))
        target = ET.SubElement(element, "target", dev=disk.name, bus="sata")
        if not disk.rotational:
            target.set("rotation_rate", "1")
        _text(element, "serial", emulator_options.disk_serial(plan, disk))
    port = ET.SubElement(devices, "interface", type="network")
    ET.SubElement(port, "source", network=plan.network)
    ET.SubElement(port, "mac", address=plan.mac)
    # QEMU has no I219; the 82574L is the nearest relative and has the same driver.
    ET.SubElement(port, "model", type="e1000e")
    if address := _root_bus_address(plan.profile.nics[0].pci_address):
        ET.SubElement(port, "address", {"type": "pci", "domain": "0x0000", "bus": "0x00"} | address)
    serial = ET.SubElement(devices, "serial", type="pty")
    ET.SubElement(serial, "log", file=str(files.console), append="off")
    ET.SubElement(serial, "target", port="0")
    ET.SubElement(devices, "controller", type="usb", model="none")
    ET.SubElement(devices, "memballoon", model="none")
    ET.SubElement(ET.SubElement(devices, "video"), "model", type="none")


def _root_bus_address(pci_address: str) -> dict[str, str] | None:
    """Slot and function on bus 0, which give the port the name that it has on the real machine."""
    found = re.fullmatch(r"(?:0000:)?00:([0-9a-f]{2})\.([0-7])", pci_address)
    return {"slot": f"0x{found[1]}", "function": f"0x{found[2]}"} if found else None


def _seclabel(domain: ET.Element, model: str, kind: str, **attributes: str) -> ET.Element:
    return ET.SubElement(domain, "seclabel", {"type": kind, "model": model} | attributes)


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = text
    return element

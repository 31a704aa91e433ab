"""Sites made by hand, with one fact changed at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fixtures.hardware import (
    Bios,
    Board,
    Chassis,
    Cpu,
    Disk,
    HardwareProfile,
    Memory,
    MemoryDevice,
    Nic,
    System,
)
from fixtures.identity import Host, HostInterface, Segment
from fixtures.inventory import Inventory
from fixtures.site import NodeSpec, Site


def profile(**changes: Any) -> HardwareProfile:
    """An OptiPlex with one NVMe disk; `changes` replace fields of the profile."""
    slot = MemoryDevice(
        locator="DIMM1",
        size_mib=16384,
        type="DDR4",
        form_factor="SODIMM",
        speed_mts=2400,
        manufacturer="Samsung",
        part_number="M471A2K43CB1-CRC",
    )
    facts: dict[str, Any] = {
        "name": "optiplex",
        "title": "Dell OptiPlex 7050 Micro",
        "system": System(
            manufacturer="Dell Inc.",
            product="OptiPlex 7050",
            family="OptiPlex",
            sku="07A1",
            bios=Bios(vendor="Dell Inc.", version="1.27.0", date="09/11/2023", release="1.27"),
            board=Board(manufacturer="Dell Inc.", product="0YPTW8", version="A00"),
            chassis=Chassis(manufacturer="Dell Inc.", type=35, form_factor="Micro"),
        ),
        "cpu": Cpu(
            vendor="GenuineIntel",
            model_name="Intel(R) Core(TM) i7-6700T CPU @ 2.80GHz",
            libvirt_model="Skylake-Client",
            socket="U3E1",
            arch="x86_64",
            family=6,
            model=94,
            stepping=3,
            microcode="0xf0",
            sockets=1,
            cores=4,
            threads=8,
            min_khz=800000,
            base_khz=2800000,
            max_khz=3600000,
            cache_kib=8192,
            tdp_w=35,
            flags=("vmx",),
            kernel_modules=("kvm_intel",),
        ),
        "memory": Memory(devices=(slot, slot.model_copy(update={"locator": "DIMM2"})), memtotal_kib=32773000),
        "disks": (nvme_disk(),),
        "nics": (
            Nic(
                name="enp0s31f6",
                pci_address="0000:00:1f.6",
                pci_vendor="8086",
                pci_device="15e3",
                driver="e1000e",
                speed_mbps=1000,
                duplex="full",
            ),
        ),
        "pci": (),
        "has_dmar_table": True,
    }
    return HardwareProfile(**{**facts, **changes})


def nvme_disk() -> Disk:
    """A 1 TB NVMe disk."""
    return Disk(
        name="nvme0n1",
        model="Samsung SSD 970 EVO 1TB",
        serial_prefix="S4DY",
        firmware="2B2QEXE7",
        size_bytes=1000204886016,
        transport="nvme",
    )


def sata_disk(name: str = "sda") -> Disk:
    """A 1 TB SATA SSD."""
    return Disk(
        name=name,
        model="Samsung SSD 860 EVO 1TB",
        serial_prefix="S3Z8",
        firmware="RVT02B6Q",
        size_bytes=1000204886016,
        transport="sata",
    )


def interface(mac: str | None, ip: str | None, **facts: Any) -> HostInterface:
    """A host's port on the management segment, with a reservation and a name record unless said otherwise."""
    given = {"dhcp_reservation": True, "host_a_record": True, "segment": "management", **facts}
    return HostInterface(name="eth0", mac=mac, ip=ip, **given)


def hosts(**interfaces: HostInterface) -> dict[str, Host]:
    """Hosts with one interface each."""
    return {name: Host(name=name, interfaces={"eth0": port}) for name, port in interfaces.items()}


def segment(**changes: Any) -> Segment:
    """The management segment."""
    facts = {
        "name": "management",
        "vlan_id": 99,
        "subnet": "10.20.99.0/24",
        "gateway": "10.20.99.1",
        "dhcp_range_start": "10.20.99.100",
        "dhcp_range_end": "10.20.99.200",
        "dhcp_enabled": True,
    }
    return Segment(**{**facts, **changes})


HV01 = NodeSpec(
    name="hv01", role="management", hardware="optiplex", mac="54:bf:64:00:00:01", ip="10.20.99.11", segment="management"
)
HV02 = NodeSpec(name="hv02", role="tenant", hardware="optiplex", mac="UNKNOWN", ip="10.20.99.12", segment="management")


def site(**changes: Any) -> Site:
    """A site with hv01 as written, hv02 with an unknown MAC, and a router; `changes` replace fields of the site."""
    inventory = Inventory(
        hosts=hosts(
            hv01=interface("54:bf:64:00:00:01", "10.20.99.11", cnames=("pve",)),
            hv02=interface("UNKNOWN", "10.20.99.12"),
            rt01=interface("54:bf:64:00:00:99", "10.20.99.1", dhcp_reservation=False),
        ),
        vlans={"management": segment()},
    )
    facts: dict[str, Any] = {
        "name": "test",
        "title": "A site for tests",
        "root": Path("/nowhere"),
        "declared": True,
        "nodes": {"hv01": HV01, "hv02": HV02},
        "inventory": inventory,
        "profiles": {"optiplex": profile()},
        "domain": "test.lab",
        "gateway": "10.20.99.1",
        "address_block": "10.20.0.0/16",
        "builder": "10.20.99.95",
    }
    return Site(**{**facts, **changes})

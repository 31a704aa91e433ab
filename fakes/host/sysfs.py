"""What the kernel and the firmware of a machine show below /sys, /proc and /dev, from its hardware profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fakes.host.files import Device, Folder, Generated, Link, Special

if TYPE_CHECKING:
    from fakes.host.machine import Machine

NET = "/sys/class/net"
DMI = "/sys/class/dmi/id"
BRIDGE = "vmbr0"
FOLDERS = (
    "/home",
    "/opt",
    "/srv",
    "/root",
    "/tmp",
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/var/log",
    "/etc/corosync",
)


def specials(machine: Machine) -> dict[str, Special]:
    """All generated files, links and devices of a machine by path."""
    return {**_identity(machine), **_cpu(machine), **_iommu(machine), **_network(machine), **_system(machine)}


def _fixed(text: object) -> Generated:
    return Generated(lambda: f"{text}\n")


def _lazy(make: Callable[[], str]) -> Generated:
    return Generated(make)


def _identity(machine: Machine) -> dict[str, Special]:
    system = machine.profile.system
    values = {
        "sys_vendor": system.manufacturer,
        "product_name": system.product,
        "product_family": system.family,
        "product_sku": system.sku,
        "product_uuid": machine.product_uuid,
        "bios_vendor": system.bios.vendor,
        "bios_version": system.bios.version,
        "board_vendor": system.board.manufacturer,
        "board_name": system.board.product,
        "chassis_vendor": system.chassis.manufacturer,
        "chassis_type": str(system.chassis.type),
    }
    return {f"{DMI}/{name}": _fixed(value) for name, value in values.items()}


def _cpu(machine: Machine) -> dict[str, Special]:
    cpu = machine.profile.cpu
    found: dict[str, Special] = {"/proc/cpuinfo": _lazy(lambda: cpuinfo(machine))}
    for number in range(cpu.threads):
        folder = f"/sys/devices/system/cpu/cpu{number}/cpufreq"
        found[f"{folder}/cpuinfo_max_freq"] = _fixed(cpu.max_khz)
        found[f"{folder}/cpuinfo_min_freq"] = _fixed(cpu.min_khz)
    if machine.is_kvm_usable and "vmx" in cpu.flags:
        found["/dev/kvm"] = Device()
    return found


def cpuinfo(machine: Machine) -> str:
    """The text of /proc/cpuinfo."""
    cpu = machine.profile.cpu
    blocks = []
    for number in range(cpu.threads):
        lines = {
            "processor": number,
            "vendor_id": cpu.vendor,
            "cpu family": cpu.family,
            "model": cpu.model,
            "model name": cpu.model_name,
            "stepping": cpu.stepping,
            "cpu MHz": f"{cpu.min_khz / 1000:.3f}",
            "physical id": number // (cpu.threads // cpu.sockets),
            "siblings": cpu.threads // cpu.sockets,
            "core id": number % (cpu.cores // cpu.sockets),
            "cpu cores": cpu.cores // cpu.sockets,
            "flags": " ".join(cpu.flags),
        }
        blocks.append("".join(f"{key:<15} : {value}\n".replace("  :", "\t:") for key, value in lines.items()))
    return "\n".join(blocks)


def _iommu(machine: Machine) -> dict[str, Special]:
    found: dict[str, Special] = {}
    if machine.profile.has_dmar_table:
        found["/sys/firmware/acpi/tables/DMAR"] = _fixed("DMAR")
    for device in machine.profile.pci:
        if machine.profile.has_dmar_table:
            found[f"/sys/kernel/iommu_groups/{device.iommu_group}/devices/{device.address}"] = Link(
                f"../../../../devices/pci0000:00/{device.address}"
            )
    return found


def _network(machine: Machine) -> dict[str, Special]:
    found: dict[str, Special] = {}
    for nic in machine.profile.nics:
        folder, device = f"{NET}/{nic.name}", f"/sys/devices/pci0000:00/{nic.pci_address}"
        is_up = machine.uplink_state.get("carrier", "1") == "1"
        values = {
            "address": machine.mac,
            "type": "1",
            "carrier": "1" if is_up else "0",
            "speed": machine.uplink_state.get("speed", str(nic.speed_mbps) if is_up else "-1"),
            "duplex": machine.uplink_state.get("duplex", nic.duplex if is_up else "unknown"),
            "operstate": "up" if is_up else "down",
        }
        found.update({f"{folder}/{name}": _fixed(value) for name, value in values.items()})
        found[f"{folder}/device"] = Link(f"../../../devices/pci0000:00/{nic.pci_address}")
        found[f"{folder}/master"] = Link(f"../../../devices/virtual/net/{BRIDGE}")
        found[f"{device}/vendor"] = _fixed(f"0x{nic.pci_vendor}")
        found[f"{device}/device"] = _fixed(f"0x{nic.pci_device}")
        found[f"{device}/driver"] = Link(f"../../../bus/pci/drivers/{nic.driver}")
        found[f"{device}/subsystem"] = Link("../../../bus/pci")
        found[f"/sys/bus/pci/drivers/{nic.driver}/module"] = Link(f"../../../../module/{nic.driver}")
        found["/sys/bus/pci/devices/" + nic.pci_address] = Link(f"../../../devices/pci0000:00/{nic.pci_address}")
    for name, kind, address in (("lo", "772", "00:00:00:00:00:00"), (BRIDGE, "1", machine.mac)):
        found[f"{NET}/{name}/address"] = _fixed(address)
        found[f"{NET}/{name}/type"] = _fixed(kind)
        found[f"{NET}/{name}/operstate"] = _fixed("up")
        found[f"{NET}/{name}/carrier"] = _fixed("1")
    found[f"{NET}/{BRIDGE}/bridge/stp_state"] = _fixed("0")
    return found


def _system(machine: Machine) -> dict[str, Special]:
    memory = machine.profile.memory
    modules = [*machine.profile.cpu.kernel_modules, *sorted({nic.driver for nic in machine.profile.nics}), "bridge"]
    if not machine.is_kvm_usable:
        modules = [name for name in modules if not name.startswith("kvm")]
    found: dict[str, Special] = {
        "/etc/machine-id": _fixed(machine.machine_id),
        "/etc/os-release": _fixed(os_release(*machine.debian)),
        "/etc/debian_version": _fixed(f"{machine.debian[0]}.10"),
        "/proc/meminfo": _lazy(lambda: meminfo(memory.memtotal_kib)),
        "/proc/modules": _fixed("\n".join(f"{name} 16384 0 - Live 0x0000000000000000" for name in modules)),
        "/proc/version": _fixed(f"Linux version {machine.kernel}"),
        "/proc/uptime": _lazy(lambda: f"{_uptime(machine):.2f} {_uptime(machine):.2f}\n"),
        "/sbin/init": Link("/lib/systemd/systemd"),
        "/lib/systemd/systemd": _fixed(""),
        **dict.fromkeys(FOLDERS, Folder()),
    }
    return found


def os_release(version: str, codename: str) -> str:
    """The text of Debian's /etc/os-release without its last newline."""
    rows = {
        "PRETTY_NAME": f'"Debian GNU/Linux {version} ({codename})"',
        "NAME": '"Debian GNU/Linux"',
        "VERSION_ID": f'"{version}"',
        "VERSION": f'"{version} ({codename})"',
        "VERSION_CODENAME": codename,
        "ID": "debian",
    }
    return "\n".join(f"{key}={value}" for key, value in rows.items())


def meminfo(total_kib: int) -> str:
    """The text of /proc/meminfo for a machine with this much memory that Linux can use."""
    free, available = total_kib * 7 // 10, total_kib * 8 // 10
    rows = {"MemTotal": total_kib, "MemFree": free, "MemAvailable": available, "SwapTotal": 0, "SwapFree": 0}
    return "".join(f"{name + ':':<15} {value:>8} kB\n" for name, value in rows.items())


def _uptime(machine: Machine) -> float:
    return float(machine.api.node.uptime) if machine.api else 3600.0

"""Machines that are not what the pages list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.lab import FakeLab, LabNode
from fakes.violations.registry import violation
from fixtures.hardware import HardwareProfile

GIB_MIB = 1024


def _hardware(name: str, change: Callable[[HardwareProfile], HardwareProfile]) -> None:
    """Register a violation that swaps a part of the machine."""

    @violation(name)
    def swap(lab: FakeLab, node: LabNode) -> None:
        del lab
        node.machine.profile = change(node.machine.profile)

    del swap


def _of(part: str, **values: Any) -> Callable[[HardwareProfile], HardwareProfile]:
    return lambda profile: profile.model_copy(update={part: getattr(profile, part).model_copy(update=values)})


def _each(part: str, **values: Any) -> Callable[[HardwareProfile], HardwareProfile]:
    return lambda profile: profile.model_copy(
        update={part: tuple(one.model_copy(update=values) for one in getattr(profile, part))}
    )


def _modules(total_kib: int | None = None, **values: Any) -> Callable[[HardwareProfile], HardwareProfile]:
    def change(profile: HardwareProfile) -> HardwareProfile:
        devices = tuple(device.model_copy(update=values) for device in profile.memory.devices)
        memory = profile.memory.model_copy(
            update={"devices": devices, "memtotal_kib": total_kib or profile.memory.memtotal_kib}
        )
        return profile.model_copy(update={"memory": memory})

    return change


def _flags_without(flag: str) -> Callable[[HardwareProfile], HardwareProfile]:
    return lambda profile: _of("cpu", flags=tuple(one for one in profile.cpu.flags if one != flag))(profile)


_hardware("an OptiPlex 7040 instead", _of("system", product="OptiPlex 7040"))
_hardware("an i7-6700 without the T", _of("cpu", model_name="Intel(R) Core(TM) i7-6700 CPU @ 3.40GHz"))
_hardware("hyper-threading off", _of("cpu", threads=4))
_hardware("turbo off", _of("cpu", max_khz=2_800_000))
_hardware("64 GB of memory", _modules(65_536_000, size_mib=32 * GIB_MIB))
_hardware("16 GB of memory", _modules(16_000_000, size_mib=8 * GIB_MIB))
_hardware("DDR3 memory", _modules(type="DDR3"))
_hardware("full-size DIMMs", _modules(form_factor="DIMM"))
_hardware("a 2 TB SSD", _each("disks", size_bytes=2_000_398_934_016))
_hardware("a 960 GB SSD", _each("disks", size_bytes=960_197_124_096))
_hardware("a hard disk", _each("disks", rotational=True, transport="sata", name="sda"))
_hardware("a USB disk only", _each("disks", transport="usb", removable=True))
_hardware("an I219-V network card", _each("nics", pci_device="15b8"))
_hardware("VT-d off", lambda profile: profile.model_copy(update={"has_dmar_table": False}))
_hardware("VT-x off", _flags_without("vmx"))


@violation("a 100 Mb/s link")
def slow_link(lab: FakeLab, node: LabNode) -> None:
    node.machine.uplink_state["speed"] = "100"


@violation("an unplugged cable")
def no_link(lab: FakeLab, node: LabNode) -> None:
    node.machine.uplink_state["carrier"] = "0"


@violation("no kvm device")
def no_kvm(lab: FakeLab, node: LabNode) -> None:
    node.machine.is_kvm_usable = False

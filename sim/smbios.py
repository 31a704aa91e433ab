"""SMBIOS structures that QEMU cannot be told in words: the chassis type and the memory slots; pure.

QEMU takes a finished structure with ``-smbios file=`` and then leaves out its own of that type. Field order and
lengths: DMTF DSP0134 3.2, 7.4 (type 3) and 7.18 (type 17).
"""

from __future__ import annotations

import struct

from fixtures.hardware import HardwareProfile, MemoryDevice

# The handles QEMU itself uses for these structures: its baseboard and memory array refer to them.
_CHASSIS_HANDLE = 0x0300
_MEMORY_ARRAY_HANDLE = 0x1000
_MEMORY_DEVICE_HANDLE = 0x1100

_MEMORY_TYPES = {"DDR3": 0x18, "DDR4": 0x1A, "LPDDR4": 0x1E, "DDR5": 0x22, "LPDDR5": 0x23}
_FORM_FACTORS = {"DIMM": 0x09, "SODIMM": 0x0D}
_UNKNOWN = 0x02
_LARGEST_SHORT_SIZE_MIB = 0x7FFF


def chassis(profile: HardwareProfile, serial: str) -> bytes:
    """The type 3 structure with the profile's chassis type."""
    strings = _Strings()
    body = struct.pack(
        "<BBBBBBBBBIBBBBB",
        strings.add(profile.system.chassis.manufacturer),
        profile.system.chassis.type,
        0,
        strings.add(serial),
        0,
        *(3, 3, 3),  # boot-up, power supply and thermal state: safe
        _UNKNOWN,
        0,
        0,
        1,
        *(0, 0),
        strings.add(profile.system.sku),
    )
    return _structure(3, _CHASSIS_HANDLE, body, strings)


def memory_devices(profile: HardwareProfile) -> tuple[bytes, ...]:
    """One type 17 structure per populated slot of the profile."""
    return tuple(_memory_device(number, device) for number, device in enumerate(profile.memory.devices))


def _memory_device(number: int, device: MemoryDevice) -> bytes:
    strings = _Strings()
    is_large = device.size_mib > _LARGEST_SHORT_SIZE_MIB
    body = struct.pack(
        "<HHHHHBBBBBHHBBBBBIHHHH",
        _MEMORY_ARRAY_HANDLE,
        0xFFFE,  # no error information
        64,
        64,
        _LARGEST_SHORT_SIZE_MIB if is_large else device.size_mib,
        _FORM_FACTORS.get(device.form_factor, _UNKNOWN),
        0,
        strings.add(device.locator),
        strings.add(f"BANK {number}"),
        _MEMORY_TYPES.get(device.type, _UNKNOWN),
        0x0080,  # synchronous
        device.speed_mts,
        strings.add(device.manufacturer),
        strings.add(f"{number + 1:08X}"),
        0,
        strings.add(device.part_number),
        0,
        device.size_mib if is_large else 0,
        device.speed_mts,
        *(1200, 1200, 1200),  # millivolts
    )
    return _structure(17, _MEMORY_DEVICE_HANDLE + number, body, strings)


class _Strings:
    """The string set at the end of a structure; fields refer to it by number, counted from 1."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def add(self, text: str) -> int:
        self._texts.append(text)
        return len(self._texts)

    def encoded(self) -> bytes:
        return b"".join(text.encode() + b"\0" for text in self._texts) + b"\0"


def _structure(kind: int, handle: int, body: bytes, strings: _Strings) -> bytes:
    return struct.pack("<BBH", kind, 4 + len(body), handle) + body + strings.encoded()

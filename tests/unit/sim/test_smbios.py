"""SMBIOS structures say what the profile says, at the offsets of DSP0134."""

import struct

from sim import smbios
from tests.unit.sim.sites import profile


def test_the_chassis_has_the_type_of_the_profile() -> None:
    structure = smbios.chassis(profile(), "1101NM2")

    kind, length, handle = struct.unpack_from("<BBH", structure)
    assert (kind, length, handle) == (3, 22, 0x0300)
    assert structure[0x05] == 35


def test_strings_are_found_by_the_numbers_of_their_fields() -> None:
    structure = smbios.chassis(profile(), "1101NM2")

    strings = structure[structure[1] :].split(b"\0")
    assert strings[structure[0x04] - 1] == b"Dell Inc."
    assert strings[structure[0x07] - 1] == b"1101NM2"
    assert strings[structure[0x15] - 1] == b"07A1"
    assert structure.endswith(b"\0\0")


def test_there_is_a_memory_device_for_each_slot() -> None:
    first, second = smbios.memory_devices(profile())

    assert struct.unpack_from("<BBH", first) == (17, 40, 0x1100)
    assert struct.unpack_from("<BBH", second) == (17, 40, 0x1101)


def test_a_memory_device_has_size_type_and_form_factor_of_its_slot() -> None:
    device = smbios.memory_devices(profile())[0]

    assert struct.unpack_from("<H", device, 0x0C) == (16384,)
    assert device[0x0E] == 0x0D  # SODIMM
    assert device[0x12] == 0x1A  # DDR4
    assert struct.unpack_from("<H", device, 0x15) == (2400,)


def test_a_slot_of_32_gib_and_more_states_its_size_in_the_extended_field() -> None:
    fitted = profile()
    large = fitted.memory.devices[0].model_copy(update={"size_mib": 65536})
    memory = fitted.memory.model_copy(update={"devices": (large,)})

    device = smbios.memory_devices(fitted.model_copy(update={"memory": memory}))[0]

    assert struct.unpack_from("<H", device, 0x0C) == (0x7FFF,)
    assert struct.unpack_from("<I", device, 0x1C) == (65536,)


def test_a_memory_type_that_smbios_does_not_know_is_unknown() -> None:
    fitted = profile()
    odd = fitted.memory.devices[0].model_copy(update={"type": "Optane"})
    memory = fitted.memory.model_copy(update={"devices": (odd,)})

    assert smbios.memory_devices(fitted.model_copy(update={"memory": memory}))[0][0x12] == 0x02

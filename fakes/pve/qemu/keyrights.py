"""Which right each configuration key of a virtual machine asks for.

Source: PVE 8.4 as observed, see BEHAVIOUR "Creating a guest".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from fakes.pve.cpumodels import is_custom_model, unknown_custom_model
from fakes.pve.drives import is_drive_key
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.params import parse_property_string
from fakes.pve.qemu.rights import Rights

CLOUDINIT_KEYS = ("cicustom", "cipassword", "citype", "ciupgrade", "ciuser", "nameserver", "searchdomain", "sshkeys")
_GROUPS: Mapping[str, str] = {
    "VM.Config.CPU": "cores cpu cpulimit cpuunits numa smp sockets vcpus",
    "VM.Config.Memory": "memory balloon shares",
    "VM.Config.HWType": "acpi hotplug kvm machine scsihw smbios1 tablet vga watchdog audio0",
    "VM.Config.Options": (
        "agent autostart bios description keyboard localtime migrate_downtime migrate_speed name onboot ostype"
        " protection reboot startdate startup tdf template"
    ),
    "VM.PowerMgmt": "freeze",
    "VM.Config.Disk": "boot bootdisk vmstatestorage",
}
_RIGHT = {key: right for right, keys in _GROUPS.items() for key in keys.split()}
_ELSEWHERE = re.compile(r"(?:unused|serial|usb|hostpci)\d+")


def check_keys(rights: Rights, keys: Iterable[str]) -> None:
    """ForbiddenError for the first key that the caller may not set, delete or revert; drives are checked elsewhere."""
    if rights.is_root:
        return
    for key in sorted(keys):
        _check_key(rights, key)


def _check_key(rights: Rights, key: str) -> None:
    if is_drive_key(key) or key in ("cdrom", "tags") or _ELSEWHERE.fullmatch(key):
        return
    if key in _RIGHT:
        rights.guest(_RIGHT[key])
        if key == "startup":
            # The start order changes what the host does.
            rights.at("/", "Sys.Modify")
    elif re.fullmatch(r"numa\d+", key):
        rights.guest("VM.Config.CPU")
    elif re.fullmatch(r"net\d+", key):
        rights.guest("VM.Config.Network")
    elif re.fullmatch(r"virtiofs\d", key):
        rights.guest("VM.Config.Disk")
    elif key in CLOUDINIT_KEYS or re.fullmatch(r"ipconfig\d+", key):
        rights.guest("VM.Config.Cloudinit", "VM.Config.Network", any_of=True)
    elif key == "vmstate":
        rights.guest("VM.Config.Disk", "VM.PowerMgmt")
    elif key != "rng0":
        raise ApiError(500, f"only root can set '{key}' config")


def check_devices(rights: Rights, values: Mapping[str, object], *, verb: str = "set") -> None:
    """ApiError for serial ports, USB and PCI devices, shared folders and random sources that the caller may not pass.

    Looks at values, both new ones and those that go away.
    """
    if rights.is_root:
        return
    for key in sorted(values):
        text = str(values[key])
        if re.fullmatch(r"serial\d", key):
            if text != "socket":
                raise ApiError(500, f"only root can {verb} '{key}' config for real devices")
            rights.guest("VM.Config.HWType")
        elif re.fullmatch(r"usb\d+", key):
            _check_usb(rights, key, text)
        elif re.fullmatch(r"hostpci\d+", key):
            _check_mapped(rights, key, _properties(rights, "pve-qm-hostpci", text), "pci")
        elif re.fullmatch(r"virtiofs\d", key):
            rights.guest("VM.Config.Disk")
            directory = _properties(rights, "inline:create_vm.virtiofs[n]", text).get("dirid")
            rights.at(f"/mapping/dir/{directory}", "Mapping.Use")
        elif key == "rng0":
            rights.guest("VM.Config.HWType")
            if _properties(rights, "pve-qm-rng", text).get("source") == "/dev/hwrng":
                raise ApiError(500, f"only root can set '{key}' config for a non-mapped Hardware RNG device")


def _check_usb(rights: Rights, key: str, text: str) -> None:
    device = _properties(rights, "inline:create_vm.usb[n]", text)
    host = str(device.get("host", ""))
    if host and host.lower() != "spice":
        raise ApiError(500, f"only root can set '{key}' config for real devices")
    rights.guest("VM.Config.HWType")
    if device.get("mapping"):
        rights.at(f"/mapping/usb/{device['mapping']}", "Mapping.Use")
    elif not host:
        raise ApiError(500, "either 'host' or 'mapping' must be set.")


def _check_mapped(rights: Rights, key: str, device: Mapping[str, object], kind: str) -> None:
    if device.get("host"):
        raise ApiError(500, f"only root can set '{key}' config for non-mapped devices")
    if not device.get("mapping"):
        raise ApiError(500, "either 'host' or 'mapping' must be set.")
    rights.guest("VM.Config.HWType")
    rights.at(f"/mapping/{kind}/{device['mapping']}", "Mapping.Use")


def _properties(rights: Rights, name: str, text: str) -> dict[str, object]:
    return parse_property_string(rights.call.schema, name, text, check=False)


def check_cpu_model(rights: Rights, values: Mapping[str, object]) -> None:
    """ApiError for a custom CPU model that does not exist, ForbiddenError where the caller may not see the models."""
    text = values.get("cpu")
    if text is None:
        return
    model = str(_properties(rights, "pve-vm-cpu-conf", str(text)).get("cputype", ""))
    if is_custom_model(model):
        if problem := unknown_custom_model(rights.call.datacenter, model):
            raise ParameterError({"cpu": f"invalid format - {problem}\n"})
        rights.at(f"/nodes/{rights.call.node.name}", "Sys.Audit")

"""The shape of `labctl/snapshot/1`: which key holds what kind of value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

FLAG, TEXT, WHOLE, NUMBER, ANY = "true or false", "a string", "an integer", "a number", "anything"

_CLOCK = {"offset_s": NUMBER, "ntp_synchronised": FLAG}
_DMI = {
    "sys_vendor": TEXT,
    "product_name": TEXT,
    "product_uuid": TEXT,
    "chassis_type": WHOLE,
    "memory_devices": [{"size_mib": WHOLE, "type": TEXT, "form_factor": TEXT}],
}
_CPU = {
    "hypervisor": TEXT,
    "vendor": TEXT,
    "model_name": TEXT,
    "arch": TEXT,
    "sockets": WHOLE,
    "cores": WHOLE,
    "threads": WHOLE,
    "max_khz": WHOLE,
    "flags": [TEXT],
    "dev_kvm": FLAG,
    "kernel_modules": [TEXT],
}
_DISK = {
    "name": TEXT,
    "size_bytes": WHOLE,
    "rota": FLAG,
    "tran": TEXT,
    "removable": FLAG,
    "type": TEXT,
    "model": TEXT,
}
_NIC = {
    "name": TEXT,
    "bus": TEXT,
    "pci_vendor": TEXT,
    "pci_device": TEXT,
    "driver": TEXT,
    "mac": TEXT,
    "carrier": FLAG,
    "speed_mbps": WHOLE,
    "duplex": TEXT,
    "bridge": TEXT,
    "wireless": FLAG,
}
_PVE = {
    "installed": FLAG,
    "pmxcfs_mounted": FLAG,
    "pveversion_text": TEXT,
    "api_version": TEXT,
    "api_release": TEXT,
    "api_repoid": TEXT,
    "proxmox_ve_meta": TEXT,
    "subscription": TEXT,
    "repo": TEXT,
}
_STORAGE = {
    "id": TEXT,
    "type": TEXT,
    "shared": FLAG,
    "disabled": FLAG,
    "content": TEXT,
    "path": TEXT,
    "backing_fstype": TEXT,
    "backing_tran": TEXT,
}
_GUEST = {
    "vmid": WHOLE,
    "kind": TEXT,
    "name": TEXT,
    "template": FLAG,
    "status": TEXT,
    "tags": [TEXT],
    "pool": TEXT,
    "description": TEXT,
    "agent": FLAG,
    "disks": [TEXT],
    "macs": [TEXT],
    "onboot": FLAG,
    "ipconfig": [TEXT],
    "live_ipv4": [TEXT],
    "origin": TEXT,
    "vlan_tags": [WHOLE],
}
SHAPE: Mapping[str, Any] = {
    "schema": TEXT,
    "site": TEXT,
    "node": TEXT,
    "role": TEXT,
    "declared": FLAG,
    "collected_at": TEXT,
    "reachable": {"ssh": FLAG, "api": FLAG},
    "api_auth": TEXT,
    "clock": _CLOCK,
    "hostname": TEXT,
    "pve_node_name": TEXT,
    "machine_id": TEXT,
    "dmi": _DMI,
    "memory": {"memtotal_kib": WHOLE},
    "cpu": _CPU,
    "iommu": {"dmar_table": FLAG, "groups": WHOLE},
    "disks": [_DISK],
    "nics": [_NIC],
    "os": {"id": TEXT, "version_id": TEXT, "codename": TEXT, "kernel": TEXT},
    "pve": _PVE,
    "cluster": {"corosync_conf_files": [TEXT], "status": [{"type": TEXT, "name": TEXT}], "active_services": [TEXT]},
    "ha": {"resources": [ANY], "groups": [ANY], "status_current": [ANY]},
    "storage": [_STORAGE],
    "guests": [_GUEST],
    "clone_test": {"ssh": FLAG, "python3": FLAG, "sudo": FLAG},
    "host_services": {
        "active_netservices": [TEXT],
        "masquerade": FLAG,
        "sdn_dhcp_or_snat": FLAG,
        "terraform_files": [TEXT],
    },
    "api_principals": [TEXT],
    "mac_prefix": TEXT,
    "webui": {"open": FLAG, "http_status": WHOLE},
    "net": {"default_gateways": [TEXT], "vmbr0_ipv4": TEXT},
    "ansible": {"check_changed": WHOLE, "check_failed": WHOLE, "marker_collection": TEXT},
    "attest": {"install_method": TEXT},
    "missing": ANY,
}


def misfits(value: Any, shape: Any = SHAPE, path: str = "") -> Iterator[str]:
    """One line for each value of another kind than the shape says; such a value counts as not collected."""
    if value is None or shape == ANY:
        return
    if isinstance(shape, Mapping):
        if not isinstance(value, Mapping):
            yield f"{path} is {_shown(value)}, expected an object"
            return
        for key, inner in shape.items():
            yield from misfits(value.get(key), inner, f"{path}.{key}" if path else key)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{path} is {_shown(value)}, expected a list"
            return
        for number, item in enumerate(value):
            yield from misfits(item, shape[0], f"{path}[{number}]")
    elif not _fits(value, shape):
        yield f"{path} is {_shown(value)}, expected {shape}"


def _fits(value: Any, kind: str) -> bool:
    if kind == FLAG:
        return isinstance(value, bool) or (isinstance(value, int) and value in (0, 1))
    if isinstance(value, bool):
        return False
    kinds: Mapping[str, Any] = {TEXT: str, WHOLE: int, NUMBER: (int, float)}
    return isinstance(value, kinds[kind])


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"

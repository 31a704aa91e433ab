"""Proxmox VE on the node: packages, mounts, storage and what lies behind it, services, API users."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.collect.output import NOT_FOUND, Output, by_file

# Types that Proxmox itself treats as shared, whatever storage.cfg says.
ALWAYS_SHARED = frozenset(
    {"iscsi", "nfs", "cifs", "rbd", "cephfs", "iscsidirect", "glusterfs", "zfs", "drbd", "pbs", "esxi"}
)
REMOTE = ("iscsi", "fc")
NET_SERVICES = frozenset(
    {
        "dnsmasq",
        "named",
        "bind9",
        "unbound",
        "pdns",
        "pdns-recursor",
        "isc-dhcp-server",
        "isc-dhcp-server6",
        "kea-dhcp4-server",
        "kea-dhcp6-server",
        "kea-dhcp-ddns-server",
        "udhcpd",
    }
)
STATES = frozenset(
    {"active", "inactive", "failed", "activating", "deactivating", "unknown", "maintenance", "reloading"}
)
RUNNING_STATES = frozenset({"active", "activating", "reloading"})


def dpkg_version(output: Output) -> tuple[bool | None, str | None]:
    """Whether ``dpkg-query -s`` says that the package is installed, and its version.

    A removed package whose configuration stayed ("config-files") is not installed.
    """
    if output.rc in (1, NOT_FOUND):
        return False, None
    if not output.ok:
        return None, None
    fields = dict(re.findall(r"^(Status|Version): (.*)$", output.stdout, re.MULTILINE))
    installed = fields.get("Status", "").split()[-1:] == ["installed"]
    return installed, fields.get("Version") if installed else None


def mounts_of(document: Any) -> dict[str, tuple[str, str]] | None:
    """Mount point to source and file system type, from ``findmnt -J -l``; the last mount on a point counts."""
    rows = document.get("filesystems") if isinstance(document, Mapping) else None
    if not isinstance(rows, list):
        return None
    return {row["target"]: (row.get("source") or "", row.get("fstype") or "") for row in rows if row.get("target")}


def mount_around(path: str, mounts: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    """Source and file system of the mount that holds `path`."""
    holding = [point for point in mounts if path == point or path.startswith(f"{point.rstrip('/')}/")]
    return mounts[max(holding, key=len)] if holding else None


def os_release(text: str) -> dict[str, str]:
    """The assignments of ``/etc/os-release``, quotes removed."""
    found = re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE)
    return {key: value.strip().strip("\"'") for key, value in found}


def transports_of(document: Any) -> dict[str, tuple[str, ...]]:
    """Block device path to the transports of the disks below it, from ``lsblk -J -o NAME,PATH,TYPE,TRAN``."""
    found: dict[str, tuple[str, ...]] = {}

    def walk(rows: Iterable[Any], above: str | None) -> None:
        for row in rows:
            tran = row.get("tran") or above
            path = row.get("path")
            if path and tran:
                found[path] = tuple(dict.fromkeys((*found.get(path, ()), tran)))
            walk(row.get("children") or (), tran)

    walk(document.get("blockdevices") or () if isinstance(document, Mapping) else (), None)
    return found


def volume_groups(document: Any) -> dict[str, list[str]]:
    """Volume group to physical volumes, from ``pvs --reportformat json``."""
    found: dict[str, list[str]] = {}
    for row in _report(document, "pv"):
        if row.get("vg_name") and row.get("pv_name"):
            found.setdefault(row["vg_name"], []).append(row["pv_name"])
    return found


def _report(document: Any, key: str) -> list[Mapping[str, Any]]:
    reports = document.get("report") or () if isinstance(document, Mapping) else ()
    return [row for report in reports for row in report.get(key) or ()]


def linked_volumes(document: Any) -> dict[str, str]:
    """Logical volume to the volume it is a thin snapshot of, from ``lvs --reportformat json``."""
    return {
        row["lv_name"]: row["origin"] for row in _report(document, "lv") if row.get("lv_name") and row.get("origin")
    }


def storages_of(
    rows: Any,
    mounts: Mapping[str, tuple[str, str]] | None,
    transports: Mapping[str, tuple[str, ...]],
    groups: Mapping[str, list[str]],
) -> list[dict[str, Any]] | None:
    """The configured storages with what lies behind them, from ``/storage``, findmnt, lsblk and pvs."""
    if not isinstance(rows, list):
        return None
    return [_storage(row, mounts, transports, groups) for row in sorted(rows, key=lambda row: str(row.get("storage")))]


def _storage(
    row: Mapping[str, Any],
    mounts: Mapping[str, tuple[str, str]] | None,
    transports: Mapping[str, tuple[str, ...]],
    groups: Mapping[str, list[str]],
) -> dict[str, Any]:
    kind, path = row.get("type"), row.get("path")
    around = mount_around(path, mounts) if path and mounts is not None else None
    devices = [around[0].split("[", 1)[0]] if around else groups.get(row.get("vgname") or "", [])
    found = [tran for device in devices for tran in transports.get(device, ())]
    return {
        "id": row.get("storage"),
        "type": kind,
        "shared": kind in ALWAYS_SHARED or _truth(row.get("shared")),
        "disabled": _truth(row.get("disable")),
        "content": row.get("content"),
        "path": path,
        "backing_fstype": around[1] if around else None,
        "backing_tran": next((tran for tran in found if tran in REMOTE), found[0] if found else None),
    }


def _truth(value: Any) -> bool:
    return str(value or 0) in ("1", "True", "true")


def active_units(output: Output, units: tuple[str, ...]) -> list[str] | None:
    """Which of the units ``systemctl is-active`` calls active; None unless it answers for each."""
    states = output.stdout.split()
    if len(states) != len(units) or not set(states) <= STATES:
        return None
    return [unit for unit, state in zip(units, states, strict=True) if state in RUNNING_STATES]


def net_services(output: Output) -> list[str] | None:
    """The active DNS and DHCP services in ``systemctl list-units``."""
    if not output.ok:
        return None
    units = [line.split()[0] for line in output.stdout.splitlines() if line.strip()]
    return [unit for unit in units if unit.removesuffix(".service").split("@")[0] in NET_SERVICES]


def masquerades(nft: Output, iptables: Output) -> bool | None:
    """Whether the node rewrites source addresses; None where neither tool, or one of them, could not look."""
    if re.search(r'"(masquerade|snat)"', nft.stdout) or re.search(r"-j (MASQUERADE|SNAT)\b", iptables.stdout):
        return True
    looked = [output.ok for output in (nft, iptables) if output.rc != NOT_FOUND]
    return False if looked and all(looked) else None


def sdn_serves(output: Output, *, mounted: bool) -> bool | None:
    """Whether an SDN zone has DHCP or a subnet SNAT, from the files below ``/etc/pve/sdn``."""
    lines = [line.split() for lines in by_file(output).values() for line in lines]
    if any(words[:1] == ["dhcp"] and words[1:] not in ([], ["none"]) for words in lines):
        return True
    if any(words[:2] == ["snat", "1"] for words in lines):
        return True
    absent = output.rc == 1 or (output.rc == 2 and output.only_absent)
    return False if mounted and (output.ok or absent) else None


def principals_of(rows: Any) -> list[str] | None:
    """Users and ``user!token`` ids, from ``/access/users?full=1``."""
    if not isinstance(rows, list):
        return None
    found: list[str] = []
    for row in rows:
        tokens = row.get("tokens") or ()
        names = tokens.keys() if isinstance(tokens, Mapping) else [token.get("tokenid") for token in tokens]
        found += [row["userid"], *(f"{row['userid']}!{name}" for name in names)]
    return sorted(found)


def apt_channel(output: Output) -> str | None:
    """The Proxmox package channel in use: ``pve-enterprise``, ``pve-no-subscription`` or ``pvetest``."""
    lines = [line for lines in by_file(output).values() for line in lines if not line.lstrip().startswith("#")]
    for channel in ("pve-enterprise", "pve-no-subscription", "pvetest"):
        if any(re.search(rf"\b{channel}\b", line) for line in lines):
            return channel
    return None


def files_found(output: Output) -> list[str] | None:
    """The paths that ``find`` printed; an empty list only if it could look everywhere."""
    found = output.stdout.split("\n")
    paths = [path for path in found if path]
    return paths if paths or output.ok or (output.rc == 1 and output.stderr.strip() and output.only_absent) else None


def marker_collection(text: str) -> str | None:
    """The Ansible collection that a fact file names, in JSON or INI."""
    found = re.search(r'^\s*"?collection"?\s*[=:]\s*"?([\w.]+)', text, re.MULTILINE)
    found = found or re.search(r'"collection"\s*:\s*"([\w.]+)"', text)
    return found[1] if found else None

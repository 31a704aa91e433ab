"""What a finding rests on: the part of the snapshot a check read, quoted, hashed, and how it was obtained."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from conformance.findings import Evidence
from conformance.snapshot import Snapshot

EXCERPT_CHARS = 300

# Longest prefix wins; words for the reader of a report.
SOURCES: Mapping[str, str] = {
    "reachable": "ssh; GET /version",
    "api_auth": "GET /version with the token",
    "clock": "date, bracketed by the auditor's clock; timedatectl",
    "hostname": "hostname -s",
    "pve_node_name": "readlink /etc/pve/local",
    "machine_id": "cat /etc/machine-id",
    "dmi": "/sys/class/dmi/id",
    "dmi.memory_devices": "dmidecode -t 17",
    "memory": "/proc/meminfo",
    "cpu": "lscpu -J",
    "cpu.max_khz": "cpufreq/cpuinfo_max_freq",
    "cpu.dev_kvm": "test -c /dev/kvm",
    "iommu": "/sys/firmware/acpi/tables, /sys/kernel/iommu_groups",
    "disks": "lsblk -b -d -J",
    "nics": "/sys/class/net, ip -j -d link",
    "os": "/etc/os-release",
    "pve": "dpkg-query, findmnt",
    "pve.pveversion_text": "pveversion",
    "pve.api_version": "GET /version",
    "pve.api_repoid": "GET /version",
    "cluster.corosync_conf_files": "ls of both corosync.conf",
    "cluster.status": "/cluster/status",
    "cluster.active_services": "systemctl is-active",
    "ha": "/cluster/ha",
    "storage": "/storage, findmnt, lsblk",
    "guests": "/cluster/resources, /etc/pve/qemu-server, /etc/pve/lxc, task log, guest agent",
    "clone_test": "a disposable clone of the template",
    "host_services": "systemctl, nft, iptables-save, /etc/pve/sdn, find",
    "api_principals": "/access/users",
    "mac_prefix": "/cluster/options",
    "webui": "GET https://NODE:8006/",
    "net": "ip -j route, ip -j addr",
    "ansible": "check mode of the play, or its marker",
    "attest": "a person's word",
    "dns": "a query for the A record",
}


def evidence_for(snapshot: Snapshot, paths: Iterable[str]) -> tuple[Evidence, ...]:
    """One piece of evidence for each path that the snapshot holds."""
    found = ((path, snapshot.raw(path)) for path in paths)
    return tuple(_evidence(path, value, snapshot.collected_at) for path, value in found if value is not None)


def _evidence(path: str, value: Any, at: str | None) -> Evidence:
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    shown = text.decode()
    excerpt = shown if len(shown) <= EXCERPT_CHARS else f"{shown[:EXCERPT_CHARS]}…"
    return Evidence(f"{path}: {_how(path)}", excerpt, hashlib.sha256(text).hexdigest(), at)


def _how(path: str) -> str:
    fitting = [prefix for prefix in SOURCES if path == prefix or path.startswith(f"{prefix}.")]
    return SOURCES[max(fitting, key=len)] if fitting else "snapshot"

"""Guests: their configuration files, their state, where they came from, and the addresses they have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from conformance.collect.output import Output, by_file

CONFIG = re.compile(r"/(qemu-server|lxc)/(\d+)\.conf$")
DISK_KEY = re.compile(r"(?:ide|sata|scsi|virtio|efidisk|tpmstate|mp)\d+|rootfs")
MAC = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
UPID = re.compile(r"UPID:[^:\s]+:[^:]+:[^:]+:(?P<start>[0-9A-F]+):(?P<type>\w+):(?P<id>\d*):")


@dataclass(frozen=True)
class Config:
    """A guest's current configuration: the first section of its file, and the comment above as description."""

    kind: str
    vmid: int
    fields: Mapping[str, str]
    description: str


def configs_of(output: Output) -> list[Config]:
    """All configurations in the output of ``grep -rH "" /etc/pve/qemu-server /etc/pve/lxc``."""
    found = []
    for path, lines in by_file(output).items():
        name = CONFIG.search(path)
        if name is not None:
            kind = "qemu" if name[1] == "qemu-server" else "lxc"
            found.append(parse_config(kind, int(name[2]), lines))
    return sorted(found, key=lambda config: config.vmid)


def parse_config(kind: str, vmid: int, lines: Iterable[str]) -> Config:
    """One configuration; snapshots and pending changes (``[…]`` sections) are left out."""
    fields: dict[str, str] = {}
    notes: list[str] = []
    for line in lines:
        if line.startswith("["):
            break
        if line.startswith("#"):
            notes.append(unquote(line[1:]))
        elif ":" in line:
            key, _, value = line.partition(":")
            fields[key.strip()] = value.strip()
    if "description" in fields:
        notes.append(unquote(fields["description"]))
    return Config(kind, vmid, fields, "\n".join(notes))


def guest_of(config: Config, row: Mapping[str, Any], origin: str | None) -> dict[str, Any]:
    """A guest as the snapshot describes it; `row` is its line of ``/cluster/resources`` or empty."""
    fields = config.fields
    nets = [fields[key] for key in sorted(fields, key=_by_number) if re.fullmatch(r"net\d+", key)]
    template = fields.get("template") == "1"
    guest: dict[str, Any] = {
        "vmid": config.vmid,
        "kind": config.kind,
        "name": fields.get("name") or fields.get("hostname") or row.get("name"),
        "template": template,
        "status": row.get("status"),
        "tags": split_tags(fields.get("tags")),
        "pool": row.get("pool"),
        "description": config.description,
        "agent": _agent(fields.get("agent")),
        "disks": [volid for key in sorted(fields, key=_by_number) if (volid := _volume(key, fields[key]))],
        "macs": [found[0].upper() for net in nets if (found := MAC.search(net))],
        "onboot": fields.get("onboot") == "1",
        "ipconfig": [
            entry for key in sorted(fields, key=_by_number) if (entry := _address(config.kind, key, fields[key]))
        ],
        "vlan_tags": [int(tag[1]) for net in nets if (tag := re.search(r"(?:^|,)tag=(\d+)", net))],
    }
    return guest if template else guest | {"origin": origin}


def _by_number(key: str) -> tuple[str, int]:
    found = re.fullmatch(r"(\D+)(\d*)", key)
    return (found[1], int(found[2] or 0)) if found else (key, 0)


def split_tags(text: str | None) -> list[str]:
    """The tags of a ``tags:`` value."""
    return [tag for tag in re.split(r"[;,\s]+", text or "") if tag]


def _agent(text: str | None) -> bool:
    first = (text or "0").split(",")[0]
    return first.removeprefix("enabled=") == "1"


def _volume(key: str, value: str) -> str | None:
    volume = value.split(",")[0].removeprefix("file=").removeprefix("volume=")
    if not DISK_KEY.fullmatch(key) or "media=cdrom" in value or volume in ("none", "cdrom"):
        return None
    return volume


def _address(kind: str, key: str, value: str) -> str | None:
    """An ``ipconfigN`` value, or the same from a container's ``netN``; ``dhcp`` for the plain case."""
    if kind == "qemu" and re.fullmatch(r"ipconfig\d+", key):
        return "dhcp" if value == "ip=dhcp" else value
    if kind == "lxc" and re.fullmatch(r"net\d+", key):
        own = [part for part in value.split(",") if re.match(r"(ip6?|gw6?)=", part)]
        return "dhcp" if own == ["ip=dhcp"] else ",".join(own) or None
    return None


def origins_of(index: str, clone_logs: Output, linked: Mapping[str, str]) -> dict[int, str]:
    """Where guests came from: ``clone`` by task logs and linked volumes, ``iso`` if created and never cloned.

    The clone task is filed under its source; only its log names the new volumes. The latest event counts, for
    a VM id may be used again.
    """
    events: list[tuple[int, int, str | None]] = []
    for line in index.splitlines():
        found = UPID.match(line)
        if found and found["id"]:
            kinds: Mapping[str, str | None] = {"qmcreate": "iso", "qmdestroy": None, "qmrestore": None}
            if found["type"] in kinds:
                events.append((int(found["start"], 16), int(found["id"]), kinds[found["type"]]))
    for path, lines in by_log(clone_logs).items():
        found = UPID.search(path)
        if found:
            made = {int(vmid) for line in lines for vmid in re.findall(r"\bvm-(\d+)-", line)} - {int(found["id"] or 0)}
            events += [(int(found["start"], 16), vmid, "clone") for vmid in made]
    latest = {vmid: origin for _, vmid, origin in sorted(events, key=lambda event: event[:2])}
    for volume, origin in linked.items():
        own = re.match(r"vm-(\d+)-", volume)
        if own and origin.startswith("base-"):
            latest[int(own[1])] = "clone"
    return {vmid: origin for vmid, origin in latest.items() if origin is not None}


def by_log(output: Output) -> dict[str, list[str]]:
    """The lines of ``grep -H`` over task logs, whose file names are full of colons."""
    found: dict[str, list[str]] = {}
    for line in output.stdout.splitlines():
        name = re.match(r"(\S*UPID:(?:[^:\s]*:){7}):(.*)", line)
        if name:
            found.setdefault(name[1], []).append(name[2])
    return found


def is_linked(disks: Sequence[str]) -> bool:
    """Whether a volume rests on a template's (``local:9000/base-9000-disk-0.qcow2/102/vm-102-disk-0.qcow2``)."""
    return any(re.search(r"(?:^|[:/])base-\d+-disk-\d+", volid) for volid in disks)


def addresses_of(interfaces: Any, macs: Sequence[str]) -> list[str] | None:
    """The IPv4 addresses in an agent's answer, of the interfaces with the guest's own MACs where it has any."""
    rows = interfaces.get("result") if isinstance(interfaces, Mapping) else interfaces
    if not isinstance(rows, list):
        return None
    own = {mac.casefold() for mac in macs}
    matching = [row for row in rows if str(row.get("hardware-address", "")).casefold() in own]
    return [
        str(entry["ip-address"])
        for row in matching or rows
        for entry in row.get("ip-addresses") or ()
        if entry.get("ip-address-type") == "ipv4" and not str(entry["ip-address"]).startswith("127.")
    ]


def listed_addresses(output: Output) -> list[str] | None:
    """The IPv4 addresses that ``lxc-info -iH`` prints, one per line."""
    found = re.findall(r"^\d+\.\d+\.\d+\.\d+$", output.stdout, re.MULTILINE)
    return [address for address in found if not address.startswith("127.")] if output.ok else None

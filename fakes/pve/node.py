"""One Proxmox VE node: its name, address, hardware, local files and tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fakes.pve.cfs import Tree
from fakes.pve.clock import Clock
from fakes.pve.tasks import TaskQueue

GIB = 1024**3
_BOOT_TIME = "run/boot-time"
_DISKS: tuple[Mapping[str, Any], ...] = (
    {"devpath": "/dev/sda", "model": "LAB SSD 160G", "serial": "LAB0001", "size": 162 * GIB, "type": "ssd"},
    {
        "devpath": "/dev/sdb",
        "model": "LAB SSD 50G",
        "serial": "LAB0002",
        "size": 51 * GIB,
        "type": "ssd",
        "group": "vgthick",
    },
    {"devpath": "/dev/sdc", "model": "LAB SSD 20G", "serial": "LAB0003", "size": 20 * GIB, "type": "ssd"},
)

_INTEL = {"vendor": "0x8086", "vendor_name": "Intel Corporation", "iommugroup": -1}
_PCI: tuple[Mapping[str, Any], ...] = (
    {"id": "0000:00:00.0", "class": "0x060000", "device": "0x191f", "device_name": "Host Bridge", **_INTEL},
    {"id": "0000:00:02.0", "class": "0x030000", "device": "0x1912", "device_name": "HD Graphics 530", **_INTEL},
    {"id": "0000:00:1f.6", "class": "0x020000", "device": "0x15e3", "device_name": "I219-LM", **_INTEL},
)


@dataclass(frozen=True)
class NodeFacts:
    """What a node is made of; sizes in bytes. The defaults are the node of the recorded corpus.

    The system is on the first of `disks`; `group` names the volume group that another one came with.
    `thin_pools` and `volume_groups` give the LVM the node was installed with: name → size.
    """

    name: str
    ip: str = "192.0.2.2"
    prefix: int = 24
    gateway: str = "192.0.2.1"
    domain: str = "example.test"
    nameserver: str = "192.0.2.1"
    timezone: str = "Europe/Vienna"
    uplink: str = "eth0"
    cpu_model: str = "Intel(R) Core(TM) i7-6700T CPU @ 2.80GHz"
    cpu_flags: str = "fpu vme de pse tsc msr pae mce cx8 apic vmx ssse3 cx16 sse4_1 sse4_2 popcnt aes lahf_lm"
    cpu_mhz: str = "2800.000"
    sockets: int = 1
    cores: int = 4
    threads: int = 8
    memory_bytes: int = 32 * GIB
    root_bytes: int = 94 * GIB
    kernel: str = "6.8.12-9-pve"
    disks: tuple[Mapping[str, Any], ...] = _DISKS
    pci: tuple[Mapping[str, Any], ...] = _PCI
    thin_pools: Mapping[str, int] = field(default_factory=lambda: {"pve/data": 64 * GIB})
    volume_groups: Mapping[str, int] = field(default_factory=lambda: {"pve": 160 * GIB, "vgthick": 50 * GIB})
    uptime_s: float = 4300.0


class Node:
    """A node at work: `files` holds its local files (``etc/hosts``, ``var/log/pve/tasks/…``), `tasks` its work."""

    def __init__(self, facts: NodeFacts, files: Tree, clock: Clock, *, act: Callable[..., object]) -> None:
        self.facts = facts
        self.name = facts.name
        self.files = files
        self.clock = clock
        self.boot_time = self._booted_at()
        self.is_online = True
        self.tasks = TaskQueue(facts.name, files, clock, boot_time=self.boot_time, act=partial(act, self))

    @property
    def uptime(self) -> int:
        """Seconds since the node booted."""
        return int(self.clock.now() - self.boot_time)

    def boot(self) -> None:
        """Come up again: online, and up since now."""
        self.is_online = True
        self.boot_time = self.clock.now()
        self.files.write(_BOOT_TIME, str(self.boot_time))
        self.tasks.booted(self.boot_time)

    def _booted_at(self) -> float:
        stored = self.files.read(_BOOT_TIME)
        if stored is None:
            stored = str(self.clock.now() - self.facts.uptime_s)
            self.files.write(_BOOT_TIME, stored)
        return float(stored)

"""A simulated machine: a hardware profile with an operating system on it, Debian 12 or Proxmox VE.

Nothing it answers is canned: files, programs and the API of its node read the same state, so that what is planted in
one place is seen in all others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from fakes.host import pmxcfs, sysfs
from fakes.host.files import Folder, HostFiles, Special
from fakes.host.output import Output
from fakes.host.shell import run_argv, run_line
from fakes.pve.cfs import Tree
from fakes.pve.clock import Clock
from fakes.pve.dispatch import Api
from fakes.pve.tables.packages import PACKAGES
from fakes.pve.units import changed_state
from fixtures.hardware import HardwareProfile

DEBIAN_PACKAGES: Mapping[str, str] = {
    "chrony": "4.3-2+deb12u1",
    "dmidecode": "3.4-1",
    "ethtool": "1:6.1-1",
    "iproute2": "6.1.0-3",
    "iptables": "1.8.9-2",
    "lvm2": "2.03.16-2",
    "nftables": "1.0.6-2+deb12u2",
    "openssh-server": "1:9.2p1-2+deb12u5",
    "python3": "3.11.2-1+b1",
    "sudo": "1.9.13p3-1+deb12u1",
}
PVE_PACKAGES = {name: version for name, version in PACKAGES.items() if name not in DEBIAN_PACKAGES}
PVE_FOLDERS = tuple(
    f"/var/lib/vz/{name}" for name in ("dump", "images", "snippets", "template", "template/cache", "template/iso")
)
DEBIAN_SERVICES = ("chrony", "cron", "dbus", "networking", "rsyslog", "ssh", "systemd-journald", "systemd-udevd")
PVE_SERVICES = (
    "postfix",
    "pve-cluster",
    "pve-firewall",
    "pve-guests",
    "pve-ha-crm",
    "pve-ha-lrm",
    "pve-lxc-syscalld",
    "pvedaemon",
    "pvefw-logger",
    "pveproxy",
    "pvescheduler",
    "pvestatd",
    "qmeventd",
    "spiceproxy",
    "watchdog-mux",
    "zfs-zed",
)


@dataclass(eq=False)
class Machine:
    """One machine. `api` is None on a machine without Proxmox VE; `own` holds its local files.

    What a test plants, it plants by changing these fields or the state behind `api`.
    """

    name: str
    domain: str
    profile: HardwareProfile
    own: Tree
    mac: str
    product_uuid: str
    clock: Clock
    api: Api | None = None
    debian: tuple[str, str] = ("12", "bookworm")
    clock_offset_s: float = 0.0
    is_ntp_synchronised: bool = True
    is_reachable: bool = True
    packages: dict[str, str] = field(default_factory=dict)
    services: set[str] = field(default_factory=set)
    listeners: dict[int, str] = field(default_factory=lambda: {22: "sshd"})
    nft_masquerade: str | None = None
    mounted: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_kvm_usable: bool = True
    uplink_state: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Special] = field(default_factory=dict)
    machine_id: str = ""
    environment: Mapping[str, str] = field(default_factory=lambda: {"LANG": "C.UTF-8"})

    def __post_init__(self) -> None:
        self.packages = {**DEBIAN_PACKAGES, **(PVE_PACKAGES if self.api else {}), **self.packages}
        self.services |= {*DEBIAN_SERVICES, *(PVE_SERVICES if self.api else ())}
        if self.api:
            self.listeners = {22: "sshd", 85: "pvedaemon", 3128: "spiceproxy", 8006: "pveproxy", **self.listeners}
        if not self.machine_id:
            self.machine_id = hashlib.md5(f"labctl:{self.product_uuid}".encode(), usedforsecurity=False).hexdigest()
        self._generated: Mapping[str, Special] | None = None
        self.files = HostFiles(self.own, self._specials, self._mounts)

    def run(self, line: str, stdin: str = "") -> Output:
        """What the machine answers to a command line given over SSH."""
        self._generated = None
        return run_line(self, line, stdin)

    def run_argv(self, argv: list[str], stdin: str = "") -> Output:
        """What the machine answers to one program with arguments."""
        self._generated = None
        return run_argv(self, argv, stdin)

    @property
    def answers_https(self) -> bool:
        """True where the node's own web server can be reached."""
        return self.is_reachable and self.api is not None and self.is_active("pveproxy")

    def remove_proxmox(self) -> None:
        """Take Proxmox VE off the machine; Debian stays."""
        self.api = None
        self.services -= set(PVE_SERVICES)
        for name in PVE_PACKAGES:
            self.packages.pop(name, None)
        self.listeners = {port: name for port, name in self.listeners.items() if port == 22}

    def now(self) -> float:
        """Seconds since the epoch by the machine's own clock."""
        return self.clock.now() + self.clock_offset_s

    @property
    def kernel(self) -> str:
        return self.api.node.facts.kernel if self.api else "6.1.0-35-amd64"

    @property
    def is_pmxcfs_mounted(self) -> bool:
        return self.api is not None and "pve-cluster" in self.services

    def is_active(self, unit: str) -> bool:
        """True where a service runs; ``x`` and ``x.service`` are the same."""
        name = unit.removesuffix(".service")
        changed = changed_state(self.own, name) if self.api is not None else None
        return name in self.services if changed is None else changed

    def _mounts(self) -> Mapping[str, Tree]:
        if self.api is not None and self.is_pmxcfs_mounted:
            return {"/etc/pve": self.api.datacenter.cfs}
        return {}

    def _specials(self) -> Mapping[str, Special]:
        # Made once per command: nothing of the hardware changes while a command runs.
        if self._generated is None:
            folders = dict.fromkeys(PVE_FOLDERS, Folder()) if self.api else {}
            shared = pmxcfs.specials(self.api) if self.api and self.is_pmxcfs_mounted else {}
            self._generated = {**folders, **sysfs.specials(self), **shared, **self.extra}
        return self._generated

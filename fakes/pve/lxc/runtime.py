"""Containers that run: one small file each, below `FOLDER` of their node.

A container shares the node's kernel, so it boots at once and obeys when it is asked to go off.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import orjson

from fakes.pve.datacenter import Datacenter
from fakes.pve.guestkeys import Value
from fakes.pve.hypervisor import MemoryHypervisor, Usage, hypervisor_of
from fakes.pve.leases import leased, network_of
from fakes.pve.lxc.nets import Card, cards
from fakes.pve.node import Node

FOLDER = "run/lxc"
MIB = 1024**2
Config = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface inside a container; the addresses have a prefix length, empty where there is none."""

    name: str
    mac: str
    inet: str = ""
    inet6: str = ""


@dataclass(frozen=True, slots=True)
class RunningContainer:
    """A container that runs: its init process, since when (seconds since the epoch), its interfaces."""

    vmid: int
    pid: int
    started: float
    interfaces: tuple[Interface, ...] = field(default_factory=tuple)

    def uptime(self, now: float) -> int:
        """Whole seconds since the start."""
        return max(0, int(now - self.started))

    def usage(self, now: float) -> Usage:
        """What it uses at a moment; mostly it idles."""
        uptime = self.uptime(now)
        noise = zlib.crc32(f"{self.vmid}:{int(now) // 2}".encode()) % 1000
        return Usage(
            cpu=round((0.05 if uptime < 5 else 0.001) * (0.5 + noise / 1000), 6),
            memory=24 * MIB + noise * 4096,
            net_in=uptime * 310 if self.interfaces else 0,
            net_out=uptime * 120 if self.interfaces else 0,
            disk_read=6 * MIB + uptime * 90,
            disk_write=MIB + uptime * 410,
        )


def running(node: Node, vmid: int) -> RunningContainer | None:
    """The running container, or None where it is off."""
    return node.files.parsed(_state_path(vmid), _parse_state)


def is_running(node: Node, vmid: int) -> bool:
    return running(node, vmid) is not None


def switch_on(datacenter: Datacenter, node: Node, vmid: int, config: Config) -> None:
    """Let a container run with a configuration."""
    now = datacenter.clock.now()
    found = tuple(
        _interface(datacenter, node, card, str(config.get("hostname", f"CT{vmid}"))) for card in cards(config)
    )
    state = RunningContainer(vmid, 2000 + zlib.crc32(f"ct{vmid}:{now}".encode()) % 4000000, now, found)
    _write(node, state)


def replug(datacenter: Datacenter, node: Node, vmid: int, config: Config) -> None:
    """Give a running container the cards of its changed configuration."""
    state = running(node, vmid)
    if state is not None:
        hostname = str(config.get("hostname", f"CT{vmid}"))
        found = tuple(_interface(datacenter, node, card, hostname) for card in cards(config))
        _write(node, RunningContainer(vmid, state.pid, state.started, found))


def switch_off(node: Node, vmid: int) -> None:
    """Let a container run no longer."""
    node.files.delete(_state_path(vmid))


def _interface(datacenter: Datacenter, node: Node, card: Card, hostname: str) -> Interface:
    wanted, wanted6 = card.options.get("ip", ""), card.options.get("ip6", "")
    inet = wanted if "/" in wanted else ""
    if wanted == "dhcp" and card.is_connected:
        inet = _leased(datacenter, node, card, hostname)
    return Interface(card.name, card.mac.lower(), inet, wanted6 if "/" in wanted6 else _link_local(card.mac))


def _leased(datacenter: Datacenter, node: Node, card: Card, hostname: str) -> str:
    """The address that DHCP gives a card: from the lab's router where there is one, else from the node's networks."""
    hypervisor = hypervisor_of(datacenter)
    leases = hypervisor.leases if isinstance(hypervisor, MemoryHypervisor) else None
    address = leases(card.mac, card.tag, hostname) if leases else leased(node, card.mac, card.tag)
    if not address:
        return ""
    return f"{address}/{24 if leases else network_of(node, card.tag).prefixlen}"


def _link_local(mac: str) -> str:
    octets = [int(part, 16) for part in mac.split(":")]
    octets[0] ^= 2
    words = (octets[0] << 8 | octets[1], octets[2] << 8 | 0xFF, 0xFE00 | octets[3], octets[4] << 8 | octets[5])
    return "fe80::" + ":".join(f"{word:x}" for word in words) + "/64"


def _write(node: Node, state: RunningContainer) -> None:
    node.files.write(_state_path(state.vmid), orjson.dumps(asdict(state)).decode())


def _state_path(vmid: int) -> str:
    return f"{FOLDER}/{vmid}.json"


def _parse_state(text: str) -> RunningContainer | None:
    if not text:
        return None
    values = orjson.loads(text)
    interfaces = tuple(Interface(**one) for one in values.pop("interfaces"))
    return RunningContainer(**values, interfaces=interfaces)

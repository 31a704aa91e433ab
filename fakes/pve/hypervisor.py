"""The port between the API and what a guest really is.

`MemoryHypervisor` keeps guests that exist only as a record; another adapter may start real domains. The API decides
everything that Proxmox decides (locks, pending values, names of volumes); a hypervisor only runs guests.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import orjson

from fakes.pve.datacenter import Datacenter
from fakes.pve.effects import carry_out, effect
from fakes.pve.leases import leased
from fakes.pve.linuxguest import LinuxGuest, guest_nics
from fakes.pve.node import Node

FOLDER = "run/labctl/qemu-server"
DISKS = "var/lib/labctl/guests"
MIB = 1024**2
Leases = Callable[[str, int | None, str], str | None]
Config = Mapping[str, str | int]


class HypervisorError(Exception):
    """A guest that could not be started, stopped or reached; the text ends up in the task that asked for it."""


class AgentSilentError(Exception):
    """The guest agent does not answer."""


@dataclass(frozen=True, slots=True)
class RunningGuest:
    """A guest that runs: since when (seconds since the epoch), as which process, in which QMP state.

    `addresses` maps each card's MAC address to the address its guest has; `machine` is the machine version in use.
    """

    vmid: int
    pid: int
    started: float
    qmpstatus: str
    machine: str
    memory_mib: int
    hostname: str
    addresses: Mapping[str, str]
    answers_at: float = 0.0
    is_halting: bool = False

    @property
    def is_paused(self) -> bool:
        return self.qmpstatus in ("paused", "prelaunch")

    def uptime(self, now: float) -> int:
        """Whole seconds since the start."""
        return max(0, int(now - self.started))


@dataclass(frozen=True, slots=True)
class Usage:
    """What a running guest uses: `cpu` as share of its processors, memory and counters in bytes."""

    cpu: float
    memory: int
    net_in: int = 0
    net_out: int = 0
    disk_read: int = 0
    disk_write: int = 0


class Hypervisor(Protocol):
    """Runs guests of a node; every method names the node and the guest."""

    def running(self, node: Node, vmid: int) -> RunningGuest | None:
        """The running guest, or None where it is off."""

    def start(
        self, node: Node, vmid: int, config: Config, *, machine: str, went_off: Callable[[], object]
    ) -> RunningGuest:
        """Switch a guest on with a configuration; HypervisorError where that fails.

        `went_off` is called when the guest switches itself off later.
        """

    def stop(self, node: Node, vmid: int) -> None:
        """Switch a guest off at once."""

    def press_power(self, node: Node, vmid: int) -> None:
        """Press the ACPI power button; whether and when the guest goes off is its own affair."""

    def reset(self, node: Node, vmid: int) -> None:
        """Press the reset button."""

    def pause(self, node: Node, vmid: int) -> None:
        """Stop a guest's processors."""

    def resume(self, node: Node, vmid: int) -> None:
        """Let a guest's processors go on."""

    def usage(self, node: Node, vmid: int) -> Usage:
        """What a guest uses at this moment."""

    def agent(self, node: Node, vmid: int, command: str, arguments: Mapping[str, Any]) -> Any:
        """What the guest agent returns to a QGA command such as ``guest-ping``; AgentSilentError where it is mute."""

    def lets_go(self, node: Node, vmid: int) -> bool:
        """True where the guest's system gives up a device that is to be unplugged."""

    def forget(self, node: Node, vmid: int) -> None:
        """The guest was destroyed: keep nothing about it."""


class MemoryHypervisor:
    """Guests that are only records, one small file each.

    `guests` says what is installed in all of them: "linux" obeys the power button, takes an address for each network
    card and answers through the agent where the configuration enables it; "empty" has no operating system at all.
    `leases` gives out the addresses; without it the node's networks have a simple DHCP server of their own.
    """

    def __init__(
        self,
        datacenter: Datacenter,
        *,
        guests: Literal["linux", "empty"] = "linux",
        leases: Leases | None = None,
    ) -> None:
        self._datacenter = datacenter
        self._clock = datacenter.clock
        self.has_system = guests == "linux"
        self.leases = leases
        self._went_off: dict[tuple[str, int], Callable[[], object]] = {}

    def running(self, node: Node, vmid: int) -> RunningGuest | None:
        return node.files.parsed(_state_path(vmid), _parse_state)

    def start(
        self, node: Node, vmid: int, config: Config, *, machine: str, went_off: Callable[[], object]
    ) -> RunningGuest:
        now = self._clock.now()
        hostname = str(config.get("name", f"VM{vmid}"))
        guest = RunningGuest(
            vmid=vmid,
            pid=_pid_of(vmid, now),
            started=now,
            qmpstatus="running",
            machine=machine,
            memory_mib=_memory_mib(config),
            hostname=hostname,
            addresses=self._addresses(node, config, hostname) if self.has_system else {},
            answers_at=now + self._datacenter.durations.wait(20.0),
        )
        self._went_off[node.name, vmid] = went_off
        self._write(node, guest)
        return guest

    def stop(self, node: Node, vmid: int) -> None:
        self._went_off.pop((node.name, vmid), None)
        node.files.delete(_state_path(vmid))

    def press_power(self, node: Node, vmid: int) -> None:
        guest = self.running(node, vmid)
        if guest is not None and self.has_system and not guest.is_paused and not guest.is_halting:
            self._write(node, replace(guest, is_halting=True))
            node.tasks.later(self._datacenter.durations.wait(4.0), "guest-halts", vmid, guest.pid)

    def halt(self, node: Node, vmid: int, pid: int) -> None:
        """The end of a shutdown, unless the guest was stopped, started anew or reset meanwhile."""
        guest = self.running(node, vmid)
        if guest is None or not guest.is_halting or guest.pid != pid:
            return
        went_off = self._went_off.get((node.name, vmid))
        self.stop(node, vmid)
        if went_off is not None:
            went_off()
        else:
            # It was started by a process that is gone.
            carry_out(self._datacenter, node, "guest-went-off", vmid)

    def reset(self, node: Node, vmid: int) -> None:
        guest = self.running(node, vmid)
        if guest is not None:
            answers_at = self._clock.now() + self._datacenter.durations.wait(20.0)
            self._write(node, replace(guest, answers_at=answers_at, is_halting=False))

    def pause(self, node: Node, vmid: int) -> None:
        self._become(node, vmid, "paused")

    def resume(self, node: Node, vmid: int) -> None:
        self._become(node, vmid, "running")

    def usage(self, node: Node, vmid: int) -> Usage:
        guest = self.running(node, vmid)
        if guest is None:
            return Usage(0.0, 0)
        now = self._clock.now()
        uptime = guest.uptime(now)
        if not self.has_system:
            return Usage(0.0, guest.memory_mib * MIB // 18)
        noise = zlib.crc32(f"{vmid}:{int(now) // 2}".encode()) % 1000
        share = 0.0 if guest.is_paused else (0.35 if uptime < 10 else 0.004) * (0.5 + noise / 1000)
        memory = guest.memory_mib * MIB * (180 + noise // 50) // 1000
        read = 180 * MIB + uptime * 900
        return Usage(round(share, 6), memory, uptime * 310, uptime * 120, read, 12 * MIB + uptime * 4100)

    def agent(self, node: Node, vmid: int, command: str, arguments: Mapping[str, Any]) -> Any:
        guest = self.running(node, vmid)
        if guest is None or not self.has_system or guest.is_paused or guest.answers_at > self._clock.now():
            raise AgentSilentError(f"guest {vmid} has no agent that answers")
        path = f"{DISKS}/{vmid}.json"
        disk: dict[str, str] = orjson.loads(node.files.read_bytes(path) or b"{}")
        system = LinuxGuest(guest.hostname, guest.memory_mib, guest.addresses, dict(disk), self._clock.now())
        answer = system.answer(command, arguments)
        if system.files != disk:
            node.files.write(path, orjson.dumps(system.files).decode())
        if system.power == "off":
            self.press_power(node, vmid)
        elif system.power == "paused":
            self.pause(node, vmid)
        return answer

    def lets_go(self, node: Node, vmid: int) -> bool:
        return self.has_system

    def forget(self, node: Node, vmid: int) -> None:
        self.stop(node, vmid)
        node.files.delete(f"{DISKS}/{vmid}.json")

    def _become(self, node: Node, vmid: int, qmpstatus: str) -> None:
        guest = self.running(node, vmid)
        if guest is not None:
            self._write(node, replace(guest, qmpstatus=qmpstatus))

    def _write(self, node: Node, guest: RunningGuest) -> None:
        node.files.write(_state_path(guest.vmid), orjson.dumps(guest).decode())

    def _addresses(self, node: Node, config: Config, hostname: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for nic in guest_nics(config):
            address = nic.address
            if address is None and nic.is_connected:
                address = self.leases(nic.mac, nic.tag, hostname) if self.leases else leased(node, nic.mac, nic.tag)
            found[nic.mac] = address or ""
        return found


class HypervisorSlot:
    """Holds the hypervisor of a datacenter; until one is chosen it is a `MemoryHypervisor` with Linux guests."""

    def __init__(self, datacenter: Datacenter) -> None:
        self.current: Hypervisor = MemoryHypervisor(datacenter)


def hypervisor_of(datacenter: Datacenter) -> Hypervisor:
    """The hypervisor that runs the guests of a datacenter."""
    return datacenter.part(HypervisorSlot).current


def use_hypervisor(datacenter: Datacenter, hypervisor: Hypervisor) -> None:
    """Let another hypervisor run the guests of a datacenter from now on."""
    datacenter.part(HypervisorSlot).current = hypervisor


@effect("guest-halts")
def _halts(datacenter: Datacenter, node: Node, vmid: int, pid: int) -> None:
    hypervisor = hypervisor_of(datacenter)
    if isinstance(hypervisor, MemoryHypervisor):
        hypervisor.halt(node, vmid, pid)


def is_running(datacenter: Datacenter, node: Node, vmid: int) -> bool:
    """True where the guest is on, paused or not."""
    return hypervisor_of(datacenter).running(node, vmid) is not None


def _state_path(vmid: int) -> str:
    return f"{FOLDER}/{vmid}.json"


def _parse_state(text: str) -> RunningGuest | None:
    return RunningGuest(**orjson.loads(text)) if text else None


def _pid_of(vmid: int, now: float) -> int:
    return 20000 + zlib.crc32(f"{vmid}:{now}".encode()) % 4000000


def _memory_mib(config: Config) -> int:
    memory = str(config.get("memory", "512")).partition(",")[0].removeprefix("current=")
    return int(memory) if memory.isdigit() else 512

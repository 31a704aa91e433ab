"""The Linux that a simulated guest runs: its network cards and what its guest agent answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fakes.pve.nets import KEYS as NET_KEYS
from fakes.pve.nets import parse_net

GIB = 1024**3
_FIXED = re.compile(r"(?:^|,)ip=(\d[\d.]+)")
_COMMANDS = tuple(
    f"guest-{name}"
    for name in (
        "exec",
        "exec-status",
        "file-close",
        "file-open",
        "file-read",
        "file-write",
        "fsfreeze-freeze",
        "fsfreeze-status",
        "fsfreeze-thaw",
        "fstrim",
        "get-fsinfo",
        "get-host-name",
        "get-memory-block-info",
        "get-memory-blocks",
        "get-osinfo",
        "get-time",
        "get-timezone",
        "get-users",
        "get-vcpus",
        "info",
        "network-get-interfaces",
        "ping",
        "set-user-password",
        "shutdown",
        "suspend-disk",
        "suspend-hybrid",
        "suspend-ram",
    )
)
# Programs that ran are kept beside the files, under names that no file can have.
_LAST_PID, _OUTCOME = "\0pid", "\0exec"
_FROZEN = "\0frozen"
_STATISTICS = dict.fromkeys(
    ("rx-bytes", "rx-dropped", "rx-errs", "rx-packets", "tx-bytes", "tx-dropped", "tx-errs", "tx-packets"), 0
)


@dataclass(frozen=True, slots=True)
class GuestNic:
    """A network card of a guest; `address` only where cloud-init gives it a fixed one."""

    mac: str
    tag: int | None
    is_connected: bool
    address: str | None


def guest_nics(config: Mapping[str, str | int]) -> Iterator[GuestNic]:
    """The network cards of a configuration in the order of their numbers."""
    for index, key in enumerate(NET_KEYS):
        if key in config:
            net = parse_net(str(config[key]))
            fixed = _FIXED.search(str(config.get(f"ipconfig{index}", "")))
            is_connected = not net.is_down and net.bridge is not None
            yield GuestNic(net.macaddr, net.tag, is_connected, fixed[1] if fixed else None)


@dataclass(slots=True)
class LinuxGuest:
    """A guest's system at one moment; `files` are what was written into it, `power` what the last command asks for."""

    hostname: str
    memory_mib: int
    addresses: Mapping[str, str]
    files: dict[str, str]
    now: float
    power: str = field(default="on")

    def answer(self, command: str, arguments: Mapping[str, Any]) -> Any:
        """What the agent returns to a QGA command; ``{}`` for those that only act."""
        match command:
            case "guest-network-get-interfaces":
                return self._interfaces()
            case "guest-get-host-name":
                return {"host-name": self.hostname}
            case "guest-get-osinfo":
                return _os_info()
            case "guest-get-time":
                return int(self.now * 1_000_000_000)
            case "guest-get-timezone":
                return {"zone": "UTC", "offset": 0}
            case "guest-get-users":
                return []
            case "guest-get-vcpus":
                return [{"logical-id": 0, "online": True, "can-offline": False}]
            case "guest-get-memory-block-info":
                return {"size": 128 * 1024**2}
            case "guest-get-memory-blocks":
                return [self._block(number) for number in range(max(1, self.memory_mib // 128))]
            case "guest-get-fsinfo":
                return [self._root()]
            case "guest-info":
                commands = [{"name": name, "enabled": True, "success-response": True} for name in _COMMANDS]
                return {"version": "9.2.0", "supported_commands": commands}
            case "guest-fstrim":
                return {"paths": [{"path": "/", "trimmed": 0, "minimum": 0}]}
            case "guest-fsfreeze-status":
                return self.files.get(_FROZEN, "thawed")
            case "guest-fsfreeze-freeze":
                self.files[_FROZEN] = "frozen"
                return 1
            case "guest-fsfreeze-thaw":
                return 1 if self.files.pop(_FROZEN, None) else 0
            case "guest-shutdown":
                self.power = "off"
            case "guest-suspend-ram" | "guest-suspend-hybrid" | "guest-suspend-disk":
                self.power = "off" if command.endswith("disk") else "paused"
            case "guest-file-read":
                return self._read(str(arguments["path"]))
            case "guest-file-write":
                self.files[str(arguments["path"])] = str(arguments["content"])
            case "guest-exec":
                return {"pid": self._execute(arguments)}
            case "guest-exec-status":
                return self._exec_status(int(arguments["pid"]))
        return {}

    def _interfaces(self) -> list[dict[str, Any]]:
        loopback: dict[str, Any] = {
            "name": "lo",
            "hardware-address": "00:00:00:00:00:00",
            "ip-addresses": [_address("127.0.0.1", 8), {**_address("::1", 128), "ip-address-type": "ipv6"}],
            "statistics": dict(_STATISTICS),
        }
        cards = [
            {
                "name": f"eth{number}",
                "hardware-address": mac.lower(),
                "ip-addresses": [*([_address(address, 24)] if address else []), _link_local(mac)],
                "statistics": dict(_STATISTICS),
            }
            for number, (mac, address) in enumerate(self.addresses.items())
        ]
        return [loopback, *cards]

    def _block(self, number: int) -> dict[str, Any]:
        return {"phys-index": number, "online": True, "can-offline": True}

    def _root(self) -> dict[str, Any]:
        return {
            "name": "sda1",
            "mountpoint": "/",
            "type": "ext4",
            "total-bytes": 4 * GIB,
            "used-bytes": GIB,
            "disk": [],
        }

    def _read(self, path: str) -> str:
        known = {"/etc/hostname": f"{self.hostname}\n", "/etc/os-release": 'ID=fedora\nNAME="Fedora Linux"\n'}
        text = self.files.get(path, known.get(path))
        if text is None:
            raise FileNotFoundError(f"failed to open file '{path}' (mode: 'rb'): No such file or directory")
        return text

    def _execute(self, arguments: Mapping[str, Any]) -> int:
        """Run a program at once and keep what became of it until somebody asks."""
        program = str(arguments["path"])
        outcome = self._run(
            program, [str(word) for word in arguments.get("arg", ())], str(arguments.get("input-data", ""))
        )
        pid = 700 + int(self.files.get(_LAST_PID, "0"))
        self.files[_LAST_PID] = str(pid - 699)
        self.files[f"{_OUTCOME}{pid}"] = json.dumps(outcome)
        return pid

    def _exec_status(self, pid: int) -> dict[str, Any]:
        """What became of a program; the agent forgets it once it has told."""
        outcome = self.files.pop(f"{_OUTCOME}{pid}", None)
        if outcome is None:
            raise ProcessLookupError("Invalid parameter 'pid'")
        code, out, err = json.loads(outcome)
        status: dict[str, Any] = {"exited": 1, "exitcode": code}
        if out:
            status["out-data"] = out
        if err:
            status["err-data"] = err
        return status

    def _run(self, program: str, arguments: list[str], given: str) -> tuple[int, str, str]:
        """Exit code, output and errors of the few programs this system has."""
        match program.rpartition("/")[2]:
            case "true":
                return 0, "", ""
            case "false":
                return 1, "", ""
            case "hostname":
                return 0, f"{self.hostname}\n", ""
            case "echo":
                return 0, " ".join(arguments) + "\n", ""
            case "cat" if not arguments:
                return 0, given, ""
            case "cat":
                try:
                    return 0, "".join(self._read(path) for path in arguments), ""
                except FileNotFoundError:
                    return 1, "", f"cat: {arguments[0]}: No such file or directory\n"
        reason = f"Failed to execute child process “{program}” (No such file or directory)"
        raise FileNotFoundError(f"Guest agent command failed, error was '{reason}'")


def _os_info() -> dict[str, str]:
    return {
        "id": "fedora",
        "name": "Fedora Linux",
        "pretty-name": "Fedora Linux 42 (Server Edition)",
        "version": "42 (Server Edition)",
        "version-id": "42",
        "variant": "Server Edition",
        "variant-id": "server",
        "kernel-release": "6.14.0-63.fc42.x86_64",
        "kernel-version": "#1 SMP PREEMPT_DYNAMIC",
        "machine": "x86_64",
    }


def _address(address: str, prefix: int) -> dict[str, Any]:
    return {"ip-address": address, "ip-address-type": "ipv4", "prefix": prefix}


def _link_local(mac: str) -> dict[str, Any]:
    octets = [int(part, 16) for part in mac.split(":")]
    octets[0] ^= 2
    words = [octets[0] << 8 | octets[1], octets[2] << 8 | 0xFF, 0xFE00 | octets[3], octets[4] << 8 | octets[5]]
    text = "fe80::" + ":".join(f"{word:x}" for word in words)
    return {"ip-address": text, "ip-address-type": "ipv6", "prefix": 64}

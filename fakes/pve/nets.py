"""Network devices of virtual machines: the text of ``netN`` and generated MAC addresses.

Source: observed net strings of PVE 8.4.1, model=MAC first and the other keys sorted.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fakes.pve.datacenter import Datacenter

MODELS = frozenset(
    [
        "e1000",
        "e1000-82540em",
        "e1000-82544gc",
        "e1000-82545em",
        "e1000e",
        "i82551",
        "i82557b",
        "i82559er",
        "ne2k_isa",
        "ne2k_pci",
        "pcnet",
        "rtl8139",
        "virtio",
        "vmxnet3",
    ]
)
DEFAULT_PREFIX = "BC:24:11"
COUNT = 32
KEYS = tuple(f"net{number}" for number in range(COUNT))
_BOOLEANS = frozenset(("firewall", "link_down"))
_KEY = re.compile(r"net(\d|[12]\d|3[01])")


@dataclass(frozen=True, slots=True)
class Net:
    """One network device; `macaddr` is empty until one is generated, `options` are texts, booleans "1" or "0"."""

    model: str
    macaddr: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def bridge(self) -> str | None:
        return self.options.get("bridge")

    @property
    def tag(self) -> int | None:
        """The VLAN of the device, None where it is not tagged."""
        tag = self.options.get("tag")
        return int(tag) if tag else None

    @property
    def is_down(self) -> bool:
        return self.options.get("link_down") == "1"

    def with_mac(self, macaddr: str) -> Net:
        """The same device with another address."""
        return replace(self, macaddr=macaddr)


def is_net_key(key: str) -> bool:
    """True for net0 … net31."""
    return _KEY.fullmatch(key) is not None


def parse_net(text: str) -> Net:
    """Read a net string such as ``virtio=02:DE:20:00:00:01,bridge=vmbr0,tag=5``; nothing is checked here."""
    model, macaddr = "", ""
    options: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not part.strip():
            continue
        if not equals:
            model = part
        elif key in MODELS:
            model, macaddr = key, value
        elif key == "model":
            model = value
        elif key == "macaddr":
            macaddr = value
        else:
            options[key] = _flag(value) if key in _BOOLEANS else value
    return Net(model, macaddr, options)


def _flag(value: str) -> str:
    return "1" if value.lower() in ("1", "on", "yes", "true") else "0"


def format_net(net: Net) -> str:
    """The text of a device as Proxmox prints it."""
    head = f"{net.model}={net.macaddr}" if net.macaddr else net.model
    return ",".join([head, *(f"{key}={net.options[key]}" for key in sorted(net.options))])


def new_mac(datacenter: Datacenter) -> str:
    """A fresh MAC address, upper case, below the datacenter's `mac_prefix`."""
    prefix = datacenter.options.get("mac_prefix", DEFAULT_PREFIX).rstrip(":").upper()
    octets = prefix.split(":")
    octets += [f"{byte:02X}" for byte in secrets.token_bytes(6 - len(octets))]
    return ":".join(octets)


def settled_net(datacenter: Datacenter, text: str) -> str:
    """A net string as it is stored: reprinted, with a generated address where it had none."""
    net = parse_net(text)
    return format_net(net if net.macaddr else net.with_mac(new_mac(datacenter)))

"""PCI and USB devices of a node, from its hardware."""

from __future__ import annotations

from typing import Any

from fakes.pve.call import Call
from fakes.pve.http import ApiError, route
from fakes.pve.params import split_list

# Memory controllers, bridges and processors are of no use to guests.
_HIDDEN_CLASSES = "05;06;0b"
_BRIEF = ("id", "class", "vendor", "device", "iommugroup", "mdev")


@route("GET", "/nodes/{node}/hardware/pci")
def pci(call: Call) -> list[dict[str, Any]]:
    hidden = split_list(str(call.get("pci-class-blacklist", _HIDDEN_CLASSES)))
    verbose = call.get("verbose", 1)
    return [
        {key: value for key, value in device.items() if verbose or key in _BRIEF}
        for device in call.node.facts.pci
        if str(device["class"]).removeprefix("0x")[:2] not in hidden
    ]


@route("GET", "/nodes/{node}/hardware/pci/{pci-id-or-mapping}/mdev")
def mediated(call: Call) -> list[dict[str, Any]]:
    """None of a lab node's devices can be divided."""
    wanted = str(call.params["pci-id-or-mapping"])
    names = {str(device["id"]) for device in call.node.facts.pci}
    short = wanted if wanted.count(":") == 2 else f"0000:{wanted}"
    if ":" in wanted and not any(name.startswith(short) for name in names):
        raise ApiError(500, f"no such device '{wanted}'")
    return []


@route("GET", "/nodes/{node}/hardware/usb")
def usb(_call: Call) -> list[dict[str, Any]]:
    """No profile has anything plugged in."""
    return []

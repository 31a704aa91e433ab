"""Which keys a guest's configuration file may have and which of them are numbers, taken from the schema table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fakes.pve.schema import Spec, load_schema

_CREATE = {"qemu": "/nodes/{node}/qemu", "lxc": "/nodes/{node}/lxc"}
# Parameters of the create methods that never reach the file.
_NOT_STORED = {
    "qemu": frozenset(
        [
            "node",
            "vmid",
            "archive",
            "bwlimit",
            "force",
            "import-working-storage",
            "live-restore",
            "pool",
            "start",
            "storage",
            "unique",
            "digest",
        ]
    ),
    "lxc": frozenset(
        [
            "node",
            "vmid",
            "bwlimit",
            "force",
            "ignore-unpack-errors",
            "ostemplate",
            "password",
            "pool",
            "restore",
            "ssh-public-keys",
            "start",
            "storage",
            "unique",
            "digest",
        ]
    ),
}
# Keys that Proxmox writes by itself: snapshots, suspension, origin.
_OWN: Mapping[str, Mapping[str, Spec]] = {
    "qemu": {
        "meta": {"type": "string"},
        "parent": {"type": "string"},
        "snaptime": {"type": "integer"},
        "snapstate": {"type": "string"},
        "vmstate": {"type": "string"},
        "runningmachine": {"type": "string"},
        "runningcpu": {"type": "string"},
        "running-nets-host-mtu": {"type": "string"},
        "lock": {"type": "string"},
        "cdrom": {"type": "string"},
    },
    "lxc": {
        "parent": {"type": "string"},
        "snaptime": {"type": "integer"},
        "snapstate": {"type": "string"},
        "lock": {"type": "string"},
        "snapcomment": {"type": "string"},
    },
}
_WHOLE = re.compile(r"-?\d+")
_TRUE = frozenset(("1", "on", "yes", "true"))
_FALSE = frozenset(("0", "off", "no", "false"))

Value = str | int


@dataclass(frozen=True, eq=False)
class Keys:
    """The keys of one kind of guest: their specs, and the names of integers and booleans."""

    specs: Mapping[str, Spec]
    integers: frozenset[str]
    booleans: frozenset[str]


@cache
def keys_of(kind: str) -> Keys:
    """The keys of the guests of a kind, "qemu" or "lxc"."""
    method = load_schema().methods["POST", _CREATE[kind]]
    specs: dict[str, Spec] = {name: spec for name, spec in method.params.items() if name not in _NOT_STORED[kind]}
    specs.update(_OWN[kind])
    return Keys(
        specs,
        frozenset(name for name, spec in specs.items() if spec.get("type") == "integer"),
        frozenset(name for name, spec in specs.items() if spec.get("type") == "boolean"),
    )


def stored_value(kind: str, key: str, value: object) -> tuple[Value, str | None]:
    """A value as it is kept (integers and booleans as int) and what is wrong with it, in Proxmox's words, or None.

    Formats are looked at where parameters come in, not at every reading of a file.
    """
    keys = keys_of(kind)
    if value is None:
        return "", "got undefined value"
    if key not in keys.specs:
        return str(value), f"unknown setting '{key}'"
    if key in keys.integers:
        if isinstance(value, int):
            return int(value), None
        text = str(value)
        return (int(text), None) if _WHOLE.fullmatch(text) else (text, f"type check ('integer') failed - got '{text}'")
    if key in keys.booleans:
        if isinstance(value, int):
            return int(value), None
        text = str(value).lower()
        if text in _TRUE or text in _FALSE:
            return int(text in _TRUE), None
        return str(value), f"type check ('boolean') failed - got '{value}'"
    text = str(value)
    allowed = keys.specs[key].get("enum")
    if allowed is not None and text not in allowed:
        return text, f"value '{text}' does not have a value in the enumeration '{', '.join(map(str, allowed))}'"
    return text, None

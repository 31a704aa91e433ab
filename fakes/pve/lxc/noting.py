"""Writing a change into the pending section of a container, every value checked and brought into its stored form.

Nothing is saved here: unlike a virtual machine's, a container's refused change leaves nothing pending.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fakes.pve.call import Call
from fakes.pve.guestconf import GuestConfig
from fakes.pve.http import ApiError
from fakes.pve.lxc.formats import values_of
from fakes.pve.lxc.mountpoints import is_mount_key, parse_mount
from fakes.pve.lxc.nets import parse_card
from fakes.pve.nets import is_net_key
from fakes.pve.node import Node
from fakes.pve.params import split_list
from fakes.pve.pending import mark_deleted
from fakes.pve.qemu.power import bridges
from fakes.pve.storage.names import split_volid
from fakes.pve.storage.volumes import volumes
from fakes.pve.tags import settled_tags

_REQUIRED = ("memory", "rootfs", "ostype")
_READ_ONLY = "unprivileged"
_DEFAULT_MTU = 1500
# The devices that every node has.
_DEVICES = frozenset(
    (
        *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/console"),
        *("/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/vhost-net", "/dev/loop-control", "/dev/ptmx", "/dev/rtc0"),
    )
)


def revert(config: GuestConfig, keys: Iterable[str]) -> None:
    """Forget pending values and pending removals of keys."""
    for key in keys:
        config.pending.pop(key, None)
        config.deleting.pop(key, None)


def note_removals(config: GuestConfig, vmid: int, keys: Iterable[str]) -> set[str]:
    """Note that keys are to be removed; ApiError for those that have to stay. Returns the keys that change."""
    modified: set[str] = set()
    for key in keys:
        if key not in config.main and key not in config.pending:
            continue
        modified.add(key)
        if key in _REQUIRED:
            raise ApiError(500, f"unable to delete required option '{key}'")
        if key == _READ_ONLY:
            raise ApiError(500, f"unable to delete read-only option: '{key}'")
        if config.is_protected and (key.startswith("unused") or is_mount_key(key)):
            raise ApiError(500, f"can't remove CT {vmid} drive '{key}' - protection mode enabled")
        mark_deleted(config, key)
    return modified


def note_values(call: Call, vmid: int, config: GuestConfig, values: Mapping[str, Any]) -> set[str]:
    """Note new values; ApiError for those that cannot be. Returns the keys that change."""
    for key in sorted(values):
        if is_mount_key(key) and config.is_protected:
            raise ApiError(500, f"can't update CT {vmid} drive '{key}' - protection mode enabled")
        config.pending[key] = settled(call, key, values[key])
        config.deleting.pop(key, None)
    return set(values)


def settled(call: Call, key: str, value: Any) -> Any:
    """A value in the form that is stored; ApiError where it is refused."""
    text = str(value)
    if is_mount_key(key):
        _check_content(call, key, text)
    elif key == "hookscript":
        _check_hookscript(call, text)
    elif key in ("nameserver", "searchdomain"):
        return " ".join(split_list(text))
    elif key == _READ_ONLY:
        raise ApiError(500, f"unable to modify read-only option: '{key}'")
    elif key == "tags":
        return settled_tags(call.datacenter, text)
    elif is_net_key(key):
        _check_mtu(call, key, text)
    elif re.fullmatch(r"dev\d+", key):
        _check_device(key, values_of(key, text).get("path"))
    return value


def _check_content(call: Call, key: str, text: str) -> None:
    mount = parse_mount(key, text)
    if mount.is_volume:
        storage, _ = split_volid(mount.volume)
        if "rootdir" not in volumes(call.datacenter, call.node).config(storage).content:
            raise ApiError(500, f"storage '{storage}' does not allow content type 'rootdir' (Container)")


def _check_hookscript(call: Call, volid: str) -> None:
    store = volumes(call.datacenter, call.node)
    if store.parse(volid).content != "snippets":
        raise ApiError(500, f"'{volid}' is not in the snippets directory")
    if not store.exists(volid):
        raise ApiError(500, f"script '{volid}' does not exist")


def _check_mtu(call: Call, key: str, text: str) -> None:
    """Only a card with an MTU of its own makes Proxmox look at its bridge before the container starts."""
    options = parse_card(key, text).options
    if "mtu" not in options:
        return
    bridge = options.get("bridge", "")
    if bridge not in bridges(call.datacenter, call.node):
        raise ApiError(500, f"bridge '{bridge}' does not exist")
    most = _mtu_of(call.node, bridge)
    if int(options["mtu"]) > most:
        raise ApiError(500, f"{key}: MTU size '{options['mtu']}' is bigger than bridge MTU '{most}'")


def _mtu_of(node: Node, bridge: str) -> int:
    text = node.files.read("etc/network/interfaces") or ""
    stanza = re.search(rf"^\s*iface\s+{re.escape(bridge)}\s[^\n]*\n((?:[ \t]+[^\n]*\n?)*)", text, re.MULTILINE)
    found = re.search(r"^\s*mtu\s+(\d+)", stanza[1], re.MULTILINE) if stanza else None
    return int(found[1]) if found else _DEFAULT_MTU


def _check_device(key: str, path: str | None) -> None:
    if path is None:
        raise ApiError(500, f"Path is not defined for passthrough device {key}")
    if path not in _DEVICES:
        raise ApiError(500, f"Device {path} does not exist")

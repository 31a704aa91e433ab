"""Which right each configuration key of a container asks for.

Source: PVE 8.4 as observed; BEHAVIOUR, "Containers".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fakes.pve.guestkeys import Value
from fakes.pve.http import ForbiddenError
from fakes.pve.lxc.formats import values_of
from fakes.pve.lxc.mountpoints import is_mount_key, parse_mount
from fakes.pve.lxc.nets import parse_card
from fakes.pve.nets import is_net_key
from fakes.pve.qemu.rights import Rights
from fakes.pve.storage.access import check_volume_access
from fakes.pve.tags import check_tag_change

_GROUPS: Mapping[str, str] = {
    "VM.Config.CPU": "cores cpulimit cpuunits",
    "VM.Config.Memory": "memory swap",
    "VM.Config.Network": "hostname nameserver searchdomain",
}
_RIGHT = {key: right for right, keys in _GROUPS.items() for key in keys.split()}
_ROOT_ONLY = "is only allowed for root@pam"


def check_keys(
    rights: Rights,
    values: Mapping[str, Any],
    deletes: Iterable[str],
    *,
    old: Mapping[str, Value],
    unprivileged: bool,
) -> None:
    """ForbiddenError for the first key that the caller may not set or delete; `old` is the configuration so far."""
    if rights.is_root:
        return
    for key in sorted(values):
        _check_key(rights, key, str(values[key]), old, unprivileged=unprivileged)
    for key in deletes:
        _check_key(rights, key, None, old, unprivileged=unprivileged)


def _check_key(rights: Rights, key: str, new: str | None, old: Mapping[str, Value], *, unprivileged: bool) -> None:
    if key in _RIGHT:
        rights.guest(_RIGHT[key])
    elif is_mount_key(key):
        rights.guest("VM.Config.Disk")
        if new is not None:
            _check_mount(rights, key, new)
    elif re.fullmatch(r"dev\d+", key):
        raise ForbiddenError(f"configuring device passthrough {_ROOT_ONLY}")
    elif is_net_key(key):
        rights.guest("VM.Config.Network")
        for text in (old.get(key), new):
            if text:
                check_card(rights, key, text)
    elif key == "features":
        _check_features(rights, new, str(old.get(key, "")), unprivileged=unprivileged)
    elif key == "hookscript":
        raise ForbiddenError(f"changing the hookscript {_ROOT_ONLY}")
    elif key == "tags":
        check_tag_change(rights, str(old.get(key, "")), new or "")
    else:
        rights.guest("VM.Config.Options")


def _check_mount(rights: Rights, key: str, text: str) -> None:
    mount = parse_mount(key, text)
    if not mount.is_volume:
        raise ForbiddenError(f"mount point type {mount.kind} {_ROOT_ONLY}")
    if mount.wants is not None:
        rights.at(f"/storage/{mount.wants[0]}", "Datastore.AllocateSpace")
    elif ":" in mount.volume:
        check_volume_access(rights.call, mount.volume, vmid=rights.vmid)


def check_card(rights: Rights, key: str, text: Value) -> None:
    """ForbiddenError where the caller may not use the bridge (or the VLANs on it) of a card."""
    options = parse_card(key, text).options
    wanted = [f"{name}={options[name]}" for name in ("bridge", "tag", "trunks") if name in options]
    # Bridges have one rule for all guests; it reads them in the form of virtual machines.
    rights.net(",".join(["virtio", *wanted]))


def _check_features(rights: Rights, new: str | None, old: str, *, unprivileged: bool) -> None:
    if not unprivileged:
        raise ForbiddenError(f"changing feature flags for privileged container {_ROOT_ONLY}")
    before, after = values_of("features", old), values_of("features", new or "")
    changed = {name for name in before.keys() | after.keys() if before.get(name, "") != after.get(name, "")}
    if changed - {"nesting"}:
        raise ForbiddenError(f"changing feature flags (except nesting) {_ROOT_ONLY}")
    if changed:
        rights.guest("VM.Allocate")

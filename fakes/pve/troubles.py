"""Trouble that is a state, not a fault of one request: a locked guest, a full storage, a node that is off.

Each is set through the same state that Proxmox would have it in, so everything that looks at it agrees.
"""

from __future__ import annotations

from fakes.pve import guestconf
from fakes.pve.datacenter import Datacenter
from fakes.pve.http import ApiError
from fakes.pve.storage import volumes


def lock_guest(datacenter: Datacenter, vmid: int, lock: str | None) -> None:
    """Lock a guest as some work does (``backup``, ``migrate``, …), or with None take its lock off."""
    place = datacenter.guests.find(vmid)
    if place is None:
        raise ApiError(500, f"there is no guest {vmid}")
    config = guestconf.load(datacenter, vmid, place.kind, node=place.node)
    if lock is None:
        config.main.pop("lock", None)
    else:
        config.main["lock"] = lock
    guestconf.save(datacenter, vmid, config, node=place.node)


def fill_storage(datacenter: Datacenter, storeid: str, free_bytes: int | None, *, node: str) -> None:
    """Leave only so many bytes free on a storage of a node; None gives back what was taken before."""
    reach = volumes(datacenter, datacenter.nodes[node])
    reach.fill(storeid, 0)
    space = reach.space(storeid)
    if space is None:
        raise ApiError(500, f"storage '{storeid}' is not active on node '{node}'")
    if free_bytes is not None:
        reach.fill(storeid, max(0, space.free - free_bytes))


def switch_node(datacenter: Datacenter, node: str, *, is_online: bool) -> None:
    """Let a node be off, or boot again; what ran on it is not touched."""
    found = datacenter.nodes[node]
    if is_online and not found.is_online:
        found.boot()
    found.is_online = is_online

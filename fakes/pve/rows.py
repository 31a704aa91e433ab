"""Rows of guests for the lists, kept ready as JSON per guest so that a list of 10,000 costs little more than a join.

A row is made anew only when the guest's configuration, pool or run state changed; the moving numbers of running
guests follow the clock by the second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson

from fakes.pve import ha
from fakes.pve.call import Call
from fakes.pve.datacenter import Datacenter
from fakes.pve.hypervisor import FOLDER as RUN_FOLDER
from fakes.pve.lxc.runtime import FOLDER as CONTAINER_FOLDER
from fakes.pve.lxc.status import container_status
from fakes.pve.node import Node
from fakes.pve.sections import Section
from fakes.pve.usercfg import UserConfig
from fakes.pve.vmstatus import vm_status

Sees = Callable[[int], bool]
_KEPT_TEXTS = 50
_MANY = 1000
StatusOf = Callable[[Datacenter, Node, int], dict[str, Any]]
_CONFIG = re.compile(r"nodes/([^/]+)/(qemu-server|lxc)/(\d+)\.conf")
_RESOURCE_KEYS = {
    "name": "name",
    "status": "status",
    "uptime": "uptime",
    "cpus": "maxcpu",
    "cpu": "cpu",
    "maxmem": "maxmem",
    "mem": "mem",
    "maxdisk": "maxdisk",
    "disk": "disk",
    "netin": "netin",
    "netout": "netout",
    "diskread": "diskread",
    "diskwrite": "diskwrite",
    "lock": "lock",
    "tags": "tags",
}


def vm_list_row(datacenter: Datacenter, node: Node, vmid: int) -> dict[str, Any]:
    """The row of a virtual machine in the list of its node."""
    return vm_status(datacenter, node, vmid)


# How the guests of each kind get their status; a kind that is not here has no rows.
STATUSES: Mapping[str, StatusOf] = {"qemu": vm_list_row, "lxc": container_status}


def resource_row(
    kind: str, node: str, status: dict[str, Any], pool: str | None, ha_state: str | None = None
) -> dict[str, Any]:
    """The row of a guest in /cluster/resources and among the members of a pool, from its status."""
    vmid = int(status["vmid"])
    row: dict[str, Any] = {"id": f"{kind}/{vmid}", "type": kind, "vmid": vmid, "node": node}
    row["template"] = int(bool(status.get("template")))
    row.update((name, status[key]) for key, name in _RESOURCE_KEYS.items() if key in status)
    if pool:
        row["pool"] = pool
    if ha_state:
        row["hastate"] = ha_state
    return row


class _Shelf:
    """The rows of all guests in one shape, as dicts of JSON texts by node and kind."""

    def __init__(self, make: Callable[[Node, str, int], dict[str, Any]]) -> None:
        self._make = make
        self.dirty: set[int] = set()
        self.texts: dict[tuple[str, str], dict[int, bytes]] = {}
        self.running: dict[tuple[str, str], set[int]] = {}
        self.joined: dict[tuple[str, str, str], bytes] = {}
        self.second = 0

    def refresh(self, datacenter: Datacenter) -> None:
        """Make the rows of all guests that changed, and of the running ones once a second."""
        second = int(datacenter.clock.now())
        if second != self.second:
            self.second = second
            for running in self.running.values():
                self.dirty |= running
        if not self.dirty:
            return
        self.joined.clear()
        dirty, self.dirty = self.dirty, set()
        for vmid in dirty:
            self._remake(datacenter, vmid)
            place = datacenter.guests.find(vmid) if len(dirty) > _MANY else None
            if place is not None:
                # Of very many guests few are looked at next; those are parsed again then.
                datacenter.cfs.forget(place.path)

    def _remake(self, datacenter: Datacenter, vmid: int) -> None:
        place = datacenter.guests.find(vmid)
        here = (place.node, place.kind) if place else None
        for key, texts in self.texts.items():
            if key != here and texts.pop(vmid, None) is not None:
                self.running.get(key, set()).discard(vmid)
        if place is None or here is None or place.kind not in STATUSES or place.node not in datacenter.nodes:
            return
        row = self._make(datacenter.nodes[place.node], place.kind, vmid)
        # A copy, because what orjson returns keeps the room it was made in.
        self.texts.setdefault(here, {})[vmid] = bytes(memoryview(orjson.dumps(row)))
        running = self.running.setdefault(here, set())
        if row["status"] == "running":
            running.add(vmid)
        else:
            running.discard(vmid)

    def text(self, key: tuple[str, str], user: str, sees: Sees | None) -> bytes:
        """The rows that a user sees of the guests of a kind on a node, joined; kept until a row changes.

        `sees` None: all of them.
        """
        whose = "" if sees is None else user
        text = self.joined.get((*key, whose))
        if text is None:
            rows = self.texts.get(key, {})
            seen = rows.values() if sees is None else [row for vmid, row in rows.items() if sees(vmid)]
            if len(seen) == len(rows) and sees is not None:
                text = self.text(key, user, None)
            else:
                text = b",".join(seen)
            if len(self.joined) >= _KEPT_TEXTS:
                self.joined.clear()
            self.joined[(*key, whose)] = text
        return text


class GuestRows:
    """The rows of all guests of a datacenter: `datacenter.part(GuestRows)`."""

    def __init__(self, datacenter: Datacenter) -> None:
        self._datacenter = datacenter
        self._list = _Shelf(self._status)
        self._resources = _Shelf(self._resource)
        self._shelves = (self._list, self._resources)
        self._access: UserConfig | None = None
        self._pools: dict[int, str] = {}
        self._services: list[Section] = []
        self._ha_states: dict[int, str] = {}
        self._seen: dict[str, dict[int, bool]] = {}
        for place in datacenter.guests:
            self._mark(place.vmid)
        datacenter.cfs.watch("nodes/", self._config_changed)
        for node in datacenter.nodes.values():
            node.files.watch(f"{RUN_FOLDER}/", self._run_changed)
            node.files.watch(f"{CONTAINER_FOLDER}/", self._run_changed)

    def list_json(self, call: Call, kind: str = "qemu") -> list[bytes]:
        """The guest list of a node as the caller may see it: JSON rows to join with commas."""
        self._note_pools()
        self._list.refresh(self._datacenter)
        text = self._visible(self._list, call, (call.node.name, kind))
        return [text] if text else []

    def resource_json(self, call: Call) -> list[bytes]:
        """The rows of /cluster/resources of all guests that the caller may see: JSON rows to join with commas."""
        self._note_pools()
        self._note_ha()
        self._resources.refresh(self._datacenter)
        texts = [self._visible(self._resources, call, key) for key in self._resources.texts]
        return [text for text in texts if text]

    def resource(self, vmid: int) -> dict[str, Any] | None:
        """The row of one guest as in /cluster/resources, None where it does not exist."""
        place = self._datacenter.guests.find(vmid)
        if place is None or place.kind not in STATUSES or place.node not in self._datacenter.nodes:
            return None
        return self._resource(self._datacenter.nodes[place.node], place.kind, vmid)

    def may_see(self, call: Call, vmid: int) -> bool:
        """True where the caller has VM.Audit on a guest; remembered until user.cfg changes."""
        self._note_pools()
        seen = self._seen.setdefault(call.user, {})
        if vmid not in seen:
            seen[vmid] = call.allowed(f"/vms/{vmid}", "VM.Audit")
        return seen[vmid]

    def _visible(self, shelf: _Shelf, call: Call, key: tuple[str, str]) -> bytes:
        sees = None if call.is_root else partial(self.may_see, call)
        return shelf.text(key, call.user, sees)

    def _status(self, node: Node, kind: str, vmid: int) -> dict[str, Any]:
        return STATUSES[kind](self._datacenter, node, vmid)

    def _resource(self, node: Node, kind: str, vmid: int) -> dict[str, Any]:
        pool = self._datacenter.access.pool_of(vmid)
        self._note_ha()
        return resource_row(kind, node.name, self._status(node, kind, vmid), pool, self._ha_states.get(vmid))

    def _mark(self, vmid: int) -> None:
        for shelf in self._shelves:
            shelf.dirty.add(vmid)

    def _config_changed(self, path: str) -> None:
        found = _CONFIG.fullmatch(path)
        if found:
            self._mark(int(found[3]))

    def _run_changed(self, path: str) -> None:
        name = path.rpartition("/")[2].removesuffix(".json")
        if name.isdigit():
            self._mark(int(name))

    def _note_pools(self) -> None:
        """Mark the guests whose pool changed since the last look; permissions are looked up anew."""
        access = self._datacenter.access
        if access is self._access:
            return
        self._access = access
        self._seen.clear()
        for shelf in self._shelves:
            shelf.joined.clear()
        pools = {vmid: name for name, pool in access.pools.items() for vmid in pool.vms}
        self._resources.dirty.update(vmid for vmid, _ in pools.items() ^ self._pools.items())
        self._pools = pools

    def _note_ha(self) -> None:
        """Mark the guests whose HA state changed since the last look."""
        services = ha.resources(self._datacenter)
        if services is self._services or not (services or self._services):
            return
        states = {int(one.id): ha.state_of(one) for one in services if ha.state_of(one) != "ignored"}
        self._resources.dirty.update(vmid for vmid, _ in states.items() ^ self._ha_states.items())
        self._services, self._ha_states = services, states


def guest_rows(datacenter: Datacenter) -> GuestRows:
    """The rows of all guests of a datacenter."""
    return datacenter.part(GuestRows)

"""Switching containers on and off: the steps of the tasks, with Proxmox's checks and words.

Each function is a generator of seconds for a task's work; changes are made at once and the waiting comes after.
"""

from __future__ import annotations

from collections.abc import Iterator

from fakes.pve.datacenter import Datacenter
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.http import ApiError
from fakes.pve.lxc.applying import Applying
from fakes.pve.lxc.mountpoints import mounts
from fakes.pve.lxc.nets import cards
from fakes.pve.lxc.runtime import is_running, switch_off, switch_on
from fakes.pve.node import Node
from fakes.pve.qemu.power import bridges
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError

# A container's init needs about this long to go down.
_SHUTDOWN_S = 2.0


def start(datacenter: Datacenter, node: Node, vmid: int, task: Task, *, skiplock: bool = False) -> Iterator[float]:
    """Start a container, its pending changes made first."""
    config = load(datacenter, vmid, "lxc", node=node.name)
    if config.is_template:
        raise TaskError("you can't start a CT if it's a template")
    _check_lock(config, skiplock=skiplock)
    if is_running(node, vmid):
        raise TaskError(f"CT {vmid} already running")
    if config.main.get("unprivileged") and any(mount.options.get("quota") == "1" for mount in mounts(config.main)):
        raise TaskError("Quotas are not supported by unprivileged containers.")
    if config.pending or config.deleting:
        Applying(datacenter, node, vmid, config, task.log).while_off()
        save(datacenter, vmid, config, node=node.name)
    store = volumes(datacenter, node)
    for mount in mounts(config.main):
        if mount.is_volume:
            store.activate(mount.volume)
    _plug_in(datacenter, node, vmid, config, task)
    switch_on(datacenter, node, vmid, config.main)
    yield datacenter.durations.of("vzstart")


def stop(datacenter: Datacenter, node: Node, vmid: int, _task: Task, *, skiplock: bool = False) -> Iterator[float]:
    """Kill a container; nothing happens where it is off already."""
    _check_lock(load(datacenter, vmid, "lxc", node=node.name), skiplock=skiplock)
    switch_off(node, vmid)
    yield datacenter.durations.of("vzstop")


def shutdown(datacenter: Datacenter, node: Node, vmid: int, _task: Task) -> Iterator[float]:
    """Ask a container to go off, which it does."""
    load(datacenter, vmid, "lxc", node=node.name).check_lock()
    yield datacenter.durations.wait(_SHUTDOWN_S)
    switch_off(node, vmid)


def reboot(datacenter: Datacenter, node: Node, vmid: int, task: Task) -> Iterator[float]:
    """Let a container go off and on again, within one task."""
    if not is_running(node, vmid):
        return
    yield datacenter.durations.wait(_SHUTDOWN_S)
    switch_off(node, vmid)
    yield from start(datacenter, node, vmid, task, skiplock=True)


def ensure_running(node: Node, vmid: int) -> None:
    """ApiError where a container is off or does not exist."""
    if not is_running(node, vmid):
        raise ApiError(500, f"CT {vmid} not running")


def _check_lock(config: GuestConfig, *, skiplock: bool) -> None:
    """A mounted container may be started and stopped."""
    if not skiplock and config.lock != "mounted":
        config.check_lock()


def _plug_in(datacenter: Datacenter, node: Node, vmid: int, config: GuestConfig, task: Task) -> None:
    """Connect the network cards; TaskError where one names a bridge that the node does not have."""
    present = bridges(datacenter, node)
    for card in cards(config.main):
        if card.bridge is not None and card.bridge not in present:
            task.log(f"bridge '{card.bridge}' does not exist")
            task.log(f'Failed to create network device for container "{vmid}"')
            raise TaskError(f"startup for container '{vmid}' failed")

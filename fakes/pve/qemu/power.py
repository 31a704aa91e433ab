"""Switching virtual machines on and off: the steps of the tasks, with Proxmox's checks, words and waiting.

Each function is a generator of seconds for a task's work. Changes are made at once and the waiting comes after, so a
task that takes its time never overlaps with one that has to find its result. Source: BEHAVIOUR, "Power and snapshots".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

import orjson

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import drives
from fakes.pve.effects import effect
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.guests import config_path
from fakes.pve.http import ApiError
from fakes.pve.hypervisor import AgentSilentError, Hypervisor, HypervisorError, hypervisor_of
from fakes.pve.nets import KEYS as NET_KEYS
from fakes.pve.nets import parse_net
from fakes.pve.node import Node
from fakes.pve.pending import apply_pending
from fakes.pve.qemu.cloudinit import generate_image
from fakes.pve.qemu.machine import NEWEST, parse_machine
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError
from fakes.pve.vmstatus import agent_enabled

SUSPENDED_KEYS = ("lock", "vmstate", "runningmachine", "runningcpu", "running-nets-host-mtu")


def not_found(vmid: int, node: Node) -> ApiError:
    """The error of asking for the process of a guest that does not exist."""
    return ApiError(500, f"unable to find configuration file for VM {vmid} on node '{node.name}'")


def ensure_exists(datacenter: Datacenter, node: Node, vmid: int) -> None:
    """ApiError in Proxmox's words where the node has no such virtual machine."""
    if config_path(node.name, "qemu", vmid) not in datacenter.cfs:
        raise not_found(vmid, node)


def ensure_running(datacenter: Datacenter, node: Node, vmid: int) -> None:
    """ApiError where the guest does not exist or is off."""
    ensure_exists(datacenter, node, vmid)
    if hypervisor_of(datacenter).running(node, vmid) is None:
        raise ApiError(500, f"VM {vmid} not running")


def machine_version(machine: str) -> str:
    """The machine type that QEMU runs for the `machine` option of a configuration, e.g. ``pc-q35-9.2+pve1``."""
    kind = parse_machine(machine).get("type", "")
    if re.search(r"-\d", kind):
        return kind if "+pve" in kind else f"{kind}+pve0"
    return f"pc-{'q35' if kind == 'q35' else 'i440fx'}-{NEWEST}"


def start(
    datacenter: Datacenter,
    node: Node,
    vmid: int,
    task: Task,
    *,
    skiplock: bool = False,
    machine: str | None = None,
) -> Iterator[float]:
    """Start a guest, or resume one that was suspended to disk."""
    config = load(datacenter, vmid, node=node.name)
    if config.is_template:
        raise TaskError("you can't start a vm if it's a template")
    is_suspended = config.lock == "suspended"
    if not skiplock and not is_suspended:
        config.check_lock()
    hypervisor = hypervisor_of(datacenter)
    if hypervisor.running(node, vmid) is not None:
        raise TaskError(f"VM {vmid} already running")
    if config.pending or config.deleting:
        apply_pending(datacenter, node, vmid, config, task.log)
    if generate_image(datacenter, node, vmid, config, task.log):
        save(datacenter, vmid, config, node=node.name)
    state = str(config.main["vmstate"]) if config.main.get("vmstate") else None
    if is_suspended or state:
        task.log("Resuming suspended VM")
    _check_command(datacenter, node, vmid, config, task)
    if state:
        task.log(f"activating and using '{state}' as vmstate")
    running = machine_version(machine or str(config.main.get("runningmachine") or config.main.get("machine", "")))
    try:
        switch_on(datacenter, node, vmid, config, machine=running)
    except HypervisorError as error:
        raise TaskError(f"start failed: {error}") from error
    if is_suspended or state:
        task.log("Resumed VM, removing state")
        for key in SUSPENDED_KEYS:
            config.main.pop(key, None)
        save(datacenter, vmid, config, node=node.name)
        if state:
            volumes(datacenter, node).free(state)
    yield datacenter.durations.of("qmstart")


def stop(datacenter: Datacenter, node: Node, vmid: int, task: Task, *, skiplock: bool = False) -> Iterator[float]:
    """Switch a guest off; nothing happens where it is off already."""
    ensure_exists(datacenter, node, vmid)
    if hypervisor_of(datacenter).running(node, vmid) is None:
        return
    if not skiplock:
        load(datacenter, vmid, node=node.name).check_lock()
    _switch_off(datacenter, node, vmid, task)
    yield datacenter.durations.of("qmstop")


def shutdown(
    datacenter: Datacenter,
    node: Node,
    vmid: int,
    task: Task,
    *,
    skiplock: bool = False,
    timeout_s: int | None = None,
    force: bool = False,
) -> Iterator[float]:
    """Ask a guest to go off and wait for it; with `force` it is killed when the time is over."""
    ensure_exists(datacenter, node, vmid)
    hypervisor = hypervisor_of(datacenter)
    if hypervisor.running(node, vmid) is None:
        return
    config = load(datacenter, vmid, node=node.name)
    if not skiplock:
        config.check_lock()
    limit = _shutdown_limit(config) if timeout_s is None else timeout_s
    _ask_to_go_off(hypervisor, node, vmid, config, task)
    waited = 0
    while waited < limit and hypervisor.running(node, vmid) is not None:
        waited += 1
        yield datacenter.durations.wait(1.0)
    if hypervisor.running(node, vmid) is not None:
        if not force:
            raise TaskError("VM quit/powerdown failed - got timeout")
        task.log("VM still running - terminating now with SIGTERM")
    _switch_off(datacenter, node, vmid, task)


def switch_on(datacenter: Datacenter, node: Node, vmid: int, config: GuestConfig, *, machine: str) -> None:
    """Let the hypervisor start a guest, and do what is due when it goes off by itself."""
    went_off = partial(settle_stopped, datacenter, node, vmid, _unheard)
    hypervisor_of(datacenter).start(node, vmid, config.main, machine=machine, went_off=went_off)


def settle_stopped(datacenter: Datacenter, node: Node, vmid: int, log: Callable[[str], None]) -> None:
    """What Proxmox does when a guest went off: pending changes become real."""
    if config_path(node.name, "qemu", vmid) in datacenter.cfs:
        config = load(datacenter, vmid, node=node.name)
        if config.pending or config.deleting:
            apply_pending(datacenter, node, vmid, config, log)


@effect("guest-went-off")
def _went_off(datacenter: Datacenter, node: Node, vmid: int) -> None:
    settle_stopped(datacenter, node, vmid, _unheard)


def _unheard(_line: str) -> None:
    """What no task logs ends up in the node's journal."""


def _ask_to_go_off(hypervisor: Hypervisor, node: Node, vmid: int, config: GuestConfig, task: Task) -> None:
    """Through the agent where it is enabled and answers, else by the power button."""
    if agent_enabled(config.main.get("agent")):
        try:
            hypervisor.agent(node, vmid, "guest-shutdown", {})
        except AgentSilentError:
            failure = f"VM {vmid} qmp command 'guest-ping' failed - got timeout"
            task.log(f"QEMU Guest Agent is not running - {failure}")
        else:
            return
    hypervisor.press_power(node, vmid)


def _switch_off(datacenter: Datacenter, node: Node, vmid: int, task: Task) -> None:
    hypervisor_of(datacenter).stop(node, vmid)
    settle_stopped(datacenter, node, vmid, task.log)


def _shutdown_limit(config: GuestConfig) -> int:
    found = re.search(r"(?:^|,)down=(\d+)", str(config.main.get("startup", "")))
    return int(found[1]) if found else 60


def _check_command(datacenter: Datacenter, node: Node, vmid: int, config: GuestConfig, task: Task) -> None:
    """What Proxmox finds while it writes QEMU's command line: refusals as TaskError, the rest as warnings."""
    main = config.main
    most = int(main.get("vcpus") or int(main.get("sockets", 1)) * int(main.get("cores", 1)))
    if max(most, int(main.get("sockets", 1)) * int(main.get("cores", 1))) > node.facts.threads:
        raise TaskError(f"MAX {node.facts.threads} vcpus allowed per VM on this node")
    if main.get("bios") == "ovmf" and "efidisk0" not in main:
        task.warn("no efidisk configured! Using temporary efivars disk.")
    store = volumes(datacenter, node)
    used = [drive for drive in drives(main) if drive.is_volume]
    for drive in used:
        store.config(str(drive.storage))
        is_single = main.get("scsihw") == "virtio-scsi-single"
        if drive.interface == "scsi" and drive.options.get("iothread") == "1" and not is_single:
            task.warn("iothread is only valid with virtio disk or virtio-scsi-single controller, ignoring")
    for drive in used:
        store.activate(drive.file)
    _plug_in(datacenter, node, vmid, config, task)


def _plug_in(datacenter: Datacenter, node: Node, vmid: int, config: GuestConfig, task: Task) -> None:
    """Connect the network cards; TaskError where one names a bridge that the node does not have."""
    present = bridges(datacenter, node)
    for key in NET_KEYS:
        net = parse_net(str(config.main[key])) if key in config.main else None
        if net is None or net.bridge is None or net.bridge in present:
            continue
        scripts = "script=/var/lib/qemu-server/pve-bridge,downscript=/var/lib/qemu-server/pve-bridgedown"
        vhost = ",vhost=on" if net.model == "virtio" else ""
        task.log(f"bridge '{net.bridge}' does not exist")
        task.log(
            f"kvm: -netdev type=tap,id={key},ifname=tap{vmid}i{key[3:]},{scripts}{vhost}: "
            "network script /var/lib/qemu-server/pve-bridge failed with status 512"
        )
        raise TaskError("start failed: QEMU exited with code 1")


def bridges(datacenter: Datacenter, node: Node) -> set[str]:
    """The bridges a guest can be connected to: those of the node that are applied, and applied virtual networks."""
    found = set(re.findall(r"^\s*iface\s+(\S+)", node.files.read("etc/network/interfaces") or "", re.MULTILINE))
    running = orjson.loads(datacenter.cfs.read_bytes("sdn/.running-config") or b"{}")
    return found | set(running.get("vnets", {}).get("ids", {}))

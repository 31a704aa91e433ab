"""Pausing virtual machines and saving their memory: the volumes named ``vm-N-state-…``."""

from __future__ import annotations

import time
from collections.abc import Iterator

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import drives
from fakes.pve.guestconf import Section, load, save
from fakes.pve.hypervisor import MIB, hypervisor_of
from fakes.pve.node import Node
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task
from fakes.pve.vmstatus import memory_mib

_CPU_FLAGS = {"kvm_pv_eoi": "+", "kvm_pv_unhalt": "+"}
# What the oldest models lack and QEMU can give.
_KVM64_FLAGS = {"lahf_lm": "+", "sep": "+"}
# Proxmox reserves twice the memory, and this for the state of the devices.
_DEVICE_STATE_MIB = 500


def pause(datacenter: Datacenter, node: Node, vmid: int, _task: Task, *, skiplock: bool = False) -> Iterator[float]:
    """Stop the processors of a guest."""
    config = load(datacenter, vmid, node=node.name)
    if not skiplock and config.lock != "backup":
        config.check_lock()
    hypervisor_of(datacenter).pause(node, vmid)
    yield datacenter.durations.of("qmpause")


def unpause(datacenter: Datacenter, node: Node, vmid: int, _task: Task, *, skiplock: bool = False) -> Iterator[float]:
    """Let the processors of a guest go on."""
    config = load(datacenter, vmid, node=node.name)
    if not skiplock and config.lock != "backup":
        config.check_lock()
    hypervisor_of(datacenter).resume(node, vmid)
    yield datacenter.durations.of("qmresume")


def to_disk(
    datacenter: Datacenter, node: Node, vmid: int, task: Task, *, storage: str, skiplock: bool = False
) -> Iterator[float]:
    """Save a guest's memory to a volume and switch it off; it is locked until it is started again."""
    config = load(datacenter, vmid, node=node.name)
    if not skiplock:
        config.check_lock()
    day = time.strftime("%Y-%m-%d", time.gmtime(datacenter.clock.now()))
    save_state(datacenter, node, vmid, config.main, storage, f"suspend-{day}", task)
    config.main["lock"] = "suspending"
    save(datacenter, vmid, config, node=node.name)
    yield datacenter.durations.of("qmsuspend", memory_mib(config.main) * MIB)
    task.log("State saved, quitting")
    config = load(datacenter, vmid, node=node.name)
    config.main["lock"] = "suspended"
    save(datacenter, vmid, config, node=node.name)
    hypervisor_of(datacenter).stop(node, vmid)


def state_storage(datacenter: Datacenter, node: Node, main: Section) -> str:
    """Where the memory of a guest is saved: its own choice, a shared storage it uses, its first storage, or local."""
    if main.get("vmstatestorage"):
        return str(main["vmstatestorage"])
    store = volumes(datacenter, node)
    used = [str(drive.storage) for drive in drives(main) if drive.is_volume and not drive.is_cdrom]
    shared = [name for name in used if store.config(name).is_shared]
    return [*shared, *used, "local"][0]


def running_cpu(text: str) -> str:
    """The processor that QEMU was started with for a `cpu` option such as ``host,flags=+aes``."""
    kind, _, rest = text.partition(",")
    kind = kind.removeprefix("cputype=")
    own = next((part.removeprefix("flags=") for part in rest.split(",") if part.startswith("flags=")), "")
    flags = {**_CPU_FLAGS, **(_KVM64_FLAGS if kind == "kvm64" else {})}
    flags.update({flag[1:]: flag[0] for flag in own.split(";") if flag})
    names = [f"{flags[name]}{name}" for name in sorted(flags)]
    return ",".join([kind, *(() if kind == "host" else ("enforce",)), *names])


def save_state(
    datacenter: Datacenter, node: Node, vmid: int, section: Section, storage: str, name: str, task: Task
) -> None:
    """Allocate the volume for a running guest's memory and note it with the machine type in a section."""
    store = volumes(datacenter, node)
    size = (memory_mib(section) * 2 + _DEVICE_STATE_MIB) * MIB
    volume = f"vm-{vmid}-state-{name}" + (".raw" if store.config(storage).path else "")
    section["vmstate"] = store.allocate(storage, vmid, "raw", volume, size, log=task.log)
    guest = hypervisor_of(datacenter).running(node, vmid)
    section["runningmachine"] = guest.machine if guest else ""
    section["runningcpu"] = running_cpu(str(section.get("cpu") or "kvm64"))

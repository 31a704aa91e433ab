"""Making the disk of one virtual machine from another's: full copies and linked clones.

Source: BEHAVIOUR, "Clone, template, delete"; observed task logs.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from fakes.pve.datacenter import Datacenter
from fakes.pve.drives import Drive
from fakes.pve.guestconf import Section
from fakes.pve.hypervisor import is_running
from fakes.pve.node import Node
from fakes.pve.qemu.progress import transferred
from fakes.pve.storage.config import StorageConfig
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task

KIB = 1024
MIB = 1024**2
CLOUDINIT_BYTES = 4 * MIB
TPM_STATE_BYTES = 4 * MIB
_EFI_BYTES = {"2m": 128 * KIB, "4m": 528 * KIB}
_STEPS = 4
_SUFFIXES = (".raw", ".qcow2", ".vmdk")


@dataclass(frozen=True, slots=True)
class Source:
    """What is copied: a guest's configuration, or that of one of its snapshots."""

    vmid: int
    section: Section
    snapshot: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a copy goes: the guest that will own it, another storage and another format if wanted."""

    vmid: int
    storage: str | None = None
    format: str | None = None


def efi_bytes(section: Section) -> int:
    """The size of a guest's EFI variables."""
    text = str(section.get("efidisk0", ""))
    return _EFI_BYTES["4m" if "efitype=4m" in text.split(",") else "2m"]


def link(datacenter: Datacenter, node: Node, drive: Drive, vmid: int, snapshot: str | None, task: Task) -> Drive:
    """A linked clone of a drive for another guest."""
    store = volumes(datacenter, node)
    task.log(f"create linked clone of drive {drive.key} ({drive.file})")
    volid = store.clone(drive.file, vmid, snapshot, log=task.log)
    return _placed(drive, volid, store.info(volid).size)


def copy(
    datacenter: Datacenter, node: Node, source: Source, drive: Drive, target: Target, task: Task
) -> Generator[float, None, Drive]:
    """Copy a drive in full: yields the seconds it takes, its value is the new drive."""
    store = volumes(datacenter, node)
    task.log(f"create full clone of drive {drive.key} ({drive.file})")
    storage = target.storage or str(drive.storage)
    form = _copy_format(store.config(storage), drive, target.format)
    name: str | None = None
    size: int | None = None
    snapshot = source.snapshot
    if drive.is_cloudinit:
        suffix = f".{form}" if store.config(storage).path else ""
        name, size, snapshot = f"vm-{target.vmid}-cloudinit{suffix}", CLOUDINIT_BYTES, None
    elif drive.key == "efidisk0":
        size = efi_bytes(source.section)
    elif drive.key == "tpmstate0":
        form, size = "raw", TPM_STATE_BYTES
    volid = store.copy(drive.file, storage, target.vmid, form, snapshot, name=name, size_bytes=size, log=task.log)
    total = store.info(volid).size
    seconds = datacenter.durations.of(task.type, total) - datacenter.durations.of(task.type)
    if drive.is_cloudinit:
        pass
    elif snapshot is None and is_running(datacenter, node, source.vmid):
        yield from _mirrored(drive, total, seconds, task, is_handed_over=source.vmid == target.vmid)
    elif drive.key != "efidisk0":
        yield from _converted(total, seconds, task)
    return _placed(drive, volid, total)


def _converted(total: int, seconds: float, task: Task) -> Iterator[float]:
    """The copy of a disk that nothing writes to."""
    task.log(transferred(0, total))
    for step in range(1, _STEPS + 1):
        yield seconds / _STEPS
        task.log(transferred(total * step // _STEPS, total))


def _mirrored(drive: Drive, total: int, seconds: float, task: Task, *, is_handed_over: bool) -> Iterator[float]:
    """The copy of a running guest's disk; `is_handed_over` where the guest goes on with the copy."""
    name = f"drive-{drive.key}"
    task.log(f"drive mirror is starting for {name}")
    task.log(f"{name}: {transferred(0, total)} in 0s")
    yield seconds
    task.log(f"{name}: {transferred(total, total)} in {int(seconds)}s, ready")
    task.log("all 'mirror' jobs are ready")
    if is_handed_over:
        task.log(f"{name}: Completing block job...")
        task.log(f"{name}: Completed successfully.")
        task.log(f"{name}: mirror-job finished")
    else:
        task.log(f"{name}: Cancelling block job")
        task.log(f"{name}: Done.")


def _copy_format(storage: StorageConfig, drive: Drive, wanted: str | None) -> str:
    """The format of a copy: as wanted, else as the source's name says, else what the storage makes by default."""
    hint = drive.file.rpartition(".")[2] if storage.path and drive.file.endswith(_SUFFIXES) else "raw"
    form = wanted or hint
    supported = storage.kind.formats or ("raw",)
    return form if form in supported else storage.default_format


def _placed(drive: Drive, volid: str, size: int) -> Drive:
    return drive.with_options(format=None).with_file(volid, size)

"""Restoring a virtual machine from a backup archive: what is refused at once, and what the qmrestore task does.

How an archive is read is the affair of `fakes.pve.backup`. Source: BEHAVIOUR, "Backup".
"""

from __future__ import annotations

from collections.abc import Iterator

from fakes.pve.backup.restore import restore_archive
from fakes.pve.call import Call
from fakes.pve.drives import is_drive_key
from fakes.pve.guestconf import GuestConfig, load, save
from fakes.pve.http import ApiError, ParameterError
from fakes.pve.hypervisor import is_running
from fakes.pve.qemu.creation import Creation, autostart, refuse_taken
from fakes.pve.storage.volumes import volumes
from fakes.pve.tasks import Task, TaskError

_UNTIDY = (
    "error before or during data restore, some or all disks were not completely restored."
    " VM {vmid} state is NOT cleaned up."
)


def restore(call: Call) -> str:
    """Check a request to restore an archive and begin the task; returns its UPID."""
    creation = Creation(call)
    creation.check_caller(may_replace=bool(call.get("force")))
    archive = str(call.params["archive"])
    for key in sorted(creation.values):
        if is_drive_key(key):
            raise ParameterError({key: "option conflicts with option 'archive'"})
    _check_archive(call, creation, archive)
    creation.check_values()
    reserve(call, creation.vmid)
    return call.start_task("qmrestore", creation.vmid, lambda task: _carry_out(call, creation, archive, task))


def _check_archive(call: Call, creation: Creation, archive: str) -> None:
    if archive == "-":
        raise ApiError(500, "pipe requires cli environment")
    if archive.startswith("/"):
        creation.rights.path()
        if archive[1:] not in call.node.files:
            raise ApiError(500, f"can't find file '{archive}'")
        return
    shelf = volumes(call.datacenter, call.node)
    name = shelf.parse(archive)
    if name.content != "backup":
        raise ApiError(500, f"unable to use volume {archive} - content type needs to be 'backup'")
    creation.rights.volume(archive, name.content, name.vmid)
    if not shelf.exists(archive):
        raise ApiError(500, f"volume '{archive}' does not exist")


def reserve(call: Call, vmid: int) -> None:
    """Lock the number for the restore; an existing guest of this node is replaced with `force` only."""
    place = call.datacenter.guests.find(vmid)
    is_ours = place is not None and place.kind == "qemu" and place.node == call.node.name
    config = GuestConfig()
    if is_ours and call.get("force"):
        config = load(call.datacenter, vmid, node=call.node.name)
        try:
            config.check_lock()
        except ApiError as error:
            raise ApiError(500, f"unable to restore VM {vmid} - {error.message}") from error
    else:
        refuse_taken(call, vmid, f"unable to restore VM {vmid} -")
    config.main["lock"] = "create"
    save(call.datacenter, vmid, config, node=call.node.name)


def _carry_out(call: Call, creation: Creation, archive: str, task: Task) -> Iterator[float]:
    vmid = creation.vmid
    try:
        yield from _restore(call, creation, archive, task)
    except (ApiError, TaskError) as error:
        config = load(call.datacenter, vmid, node=call.node.name)
        if config.main.pop("lock", None):
            save(call.datacenter, vmid, config, node=call.node.name)
        task.log(_UNTIDY.format(vmid=vmid))
        raise TaskError(str(error)) from error
    creation.join_pool()
    if call.get("start"):
        autostart(call, vmid, task)


def _restore(call: Call, creation: Creation, archive: str, task: Task) -> Iterator[float]:
    prefix = f"unable to restore VM {creation.vmid} -"
    if load(call.datacenter, creation.vmid, node=call.node.name).is_protected:
        raise TaskError(f"{prefix} - protection mode enabled")
    if is_running(call.datacenter, call.node, creation.vmid):
        raise TaskError(f"{prefix} vm is running")
    yield from restore_archive(call, creation.vmid, archive, creation.values, task)

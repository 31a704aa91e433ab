"""The work of a vzdump task: one guest after the other, with a verdict and a notification at the end."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from fakes.pve.backup.container import ContainerBackup
from fakes.pve.backup.guest import GuestBackup, clock_time
from fakes.pve.backup.notice import notice
from fakes.pve.backup.options import command_line, node_defaults
from fakes.pve.backup.target import Target, open_target
from fakes.pve.call import Call
from fakes.pve.http import ApiError
from fakes.pve.tasks import Task, TaskError


def run_job(call: Call, options: Mapping[str, Any], guests: list[int], task: Task) -> Iterator[float]:
    """Back up guests with the options of a request; the task fails with ``job errors`` where one of them failed."""
    effective = _effective(call, options)
    try:
        target = open_target(call, effective)
    except TaskError:
        _notify(call, effective, task, failed=True)
        raise
    task.log(f"INFO: starting new backup job: {command_line({**options, 'node': call.node.name})}")
    failures = 0
    for vmid in guests:
        if not options.get("vmid") and not call.allowed(f"/vms/{vmid}", "VM.Backup"):
            continue
        failures += yield from _one_guest(call, vmid, effective, target, task)
    task.log(f"INFO: Backup job finished {'with errors' if failures else 'successfully'}")
    _notify(call, effective, task, failed=failures > 0)
    if failures:
        raise TaskError("job errors")


def _effective(call: Call, options: Mapping[str, Any]) -> dict[str, Any]:
    if options.get("storage") and options.get("dumpdir"):
        raise TaskError("cannot use options 'storage' and 'dumpdir' at the same time")
    defaults = node_defaults(call.node)
    # The node's own retention counts only where neither the request nor the storage has one.
    retention = defaults.pop("prune-backups")
    if options.get("dumpdir"):
        defaults.pop("storage", None)
    elif options.get("storage"):
        defaults.pop("dumpdir", None)
    result = {**defaults, **options}
    if retention != "keep-all=1":
        result.setdefault("prune-backups", retention)
    return result


def _one_guest(
    call: Call, vmid: int, options: dict[str, Any], target: Target, task: Task
) -> Generator[float, None, int]:
    """Back up one guest; returns 1 where that failed."""
    place = call.datacenter.guests.find(vmid)
    try:
        if place is None or place.node != call.node.name:
            raise TaskError(f"unable to find VM '{vmid}'")
        backup = GuestBackup if place.kind == "qemu" else ContainerBackup
        yield from backup(call, place, options, target, task).run()
    except (TaskError, ApiError) as error:
        task.log(f"ERROR: Backup of VM {vmid} failed - {str(error).rstrip()}")
        task.log(f"INFO: Failed at {clock_time(call):%Y-%m-%d %H:%M:%S}")
        return 1
    return 0


def _notify(call: Call, options: Mapping[str, Any], task: Task, *, failed: bool) -> None:
    line = notice(call.datacenter, options, failed=failed)
    if line:
        task.log(line)

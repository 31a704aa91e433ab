"""Ending shutdowns that still wait, because somebody wants a guest to be off now."""

from __future__ import annotations

from fakes.pve.call import Call
from fakes.pve.tasks import Task


def end_shutdowns(call: Call, kind: str, vmid: int, task: Task) -> None:
    """Stop the caller's tasks of a kind such as ``qmshutdown`` about a guest, and log which."""
    waiting = [other for other in call.node.tasks.running.values() if (other.type, other.id) == (kind, str(vmid))]
    for other in waiting:
        if call.is_root or other.user == call.user:
            call.node.tasks.stop(other)
    if waiting:
        task.log(f"overruled {kind} tasks: {', '.join(other.upid for other in waiting)}")

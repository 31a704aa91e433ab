"""Power of containers: start, stop, shutdown, reboot; suspending needs a tool that nodes do not have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fakes.pve import lrm
from fakes.pve.call import Call
from fakes.pve.guestconf import load
from fakes.pve.ha import is_ha_managed
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.lxc import power
from fakes.pve.lxc.runtime import is_running
from fakes.pve.overruling import end_shutdowns
from fakes.pve.tasks import Task, TaskError

_CHECKPOINTS = "/var/liv/vz/dump"


@route("POST", "/nodes/{node}/lxc/{vmid}/status/start")
def start(call: Call) -> str:
    vmid = _checked(call)
    if is_running(call.node, vmid):
        raise ApiError(500, f"CT {vmid} already running")
    if is_ha_managed(call.datacenter, vmid):
        return _request_ha(call, vmid, "start")
    work = partial(power.start, call.datacenter, call.node, vmid, skiplock=bool(call.get("skiplock")))
    return call.start_task("vzstart", vmid, work)


@route("POST", "/nodes/{node}/lxc/{vmid}/status/stop")
def stop(call: Call) -> str:
    vmid = _checked(call)
    power.ensure_running(call.node, vmid)
    if is_ha_managed(call.datacenter, vmid):
        return _request_ha(call, vmid, "stop")

    def work(task: Task) -> Iterator[float]:
        if call.get("overrule-shutdown"):
            end_shutdowns(call, "vzshutdown", vmid, task)
        yield from power.stop(call.datacenter, call.node, vmid, task, skiplock=bool(call.get("skiplock")))

    return call.start_task("vzstop", vmid, work)


@route("POST", "/nodes/{node}/lxc/{vmid}/status/shutdown")
def shutdown(call: Call) -> str:
    vmid = _checked(call)
    power.ensure_running(call.node, vmid)
    if is_ha_managed(call.datacenter, vmid):
        return _request_ha(call, vmid, "stop")
    return call.start_task("vzshutdown", vmid, partial(power.shutdown, call.datacenter, call.node, vmid))


@route("POST", "/nodes/{node}/lxc/{vmid}/status/reboot")
def reboot(call: Call) -> str:
    vmid = call.params["vmid"]
    if not is_running(call.node, vmid):
        # Proxmox says "VM" here.
        raise ApiError(500, f"VM {vmid} not running")
    return call.start_task("vzreboot", vmid, partial(power.reboot, call.datacenter, call.node, vmid))


@route("POST", "/nodes/{node}/lxc/{vmid}/status/suspend")
def suspend(call: Call) -> str:
    vmid = call.params["vmid"]
    power.ensure_running(call.node, vmid)
    return call.start_task("vzsuspend", vmid, partial(_checkpoint, call, "-s"))


@route("POST", "/nodes/{node}/lxc/{vmid}/status/resume")
def resume(call: Call) -> str:
    vmid = call.params["vmid"]
    if is_running(call.node, vmid):
        raise ApiError(500, f"CT {vmid} already running")
    return call.start_task("vzresume", vmid, partial(_checkpoint, call, "-r --foreground"))


def _checkpoint(call: Call, options: str, _task: Task) -> None:
    """What a node without CRIU says; the folder's name is Proxmox's own slip."""
    vmid = call.params["vmid"]
    load(call.datacenter, vmid, "lxc", node=call.node.name).check_lock()
    raise TaskError(f"command 'lxc-checkpoint -n {vmid} {options} -D {_CHECKPOINTS}' failed: exit code 1")


def _checked(call: Call) -> int:
    if call.get("skiplock") and not call.is_root:
        raise ParameterError({"skiplock": "Only root may use this option."})
    return int(call.params["vmid"])


def _request_ha(call: Call, vmid: int, what: str) -> str:
    """Ask the HA stack to start or stop a container; the task ends at once."""

    def work(task: Task) -> None:
        task.log(f"Requesting HA {what} for CT {vmid}")
        (lrm.request_start if what == "start" else lrm.request_stop)(call.datacenter, vmid)

    return call.start_task(f"ha{what}", vmid, work)

"""Power of virtual machines: start, stop, shutdown, reset, suspend, resume, reboot."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fakes.pve import lrm
from fakes.pve.call import Call
from fakes.pve.guestconf import load, peek
from fakes.pve.guests import config_path
from fakes.pve.ha import is_ha_managed
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.hypervisor import hypervisor_of
from fakes.pve.overruling import end_shutdowns
from fakes.pve.qemu import power, suspend
from fakes.pve.tasks import Task, Work
from fakes.pve.usercfg import ROOT

_ROOT_ONLY = (
    *("skiplock", "migratedfrom", "migration_type", "migration_network", "targetstorage", "stateuri", "force-cpu"),
    *("keepActive", "nocheck", "nets-host-mtu"),
)


@route("POST", "/nodes/{node}/qemu/{vmid}/status/start")
def start(call: Call) -> str:
    vmid = _checked(call)
    if call.get("stateuri") is None and is_ha_managed(call.datacenter, vmid):
        return request_ha(call, vmid, "start")
    skiplock, machine = bool(call.get("skiplock")), call.get("machine")
    work = partial(power.start, call.datacenter, call.node, vmid, skiplock=skiplock, machine=machine)
    return call.start_task("qmstart", vmid, work)


@route("POST", "/nodes/{node}/qemu/{vmid}/status/stop")
def stop(call: Call) -> str:
    vmid = _checked(call)
    if is_ha_managed(call.datacenter, vmid):
        return request_ha(call, vmid, "stop")

    def work(task: Task) -> Iterator[float]:
        if call.get("overrule-shutdown"):
            end_shutdowns(call, "qmshutdown", vmid, task)
        yield from power.stop(call.datacenter, call.node, vmid, task, skiplock=bool(call.get("skiplock")))

    return call.start_task("qmstop", vmid, work)


@route("POST", "/nodes/{node}/qemu/{vmid}/status/shutdown")
def shutdown(call: Call) -> str:
    vmid = _checked(call)
    if _is_paused(call, vmid):
        if not call.get("forceStop"):
            raise ApiError(500, "VM is paused - cannot shutdown")
        return call.start_task("qmshutdown", vmid, _stopping(call, vmid))
    if is_ha_managed(call.datacenter, vmid):
        return request_ha(call, vmid, "stop")
    work = partial(
        power.shutdown,
        call.datacenter,
        call.node,
        vmid,
        skiplock=bool(call.get("skiplock")),
        timeout_s=call.get("timeout"),
        force=bool(call.get("forceStop")),
    )
    return call.start_task("qmshutdown", vmid, work)


@route("POST", "/nodes/{node}/qemu/{vmid}/status/reset")
def reset(call: Call) -> str:
    vmid = _checked(call)
    power.ensure_running(call.datacenter, call.node, vmid)

    def work(_task: Task) -> Iterator[float]:
        if not call.get("skiplock"):
            load(call.datacenter, vmid, node=call.node.name).check_lock()
        hypervisor_of(call.datacenter).reset(call.node, vmid)
        yield call.datacenter.durations.of("qmreset")

    return call.start_task("qmreset", vmid, work)


@route("POST", "/nodes/{node}/qemu/{vmid}/status/suspend")
def suspend_guest(call: Call) -> str:
    vmid = _checked(call)
    to_disk = bool(call.get("todisk"))
    if to_disk and is_ha_managed(call.datacenter, vmid):
        raise ApiError(500, "Cannot suspend HA managed VM to disk")
    power.ensure_running(call.datacenter, call.node, vmid)
    skiplock = bool(call.get("skiplock"))
    if not to_disk:
        return call.start_task(
            "qmpause", vmid, partial(suspend.pause, call.datacenter, call.node, vmid, skiplock=skiplock)
        )
    call.require(f"/vms/{vmid}", "VM.Config.Disk")
    config = peek(call.datacenter, vmid, node=call.node.name)
    storage = call.get("statestorage") or suspend.state_storage(call.datacenter, call.node, config.main)
    call.require(f"/storage/{storage}", "Datastore.AllocateSpace")
    work = partial(suspend.to_disk, call.datacenter, call.node, vmid, storage=storage, skiplock=skiplock)
    return call.start_task("qmsuspend", vmid, work)


@route("POST", "/nodes/{node}/qemu/{vmid}/status/resume")
def resume(call: Call) -> str:
    vmid = _checked(call)
    skiplock = bool(call.get("skiplock"))
    path = config_path(call.node.name, "qemu", vmid)
    if path in call.datacenter.cfs and peek(call.datacenter, vmid, node=call.node.name).lock == "suspended":
        work: Work = partial(power.start, call.datacenter, call.node, vmid, skiplock=skiplock)
    else:
        power.ensure_running(call.datacenter, call.node, vmid)
        work = partial(suspend.unpause, call.datacenter, call.node, vmid, skiplock=skiplock)
    return call.start_task("qmresume", vmid, work)


@route("POST", "/nodes/{node}/qemu/{vmid}/status/reboot")
def reboot(call: Call) -> str:
    vmid = _checked(call)
    if _is_paused(call, vmid):
        raise ApiError(500, "VM is paused - cannot shutdown")
    power.ensure_running(call.datacenter, call.node, vmid)

    def again(_task: Task) -> Iterator[float]:
        yield call.datacenter.durations.wait(1.0)
        yield from power.start(call.datacenter, call.node, vmid, _task)

    task = call.begin(
        "qmreboot", vmid, partial(power.shutdown, call.datacenter, call.node, vmid, timeout_s=call.get("timeout"))
    )

    def follow() -> None:
        # The node's event daemon starts the guest again, as root and in a task of its own.
        if task.exitstatus == "OK":
            call.node.tasks.start("qmstart", vmid, ROOT, again)

    if task.is_running:
        task.then.append(follow)
    else:
        follow()
    return task.upid


def _checked(call: Call) -> int:
    """The guest's number, after the parameters that only root may use were looked at."""
    if not call.is_root:
        refused = {name: "Only root may use this option." for name in _ROOT_ONLY if call.get(name)}
        if refused:
            raise ParameterError(refused)
    return int(call.params["vmid"])


def _is_paused(call: Call, vmid: int) -> bool:
    try:
        power.ensure_running(call.datacenter, call.node, vmid)
    except ApiError as error:
        # The state is asked for in vain; a program on the node prints that.
        call.console.complain(f"{error.message}\n")
    guest = hypervisor_of(call.datacenter).running(call.node, vmid)
    return guest is not None and guest.is_paused


def _stopping(call: Call, vmid: int) -> Work:
    def work(task: Task) -> Iterator[float]:
        task.log("VM is paused - stop instead of shutdown")
        yield from power.stop(call.datacenter, call.node, vmid, task, skiplock=bool(call.get("skiplock")))

    return work


def request_ha(call: Call, vmid: int, what: str) -> str:
    """Ask the HA stack to start or stop a guest; the task ends at once."""

    def work(task: Task) -> None:
        task.log(f"Requesting HA {what} for VM {vmid}")
        (lrm.request_start if what == "start" else lrm.request_stop)(call.datacenter, vmid)

    return call.start_task(f"ha{what}", vmid, work)

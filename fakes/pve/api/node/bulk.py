"""Starting, stopping, suspending and migrating all guests of a node, in their start order."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

from fakes.pve.api.lxc import migrate as lxc_migrate
from fakes.pve.api.qemu import migrate
from fakes.pve.call import Call
from fakes.pve.guestconf import peek
from fakes.pve.http import ForbiddenError, route
from fakes.pve.hypervisor import hypervisor_of
from fakes.pve.lxc import power as lxc_power
from fakes.pve.lxc import runtime
from fakes.pve.params import split_list
from fakes.pve.qemu import power, suspend
from fakes.pve.tasks import Task, Work

_LAST = 2**31
# Proxmox waits between the starts of virtual machines to spare the node.
_START_GAP_S = 3.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A guest with its place in the order and its delays in seconds."""

    order: int
    vmid: int
    kind: str
    up: int | None
    down: int | None

    @property
    def title(self) -> str:
        """Kind and number as the log says them, e.g. ``CT 200``."""
        return f"{'VM' if self.kind == 'qemu' else 'CT'} {self.vmid}"


@route("POST", "/nodes/{node}/startall")
def start_all(call: Call) -> str:
    _check(call)

    def work(task: Task) -> Iterator[float]:
        for turn in sorted(_turns(call, autostart=not call.get("force")), key=lambda one: (one.order, one.vmid)):
            if _is_running(call, turn):
                continue
            task.log(f"Starting {turn.title}")
            failure = yield from _wait_for(call, *_starting(call, turn))
            if failure:
                task.log(f"Starting {turn.title} failed: {failure}")
                continue
            if turn.up:
                task.log(f"Waiting for {turn.up} seconds (startup delay)")
            gap = _START_GAP_S if turn.kind == "qemu" else 0.0
            yield call.datacenter.durations.wait(gap if turn.up is None else float(turn.up))

    return call.start_task("startall", "", work)


@route("POST", "/nodes/{node}/stopall")
def stop_all(call: Call) -> str:
    _check(call)
    timeout, force = call.get("timeout", 180), bool(call.get("force-stop", 1))

    def work(task: Task) -> Iterator[float]:
        for turn in sorted(_turns(call), key=lambda one: (-one.order, -one.vmid)):
            if not _is_running(call, turn):
                continue
            limit = turn.down if turn.down is not None else timeout
            task.log(f"Stopping {turn.title} (timeout = {limit} seconds)")
            failure = yield from _wait_for(call, *_stopping(call, turn, limit, force=force))
            if failure:
                task.log(f"Stopping {turn.title} failed: {failure}")

    return call.start_task("stopall", "", work)


@route("POST", "/nodes/{node}/suspendall")
def suspend_all(call: Call) -> str:
    _check(call)

    def work(task: Task) -> Iterator[float]:
        for turn in sorted(_turns(call), key=lambda one: (-one.order, -one.vmid)):
            if turn.kind == "lxc":
                task.log(f"Skipping {turn.vmid}, only VMs can be suspended")
                continue
            if not _is_running(call, turn):
                continue
            task.log(f"Suspending VM {turn.vmid}")
            failure = yield from _wait_for(call, "qmpause", turn.vmid, _pausing(call, turn.vmid))
            if failure:
                task.log(f"Suspending VM {turn.vmid} failed: {failure}")

    return call.start_task("suspendall", "", work)


@route("POST", "/nodes/{node}/migrateall")
def migrate_all(call: Call) -> str:
    _check(call, "VM.Migrate")
    migrate.check_target(call)

    def work(task: Task) -> Iterator[float]:
        for turn in sorted(_turns(call), key=lambda one: (-one.order, -one.vmid)):
            task.log(f"Migrating {turn.title}")
            failure = yield from _wait_for(call, *_migrating(call, turn))
            if failure:
                task.log(f"Migrating {turn.title} failed: {failure}")

    return call.start_task("migrateall", "", work)


def _starting(call: Call, turn: Turn) -> tuple[str, int, Work]:
    """Type, subject and work of the task that starts a guest."""
    if turn.kind == "lxc":
        return "vzstart", turn.vmid, partial(lxc_power.start, call.datacenter, call.node, turn.vmid)
    return "qmstart", turn.vmid, partial(power.start, call.datacenter, call.node, turn.vmid)


def _stopping(call: Call, turn: Turn, timeout_s: int, *, force: bool) -> tuple[str, int, Work]:
    if turn.kind == "lxc":
        return "vzshutdown", turn.vmid, partial(lxc_power.shutdown, call.datacenter, call.node, turn.vmid)
    work = partial(power.shutdown, call.datacenter, call.node, turn.vmid, timeout_s=timeout_s, force=force)
    return "qmshutdown", turn.vmid, work


def _pausing(call: Call, vmid: int) -> Work:
    return lambda task: suspend.pause(call.datacenter, call.node, vmid, task)


def _migrating(call: Call, turn: Turn) -> tuple[str, int, Work]:
    if turn.kind == "lxc":
        return "vzmigrate", turn.vmid, partial(lxc_migrate.move, call, turn.vmid, restarts=True)
    return "qmigrate", turn.vmid, partial(migrate.move, call, turn.vmid)


def _check(call: Call, privilege: str = "VM.PowerMgmt") -> None:
    """The right at / or at each guest that is named."""
    if call.allowed("/", privilege):
        return
    named = split_list(str(call.get("vms") or ""))
    if not named:
        raise ForbiddenError(f"/, {privilege}")
    for vmid in named:
        call.require(f"/vms/{vmid}", privilege)


def _turns(call: Call, *, autostart: bool = False) -> Iterator[Turn]:
    """The guests of the node that are meant, templates left out."""
    named = set(split_list(str(call.get("vms") or "")))
    here = [(vmid, kind) for kind in ("qemu", "lxc") for vmid in call.datacenter.guests.on(call.node.name, kind)]
    for vmid, kind in here:
        if named and str(vmid) not in named:
            continue
        config = peek(call.datacenter, vmid, kind, node=call.node.name).main
        if config.get("template") or (autostart and not config.get("onboot")):
            continue
        startup = str(config.get("startup", ""))
        order, up, down = (_number(startup, key) for key in ("order", "up", "down"))
        plain = re.match(r"\d+", startup)
        order = order if order is not None else int(plain[0]) if plain else _LAST
        yield Turn(order, vmid, kind, up, down)


def _number(startup: str, key: str) -> int | None:
    found = re.search(rf"(?:^|,){key}=(\d+)", startup)
    return int(found[1]) if found else None


def _is_running(call: Call, turn: Turn) -> bool:
    if turn.kind == "lxc":
        return runtime.is_running(call.node, turn.vmid)
    return hypervisor_of(call.datacenter).running(call.node, turn.vmid) is not None


def _wait_for(call: Call, kind: str, vmid: int, work: Work) -> Generator[float, None, str | None]:
    """Run a task of its own and wait for it; the generator's value is its error, None where it went well."""
    task = call.begin(kind, vmid, work)
    while task.is_running:
        yield 1.0
    return None if task.exitstatus == "OK" or (task.exitstatus or "").startswith("WARNINGS") else task.exitstatus

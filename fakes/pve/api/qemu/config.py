"""Reading and changing the configuration of a virtual machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.pve.call import Call
from fakes.pve.guestconf import Section, peek
from fakes.pve.http import ApiError, ParameterError, route
from fakes.pve.pending import HIDDEN, current_view, pending_rows
from fakes.pve.qemu.change import Change
from fakes.pve.tasks import Task


@route("GET", "/nodes/{node}/qemu/{vmid}/config")
def read_config(call: Call) -> dict[str, Any]:
    snapshot = call.get("snapshot")
    if snapshot and call.get("current"):
        conflict = "cannot use 'snapshot' parameter with 'current'"
        raise ParameterError({"snapshot": conflict, "current": conflict})
    config = peek(call.datacenter, call.params["vmid"], node=call.node.name)
    shown: Section
    if snapshot:
        if snapshot not in config.snapshots:
            raise ApiError(500, f"snapshot '{snapshot}' does not exist")
        shown = dict(config.snapshots[snapshot])
    else:
        shown = current_view(config, applied=not call.get("current"))
    if shown.get("cipassword"):
        shown["cipassword"] = HIDDEN
    return {**shown, "digest": config.digest}


@route("GET", "/nodes/{node}/qemu/{vmid}/pending")
def read_pending(call: Call) -> list[dict[str, Any]]:
    return pending_rows(peek(call.datacenter, call.params["vmid"], node=call.node.name))


@route("PUT", "/nodes/{node}/qemu/{vmid}/config")
def change_config(call: Call) -> None:
    _change_now(call, dict(call.params))


@route("POST", "/nodes/{node}/qemu/{vmid}/config")
def change_config_by_task(call: Call) -> str:
    change = Change(call, call.params["vmid"], dict(call.params))
    change.prepare()

    def work(task: Task) -> Iterator[float]:
        yield call.datacenter.durations.of("qmconfig")
        change.carry_out(task.log)

    return call.start_task("qmconfig", call.params["vmid"], work)


@route("PUT", "/nodes/{node}/qemu/{vmid}/unlink")
def unlink_disks(call: Call) -> None:
    params = {"vmid": call.params["vmid"], "delete": call.params["idlist"]}
    if "force" in call.params:
        params["force"] = call.params["force"]
    _change_now(call, params)


def _change_now(call: Call, params: dict[str, Any]) -> None:
    change = Change(call, call.params["vmid"], params)
    change.prepare()
    change.carry_out(call.console.say, call.console.complain)

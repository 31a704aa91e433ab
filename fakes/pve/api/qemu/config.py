"""Reading and changing the configuration of a virtual machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.pve.call import Call
from fakes.pve.guestconf import peek
from fakes.pve.http import route
from fakes.pve.pending import asked_view, pending_rows
from fakes.pve.qemu.change import Change
from fakes.pve.tasks import Task


@route("GET", "/nodes/{node}/qemu/{vmid}/config")
def read_config(call: Call) -> dict[str, Any]:
    config = peek(call.datacenter, call.params["vmid"], node=call.node.name)
    return asked_view(config, snapshot=call.get("snapshot"), current=bool(call.get("current")))


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
